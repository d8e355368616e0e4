// What the views of sweeps ask.

import { queryOptions } from "@tanstack/react-query";
import type { SweepPlace } from "../../address";
import { answerOf, api } from "../../api/client";
import type { Objective } from "./objectives";

export interface Windows {
  train: number;
  test: number;
  anchored: boolean;
}

export function sweepsQuery(user: string) {
  return queryOptions({
    queryKey: ["sweeps", user],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/backtest/sweeps/{user_id}", { params: { path: { user_id: user } }, signal })),
    staleTime: 0,
  });
}

export function sweepQuery({ user, sweep }: SweepPlace) {
  return queryOptions({
    queryKey: ["sweep", user, sweep],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/backtest/sweep/{user_id}/{sweep_id}", {
          params: { path: { user_id: user, sweep_id: sweep } },
          signal,
        }),
      ),
    staleTime: 0,
  });
}

/** Of a sweep that has ended, after so many days: it stays as it is until the sweep goes on. */
export function walkQuery(
  { user, sweep }: SweepPlace,
  windows: Windows,
  objective: Objective,
  completedDays: number,
) {
  return queryOptions({
    queryKey: ["walk", user, sweep, windows, objective, completedDays],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/backtest/sweep/{user_id}/{sweep_id}/walk-forward", {
          params: {
            path: { user_id: user, sweep_id: sweep },
            query: {
              train_days: windows.train,
              test_days: windows.test,
              anchored: windows.anchored,
              objective,
            },
          },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The document of a strategy, as it is stored. */
export function documentQuery(user: string, strategy: string) {
  return queryOptions({
    queryKey: ["document", user, strategy],
    queryFn: ({ signal }): Promise<unknown> =>
      answerOf(
        api.GET("/api/v1/strategies/{strategy_id}", {
          params: { path: { strategy_id: strategy }, query: { user_id: user } },
          signal,
        }),
      ),
  });
}

const SOONEST_MS = 1000;
const LATEST_MS = 15_000;
const POINT_DAYS_A_MS = 20;

/** How long until a sweep that goes on is looked at again: its table is folded anew each time, of all its days. */
export function lookAgainAfter(sweep: { points_total: number; completed_days: number } | undefined): number {
  const folded = sweep === undefined ? 0 : sweep.points_total * sweep.completed_days;
  return Math.min(LATEST_MS, Math.max(SOONEST_MS, folded / POINT_DAYS_A_MS));
}
