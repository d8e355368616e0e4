// The days on which the results are not all the same, each with the way to that day of every result.

import { useState } from "react";
import { addressOfDay } from "../../address";
import type { Compared, ComparedDay, DayOfResult } from "../../api/schema";
import { count, profit } from "../../format/money";
import { counted } from "../../format/texts";
import { dayName } from "../../format/time";
import { Link } from "../../navigation";
import { Profit } from "../../parts/money";
import { Wide } from "../../parts/wide";
import { Mark } from "./mark";

const MANY = 100;
export const DIFFERENCES: Record<DayOfResult["differs"][number], string> = {
  failed: "failed in one",
  absent: "only in one",
  trades: "other trades",
  prices: "other prices",
  terms: "other quantities or charges",
  reasons: "other reasons",
};
const STATUSES: Record<DayOfResult["status"], string> = {
  pending: "not run yet",
  traded: "traded",
  no_trades: "no trade",
  no_data: "no data",
  failed: "failed",
  absent: "not in its range",
};

/** Whether nothing but reasons differs on a day. */
export function onlyReasons(day: ComparedDay): boolean {
  return day.results.every((each) => each.differs.every((kind) => kind === "reasons"));
}

export function DifferingDays({ found }: { found: Compared }) {
  const more = found.differing.filter((day) => !onlyReasons(day));
  const quiet = found.differing.length - more.length;
  const [all, setAll] = useState(more.length === 0);
  const [long, setLong] = useState(false);
  const days = all ? found.differing : more;
  const shown = long ? days : days.slice(0, MANY);
  return (
    <section className="panel" aria-labelledby="differing">
      <h2 id="differing">Days that differ</h2>
      <p>
        {found.differing.length === 0
          ? `None: ${counted(found.days_compared, "day")} that all of them have are the same.`
          : `${count(found.differing.length)} of ${counted(found.dates.length, "day")}, ${count(quiet)} of them only in their reasons.`}{" "}
        {quiet > 0 && more.length > 0 ? (
          <label>
            <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} /> Show
            these too
          </label>
        ) : null}
      </p>
      {shown.length > 0 ? (
        <Wide label="Table of days">
          <table>
            <thead>
              <tr>
                <th scope="col">Day</th>
                {found.results.map((each, at) => (
                  <th key={each.result} scope="col" className="number">
                    <Mark at={at} />
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((day) => (
                <tr key={day.date} data-day={day.date}>
                  <th scope="row">{dayName(day.date)}</th>
                  {day.results.map((each, at) => (
                    <td key={found.results[at]?.result} className="number">
                      <OnDay found={found} at={at} date={day.date} day={each} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      ) : null}
      {days.length > shown.length ? (
        <button type="button" className="plain" onClick={() => setLong(true)}>
          Show all {count(days.length)}
        </button>
      ) : null}
    </section>
  );
}

function OnDay({ found, at, date, day }: { found: Compared; at: number; date: string; day: DayOfResult }) {
  const result = found.results[at];
  if (result === undefined) return null;
  const place = { user: result.user_id, strategy: result.strategy_id, date };
  return (
    <>
      {day.pnl === null ? (
        STATUSES[day.status]
      ) : (
        <Link
          to={addressOfDay(place)}
          aria-label={`${dayName(date)} of result ${at + 1}: ${profit(day.pnl)}`}
        >
          <Profit amount={day.pnl} />
        </Link>
      )}
      {day.differs.length > 0 ? (
        <div className="soft">{day.differs.map((kind) => DIFFERENCES[kind]).join(", ")}</div>
      ) : null}
    </>
  );
}
