// A sweep: its progress, a heat map of two parameters, its points, its walk-forward.

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { addressOf, type SweepPlace } from "../../address";
import { answerOf, api } from "../../api/client";
import { isActive, pollAfter } from "../../api/queries";
import type { SweepAnswer } from "../../api/schema";
import { count } from "../../format/money";
import { unusual } from "../../format/options";
import { counted } from "../../format/texts";
import { dayName, moment } from "../../format/time";
import { JobProgress } from "../../jobs/job-progress";
import { Resume } from "../../jobs/resume";
import { StatusChip } from "../../jobs/status-chip";
import { useJobs } from "../../jobs/use-job";
import { Link, navigate } from "../../navigation";
import { AskFirst } from "../../parts/ask-first";
import { Chip } from "../../parts/chip";
import { Heading } from "../../parts/heading";
import { Empty, Loading, Refused } from "../../parts/states";
import { HeatMap } from "./heat-map";
import { OBJECTIVES } from "./objectives";
import { PointTable } from "./point-table";
import { lookAgainAfter, sweepQuery } from "./queries";
import styles from "./sweep-view.module.css";
import { WalkForward } from "./walk-forward";

export default function SweepView({ place }: { place: SweepPlace }) {
  const { active, jobs, watchedMs } = useJobs(place.user);
  const mine = active?.job_id === place.sweep ? active : undefined;
  const state = mine?.status ?? jobs.find((job) => job.job_id === place.sweep)?.status;
  const { data, error, isPending } = useQuery({
    ...sweepQuery(place),
    refetchInterval: (query) =>
      mine !== undefined || isActive(query.state.data)
        ? Math.max(pollAfter(watchedMs()), lookAgainAfter(query.state.data))
        : false,
  });
  const [chosen, setChosen] = useState<number | null>(null);
  const trail = [{ to: addressOf({ view: "sweeps", user: place.user, strategy: null }), name: "Sweeps" }];
  if (data === undefined) {
    return (
      <>
        <Heading title={place.sweep} trail={trail} />
        {mine ? <JobProgress key={mine.job_id} job={mine} /> : null}
        {isPending && mine === undefined ? <Loading what="the sweep" /> : null}
        {error && mine === undefined ? <Refused error={error} /> : null}
      </>
    );
  }
  const ranked = data.points.some((point) => point.rank !== null);
  return (
    <>
      <Heading
        title={`Sweep of ${data.strategy_name}`}
        trail={trail}
        beside={<StatusChip status={state ?? data.status} />}
        below={<Below sweep={data} />}
      >
        <Delete place={place} />
      </Heading>
      {mine ? <JobProgress key={mine.job_id} job={mine} /> : null}
      {mine === undefined && (data.status === "cancelled" || data.status === "failed") ? (
        <Empty
          title={data.status === "failed" ? (data.error ?? "It has failed") : "This sweep was cancelled"}
        >
          <p>The {counted(data.completed_days, "day")} that were finished are below.</p>
          <Resume job={data.job_id} />
        </Empty>
      ) : null}
      {data.points_same > 0 ? (
        <p className="soft">
          {counted(data.points_same, "point")} mean the same as another: a parameter of theirs decides nothing
          there.
        </p>
      ) : null}
      {ranked && data.parameters.length > 1 ? (
        <HeatMap points={data.points} parameters={data.parameters} chosen={chosen} onChoose={setChosen} />
      ) : null}
      <PointTable place={place} points={data.points} parameters={data.parameters} chosen={chosen} />
      {isActive(data) || mine !== undefined ? null : <WalkForward place={place} sweep={data} />}
    </>
  );
}

function Below({ sweep }: { sweep: SweepAnswer }) {
  return (
    <p className={styles.line}>
      <span>
        {dayName(sweep.start_date)} – {dayName(sweep.end_date)} · {count(sweep.points_total)} points ·{" "}
        {counted(sweep.completed_days, "day")} of {count(sweep.total_days)}
        {sweep.failed_days > 0 ? `, ${sweep.failed_days} failed` : ""} · ranked by{" "}
        {OBJECTIVES[sweep.objective].toLowerCase()} · expires {moment(sweep.expires_at)}
        {Object.entries(unusual(sweep.options)).map(([name, value]) => ` · ${name} ${value}`)}
      </span>
      {sweep.synthetic ? <Chip tone="warning">synthetic prices</Chip> : <Chip>{sweep.market.label}</Chip>}
      <Link to={addressOf({ view: "strategy", user: sweep.user_id, strategy: sweep.strategy_id })}>
        the strategy
      </Link>
    </p>
  );
}

function Delete({ place }: { place: SweepPlace }) {
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () =>
      answerOf(
        api.DELETE("/api/v1/backtest/sweep/{user_id}/{sweep_id}", {
          params: { path: { user_id: place.user, sweep_id: place.sweep } },
        }),
      ),
    onSuccess: async () => {
      navigate(addressOf({ view: "sweeps", user: place.user, strategy: null }));
      for (const name of ["sweep", "walk"]) {
        client.removeQueries({ queryKey: [name, place.user, place.sweep] });
      }
      await client.invalidateQueries({ queryKey: ["sweeps"] });
      await client.invalidateQueries({ queryKey: ["jobs"] });
    },
  });
  return (
    <AskFirst name="Delete" question="Delete this sweep?" yes="Delete it" no="Keep it" doing={remove}>
      <p>
        Its table is deleted; a job that is running for it is cancelled first. That its points were tried is
        remembered.
      </p>
    </AskFirst>
  );
}
