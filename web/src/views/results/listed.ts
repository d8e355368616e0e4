// Which results are listed, and in which order.

import type { DamagedRun, Run } from "../../api/schema";

type Result = Run | DamagedRun;

/** After every stamp. */
const NEVER = "9999";

interface ListOrder {
  name: string;
  compare: (one: Run, other: Run) => number;
}

export const ORDERS = {
  newest: {
    name: "newest first",
    compare: (one, other) => compareTexts(other.created_at, one.created_at),
  },
  profit: {
    name: "by profit",
    compare: (one, other) => other.overall_summary.total_pnl - one.overall_summary.total_pnl,
  },
  name: {
    name: "by name",
    compare: (one, other) => one.strategy_name.localeCompare(other.strategy_name, "en", { numeric: true }),
  },
  expiry: {
    name: "first to expire",
    compare: (one, other) => compareTexts(one.expires_at ?? NEVER, other.expires_at ?? NEVER),
  },
} satisfies Record<string, ListOrder>;

export type Order = keyof typeof ORDERS;

export interface Listed {
  /** What the name or the id has in it. */
  text: string;
  order: Order;
}

/** Damaged results come first: somebody has to do something about them. */
export function listed(results: readonly Result[], { text, order }: Listed): Result[] {
  const wanted = text.trim().toLowerCase();
  const fitting = results.filter((each) => wordsOf(each).toLowerCase().includes(wanted));
  const damaged = fitting.filter((each) => "problem" in each);
  const whole = fitting.filter((each): each is Run => !("problem" in each));
  return [...damaged, ...whole.sort(ORDERS[order].compare)];
}

function wordsOf(result: Result): string {
  return "problem" in result ? result.strategy_id : `${result.strategy_name} ${result.strategy_id}`;
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
