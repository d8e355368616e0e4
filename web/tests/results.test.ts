import { describe, expect, it } from "vitest";
import type { DamagedRun, Run } from "../src/api/schema";
import { listed } from "../src/views/results/listed";

function makeRun(name: string, created: string, pnl: number): Run {
  return {
    strategy_id: `id-${name}`,
    strategy_name: name,
    created_at: created,
    expires_at: created,
    overall_summary: { total_pnl: pnl },
  } as Run;
}

const RUNS: (Run | DamagedRun)[] = [
  makeRun("Condor 10", "2026-01-01T10:00:00", -5),
  makeRun("condor 9", "2026-01-01T12:00:00", 7),
  { user_id: "u", strategy_id: "broken", problem: "not JSON" },
  makeRun("Straddle", "2026-01-01T11:00:00", 1),
];

function names(text: string, order: Parameters<typeof listed>[1]["order"]): string[] {
  return listed(RUNS, { text, order }).map((each) => ("problem" in each ? "!" : each.strategy_name));
}

describe("results", () => {
  it("are listed by time, profit or name, with what is damaged before them", () => {
    expect(names("", "newest")).toEqual(["!", "condor 9", "Straddle", "Condor 10"]);
    expect(names("", "profit")).toEqual(["!", "condor 9", "Straddle", "Condor 10"]);
    expect(names("", "name")).toEqual(["!", "condor 9", "Condor 10", "Straddle"]);
    expect(names("", "expiry")).toEqual(["!", "Condor 10", "Straddle", "condor 9"]);
  });

  it("are found by a part of the name or the id, in either case", () => {
    expect(names(" CONDOR ", "name")).toEqual(["condor 9", "Condor 10"]);
    expect(names("id-str", "name")).toEqual(["Straddle"]);
    expect(names("nothing", "name")).toEqual([]);
  });
});
