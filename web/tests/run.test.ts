import { describe, expect, it } from "vitest";
import { pollAfter } from "../src/api/queries";
import type { UnderlyingData } from "../src/api/schema";
import { countWithin, daysOf, presetsOf } from "../src/views/run/availability";
import { optionsOf } from "../src/views/run/option-fields";

const DATA = {
  underlying: "NIFTY",
  months: { "2024-11": [1, 4], "2024-10": [1, 3, 31] },
} as unknown as UnderlyingData;

describe("available days", () => {
  it("are listed by date", () => {
    expect(daysOf(DATA)).toEqual(["2024-10-01", "2024-10-03", "2024-10-31", "2024-11-01", "2024-11-04"]);
  });

  it("count within a range, both ends included", () => {
    const days = daysOf(DATA);
    expect(countWithin(days, "2024-10-03", "2024-11-01")).toBe(3);
    expect(countWithin(days, "2024-10-04", "2024-10-30")).toBe(0);
  });

  it("give ranges that end with the last day that is not in the future", () => {
    const presets = presetsOf(daysOf(DATA), "2024-11-02");
    expect(presets[0]).toEqual({ name: "Last month", from: "2024-10-03", to: "2024-11-01" });
    expect(presets.at(-1)).toEqual({ name: "All", from: "2024-10-01", to: "2024-11-01" });
    expect(presetsOf([], "2024-11-02")).toEqual([]);
  });

  it("count months back to a day that exists", () => {
    expect(presetsOf(["2024-02-29", "2024-03-01", "2024-03-31"], "2025-01-01")[0]).toEqual({
      name: "Last month",
      from: "2024-03-01",
      to: "2024-03-31",
    });
  });
});

describe("options", () => {
  it("send what was filled in and nothing else", () => {
    expect(optionsOf({})).toEqual({});
    expect(optionsOf({ scale: " 2 ", fill: "next", slippage: "2 ticks", max_price_age_s: "0" })).toEqual({
      scale: "2",
      fill: "next",
      slippage: "2 ticks",
      max_price_age_s: 0,
    });
  });
});

describe("polling", () => {
  it("asks twice a second in the first five, then every two", () => {
    expect([0, 4999, 5000, 60_000].map(pollAfter)).toEqual([500, 500, 2000, 2000]);
  });
});
