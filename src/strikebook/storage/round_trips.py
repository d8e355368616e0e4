"""The round trips and the course of a day from its document: the same from one just made and from its file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from strikebook.money.statistics import DayCourse, RoundTrip


def round_trips(day: date, document: Mapping[str, Any]) -> tuple[RoundTrip, ...]:
    """The day's closed positions, in order of closing. ``document`` has ``positions`` as a day file has them.

    Raises KeyError, TypeError or ValueError where they are of another shape.
    """
    closed = [life for life in document["positions"] if life["status"] == "CLOSED"]
    return tuple(_trip(day, life) for life in sorted(closed, key=lambda life: str(life["exit_time"])))


def _trip(day: date, life: Mapping[str, Any]) -> RoundTrip:
    opened, closed = (datetime.fromisoformat(life[f"{side}_time"]) for side in ("entry", "exit"))
    sold = life["side"] == "SELL"
    return RoundTrip(
        day,
        opened.hour,
        int((closed - opened).total_seconds()),
        date.fromisoformat(life["expiry"]),
        life["option_type"],
        life["exit_reason"],
        life["re_entry_num"],
        round(life["pnl"] * 100),
        round(life["charges"] * 100),
        round(life["entry_price"] * 100) * life["quantity"] if sold else 0,
        round(life["mfe"] * 100),
        round(life["mae"] * 100),
    )


def day_course(document: Mapping[str, Any]) -> DayCourse:
    """How a day's profit went, from its ``summary``; raises as ``round_trips`` does."""
    summary = document["summary"]
    names = ("highest_pnl", "lowest_pnl", "intraday_drawdown", "margin_estimate")
    highest, lowest, fall, margin = (round(summary[name] * 100) for name in names)
    return DayCourse(highest, lowest, fall, summary["time_in_market_s"], summary["session_s"], margin)
