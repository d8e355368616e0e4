// How far a job is: day, percent, time left, profit so far; and a way to stop it.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Status } from "../api/schema";
import { count } from "../format/money";
import { dayName, duration, exchangeNow, secondsOf } from "../format/time";
import { Profit } from "../parts/money";
import { Refused } from "../parts/states";
import styles from "./job-progress.module.css";
import { cancelJob } from "./use-job";

export function JobProgress({ job }: { job: Status }) {
  const client = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => cancelJob(job.job_id),
    onSettled: () => client.invalidateQueries({ queryKey: ["jobs"] }),
  });
  const { progress } = job;
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
            profit so far <Profit amount={progress.pnl} />
          </span>
          {progress.failed_days > 0 ? <span>{progress.failed_days} failed</span> : null}
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
  return `${duration(secondsOf(job.estimated_completion) - secondsOf(exchangeNow()))} left`;
}
