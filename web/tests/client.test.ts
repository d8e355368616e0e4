import { describe, expect, it, vi } from "vitest";
import { answerOf, Refusal, requestHeaders, sendKey } from "../src/api/client";
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

  it("is a lost server where nobody answers, and where only a proxy does", async () => {
    await expect(answerOf(Promise.reject(new TypeError("fetch failed")))).rejects.toMatchObject({
      lost: true,
    });
    await expect(answerOf(answered(502, { error: "<html>" }))).rejects.toMatchObject({ lost: true });
  });

  it("says so where the server gave no reason", async () => {
    await expect(answerOf(answered(500, { error: "" }))).rejects.toMatchObject({
      message: "the server gave no reason",
      lost: false,
    });
  });

  it("is dropped without a word when the view that asked is gone", async () => {
    const abort = new DOMException("gone", "AbortError");
    await expect(answerOf(Promise.reject(abort))).rejects.toBe(abort);
  });
});

describe("a key", () => {
  it("goes with requests once it is there, and no longer than that", () => {
    expect(requestHeaders()).toEqual({});
    sendKey("sbk_1");
    expect(requestHeaders()).toEqual({ Authorization: "Bearer sbk_1" });
    sendKey(null);
    expect(requestHeaders()).toEqual({});
  });
});

describe("asking again", () => {
  it("is not done where the server refuses", async () => {
    const ask = vi.fn(() => Promise.reject(new Refusal(404, { detail: "none" })));
    await expect(
      makeQueryClient().fetchQuery({ queryKey: ["x"], queryFn: ask, ...retrying() }),
    ).rejects.toBeInstanceOf(Refusal);
    expect(ask).toHaveBeenCalledTimes(1);
  });
});

function retrying() {
  const { retry, retryDelay } = makeQueryClient().getDefaultOptions().queries ?? {};
  return { retry: retry ?? false, retryDelay: retryDelay ?? 0 };
}
