// What outlives results: a user's notes, and the history of a strategy's runs.

import { queryOptions } from "@tanstack/react-query";
import type { RunPlace } from "../address";
import { answerOf, api } from "./client";
import type { NotesBody, NotesTold } from "./schema";

export function notesQuery(place: RunPlace) {
  return queryOptions({
    queryKey: ["notes", place.user, place.strategy],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/backtest/notes/{user_id}/{strategy_id}", { ...pathOf(place), signal })),
    staleTime: 0,
  });
}

/** `ended`: the run that has ended last, so that its end asks for the history again. */
export function historyQuery(place: RunPlace, ended: string) {
  return queryOptions({
    queryKey: ["history", place.user, place.strategy, ended],
    queryFn: ({ signal }) =>
      answerOf(api.GET("/api/v1/backtest/history/{user_id}/{strategy_id}", { ...pathOf(place), signal })),
    staleTime: 0,
  });
}

/** Every strategy of a user of which a run has ended. */
export function historiesQuery(user: string) {
  return queryOptions({
    queryKey: ["histories", user],
    queryFn: ({ signal }) =>
      answerOf(
        api.GET("/api/v1/backtest/history/{user_id}", { params: { path: { user_id: user } }, signal }),
      ),
    staleTime: 0,
  });
}

export function saveNotes(place: RunPlace, said: NotesBody): Promise<NotesTold> {
  return answerOf(
    api.PUT("/api/v1/backtest/notes/{user_id}/{strategy_id}", { ...pathOf(place), body: said }),
  );
}

export function deleteHistory(place: RunPlace) {
  return answerOf(api.DELETE("/api/v1/backtest/history/{user_id}/{strategy_id}", pathOf(place)));
}

function pathOf({ user, strategy }: RunPlace) {
  return { params: { path: { user_id: user, strategy_id: strategy } } };
}
