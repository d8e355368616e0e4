import { describe, expect, it } from "vitest";
import { addressOf, type View, viewOf } from "../src/address";

function read(address: string): View {
  const url = new URL(address, "http://localhost");
  return viewOf(url.pathname, url.search);
}

const PLACE = { user: "user_123", strategy: "5708424d-5962-4629-978c-05b3a174e104" };
const DAY = { ...PLACE, date: "01-10-2024" };

const RUN = { view: "run", user: null, strategy: null, from: null, to: null, options: {} } as const;
const SHOWN = { at: null, selected: null, timeframe: null, symbol: null };

const VIEWS: View[] = [
  { view: "results", user: null },
  { view: "results", user: "a@b.c" },
  RUN,
  { ...RUN, user: "other", strategy: "s", from: "2024-10-01", to: "2024-10-31" },
  {
    ...RUN,
    strategy: "s",
    options: { scale: "2", fill: "next", slippage: "0.5 points", max_price_age_s: "0" },
  },
  { view: "strategies", user: null },
  { view: "strategies", user: "other" },
  { view: "strategy", user: null, strategy: "iron-condor" },
  { view: "strategy", user: "other", strategy: "iron-condor" },
  { view: "webhooks" },
  { view: "result", ...PLACE },
  { view: "as-run", ...PLACE },
  { view: "day", ...DAY, ...SHOWN },
  {
    view: "day",
    ...DAY,
    at: "2024-10-01T09:17:21",
    selected: "entry-2-pos1-r0",
    timeframe: "5m",
    symbol: "SENSEX",
  },
  { view: "trade", ...DAY, trade: "entry-2-pos1-r0", tab: "entry" },
  { view: "trade", ...DAY, trade: "entry-2-pos1-r0", tab: "exit" },
  { view: "trade", ...DAY, trade: "entry-2-pos1-r0", tab: "part-2" },
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

  it("name a day either way round, and are written the way files are named", () => {
    expect(read("/r/u/s/2024-10-01")).toEqual(read("/r/u/s/01-10-2024"));
    expect(read("/run?from=01-10-2024&to=2024-10-31")).toMatchObject({
      from: "2024-10-01",
      to: "2024-10-31",
    });
  });

  it.each([
    ["/r/u/s/01-10-2024?at=garbage&timeframe=x&symbol=", { at: null, timeframe: null }],
    ["/r/u/s/01-10-2024?at=2024-10-01T09:17:21", { at: "2024-10-01T09:17:21" }],
    ["/r/u/s/01-10-2024/t?tab=part-x", { tab: "entry" }],
    ["/run?from=31-02-2024&to=x", { from: null, to: null }],
    ["/run?scale=<b>&fill=best&slippage=;&max_price_age_s=-1&nothing=1", { options: {} }],
  ])("%s counts as not said where it makes no sense", (address, found) => {
    expect(read(address)).toMatchObject(found);
  });

  it.each(["/x", "/r", "/run/now", "/strategies/a/b", "/r/a/b/c/d/e", "/r/a/b/c/why/e/f", "/%"])(
    "%s is none of the page",
    (path) => {
      expect(viewOf(path, "")).toEqual({ view: "unknown", path });
    },
  );
});
