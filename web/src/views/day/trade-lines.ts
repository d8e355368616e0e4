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
import { type Mark, placeOf } from "./marks";

export interface Colours {
  gain: string;
  loss: string;
  flat: string;
  entry: string;
  ground: string;
}

interface Drawn {
  mark: Mark;
  entry: { x: number; y: number };
  exit: { x: number; y: number } | null;
}

const REACH = 9;

export class TradeLines implements ISeriesPrimitive<Time> {
  private chart: IChartApi | null = null;
  private series: ISeriesApi<SeriesType> | null = null;
  private update: (() => void) | null = null;
  private selected: string | null = null;
  private readonly marks: readonly Mark[];
  private readonly starts: readonly number[];
  private readonly colours: Colours;

  /** `starts` are the candles' starts in seconds, in order. */
  constructor(marks: readonly Mark[], starts: readonly number[], colours: Colours) {
    this.marks = marks;
    this.starts = starts;
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
      draw: (target) => target.useMediaCoordinateSpace(({ context }) => this.draw(context)),
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
    return this.marks.flatMap((mark) => {
      const entry = this.place(mark.entry);
      return entry === null ? [] : [{ mark, entry, exit: mark.exit === null ? null : this.place(mark.exit) }];
    });
  }

  private place({ time, price }: { time: number; price: number }): { x: number; y: number } | null {
    const found = placeOf(this.starts, time);
    if (found === null || this.chart === null || this.series === null) return null;
    const scale = this.chart.timeScale();
    const x = scale.timeToCoordinate(this.starts[found.candle] as UTCTimestamp);
    const y = this.series.priceToCoordinate(price);
    if (x === null || y === null) return null;
    return { x: x + (found.part - 0.5) * scale.options().barSpacing, y };
  }

  private draw(context: CanvasRenderingContext2D): void {
    const drawn = this.places();
    const last = drawn.filter(({ mark }) => mark.trade === this.selected);
    for (const each of [...drawn.filter(({ mark }) => mark.trade !== this.selected), ...last]) {
      const chosen = each.mark.trade === this.selected;
      context.globalAlpha = this.selected === null || chosen ? 1 : 0.35;
      this.drawTrade(context, each, chosen);
    }
    context.globalAlpha = 1;
  }

  private drawTrade(context: CanvasRenderingContext2D, { mark, entry, exit }: Drawn, chosen: boolean): void {
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
    if (exit !== null) {
      context.fillStyle = colour;
      context.fillRect(exit.x - size * 0.7, exit.y - size * 0.7, size * 1.4, size * 1.4);
      context.strokeRect(exit.x - size * 0.7, exit.y - size * 0.7, size * 1.4, size * 1.4);
    }
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

function distanceTo(x: number, y: number, a: { x: number; y: number }, b: { x: number; y: number }): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - a.x) * dx + (y - a.y) * dy) / length));
  return Math.hypot(x - a.x - along * dx, y - a.y - along * dy);
}
