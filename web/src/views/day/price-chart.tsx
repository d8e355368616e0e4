// Candles with trades, indicators and an option's price, drawn by lightweight-charts. Times are exchange time: the chart
// is given them as if they were UTC, and shows UTC.

import {
  CandlestickSeries,
  createChart,
  type IChartApi,
  LineSeries,
  LineStyle,
  type UTCTimestamp,
} from "lightweight-charts";
import { useEffect, useMemo, useRef } from "react";
import type { Candle, Chart, Position } from "../../api/schema";
import { price } from "../../format/money";
import { contractName, counted } from "../../format/texts";
import { clock, secondsOf } from "../../format/time";
import { colour, useTheme } from "../../theme";
import { lengthOf, type Mark, marksOnOption, marksOnUnderlying } from "./marks";
import { type Line, panesOf } from "./panes";
import styles from "./price-chart.module.css";
import { type Colours, TradeLines } from "./trade-lines";

const LINE_COLOURS = ["#3b82f6", "#f59e0b", "#a855f7", "#14b8a6", "#ec4899", "#84cc16"];

interface PriceChartProps {
  chart: Chart;
  option: Chart | null;
  positions: readonly Position[];
  /** Whether the candles are those of what the strategy trades options of: the positions are drawn on these. */
  traded: boolean;
  selected: string | null;
  /** A moment to show in the middle. */
  at: string | null;
  onSelect: (trade: string | null) => void;
}

export function PriceChart({ chart, option, positions, traded, selected, at, onSelect }: PriceChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const made = useRef<{ chart: IChartApi; lines: TradeLines[] } | null>(null);
  const range = useRef<{ from: number; to: number } | null>(null);
  const choose = useRef(onSelect);
  choose.current = onSelect;
  const { theme } = useTheme();
  const panes = useMemo(() => panesOf(chart), [chart]);
  const moment = at === null ? null : secondsOf(at);
  const trades = useMemo(() => (traded ? marksOnUnderlying(positions) : []), [positions, traded]);

  // Other candles are counted otherwise: the stretch that was shown does not hold for it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows the candles
  useEffect(() => {
    range.current = null;
  }, [chart.timeframe, chart.symbol]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours of the theme are read from the document
  useEffect(() => {
    if (box.current === null) return;
    const drawn = createChart(box.current, optionsOf());
    const colours = tradeColours();
    const candles = drawn.addSeries(CandlestickSeries, candleOptions(), 0);
    candles.setData(chart.candles.map(barOf));
    const starts = chart.candles.map((candle) => secondsOf(candle.timestamp));
    const length = lengthOf(chart.timeframe);
    const linesOn = (marks: readonly Mark[], of: readonly number[]) =>
      new TradeLines(marks, { starts: of, length }, moment, colours);
    const onUnderlying = linesOn(trades, starts);
    candles.attachPrimitive(onUnderlying);
    const lines = [onUnderlying];
    addLines(drawn, panes.over, starts, 0, 0);
    let pane = 1;
    if (option !== null) {
      const optionCandles = drawn.addSeries(
        CandlestickSeries,
        candleOptions(contractName(option.symbol)),
        pane,
      );
      optionCandles.setData(option.candles.map(barOf));
      const optionStarts = option.candles.map((candle) => secondsOf(candle.timestamp));
      const onOption = linesOn(marksOnOption(positions, option.symbol), optionStarts);
      optionCandles.attachPrimitive(onOption);
      lines.push(onOption);
      pane += 1;
    }
    for (const below of panes.below) {
      addLines(drawn, below.lines, starts, pane, panes.over.length);
      pane += 1;
    }
    drawn.panes().forEach((each, number) => {
      each.setStretchFactor(number === 0 ? 3 : number === 1 && option !== null ? 2 : 1);
    });
    drawn.subscribeClick((event) => {
      if (event.point === undefined) return;
      const on = event.paneIndex === 1 && lines[1] !== undefined ? lines[1] : lines[0];
      const found = on?.near(event.point.x, event.point.y) ?? null;
      if (found !== null) choose.current(found);
    });
    if (range.current === null) drawn.timeScale().fitContent();
    else drawn.timeScale().setVisibleLogicalRange(range.current);
    made.current = { chart: drawn, lines };
    return () => {
      range.current = drawn.timeScale().getVisibleLogicalRange();
      made.current = null;
      drawn.remove();
    };
  }, [chart, option, positions, trades, panes, moment, theme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a chart that was made anew has nothing selected yet
  useEffect(() => {
    for (const each of made.current?.lines ?? []) each.select(selected);
  }, [selected, chart, option, positions, trades, panes, moment, theme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it waits for the candles
  useEffect(() => {
    if (moment === null || made.current === null) return;
    made.current.chart
      .timeScale()
      .setVisibleRange({ from: (moment - 2400) as UTCTimestamp, to: (moment + 2400) as UTCTimestamp });
  }, [moment, chart]);

  return (
    <>
      <div
        ref={box}
        className={styles.chart}
        style={{ height: `${360 + (option ? 170 : 0) + 90 * panes.below.length}px` }}
        role="img"
        aria-label={`${chart.symbol}, candles of ${chart.timeframe}, with ${counted(positions.length, "position")}`}
      />
      <Legend panes={panes} option={option} at={at} />
    </>
  );
}

interface LegendProps {
  panes: ReturnType<typeof panesOf>;
  option: Chart | null;
  at: string | null;
}

function Legend({ panes, option, at }: LegendProps) {
  const lines = [...panes.over, ...panes.below.flatMap((below) => below.lines)];
  if (lines.length === 0 && option === null && at === null) return null;
  return (
    <ul className={styles.legend}>
      {lines.map((line, number) => (
        <li key={line.name}>
          <svg width="18" height="8" aria-hidden="true">
            <line x1="0" x2="18" y1="4" y2="4" stroke={lineColour(number)} strokeWidth="2" />
          </svg>
          {line.name}
        </li>
      ))}
      {at !== null ? (
        <li>
          <svg width="8" height="12" aria-hidden="true">
            <line
              x1="4"
              x2="4"
              y1="0"
              y2="12"
              stroke="var(--accent)"
              strokeWidth="1.5"
              strokeDasharray="4 2"
            />
          </svg>
          at {clock(at)}
        </li>
      ) : null}
    </ul>
  );
}

function addLines(
  chart: IChartApi,
  lines: readonly Line[],
  starts: readonly number[],
  pane: number,
  before: number,
) {
  lines.forEach((line, number) => {
    const series = chart.addSeries(
      LineSeries,
      {
        color: lineColour(before + number),
        lineWidth: 2,
        lineStyle: LineStyle.Solid,
        priceLineVisible: false,
        lastValueVisible: false,
        crosshairMarkerVisible: false,
      },
      pane,
    );
    series.setData(
      starts.map((start, at) => {
        const value = line.values[at];
        const time = start as UTCTimestamp;
        return value === null || value === undefined ? { time } : { time, value };
      }),
    );
  });
}

function lineColour(number: number): string {
  return LINE_COLOURS[number % LINE_COLOURS.length] ?? "#3b82f6";
}

function barOf(candle: Candle) {
  const { open, high, low, close } = candle;
  return { time: secondsOf(candle.timestamp) as UTCTimestamp, open, high, low, close };
}

function optionsOf() {
  return {
    autoSize: true,
    layout: {
      background: { color: colour("raised") },
      textColor: colour("text-soft"),
      attributionLogo: false,
      panes: { separatorColor: colour("line"), separatorHoverColor: colour("line-strong") },
    },
    grid: { vertLines: { color: colour("line") }, horzLines: { color: colour("line") } },
    timeScale: { timeVisible: true, secondsVisible: false, borderColor: colour("line"), minBarSpacing: 0.5 },
    rightPriceScale: { borderColor: colour("line") },
    localization: { locale: "en-IN", priceFormatter: price },
  };
}

function candleOptions(title = "") {
  const [gain, loss] = [colour("gain-line"), colour("loss-line")];
  return {
    upColor: gain,
    downColor: loss,
    borderUpColor: gain,
    borderDownColor: loss,
    wickUpColor: gain,
    wickDownColor: loss,
    title,
    priceLineVisible: false,
  };
}

function tradeColours(): Colours {
  return {
    gain: colour("gain"),
    loss: colour("loss"),
    flat: colour("text-soft"),
    entry: colour("accent"),
    ground: colour("raised"),
  };
}
