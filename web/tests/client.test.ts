import { afterEach, describe, expect, it, vi } from "vitest";
import { answerOf, ask, canBeKey, isLost, Refusal, sendKey, serverNow } from "../src/api/client";
import { makeQueryClient } from "../src/api/queries";

function answered(status: number, more: object) {
  return Promise.resolve({ response: new Response(null, { status }), ...more });
}

describe("an answer", () => {
  it("is what the server sent", async () => {
    await expect(answerOf(answered(200, { data: { a: 1 } }))).resolves.toEqual({ a: 1 });
  });

  it("is a refusal in the server's own words for anything but success", async () => {
    const error = {
      detail: "No data found",
      right: "nearest days",
      where: "date",
      status: 404,
      request_id: "r",
    };
    const refusal = await answerOf(answered(404, { error })).catch((caught: unknown) => caught);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({
      message: "No data found",
      right: "nearest days",
      where: "date",
      status: 404,
      lost: false,
    });
  });

  it("says so where the server gave no reason", async () => {
    await expect(answerOf(answered(500, { error: "" }))).rejects.toMatchObject({
      message: "the server gave no reason",
      lost: false,
    });
  });
});

function serve(answer: () => Promise<Response>) {
  const asked = vi.fn((_: Request) => answer());
  vi.stubGlobal("fetch", asked);
  return asked;
}

const QUESTION = "http://localhost/health";

afterEach(() => {
  sendKey(null);
  vi.unstubAllGlobals();
});

describe("the way to the server", () => {
  it("is lost where nobody answers, and where only a proxy does", async () => {
    serve(() => Promise.reject(new TypeError("fetch failed")));
    expect(isLost(await ask(new Request(QUESTION)).catch((reason: unknown) => reason))).toBe(true);
    serve(async () => new Response("<html>", { status: 502, headers: { "Content-Type": "text/html" } }));
    expect(isLost(await ask(new Request(QUESTION)).catch((reason: unknown) => reason))).toBe(true);
  });

  it("is not lost where the server itself is busy, and says so", async () => {
    const headers = { "Content-Type": "application/problem+json" };
    serve(async () => new Response('{"detail":"busy"}', { status: 503, headers }));
    expect((await ask(new Request(QUESTION))).status).toBe(503);
  });

  it("tells a damaged file from a lost server", async () => {
    serve(
      async () => new Response(new ReadableStream({ start: (body) => body.error(new TypeError("decode")) })),
    );
    const error = await ask(new Request(QUESTION)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Refusal);
    expect(isLost(error)).toBe(false);
    expect(String(error)).toContain("damaged");
    await expect(answerOf(Promise.reject(new SyntaxError("JSON")))).rejects.toThrow("damaged");
  });

  it("is left without a word when the view that asked is gone", async () => {
    const abort = new DOMException("gone", "AbortError");
    serve(() => Promise.reject(abort));
    await expect(ask(new Request(QUESTION))).rejects.toBe(abort);
  });

  it("carries the key once it is there, and no longer than that", async () => {
    const asked = serve(async () => new Response("{}"));
    const sent = async () => {
      await ask(new Request(QUESTION));
      return asked.mock.lastCall?.[0].headers.get("Authorization");
    };
    expect(await sent()).toBeNull();
    sendKey("sbk_1");
    expect(await sent()).toBe("Bearer sbk_1");
    sendKey(null);
    expect(await sent()).toBeNull();
  });

  it("takes the time from the server's clock", async () => {
    const there = new Date(Date.now() + 3_600_000);
    serve(async () => new Response("{}", { headers: { Date: there.toUTCString() } }));
    await ask(new Request(QUESTION));
    expect(Math.abs(serverNow() - there.getTime())).toBeLessThan(2000);
    serve(async () => new Response("{}", { headers: { Date: new Date().toUTCString() } }));
    await ask(new Request(QUESTION));
    expect(Math.abs(serverNow() - Date.now())).toBeLessThan(2000);
  });
});

describe("a key", () => {
  it.each([
    ["sbk_abc-DEF", true],
    ["", false],
    ["with space", false],
    ["schlüssel", false],
    ["a\nb", false],
  ])("%j can be one: %s", (text, can) => {
    expect(canBeKey(text)).toBe(can);
  });
});

describe("an answer that nobody may have", () => {
  it("is told to who asks for the key", async () => {
    const told = vi.fn();
    const client = makeQueryClient(told);
    const refusal = new Refusal(401, { detail: "no key" });
    const queryFn = () => Promise.reject(refusal);
    await expect(client.fetchQuery({ queryKey: ["x"], queryFn, retry: false })).rejects.toBe(refusal);
    expect(told).toHaveBeenCalledWith(refusal);
  });
});

describe("asking again", () => {
  it("is not done where the server refuses", async () => {
    const ask = vi.fn(() => Promise.reject(new Refusal(404, { detail: "none" })));
    await expect(
      makeQueryClient(() => {}).fetchQuery({ queryKey: ["x"], queryFn: ask, ...retrying() }),
    ).rejects.toBeInstanceOf(Refusal);
    expect(ask).toHaveBeenCalledTimes(1);
  });
});

function retrying() {
  const { retry, retryDelay } = makeQueryClient(() => {}).getDefaultOptions().queries ?? {};
  return { retry: retry ?? false, retryDelay: retryDelay ?? 0 };
}
