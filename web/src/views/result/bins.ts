// How often a day's profit was of which size.

import { stepOf } from "../../parts/scale";

export interface Bin {
  from: number;
  to: number;
  days: number;
}

/** Bins of one round width, with a border at zero, from the least to the greatest; a day at a border counts above. */
export function binsOf(profits: readonly number[], wanted = 16): Bin[] {
  if (profits.length === 0) return [];
  const [least, most] = [Math.min(0, ...profits), Math.max(0, ...profits)];
  const width = stepOf(Math.max((most - least) / wanted, 1));
  const first = Math.floor(least / width);
  const last = Math.max(first, Math.floor(most / width));
  const bins = Array.from({ length: last - first + 1 }, (_, at) => ({
    from: (first + at) * width,
    to: (first + at + 1) * width,
    days: 0,
  }));
  for (const amount of profits) {
    const bin = bins[Math.floor(amount / width) - first];
    if (bin !== undefined) bin.days += 1;
  }
  return bins;
}
