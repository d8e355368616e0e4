import { describe, expect, it } from "vitest";
import type { Condition, Day, Position } from "../src/api/schema";
import { holds } from "../src/reasons/condition-table";
import { fannedOut, lengthOf, marksOnOption, marksOnUnderlying, placeOf } from "../src/views/day/marks";
import { panesOf } from "../src/views/day/panes";
import { tabsOf, whyOf } from "../src/views/trade/whys";
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
    expect(placeOf(starts, 60, 59)).toBeNull();
    expect(placeOf(starts, 60, 60)).toEqual({ candle: 0, part: 0 });
    expect(placeOf(starts, 60, 150)).toEqual({ candle: 1, part: 0.5 });
    expect(placeOf(starts, 60, 250)).toEqual({ candle: 1, part: 1 });
    expect(placeOf(starts, 60, 1000)).toEqual({ candle: 2, part: 1 });
    expect(placeOf([], 60, 5)).toBeNull();
  });

  it.each([
    ["1m", 60],
    ["15m", 900],
    ["1h", 3600],
    ["1d", 86_400],
  ])("take %s candles for %d seconds long", (timeframe, seconds) => {
    expect(lengthOf(timeframe)).toBe(seconds);
  });

  it("that lie on one another are set apart", () => {
    const places = [
      { x: 10, y: 10 },
      { x: 11, y: 10.5 },
      { x: 90, y: 10 },
      { x: 10.4, y: 9.8 },
    ];
    expect(fannedOut(places, 13)).toEqual([0, 13, 0, 26]);
  });

  it("of parts lie on the option only, where their fills are", () => {
    const parts = [
      { part: 1, exit_time: "2024-10-01T09:18:00", exit_price: 245 },
      { part: null, exit_time: "2024-10-01T09:20:00", exit_price: 250 },
    ] as unknown as Position["parts"];
    const position = makePosition({ parts });
    expect(marksOnOption([position], position.symbol)[0]?.parts).toMatchObject([{ price: 245 }]);
    expect(marksOnUnderlying([position])[0]?.parts).toEqual([]);
  });
});

describe("why a position was closed", () => {
  const seen = (text: string, set: "base" | null) =>
    ({ condition_text: text, condition_set: set }) as Position["diagnostic_data"];
  const day = {
    events: [
      { execution_id: "s1", parent_execution_id: null, diagnostic_data: seen("half", "base") },
      { execution_id: "x1", parent_execution_id: "s1", diagnostic_data: seen("", null) },
      { execution_id: "q1", parent_execution_id: null, diagnostic_data: seen("", null) },
    ],
  } as unknown as Day;
  const position = makePosition({
    status: "CLOSED",
    exit_diagnostic_data: seen("rest", "base"),
    exit_condition_preview: "rest",
    exit_flow_ids: ["s2", "x2"],
    parts: [
      { part: 1, exit_event_id: "x1", exit_flow_ids: ["s1", "x1"], exit_time: "2024-10-01T09:18:00" },
      { part: 2, exit_event_id: "q1", exit_flow_ids: ["q1"], exit_time: "2024-10-01T09:19:00" },
      { part: null, exit_event_id: "x2", exit_flow_ids: ["s2", "x2"], exit_time: "2024-10-01T09:20:00" },
    ] as unknown as Position["parts"],
  });

  it("has a tab for each part before the closing one", () => {
    expect(tabsOf(position).map(({ name }) => name)).toEqual(["entry", "part-1", "part-2", "exit"]);
  });

  it("is what the signal before the order saw, or the order's own node", () => {
    expect(whyOf(day, position, "part-1")).toMatchObject({ preview: "half", flow: ["s1", "x1"] });
    expect(whyOf(day, position, "part-2")?.reason.condition_set).toBeNull();
    expect(whyOf(day, position, "exit")).toMatchObject({ preview: "rest", flow: ["s2", "x2"] });
    expect(whyOf(day, position, "part-3")).toBeNull();
    expect(whyOf(day, makePosition({ status: "OPEN", exit_diagnostic_data: null }), "exit")).toBeNull();
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
