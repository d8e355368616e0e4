import { describe, expect, it } from "vitest";
import { addressOf, addressOfJob, viewOf } from "../src/address";
import type { Point } from "../src/api/schema";
import { cellsOf } from "../src/views/sweep/heat";
import { chosenOf, pointsOf } from "../src/views/sweep/parameter-fields";
import { nameOf, placesOf, valuesOf } from "../src/views/sweep/places";
import { lookAgainAfter, walkQuery } from "../src/views/sweep/queries";
import { sortedPoints } from "../src/views/sweep/sort-points";

const DOCUMENT = {
  nodes: [
    { id: "start", position: { x: 5, y: 7 }, data: { label: "Start", length: 14, symbol: "NIFTY" } },
    {
      id: "enter",
      position: { x: 1, y: 1 },
      data: {
        positions: [{ vpi: "leg-1", quantity: 1, optionDetails: { expiry: "W0", strikeType: "ATM" } }],
        "odd key": { timeValue: "09:17" },
        optional: true,
      },
    },
  ],
};

function point(number: number, values: Point["values"], net: number, rank: number | null): Point {
  return { point: number, values, net_pnl: net, rank } as Point;
}

describe("places of a strategy", () => {
  it("are its numbers, times and strikes, not where it is drawn", () => {
    expect(placesOf(DOCUMENT).map((place) => [place.path, place.value, place.group])).toEqual([
      ["$.nodes[0].data.length", 14, "Start"],
      ["$.nodes[1].data.positions[0].quantity", 1, "enter"],
      ["$.nodes[1].data.positions[0].optionDetails.expiry", "W0", "enter"],
      ["$.nodes[1].data.positions[0].optionDetails.strikeType", "ATM", "enter"],
      ["$.nodes[1].data['odd key'].timeValue", "09:17", "enter"],
    ]);
  });

  it("are found in a wrapper, also where that is JSON text, and nowhere in anything else", () => {
    const wrapped = placesOf({ id: 1, strategy: JSON.stringify(DOCUMENT) });
    expect(wrapped[0]?.path).toBe("$.strategy.nodes[0].data.length");
    for (const odd of [null, 5, "x", [], {}, { strategy: "{" }, { nodes: [null, 3] }]) {
      expect(placesOf(odd)).toEqual([]);
    }
  });

  it("have names of their own", () => {
    const [first] = placesOf(DOCUMENT);
    if (first === undefined) throw new Error("there is a place");
    expect(nameOf(first, [])).toBe("length");
    expect(nameOf(first, ["length"])).toBe("length 2");
    expect(chosenOf(placesOf(DOCUMENT))).toEqual([
      { path: "$.nodes[0].data.length", name: "length", text: "14", values: [14] },
    ]);
  });
});

describe("values", () => {
  it("are listed, or a range; each once", () => {
    expect(valuesOf("10, 20,30")).toEqual([10, 20, 30]);
    expect(valuesOf("20..35..5")).toEqual([20, 25, 30, 35]);
    expect(valuesOf("0.1..0.3..0.1")).toEqual([0.1, 0.2, 0.3]);
    expect(valuesOf("1..3, 9")).toEqual([1, 2, 3, 9]);
    expect(valuesOf('09:17, "5", true')).toEqual(["09:17", "5", true]);
    for (const odd of ["", "1,", "1,1", "5..1", "1..3..0", "1..99999"]) expect(valuesOf(odd)).toBeNull();
  });

  it("make points together", () => {
    const made = (name: string, path: string, text: string) => ({ name, path, text, values: valuesOf(text) });
    expect(pointsOf([made("a", "$.a", "1..10"), made("b", "$.b", "1,2,3")])).toBe(30);
    expect(pointsOf([made("a", "$.a", "1"), made("a", "$.b", "1")])).toBeNull();
    expect(pointsOf([made("a", "$.a", "1"), made("b", "$.a", "1")])).toBeNull();
    expect(pointsOf([made("a", "$.a", "")])).toBeNull();
    expect(pointsOf([])).toBeNull();
  });
});

describe("a heat map", () => {
  const across = { name: "a", values: [1, 2] };
  const down = { name: "b", values: ["x", "y"] };

  it("has the best point of each cell, and its strength by the largest amount", () => {
    const cells = cellsOf(
      [
        point(1, { a: 1, b: "x", c: 1 }, -50, 3),
        point(2, { a: 1, b: "x", c: 2 }, 100, 1),
        point(3, { a: 2, b: "y", c: 1 }, -200, 4),
        point(4, { a: 2, b: "x", c: 1 }, 900, null),
      ],
      across,
      down,
    );
    expect(cells.map((row) => row.map((cell) => cell?.point.point ?? null))).toEqual([
      [2, null],
      [null, 3],
    ]);
    expect([cells[0]?.[0]?.strength, cells[1]?.[1]?.strength]).toEqual([0.5, -1]);
  });

  it("tells a number from a text, and has no colour where all is zero", () => {
    const cells = cellsOf(
      [point(1, { a: "1", b: "x" }, 0, 1), point(2, { a: 1, b: "x" }, 0, 1)],
      across,
      down,
    );
    expect([cells[0]?.[0]?.point.point, cells[0]?.[0]?.strength]).toEqual([2, 0]);
  });
});

describe("points", () => {
  const points = [point(1, { a: 10 }, 5, 2), point(2, { a: 9 }, 7, null), point(3, { a: 100 }, 6, 1)];
  const order = (by: string, down: boolean) => sortedPoints(points, { by, down }).map((each) => each.point);

  it("are sorted by a figure or by a parameter; what has no value comes last", () => {
    expect(order("rank", false)).toEqual([3, 1, 2]);
    expect(order("rank", true)).toEqual([1, 3, 2]);
    expect(order("net_pnl", true)).toEqual([2, 3, 1]);
    expect(order("value:a", false)).toEqual([2, 1, 3]);
  });
});

describe("addresses of sweeps", () => {
  it("lead to their views and back", () => {
    for (const view of [
      { view: "sweeps", user: null, strategy: null },
      { view: "sweeps", user: "ann", strategy: "s-1" },
      { view: "sweep", user: "ann", sweep: "bt_20241202_153045_abc123" },
    ] as const) {
      const { pathname, search } = new URL(addressOf(view), "http://localhost");
      expect(viewOf(pathname, search)).toEqual(view);
    }
    expect(viewOf("/sweep/ann", "").view).toBe("unknown");
    expect(viewOf("/sweep/ann/one/more", "").view).toBe("unknown");
  });

  it("follow the kind of a job", () => {
    const job = { job_id: "bt_1", strategy_id: "s-1" };
    expect(addressOfJob("ann", { ...job, kind: "sweep" })).toBe("/sweep/ann/bt_1");
    expect(addressOfJob("ann", { ...job, kind: "run" })).toBe("/r/ann/s-1");
  });
});

describe("a sweep that goes on", () => {
  it("is walked anew when it has come further", () => {
    const of = (days: number) =>
      walkQuery({ user: "ann", sweep: "bt" }, { train: 1, test: 1, anchored: false }, "sharpe", days)
        .queryKey;
    expect(of(3)).toEqual(of(3));
    expect(of(3)).not.toEqual(of(4));
  });

  it("is looked at less often the more there is to fold", () => {
    const pause = (points_total: number, completed_days: number) =>
      lookAgainAfter({ points_total, completed_days });
    expect([lookAgainAfter(undefined), pause(9, 20), pause(1000, 100), pause(1000, 500)]).toEqual([
      1000, 1000, 5000, 15_000,
    ]);
  });
});
