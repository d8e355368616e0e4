// Small data for tests, in sight.

import type { Candle, DailySummary, Position } from "../src/api/schema";

/** What stands beside a profit that cost nothing. */
export function withoutCharges(pnl: number): Pick<DailySummary, "charges" | "net_pnl" | "charge_lines"> {
  const charge_lines = { brokerage: 0, stt: 0, exchange: 0, sebi: 0, stamp: 0, gst: 0 };
  return { charges: 0, net_pnl: pnl, charge_lines };
}

export function makeDay(date: string, pnl: number, more: Partial<DailySummary> = {}): DailySummary {
  const made: DailySummary = {
    date,
    positions: 1,
    pnl,
    ...withoutCharges(pnl),
    has_data: true,
    file_size_kb: 1,
    status: "traded",
    reason: "",
    closed_positions: 1,
    winning_trades: 0,
    losing_trades: 0,
    flat_trades: 0,
    win_rate: 0,
    trades: 1,
    rejected_orders: 0,
    replayed_bars: false,
    short_history: false,
    synthetic: true,
    fingerprint: "",
    warnings: [],
    cumulative_pnl: null,
    drawdown: null,
  };
  return { ...made, ...more };
}

export function makeCandle(clock: string, close: number): Candle {
  return {
    timestamp: `2024-10-01T${clock}`,
    open: close,
    high: close + 1,
    low: close - 1,
    close,
    volume: null,
  };
}

export function makePosition(more: Partial<Position> = {}): Position {
  const made = {
    trade_id: "leg-r0",
    symbol: "NIFTY:2024-10-17:OPT:25050:CE",
    side: "BUY",
    entry_time: "2024-10-01T09:16:59",
    entry_price: 240,
    exit_time: "2024-10-01T09:20:00",
    exit_price: 250,
    pnl: 500,
    ...withoutCharges(500),
    nifty_spot_at_entry: 25065.8,
    nifty_spot_at_exit: 25100,
    parts: [],
  };
  return { ...made, ...more } as Position;
}
