import { describe, expect, it } from "vitest";
import { scaleOf, stepOf } from "../src/parts/scale";
import { binsOf } from "../src/views/result/bins";
import { largestOf, monthsOf, strengthOf } from "../src/views/result/months";
import { makeDay, withoutCharges } from "./made";

describe("months of a calendar", () => {
  const run = {
    daily_summaries: [makeDay("31-10-2024", 5), makeDay("01-10-2024", -3), makeDay("01-11-2024", 0)],
    monthly_summaries: [
      {
        month: "2024-10",
        days: 2,
        traded_days: 2,
        winning_days: 1,
        losing_days: 1,
        positions: 2,
        pnl: 2,
        ...withoutCharges(2),
        win_rate: 50,
      },
    ],
  };

  it("are ordered by date, with the server's sum beside each that has one", () => {
    const months = monthsOf(run);
    expect(months.map((month) => [month.name, month.summary?.pnl])).toEqual([
      ["October 2024", 2],
      ["November 2024", undefined],
    ]);
  });

  it("begin their weeks on Monday", () => {
    const october = monthsOf(run)[0];
    expect(october?.weeks).toHaveLength(5);
    expect(october?.weeks[0]?.map((cell) => cell?.day.day ?? null)).toEqual([null, 1, 2, 3, 4, 5, 6]);
    expect(october?.weeks[0]?.[1]?.summary?.pnl).toBe(-3);
    expect(october?.weeks[4]?.[3]?.summary?.pnl).toBe(5);
    expect(october?.weeks[0]?.[2]?.summary).toBeUndefined();
  });

  it("show weekends only where there was a session on one", () => {
    expect(monthsOf(run)[0]?.weekends).toBe(false);
    const saturday = { ...run, daily_summaries: [makeDay("18-05-2024", 1)] };
    expect(monthsOf(saturday)[0]?.weekends).toBe(true);
  });

  it("colour by size, the largest strongest and nothing for zero", () => {
    const largest = largestOf([makeDay("01-10-2024", -400), makeDay("02-10-2024", 100)]);
    expect(largest).toBe(400);
    expect(strengthOf(-400, largest)).toBe(1);
    expect(strengthOf(0, largest)).toBe(0);
    expect(strengthOf(100, largest)).toBeGreaterThan(0.5);
    expect(strengthOf(1, 0)).toBe(0);
  });
});

describe("bins of a distribution", () => {
  it("hold every day once, with a border at zero", () => {
    const profits = [-4360, -100, -0.05, 0, 0.05, 3630, 5516.25];
    const bins = binsOf(profits);
    expect(bins.reduce((days, bin) => days + bin.days, 0)).toBe(profits.length);
    expect(bins.some((bin) => bin.from === 0)).toBe(true);
    for (const bin of bins) {
      expect(bin.days).toBe(profits.filter((amount) => bin.from <= amount && amount < bin.to).length);
    }
  });

  it("are none without days, and one for days that are all alike", () => {
    expect(binsOf([])).toEqual([]);
    expect(binsOf([0, 0])).toEqual([{ from: 0, to: 1, days: 2 }]);
    expect(binsOf([-5]).filter((bin) => bin.days > 0)).toEqual([{ from: -5, to: -4, days: 1 }]);
  });
});

describe("a scale", () => {
  it("always has zero within, and round ticks that hold all values", () => {
    const scale = scaleOf([120, 480], 100, 0);
    expect(scale.ticks[0]).toBe(0);
    expect(scale.ticks.at(-1)).toBeGreaterThanOrEqual(480);
    expect([scale(0), scale(scale.ticks.at(-1) ?? 0)]).toEqual([100, 0]);
    expect(scaleOf([-7, -3], 100, 0).ticks.at(-1)).toBe(0);
    expect(scaleOf([0], 0, 1).ticks.length).toBeGreaterThan(1);
  });

  it.each([
    [1, 1],
    [1.1, 2],
    [3, 5],
    [6, 10],
    [0.03, 0.05],
    [2000, 2000],
  ])("steps by 1, 2 or 5: at least %d is %d", (least, step) => {
    expect(stepOf(least)).toBeCloseTo(step, 10);
  });
});
