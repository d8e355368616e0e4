// Limits as they are typed: hours and megabytes, empty for what the server says.

import type { LimitsBody, UserLimits } from "../api/schema";
import { bytesText } from "./keeping";

/** The fields of the form, as texts. */
export type LimitTexts = Record<keyof Required<LimitsBody>, string>;

export const WHOSE: Record<UserLimits["ttl_from"], string> = {
  run: "as was asked for these results",
  user: "as an administrator says of this user",
  server: "as the server says",
};

const MOST_HOURS = 87_600;
const MOST_MEGABYTES = 1_000_000_000;
const NUMBER = /^\d{1,10}(\.\d{1,6})?$/;

/** Hours as they are typed; a sentence where they are none. */
export function hoursOf(text: string): number | string {
  const hours = numberOf(text);
  return hours !== null && hours > 0 && hours <= MOST_HOURS
    ? hours
    : `“${text.trim()}” is no number of hours above 0, at most ${MOST_HOURS}.`;
}

/** The body of a change, or what is wrong with the fields, a sentence each. */
export function limitsOf(texts: LimitTexts): LimitsBody | string[] {
  const problems: string[] = [];
  const read = (text: string, of: (text: string) => number | string) => {
    if (text.trim() === "") return null;
    const found = of(text);
    if (typeof found === "number") return found;
    problems.push(found);
    return null;
  };
  const body = {
    ttl_hours: read(texts.ttl_hours, hoursOf),
    longest_ttl_hours: read(texts.longest_ttl_hours, hoursOf),
    quota_mb: read(texts.quota_mb, megabytesOf),
  };
  if (body.ttl_hours !== null && body.longest_ttl_hours !== null && body.ttl_hours > body.longest_ttl_hours) {
    problems.push("Results cannot live longer than the longest that a run may ask for.");
  }
  return problems.length > 0 ? problems : body;
}

/** What is said of a user, as the fields have it. */
export function textsOf({ limits }: Pick<UserLimits, "limits">): LimitTexts {
  const text = (value: number | null) => (value === null ? "" : plain(value));
  return {
    ttl_hours: text(limits.ttl_hours),
    longest_ttl_hours: text(limits.longest_ttl_hours),
    quota_mb: text(limits.quota_mb),
  };
}

/** What holds for a user: `Results live 12 h, as the server says; a run may ask for up to 168 h; no quota.` */
export function holdingText(told: Omit<UserLimits, "user_id" | "limits" | "failed">): string {
  const quota = told.quota_bytes === null ? "no quota" : `${bytesText(told.quota_bytes)} in all`;
  return (
    `Results live ${told.ttl_hours} h, ${WHOSE[told.ttl_from]}; ` +
    `a run may ask for up to ${told.longest_ttl_hours} h; ${quota}.`
  );
}

function megabytesOf(text: string): number | string {
  const megabytes = numberOf(text);
  return megabytes !== null && megabytes <= MOST_MEGABYTES
    ? megabytes
    : `“${text.trim()}” is no number of megabytes; 0 is no limit.`;
}

function numberOf(text: string): number | null {
  return NUMBER.test(text.trim()) ? Number(text.trim()) : null;
}

/** Never `1e-7`, which the field would not take back. */
function plain(value: number): string {
  return value.toLocaleString("en-US", { useGrouping: false, maximumFractionDigits: 6 });
}
