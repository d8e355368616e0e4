// A user's results: what there is, how it did, how long it stays; and the job that runs.

import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { addressOf, addressOfJob, addressOfResult, addressOfRun, MOST_COMPARED } from "../../address";
import { serverNow } from "../../api/client";
import { isActive, LOOK_AGAIN_MS, resultsQuery, strategiesQuery } from "../../api/queries";
import type { DamagedRun, Run } from "../../api/schema";
import { expiryText } from "../../format/keeping";
import { count, profit } from "../../format/money";
import { tagsIn } from "../../format/remembered";
import { counted } from "../../format/texts";
import { dayName, exchangeTime, moment } from "../../format/time";
import { JobProgress } from "../../jobs/job-progress";
import { StatusChip } from "../../jobs/status-chip";
import { useJobs } from "../../jobs/use-job";
import { Link } from "../../navigation";
import { Chip } from "../../parts/chip";
import { Heading } from "../../parts/heading";
import { Profit } from "../../parts/money";
import { Empty, Loading, Refused } from "../../parts/states";
import { useEveryMinute } from "../../parts/use-every-minute";
import { useWho } from "../../who/who";
import { Clear } from "../result/clear";
import { Pin } from "../result/pin";
import { Chosen, Pick } from "./chosen";
import { type Listed, listed, nameOf, ORDERS, type Order } from "./listed";
import { PastRuns } from "./past-runs";
import styles from "./results-view.module.css";
import { Said, TagChoice } from "./tags";
import { UsageBar } from "./usage-bar";

const MANY = 6;

export function ResultsView({ user }: { user: string }) {
  const { user: here } = useWho();
  const { active } = useJobs(user);
  const { data, error, isPending } = useQuery({
    ...resultsQuery(user),
    refetchInterval: active ? 2000 : LOOK_AGAIN_MS,
  });
  const [wanted, setWanted] = useState<Listed>({ text: "", order: "newest" });
  const [picked, setPicked] = useState<readonly string[]>([]);
  useEveryMinute();
  const run = addressOfRun({ user: user === here ? null : user });
  const results = data?.results ?? [];
  const shown = listed(results, wanted);
  const whole = results.filter((each) => !("problem" in each)).map((each) => each.strategy_id);
  const chosen = picked.filter((each) => whole.includes(each));
  return (
    <>
      <Heading title={`Results of ${user}`}>
        <Link to={run} className="primary">
          Run a backtest
        </Link>
      </Heading>
      {active ? (
        <section className={styles.running}>
          <h2>
            <Link to={addressOfJob(user, active)}>
              {active.kind === "sweep" ? "Sweep of " : null}
              <StrategyName user={user} strategy={active.strategy_id} />
            </Link>
          </h2>
          <JobProgress key={active.job_id} job={active} />
        </section>
      ) : null}
      <UsageBar user={user} every={active ? 2000 : LOOK_AGAIN_MS} />
      {isPending ? <Loading what="results" /> : null}
      {error ? <Refused error={error} /> : null}
      {data !== undefined && results.length === 0 ? (
        <Empty title={`${user} has no results`}>
          <p>
            Results live for some hours after their run. <Link to={run}>Run a backtest</Link>, or look at the{" "}
            <Link to={addressOf({ view: "strategies", user: user === here ? null : user })}>strategies</Link>{" "}
            first.
          </p>
        </Empty>
      ) : null}
      {results.length > MANY ? <Choice wanted={wanted} onChange={setWanted} /> : null}
      <TagChoice
        tags={tagsIn(results)}
        tag={wanted.tag ?? null}
        onTag={(tag) => setWanted({ ...wanted, tag })}
      />
      {results.length > 0 && shown.length === 0 ? (
        <p>
          None of the {count(results.length)} results{wanted.tag ? ` with the tag “${wanted.tag}”` : ""} has “
          {wanted.text.trim()}” in its name.{" "}
          <button
            type="button"
            className="plain"
            onClick={() => setWanted({ ...wanted, text: "", tag: null })}
          >
            Show all
          </button>
        </p>
      ) : null}
      {whole.length > 1 ? <Chosen user={user} chosen={chosen} onNone={() => setPicked([])} /> : null}
      <ul className={styles.list}>
        {shown.map((each) => (
          <li key={each.strategy_id}>
            {"problem" in each ? (
              <Damaged run={each} />
            ) : (
              <Card user={user} run={each}>
                {whole.length > 1 ? (
                  <Pick
                    name={nameOf(each)}
                    at={chosen.indexOf(each.strategy_id)}
                    full={chosen.length >= MOST_COMPARED}
                    onPick={(on) =>
                      setPicked(
                        on
                          ? [...chosen, each.strategy_id]
                          : chosen.filter((strategy) => strategy !== each.strategy_id),
                      )
                    }
                  />
                ) : null}
              </Card>
            )}
          </li>
        ))}
      </ul>
      <PastRuns key={user} user={user} />
    </>
  );
}

function StrategyName({ user, strategy }: { user: string; strategy: string }) {
  const { data } = useQuery(strategiesQuery(user));
  return data?.strategies.find((each) => each.strategy_id === strategy)?.strategy_name ?? strategy;
}

function Choice({ wanted, onChange }: { wanted: Listed; onChange: (wanted: Listed) => void }) {
  return (
    <p className={styles.choice}>
      <input
        type="search"
        placeholder="Search"
        aria-label="Search results"
        value={wanted.text}
        onChange={(event) => onChange({ ...wanted, text: event.target.value })}
      />
      <label>
        Order{" "}
        <select
          value={wanted.order}
          onChange={(event) => onChange({ ...wanted, order: event.target.value as Order })}
        >
          {Object.entries(ORDERS).map(([order, { name }]) => (
            <option key={order} value={order}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </p>
  );
}

function Card({ user, run, children }: { user: string; run: Run; children: ReactNode }) {
  const { overall_summary: overall } = run;
  return (
    <article className={styles.card}>
      <h2>
        <Link to={addressOfResult({ user, strategy: run.strategy_id })}>{nameOf(run)}</Link>
      </h2>
      <Said run={run} />
      <p className={styles.marks}>
        <StatusChip status={run.status} />
        {run.synthetic ? <Chip tone="warning">synthetic prices</Chip> : null}
        {run.pinned ? <Chip tone="accent">pinned</Chip> : null}
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
        <dd>{expiryText(run, exchangeTime(serverNow()))}</dd>
      </dl>
      {children}
      {isActive(run) ? null : (
        <div className={styles.doing}>
          <Pin place={{ user, strategy: run.strategy_id }} pinned={run.pinned === true} name={nameOf(run)} />
        </div>
      )}
    </article>
  );
}

function Damaged({ run }: { run: DamagedRun }) {
  const place = { user: run.user_id, strategy: run.strategy_id };
  return (
    <article className={styles.card}>
      <h2>
        <Link to={addressOfResult(place)}>{run.strategy_id}</Link>
      </h2>
      <p role="alert">
        These results cannot be read: {run.problem}. <Link to={addressOfRun(place)}>Run it again</Link>, or
        clear them.
      </p>
      <Clear place={place} />
    </article>
  );
}
