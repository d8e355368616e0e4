"""The examples of sweeps in the OpenAPI document: they can be tried on the strategy that comes with the program."""

from __future__ import annotations

from typing import Final

from pydantic.config import JsonDict

from strikebook.server.wire.examples import STRATEGY_ID

SWEEP: Final[JsonDict] = {
    "user_id": "user_123",
    "strategy_id": STRATEGY_ID,
    "start_date": "2024-10-01",
    "end_date": "2024-10-31",
    "parameters": [
        {
            "name": "oversold",
            "path": "$.nodes[bullish-signal].data.conditions[0].conditions[1].rhs.value",
            "values": [25, 30, 35],
        },
        {
            "name": "length",
            "path": "$.nodes[0].data.tradingInstrumentConfig.timeframes[0].indicators.rsi_14.length",
            "values": [9, 14, 21],
        },
    ],
    "objective": "net_pnl",
    "walk_forward": {"train_days": 10, "test_days": 5, "anchored": False},
}
KEEP: Final[JsonDict] = {"point": 2}
