// Why a signal did not fire: how often each of its conditions held, and the moments when one alone was missing.

import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { addressOfDay, addressOfResult, type View } from "../../address";
import { metadataQuery, whyQuery } from "../../api/queries";
import type { NearMiss, WhyEvent, WhyOrder, WhySet, WhySignal } from "../../api/schema";
import { count } from "../../format/money";
import { conditionType, contractName, counted, rejectionReason } from "../../format/texts";
import { clock, dayName, duration, secondsOf } from "../../format/time";
import { Link } from "../../navigation";
import { Chip } from "../../parts/chip";
import { Heading } from "../../parts/heading";
import { Loading, Refused } from "../../parts/states";
import { Wide } from "../../parts/wide";
import { trailOf } from "../result/result-view";
import styles from "./why-view.module.css";

type WhyAsked = Extract<View, { view: "why" }>;

const SHOWN_AT_FIRST = 12;

export default function WhyView({ view }: { view: WhyAsked }) {
  const { data, error, isPending } = useQuery(whyQuery(view, view.node));
  const { data: run } = useQuery(metadataQuery(view));
  return (
    <>
      <Heading
        title={`Why not: ${data?.label || view.node}`}
        trail={[
          trailOf(view),
          { to: addressOfResult(view), name: run?.strategy_name ?? view.strategy },
          { to: addressOfDay(view), name: dayName(view.date) },
        ]}
      />
      {isPending ? <Loading what="the report" /> : null}
      {error ? <Refused error={error} /> : null}
      {data?.kind === "signal" ? <SignalReport view={view} signal={data} /> : null}
      {data?.kind === "order" ? <OrderReport view={view} order={data} /> : null}
    </>
  );
}

function SignalReport({ view, signal }: { view: WhyAsked; signal: WhySignal }) {
  return (
    <>
      <p>
        It was armed for {duration(signal.armed_seconds)} and fired {counted(signal.fired_at.length, "time")}
        {signal.fired_at.length > 0 ? `: ${signal.fired_at.map(clock).join(", ")}` : ""}.
        {signal.limit === null
          ? ""
          : ` It was done at ${clock(signal.limit_at)}: its limit ${signal.limit} was reached.`}
        {signal.armed_seconds === 0
          ? " It never waited for its condition: nothing led to it, or all it opens was open."
          : ""}
      </p>
      {signal.near_misses_shown < signal.near_misses_total ? (
        <p className="soft">
          Of {count(signal.near_misses_total)} near misses the first {count(signal.near_misses_shown)} are
          kept.
        </p>
      ) : null}
      {signal.sets.map((set) => (
        <SetReport key={set.condition_set} view={view} set={set} />
      ))}
      <Events view={view} events={signal.events} />
    </>
  );
}

function SetReport({ view, set }: { view: WhyAsked; set: WhySet }) {
  return (
    <section
      className="panel"
      aria-label={set.condition_set === "base" ? "Conditions" : "Conditions of later lives"}
    >
      <h2>{set.condition_set === "base" ? "Conditions" : "Conditions of later lives"}</h2>
      <p className={styles.sentence}>{set.text}</p>
      <p className="soft">
        Armed for {duration(set.armed_seconds)}; of these seconds each condition held for:
      </p>
      <Wide label="How long each condition held">
        <table>
          <tbody>
            {set.leaves.map((leaf) => (
              <tr key={leaf.leaf} data-leaf={leaf.leaf}>
                <td className="words">{leaf.text}</td>
                <td className={styles.meter}>
                  <meter
                    min={0}
                    max={100}
                    value={leaf.held_percent}
                    aria-label={`${leaf.held_percent} % of the time`}
                  />
                </td>
                <td className="number">{leaf.held_percent.toFixed(1)} %</td>
                <td className="number">{duration(leaf.held_seconds)}</td>
                <td>{leaf.last_held_at === null ? "never" : `last ${clock(leaf.last_held_at)}`}</td>
                <td>
                  <Chip>{conditionType(leaf.condition_type)}</Chip>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      <NearMisses view={view} misses={set.near_misses} />
    </section>
  );
}

function NearMisses({ view, misses }: { view: WhyAsked; misses: readonly NearMiss[] }) {
  const select = useId();
  const [missing, setMissing] = useState<number | null>(null);
  const [all, setAll] = useState(false);
  const leaves = [...new Map(misses.map((miss) => [miss.missing_leaf, miss.missing])).entries()];
  const fitting = missing === null ? misses : misses.filter((miss) => miss.missing_leaf === missing);
  const shown = all ? fitting : fitting.slice(0, SHOWN_AT_FIRST);
  if (misses.length === 0) {
    return <p>There was no near miss: at no moment was one condition alone in the way.</p>;
  }
  return (
    <>
      <h3>
        Near misses: everything else held <span className="soft">{count(misses.length)}</span>
      </h3>
      {leaves.length > 1 ? (
        <p className={styles.filter}>
          <label htmlFor={select}>Missing</label>{" "}
          <select
            id={select}
            value={missing ?? ""}
            onChange={(event) => setMissing(event.target.value === "" ? null : Number(event.target.value))}
          >
            <option value="">any condition</option>
            {leaves.map(([leaf, text]) => (
              <option key={leaf} value={leaf}>
                {text}
              </option>
            ))}
          </select>
        </p>
      ) : null}
      <Wide label="Near misses">
        <table>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">For</th>
              <th scope="col">What was missing</th>
              <th scope="col">
                <span className="unseen">Chart</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((miss) => (
              <tr key={`${miss.from} ${miss.missing_leaf}`}>
                <td>{clock(miss.from)}</td>
                <td>{duration(secondsOf(miss.to) - secondsOf(miss.from) + 1)}</td>
                <td className="words">{miss.missing}</td>
                <td>
                  <Link to={addressOfDay(view, { at: miss.from })}>
                    on the chart<span className="unseen"> at {clock(miss.from)}</span>
                  </Link>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      {fitting.length > shown.length ? (
        <p>
          <button type="button" onClick={() => setAll(true)}>
            Show all {count(fitting.length)}
          </button>
        </p>
      ) : null}
    </>
  );
}

function OrderReport({ view, order }: { view: WhyAsked; order: WhyOrder }) {
  return (
    <>
      {order.rejections.length > 0 ? (
        <section className="panel">
          <h2>Rejected</h2>
          <ul>
            {order.rejections.map((each) => (
              <li key={`${each.time} ${each.vpi}`}>
                {clock(each.time)} {each.order} of {each.vpi}
                {each.symbol === null ? "" : `, ${contractName(each.symbol)}`}: {rejectionReason(each.reason)}
                . {each.detail}
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {order.cancellations.length > 0 ? (
        <section className="panel">
          <h2>Still waiting at the end</h2>
          <ul>
            {order.cancellations.map((each) => (
              <li key={`${each.sent_time} ${each.vpi}`}>
                {each.order} of {each.vpi}, sent {clock(each.sent_time)}
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <Events view={view} events={order.events} />
    </>
  );
}

function Events({ view, events }: { view: WhyAsked; events: readonly WhyEvent[] }) {
  if (events.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="fired">
      <h2 id="fired">When it fired</h2>
      <Wide label="When it fired">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">With the values</th>
              <th scope="col">
                <span className="unseen">Chart</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {events.map((event) => (
              <tr key={event.execution_id}>
                <td>{clock(event.time)}</td>
                <td className="words">
                  {event.substituted_text || event.note}
                  {event.substituted_text && event.note ? <span className="soft"> {event.note}</span> : null}
                </td>
                <td>
                  <Link to={addressOfDay(view, { at: event.time })}>
                    on the chart<span className="unseen"> at {clock(event.time)}</span>
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
