// What to run: a strategy, days that have data, options. One click, and the result's page shows it going on.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { addressOf, addressOfResult } from "../../address";
import { answerOf, api, Refusal } from "../../api/client";
import { graphQuery, marketQuery, strategiesQuery } from "../../api/queries";
import type { Options, RunBody, Status } from "../../api/schema";
import { counted } from "../../format/texts";
import { dayName, exchangeNow } from "../../format/time";
import { JobProgress } from "../../jobs/job-progress";
import { useJobs } from "../../jobs/use-job";
import { Link, navigate } from "../../navigation";
import { Chip } from "../../parts/chip";
import { Heading } from "../../parts/heading";
import { Empty, Loading, Refused } from "../../parts/states";
import { useWho } from "../../who/who";
import { countWithin, daysOf, presetsOf, type Range, underlyingOf } from "./availability";
import { AvailabilityCalendar } from "./availability-calendar";
import { OptionFields, readOptions } from "./option-fields";
import styles from "./run-view.module.css";

interface RunProps {
  strategy: string | null;
  from: string | null;
  to: string | null;
}

export function RunView({ strategy, from, to }: RunProps) {
  const { user } = useWho();
  const strategies = useQuery(strategiesQuery(user));
  const market = useQuery(marketQuery);
  if (strategies.error) return <Refused error={strategies.error} />;
  if (market.error) return <Refused error={market.error} />;
  if (strategies.data === undefined || market.data === undefined)
    return <Loading what="strategies and market" />;
  const ids = [...new Map(strategies.data.strategies.map((each) => [each.strategy_id, each])).values()];
  const chosen = strategy ?? ids[0]?.strategy_id;
  if (chosen === undefined) {
    return (
      <>
        <Heading title="Run a backtest" />
        <Empty title="There are no strategies yet">
          <p>
            <Link to="/strategies">Add one</Link>: drop the JSON file that the builder exports.
          </p>
        </Empty>
      </>
    );
  }
  return (
    <>
      <Heading title="Run a backtest" />
      <div className={styles.strategy}>
        <label htmlFor="strategy">Strategy</label>
        <select
          id="strategy"
          value={chosen}
          onChange={(event) =>
            navigate(addressOf({ view: "run", strategy: event.target.value, from, to }), { replace: true })
          }
        >
          {ids.some((each) => each.strategy_id === chosen) ? null : <option value={chosen}>{chosen}</option>}
          {ids.map((each) => (
            <option key={each.strategy_id} value={each.strategy_id}>
              {each.strategy_name}
            </option>
          ))}
        </select>
        <Link to={addressOf({ view: "strategy", strategy: chosen })}>look at it</Link>
      </div>
      <Form key={chosen} strategy={chosen} from={from} to={to} user={user} />
    </>
  );
}

interface FormProps extends RunProps {
  strategy: string;
  user: string;
}

function Form({ strategy, from, to, user }: FormProps) {
  const client = useQueryClient();
  const { data: market } = useQuery(marketQuery);
  const { data: checked, error: unknown, isPending } = useQuery(graphQuery(user, strategy));
  const { active } = useJobs(user);
  const data = underlyingOf(market, checked?.summary?.underlying);
  const days = useMemo(() => (data === undefined ? [] : daysOf(data)), [data]);
  const presets = useMemo(() => presetsOf(days, exchangeNow().slice(0, 10)), [days]);
  const [asked, setAsked] = useState<Range | null>(from !== null && to !== null ? { from, to } : null);
  const range = asked ?? presets.find((preset) => preset.name === "Last 3 months") ?? presets[0] ?? null;

  const submit = useMutation({
    mutationFn: (body: RunBody) => answerOf(api.POST("/api/v1/backtest/run", { body })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["jobs"] });
      navigate(addressOfResult({ user, strategy }));
    },
    onError: () => client.invalidateQueries({ queryKey: ["jobs"] }),
  });

  if (unknown) return <Refused error={unknown} />;
  if (isPending || checked === undefined) return <Loading what="the strategy" />;
  if (!checked.runnable) {
    return (
      <Empty title="This strategy cannot run">
        <p>
          {counted(checked.findings.filter((found) => found.severity === "error").length, "error")}:{" "}
          <Link to={addressOf({ view: "strategy", strategy })}>see them at their nodes</Link>.
        </p>
      </Empty>
    );
  }
  if (data === undefined || range === null) {
    return (
      <Empty title={`There is no data of ${checked.summary?.underlying}`}>
        <p>
          The server’s market is {market?.market}. Import data with <code>strikebook data import</code>, or
          serve another folder with <code>--market</code>.
        </p>
      </Empty>
    );
  }
  const within = range.from <= range.to ? countWithin(days, range.from, range.to) : 0;

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (range === null) return;
    const options: Options = readOptions(new FormData(event.currentTarget));
    const body: RunBody = {
      user_id: user,
      strategy_id: strategy,
      start_date: range.from,
      end_date: range.to,
    };
    submit.mutate(Object.keys(options).length > 0 ? { ...body, options } : body);
  }

  return (
    <form className={styles.form} onSubmit={onSubmit}>
      <section className={`panel ${styles.days}`}>
        <h2>
          Days{" "}
          {market?.synthetic ? <Chip tone="warning">synthetic prices</Chip> : <Chip>{market?.market}</Chip>}
        </h2>
        <div className={styles.range}>
          <label htmlFor="from">From</label>
          <input
            id="from"
            type="date"
            required
            min={data.first}
            max={data.last}
            value={range.from}
            onChange={(event) => setAsked({ ...range, from: event.target.value })}
          />
          <label htmlFor="to">to</label>
          <input
            id="to"
            type="date"
            required
            min={data.first}
            max={data.last}
            value={range.to}
            onChange={(event) => setAsked({ ...range, to: event.target.value })}
          />
          {presets.map((preset) => (
            <button
              key={preset.name}
              type="button"
              onClick={() => setAsked({ from: preset.from, to: preset.to })}
            >
              {preset.name}
            </button>
          ))}
        </div>
        <p className={within === 0 ? styles.none : "soft"} data-testid="days-within">
          {range.from > range.to
            ? "The first day is after the last."
            : within === 0
              ? `No day of that range has data: there is some from ${dayName(data.first)} to ${dayName(data.last)}.`
              : `${counted(within, "day")} of ${data.underlying} with data`}
        </p>
        <AvailabilityCalendar days={days} range={range} onChoose={setAsked} />
      </section>
      <div>
        <OptionFields />
        <button type="submit" className="primary" disabled={within === 0 || submit.isPending}>
          {submit.isPending ? "Starting…" : "Run backtest"}
        </button>
        {submit.error ? <NotStarted error={submit.error} active={active} user={user} /> : null}
        {active && !submit.error ? <Busy job={active} user={user} /> : null}
      </div>
    </form>
  );
}

/** Why a run was refused; where another one is in the way, that one. */
function NotStarted({ error, active, user }: { error: Error; active: Status | undefined; user: string }) {
  if (error instanceof Refusal && error.status === 409 && active) return <Busy job={active} user={user} />;
  return <Refused error={error} />;
}

function Busy({ job, user }: { job: Status; user: string }) {
  return (
    <section className={styles.busy} role="status">
      <p>
        <strong>Job already running.</strong> One backtest runs at a time: {job.job_id} is at{" "}
        <Link to={addressOfResult({ user, strategy: job.strategy_id })}>{job.strategy_id}</Link>. Wait for it
        to end, or cancel it.
      </p>
      <JobProgress job={job} />
    </section>
  );
}
