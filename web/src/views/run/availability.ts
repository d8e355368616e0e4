// Which days a market has, and what a range of them holds.

import type { Market, UnderlyingData } from "../../api/schema";
import { type Day, isoDay, readDay } from "../../format/time";

/** The days with data of an underlying as ISO texts, in order. */
export function daysOf(data: UnderlyingData): string[] {
  return Object.entries(data.months)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([month, days]) => days.map((day) => `${month}-${String(day).padStart(2, "0")}`));
}

export function underlyingOf(
  market: Market | undefined,
  underlying: string | undefined,
): UnderlyingData | undefined {
  return market?.underlyings.find((each) => each.underlying === underlying);
}

/** How many of the days lie in a range, both ends included. */
export function countWithin(days: readonly string[], from: string, to: string): number {
  return days.filter((day) => from <= day && day <= to).length;
}

export interface Range {
  from: string;
  to: string;
}

export interface Preset extends Range {
  name: string;
}

/** Ranges one would ask for, each ending with the last day that has data and is not in the future. */
export function presetsOf(days: readonly string[], today: string): Preset[] {
  const past = days.filter((day) => day <= today);
  const known = past.length > 0 ? past : days;
  const last = known.at(-1);
  if (last === undefined) return [];
  const back = (months: number) => {
    const from = monthsBefore(last, months);
    return known.find((day) => day >= from) ?? last;
  };
  const presets: Preset[] = [
    { name: "Last month", from: back(1), to: last },
    { name: "Last 3 months", from: back(3), to: last },
    { name: "Last year", from: back(12), to: last },
  ];
  const first = known[0];
  if (first !== undefined && known.length <= 600) presets.push({ name: "All", from: first, to: last });
  return presets.filter(
    (preset, at) => presets.findIndex((other) => other.from === preset.from) === at || preset.name === "All",
  );
}

/** The day after a day so many months earlier: a month back from 31 March begins on 1 March. */
function monthsBefore(text: string, months: number): string {
  const day = readDay(text);
  if (day === null) return text;
  const at = new Date(Date.UTC(day.year, day.month - 1 - months, 1));
  const length = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  const start = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), Math.min(day.day, length) + 1));
  const found: Day = {
    year: start.getUTCFullYear(),
    month: start.getUTCMonth() + 1,
    day: start.getUTCDate(),
  };
  return isoDay(found);
}
