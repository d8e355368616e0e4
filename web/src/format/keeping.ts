// When results expire and what they take, as a person reads it. Sizes are the server's, in megabytes of a million bytes.

import { duration, moment, secondsOf } from "./time";

interface Expiring {
  expires_at: string | null;
  pinned?: boolean;
}

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const LONG_S = 3 * DAY_S;

/** `in 3 h 20 min (1 Oct 2024, 15:30)`, or that they do not. `now` is exchange time, as a stamp. */
export function expiryText({ expires_at: stamp, pinned }: Expiring, now: string): string {
  if (pinned) return "never: pinned";
  if (stamp === null) return "unknown";
  const left = secondsOf(stamp) - secondsOf(now);
  return left <= 0 ? `at the next cleanup (${moment(stamp)})` : `in ${roughly(left)} (${moment(stamp)})`;
}

/** Whole minutes where it takes some, whole hours within days, days beyond. */
function roughly(left: number): string {
  if (left >= LONG_S) return `${Math.floor(left / DAY_S)} days`;
  if (left >= DAY_S) return duration(left - (left % HOUR_S));
  return duration(left - (left > 120 ? left % 60 : 0));
}

/** `12.34 MB`, `1,234 MB`, `3.5 kB`. */
export function bytesText(bytes: number): string {
  if (bytes < 100_000) return `${(bytes / 1000).toFixed(1)} kB`;
  const megabytes = bytes / 1_000_000;
  return `${megabytes < 100 ? megabytes.toFixed(2) : Math.round(megabytes).toLocaleString("en-IN")} MB`;
}

/** How much of a quota is taken, 0 to 100. */
export function shareOf(used: number, quota: number): number {
  return quota <= 0 ? 100 : Math.min(100, (used / quota) * 100);
}
