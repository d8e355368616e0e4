// The order of a table of points: by a figure, or by a parameter (`value:name`). What has no value comes last.

import type { Point } from "../../api/schema";
import type { SortOrder } from "../../parts/sorted";

const OF_VALUE = "value:";

export function sortedPoints(points: readonly Point[], { by, down }: SortOrder<string>): Point[] {
  const figureOf = (point: Point): unknown =>
    by.startsWith(OF_VALUE) ? point.values[by.slice(OF_VALUE.length)] : point[by as keyof Point];
  return [...points].sort((one, other) => {
    const [a, b] = [figureOf(one), figureOf(other)];
    if (a === b) return one.point - other.point;
    if (a === null || a === undefined) return 1;
    if (b === null || b === undefined) return -1;
    const less = typeof a === typeof b ? (a as number) < (b as number) : String(a) < String(b);
    return less !== down ? -1 : 1;
  });
}
