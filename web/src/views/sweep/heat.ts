// A heat map of two parameters: the best point of each cell, and how strong its colour is. Nothing is added up.

import type { Point } from "../../api/schema";

export interface Cell {
  point: Point;
  /** From −1 for the largest loss of the map to 1 for the largest profit, by the largest of both. */
  strength: number;
}

/** Rows of cells, a row for each value of `down`; null where no point was judged. */
export function cellsOf(
  points: readonly Point[],
  across: { name: string; values: readonly unknown[] },
  down: { name: string; values: readonly unknown[] },
): (Cell | null)[][] {
  const best = new Map<string, Point>();
  for (const point of points) {
    if (point.rank === null) continue;
    const key = keyOf(point.values[across.name], point.values[down.name]);
    const known = best.get(key);
    if (known === undefined || point.rank < (known.rank ?? Number.POSITIVE_INFINITY)) best.set(key, point);
  }
  const largest = Math.max(0, ...[...best.values()].map((point) => Math.abs(point.net_pnl)));
  return down.values.map((row) =>
    across.values.map((column) => {
      const point = best.get(keyOf(column, row));
      if (point === undefined) return null;
      return { point, strength: largest === 0 ? 0 : point.net_pnl / largest };
    }),
  );
}

function keyOf(column: unknown, row: unknown): string {
  return JSON.stringify([column, row]);
}
