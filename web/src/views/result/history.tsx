// The runs of a strategy so far, also those whose results are gone: when, over which days, how, and what they came to.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { RunPlace } from "../../address";
import { deleteHistory, historyQuery } from "../../api/remembered";
import type { Metadata, PastRun } from "../../api/schema";
import { count } from "../../format/money";
import { differing } from "../../format/remembered";
import { counted } from "../../format/texts";
import { dayName, moment } from "../../format/time";
import { StatusChip } from "../../jobs/status-chip";
import { AskFirst } from "../../parts/ask-first";
import { Chip } from "../../parts/chip";
import { Profit } from "../../parts/money";
import { Loading, Refused } from "../../parts/states";
import { Wide } from "../../parts/wide";
import styles from "./statistics.module.css";

const COLUMNS = ["Days", "Positions", "Gross", "Net", "Sharpe"];

interface HistoryProps {
  place: RunPlace;
  /** The run that is shown; null where there is none any more. */
  run: Metadata | null;
}

export function History({ place, run }: HistoryProps) {
  const [open, setOpen] = useState(false);
  return (
    <details className="panel" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <h2 className={styles.title}>History</h2>{" "}
        <span className="soft">all runs of this strategy, also those whose results are gone</span>
      </summary>
      {open ? <Opened place={place} run={run} /> : null}
    </details>
  );
}

function Opened({ place, run }: HistoryProps) {
  const { data, error } = useQuery(historyQuery(place, `${run?.job_id} ${run?.status}`));
  if (error) return <Refused error={error} />;
  if (data === undefined) return <Loading what="the history" />;
  if (data.runs.length === 0) return <p>No run of this strategy has ended yet.</p>;
  return (
    <>
      <Wide label="History">
        <table>
          <thead>
            <tr>
              <th scope="col">Ended</th>
              <th scope="col">Range</th>
              <th scope="col">{run === null ? "Options" : "Other options than shown"}</th>
              {COLUMNS.map((title) => (
                <th key={title} scope="col" className="number">
                  {title}
                </th>
              ))}
              <th scope="col">Strategy</th>
            </tr>
          </thead>
          <tbody>
            {data.runs.map((past) => (
              <Row key={past.job_id} past={past} run={run} />
            ))}
          </tbody>
        </table>
      </Wide>
      {data.damaged_lines > 0 ? (
        <p role="alert">{counted(data.damaged_lines, "line")} of the history cannot be read.</p>
      ) : null}
      <Forget place={place} runs={data.total_runs} />
    </>
  );
}

function Row({ past, run }: { past: PastRun; run: Metadata | null }) {
  const same = run !== null && past.strategy_hash === run.strategy_hash;
  return (
    <tr data-run={past.job_id}>
      <th scope="row">
        {moment(past.completed_at ?? past.created_at)}{" "}
        {past.job_id === run?.job_id ? <Chip tone="accent">shown</Chip> : null}
        {past.status === "completed" ? null : <StatusChip status={past.status} />}
      </th>
      <td>
        {past.start_date === null ? "–" : dayName(past.start_date)} –{" "}
        {past.end_date === null ? "–" : dayName(past.end_date)}
      </td>
      <td>{differing(past.options, run?.options).join(", ")}</td>
      <td className="number">
        {count(past.completed_days ?? 0)}
        {past.failed_days ? ` (${count(past.failed_days)} failed)` : ""}
      </td>
      <td className="number">{past.total_positions === null ? "–" : count(past.total_positions)}</td>
      <td className="number">{past.total_pnl === null ? "–" : <Profit amount={past.total_pnl} />}</td>
      <td className="number">{past.net_pnl === null ? "–" : <Profit amount={past.net_pnl} />}</td>
      <td className="number">{past.sharpe === null ? "–" : past.sharpe.toFixed(2)}</td>
      <td>
        <code>{(past.strategy_hash ?? "").slice(0, 8)}</code>{" "}
        {run === null ? null : same ? <Chip>same</Chip> : <Chip tone="warning">another version</Chip>}
      </td>
    </tr>
  );
}

function Forget({ place, runs }: { place: RunPlace; runs: number }) {
  const client = useQueryClient();
  const forget = useMutation({
    mutationFn: () => deleteHistory(place),
    onSettled: () => client.invalidateQueries({ queryKey: ["history", place.user, place.strategy] }),
  });
  return (
    <AskFirst
      name="Delete the history"
      question="Delete the history of this strategy?"
      yes="Delete it"
      no="Keep it"
      doing={forget}
    >
      <p>
        The records of {counted(runs, "run")} are deleted, and with them these trials: the next deflated
        Sharpe ratio does not count them. Results, notes and sweeps stay.
      </p>
    </AskFirst>
  );
}
