// The job of a user: found in the list of jobs, which is looked at now and then. While it goes on its status follows
// its events; where they do not come it is asked for every half second in the first five, then every two.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { answerOf, api } from "../api/client";
import { isActive, jobsQuery, LOOK_AGAIN_MS, pollAfter, statusQuery } from "../api/queries";
import type { Status } from "../api/schema";
import { useEvents } from "./use-events";

export interface JobsOfUser {
  /** The one that is queued or running. */
  active: Status | undefined;
  /** All of them, the newest first. */
  jobs: Status[];
  /** For how long the active one has been watched. */
  watchedMs: () => number;
}

export function useJobs(user: string): JobsOfUser {
  const client = useQueryClient();
  const since = useRef<{ job: string; at: number } | null>(null);
  const watchedMs = () => (since.current === null ? 0 : Date.now() - since.current.at);

  const { data } = useQuery({ ...jobsQuery(user), refetchInterval: LOOK_AGAIN_MS });
  const listed = data?.jobs.find(isActive);
  const job = listed?.job_id;
  if (job !== undefined && since.current?.job !== job) since.current = { job, at: Date.now() };
  const live = useEvents(job);
  const { data: status } = useQuery({
    ...statusQuery(job ?? ""),
    enabled: job !== undefined,
    refetchInterval: (query) =>
      isActive(query.state.data) || !query.state.data
        ? live
          ? LOOK_AGAIN_MS
          : pollAfter(watchedMs())
        : false,
  });
  const watched = status?.job_id === job ? status : listed;
  const ended = job !== undefined && watched !== undefined && !isActive(watched);

  // When it has ended, the list and the results are asked for once more.
  useEffect(() => {
    if (!ended) return;
    for (const queryKey of [["jobs"], ["metadata"], ["results"], ["sweeps"], ["sweep"]])
      void client.invalidateQueries({ queryKey });
  }, [ended, client]);

  return { active: ended ? undefined : watched, jobs: data?.jobs ?? [], watchedMs };
}

export function cancelJob(job: string): Promise<Status> {
  const params = { path: { job_id: job } };
  return answerOf(api.POST("/api/v1/backtest/jobs/{job_id}/cancel", { params }));
}

export function resumeJob(job: string): Promise<Status> {
  const params = { path: { job_id: job } };
  return answerOf(api.POST("/api/v1/backtest/jobs/{job_id}/resume", { params }));
}
