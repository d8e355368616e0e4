// The days of a run, month by month, in weeks that begin on Monday.

import type { DailySummary, Metadata, MonthlySummary } from "../../api/schema";
import { type Day, daysInMonth, isoDay, monthName, readDay, weekday } from "../../format/time";

export interface CalendarDay {
  day: Day;
  /** Of a day of the plan; another day was no session. */
  summary: DailySummary | undefined;
}

export interface CalendarMonth {
  month: string;
  name: string;
  /** The server's fold of the month's days; none where no day of it was run yet. */
  summary: MonthlySummary | undefined;
  /** Weeks of seven; null outside of the month. */
  weeks: (CalendarDay | null)[][];
  /** Whether a Saturday or a Sunday was a session. */
  weekends: boolean;
}

export function monthsOf(run: Pick<Metadata, "daily_summaries" | "monthly_summaries">): CalendarMonth[] {
  const byMonth = new Map<string, Map<number, DailySummary>>();
  for (const summary of run.daily_summaries) {
    const day = readDay(summary.date);
    if (day === null) continue;
    const month = isoDay(day).slice(0, 7);
    const days = byMonth.get(month) ?? new Map<number, DailySummary>();
    byMonth.set(month, days.set(day.day, summary));
  }
  const summaries = new Map(run.monthly_summaries.map((each) => [each.month, each]));
  return [...byMonth.keys()].sort().map((month) => {
    const [year = 0, number = 0] = month.split("-").map(Number);
    const days = byMonth.get(month) ?? new Map();
    const weekends = [...days.keys()].some((day) => weekday({ year, month: number, day }) % 6 === 0);
    const name = `${monthName(number)} ${year}`;
    return { month, name, summary: summaries.get(month), weeks: weeksOf(year, number, days), weekends };
  });
}

function weeksOf(year: number, month: number, days: Map<number, DailySummary>): (CalendarDay | null)[][] {
  const blanks = (weekday({ year, month, day: 1 }) + 6) % 7;
  const cells: (CalendarDay | null)[] = Array.from({ length: blanks }, () => null);
  for (let day = 1; day <= daysInMonth(year, month); day += 1) {
    cells.push({ day: { year, month, day }, summary: days.get(day) });
  }
  while (cells.length % 7 !== 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

/** How strong a profit's colour is, 0 to 1: by its size against the largest, small ones still to be told apart. */
export function strengthOf(pnl: number, largest: number): number {
  return largest === 0 || pnl === 0 ? 0 : 0.15 + 0.85 * Math.sqrt(Math.abs(pnl) / largest);
}

export function largestOf(days: readonly DailySummary[]): number {
  return Math.max(0, ...days.map((day) => Math.abs(day.pnl)));
}
