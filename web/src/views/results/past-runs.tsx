// Every strategy of which a run has ended, also those whose results are gone: the way to their histories.

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { addressOfResult } from "../../address";
import { historiesQuery } from "../../api/remembered";
import type { PastStrategy } from "../../api/schema";
import { count } from "../../format/money";
import { moment } from "../../format/time";
import { StatusChip } from "../../jobs/status-chip";
import { Link } from "../../navigation";
import { Chip } from "../../parts/chip";
import { Profit } from "../../parts/money";
import { Loading, Refused } from "../../parts/states";
import { Wide } from "../../parts/wide";
import styles from "../result/statistics.module.css";
import own from "./past-runs.module.css";

export function PastRuns({ user }: { user: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details
      className={`panel ${own.past}`}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <h2 className={styles.title}>Past runs</h2>{" "}
        <span className="soft">every strategy that has a history, also those whose results are gone</span>
      </summary>
      {open ? <Opened user={user} /> : null}
    </details>
  );
}

function Opened({ user }: { user: string }) {
  const { data, error } = useQuery(historiesQuery(user));
  if (error) return <Refused error={error} />;
  if (data === undefined) return <Loading what="the past runs" />;
  if (data.strategies.length === 0) return <p>No run of {user} has ended yet.</p>;
  return (
    <Wide label="Past runs">
      <table>
        <thead>
          <tr>
            <th scope="col">Strategy</th>
            <th scope="col" className="number">
              Runs
            </th>
            <th scope="col">The newest ended</th>
            <th scope="col" className="number">
              Net
            </th>
            <th scope="col">Results</th>
          </tr>
        </thead>
        <tbody>
          {data.strategies.map((past) => (
            <Row key={past.strategy_id} user={user} past={past} />
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Row({ user, past }: { user: string; past: PastStrategy }) {
  const { last } = past;
  return (
    <tr data-strategy={past.strategy_id}>
      <th scope="row">
        <Link to={addressOfResult({ user, strategy: past.strategy_id })}>
          {past.name ?? last?.strategy_name ?? past.strategy_id}
        </Link>{" "}
        <span className="soft">{past.strategy_id}</span>
        {past.problem === null ? null : <p role="alert">Of its history: {past.problem}</p>}
      </th>
      <td className="number">{count(past.total_runs)}</td>
      <td>
        {last === null ? "–" : moment(last.completed_at ?? last.created_at)}{" "}
        {last === null || last.status === "completed" ? null : <StatusChip status={last.status} />}
      </td>
      <td className="number">
        {last === null || last.net_pnl === null ? "–" : <Profit amount={last.net_pnl} />}
      </td>
      <td>{past.has_results ? <Chip tone="accent">there</Chip> : <Chip>gone</Chip>}</td>
    </tr>
  );
}
