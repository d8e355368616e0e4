// A job's events, as the server sends them (server-sent events). Read by fetch: an EventSource can carry no key.

import { createParser } from "eventsource-parser";
import { LOST, Refusal, withKey } from "./client";
import type { JobEvent } from "./schema";

/** An event and its number, after which the next ones can be asked for. */
export interface Told {
  id: number;
  event: JobEvent;
}

/** Whether an event is the last one of a job, unless it is resumed. */
export function isLast({ event }: JobEvent): boolean {
  return event === "completed" || event === "failed" || event === "cancelled";
}

/** Read a job's events after one of them as they come, until the server ends the stream; throws where it does not begin. */
export async function readEvents(
  job: string,
  after: number,
  onEvent: (told: Told) => void,
  signal: AbortSignal,
): Promise<void> {
  const address = new URL(`/api/v1/backtest/status/${job}/events`, window.location.origin);
  const request = withKey(new Request(address, { headers: { "Last-Event-ID": String(after) }, signal }));
  const answer = await fetch(request).catch((reason: unknown) => {
    throw signal.aborted ? reason : LOST;
  });
  if (answer.status === 204) return;
  if (!answer.ok || answer.body === null) throw new Refusal(answer.status, {});
  const parser = createParser({
    onEvent: ({ id, data }) => onEvent({ id: Number(id), event: JSON.parse(data) as JobEvent }),
  });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) parser.feed(part.value);
}
