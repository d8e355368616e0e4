// The running profit of several results over one axis of days: where the lines go, and where they are broken.

import type { Scale } from "../../parts/scale";

/** The path of a line. A day without a value breaks it; one that has no neighbour is a dot. */
export function pathOf(
  values: readonly (number | null)[],
  xOf: (at: number) => number,
  scale: Scale,
): string {
  let path = "";
  let drawing = false;
  values.forEach((value, at) => {
    if (value === null) {
      drawing = false;
      return;
    }
    const place = `${xOf(at).toFixed(1)} ${scale(value).toFixed(1)}`;
    const alone = !drawing && (values[at + 1] ?? null) === null;
    path += alone ? `M${place}h0.1` : `${drawing ? "L" : "M"}${place}`;
    drawing = true;
  });
  return path;
}

/** The last day that has a value, -1 where none has. */
export function lastKnown(values: readonly (number | null)[]): number {
  return values.reduce<number>((last, value, at) => (value === null ? last : at), -1);
}

/** The day on the axis that is nearest to a place. */
export function dayAt(x: number, left: number, right: number, days: number): number {
  const step = (right - left) / Math.max(1, days - 1);
  return Math.max(0, Math.min(days - 1, Math.round((x - left) / step)));
}
