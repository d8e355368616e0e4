// A run as it is stored, looked at again and again: it may go on, be run anew, or be cleared from elsewhere.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { RunPlace } from "../address";
import { isActive, LOOK_AGAIN_MS, metadataQuery, pollAfter } from "../api/queries";

/** `watchedMs`: for how long its job has been watched, where one is at work on it. */
export function useRun(place: RunPlace, watchedMs?: () => number) {
  const client = useQueryClient();
  const found = useQuery({
    ...metadataQuery(place),
    refetchInterval: (query) => {
      if (watchedMs !== undefined) return pollAfter(watchedMs());
      return isActive(query.state.data) ? pollAfter(Number.POSITIVE_INFINITY) : LOOK_AGAIN_MS;
    },
  });

  // The days of another run are other days.
  const job = found.data?.job_id;
  const last = useRef(job);
  useEffect(() => {
    if (last.current !== undefined && job !== undefined && last.current !== job) {
      for (const name of ["day", "chart", "why"]) {
        void client.invalidateQueries({ queryKey: [name, place.user, place.strategy] });
      }
    }
    last.current = job ?? last.current;
  }, [job, client, place.user, place.strategy]);
  return found;
}
