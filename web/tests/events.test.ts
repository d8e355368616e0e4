import { afterEach, describe, expect, it, vi } from "vitest";
import { isLast, readEvents, type Told } from "../src/api/events";
import type { JobEvent, Status } from "../src/api/schema";
import { atMostEvery, withEvent } from "../src/jobs/use-events";

const PROGRESS = {
  current_date: null,
  completed_days: 2,
  total_days: 4,
  percentage: 50,
  failed_days: 0,
  pnl: 12.5,
};
const EVENT: JobEvent = {
  event: "started",
  time: "2024-10-01T09:15:00",
  job_id: "bt_20241202_153045_abc123",
  status: "running",
  progress: PROGRESS,
  queue_position: null,
  error: null,
  day: null,
};

function streamed(...parts: string[]): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(encoder.encode(part));
      controller.close();
    },
  });
  return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
}

async function read(answer: Response, after = 0): Promise<{ came: Told[]; asked: Request }> {
  const asked = vi.fn((_: Request) => Promise.resolve(answer));
  vi.stubGlobal("fetch", asked);
  const came: Told[] = [];
  await readEvents(EVENT.job_id, after, (told) => came.push(told), new AbortController().signal);
  const request = asked.mock.calls[0]?.[0];
  if (request === undefined) throw new Error("nothing was asked");
  return { came, asked: request };
}

afterEach(() => vi.unstubAllGlobals());

describe("the events of a job", () => {
  it("come whole however the stream is cut, and comments are none", async () => {
    const text = `retry: 1000\nid: 1\nevent: started\ndata: ${JSON.stringify(EVENT)}\n\n: still here\n\nid: 2\nevent: completed\ndata: ${JSON.stringify({ ...EVENT, event: "completed" })}\n\n`;
    const pieces = text.match(/[\s\S]{1,7}/g) ?? [];
    const { came, asked } = await read(streamed(...pieces), 5);
    expect(came.map(({ id, event }) => [id, event.event])).toEqual([
      [1, "started"],
      [2, "completed"],
    ]);
    expect(asked.headers.get("Last-Event-ID")).toBe("5");
  });

  it("are none where all were read", async () => {
    expect((await read(new Response(null, { status: 204 }))).came).toEqual([]);
  });

  it("are refused as anything else is", async () => {
    await expect(read(new Response("{}", { status: 404 }))).rejects.toMatchObject({ status: 404 });
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("fetch failed")));
    const asked = readEvents(EVENT.job_id, 0, () => undefined, new AbortController().signal);
    await expect(asked).rejects.toMatchObject({ status: 0 });
  });

  it("end with the job", () => {
    expect((["queued", "started", "day"] as const).some((event) => isLast({ ...EVENT, event }))).toBe(false);
    expect(
      (["completed", "failed", "cancelled"] as const).every((event) => isLast({ ...EVENT, event })),
    ).toBe(true);
  });
});

describe("a status", () => {
  const known = { ...EVENT, progress: PROGRESS, status: "running", options: {} } as unknown as Status;

  it("follows its events, and keeps what they do not say", () => {
    const later = { ...EVENT, progress: { ...PROGRESS, completed_days: 3, pnl: -1 } };
    expect(withEvent(known, later)).toMatchObject({ progress: { completed_days: 3, pnl: -1 }, options: {} });
  });

  it("is not set back by events that are told once more", () => {
    const earlier = { ...EVENT, progress: { ...PROGRESS, completed_days: 1 } };
    expect(withEvent(known, earlier)).toBe(known);
    expect(withEvent({ ...known, status: "completed" }, EVENT)).toMatchObject({ status: "completed" });
  });
});

describe("what is done at most so often", () => {
  it("is done at once, and once more after the last time it was asked for", () => {
    vi.useFakeTimers();
    const done = vi.fn();
    const ask = atMostEvery(1000, done);
    for (let number = 0; number < 5; number++) ask();
    expect(done).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1000);
    expect(done).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(5000);
    expect(done).toHaveBeenCalledTimes(2);
    vi.useRealTimers();
  });
});
