// Words for what the files name shortly.

import type { ChargeLines } from "../api/schema";
import { rupees } from "./money";

const EXIT_REASONS: Record<string, string> = {
  exit_condition_met: "Exit condition",
  stop_loss: "Stop",
  target: "Target",
  trailing_stop: "Trailing stop",
  square_off_immediate: "Square-off",
  square_off_performance: "Square-off (profit or loss)",
  square_off_time: "Square-off (time)",
  "Expiry settlement": "Settled at expiry",
};

const REJECTION_REASONS: Record<string, string> = {
  no_price: "no price",
  stale_price: "the last price is too old",
  stale_spot: "the underlying's price is too old",
  no_expiry: "no such expiry is listed",
  no_strike: "no such strike is listed",
  no_spot: "the underlying has no price",
  no_quantity: "less than one lot",
  already_open: "already open",
  max_entries: "the most entries of the day",
  session_over: "the session is over",
  limit_not_reached: "its limit was not reached in time",
};

const KINDS: Record<string, string> = {
  start: "Start",
  entry_signal: "Entry signal",
  exit_signal: "Exit signal",
  re_entry_signal: "Re-entry signal",
  entry: "Entry",
  exit: "Exit",
  square_off: "Square-off",
  other: "Other",
  startNode: "Start",
  entrySignalNode: "Entry signal",
  exitSignalNode: "Exit signal",
  reEntrySignalNode: "Re-entry signal",
  reEntryNode: "Re-entry signal",
  entryNode: "Entry",
  exitNode: "Exit",
  squareOffNode: "Square-off",
};

const CONDITION_TYPES: Record<string, string> = { live: "live", non_live: "non-live", time: "time" };

export function exitReason(reason: string | null): string {
  return reason === null ? "open" : (EXIT_REASONS[reason] ?? reason);
}

export function rejectionReason(reason: string): string {
  return REJECTION_REASONS[reason] ?? reason;
}

export function nodeKind(kind: string): string {
  return KINDS[kind] ?? kind;
}

export function conditionType(type: string): string {
  return CONDITION_TYPES[type] ?? type;
}

/** `1 position`, `2 positions`. */
export function counted(number: number, noun: string, several = `${noun}s`): string {
  return `${number.toLocaleString("en-IN")} ${number === 1 ? noun : several}`;
}

/** `NIFTY 17 Oct 25050 CE` of `NIFTY:2024-10-17:OPT:25050:CE`. */
export function contractName(symbol: string): string {
  const parts = /^([^:]+):(\d{4})-(\d{2})-(\d{2}):OPT:([^:]+):(CE|PE)$/.exec(symbol);
  if (parts === null) return symbol;
  const month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][
    Number(parts[3]) - 1
  ];
  return `${parts[1]} ${Number(parts[4])} ${month} ${parts[5]} ${parts[6]}`;
}

/** A value of a condition: numbers as short as they are exact. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return "no value";
  if (typeof value === "number") return value.toLocaleString("en-IN", { maximumFractionDigits: 6 });
  if (typeof value === "boolean") return value ? "true" : "false";
  if (Array.isArray(value)) return value.map(valueText).join(" and ");
  return String(value);
}

const LINES: Record<string, string> = {
  brokerage: "Brokerage",
  stt: "STT",
  exchange: "exchange",
  sebi: "SEBI",
  stamp: "stamp duty",
  gst: "GST",
};

/** `Brokerage ₹40.00, STT ₹9.75, …`: the lines of a contract note. */
export function chargesText(lines: ChargeLines): string {
  return Object.entries(lines)
    .map(([name, amount]) => `${LINES[name] ?? name} ${rupees(amount)}`)
    .join(", ");
}
