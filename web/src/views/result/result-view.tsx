// A run: its headline figures, its calendar, its course; also while it goes on.

import { addressOf, addressOfRun, addressOfStrategyRun, type RunPlace } from "../../address";
import { Refusal, serverNow } from "../../api/client";
import { isActive } from "../../api/queries";
import type { Metadata, Status } from "../../api/schema";
import { ExportMenu } from "../../export/export-menu";
import { expiryText } from "../../format/keeping";
import { unusual } from "../../format/options";
import { chargesText, counted } from "../../format/texts";
import { dayName, exchangeTime, moment } from "../../format/time";
import { JobProgress } from "../../jobs/job-progress";
import { Resume } from "../../jobs/resume";
import { StatusChip } from "../../jobs/status-chip";
import { useJobs } from "../../jobs/use-job";
import { useRun } from "../../jobs/use-run";
import { Link } from "../../navigation";
import { Chip } from "../../parts/chip";
import { Heading } from "../../parts/heading";
import { Empty, Loading, Refused } from "../../parts/states";
import { useEveryMinute } from "../../parts/use-every-minute";
import { Calendar } from "./calendar";
import { Clear } from "./clear";
import { Course } from "./course";
import { DayTable } from "./day-table";
import { Distribution } from "./distribution";
import { Headline } from "./headline";
import { History } from "./history";
import { Lives } from "./lives";
import { Notes } from "./notes";
import { Pin } from "./pin";
import styles from "./result-view.module.css";
import { Statistics } from "./statistics";
import { Verify } from "./verify";

export function ResultView({ place }: { place: RunPlace }) {
  const { active, jobs, watchedMs } = useJobs(place.user);
  const mine = active?.kind === "run" && active.strategy_id === place.strategy ? active : undefined;
  const { data: run, error, isPending } = useRun(place, mine ? watchedMs : undefined);
  const last = jobs.find((job) => job.kind === "run" && job.strategy_id === place.strategy);
  if (isPending) return <Loading what="the run" />;
  if (run === undefined || (error instanceof Refusal && error.status === 404)) {
    return <NoResults place={place} error={error} running={mine} last={last} />;
  }
  const before = mine !== undefined && mine.job_id !== run.job_id;
  return (
    <>
      <RunHeading place={place} run={run} />
      <Notes place={place} />
      {mine ? <JobProgress key={mine.job_id} job={mine} run={run} /> : null}
      {before ? <p>Until the new run leaves the queue, this is the one before it.</p> : null}
      {error ? <Refused error={error} /> : null}
      {mine ? null : <Ended place={place} run={run} />}
      <Headline run={run} />
      <Calendar place={place} run={run} />
      <div className={styles.pair}>
        <Course place={place} run={run} />
        <Distribution run={run} />
      </div>
      <Statistics place={place} run={run} />
      <History place={place} run={run} />
      <DayTable place={place} run={run} />
      <Footnotes place={place} run={run} />
    </>
  );
}

/** What to know about a run that has not come to its end. */
function Ended({ place, run }: { place: RunPlace; run: Metadata }) {
  if (run.status === "failed") {
    return (
      <Refused error={new Error(run.error ?? "The run failed")}>
        <p>
          The days that were finished before are below. <RunAgain place={place} run={run} />.
        </p>
        <Resume job={run.job_id} />
      </Refused>
    );
  }
  if (run.status !== "cancelled") return null;
  return (
    <Empty title="This run was cancelled">
      <p>
        The {counted(run.completed_days, "day")} that were finished are below.{" "}
        <RunAgain place={place} run={run} />.
      </p>
      <Resume job={run.job_id} />
    </Empty>
  );
}

function RunHeading({ place, run }: { place: RunPlace; run: Metadata }) {
  useEveryMinute();
  return (
    <Heading
      title={run.strategy_name}
      trail={[trailOf(place)]}
      beside={<StatusChip status={run.status} />}
      below={
        <p className={styles.below}>
          {dayName(run.start_date)} – {dayName(run.end_date)} · {run.market.underlying} · run{" "}
          {moment(run.created_at)} ·{" "}
          {run.pinned ? "kept until it is unpinned" : `expires ${expiryText(run, exchangeTime(serverNow()))}`}{" "}
          {run.synthetic ? <Chip tone="warning">synthetic prices</Chip> : <Chip>{run.market.label}</Chip>}
        </p>
      }
    >
      <Link className="button" to={addressOfStrategyRun(place)}>
        Strategy
      </Link>
      <Link className="button" to={againOf(place, run)}>
        Run again
      </Link>
      <ExportMenu place={place} days={{ from: run.start_date, to: run.end_date }} whole />
      {isActive(run) ? null : <Pin place={place} pinned={run.pinned === true} name={run.strategy_name} />}
      {isActive(run) ? null : <Lives place={place} run={run} />}
      <Clear place={place} pinned={run.pinned === true} />
    </Heading>
  );
}

interface NoResultsProps {
  place: RunPlace;
  error: unknown;
  running: Status | undefined;
  last: Status | undefined;
}

/** There is no run: it is about to begin, it has expired, it was cleared, it is damaged, or it was never made. */
function NoResults({ place, error, running, last }: NoResultsProps) {
  const missing = error instanceof Refusal && error.status === 404;
  return (
    <>
      <Heading title={place.strategy} trail={[trailOf(place)]}>
        {missing ? null : <Clear place={place} />}
      </Heading>
      {running ? <JobProgress key={running.job_id} job={running} /> : null}
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
            <Link to={addressOfRun({ ...place, from: last?.start_date ?? null, to: last?.end_date ?? null })}>
              Run it
            </Link>
            {last ? " again over the same days" : ""}, or go back to the{" "}
            <Link to={trailOf(place).to}>results there are</Link>.
          </p>
        </Empty>
      ) : null}
      {error && !missing ? (
        <Refused error={error}>
          <p>
            <Link to={addressOfRun(place)}>Run it again</Link>.
          </p>
        </Refused>
      ) : null}
      {running ? null : <History place={place} run={null} />}
    </>
  );
}

function RunAgain({ place, run }: { place: RunPlace; run: Metadata }) {
  return <Link to={againOf(place, run)}>Run all of it again</Link>;
}

/** The same days and options once more. */
function againOf(place: RunPlace, run: Metadata): string {
  return addressOfRun({
    ...place,
    from: run.start_date,
    to: run.end_date,
    options: unusual(run.options),
  });
}

export function trailOf(place: RunPlace): { to: string; name: string } {
  return { to: addressOf({ view: "results", user: place.user }), name: `Results of ${place.user}` };
}

function Footnotes({ place, run }: { place: RunPlace; run: Metadata }) {
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
        Fills at the {options.fill === "last" ? "last price" : "next trade"}, slippage {options.slippage},{" "}
        {options.limit_fill === "through" ? "limit orders only beyond their price, " : ""}scale{" "}
        {options.scale}, prices up to {options.max_price_age_s} s old, orders wait {options.wait_for_trade_s}{" "}
        s. Engine {run.engine_version}, strategy <code>{run.strategy_hash.slice(0, 12)}</code>, job{" "}
        <code>{run.job_id}</code>. Charges at the rates{" "}
        {options.terms === "today" ? "of today" : "of each day"}, brokerage {options.brokerage}:{" "}
        {chargesText(run.overall_summary.charge_lines)}. Day files are gzip of level{" "}
        {options.compression_level ?? 1}.{isActive(run) ? " It is still going on." : ""}
      </p>
      <Verify place={place} run={run} />
    </section>
  );
}
