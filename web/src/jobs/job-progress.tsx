// How far a job is: day, percent, time left, profit so far; and a way to stop it.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { serverNow } from "../api/client";
import type { Metadata, Status } from "../api/schema";
import { count } from "../format/money";
import { counted } from "../format/texts";
import { dayName, duration, exchangeTime, secondsOf } from "../format/time";
import { Profit } from "../parts/money";
import { Refused } from "../parts/states";
import styles from "./job-progress.module.css";
import { cancelJob } from "./use-job";

interface JobProgressProps {
  job: Status;
  /** What is stored of it, where that is shown too: one profit on a screen is enough. */
  run?: Metadata | undefined;
}

/** To be keyed by the job: what was said to one is not said to the next. */
export function JobProgress({ job, run }: JobProgressProps) {
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => cancelJob(job.job_id),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ["jobs"] });
      void client.invalidateQueries({ queryKey: ["status"] });
    },
  });
  const { progress } = job;
  const profit = run?.job_id === job.job_id ? run.overall_summary.total_pnl : progress.pnl;
  return (
    <section className={styles.job} aria-label={`Progress of ${job.job_id}`}>
      <div className={styles.line}>
        <strong>{job.status === "queued" ? queuedText(job) : "Running"}</strong>
        <span className={styles.figures}>
          <span data-testid="percentage">{progress.percentage.toFixed(1)} %</span>
          <span>
            {count(progress.completed_days)} of {count(progress.total_days)} days
          </span>
          {progress.current_date === null ? null : <span>at {dayName(progress.current_date)}</span>}
          <span>{leftText(job)}</span>
          <span>
            {job.kind === "sweep" ? "best point so far, gross" : "profit so far"} <Profit amount={profit} />
          </span>
          {progress.failed_days > 0 ? <span>{counted(progress.failed_days, "day")} failed</span> : null}
        </span>
        <button
          type="button"
          className="danger"
          disabled={cancel.isPending || cancel.isSuccess}
          onClick={() => cancel.mutate()}
        >
          {cancel.isSuccess ? "Stopping…" : "Cancel"}
        </button>
      </div>
      <progress
        className={styles.bar}
        max={100}
        value={progress.percentage}
        aria-label="Share of the days that are done"
      />
      {cancel.isError ? <Refused error={cancel.error} /> : null}
    </section>
  );
}

function queuedText(job: Status): string {
  return job.queue_position === null
    ? "Waiting to start"
    : `Waiting: number ${job.queue_position} in the queue`;
}

function leftText(job: Status): string {
  if (job.status === "queued") return "";
  if (job.estimated_completion === null) return "time left: measuring";
  return `${duration(secondsOf(job.estimated_completion) - secondsOf(exchangeTime(serverNow())))} left`;
}
