// Axes: numbers to places on a picture, and round numbers to write beside it.

export interface Scale {
  (value: number): number;
  ticks: number[];
}

/** A linear scale over values, zero always within, mapped to places from `low` to `high`. */
export function scaleOf(values: readonly number[], low: number, high: number, wanted = 5): Scale {
  let [least, most] = [0, 0];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  if (least === most) most = least + 1;
  const step = stepOf((most - least) / wanted);
  const first = Math.floor(least / step);
  const last = Math.ceil(most / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
  const [from, to] = [first * step, last * step];
  const scale = ((value: number) => low + ((value - from) / (to - from)) * (high - low)) as Scale;
  scale.ticks = ticks;
  return scale;
}

/** The smallest of 1, 2, 5 × 10ⁿ that is at least so large. */
export function stepOf(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((each) => each * power >= least * (1 - 1e-9)) ?? 10;
  return factor * power;
}
