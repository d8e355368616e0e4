// What happens to a job, as it happens: its status on this page follows its events, and what they change is asked for
// again, at most once a second. While they do not come, the page asks now and then, as it would without them.

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Refusal } from "../api/client";
import { isLast, readEvents, type Told } from "../api/events";
import type { Status } from "../api/schema";

const ASK_AGAIN_MS = 1000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 10_000;

/** Follow a job's events; whether they come. */
export function useEvents(job: string | undefined): boolean {
  const client = useQueryClient();
  const [live, setLive] = useState<string | null>(null);
  useEffect(() => {
    if (job === undefined) return;
    const leaving = new AbortController();
    void follow(job, client, setLive, leaving.signal);
    return () => leaving.abort();
  }, [job, client]);
  return job !== undefined && live === job;
}

async function follow(
  job: string,
  client: QueryClient,
  setLive: (job: string | null) => void,
  signal: AbortSignal,
): Promise<void> {
  const askAgain = atMostEvery(ASK_AGAIN_MS, () => {
    const status = client.getQueryData<Status>(["status", job]);
    void client.invalidateQueries({ queryKey: ["status", job] });
    if (status) {
      void client.invalidateQueries({ queryKey: ["metadata", status.user_id, status.strategy_id] });
    }
  });
  let after = 0;
  let wait = FIRST_WAIT_MS;
  let over = false;
  const onEvent = ({ id, event }: Told) => {
    if (signal.aborted) return;
    setLive(job);
    after = id;
    wait = FIRST_WAIT_MS;
    over = isLast(event);
    client.setQueryData<Status>(["status", job], (known) => known && withEvent(known, event));
    askAgain();
  };
  while (!over && !signal.aborted) {
    try {
      await readEvents(job, after, onEvent, signal);
    } catch (error) {
      if (error instanceof Refusal && !error.lost && error.status < 500) over = true; // asking again would not help
    }
    if (signal.aborted) return;
    setLive(null);
    if (over) return;
    await new Promise((done) => setTimeout(done, wait));
    wait = Math.min(2 * wait, LONGEST_WAIT_MS);
  }
}

/** A job's status after an event. A stream that begins again tells the past once more: that does not set it back. */
export function withEvent(known: Status, event: Told["event"]): Status {
  const older = event.progress.completed_days < known.progress.completed_days;
  if (older || (isEnded(known) && !isLast(event))) return known;
  return {
    ...known,
    status: event.status,
    progress: event.progress,
    queue_position: event.queue_position,
    error: event.error,
  };
}

function isEnded(known: Status): boolean {
  return known.status !== "queued" && known.status !== "running";
}

/** Calls at once, and then at most so often, but always once after the last time it was asked to. */
export function atMostEvery(everyMs: number, call: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  let waiting = false;
  const now = () => {
    last = Date.now();
    waiting = false;
    call();
  };
  return () => {
    if (waiting) return;
    const left = last + everyMs - Date.now();
    if (left <= 0) {
      now();
      return;
    }
    waiting = true;
    setTimeout(now, left);
  };
}
