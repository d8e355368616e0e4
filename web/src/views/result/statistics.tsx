// A run's statistics on net profit: asked for when one wants to see them, each with its definition.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { RunPlace } from "../../address";
import { isActive, statisticsQuery } from "../../api/queries";
import type { Breakdowns, Metadata, RunStatistics, Statistic } from "../../api/schema";
import { count, price, profit, rupees } from "../../format/money";
import { exitReason } from "../../format/texts";
import { dayName, duration } from "../../format/time";
import { Profit } from "../../parts/money";
import { Loading, Refused } from "../../parts/states";
import { useKept } from "../../parts/use-kept";
import { Wide } from "../../parts/wide";
import styles from "./statistics.module.css";

const CAPITAL = "strikebook.capital";
const BY: Record<keyof Breakdowns, string> = {
  month: "month",
  weekday: "weekday",
  entry_hour: "hour of entry",
  days_to_expiry: "days to expiry",
  option_type: "type",
  exit_reason: "exit reason",
  re_entry: "re-entry",
};

export function Statistics({ place, run }: { place: RunPlace; run: Metadata }) {
  const [open, setOpen] = useState(false);
  return (
    <details className="panel" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h2 className={styles.title}>Statistics</h2>{" "}
        <span className="soft">on net profit, each with its definition</span>
      </summary>
      {open && isActive(run) ? <p>They are worked out when the run has ended.</p> : null}
      {open && !isActive(run) ? <Opened place={place} job={run.job_id} /> : null}
    </details>
  );
}

function Opened({ place, job }: { place: RunPlace; job: string }) {
  const [capital, setCapital] = useKept(localStorage, CAPITAL, () => "", isText);
  const stated = /^[1-9]\d{0,11}(\.\d{1,2})?$/.test(capital.trim()) ? capital.trim() : null;
  const { data, error } = useQuery(statisticsQuery(place, job, stated));
  return (
    <>
      <p>
        <label>
          Capital in rupees{" "}
          <input
            value={capital}
            inputMode="decimal"
            placeholder="150000"
            size={12}
            onChange={(event) => setCapital(event.target.value)}
          />
        </label>{" "}
        <span className="soft">
          {capital.trim() !== "" && stated === null
            ? "an amount above 0, such as 150000"
            : "for what is a share of it"}
        </span>
      </p>
      {error ? <Refused error={error} /> : null}
      {data ? <Figures found={data} /> : error ? null : <Loading what="statistics" />}
    </>
  );
}

function Figures({ found }: { found: RunStatistics }) {
  const [by, setBy] = useState<keyof Breakdowns>("weekday");
  return (
    <>
      <Wide label="Statistics" className={styles.figures ?? ""}>
        <table>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col" className="number">
                Value
              </th>
              <th scope="col">Definition</th>
            </tr>
          </thead>
          <tbody>
            {found.statistics.map((each) => (
              <tr key={each.name} data-statistic={each.name}>
                <th scope="row">{each.title}</th>
                <td className="number">
                  <StatisticValue unit={each.unit} value={each.value} />
                </td>
                <td className="soft">
                  {each.definition}
                  {each.reason === null ? "" : `: ${each.reason}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      {found.failed_days > 0 ? (
        <p>Days that failed, {count(found.failed_days)} of them, are in none of it.</p>
      ) : null}
      {found.trials_of_sweeps > 0 ? (
        <p>
          {count(found.trials_of_sweeps)} of the trials are points of sweeps, of this strategy or the one it
          was kept from.
        </p>
      ) : null}
      <h3>
        Round trips by{" "}
        <select
          aria-label="Round trips by"
          value={by}
          onChange={(event) => setBy(event.target.value as keyof Breakdowns)}
        >
          {Object.entries(BY).map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </h3>
      <Wide label={`Round trips by ${BY[by]}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">{BY[by]}</th>
              {["Round trips", "Won", "Gross", "Charges", "Net"].map((title) => (
                <th key={title} scope="col" className="number">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.breakdowns[by].map((share) => (
              <tr key={share.key}>
                <th scope="row">{by === "exit_reason" ? exitReason(share.key) : share.key}</th>
                <td className="number">{count(share.round_trips)}</td>
                <td className="number">{count(share.won)}</td>
                <td className="number">
                  <Profit amount={share.gross} />
                </td>
                <td className="number">{price(share.charges)}</td>
                <td className="number">
                  <Profit amount={share.net} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
    </>
  );
}

/** A statistic by its unit; a dash where it has no value. */
export function StatisticValue({ unit, value }: Pick<Statistic, "unit" | "value">) {
  if (value === null) return "–";
  if (typeof value === "string") return dayName(value);
  if (unit === "profit") return profit(value);
  if (unit === "rupees") return rupees(value);
  if (unit === "percent") return `${value.toFixed(2)} %`;
  if (unit === "ratio") return value.toFixed(2);
  return unit === "seconds" ? duration(value) : count(value);
}

function isText(stored: unknown): stored is string {
  return typeof stored === "string";
}
