import { describe, expect, it } from "vitest";
import { addressOf, type View, viewOf } from "../src/address";

function read(address: string): View {
  const url = new URL(address, "http://localhost");
  return viewOf(url.pathname, url.search);
}

const PLACE = { user: "user_123", strategy: "5708424d-5962-4629-978c-05b3a174e104" };
const DAY = { ...PLACE, date: "01-10-2024" };

const VIEWS: View[] = [
  { view: "results", user: null },
  { view: "results", user: "a@b.c" },
  { view: "run", strategy: null, from: null, to: null },
  { view: "run", strategy: "s", from: "2024-10-01", to: "2024-10-31" },
  { view: "strategies" },
  { view: "strategy", strategy: "iron-condor" },
  { view: "result", ...PLACE },
  { view: "day", ...DAY, at: null, selected: null, timeframe: null },
  { view: "day", ...DAY, at: "2024-10-01T09:17:21", selected: "entry-2-pos1-r0", timeframe: "5m" },
  { view: "trade", ...DAY, trade: "entry-2-pos1-r0", tab: "entry" },
  { view: "trade", ...DAY, trade: "entry-2-pos1-r0", tab: "exit" },
  { view: "why", ...DAY, node: "bullish-signal" },
];

describe("addresses", () => {
  it.each(VIEWS.map((view) => [addressOf(view), view] as const))(
    "%s is read as it was written",
    (address, view) => {
      expect(read(address)).toEqual(view);
    },
  );

  it("are those of the issue", () => {
    expect(addressOf({ view: "trade", ...DAY, trade: "t-r0", tab: "entry" })).toBe(
      `/r/user_123/${PLACE.strategy}/01-10-2024/t-r0`,
    );
  });

  it.each(["a/b", "50%", "<b>", "a b", "?x=1", "#h", "ü", "why"])("carry the node %j whole", (node) => {
    expect(read(addressOf({ view: "why", ...DAY, node }))).toEqual({ view: "why", ...DAY, node });
    expect(read(addressOf({ view: "trade", ...DAY, trade: `${node}-r0`, tab: "exit" }))).toEqual({
      view: "trade",
      ...DAY,
      trade: `${node}-r0`,
      tab: "exit",
    });
  });

  it.each(["/x", "/r", "/run/now", "/strategies/a/b", "/r/a/b/c/d/e", "/r/a/b/c/why/e/f", "/%"])(
    "%s is none of the page",
    (path) => {
      expect(viewOf(path, "")).toEqual({ view: "unknown", path });
    },
  );
});
