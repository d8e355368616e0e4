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
    compare: (one, other) => nameOf(one).localeCompare(nameOf(other), "en", { numeric: true }),
  },
  expiry: {
    name: "first to expire",
    compare: (one, other) => compareTexts(one.expires_at ?? NEVER, other.expires_at ?? NEVER),
  },
} satisfies Record<string, ListOrder>;

export type Order = keyof typeof ORDERS;

export interface Listed {
  /** What a name, a tag or the id has in it. */
  text: string;
  /** The tag that they have; null for any. */
  tag?: string | null;
  order: Order;
}

/** Damaged results come first: somebody has to do something about them. */
export function listed(results: readonly Result[], { text, tag = null, order }: Listed): Result[] {
  const wanted = text.trim().toLowerCase();
  const fitting = results.filter(
    (each) =>
      wordsOf(each).toLowerCase().includes(wanted) &&
      (tag === null || each.notes?.tags.includes(tag) === true),
  );
  const damaged = fitting.filter((each) => "problem" in each);
  const whole = fitting.filter((each): each is Run => !("problem" in each));
  return [...damaged, ...whole.sort(ORDERS[order].compare)];
}

/** The name that its user gave it, else the strategy's. */
export function nameOf(run: Run): string {
  return run.notes?.name ?? run.strategy_name;
}

function wordsOf(result: Result): string {
  const words = [result.strategy_id, result.notes?.name, ...(result.notes?.tags ?? [])];
  return ("problem" in result ? words : [result.strategy_name, ...words]).join(" ");
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
