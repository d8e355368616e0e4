// Times are exchange time and come as texts without offset. They are never made into the browser's own time: a text is
// cut, or counted in seconds as if it were UTC.

const MONTHS = [
  "January", "February", "March", "April", "May", "June",
  "July", "August", "September", "October", "November", "December",
] as const; // biome-ignore format: one line each would hide the order
const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

/** A day of the calendar, without a time and without a zone. */
export interface Day {
  year: number;
  month: number;
  day: number;
}

/** Read `01-10-2024` or `2024-10-01`; null for what is no day. */
export function readDay(text: string): Day | null {
  const stored = /^(\d{2})-(\d{2})-(\d{4})$/.exec(text);
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const [year, month, day] = stored
    ? [Number(stored[3]), Number(stored[2]), Number(stored[1])]
    : iso
      ? [Number(iso[1]), Number(iso[2]), Number(iso[3])]
      : [0, 0, 0];
  const at = new Date(Date.UTC(year, month - 1, day));
  const real = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day;
  return real && year > 0 ? { year, month, day } : null;
}

/** `2024-10-01`. */
export function isoDay({ year, month, day }: Day): string {
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

/** `01-10-2024`, as day files are named. */
export function storedDay({ year, month, day }: Day): string {
  return `${two(day)}-${two(month)}-${String(year).padStart(4, "0")}`;
}

/** `Tue 1 Oct 2024`; what is no day stays as it is. */
export function dayName(text: string): string {
  const day = readDay(text);
  if (day === null) return text;
  return `${weekdayName(day).slice(0, 3)} ${day.day} ${monthName(day.month).slice(0, 3)} ${day.year}`;
}

/** `Tuesday 1 October 2024`. */
export function longDayName(text: string): string {
  const day = readDay(text);
  return day === null ? text : `${weekdayName(day)} ${day.day} ${monthName(day.month)} ${day.year}`;
}

export function monthName(month: number): string {
  return MONTHS[month - 1] ?? "";
}

/** 0 for Sunday. */
export function weekday({ year, month, day }: Day): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay();
}

export function weekdayName(day: Day): string {
  return WEEKDAYS[weekday(day)] ?? "";
}

export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** `09:16:59` of `2024-10-01T09:16:59`. */
export function clock(stamp: string | null | undefined): string {
  return stamp ? stamp.slice(11, 19) : "–";
}

/** `1 Oct 2024, 15:30` of `2024-10-01T15:30:45`. */
export function moment(stamp: string | null | undefined): string {
  if (!stamp) return "–";
  const day = readDay(stamp.slice(0, 10));
  if (day === null) return stamp;
  return `${day.day} ${monthName(day.month).slice(0, 3)} ${day.year}, ${stamp.slice(11, 16)}`;
}

/** Seconds since 1970 of a stamp, as if exchange time were UTC: for the axis of a chart, and for differences. */
export function secondsOf(stamp: string): number {
  return Date.parse(`${stamp}Z`) / 1000;
}

/** The stamp of such seconds. */
export function stampOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19);
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  if (total < 60) return `${total} s`;
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60), total % 60];
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  return rest > 0 ? `${minutes} min ${rest} s` : `${minutes} min`;
}

/** The time at the exchange at a moment in milliseconds since 1970, as a stamp. */
export function exchangeTime(now: number): string {
  return stampOf(Math.floor(now / 1000) + 19_800);
}

/** Seconds of the day as `09:17`, `09:17:30`. */
export function clockOfSeconds(seconds: number): string {
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3600),
    Math.floor((seconds % 3600) / 60),
    seconds % 60,
  ];
  return rest === 0 ? `${two(hours)}:${two(minutes)}` : `${two(hours)}:${two(minutes)}:${two(rest)}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
