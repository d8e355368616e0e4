import { describe, expect, it } from "vitest";
import type { Condition } from "../src/api/schema";
import { holds } from "../src/reasons/condition-table";
import { lengthOf, marksOnOption, marksOnUnderlying, placeOf } from "../src/views/day/marks";
import { panesOf } from "../src/views/day/panes";
import { makeCandle, makePosition } from "./made";

describe("marks", () => {
  it("lie at the spot prices on the underlying, at the fills on the option", () => {
    const position = makePosition();
    expect(marksOnUnderlying([position])[0]).toMatchObject({
      bought: true,
      gain: true,
      entry: { price: 25065.8 },
      exit: { price: 25100 },
    });
    expect(marksOnOption([position], position.symbol)[0]).toMatchObject({
      entry: { price: 240 },
      exit: { price: 250 },
    });
    expect(marksOnOption([position], "NIFTY:2024-10-17:OPT:25100:CE")).toEqual([]);
  });

  it("have no exit while a position is open, and no colour for it", () => {
    const open = makePosition({ exit_time: null, exit_price: null, nifty_spot_at_exit: null, pnl: 0 });
    expect(marksOnUnderlying([open])[0]).toMatchObject({ exit: null, gain: null });
  });

  it("are not made from a price that is missing", () => {
    expect(marksOnUnderlying([makePosition({ nifty_spot_at_entry: null })])).toEqual([]);
    expect(marksOnUnderlying([makePosition({ nifty_spot_at_exit: null })])[0]?.exit).toBeNull();
  });

  it("stand in the candle of their time, also behind a gap", () => {
    const starts = [60, 120, 300];
    expect(placeOf(starts, 59)).toBeNull();
    expect(placeOf(starts, 60)).toEqual({ candle: 0, part: 0 });
    expect(placeOf(starts, 150)).toEqual({ candle: 1, part: 0.5 });
    expect(placeOf(starts, 250)).toEqual({ candle: 1, part: 1 });
    expect(placeOf(starts, 1000)).toEqual({ candle: 2, part: 1 });
    expect(placeOf([], 5)).toBeNull();
    expect(lengthOf([60])).toBe(60);
  });
});

describe("panes", () => {
  const candles = [makeCandle("09:15:00", 100), makeCandle("09:16:00", 102)];

  it("are drawn over the candles where the values lie about the prices", () => {
    const panes = panesOf({ candles, indicators: { "sma(20)": [null, 101], "rsi(14,close)": [20, 80] } });
    expect(panes.over.map((line) => line.name)).toEqual(["sma(20)"]);
    expect(panes.below.map((pane) => pane.name)).toEqual(["rsi(14,close)"]);
  });

  it("keep the outputs of an indicator together and leave directions out", () => {
    const indicators = {
      "supertrend(10,3).SUPERT": [null, 100.5],
      "supertrend(10,3).SUPERTd": [null, 1],
      "macd(12,26,9).MACD": [0.1, 0.2],
      "macd(12,26,9).SIGNAL": [0.3, 0.1],
    };
    const panes = panesOf({ candles, indicators });
    expect(panes.over.map((line) => line.name)).toEqual(["supertrend(10,3).SUPERT"]);
    expect(panes.below).toEqual([
      {
        name: "macd(12,26,9)",
        lines: [
          { name: "macd(12,26,9).MACD", values: [0.1, 0.2] },
          { name: "macd(12,26,9).SIGNAL", values: [0.3, 0.1] },
        ],
      },
    ]);
  });

  it("leave out what has no value yet", () => {
    expect(panesOf({ candles, indicators: { "sma(200)": [null, null] } })).toEqual({ over: [], below: [] });
  });
});

describe("a group of conditions", () => {
  const conditions = [true, false, true].map((result, leaf) => ({ result, leaf }) as Condition);

  it("holds when all, or one, of its items do, at any depth", () => {
    expect(holds({ logic: "AND", items: [0, 2] }, conditions)).toBe(true);
    expect(holds({ logic: "AND", items: [0, 1] }, conditions)).toBe(false);
    expect(holds({ logic: "OR", items: [1, { logic: "AND", items: [0, 2] }] }, conditions)).toBe(true);
    expect(holds({ logic: "AND", items: [0, { logic: "OR", items: [1] }] }, conditions)).toBe(false);
  });
});
