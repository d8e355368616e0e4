"""The examples of the OpenAPI document: the brief's, with what else there is beside its members."""

from __future__ import annotations

from typing import Final

from pydantic.config import JsonDict

STRATEGY_ID: Final = "5708424d-5962-4629-978c-05b3a174e104"
JOB_ID: Final = "bt_20241202_153045_abc123"

RUN: Final[JsonDict] = {
    "user_id": "user_123",
    "strategy_id": STRATEGY_ID,
    "start_date": "2024-02-01",
    "end_date": "2024-12-31",
}
_OPTIONS_OF_DAY: Final[JsonDict] = {
    "scale": "1",
    "max_price_age_s": 60,
    "wait_for_trade_s": 60,
    "fill": "last",
    "slippage": "0 points",
    "stale_slippage": "0 points",
    "limit_fill": "touch",
    "brokerage": "20 per order",
    "terms": "as_was",
}
_OPTIONS: Final[JsonDict] = {**_OPTIONS_OF_DAY, "compression_level": 1, "ttl_hours": "default"}


def _costs(pnl: float, *lines: float) -> JsonDict:
    """What stands beside a profit whose charges have these lines, in the order of a contract note."""
    total = round(sum(lines), 2)
    names = ("brokerage", "stt", "exchange", "sebi", "stamp", "gst")
    return {
        "charges": total,
        "net_pnl": round(pnl - total, 2),
        "charge_lines": dict(zip(names, lines, strict=True)),
    }


_OHLC: Final[JsonDict] = {"open": 25065.0, "high": 25070.5, "low": 25050.2, "close": 25065.8}
_CURRENT: Final[JsonDict] = {"timestamp": "2024-10-01T09:16:00", **_OHLC}
_PREVIOUS: Final[JsonDict] = {"timestamp": "2024-10-01T09:15:00", **_OHLC, "indicators": {"rsi(14,close)": 66.67}}
_CANDLES: Final[JsonDict] = {"timeframe": "1m", "current": _CURRENT, "previous": _PREVIOUS}
_SEEN: Final[JsonDict] = {
    "candle_data": {"NIFTY": {**_CANDLES, "timeframes": {"1m": _CANDLES}}},
    "node_variables": {"entry-signal-1": {"stop_loss": 25050.2}},
    "last_prices": {"NIFTY": {"price": 25065.8, "age_s": 0}},
}
_REASON: Final[JsonDict] = {
    "conditions_evaluated": [
        {
            "lhs_value": 66.67,
            "rhs_value": 70.0,
            "operator": ">",
            "result": False,
            "condition_type": "non_live",
            "text": "Previous[TI.1m.rsi(14,close)] > 70",
            "substituted_text": "66.67 > 70",
            "leaf": 0,
            "path": "$.nodes[1].data.conditions[0]",
        }
    ],
    "condition_tree": {"logic": "AND", "items": [0]},
    "condition_set": "base",
    "condition_text": "Previous[TI.1m.rsi(14,close)] > 70",
    "substituted_text": "66.67 > 70",
    "evaluated_at": "2024-10-01T09:16:59",
    "node_id": "entry-signal-1",
    "execution_id": "exec_entry-signal-1_20241001_091659_1",
    **_SEEN,
}
_END: Final[JsonDict] = {
    **_REASON,
    "conditions_evaluated": [],
    "condition_tree": None,
    "condition_set": None,
    "condition_text": "",
    "substituted_text": "",
    "evaluated_at": "2024-10-01T15:30:00",
    "node_id": "",
    "execution_id": "",
}
_FILLS: Final[JsonDict] = {
    "trade_id": "entry-3-pos1-r0",
    "vpi": "entry-3-pos1",
    "position_num": 1,
    "symbol": "NIFTY:2024-10-17:OPT:25050:CE",
    "side": "BUY",
    "quantity": 50,
    "lots": 2,
    "lot_size": 25,
    "entry_price": 241.65,
    "entry_time": "2024-10-01T09:16:59",
    "entry_sent_time": "2024-10-01T09:16:59",
    "entry_market_price": 241.65,
    "entry_price_age_s": 0,
    "entry_slippage": 0.0,
    "exit_price": 185.30,
    "exit_time": "2024-10-01T15:30:00",
    "exit_sent_time": "2024-10-01T15:30:00",
    "exit_market_price": 185.30,
    "exit_price_age_s": 0,
    "exit_slippage": 0.0,
    "pnl": -2817.50,
    **_costs(-2817.50, 40.0, 9.27, 7.58, 0.02, 0.36, 8.57),
    "exit_reason": "EOD Square-off",
    "exit_node_id": None,
    "entry_flow_ids": ["exec_entry-signal-1_20241001_091659_1", "exec_entry-3_20241001_091659_1"],
    "exit_flow_ids": [],
}
_STATUS: Final[JsonDict] = {
    "job_id": JOB_ID,
    "kind": "run",
    "user_id": "user_123",
    "strategy_id": STRATEGY_ID,
    "status": "running",
    "progress": {
        "current_date": "2024-08-15",
        "completed_days": 150,
        "total_days": 230,
        "percentage": 65.2,
        "failed_days": 0,
        "pnl": -45430.5,
    },
    "submitted_at": "2024-12-02T15:30:45",
    "started_at": "2024-12-02T15:30:45",
    "completed_at": None,
    "estimated_completion": "2024-12-02T15:45:00",
    "queue_position": None,
    "error": None,
    "failed_days": [],
    "start_date": "2024-02-01",
    "end_date": "2024-12-31",
    "options": _OPTIONS,
    "market": "synthetic",
    "owner": "server",
}
_METADATA: Final[JsonDict] = {
    "strategy_id": STRATEGY_ID,
    "strategy_name": "My Strategy",
    "user_id": "user_123",
    "job_id": JOB_ID,
    "start_date": "2024-02-01",
    "end_date": "2024-12-31",
    "total_days": 230,
    "completed_days": 230,
    "failed_days": 0,
    "status": "completed",
    "error": None,
    "created_at": "2024-12-02T15:30:45",
    "completed_at": "2024-12-02T15:30:48",
    "expires_at": "2024-12-03T03:30:45",
    "pinned": False,
    "overall_summary": {
        "total_positions": 2300,
        "closed_positions": 2300,
        "total_pnl": -45430.50,
        **_costs(-45430.50, 92000.0, 21229.5, 17434.0, 49.1, 832.0, 19706.96),
        "win_rate": 43.33,
        "total_winning_trades": 996,
        "total_losing_trades": 1304,
        "total_flat_trades": 0,
        "total_trades": 2300,
        "rejected_orders": 0,
        "traded_days": 230,
        "winning_days": 98,
        "losing_days": 132,
        "best_day": {"date": "04-06-2024", "pnl": 18250.0},
        "worst_day": {"date": "01-10-2024", "pnl": -1250.50},
        "max_drawdown": -61200.0,
    },
    "monthly_summaries": [
        {
            "month": "2024-10",
            "days": 22,
            "traded_days": 22,
            "winning_days": 9,
            "losing_days": 13,
            "positions": 220,
            "pnl": -8730.25,
            **_costs(-8730.25, 8800.0, 2030.7, 1667.6, 4.7, 79.6, 1885.01),
            "win_rate": 42.73,
        }
    ],
    "daily_summaries": [
        {
            "date": "01-10-2024",
            "positions": 10,
            "pnl": -1250.50,
            **_costs(-1250.50, 400.0, 92.3, 75.8, 0.21, 3.62, 85.68),
            "has_data": True,
            "file_size_kb": 205.3,
            "status": "traded",
            "reason": "",
            "cumulative_pnl": -38450.0,
            "drawdown": -54219.5,
        }
    ],
    "options": _OPTIONS,
    "strategy_hash": "0fec04c6",
    "engine_version": "0.7.0",
    "manifest": {
        "strategy_hash": "0fec04c6",
        "engine_version": "0.7.0",
        "options": _OPTIONS,
        "encoder": "igzip 1.9.1",
        "market": "synthetic:1",
        "seed": 1,
        "tables": {"charge_rates": "3f1c0a52b7d9", "lot_sizes": "a4e07b6610cd"},
    },
    "market": {"label": "synthetic:1", "underlying": "NIFTY", "supporting": None},
    "synthetic": True,
    "warnings": [],
    "trials": [],
    "trials_of_sweeps": 0,
}
_DAY: Final[JsonDict] = {
    "date": "01-10-2024",
    "summary": {
        "total_positions": 10,
        "closed_positions": 10,
        "total_pnl": -1250.50,
        **_costs(-1250.50, 400.0, 92.3, 75.8, 0.21, 3.62, 85.68),
        "winning_trades": 4,
        "losing_trades": 6,
        "win_rate": 40.0,
        "open_positions": 0,
        "flat_trades": 0,
        "trades": 10,
        "rejected_orders": 0,
        "margin_estimate": 0.0,
        "highest_pnl": 840.00,
        "lowest_pnl": -2980.50,
        "intraday_drawdown": 3250.25,
        "time_in_market_s": 15040,
        "session_s": 22500,
    },
    "positions": [
        {
            "position_id": "entry-3",
            "re_entry_num": 0,
            "strike": 25050,
            "option_type": "CE",
            "status": "CLOSED",
            **_FILLS,
            "expiry": "2024-10-17",
            "expiry_code": "W1",
            "strike_code": "ATM",
            "choice_reason": "spot 25065.80: 25050 is at the money",
            "mfe": 412.50,
            "mae": -2960.00,
            "entry_greeks": {
                "iv": 0.131,
                "delta": 0.52,
                "gamma": 0.0006,
                "theta": -15.2,
                "vega": 20.9,
                "forward": 25081.4,
            },
            "exit_greeks": None,
            "nifty_spot_at_entry": 25065.80,
            "nifty_spot_at_exit": 24998.50,
            "parts": [],
            "diagnostic_data": _REASON,
            "exit_diagnostic_data": _END,
            "condition_preview": "RSI(14) > 70",
            "exit_condition_preview": "RSI(14) < 30",
            "node_variables": {"entry-signal-1": {"stop_loss": 25050.2}},
        }
    ],
    "trades": [{**_FILLS, "part": None, "exit_event_id": None, "cumulative_pnl": -2817.50}],
    "events": [
        {
            "execution_id": "exec_entry-signal-1_20241001_091659_1",
            "parent_execution_id": None,
            "time": "2024-10-01T09:16:59",
            "node_id": "entry-signal-1",
            "node_type": "entrySignalNode",
            "node_label": "Entry condition",
            "note": "",
            "diagnostic_data": _REASON,
        }
    ],
    "rejections": [],
    "cancellations": [],
    "signals": [],
    "closing": _SEEN,
    "strategy_id": STRATEGY_ID,
    "strategy_name": "My Strategy",
    "strategy_hash": "0fec04c6",
    "underlying": "NIFTY",
    "session": {"open": "2024-10-01T09:15:00", "close": "2024-10-01T15:30:00", "ended_at": "2024-10-01T15:30:00"},
    "options": _OPTIONS_OF_DAY,
    "source": "synthetic:1",
    "synthetic": True,
    "replayed_bars": False,
    "short_history": False,
    "warnings": [],
    "engine_version": "0.7.0",
}
ANSWERS: Final[dict[str, JsonDict]] = {
    "Queued": {"job_id": JOB_ID, "status": "queued", "message": "Backtest queued successfully"},
    "Status": _STATUS,
    "Metadata": _METADATA,
    "Day": _DAY,
    "ClearedAnswer": {
        "message": f"Cleared all backtest data for strategy {STRATEGY_ID}",
        "deleted_files": 230,
        "freed_space_mb": 45.3,
    },
    "CleanupStatus": {
        "cleanup_enabled": True,
        "ttl_hours": 12,
        "message": "Cleanup runs automatically on startup and periodically",
        "last_run": "2024-12-02T15:30:00",
        "next_run": "2024-12-02T15:40:00",
        "next_expiry": {"user_id": "user_123", "strategy_id": STRATEGY_ID, "expires_at": "2024-12-03T03:30:45"},
        "pinned": [{"user_id": "user_123", "strategy_id": "6f2c9a0b-short-straddle"}],
        "failed": [],
    },
    "CleanupDone": {
        "message": "Cleanup completed",
        "deleted_strategies": 5,
        "deleted_sweeps": 0,
        "deleted_files": 1150,
        "freed_space_mb": 120.5,
        "cutoff_time": "2024-12-01T15:30:00",
        "kept_pinned": [{"user_id": "user_123", "strategy_id": "6f2c9a0b-short-straddle"}],
        "failed": [],
    },
    "Chart": {
        "date": "01-10-2024",
        "symbol": "NIFTY",
        "timeframe": "1m",
        "timeframes": ["1m", "3m", "5m", "10m", "15m", "30m", "1h", "1d"],
        "session": {"open": "2024-10-01T09:15:00", "close": "2024-10-01T15:30:00"},
        "candles": [_CURRENT],
        "indicators": {"rsi(14,close)": [66.67]},
        "prices": [25065.8],
        "source": "synthetic:1",
        "synthetic": True,
    },
}
"""By the name of the answer's shape. ``null`` stands where a member has no value."""
