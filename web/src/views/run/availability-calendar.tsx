// A year of days, small: those with data, and those that were chosen. A click chooses the first day, the next the last.

import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { daysInMonth, isoDay, longDayName, monthName, weekday } from "../../format/time";
import type { Range } from "./availability";
import styles from "./availability-calendar.module.css";

interface AvailabilityProps {
  days: readonly string[];
  range: Range;
  onChoose: (range: Range) => void;
}

const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -5, ArrowDown: 5 };

export function AvailabilityCalendar({ days, range, onChoose }: AvailabilityProps) {
  const known = useMemo(() => new Set(days), [days]);
  const years = useMemo(() => [...new Set(days.map((day) => Number(day.slice(0, 4))))], [days]);
  const [turned, setTurned] = useState<{ to: number; range: string } | null>(null);
  const [begun, setBegun] = useState<string | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const last = years.at(-1) ?? 0;
  const ofRange = Number(range.to.slice(0, 4));
  const shown = turned?.range === range.to ? turned.to : years.includes(ofRange) ? ofRange : last;
  const turn = (to: number) => setTurned({ to, range: range.to });
  const inYear = days.filter((day) => day.startsWith(`${shown}-`));
  const tabStop = inYear.includes(range.from) ? range.from : inYear[0];

  function choose(day: string) {
    setTurned({ to: shown, range: day });
    if (begun === null) {
      setBegun(day);
      onChoose({ from: day, to: day });
    } else {
      setBegun(null);
      onChoose(day < begun ? { from: day, to: begun } : { from: begun, to: day });
    }
  }

  function onKeyDown(event: KeyboardEvent) {
    const step = STEPS[event.key];
    const at = inYear.indexOf((event.target as HTMLElement).dataset.day ?? "");
    const to = step === undefined ? undefined : inYear[Math.max(0, Math.min(inYear.length - 1, at + step))];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    grid.current?.querySelector<HTMLElement>(`[data-day="${to}"]`)?.focus();
  }

  return (
    <section aria-label="Days with data" className={styles.box}>
      <div className={styles.years}>
        <button
          type="button"
          disabled={shown <= (years[0] ?? shown)}
          onClick={() => turn(shown - 1)}
          aria-label={`${shown - 1}`}
        >
          ‹
        </button>
        <strong>{shown}</strong>
        <button
          type="button"
          disabled={shown >= last}
          onClick={() => turn(shown + 1)}
          aria-label={`${shown + 1}`}
        >
          ›
        </button>
        <span className={styles.hint}>
          {begun === null ? "Click the first day, then the last" : "Now the last day"}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the arrows move among the buttons inside */}
      <div className={styles.months} ref={grid} onKeyDown={onKeyDown}>
        {MONTHS.map((month) => (
          <Month
            key={`${shown}-${month}`}
            year={shown}
            month={month}
            known={known}
            range={range}
            tabStop={tabStop}
            onChoose={choose}
          />
        ))}
      </div>
    </section>
  );
}

interface MonthProps {
  year: number;
  month: number;
  known: ReadonlySet<string>;
  range: Range;
  tabStop: string | undefined;
  onChoose: (day: string) => void;
}

function Month({ year, month, known, range, tabStop, onChoose }: MonthProps) {
  const blanks = (weekday({ year, month, day: 1 }) + 6) % 7;
  return (
    <div>
      <div className={styles.name}>{monthName(month).slice(0, 3)}</div>
      <div className={styles.days}>
        {Array.from({ length: blanks }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: blanks are all alike
          <span key={`blank-${at}`} />
        ))}
        {Array.from({ length: daysInMonth(year, month) }, (_, at) => {
          const day = isoDay({ year, month, day: at + 1 });
          if (!known.has(day)) return <span key={day} className={styles.none} />;
          const chosen = range.from <= day && day <= range.to;
          return (
            <button
              key={day}
              type="button"
              data-day={day}
              className={`${styles.day} ${chosen ? styles.chosen : ""}`}
              aria-label={longDayName(day)}
              aria-pressed={chosen}
              title={longDayName(day)}
              tabIndex={day === tabStop ? 0 : -1}
              onClick={() => onChoose(day)}
            />
          );
        })}
      </div>
    </div>
  );
}
