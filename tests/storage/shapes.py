"""The brief's example documents, and the comparison that a document of ours has every field of them."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

_CANDLE = {"timestamp": "2024-10-01T09:16:00", "open": 25065.0, "high": 25070.5, "low": 25050.2, "close": 25065.8}
_DIAGNOSTIC = {
    "conditions_evaluated": [
        {"lhs_value": 66.67, "rhs_value": 70.0, "operator": ">", "result": False, "condition_type": "non_live"}
    ],
    "candle_data": {"NIFTY": {"current": _CANDLE, "previous": _CANDLE}},
}
BRIEF_DAY: Json = {
    "date": "01-10-2024",
    "summary": {
        "total_positions": 10,
        "closed_positions": 10,
        "total_pnl": -1250.50,
        "winning_trades": 4,
        "losing_trades": 6,
        "win_rate": 40.0,
    },
    "positions": [
        {
            "position_id": "entry-3",
            "position_num": 1,
            "re_entry_num": 0,
            "symbol": "NIFTY:2024-10-17:OPT:25050:CE",
            "strike": 25050,
            "option_type": "CE",
            "side": "BUY",
            "quantity": 50,
            "entry_price": 241.65,
            "entry_time": "2024-10-01T09:16:59",
            "exit_price": 185.30,
            "exit_time": "2024-10-01T15:30:00",
            "pnl": -2817.50,
            "exit_reason": "EOD Square-off",
            "status": "CLOSED",
            "nifty_spot_at_entry": 25065.80,
            "nifty_spot_at_exit": 24998.50,
            "diagnostic_data": _DIAGNOSTIC,
            "exit_diagnostic_data": _DIAGNOSTIC,
            "condition_preview": "RSI(14) > 70",
            "exit_condition_preview": "RSI(14) < 30",
            "node_variables": {},
        }
    ],
}
BRIEF_METADATA: Json = {
    "strategy_id": "5708424d-5962-4629-978c-05b3a174e104",
    "strategy_name": "My Strategy",
    "start_date": "2024-02-01",
    "end_date": "2024-12-31",
    "total_days": 230,
    "status": "completed",
    "created_at": "2024-12-02T15:30:45",
    "expires_at": "2024-12-03T03:30:45",
    "overall_summary": {
        "total_positions": 2300,
        "total_pnl": -45430.50,
        "win_rate": 43.33,
        "total_winning_trades": 996,
        "total_losing_trades": 1304,
    },
    "daily_summaries": [
        {"date": "01-10-2024", "positions": 10, "pnl": -1250.50, "has_data": True, "file_size_kb": 205.3}
    ],
}


def assert_same_shape(brief: object, ours: object, path: str = "$") -> None:
    """Every field of the brief is in ours, with the same JSON type; every item of a list like the brief's first."""
    assert type(brief) is type(ours), f"{path}: {type(ours)} where the brief has {type(brief)}"
    if isinstance(brief, Mapping):
        assert isinstance(ours, Mapping)
        for key, value in brief.items():
            assert key in ours, f"{path}.{key} is missing"
            assert_same_shape(value, ours[key], f"{path}.{key}")
    elif isinstance(brief, list) and brief:
        assert isinstance(ours, list)
        for item in ours:
            assert_same_shape(brief[0], item, f"{path}[]")
