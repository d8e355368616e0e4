// Trades as they lie on a chart: where in time and at which price each begins and ends.

import type { Position } from "../../api/schema";
import { secondsOf } from "../../format/time";

export interface Mark {
  trade: string;
  bought: boolean;
  gain: boolean | null;
  entry: { time: number; price: number };
  exit: { time: number; price: number } | null;
}

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
      return mark === null ? [] : [mark];
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
  };
}

/** The number of the candle in which a time lies, and how far in, 0 to 1; null before the first. */
export function placeOf(starts: readonly number[], time: number): { candle: number; part: number } | null {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? Number.POSITIVE_INFINITY) <= time) low = middle + 1;
    else high = middle;
  }
  const candle = low - 1;
  const start = starts[candle];
  if (start === undefined) return null;
  const length = Math.max(1, lengthOf(starts));
  return { candle, part: Math.min(1, (time - start) / length) };
}

/** How long a candle is: the least time between two. */
export function lengthOf(starts: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (let at = 1; at < starts.length; at += 1) {
    least = Math.min(least, (starts[at] ?? 0) - (starts[at - 1] ?? 0));
  }
  return Number.isFinite(least) ? least : 60;
}
