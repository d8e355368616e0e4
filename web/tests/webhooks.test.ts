import { describe, expect, it } from "vitest";
import { lastOutcome, urlProblem } from "../src/views/webhooks/webhook-queries";

describe("a webhook's URL", () => {
  it.each([
    "https://hooks.example.com",
    "https://hooks.example.com:8443/a?b=c@d",
    "http://intranet:8080/in",
    "https://[2606:4700::1]/x",
  ])("%s is left to the server to judge", (url) => {
    expect(urlProblem(url)).toBeNull();
  });

  it.each([
    ["", /begins with https/],
    ["hooks.example.com", /begins with https/],
    ["https://", /begins with https/],
    ["ftp://hooks.example.com", /begins with https/],
    ["https://hooks.example.com/a b", /no spaces/],
    ["https://hööks.example.com/", /ASCII/],
    ["https://hooks.example.com/#a", /no #/],
    ["https://me:secret@hooks.example.com/", /no user/],
    [`https://hooks.example.com/${"a".repeat(2048)}`, /2048/],
  ])("%s is told what is wrong with it", (url, said) => {
    expect(urlProblem(url)).toMatch(said);
  });
});

describe("what came of a delivery", () => {
  const tried = { at: "2024-12-02T15:30:45", ms: 12, status: 500 };

  it("is that of the last try", () => {
    const tries = [
      { ...tried, outcome: "answered 500" },
      { ...tried, status: 204, outcome: "answered 204" },
    ];
    expect(lastOutcome({ tries })).toBe("answered 204");
  });

  it("is said also before the first", () => {
    expect(lastOutcome({ tries: [] })).toBe("not tried yet");
  });
});
