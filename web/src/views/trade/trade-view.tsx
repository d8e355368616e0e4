// A position with its reasons: why it was opened, why it was closed, and the way through the graph to each.

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { addressOf, addressOfDay, addressOfResult, addressOfTrade, type View } from "../../address";
import { dayQuery, metadataQuery, runGraphQuery } from "../../api/queries";
import type { Day, Greeks, Position } from "../../api/schema";
import { count, price, rupees } from "../../format/money";
import { chargesText, contractName, counted, exitReason, nodeKind } from "../../format/texts";
import { clock, dayName, duration, secondsOf } from "../../format/time";
import { Link, navigate } from "../../navigation";
import { Code, Needed } from "../../needed";
import { Chip } from "../../parts/chip";
import { Heading } from "../../parts/heading";
import { Profit } from "../../parts/money";
import { Empty, Loading, Refused } from "../../parts/states";
import { Step } from "../../parts/step";
import { Tabs } from "../../parts/tabs";
import { Wide } from "../../parts/wide";
import { ConditionTable } from "../../reasons/condition-table";
import { SeenThen } from "../../reasons/seen";
import { trailOf } from "../result/result-view";
import styles from "./trade-view.module.css";
import { tabsOf, whyOf } from "./whys";

const strategyGraph = new Code(() => import("../../graph/strategy-graph"));

type TradeAsked = Extract<View, { view: "trade" }>;

export default function TradeView({ view }: { view: TradeAsked }) {
  const { data: day, error, isPending } = useQuery(dayQuery(view));
  const { data: run } = useQuery(metadataQuery(view));
  const trail = [
    trailOf(view),
    { to: addressOfResult(view), name: run?.strategy_name ?? view.strategy },
    { to: addressOfDay(view, { selected: view.trade }), name: dayName(view.date) },
  ];
  if (isPending) return <Loading what="the position" />;
  if (day === undefined) {
    return (
      <>
        <Heading title={view.trade} trail={trail} />
        <Refused error={error} />
      </>
    );
  }
  const at = day.positions.findIndex((position) => position.trade_id === view.trade);
  const position = day.positions[at];
  if (position === undefined) {
    return (
      <>
        <Heading title={view.trade} trail={trail} />
        <Empty title={`No position ${view.trade} on this day`}>
          <p>
            <Link to={addressOfDay(view)}>The day</Link> has{" "}
            {day.positions
              .map((each) => each.trade_id)
              .slice(0, 8)
              .join(", ") || "no positions"}
            .
          </p>
        </Empty>
      </>
    );
  }
  return (
    <>
      <Heading
        title={`${position.side} ${contractName(position.symbol)}`}
        trail={trail}
        below={<Facts position={position} />}
      >
        <Step to={stepTo(view, day.positions[at - 1])}>‹ Position before</Step>
        <Step to={stepTo(view, day.positions[at + 1])}>Position after ›</Step>
      </Heading>
      <Fills position={position} />
      <p className="soft">Charges: {chargesText(position.charge_lines)}.</p>
      <Estimates position={position} />
      <Parts view={view} position={position} />
      <section className="panel">
        <Tabs
          label="Why"
          tabs={tabsOf(position)}
          chosen={tabsOf(position).some(({ name }) => name === view.tab) ? view.tab : "entry"}
          onChoose={(tab) => navigate(addressOf({ ...view, tab }), { replace: true })}
        >
          <Why view={view} day={day} position={position} job={run?.job_id ?? ""} />
        </Tabs>
      </section>
    </>
  );
}

function Facts({ position }: { position: Position }) {
  const held =
    position.exit_time === null ? null : secondsOf(position.exit_time) - secondsOf(position.entry_time);
  return (
    <p className={styles.facts}>
      <strong>
        <Profit amount={position.pnl} />
      </strong>
      <span title={chargesText(position.charge_lines)}>
        net <Profit amount={position.net_pnl} /> after {rupees(position.charges)} of charges
      </span>
      <span>
        {position.trade_id}, number {position.position_num}
        {position.re_entry_num > 0 ? `, re-entry ${position.re_entry_num}` : ""}
      </span>
      <span>
        {position.quantity} units: {position.lots} × {position.lot_size}
      </span>
      <span>
        asked for {position.strike_code} {position.expiry_code}: {position.choice_reason}
      </span>
      <span>
        at best <Profit amount={position.mfe} />, at worst <Profit amount={position.mae} />
      </span>
      {held === null ? <Chip tone="warning">open</Chip> : <span>held {duration(held)}</span>}
    </p>
  );
}

function Fills({ position }: { position: Position }) {
  return (
    <Wide label="Fills" className={`panel ${styles.fills}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Order</th>
            <th scope="col">Sent</th>
            <th scope="col">Filled</th>
            <th scope="col" className="number">
              Price
            </th>
            <th scope="col" className="number">
              Price’s age
            </th>
            <th scope="col" className="number">
              Slippage
            </th>
            <th scope="col" className="number">
              Spot
            </th>
            <th scope="col">Why</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <td>{position.side === "BUY" ? "bought" : "sold"}</td>
            <td>{clock(position.entry_sent_time)}</td>
            <td>{clock(position.entry_time)}</td>
            <td className="number">{price(position.entry_price)}</td>
            <td className="number">{duration(position.entry_price_age_s)}</td>
            <td className="number">{price(position.entry_slippage)}</td>
            <td className="number">{price(position.nifty_spot_at_entry)}</td>
            <td>
              {position.condition_preview}
              {position.entry_trigger ? (
                <>
                  <br />
                  then it waited: {position.entry_trigger.text}: {position.entry_trigger.substituted_text}
                </>
              ) : null}
              <LimitOf price={position.entry_limit_price} />
            </td>
          </tr>
          {position.exit_time === null || position.status !== "CLOSED" ? (
            <tr>
              <td colSpan={8}>
                Still open
                {typeof position.unrealized_pnl === "number" ? (
                  <>
                    {" "}
                    at the end, at <Profit amount={position.unrealized_pnl} /> by its last price: that is
                    shown, and added to nothing
                  </>
                ) : null}
              </td>
            </tr>
          ) : (
            <tr>
              <td className="mark">{position.side === "BUY" ? "sold" : "bought back"}</td>
              <td>{clock(position.exit_sent_time)}</td>
              <td>{clock(position.exit_time)}</td>
              <td className="number">{price(position.exit_price)}</td>
              <td className="number">{duration(position.exit_price_age_s ?? 0)}</td>
              <td className="number">{price(position.exit_slippage)}</td>
              <td className="number">{price(position.nifty_spot_at_exit)}</td>
              <td>
                {exitReason(position.exit_reason)}: {position.exit_condition_preview}
                <LimitOf price={position.exit_limit_price} />
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </Wide>
  );
}

const GREEKS: readonly (readonly [keyof Greeks, string, (value: number) => string])[] = [
  ["iv", "Volatility", (value) => `${(100 * value).toFixed(1)} %`],
  ["delta", "Delta", (value) => value.toFixed(3)],
  ["gamma", "Gamma", (value) => value.toFixed(5)],
  ["theta", "Theta, a day", (value) => value.toFixed(2)],
  ["vega", "Vega, a point", (value) => value.toFixed(2)],
  ["forward", "Forward", price],
];

/** Implied volatility and greeks at the fills, marked as what they are. */
function Estimates({ position }: { position: Position }) {
  const { entry_greeks: entry, exit_greeks: exit } = position;
  if (entry === null && exit === null) return null;
  return (
    <Wide label="Estimates" className="panel">
      <table>
        <caption className="soft">
          Estimated by Black’s model on the synthetic forward; nothing is decided by it
        </caption>
        <thead>
          <tr>
            <th scope="col">At the</th>
            {GREEKS.map(([name, title]) => (
              <th key={name} scope="col" className="number">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[["entry", entry] as const, ["exit", exit] as const].map(([name, greeks]) =>
            greeks === null ? null : (
              <tr key={name}>
                <th scope="row">{name}</th>
                {GREEKS.map(([member, , text]) => (
                  <td key={member} className="number">
                    {text(greeks[member])}
                  </td>
                ))}
              </tr>
            ),
          )}
        </tbody>
      </table>
    </Wide>
  );
}

function LimitOf({ price: limit }: { price: number | null | undefined }) {
  return typeof limit === "number" ? <span className="soft"> (limit {price(limit)})</span> : null;
}

/** The rows of the ledger of a position that was closed bit by bit. */
function Parts({ view, position }: { view: TradeAsked; position: Position }) {
  if (position.parts.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="parts">
      <h2 id="parts">
        {position.status === "OPEN" ? "Closed so far" : `Closed in ${counted(position.parts.length, "part")}`}
      </h2>
      <Wide label="Parts">
        <table>
          <thead>
            <tr>
              <th scope="col">Part</th>
              <th scope="col">Filled</th>
              <th scope="col" className="number">
                Units
              </th>
              <th scope="col" className="number">
                Price
              </th>
              <th scope="col" className="number">
                Slippage
              </th>
              <th scope="col" className="number">
                Profit
              </th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {position.parts.map((part) => (
              <tr key={part.trade_id} data-part={part.trade_id}>
                <td>{part.part === null ? "the rest" : part.part}</td>
                <td>{clock(part.exit_time)}</td>
                <td className="number">{count(part.quantity)}</td>
                <td className="number">{price(part.exit_price)}</td>
                <td className="number">{price(part.exit_slippage)}</td>
                <td className="number">
                  <Profit amount={part.pnl} />
                </td>
                <td>
                  {exitReason(part.exit_reason)}{" "}
                  <Link
                    to={addressOfTrade(
                      view,
                      position.trade_id,
                      part.part === null ? "exit" : `part-${part.part}`,
                    )}
                    replace
                  >
                    why<span className="unseen"> part {part.part ?? "last"}</span>
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </section>
  );
}

interface WhyProps {
  view: TradeAsked;
  day: Day;
  position: Position;
  job: string;
}

function Why({ view, day, position, job }: WhyProps) {
  const found = whyOf(day, position, view.tab);
  if (found === null) return <p>The position was not closed.</p>;
  const { reason, preview, flow } = found;
  return (
    <>
      <p className={styles.sentence}>
        {preview}
        {reason.condition_set === "re_entry" ? <Chip>re-entry conditions</Chip> : null}
      </p>
      {reason.substituted_text === "" ? null : (
        <p className={`mono ${styles.substituted}`}>{reason.substituted_text}</p>
      )}
      <p className="soft">
        Decided {clock(reason.evaluated_at)}
        {reason.node_id ? ` at ${reason.node_id}` : ""}.{" "}
        <Link to={addressOfDay(view, { selected: position.trade_id, at: reason.evaluated_at })}>
          Show it on the chart
        </Link>
      </p>
      <ConditionTable reason={reason} />
      <SeenThen seen={reason} day={reason.evaluated_at.slice(0, 10)} />
      <PathThere view={view} day={day} flow={flow} job={job} />
    </>
  );
}

function PathThere({
  view,
  day,
  flow,
  job,
}: {
  view: TradeAsked;
  day: Day;
  flow: readonly string[];
  job: string;
}) {
  const events = useMemo(() => {
    const byId = new Map(day.events.map((event) => [event.execution_id, event]));
    return flow.flatMap((id) => byId.get(id) ?? []);
  }, [day, flow]);
  const path = useMemo(() => events.map((event) => event.node_id), [events]);
  const { data } = useQuery({ ...runGraphQuery(view, job), enabled: job !== "" });
  if (events.length === 0) return null;
  return (
    <section className={styles.path}>
      <h3>The way there</h3>
      <ol>
        {events.map((event) => (
          <li key={event.execution_id}>
            <span className="mono">{clock(event.time)}</span> {nodeKind(event.node_type)}{" "}
            <strong>{event.node_label}</strong> <span className="soft">{event.note}</span>
          </li>
        ))}
      </ol>
      {data ? (
        <Needed
          code={strategyGraph}
          what="the graph"
          props={{ graph: data.graph, path, label: "The graph, with the way that was taken" }}
        />
      ) : null}
    </section>
  );
}

function stepTo(view: TradeAsked, position: Position | undefined): string | null {
  if (position === undefined) return null;
  return addressOfTrade(view, position.trade_id, view.tab === "exit" ? "exit" : "entry");
}
