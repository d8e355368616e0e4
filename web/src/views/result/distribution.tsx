// How the profits of the traded days are spread.

import { useMemo } from "react";
import type { Metadata } from "../../api/schema";
import { shortProfit } from "../../format/money";
import { counted } from "../../format/texts";
import { binsOf } from "./bins";
import styles from "./distribution.module.css";

const WIDTH = 360;
const HEIGHT = 330;
const BOTTOM = HEIGHT - 34;
const TOP = 12;
const LEFT = 8;

export function Distribution({ run }: { run: Metadata }) {
  const bins = useMemo(
    () => binsOf(run.daily_summaries.filter((day) => day.status === "traded").map((day) => day.pnl)),
    [run],
  );
  if (bins.length === 0) {
    return (
      <section className="panel">
        <h2>Distribution</h2>
        <p className="soft">No day has traded.</p>
      </section>
    );
  }
  const most = Math.max(...bins.map((bin) => bin.days));
  const width = (WIDTH - 2 * LEFT) / bins.length;
  const zero = bins.findIndex((bin) => bin.from === 0);
  return (
    <section className="panel" aria-label="Distribution of daily profit">
      <h2>Distribution</h2>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className={styles.picture}
        role="img"
        aria-label="Days by their profit"
      >
        <title>Days by their profit</title>
        {bins.map((bin, at) => {
          const height = (bin.days / most) * (BOTTOM - TOP);
          return (
            <g key={bin.from}>
              <rect
                className={bin.from >= 0 ? styles.gain : styles.loss}
                x={LEFT + at * width + 1}
                y={BOTTOM - height}
                width={Math.max(1, width - 2)}
                height={height}
              >
                <title>
                  {`${shortProfit(bin.from)} to ${shortProfit(bin.to)}: ${counted(bin.days, "day")}`}
                </title>
              </rect>
              {bin.days > 0 ? (
                <text className={styles.count} x={LEFT + (at + 0.5) * width} y={BOTTOM - height - 3}>
                  {bin.days}
                </text>
              ) : null}
            </g>
          );
        })}
        <line className={styles.axis} x1={LEFT} x2={WIDTH - LEFT} y1={BOTTOM} y2={BOTTOM} />
        {zero >= 0 ? (
          <>
            <line
              className={styles.zero}
              x1={LEFT + zero * width}
              x2={LEFT + zero * width}
              y1={TOP}
              y2={BOTTOM + 4}
            />
            <text className={styles.label} x={LEFT + zero * width} y={BOTTOM + 17}>
              0
            </text>
          </>
        ) : null}
        <text className={styles.end} x={LEFT} y={HEIGHT - 4}>
          {shortProfit(bins[0]?.from ?? 0)}
        </text>
        <text className={styles.end} x={WIDTH - LEFT} y={HEIGHT - 4} textAnchor="end">
          {shortProfit(bins.at(-1)?.to ?? 0)}
        </text>
      </svg>
    </section>
  );
}
