// What to run: a strategy, days that have data, options. One click, and the result's page shows it going on.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { addressOf, addressOfJob, addressOfResult, type RunAsked } from "../../address";
import { answerOf, api, Refusal, serverNow } from "../../api/client";
import { graphQuery, marketQuery, strategiesQuery } from "../../api/queries";
import type { Options, RunBody, Status, UnderlyingData } from "../../api/schema";
import { counted } from "../../format/texts";
import { dayName, exchangeTime, readDay } from "../../format/time";
import { JobProgress } from "../../jobs/job-progress";
import { useJobs } from "../../jobs/use-job";
import { Link, navigate } from "../../navigation";
import { Chip } from "../../parts/chip";
import { DateRange } from "../../parts/date-range";
import { Heading } from "../../parts/heading";
import { Empty, Loading, Refused } from "../../parts/states";
import { useWho } from "../../who/who";
import { countWithin, daysOf, presetsOf, type Range, underlyingOf } from "./availability";
import { AvailabilityCalendar } from "./availability-calendar";
import { OptionFields, optionsOf } from "./option-fields";
import styles from "./run-view.module.css";

export function RunView({ asked }: { asked: RunAsked }) {
  const { user: here } = useWho();
  const user = asked.user ?? here;
  const strategies = useQuery(strategiesQuery(user));
  const market = useQuery(marketQuery);
  if (strategies.data === undefined || market.data === undefined) {
    const error = strategies.error ?? market.error;
    return error ? <Refused error={error} /> : <Loading what="strategies and market" />;
  }
  const title = user === here ? "Run a backtest" : `Run a backtest for ${user}`;
  const ids = [...new Map(strategies.data.strategies.map((each) => [each.strategy_id, each])).values()];
  const chosen = asked.strategy ?? ids[0]?.strategy_id;
  if (chosen === undefined) {
    return (
      <>
        <Heading title={title} />
        <Empty title="There are no strategies yet">
          <p>
            <Link to={addressOf({ view: "strategies", user: asked.user })}>Add one</Link>: drop the JSON file
            that the builder exports.
          </p>
        </Empty>
      </>
    );
  }
  return (
    <>
      <Heading title={title} />
      <div className={styles.strategy}>
        <label htmlFor="strategy">Strategy</label>
        <select
          id="strategy"
          value={chosen}
          onChange={(event) => ask({ ...asked, strategy: event.target.value })}
        >
          {ids.some((each) => each.strategy_id === chosen) ? null : <option value={chosen}>{chosen}</option>}
          {ids.map((each) => (
            <option key={each.strategy_id} value={each.strategy_id}>
              {each.strategy_name}
            </option>
          ))}
        </select>
        <Link to={addressOf({ view: "strategy", user: asked.user, strategy: chosen })}>look at it</Link>
      </div>
      <Form asked={asked} strategy={chosen} user={user} />
    </>
  );
}

/** What is asked for is in the address: it can be kept, sent to somebody, and gone back to. */
function ask(asked: RunAsked): void {
  navigate(addressOf(asked), { replace: true });
}

interface FormProps {
  asked: RunAsked;
  strategy: string;
  user: string;
}

function Form({ asked, strategy, user }: FormProps) {
  const client = useQueryClient();
  const { data: market } = useQuery(marketQuery);
  const { data: checked, error: unknown } = useQuery(graphQuery(user, strategy));
  const { active } = useJobs(user);
  const data = underlyingOf(market, checked?.summary?.underlying);
  const days = useMemo(() => (data === undefined ? [] : daysOf(data)), [data]);
  const presets = useMemo(() => presetsOf(days, exchangeTime(serverNow()).slice(0, 10)), [days]);
  const [typed, setTyped] = useState<Range | null>(null); // a range that is not one yet
  const usual = presets.find((preset) => preset.name === "Last 3 months") ?? presets[0] ?? null;
  const range =
    typed ?? (asked.from !== null && asked.to !== null ? { from: asked.from, to: asked.to } : usual);

  function choose({ from, to }: Range) {
    const whole = readDay(from) !== null && readDay(to) !== null;
    setTyped(whole ? null : { from, to });
    if (whole) ask({ ...asked, strategy, from, to });
  }

  const submit = useMutation({
    mutationFn: (body: RunBody) => answerOf(api.POST("/api/v1/backtest/run", { body })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["jobs"] });
      navigate(addressOfResult({ user, strategy }));
    },
    onError: () => client.invalidateQueries({ queryKey: ["jobs"] }),
  });

  if (checked === undefined) return unknown ? <Refused error={unknown} /> : <Loading what="the strategy" />;
  if (!checked.runnable) {
    return (
      <Empty title="This strategy cannot run">
        <p>
          {counted(checked.findings.filter((found) => found.severity === "error").length, "error")}:{" "}
          <Link to={addressOf({ view: "strategy", user: asked.user, strategy })}>
            see them at their nodes
          </Link>
          .
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
  const within = countWithin(days, range.from, range.to);

  function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (range === null) return;
    const options: Options = optionsOf(asked.options);
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
          <DateRange within={data} range={range} onChange={choose} />
          {presets.map((preset) => (
            <button key={preset.name} type="button" onClick={() => choose(preset)}>
              {preset.name}
            </button>
          ))}
        </div>
        <p className={within === 0 ? styles.none : "soft"} data-testid="days-within">
          {withinText(range, within, data)}
        </p>
        <AvailabilityCalendar days={days} range={range} onChoose={choose} />
      </section>
      <div>
        <OptionFields options={asked.options} onChange={(options) => ask({ ...asked, strategy, options })} />
        <button type="submit" className="primary" disabled={within === 0 || submit.isPending}>
          {submit.isPending ? "Starting…" : "Run backtest"}
        </button>
        {submit.error ? <NotStarted error={submit.error} active={active} user={user} /> : null}
        {active && !submit.error ? <Busy job={active} user={user} /> : null}
      </div>
    </form>
  );
}

function withinText({ from, to }: Range, within: number, data: UnderlyingData): string {
  if (readDay(from) === null) return "The first day is missing.";
  if (readDay(to) === null) return "The last day is missing.";
  if (from > to) return `The first day, ${dayName(from)}, is after the last, ${dayName(to)}.`;
  const there = `${dayName(data.first)} to ${dayName(data.last)}`;
  return within === 0
    ? `No day of that range has data of ${data.underlying}: there is some from ${there}.`
    : `${counted(within, "day")} of ${data.underlying} with data`;
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
        <Link to={addressOfJob(user, job)}>{job.strategy_id}</Link>. Wait for it to end, or cancel it.
      </p>
      <JobProgress key={job.job_id} job={job} />
    </section>
  );
}
