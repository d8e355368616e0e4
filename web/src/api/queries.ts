// What the views ask, and how long an answer is good.

import {
  keepPreviousData,
  MutationCache,
  QueryCache,
  type QueryClient,
  QueryClient as QueryClientOf,
  queryOptions,
} from "@tanstack/react-query";
import { type DayPlace, type RunPlace, resultName } from "../address";
import { answerOf, api, isLost, Refusal } from "./client";
import type { Status } from "./schema";

const FAST_MS = 500;
const SLOW_MS = 2000;
const FAST_FOR_MS = 5000;
const LOST_RETRY_MS = 2000;
const BUSY_RETRIES = 15;
/** What others may change meanwhile is looked at so often; a copy that is still good costs an empty answer. */
export const LOOK_AGAIN_MS = 10_000;

/** A client that asks again where the server is lost, and gives up at once where it refuses. */
export function makeQueryClient(onUnknown: (refusal: Refusal) => void): QueryClient {
  const onError = (error: Error) => {
    if (error instanceof Refusal && error.status === 401) onUnknown(error);
  };
  return new QueryClientOf({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        retry: (failures, error) => isLost(error) && failures < 1,
        retryDelay: LOST_RETRY_MS,
        staleTime: 30_000,
      },
    },
  });
}

/** Whether a job goes on. */
export function isActive(status: Pick<Status, "status"> | undefined): boolean {
  return status?.status === "queued" || status?.status === "running";
}

/** How long until a job is asked about again: often at first (runs take seconds), then every two seconds. */
export function pollAfter(watchedForMs: number): number {
  return watchedForMs < FAST_FOR_MS ? FAST_MS : SLOW_MS;
}

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/me", { signal })),
  staleTime: 60_000,
});

export function strategiesQuery(user: string) {
  return queryOptions({
    queryKey: ["strategies", user],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/strategies", { params: { query: { user_id: user } }, signal })),
  });
}

export function graphQuery(user: string, strategy: string) {
  return queryOptions({
    queryKey: ["strategy", user, strategy],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/strategies/{strategy_id}/graph", {
          params: { path: { strategy_id: strategy }, query: { user_id: user } },
          signal,
        }),
      ),
  });
}

export function runGraphQuery({ user, strategy }: RunPlace, job: string) {
  return queryOptions({
    queryKey: ["run-graph", user, strategy, job],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/backtest/results/{user_id}/{strategy_id}/graph", {
          params: { path: { user_id: user, strategy_id: strategy } },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export const marketQuery = queryOptions({
  queryKey: ["market"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/market", { signal })),
  staleTime: 300_000,
});

export function resultsQuery(user: string) {
  return queryOptions({
    queryKey: ["results", user],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/backtest/results/{user_id}", { params: { path: { user_id: user } }, signal }),
      ),
    staleTime: 0,
  });
}

export function usageQuery(user: string) {
  return queryOptions({
    queryKey: ["usage", user],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/backtest/usage/{user_id}", { params: { path: { user_id: user } }, signal })),
    staleTime: 0,
  });
}

export function jobsQuery(user: string) {
  return queryOptions({
    queryKey: ["jobs", user],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/backtest/jobs", { params: { query: { user_id: user } }, signal })),
    staleTime: 0,
  });
}

export function statusQuery(job: string) {
  return queryOptions({
    queryKey: ["status", job],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/backtest/status/{job_id}", { params: { path: { job_id: job } }, signal })),
    staleTime: 0,
  });
}

export function metadataQuery({ user, strategy }: RunPlace) {
  return queryOptions({
    queryKey: ["metadata", user, strategy],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/backtest/metadata/{user_id}/{strategy_id}", {
          params: { path: { user_id: user, strategy_id: strategy } },
          signal,
        }),
      ).then((run) => ofThisShape(run, run.overall_summary)),
    staleTime: 0,
  });
}

/** What was stored by a version that knew no charges cannot be shown by this one. */
function ofThisShape<Stored extends { engine_version: string }>(stored: Stored, summary: object): Stored {
  if ("charge_lines" in summary) return stored;
  throw new Error(
    `These results were made by version ${stored.engine_version} of Strikebook, which knew no charges.`,
  );
}

/** Of a run by its job: they stay as they are. */
export function statisticsQuery({ user, strategy }: RunPlace, job: string, capital: string | null) {
  return queryOptions({
    queryKey: ["statistics", user, strategy, job, capital],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/backtest/statistics/{user_id}/{strategy_id}", {
          params: {
            path: { user_id: user, strategy_id: strategy },
            query: capital === null ? {} : { capital },
          },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Of results beside each other; where as many as may are being compared already, it is asked again. */
export function compareQuery(results: readonly RunPlace[]) {
  const names = results.map((each) => resultName(each));
  return queryOptions({
    queryKey: ["compare", ...names],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/backtest/compare", { params: { query: { result: names } }, signal })),
    retry: (failures, error) => error instanceof Refusal && error.status === 409 && failures < BUSY_RETRIES,
    retryDelay: LOST_RETRY_MS,
    staleTime: LOOK_AGAIN_MS,
  });
}

export function dayQuery({ user, strategy, date }: DayPlace) {
  return queryOptions({
    queryKey: ["day", user, strategy, date],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/backtest/day/{user_id}/{strategy_id}/{date}", {
          params: { path: { user_id: user, strategy_id: strategy, date } },
          signal,
        }),
      ).then((day) => ofThisShape(day, day.summary)),
    staleTime: LOOK_AGAIN_MS,
  });
}

export function chartQuery(
  { user, strategy, date }: DayPlace,
  timeframe: string | null,
  symbol: string | null,
) {
  const query = { ...(timeframe === null ? {} : { timeframe }), ...(symbol === null ? {} : { symbol }) };
  return queryOptions({
    queryKey: ["chart", user, strategy, date, timeframe, symbol],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/backtest/day/{user_id}/{strategy_id}/{date}/chart", {
          params: { path: { user_id: user, strategy_id: strategy, date }, query },
          signal,
        }),
      ),
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });
}

export function whyQuery({ user, strategy, date }: DayPlace, node: string) {
  return queryOptions({
    queryKey: ["why", user, strategy, date, node],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/backtest/day/{user_id}/{strategy_id}/{date}/why", {
          params: { path: { user_id: user, strategy_id: strategy, date }, query: { node } },
          signal,
        }),
      ),
    staleTime: 60_000,
  });
}
