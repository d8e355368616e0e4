// What to sweep: a strategy, days, and the numbers found in it that are to vary; and the sweeps there are.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import { addressOf, addressOfSweep, type OptionTexts } from "../../address";
import { answerOf, api, serverNow } from "../../api/client";
import { graphQuery, LOOK_AGAIN_MS, marketQuery, strategiesQuery } from "../../api/queries";
import type { SweepBody } from "../../api/schema";
import { count } from "../../format/money";
import { counted } from "../../format/texts";
import { dayName, exchangeTime, moment } from "../../format/time";
import { JobProgress } from "../../jobs/job-progress";
import { StatusChip } from "../../jobs/status-chip";
import { useJobs } from "../../jobs/use-job";
import { Link, navigate } from "../../navigation";
import { DateRange } from "../../parts/date-range";
import { Heading } from "../../parts/heading";
import { Empty, Loading, Refused } from "../../parts/states";
import { useWho } from "../../who/who";
import { countWithin, daysOf, presetsOf, underlyingOf } from "../run/availability";
import { OptionFields, optionsOf } from "../run/option-fields";
import { ObjectiveChoice } from "./objective-choice";
import type { Objective } from "./objectives";
import { type Chosen, chosenOf, ParameterFields, pointsOf } from "./parameter-fields";
import { placesOf } from "./places";
import { documentQuery, sweepsQuery } from "./queries";
import styles from "./sweep-view.module.css";

interface SweepsProps {
  user: string | null;
  strategy: string | null;
}

export default function SweepsView({ user: asked, strategy }: SweepsProps) {
  const { user: here } = useWho();
  const user = asked ?? here;
  const strategies = useQuery(strategiesQuery(user));
  const ids = [
    ...new Map((strategies.data?.strategies ?? []).map((each) => [each.strategy_id, each])).values(),
  ];
  const chosen = strategy ?? ids[0]?.strategy_id;
  return (
    <>
      <Heading title="Sweep a strategy" />
      {strategies.error ? <Refused error={strategies.error} /> : null}
      {strategies.data === undefined && !strategies.error ? <Loading what="strategies" /> : null}
      {chosen === undefined ? null : (
        <>
          <p className={styles.line}>
            <label htmlFor="strategy">Strategy</label>
            <select
              id="strategy"
              value={chosen}
              onChange={(event) =>
                navigate(addressOf({ view: "sweeps", user: asked, strategy: event.target.value }), {
                  replace: true,
                })
              }
            >
              {ids.some((each) => each.strategy_id === chosen) ? null : (
                <option value={chosen}>{chosen}</option>
              )}
              {ids.map((each) => (
                <option key={each.strategy_id} value={each.strategy_id}>
                  {each.strategy_name}
                </option>
              ))}
            </select>
            <Link to={addressOf({ view: "strategy", user: asked, strategy: chosen })}>look at it</Link>
          </p>
          <Form user={user} strategy={chosen} key={`${user}/${chosen}`} />
        </>
      )}
      <List user={user} />
    </>
  );
}

function Form({ user, strategy }: { user: string; strategy: string }) {
  const client = useQueryClient();
  const { data: market } = useQuery(marketQuery);
  const { data: checked, error: unknown } = useQuery(graphQuery(user, strategy));
  const { data: document, error: unread } = useQuery(documentQuery(user, strategy));
  const { active } = useJobs(user);
  const places = useMemo(() => placesOf(document), [document]);
  const data = underlyingOf(market, checked?.summary?.underlying);
  const days = useMemo(() => (data === undefined ? [] : daysOf(data)), [data]);
  const usual = useMemo(() => presetsOf(days, exchangeTime(serverNow()).slice(0, 10))[0], [days]);
  const [range, setRange] = useState<{ from: string; to: string } | null>(null);
  const [parameters, setParameters] = useState<Chosen[]>([]);
  const [objective, setObjective] = useState<Objective>("net_pnl");
  const [train, setTrain] = useState("");
  const [test, setTest] = useState("");
  const [sample, setSample] = useState("");
  const [options, setOptions] = useState<OptionTexts>({});
  const submit = useMutation({
    mutationFn: (body: SweepBody) => answerOf(api.POST("/api/v1/backtest/sweep", { body })),
    onSuccess: async (queued) => {
      await client.invalidateQueries({ queryKey: ["jobs"] });
      navigate(addressOfSweep({ user, sweep: queued.sweep_id }));
    },
    onError: () => client.invalidateQueries({ queryKey: ["jobs"] }),
  });
  const error = unknown ?? unread;
  if (error) return <Refused error={error} />;
  if (checked === undefined || document === undefined || market === undefined) {
    return <Loading what="the strategy" />;
  }
  if (!checked.runnable) return <Empty title="This strategy cannot run" />;
  const chosenRange = range ?? usual;
  if (data === undefined || chosenRange === undefined) {
    return <Empty title={`There is no data of ${checked.summary?.underlying}`} />;
  }
  const rows = parameters.length > 0 ? parameters : chosenOf(places);
  const points = pointsOf(rows);
  const drawn = sample === "" ? points : Math.min(Number(sample), points ?? 0);
  const within = countWithin(days, chosenRange.from, chosenRange.to);
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    submit.mutate({
      user_id: user,
      strategy_id: strategy,
      start_date: chosenRange.from,
      end_date: chosenRange.to,
      parameters: rows.map(({ name, path, values }) => ({ name, path, values: values ?? [] })),
      objective,
      ...(Object.keys(options).length === 0 ? {} : { options: optionsOf(options) }),
      ...(sample === "" ? {} : { sample: { size: Number(sample), seed: 1 } }),
      ...(train === "" || test === ""
        ? {}
        : { walk_forward: { train_days: Number(train), test_days: Number(test), anchored: false } }),
    });
  };
  return (
    <form className={styles.form} onSubmit={onSubmit}>
      <section className="panel">
        <h2>Days</h2>
        <p className={styles.line}>
          <DateRange within={data} range={chosenRange} onChange={setRange} />
          <span className="soft">
            {counted(within, "day")} of {data.underlying} with data
          </span>
        </p>
      </section>
      <section className="panel">
        <h2>Parameters</h2>
        <ParameterFields places={places} chosen={rows} onChange={setParameters} />
        <p className={styles.line}>
          <label htmlFor="objective">Ranked by</label>
          <ObjectiveChoice id="objective" value={objective} onChange={setObjective} />
          <label>
            Sample{" "}
            <input
              type="number"
              min={1}
              max={1000}
              placeholder="all"
              value={sample}
              onChange={(event) => setSample(event.target.value)}
            />
          </label>
          <label>
            Walk-forward: train{" "}
            <input
              type="number"
              min={1}
              max={3660}
              placeholder="10"
              required={test !== ""}
              value={train}
              onChange={(event) => setTrain(event.target.value)}
            />
          </label>
          <label>
            test days{" "}
            <input
              type="number"
              min={1}
              max={3660}
              placeholder="5"
              required={train !== ""}
              value={test}
              onChange={(event) => setTest(event.target.value)}
            />
          </label>
        </p>
      </section>
      <OptionFields options={options} onChange={setOptions} />
      <section>
        <p className={styles.line}>
          <button
            type="submit"
            className="primary"
            disabled={drawn === null || drawn === 0 || within === 0 || submit.isPending}
          >
            {submit.isPending ? "Starting…" : "Sweep"}
          </button>
          <span data-testid="points" className={drawn === null ? styles.wrong : "soft"}>
            {drawn === null ? "Some values make no sense." : `${count(drawn)} points`}
          </span>
        </p>
        {submit.error ? <Refused error={submit.error} /> : null}
        {active && active.kind === "run" ? <JobProgress key={active.job_id} job={active} /> : null}
      </section>
    </form>
  );
}

function List({ user }: { user: string }) {
  const { active } = useJobs(user);
  const running = active?.kind === "sweep" ? active : undefined;
  const { data, error } = useQuery({
    ...sweepsQuery(user),
    refetchInterval: running ? 2000 : LOOK_AGAIN_MS,
  });
  return (
    <section className="panel" aria-labelledby="sweeps">
      <h2 id="sweeps">Sweeps of {user}</h2>
      {running ? <JobProgress key={running.job_id} job={running} /> : null}
      {error ? <Refused error={error} /> : null}
      {data !== undefined && data.sweeps.length === 0 ? <p className="soft">There are none yet.</p> : null}
      <ul className={styles.list}>
        {data?.sweeps.map((each) => (
          <li key={each.sweep_id} className={styles.line}>
            <Link to={addressOfSweep({ user, sweep: each.sweep_id })}>
              {"problem" in each ? each.sweep_id : each.strategy_name}
            </Link>
            {"problem" in each ? (
              <span role="alert">cannot be read: {each.problem}</span>
            ) : (
              <>
                <StatusChip status={each.status} />
                <span className="soft">
                  {count(each.points_total)} points of {each.parameters.map((one) => one.name).join(", ")} ·{" "}
                  {dayName(each.start_date)} – {dayName(each.end_date)} · {moment(each.created_at)}
                </span>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
