// Which indicators are drawn over the candles, and which below them, in panes of their own.

import type { Chart } from "../../api/schema";

export interface Line {
  name: string;
  values: (number | null)[];
}

export interface IndicatorPanes {
  over: Line[];
  below: { name: string; lines: Line[] }[];
}

/** An indicator whose values lie about where the prices do is drawn over them; its outputs stay together. */
export function panesOf(chart: Pick<Chart, "candles" | "indicators">): IndicatorPanes {
  const low = Math.min(...chart.candles.map((candle) => candle.low));
  const high = Math.max(...chart.candles.map((candle) => candle.high));
  const room = Math.max(high - low, high * 0.01) * 2;
  const families = new Map<string, Line[]>();
  for (const [name, values] of Object.entries(chart.indicators)) {
    const family = name.replace(/\)\.[^.]*$/, ")");
    families.set(family, [...(families.get(family) ?? []), { name, values }]);
  }
  const panes: IndicatorPanes = { over: [], below: [] };
  for (const [name, lines] of families) {
    const over = lines.filter((line) => liesWithin(line.values, low - room, high + room));
    const rest = lines.filter((line) => !over.includes(line) && !isDirection(line.values));
    panes.over.push(...over);
    if (rest.length > 0) panes.below.push({ name, lines: rest });
  }
  return panes;
}

function liesWithin(values: readonly (number | null)[], low: number, high: number): boolean {
  const known = values.filter((value) => value !== null);
  return known.length > 0 && known.every((value) => low <= value && value <= high);
}

/** An output that is only ever 1 or −1 says a direction: the line it belongs to shows it already. */
function isDirection(values: readonly (number | null)[]): boolean {
  const known = values.filter((value) => value !== null);
  return known.length === 0 || known.every((value) => Math.abs(value) === 1);
}
