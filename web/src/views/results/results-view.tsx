// A user's results: what there is, how it did, how long it stays; and the job that runs.

import { useQuery } from "@tanstack/react-query";
import { addressOf, addressOfResult } from "../../address";
import { resultsQuery } from "../../api/queries";
import type { DamagedRun, Run } from "../../api/schema";
import { count, profit } from "../../format/money";
import { counted } from "../../format/texts";
import { dayName, duration, exchangeNow, moment, secondsOf } from "../../format/time";
import { JobProgress } from "../../jobs/job-progress";
import { StatusChip } from "../../jobs/status-chip";
import { useJobs } from "../../jobs/use-job";
import { Link } from "../../navigation";
import { Chip } from "../../parts/chip";
import { Heading } from "../../parts/heading";
import { Profit } from "../../parts/money";
import { Empty, Loading, Refused } from "../../parts/states";
import styles from "./results-view.module.css";

const RUN = addressOf({ view: "run", strategy: null, from: null, to: null });

export function ResultsView({ user }: { user: string }) {
  const { active } = useJobs(user);
  const { data, error, isPending } = useQuery({
    ...resultsQuery(user),
    refetchInterval: active ? 2000 : false,
  });
  return (
    <>
      <Heading title={`Results of ${user}`}>
        <Link to={RUN} className="primary">
          Run a backtest
        </Link>
      </Heading>
      {active ? (
        <>
          <h2>
            <Link to={addressOfResult({ user, strategy: active.strategy_id })}>{active.strategy_id}</Link>
          </h2>
          <JobProgress job={active} />
        </>
      ) : null}
      {isPending ? <Loading what="results" /> : null}
      {error ? <Refused error={error} /> : null}
      {data?.results.length === 0 ? (
        <Empty title={`${user} has no results`}>
          <p>
            Results live for some hours after their run. <Link to={RUN}>Run a backtest</Link>, or look at the{" "}
            <Link to="/strategies">strategies</Link> first.
          </p>
        </Empty>
      ) : null}
      <ul className={styles.list}>
        {data?.results.map((run) => (
          <li key={run.strategy_id}>
            {"problem" in run ? <Damaged run={run} /> : <Card user={user} run={run} />}
          </li>
        ))}
      </ul>
    </>
  );
}

function Card({ user, run }: { user: string; run: Run }) {
  const { overall_summary: overall } = run;
  return (
    <article className={styles.card}>
      <h2>
        <Link to={addressOfResult({ user, strategy: run.strategy_id })}>{run.strategy_name}</Link>
      </h2>
      <p className={styles.marks}>
        <StatusChip status={run.status} />
        {run.synthetic ? <Chip tone="warning">synthetic prices</Chip> : null}
        {run.failed_days > 0 ? <Chip tone="loss">{counted(run.failed_days, "failed day")}</Chip> : null}
      </p>
      <p className={styles.profit}>
        <Profit amount={overall.total_pnl} />
      </p>
      <dl className={styles.figures}>
        <dt>Days</dt>
        <dd>
          {dayName(run.start_date)} – {dayName(run.end_date)}
        </dd>
        <dt>Positions</dt>
        <dd>
          {count(overall.total_positions)}, {overall.win_rate.toFixed(2)} % won
        </dd>
        <dt>Max drawdown</dt>
        <dd>{profit(overall.max_drawdown)}</dd>
        <dt>Run</dt>
        <dd>{moment(run.created_at)}</dd>
        <dt>Expires</dt>
        <dd>{expiryText(run.expires_at)}</dd>
      </dl>
    </article>
  );
}

function Damaged({ run }: { run: DamagedRun }) {
  return (
    <article className={styles.card}>
      <h2>{run.strategy_id}</h2>
      <p role="alert">The results cannot be read: {run.problem}. Run it again.</p>
    </article>
  );
}

function expiryText(stamp: string): string {
  const left = secondsOf(stamp) - secondsOf(exchangeNow());
  return left <= 0 ? "at the next cleanup" : `in ${duration(left - (left > 120 ? left % 60 : 0))}`;
}
