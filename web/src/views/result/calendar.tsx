// Month calendars of profit. A day is one of four kinds, told apart without colour, and each can be opened.

import { type FocusEvent, type KeyboardEvent, memo, useMemo, useRef, useState } from "react";
import { addressOfDay, type RunPlace } from "../../address";
import type { DailySummary, Metadata } from "../../api/schema";
import { profit, shortProfit, toneOf } from "../../format/money";
import { counted } from "../../format/texts";
import { longDayName } from "../../format/time";
import { Link } from "../../navigation";
import { Profit } from "../../parts/money";
import styles from "./calendar.module.css";
import { type CalendarMonth, largestOf, monthsOf, strengthOf } from "./months";

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

export function Calendar({ place, run }: { place: RunPlace; run: Metadata }) {
  const months = useMemo(() => monthsOf(run), [run]);
  const largest = useMemo(() => largestOf(run.daily_summaries), [run]);
  const days = useMemo(
    () => run.daily_summaries.flatMap((day) => (day.status === "pending" ? [] : [day.date])),
    [run],
  );
  const box = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<string | null>(null);
  const tabStop = focused !== null && days.includes(focused) ? focused : days[0];

  function onFocus(event: FocusEvent) {
    setFocused((event.target as HTMLElement).dataset.date ?? null);
  }

  function onKeyDown(event: KeyboardEvent) {
    const at = days.indexOf((event.target as HTMLElement).dataset.date ?? "");
    const to = { ...stepsFrom(at), Home: 0, End: days.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const date = days[Math.max(0, Math.min(days.length - 1, to))];
    box.current?.querySelector<HTMLElement>(`[data-date="${date}"]`)?.focus();
  }

  return (
    <section aria-labelledby="calendar" className="panel">
      <h2 id="calendar">Calendar</h2>
      <Legend />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows move among the links inside */}
      <div className={styles.months} ref={box} onFocus={onFocus} onKeyDown={onKeyDown}>
        {months.map((month) => (
          <div key={month.month}>
            <Month place={place} month={month} largest={largest} tabStop={tabStop} />
          </div>
        ))}
      </div>
    </section>
  );
}

/** Days are one apart sideways, and a week of five sessions up and down. */
function stepsFrom(at: number): Record<string, number> {
  return { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - 5, ArrowDown: at + 5 };
}

interface MonthProps {
  place: RunPlace;
  month: CalendarMonth;
  largest: number;
  tabStop: string | undefined;
}

function Month({ place, month, largest, tabStop }: MonthProps) {
  const columns = month.weekends ? 7 : 5;
  return (
    <table className={`${styles.month} ${month.weekends ? styles.seven : ""}`} data-month={month.month}>
      <caption>
        <span>{month.name}</span>
        {month.summary ? (
          <span data-testid={`month-${month.month}`}>
            <Profit amount={month.summary.pnl} />
          </span>
        ) : null}
      </caption>
      <thead>
        <tr>
          {WEEKDAYS.slice(0, columns).map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {month.weeks.map((week, at) =>
          week.slice(0, columns).every((cell) => cell === null) ? null : (
            // biome-ignore lint/suspicious/noArrayIndexKey: weeks have no other name
            <tr key={at}>
              {week.slice(0, columns).map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column
                <td key={column}>
                  {cell === null ? null : (
                    <Cell
                      place={place}
                      number={cell.day.day}
                      summary={cell.summary}
                      largest={largest}
                      isTabStop={cell.summary?.date === tabStop}
                    />
                  )}
                </td>
              ))}
            </tr>
          ),
        )}
      </tbody>
    </table>
  );
}

interface CellProps {
  place: RunPlace;
  /** Of the day in its month. */
  number: number;
  summary: DailySummary | undefined;
  largest: number;
  isTabStop: boolean;
}

/** Remembered: a run of ten years is looked at again every other second, and few of its days are new. */
const Cell = memo(function Cell({ place, number, summary, largest, isTabStop }: CellProps) {
  if (summary === undefined) return <span className={styles.off}>{number}</span>;
  if (summary.status === "pending") {
    return (
      <span className={`${styles.day} ${styles.pending}`} title={`${longDayName(summary.date)}: not run yet`}>
        <span className={styles.number}>{number}</span>
        <span aria-hidden="true">…</span>
      </span>
    );
  }
  const traded = summary.status === "traded";
  const tone = traded ? toneOf(summary.pnl) : "flat";
  const strength = traded ? strengthOf(summary.pnl, largest) : 0;
  const text = dayText(summary);
  return (
    <Link
      to={addressOfDay({ ...place, date: summary.date })}
      className={`${styles.day} ${styles[summary.status] ?? ""} ${styles[tone] ?? ""}`}
      style={{ "--strength": strength.toFixed(3) } as React.CSSProperties}
      aria-label={`${longDayName(summary.date)}: ${text}`}
      title={`${longDayName(summary.date)}: ${text}`}
      data-status={summary.status}
      data-date={summary.date}
      tabIndex={isTabStop ? 0 : -1}
    >
      <span className={styles.number}>{number}</span>
      <span className={styles.text}>{shownText(summary)}</span>
    </Link>
  );
});

function shownText(summary: DailySummary): string {
  switch (summary.status) {
    case "traded":
      return shortProfit(summary.pnl);
    case "no_trades":
      return "no trade";
    case "no_data":
      return "no data";
    default:
      return "failed";
  }
}

function dayText(summary: DailySummary): string {
  if (summary.status === "traded") return `${profit(summary.pnl)}, ${counted(summary.positions, "position")}`;
  return `${shownText(summary)}${summary.reason ? `, ${summary.reason}` : ""}`;
}

function Legend() {
  return (
    <ul className={styles.legend} aria-label="Kinds of day">
      <li>
        <span className={`${styles.sample} ${styles.traded} ${styles.gain}`} aria-hidden="true">
          +
        </span>{" "}
        profit
      </li>
      <li>
        <span className={`${styles.sample} ${styles.traded} ${styles.loss}`} aria-hidden="true">
          −
        </span>{" "}
        loss
      </li>
      <li>
        <span className={`${styles.sample} ${styles.no_trades}`} aria-hidden="true" /> no trade
      </li>
      <li>
        <span className={`${styles.sample} ${styles.no_data}`} aria-hidden="true" /> no data
      </li>
      <li>
        <span className={`${styles.sample} ${styles.failed}`} aria-hidden="true">
          !
        </span>{" "}
        failed
      </li>
    </ul>
  );
}
