// The options of a run that are not as usual.

const USUAL: Record<string, string> = {
  scale: "1",
  fill: "last",
  slippage: "0 points",
  stale_slippage: "0 points",
  limit_fill: "touch",
  brokerage: "20 per order",
  terms: "as_was",
  max_price_age_s: "60",
  wait_for_trade_s: "60",
  compression_level: "1",
  ttl_hours: "default",
};

/** Those that differ from what holds without asking, as texts by name. */
export function unusual(options: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options)
      .map(([name, value]) => [name, String(value)] as const)
      .filter(([name, value]) => value !== USUAL[name]),
  );
}
