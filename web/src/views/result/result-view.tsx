// A run: its headline figures, its calendar, its course; also while it goes on.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { addressOf, type RunPlace } from "../../address";
import { answerOf, api, Refusal } from "../../api/client";
import { metadataQuery, pollAfter } from "../../api/queries";
import type { Metadata, Status } from "../../api/schema";
import { counted } from "../../format/texts";
import { dayName, moment } from "../../format/time";
import { JobProgress } from "../../jobs/job-progress";
import { StatusChip } from "../../jobs/status-chip";
import { useJobs } from "../../jobs/use-job";
import { Link, navigate } from "../../navigation";
import { Chip } from "../../parts/chip";
import { Heading } from "../../parts/heading";
import { Empty, Loading, Refused } from "../../parts/states";
import { Calendar } from "./calendar";
import { Course } from "./course";
import { DayTable } from "./day-table";
import { Distribution } from "./distribution";
import { Headline } from "./headline";
import styles from "./result-view.module.css";

const RESULTS = { to: "/", name: "Results" };

export function ResultView({ place }: { place: RunPlace }) {
  const { active, jobs, watchedMs } = useJobs(place.user);
  const mine = active?.strategy_id === place.strategy ? active : undefined;
  const { data, error, isPending } = useQuery({
    ...metadataQuery(place),
    refetchInterval: mine ? () => pollAfter(watchedMs()) : false,
  });
  const last = jobs.find((job) => job.strategy_id === place.strategy);
  if (isPending) return <Loading what="the run" />;
  if (data === undefined) return <NoResults place={place} error={error} running={mine} last={last} />;
  return (
    <>
      <RunHeading place={place} run={data} running={mine !== undefined} />
      {mine ? <JobProgress job={mine} /> : null}
      {data.status === "failed" && !mine ? (
        <Refused error={new Error(data.error ?? "The run failed")}>
          <p>The days that were finished before are below.</p>
        </Refused>
      ) : null}
      {data.status === "cancelled" && !mine ? (
        <Empty title="This run was cancelled">
          <p>
            The {counted(data.completed_days, "day")} that were finished are below.{" "}
            <RunAgain place={place} run={data} />.
          </p>
        </Empty>
      ) : null}
      <Headline run={data} />
      <Calendar place={place} run={data} />
      <div className={styles.pair}>
        <Course place={place} run={data} />
        <Distribution run={data} />
      </div>
      <DayTable place={place} run={data} />
      <Footnotes run={data} />
    </>
  );
}

function RunHeading({ place, run, running }: { place: RunPlace; run: Metadata; running: boolean }) {
  return (
    <Heading
      title={run.strategy_name}
      trail={[RESULTS]}
      beside={<StatusChip status={running ? "running" : run.status} />}
      below={
        <p className={styles.below}>
          {dayName(run.start_date)} – {dayName(run.end_date)} · {run.market.underlying} · run{" "}
          {moment(run.created_at)} · expires {moment(run.expires_at)}{" "}
          {run.synthetic ? <Chip tone="warning">synthetic prices</Chip> : <Chip>{run.market.label}</Chip>}
        </p>
      }
    >
      <Link className="button" to={addressOf({ view: "strategy", strategy: place.strategy })}>
        Strategy
      </Link>
      <Link
        className="button"
        to={addressOf({ view: "run", strategy: place.strategy, from: run.start_date, to: run.end_date })}
      >
        Run again
      </Link>
      <Clear place={place} />
    </Heading>
  );
}

/** Clearing asks first: what is cleared is gone. */
function Clear({ place }: { place: RunPlace }) {
  const client = useQueryClient();
  const dialog = useRef<HTMLDialogElement>(null);
  const clear = useMutation({
    mutationFn: () =>
      answerOf(
        api.DELETE("/api/v1/backtest/clear/{user_id}/{strategy_id}", {
          params: { path: { user_id: place.user, strategy_id: place.strategy } },
        }),
      ),
    onSuccess: async () => {
      client.removeQueries({ queryKey: ["metadata", place.user, place.strategy] });
      client.removeQueries({ queryKey: ["day", place.user, place.strategy] });
      await client.invalidateQueries({ queryKey: ["results"] });
      await client.invalidateQueries({ queryKey: ["jobs"] });
      navigate("/");
    },
  });
  return (
    <>
      <button type="button" className="danger" onClick={() => dialog.current?.showModal()}>
        Clear
      </button>
      <dialog ref={dialog} className={styles.dialog} aria-label="Clear these results?">
        <h2>Clear these results?</h2>
        <p>All days of this run are deleted. A job that is running for this strategy is cancelled first.</p>
        {clear.error ? <Refused error={clear.error} /> : null}
        <p className={styles.buttons}>
          <button type="button" onClick={() => dialog.current?.close()}>
            Keep them
          </button>
          <button type="button" className="danger" disabled={clear.isPending} onClick={() => clear.mutate()}>
            {clear.isPending ? "Clearing…" : "Clear all days"}
          </button>
        </p>
      </dialog>
    </>
  );
}

interface NoResultsProps {
  place: RunPlace;
  error: unknown;
  running: Status | undefined;
  last: Status | undefined;
}

/** There is no run: it is about to begin, it has expired, it was cleared, or it was never made. */
function NoResults({ place, error, running, last }: NoResultsProps) {
  const missing = error instanceof Refusal && error.status === 404;
  return (
    <>
      <Heading title={place.strategy} trail={[RESULTS]} />
      {running ? <JobProgress job={running} /> : null}
      {running && missing ? <p>Its days appear here as they are finished.</p> : null}
      {!running && missing ? (
        <Empty title="There are no results of this strategy">
          {last?.completed_at ? (
            <p>
              Its last run ({last.job_id}) ended {moment(last.completed_at)}: {last.error ?? last.status}.
              Results expire after some hours, or are cleared.
            </p>
          ) : null}
          <p>
            <Link
              to={addressOf({
                view: "run",
                strategy: place.strategy,
                from: last?.start_date ?? null,
                to: last?.end_date ?? null,
              })}
            >
              Run it
            </Link>
            {last ? " again over the same days" : ""}, or go back to the <Link to="/">results there are</Link>
            .
          </p>
        </Empty>
      ) : null}
      {error && !missing ? <Refused error={error} /> : null}
    </>
  );
}

function RunAgain({ place, run }: { place: RunPlace; run: Metadata }) {
  return (
    <Link to={addressOf({ view: "run", strategy: place.strategy, from: run.start_date, to: run.end_date })}>
      Run all of it again
    </Link>
  );
}

function Footnotes({ run }: { run: Metadata }) {
  const { options } = run;
  return (
    <section className="panel">
      <h2>How it was run</h2>
      {run.warnings.length > 0 ? (
        <ul>
          {run.warnings.map((warning) => (
            <li key={`${warning.path} ${warning.what}`}>
              {warning.what} <span className="soft">({warning.right})</span> <code>{warning.path}</code>
            </li>
          ))}
        </ul>
      ) : null}
      <p className="soft">
        Fills at the {options.fill === "last" ? "last price" : "next trade"}, slippage {options.slippage},
        scale {options.scale}, prices up to {options.max_price_age_s} s old, orders wait{" "}
        {options.wait_for_trade_s} s. Engine {run.engine_version}, strategy{" "}
        <code>{run.strategy_hash.slice(0, 12)}</code>, job <code>{run.job_id}</code>. Profit is gross: charges
        are not counted.
      </p>
    </section>
  );
}
