// How long results are kept and what they may take: what is asked about it, and what is said.

import { queryOptions } from "@tanstack/react-query";
import type { RunPlace } from "../address";
import { answerOf, api } from "./client";
import type { LimitsBody, Lives, UserLimits } from "./schema";

/** The users of whom an administrator says something. */
export const allLimitsQuery = queryOptions({
  queryKey: ["limits"],
  queryFn: ({ signal }) => answerOf(api.GET("/api/v1/backtest/limits", { signal })),
  staleTime: 0,
});

export function limitsQuery(user: string) {
  return queryOptions({
    queryKey: ["limits", user],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/backtest/limits/{user_id}", { ...pathOf(user), signal })),
    staleTime: 0,
  });
}

export function saveLimits(user: string, said: LimitsBody): Promise<UserLimits> {
  return answerOf(api.PUT("/api/v1/backtest/limits/{user_id}", { ...pathOf(user), body: said }));
}

export function removeLimits(user: string): Promise<UserLimits> {
  return answerOf(api.DELETE("/api/v1/backtest/limits/{user_id}", pathOf(user)));
}

/** Let results live so many hours from when they were made; null: as long as their run asked for. */
export function keepFor({ user, strategy }: RunPlace, hours: number | null): Promise<Lives> {
  return answerOf(
    api.PUT("/api/v1/backtest/ttl/{user_id}/{strategy_id}", {
      params: { path: { user_id: user, strategy_id: strategy } },
      body: { ttl_hours: hours },
    }),
  );
}

function pathOf(user: string) {
  return { params: { path: { user_id: user } } };
}
