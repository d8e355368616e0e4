import { describe, expect, it } from "vitest";
import type { DamagedRun, Run } from "../src/api/schema";
import { differing, tagsIn, tagsOf } from "../src/format/remembered";
import { listed } from "../src/views/results/listed";

function makeRun(name: string, notes: Run["notes"]): Run {
  return { strategy_id: `id-${name}`, strategy_name: name, created_at: name, notes } as Run;
}

const SAID = { note: null, changed_at: "2026-01-01T10:00:00" };
const RESULTS: (Run | DamagedRun)[] = [
  makeRun("Straddle", { name: "First try", tags: ["october", "IV 10"], ...SAID }),
  makeRun("Condor", { name: null, tags: ["IV 9"], ...SAID }),
  makeRun("Wing", null),
];

describe("tags", () => {
  it("are typed with commas between them, each once", () => {
    expect(tagsOf(" rsi, Short legs ,RSI,, ")).toEqual(["rsi", "Short legs"]);
    expect(tagsOf(" , ")).toEqual([]);
  });

  it("are those of all results, in order", () => {
    expect(tagsIn(RESULTS)).toEqual(["IV 9", "IV 10", "october"]);
  });

  it("choose results, and are found by a search as a name of one's own is", () => {
    const ids = (text: string, tag: string | null) =>
      listed(RESULTS, { text, tag, order: "name" }).map((each) => each.strategy_id);
    expect(ids("", "october")).toEqual(["id-Straddle"]);
    expect(ids("condor", "october")).toEqual([]);
    expect(ids("first TRY", null)).toEqual(["id-Straddle"]);
    expect(ids("iv", null)).toEqual(["id-Condor", "id-Straddle"]);
    expect(ids("straddle", null)).toEqual(["id-Straddle"]);
  });
});

describe("a run of the past", () => {
  it("says the options that were others", () => {
    const present = { scale: 1, fill: "last", slippage: "0 points" };
    expect(differing({ ...present, scale: 2 }, present)).toEqual(["scale 2"]);
    expect(differing(present, present)).toEqual([]);
    expect(differing({ scale: 1, fill: "last" }, present)).toEqual(["slippage –"]);
    expect(differing(null, undefined)).toEqual([]);
  });
});
