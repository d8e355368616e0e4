// Draws trades over a series: a mark where each was opened, one where it was closed, and a line that joins them.

import type {
  IChartApi,
  IPrimitivePaneRenderer,
  ISeriesApi,
  ISeriesPrimitive,
  SeriesAttachedParameter,
  SeriesType,
  Time,
  UTCTimestamp,
} from "lightweight-charts";
import { fannedOut, type Mark, type MarkPoint, placeOf } from "./marks";

export interface Colours {
  gain: string;
  loss: string;
  flat: string;
  entry: string;
  ground: string;
}

interface Point {
  x: number;
  y: number;
}

interface Drawn {
  mark: Mark;
  entry: Point;
  exit: Point | null;
  parts: Point[];
}

/** The candles of a series: where each starts, in seconds, in order, and how long one lasts. */
export interface CandleTimes {
  starts: readonly number[];
  length: number;
}

const REACH = 9;
const APART = 13;

export class TradeLines implements ISeriesPrimitive<Time> {
  private chart: IChartApi | null = null;
  private series: ISeriesApi<SeriesType> | null = null;
  private update: (() => void) | null = null;
  private selected: string | null = null;
  private readonly marks: readonly Mark[];
  private readonly times: CandleTimes;
  private readonly at: number | null;
  private readonly colours: Colours;

  /** `at` is a moment in seconds, to be shown by a line from top to bottom. */
  constructor(marks: readonly Mark[], times: CandleTimes, at: number | null, colours: Colours) {
    this.marks = marks;
    this.times = times;
    this.at = at;
    this.colours = colours;
  }

  attached({ chart, series, requestUpdate }: SeriesAttachedParameter<Time>): void {
    this.chart = chart as IChartApi;
    this.series = series;
    this.update = requestUpdate;
  }

  detached(): void {
    this.chart = null;
    this.series = null;
    this.update = null;
  }

  paneViews() {
    const renderer: IPrimitivePaneRenderer = {
      draw: (target) =>
        target.useMediaCoordinateSpace(({ context, mediaSize }) => this.draw(context, mediaSize.height)),
    };
    return [{ zOrder: () => "top" as const, renderer: () => renderer }];
  }

  select(trade: string | null): void {
    this.selected = trade;
    this.update?.();
  }

  /** The trade whose mark or line is nearest to a point of the pane, if one is near. */
  near(x: number, y: number): string | null {
    let [found, least]: [string | null, number] = [null, REACH];
    for (const { mark, entry, exit } of this.places()) {
      const distance = exit === null ? Math.hypot(x - entry.x, y - entry.y) : distanceTo(x, y, entry, exit);
      if (distance < least) [found, least] = [mark.trade, distance];
    }
    return found;
  }

  private places(): Drawn[] {
    const found = this.marks.flatMap((mark) => {
      const entry = this.place(mark.entry);
      if (entry === null) return [];
      const exit = mark.exit === null ? null : this.place(mark.exit);
      const parts = mark.parts.flatMap((part) => this.place(part) ?? []);
      return [{ mark, entry, exit, parts }];
    });
    const down = fannedOut(
      found.map(({ entry }) => entry),
      APART,
    );
    const closed = fannedOut(
      found.map(({ exit }, at) => exit ?? { x: -1e6 * (at + 1), y: 0 }),
      APART,
    );
    return found.map((each, at) => ({
      ...each,
      entry: { x: each.entry.x, y: each.entry.y + (down[at] ?? 0) },
      exit: each.exit === null ? null : { x: each.exit.x, y: each.exit.y + (closed[at] ?? 0) },
    }));
  }

  private place({ time, price }: MarkPoint): Point | null {
    const x = this.across(time);
    const y = this.series?.priceToCoordinate(price) ?? null;
    return x === null || y === null ? null : { x, y };
  }

  private across(time: number): number | null {
    const found = placeOf(this.times.starts, this.times.length, time);
    if (found === null || this.chart === null) return null;
    const scale = this.chart.timeScale();
    const x = scale.timeToCoordinate(this.times.starts[found.candle] as UTCTimestamp);
    return x === null ? null : x + (found.part - 0.5) * scale.options().barSpacing;
  }

  private draw(context: CanvasRenderingContext2D, height: number): void {
    const x = this.at === null ? null : this.across(this.at);
    if (x !== null) this.drawMoment(context, x, height);
    const drawn = this.places();
    const last = drawn.filter(({ mark }) => mark.trade === this.selected);
    for (const each of [...drawn.filter(({ mark }) => mark.trade !== this.selected), ...last]) {
      const chosen = each.mark.trade === this.selected;
      context.globalAlpha = this.selected === null || chosen ? 1 : 0.35;
      this.drawTrade(context, each, chosen);
    }
    context.globalAlpha = 1;
  }

  private drawMoment(context: CanvasRenderingContext2D, x: number, height: number): void {
    context.strokeStyle = this.colours.entry;
    context.lineWidth = 1.5;
    context.setLineDash([6, 4]);
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, height);
    context.stroke();
    context.setLineDash([]);
  }

  private drawTrade(
    context: CanvasRenderingContext2D,
    { mark, entry, exit, parts }: Drawn,
    chosen: boolean,
  ): void {
    const { gain, loss, flat, entry: opened, ground } = this.colours;
    const colour = mark.gain === null ? flat : mark.gain ? gain : loss;
    if (exit !== null) {
      context.strokeStyle = colour;
      context.lineWidth = chosen ? 2.5 : 1.3;
      context.setLineDash(chosen ? [] : [4, 3]);
      context.beginPath();
      context.moveTo(entry.x, entry.y);
      context.lineTo(exit.x, exit.y);
      context.stroke();
      context.setLineDash([]);
    }
    const size = chosen ? 7 : 5;
    context.lineWidth = 1.2;
    context.strokeStyle = ground;
    triangle(context, entry.x, entry.y, mark.bought ? size : -size, opened);
    context.fillStyle = colour;
    for (const part of parts) square(context, part, size * 0.9);
    if (exit !== null) square(context, exit, size * 1.4);
  }
}

function triangle(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  height: number,
  colour: string,
): void {
  const half = Math.abs(height);
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x, y - height);
  context.lineTo(x - half, y + height * 0.8);
  context.lineTo(x + half, y + height * 0.8);
  context.closePath();
  context.fill();
  context.stroke();
}

function square(context: CanvasRenderingContext2D, { x, y }: Point, side: number): void {
  context.fillRect(x - side / 2, y - side / 2, side, side);
  context.strokeRect(x - side / 2, y - side / 2, side, side);
}

function distanceTo(x: number, y: number, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - a.x) * dx + (y - a.y) * dy) / length));
  return Math.hypot(x - a.x - along * dx, y - a.y - along * dy);
}
