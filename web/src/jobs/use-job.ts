// A job, asked about until it has ended: every half second in the first five, then every two.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { answerOf, api } from "../api/client";
import { isActive, jobsQuery, pollAfter } from "../api/queries";
import type { Status } from "../api/schema";

/** The job of a user that is queued or running, if any, as it goes on; and the last one of a strategy. */
export function useJobs(user: string): {
  active: Status | undefined;
  jobs: Status[];
  watchedMs: () => number;
} {
  const client = useQueryClient();
  const since = useRef<{ job: string; at: number } | null>(null);
  const watchedMs = () => (since.current === null ? 0 : Date.now() - since.current.at);

  const { data } = useQuery({
    ...jobsQuery(user),
    refetchInterval: (query) => {
      const active = query.state.data?.jobs.find(isActive);
      if (active === undefined) return false;
      if (since.current?.job !== active.job_id) since.current = { job: active.job_id, at: Date.now() };
      return pollAfter(watchedMs());
    },
  });
  const jobs = data?.jobs ?? [];
  const active = jobs.find(isActive);

  // When a job has ended, everything about its results is asked for once more.
  const last = useRef<string | undefined>(undefined);
  useEffect(() => {
    const ended = last.current !== undefined && last.current !== active?.job_id;
    last.current = active?.job_id;
    if (ended) {
      for (const queryKey of [["metadata"], ["results"], ["day"], ["chart"], ["why"]]) {
        void client.invalidateQueries({ queryKey });
      }
    }
  }, [active?.job_id, client]);

  return { active, jobs, watchedMs };
}

export function cancelJob(job: string): Promise<Status> {
  const params = { path: { job_id: job } };
  return answerOf(api.POST("/api/v1/backtest/jobs/{job_id}/cancel", { params }));
}
