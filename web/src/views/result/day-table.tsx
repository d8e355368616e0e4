// Every day of the plan as a row; the header sorts.

import { memo, useMemo, useState } from "react";
import { addressOfDay, type RunPlace } from "../../address";
import type { DailySummary, Metadata } from "../../api/schema";
import { count, price } from "../../format/money";
import { dayName, isoDay, readDay } from "../../format/time";
import { Link } from "../../navigation";
import { Chip } from "../../parts/chip";
import { Profit } from "../../parts/money";
import { Sorted, type SortOrder } from "../../parts/sorted";
import { Wide } from "../../parts/wide";
import styles from "./day-table.module.css";

const STATUS = {
  traded: { name: "traded", tone: "plain" },
  no_trades: { name: "no trade", tone: "plain" },
  no_data: { name: "no data", tone: "warning" },
  failed: { name: "failed", tone: "loss" },
  pending: { name: "not run yet", tone: "accent" },
} as const;

type Column =
  | "date"
  | "status"
  | "positions"
  | "win_rate"
  | "pnl"
  | "charges"
  | "net_pnl"
  | "cumulative_pnl"
  | "drawdown"
  | "rejected_orders";

/** A year and its holidays: more rows than that are drawn when they are asked for. */
const SHOWN_AT_FIRST = 366;

export function DayTable({ place, run }: { place: RunPlace; run: Metadata }) {
  const [order, setOrder] = useState<SortOrder<Column>>({ by: "date", down: false });
  const [all, setAll] = useState(false);
  const days = useMemo(() => sorted(run.daily_summaries, order), [run, order]);
  const shown = all ? days : days.slice(0, SHOWN_AT_FIRST);
  const head = (by: Column, title: string, number = true) => (
    <Sorted by={by} order={order} onSort={setOrder} number={number}>
      {title}
    </Sorted>
  );
  return (
    <section className="panel" aria-labelledby="days">
      <h2 id="days">Days</h2>
      <Wide label="Days" className={styles.scroll ?? ""}>
        <table>
          <thead>
            <tr>
              {head("date", "Day", false)}
              {head("status", "Kind", false)}
              {head("pnl", "Profit")}
              {head("charges", "Charges")}
              {head("net_pnl", "Net")}
              {head("positions", "Positions")}
              {head("win_rate", "Won %")}
              {head("rejected_orders", "Rejected")}
              {head("cumulative_pnl", "So far")}
              {head("drawdown", "Drawdown")}
            </tr>
          </thead>
          <tbody>
            {shown.map((day) => (
              <Row key={day.date} place={place} day={day} />
            ))}
          </tbody>
        </table>
      </Wide>
      {shown.length < days.length ? (
        <p>
          The first {count(shown.length)} of {count(days.length)} days in this order.{" "}
          <button type="button" onClick={() => setAll(true)}>
            Show all
          </button>
        </p>
      ) : null}
    </section>
  );
}

/** Remembered, as the cells of the calendar are. */
const Row = memo(function Row({ place, day }: { place: RunPlace; day: DailySummary }) {
  return (
    <tr data-day={day.date}>
      <td>
        <Link className="mark" to={addressOfDay({ ...place, date: day.date })}>
          {dayName(day.date)}
        </Link>
      </td>
      <td>
        <Chip tone={STATUS[day.status].tone}>{STATUS[day.status].name}</Chip>{" "}
        <span className="soft">{day.reason}</span>
      </td>
      <td className="number">{day.status === "traded" ? <Profit amount={day.pnl} /> : "–"}</td>
      <td className="number">{day.status === "traded" ? price(day.charges) : "–"}</td>
      <td className="number">{day.status === "traded" ? <Profit amount={day.net_pnl} /> : "–"}</td>
      <td className="number">{day.has_data ? count(day.positions) : "–"}</td>
      <td className="number">{day.status === "traded" ? (day.win_rate ?? 0).toFixed(2) : "–"}</td>
      <td className="number">{day.has_data ? count(day.rejected_orders ?? 0) : "–"}</td>
      <td className="number">
        {typeof day.cumulative_pnl === "number" ? <Profit amount={day.cumulative_pnl} /> : "–"}
      </td>
      <td className="number">{typeof day.drawdown === "number" ? <Profit amount={day.drawdown} /> : "–"}</td>
    </tr>
  );
});

function sorted(days: readonly DailySummary[], { by, down }: SortOrder<Column>): DailySummary[] {
  const value = (day: DailySummary): number | string => {
    if (by === "date") {
      const read = readDay(day.date);
      return read === null ? day.date : isoDay(read);
    }
    return day[by] ?? Number.NEGATIVE_INFINITY;
  };
  const ordered = [...days].sort((one, other) => {
    const [a, b] = [value(one), value(other)];
    return a < b ? -1 : a > b ? 1 : 0;
  });
  return down ? ordered.reverse() : ordered;
}
