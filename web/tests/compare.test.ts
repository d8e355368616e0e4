import { describe, expect, it } from "vitest";
import { addressOf, addressOfComparison, resultName, viewOf } from "../src/address";
import type { ComparedDay, DayOfResult } from "../src/api/schema";
import { scaleOf } from "../src/parts/scale";
import { asBase } from "../src/views/compare/compare-view";
import { onlyReasons } from "../src/views/compare/differing-days";
import { dayAt, lastKnown, pathOf } from "../src/views/compare/lines";

const ONE = { user: "ann", strategy: "one" };
const TWO = { user: "ann", strategy: "two@2" };

function parsed(address: string) {
  const { pathname, search } = new URL(address, "http://localhost");
  return viewOf(pathname, search);
}

describe("a comparison's address", () => {
  it("names its results in their order, and is read as it is written", () => {
    const address = addressOfComparison([TWO, ONE]);
    expect(parsed(address)).toEqual({ view: "compare", results: [TWO, ONE] });
    expect(addressOf(parsed(address))).toBe(address);
    expect(resultName(TWO)).toBe("ann/two@2");
  });

  it("counts a result once, and what is none not at all", () => {
    const named = "result=ann/one&result=ann/one&result=ann&result=a/b/c&result=/x&result=ann%2Ftwo%402";
    expect(parsed(`/compare?${named}`)).toEqual({ view: "compare", results: [ONE, TWO] });
    expect(parsed("/compare")).toEqual({ view: "compare", results: [] });
    expect(parsed("/compare/more")).toEqual({ view: "unknown", path: "/compare/more" });
  });

  it("can have another of them as the base", () => {
    expect(asBase([ONE, TWO], 1)).toEqual([TWO, ONE]);
    expect(asBase([ONE, TWO], 5)).toEqual([ONE, TWO]);
  });
});

describe("the lines of several results", () => {
  const scale = scaleOf([0, 100], 100, 0);
  const xOf = (at: number) => at * 10;

  it("are broken by a day without a value, and never drawn through 0 there", () => {
    expect(pathOf([0, 100, null, 100, 0], xOf, scale)).toBe("M0.0 100.0L10.0 0.0M30.0 0.0L40.0 100.0");
    expect(pathOf([null, 100, null], xOf, scale)).toBe("M10.0 0.0h0.1");
    expect(pathOf([null, null], xOf, scale)).toBe("");
  });

  it("end at the last day that has a value", () => {
    expect(lastKnown([1, null, 3, null])).toBe(2);
    expect(lastKnown([null])).toBe(-1);
  });

  it("are read at the day that is nearest", () => {
    expect(dayAt(0, 60, 160, 11)).toBe(0);
    expect(dayAt(104, 60, 160, 11)).toBe(4);
    expect(dayAt(106, 60, 160, 11)).toBe(5);
    expect(dayAt(999, 60, 160, 11)).toBe(10);
    expect(dayAt(999, 60, 160, 1)).toBe(0);
  });
});

describe("days that differ", () => {
  const on = (...differs: DayOfResult["differs"]): DayOfResult => ({
    status: "traded",
    pnl: 1,
    net_pnl: 1,
    differs,
  });
  const day = (...results: DayOfResult[]): ComparedDay => ({ date: "01-10-2024", results });

  it("are told apart from those on which only reasons do", () => {
    expect(onlyReasons(day(on(), on("reasons")))).toBe(true);
    expect(onlyReasons(day(on(), on("reasons"), on("trades")))).toBe(false);
    expect(onlyReasons(day(on(), on("prices", "reasons")))).toBe(false);
  });
});
