// The running profit of every result over one axis of days. A day that a result does not have breaks its line.

import { type KeyboardEvent, type PointerEvent, useId, useRef, useState } from "react";
import type { Compared } from "../../api/schema";
import { shortProfit } from "../../format/money";
import { dayName } from "../../format/time";
import { Profit } from "../../parts/money";
import { scaleOf } from "../../parts/scale";
import styles from "./compare.module.css";
import { dayAt, lastKnown, pathOf } from "./lines";
import { colourOf, dashesOf, Mark } from "./mark";

const WIDTH = 760;
const HEIGHT = 320;
const LEFT = 62;
const RIGHT = WIDTH - 22;
const TOP = 10;
const BOTTOM = 290;
const MOST_DAYS_NAMED = 8;

type Money = "net" | "gross";

export function Equity({ found }: { found: Compared }) {
  const name = useId();
  const [at, setAt] = useState<number | null>(null);
  const [money, setMoney] = useState<Money>("net");
  const picture = useRef<SVGSVGElement>(null);
  const { dates, results } = found;
  const curves = results.map((each) => each[money]);
  const known = curves.flat().filter((value) => value !== null);
  if (known.length === 0) {
    return (
      <section className="panel">
        <h2>Course</h2>
        <p className="soft">None of them has a day that was run.</p>
      </section>
    );
  }
  const scale = scaleOf(known, BOTTOM, TOP);
  const xOf = (day: number) => LEFT + (day * (RIGHT - LEFT)) / Math.max(1, dates.length - 1);
  const shown = at ?? dates.length - 1;

  function onPointerMove(event: PointerEvent) {
    const box = picture.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return;
    setAt(dayAt(((event.clientX - box.left) / box.width) * WIDTH, LEFT, RIGHT, dates.length));
  }

  function onKeyDown(event: KeyboardEvent) {
    const to = { ArrowLeft: shown - 1, ArrowRight: shown + 1, Home: 0, End: dates.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    setAt(Math.max(0, Math.min(dates.length - 1, to)));
  }

  return (
    <section className="panel" aria-labelledby={name}>
      <h2 id={name}>Course</h2>
      <p>
        <label>
          Running profit{" "}
          <select value={money} onChange={(event) => setMoney(event.target.value as Money)}>
            <option value="net">net</option>
            <option value="gross">before charges</option>
          </select>
        </label>
      </p>
      <p className={styles.readout} aria-live="polite" data-testid="compared-readout">
        <span>{dayName(dates[shown] ?? "")}</span>
        {curves.map((curve, each) => {
          const value = curve[shown] ?? null;
          return (
            <span key={results[each]?.result}>
              <Mark at={each} /> {value === null ? "no such day" : <Profit amount={value} />}
            </span>
          );
        })}
      </p>
      <svg
        ref={picture}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className={styles.picture}
        role="application"
        aria-label="Running profit of each result by day: arrow keys move from day to day"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setAt(null)}
        onKeyDown={onKeyDown}
      >
        <g className={styles.axis}>
          {scale.ticks.map((tick) => (
            <g key={tick}>
              <line
                className={tick === 0 ? styles.zero : undefined}
                x1={LEFT}
                x2={RIGHT}
                y1={scale(tick)}
                y2={scale(tick)}
              />
              <text x={LEFT - 6} y={scale(tick) + 3.5} textAnchor="end">
                {tick === 0 ? "0" : shortProfit(tick)}
              </text>
            </g>
          ))}
          {named(dates.length).map((day) => (
            <text key={day} x={xOf(day)} y={HEIGHT - 8} textAnchor={day === 0 ? "start" : "middle"}>
              {dayName(dates[day] ?? "").slice(4)}
            </text>
          ))}
        </g>
        {curves.map((curve, each) => {
          const last = lastKnown(curve);
          return (
            <g key={results[each]?.result} className={colourOf(each)} data-line={each}>
              <path className={styles.line} strokeDasharray={dashesOf(each)} d={pathOf(curve, xOf, scale)} />
              {last < 0 ? null : (
                <text className={styles.end} x={xOf(last) + 4} y={scale(curve[last] ?? 0) + 4}>
                  {each + 1}
                </text>
              )}
            </g>
          );
        })}
        {at === null ? null : (
          <>
            <line className={styles.cursor} x1={xOf(at)} x2={xOf(at)} y1={TOP} y2={BOTTOM} />
            {curves.map((curve, each) => {
              const value = curve[at] ?? null;
              return value === null ? null : (
                <g key={results[each]?.result} className={colourOf(each)}>
                  <circle className={styles.dot} cx={xOf(at)} cy={scale(value)} r={3.5} />
                </g>
              );
            })}
          </>
        )}
      </svg>
    </section>
  );
}

/** The days whose names stand below the axis: so few that they do not touch. */
function named(days: number): number[] {
  const every = Math.ceil(days / MOST_DAYS_NAMED);
  return Array.from({ length: days }, (_, day) => day).filter(
    (day) => day % every === 0 && day < days - every / 2,
  );
}
