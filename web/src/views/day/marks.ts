// Trades as they lie on a chart: where in time and at which price each begins and ends.

import type { Position } from "../../api/schema";
import { secondsOf } from "../../format/time";

export interface Mark {
  trade: string;
  bought: boolean;
  gain: boolean | null;
  entry: MarkPoint;
  exit: MarkPoint | null;
  /** Closings of a part of it. */
  parts: MarkPoint[];
}

export interface MarkPoint {
  time: number;
  price: number;
}

const NEAR = 4;

/** On the underlying's chart: at the spot prices. A position whose spot had no price is not on it. */
export function marksOnUnderlying(positions: readonly Position[]): Mark[] {
  return positions.flatMap((position) => {
    const mark = markOf(position, position.nifty_spot_at_entry, position.nifty_spot_at_exit);
    return mark === null ? [] : [mark];
  });
}

/** On its own contract's chart: at the fills. */
export function marksOnOption(positions: readonly Position[], symbol: string): Mark[] {
  return positions
    .filter((position) => position.symbol === symbol)
    .flatMap((position) => {
      const mark = markOf(position, position.entry_price, position.exit_price);
      return mark === null ? [] : [{ ...mark, parts: partsOf(position) }];
    });
}

function markOf(position: Position, entered: number | null, left: number | null): Mark | null {
  if (entered === null) return null;
  const { exit_time: exitTime, pnl } = position;
  return {
    trade: position.trade_id,
    bought: position.side === "BUY",
    gain: exitTime === null || pnl === 0 ? null : pnl > 0,
    entry: { time: secondsOf(position.entry_time), price: entered },
    exit: exitTime === null || left === null ? null : { time: secondsOf(exitTime), price: left },
    parts: [],
  };
}

function partsOf(position: Position): MarkPoint[] {
  return position.parts.flatMap(({ part, exit_time: time, exit_price: price }) =>
    part === null || time === null || price === null ? [] : [{ time: secondsOf(time), price }],
  );
}

/** The number of the candle in which a time lies, and how far in, 0 to 1; null before the first. */
export function placeOf(
  starts: readonly number[],
  length: number,
  time: number,
): { candle: number; part: number } | null {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? Number.POSITIVE_INFINITY) <= time) low = middle + 1;
    else high = middle;
  }
  const candle = low - 1;
  const start = starts[candle];
  if (start === undefined) return null;
  return { candle, part: Math.min(1, (time - start) / length) };
}

/** How many seconds a candle of `5m`, `1h`, `1d` lasts. */
export function lengthOf(timeframe: string): number {
  const units: Record<string, number> = { m: 60, h: 3600, d: 86_400 };
  return Math.max(1, Number.parseInt(timeframe, 10) * (units[timeframe.slice(-1)] ?? 60) || 60);
}

/** Points that lie on one another, set apart: how far down each moves, by how many lie there before it. */
export function fannedOut(points: readonly { x: number; y: number }[], apart: number): number[] {
  return points.map(({ x, y }, at) => {
    let before = 0;
    for (let other = 0; other < at; other += 1) {
      const point = points[other];
      if (point && Math.abs(point.x - x) < NEAR && Math.abs(point.y - y) < NEAR) before += 1;
    }
    return before * apart;
  });
}
