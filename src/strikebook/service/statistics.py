"""A stored run's statistics: from its day files, whose trades are the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from strikebook.errors import UsageError
from strikebook.money.figures import definitions
from strikebook.money.statistics import BREAKDOWNS, Figure, RoundTrip, TradingDay, breakdown, statistics_of
from strikebook.service.results import read_run
from strikebook.service.stored_days import stored_days
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.layout import RunKey

Document = dict[str, Any]
_MOST_CAPITAL = 10**12


def statistics(storage: BacktestStorage, key: RunKey, capital: str | None) -> Document:
    """Every figure of a run with its definition, and its round trips by their properties.

    ``capital``: rupees, for what is a share of it. Raises UsageError for one that makes no sense, NotFoundError without
    such a run, StorageError where a day that it lists is missing or damaged.
    """
    rupees = _capital(capital)
    run: Document = read_run(storage, key)
    days: list[TradingDay] = []
    trips: list[RoundTrip] = []
    for day, document in stored_days(storage, key, run):
        summary = document["summary"]
        gross, charges = (round(summary[name] * 100) for name in ("total_pnl", "charges"))
        days.append(TradingDay(day, gross, charges, traded=bool(document["positions"])))
        trips += _trips(day, document)
    found = statistics_of(days, trips, None if rupees is None else round(rupees * 100))
    return {
        "user_id": key.user_id,
        "strategy_id": key.strategy_id,
        "strategy_name": run["strategy_name"],
        "job_id": run["job_id"],
        "synthetic": run["synthetic"],
        "capital": None if rupees is None else float(rupees),
        "failed_days": run["failed_days"],
        "statistics": [
            {
                "name": each.name,
                "title": each.title,
                "unit": each.unit,
                "value": _value(found.figures[each.name], each.unit),
                "reason": found.reasons.get(each.name),
                "definition": each.text,
            }
            for each in definitions()
        ],
        "breakdowns": {by: breakdown(trips, by) for by in BREAKDOWNS},
    }


def _capital(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        capital = Decimal(text)
    except InvalidOperation:
        capital = Decimal(0)
    if not 0 < capital <= _MOST_CAPITAL:
        raise UsageError(f"capital {text[:40]!r}", where="capital", right="rupees, above 0, such as 150000")
    return capital


def _trips(day: date, document: Mapping[str, Any]) -> list[RoundTrip]:
    """The day's closed positions, in order of closing."""
    closed = [life for life in document["positions"] if life["status"] == "CLOSED"]
    return [_trip(day, life) for life in sorted(closed, key=lambda life: str(life["exit_time"]))]


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
    )


def _value(figure: Figure, unit: str) -> float | int | str | None:
    """A figure as JSON has it: rupees and percent to two decimals, ratios to four."""
    if isinstance(figure, date):
        return figure.isoformat()
    if figure is None or isinstance(figure, int):
        return figure
    return round(figure, 4 if unit == "ratio" else 2)
