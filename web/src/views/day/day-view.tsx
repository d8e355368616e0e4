// A day: the underlying's candles with the trades on them, every position, what was refused, and each signal.

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { addressOf, addressOfDay, addressOfResult, type DayAsked, type DayPlace } from "../../address";
import { Refusal } from "../../api/client";
import { dayQuery, LOOK_AGAIN_MS, metadataQuery } from "../../api/queries";
import type { Day, Metadata } from "../../api/schema";
import { ExportMenu } from "../../export/export-menu";
import { count, rupees } from "../../format/money";
import { chargesText, counted } from "../../format/texts";
import { clock, dayName, isoDay, longDayName, readDay } from "../../format/time";
import { Link, navigate } from "../../navigation";
import { Chip } from "../../parts/chip";
import { Download } from "../../parts/download";
import { Heading } from "../../parts/heading";
import { Profit } from "../../parts/money";
import { Empty, Loading, Refused } from "../../parts/states";
import { Step } from "../../parts/step";
import { trailOf } from "../result/result-view";
import { ChartPanel } from "./chart-panel";
import styles from "./day-view.module.css";
import { Orders } from "./orders";
import { PositionTable } from "./position-table";
import { Signals } from "./signals";

export default function DayView({ view }: { view: DayAsked }) {
  const { data: day, error, isPending } = useQuery(dayQuery(view));
  const { data: run } = useQuery({ ...metadataQuery(view), staleTime: LOOK_AGAIN_MS }); // for the days beside it
  if (isPending) return <Loading what="the day" />;
  return (
    <>
      <DayHeading place={view} run={run} day={day} />
      {day === undefined ? <NoDay place={view} run={run} error={error} /> : <Loaded view={view} day={day} />}
    </>
  );
}

function Loaded({ view, day }: { view: DayAsked; day: Day }) {
  const select = (trade: string | null) =>
    navigate(addressOf({ ...view, selected: trade }), { replace: true });
  const selected = useMemo(
    () => day.positions.find((position) => position.trade_id === view.selected) ?? null,
    [day, view.selected],
  );
  return (
    <>
      {day.warnings.length > 0 ? (
        <ul className={styles.warnings}>
          {day.warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      ) : null}
      <ChartPanel view={view} day={day} selected={selected} onSelect={select} />
      {day.positions.length === 0 ? (
        <Empty title="No position was opened on this day">
          <p>
            The signals below say how often their conditions held, and what was missing when one nearly fired.
          </p>
        </Empty>
      ) : (
        <PositionTable place={view} positions={day.positions} selected={view.selected} onSelect={select} />
      )}
      <Orders view={view} day={day} />
      <Signals place={view} day={day} />
      <p className="soft">
        Prices of {day.source}
        {day.replayed_bars ? ", replayed from bars: the order of a bar’s extremes is a convention" : ""}
        {day.short_history ? ", with fewer than 500 candles before the day" : ""}. Charges:{" "}
        {chargesText(day.summary.charge_lines)}.
      </p>
    </>
  );
}

interface HeadingProps {
  place: DayPlace;
  run: Metadata | undefined;
  day: Day | undefined;
}

function DayHeading({ place, run, day }: HeadingProps) {
  const days = run?.daily_summaries ?? [];
  const at = days.findIndex((each) => each.date === (day?.date ?? place.date));
  const [before, after] = [days[at - 1], at >= 0 ? days[at + 1] : undefined];
  return (
    <Heading
      title={longDayName(place.date)}
      trail={[trailOf(place), { to: addressOfResult(place), name: run?.strategy_name ?? place.strategy }]}
      below={
        day ? (
          <p className={styles.summary}>
            <strong data-testid="day-pnl">
              <Profit amount={day.summary.total_pnl} />
            </strong>
            <span title={chargesText(day.summary.charge_lines)}>
              net <Profit amount={day.summary.net_pnl} /> after {rupees(day.summary.charges)} of charges
            </span>
            <span>{counted(day.summary.total_positions, "position")}</span>
            <span>
              {count(day.summary.winning_trades)} won, {count(day.summary.losing_trades)} lost,{" "}
              {count(day.summary.flat_trades)} flat
            </span>
            <span>{day.summary.win_rate.toFixed(2)} % won</span>
            <span title="of the realised and unrealised profit, second by second, before charges">
              between <Profit amount={day.summary.lowest_pnl} /> and{" "}
              <Profit amount={day.summary.highest_pnl} />
            </span>
            <span>
              {day.underlying}, {clock(day.session.open)}–{clock(day.session.close)}
              {day.session.ended_at < day.session.close
                ? `, the graph ended ${clock(day.session.ended_at)}`
                : ""}
            </span>
            {day.synthetic ? <Chip tone="warning">synthetic prices</Chip> : null}
          </p>
        ) : null
      }
    >
      <Step {...stepTo(place, before?.date)}>‹ Day before</Step>
      <Step {...stepTo(place, after?.date)}>Day after ›</Step>
      {day ? <ExportDay place={place} day={day} /> : null}
      {day ? (
        <Download
          path={`/api/v1/backtest/day/${[place.user, place.strategy, place.date].map(encodeURIComponent).join("/")}/download`}
          name={`${day.date}.json.gz`}
        >
          Download
        </Download>
      ) : null}
    </Heading>
  );
}

function ExportDay({ place, day }: { place: DayPlace; day: Day }) {
  const date = readDay(day.date);
  const known = useMemo(() => {
    const of = (name: "vpi" | "symbol" | "exit_reason" | "exit_node_id") =>
      [...new Set(day.positions.map((position) => position[name] ?? ""))].filter((each) => each !== "");
    return {
      leg: of("vpi"),
      symbol: of("symbol"),
      exit_reason: of("exit_reason"),
      exit_node: of("exit_node_id"),
    };
  }, [day]);
  if (date === null) return null;
  return (
    <ExportMenu place={place} days={{ from: isoDay(date), to: isoDay(date) }} whole={false} known={known} />
  );
}

function stepTo(place: DayPlace, date: string | undefined) {
  return date === undefined ? { to: null } : { to: addressOfDay({ ...place, date }), title: dayName(date) };
}

/** Why there is no day, and where to go. */
function NoDay({ place, run, error }: { place: DayPlace; run: Metadata | undefined; error: unknown }) {
  const summary = run?.daily_summaries.find((each) => each.date === place.date);
  const near = error instanceof Refusal ? (error.problem.nearest_dates ?? []) : [];
  if (!(error instanceof Refusal) || error.status !== 404) return <Refused error={error} />;
  const title = {
    failed: "This day failed",
    no_data: "There is no data of this day",
    pending: "This day has not been run yet",
    traded: "This day’s file is gone",
    no_trades: "This day’s file is gone",
  }[summary?.status ?? "pending"];
  return (
    <Empty title={summary === undefined ? error.message : title}>
      {summary?.reason ? <p data-testid="reason">{summary.reason}</p> : null}
      {summary?.status === "no_data" ? (
        <p>
          It is a session of the calendar, but the market has no file of it.{" "}
          <code>strikebook data import</code> brings one in.
        </p>
      ) : null}
      {summary?.status === "failed" ? (
        <p>
          The other days were run. <code>strikebook data check</code> looks at the market’s files.
        </p>
      ) : null}
      {near.length > 0 ? (
        <p>
          Nearest days:{" "}
          {near.map((date, at) => (
            <span key={date}>
              {at > 0 ? ", " : ""}
              <Link to={addressOfDay({ ...place, date })}>{dayName(date)}</Link>
            </span>
          ))}
        </p>
      ) : null}
      <p>
        <Link to={addressOfResult(place)}>The calendar</Link> has all days.
      </p>
    </Empty>
  );
}
