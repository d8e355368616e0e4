// The running profit over days, and how far it is below its highest. The zero line is always there.

import { type KeyboardEvent, type PointerEvent, useId, useMemo, useRef, useState } from "react";
import { addressOfDay, type RunPlace } from "../../address";
import type { DailySummary, Metadata } from "../../api/schema";
import { shortProfit } from "../../format/money";
import { dayName } from "../../format/time";
import { navigate } from "../../navigation";
import { Profit } from "../../parts/money";
import { type Scale, scaleOf } from "../../parts/scale";
import styles from "./course.module.css";

const WIDTH = 760;
const LEFT = 62;
const RIGHT = WIDTH - 8;
const CURVE = { top: 8, bottom: 210 };
const DRAWDOWN = { top: 232, bottom: 310 };
const HEIGHT = 330;
const ROOM_OF_A_MONTH = 52;

interface Point {
  day: DailySummary;
  x: number;
  total: number;
  drawdown: number;
}

export function Course({ place, run }: { place: RunPlace; run: Metadata }) {
  const name = useId();
  const points = useMemo(() => pointsOf(run.daily_summaries), [run]);
  const [at, setAt] = useState<number | null>(null);
  const picture = useRef<SVGSVGElement>(null);
  if (points.length === 0) {
    return (
      <section className="panel">
        <h2>Course</h2>
        <p className="soft">The curve begins with the first day that was run.</p>
      </section>
    );
  }
  const totals = scaleOf(points.map(totalOf), CURVE.bottom, CURVE.top);
  const drops = scaleOf(points.map(drawdownOf), DRAWDOWN.bottom, DRAWDOWN.top, 2);
  const shown = at === null ? points.at(-1) : points[at];

  function onPointerMove(event: PointerEvent) {
    const box = picture.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return;
    const x = ((event.clientX - box.left) / box.width) * WIDTH;
    setAt(nearest(points, x));
  }

  function onKeyDown(event: KeyboardEvent) {
    const now = at ?? points.length - 1;
    const to = { ArrowLeft: now - 1, ArrowRight: now + 1, Home: 0, End: points.length - 1 }[event.key];
    if (event.key === "Enter" && shown) navigate(addressOfDay({ ...place, date: shown.day.date }));
    if (to === undefined) return;
    event.preventDefault();
    setAt(Math.max(0, Math.min(points.length - 1, to)));
  }

  return (
    <section className="panel" aria-labelledby={name}>
      <h2 id={name}>Course</h2>
      <p className={styles.readout} aria-live="polite">
        {shown ? (
          <>
            <span>{dayName(shown.day.date)}</span>
            <span>
              day <Profit amount={shown.day.pnl} />
            </span>
            <span>
              so far <Profit amount={shown.total} />
            </span>
            <span>
              below the highest <Profit amount={shown.drawdown} />
            </span>
          </>
        ) : null}
      </p>
      <svg
        ref={picture}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className={styles.picture}
        role="application"
        aria-label="Running profit and drawdown by day: arrow keys move from day to day, Enter opens one"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
        tabIndex={0}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setAt(null)}
        onKeyDown={onKeyDown}
        onClick={() => shown && navigate(addressOfDay({ ...place, date: shown.day.date }))}
      >
        <Axis scale={totals} />
        <Axis scale={drops} />
        <defs>
          <clipPath id={`${name}above`}>
            <rect x={0} y={0} width={WIDTH} height={totals(0)} />
          </clipPath>
          <clipPath id={`${name}below`}>
            <rect x={0} y={totals(0)} width={WIDTH} height={HEIGHT - totals(0)} />
          </clipPath>
        </defs>
        <path className={styles.gain} clipPath={`url(#${name}above)`} d={areaOf(points, totals, totalOf)} />
        <path className={styles.loss} clipPath={`url(#${name}below)`} d={areaOf(points, totals, totalOf)} />
        <line className={styles.zero} x1={LEFT} x2={RIGHT} y1={totals(0)} y2={totals(0)} />
        <path className={styles.curve} d={lineOf(points, totals, totalOf)} />
        <path className={styles.loss} d={areaOf(points, drops, drawdownOf)} />
        <path className={styles.drawdown} d={lineOf(points, drops, drawdownOf)} />
        <line className={styles.zero} x1={LEFT} x2={RIGHT} y1={drops(0)} y2={drops(0)} />
        <text className={styles.label} x={LEFT + 4} y={CURVE.top + 8}>
          running profit
        </text>
        <text className={styles.label} x={LEFT + 4} y={DRAWDOWN.bottom - 4}>
          drawdown
        </text>
        <Months points={points} />
        {at !== null && shown ? (
          <>
            <line className={styles.cursor} x1={shown.x} x2={shown.x} y1={CURVE.top} y2={DRAWDOWN.bottom} />
            <circle className={styles.dot} cx={shown.x} cy={totals(shown.total)} r={3.5} />
          </>
        ) : null}
      </svg>
    </section>
  );
}

function Axis({ scale }: { scale: Scale }) {
  return (
    <g className={styles.axis}>
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line x1={LEFT} x2={RIGHT} y1={scale(tick)} y2={scale(tick)} />
          <text x={LEFT - 6} y={scale(tick) + 3.5} textAnchor="end">
            {tick === 0 ? "0" : shortProfit(tick)}
          </text>
        </g>
      ))}
    </g>
  );
}

function Months({ points }: { points: readonly Point[] }) {
  const firsts = points.filter(
    (point, at) => at === 0 || points[at - 1]?.day.date.slice(3) !== point.day.date.slice(3),
  );
  const every = Math.ceil(firsts.length / 10);
  return (
    <g className={styles.axis}>
      {firsts.map((point, at) =>
        at % every === 0 ? (
          <text
            key={point.day.date}
            x={point.x}
            y={HEIGHT - 6}
            textAnchor={point.x > RIGHT - ROOM_OF_A_MONTH ? "end" : "start"}
          >
            {dayName(point.day.date).slice(-8)}
          </text>
        ) : null,
      )}
    </g>
  );
}

/** The days that were run. The curve begins before the first of them, with nothing won and nothing lost. */
function pointsOf(days: readonly DailySummary[]): Point[] {
  const run = days.filter((day) => typeof day.cumulative_pnl === "number");
  const step = (RIGHT - LEFT) / Math.max(1, run.length);
  return run.map((day, at) => ({
    day,
    x: LEFT + (at + 1) * step,
    total: day.cumulative_pnl ?? 0,
    drawdown: day.drawdown ?? 0,
  }));
}

function nearest(points: readonly Point[], x: number): number {
  const step = (RIGHT - LEFT) / points.length;
  return Math.max(0, Math.min(points.length - 1, Math.round((x - LEFT) / step) - 1));
}

const totalOf = (point: Point) => point.total;
const drawdownOf = (point: Point) => point.drawdown;

function lineOf(points: readonly Point[], scale: Scale, value: (point: Point) => number): string {
  const line = points.map((point) => `L${point.x.toFixed(1)} ${scale(value(point)).toFixed(1)}`);
  return `M${LEFT} ${scale(0).toFixed(1)}${line.join("")}`;
}

function areaOf(points: readonly Point[], scale: Scale, value: (point: Point) => number): string {
  const last = points.at(-1)?.x ?? LEFT;
  return `${lineOf(points, scale, value)}L${last.toFixed(1)} ${scale(0).toFixed(1)}Z`;
}
