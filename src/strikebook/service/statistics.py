"""A stored run's statistics: from its day files, whose trades are the ledger."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from strikebook.errors import UsageError
from strikebook.money.figures import definitions
from strikebook.money.statistics import BREAKDOWNS, RoundTrip, TradingDay, breakdown, statistics_of
from strikebook.service.day_executor import DayExecutor
from strikebook.service.run_figures import figure_value, run_figures
from strikebook.service.stored_days import StoredRun, ask_of_days, refuse_replaced, stored_ledgers
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.layout import RunKey
from strikebook.storage.round_trips import day_course, round_trips

Document = dict[str, Any]
_MOST_CAPITAL = 10**12
_HERE = "strikebook.service.statistics"


def statistics(executor: DayExecutor, storage: BacktestStorage, key: RunKey, capital: str | None) -> Document:
    """Every figure of a run with its definition, and its round trips by their properties.

    ``capital``: rupees, for what is a share of it. Raises UsageError for one that makes no sense, NotFoundError without
    such a run, StorageError where a day that it lists is missing or damaged, BusyError where another run takes its
    place meanwhile.
    """
    rupees = _capital(capital)
    run = cast("StoredRun", executor.ask("strikebook.service.stored_days:stored_run", storage, key).result())
    parts = list(ask_of_days(executor, f"{_HERE}:fold_days", storage, key, run.days))
    return cast("Document", executor.ask(f"{_HERE}:statistics_of_parts", storage, run, parts, rupees).result())


def stored_figures(executor: DayExecutor, storage: BacktestStorage, key: RunKey) -> Document:
    """What the metadata of a run has of its statistics, from its stored days; raises as ``statistics`` does."""
    run = cast("StoredRun", executor.ask("strikebook.service.stored_days:stored_run", storage, key).result())
    parts = list(ask_of_days(executor, f"{_HERE}:fold_days", storage, key, run.days))
    return cast("Document", executor.ask(f"{_HERE}:figures_of_parts", parts, run.heading.get("trials", [])).result())


def fold_days(storage: BacktestStorage, key: RunKey, days: Sequence[date]) -> bytes:
    """What statistics need of some stored days, for ``statistics_of_parts``."""
    return fold_ledgers(stored_ledgers(storage, key, days))


def fold_ledgers(ledgers: Iterable[tuple[date, Document]]) -> bytes:
    """The same of days that are open already."""
    folded: list[TradingDay] = []
    trips: list[RoundTrip] = []
    for day, ledger in ledgers:
        gross, charges = (round(ledger["summary"][name] * 100) for name in ("total_pnl", "charges"))
        folded.append(TradingDay(day, gross, charges, bool(ledger["positions"]), day_course(ledger)))
        trips += round_trips(day, ledger)
    return pickle.dumps((folded, trips), pickle.HIGHEST_PROTOCOL)


def statistics_of_parts(
    storage: BacktestStorage, run: StoredRun, parts: Sequence[bytes], capital: Decimal | None
) -> Document:
    """The statistics of a run whose days were folded in parts, in order. ``capital``: rupees."""
    days, trips = _unpacked(parts)
    refuse_replaced(storage, run)
    trials = run.heading.get("trials", [])
    found = statistics_of(days, trips, None if capital is None else round(capital * 100), trials)
    return {
        "user_id": run.key.user_id,
        "strategy_id": run.key.strategy_id,
        "strategy_name": run.heading["strategy_name"],
        "job_id": run.heading["job_id"],
        "synthetic": run.heading["synthetic"],
        "capital": None if capital is None else float(capital),
        "failed_days": run.heading["failed_days"],
        "trials_of_sweeps": run.heading.get("trials_of_sweeps", 0),
        "statistics": [
            {
                "name": each.name,
                "title": each.title,
                "unit": each.unit,
                "value": figure_value(found.figures[each.name], each.unit),
                "reason": found.reasons.get(each.name),
                "definition": each.text,
            }
            for each in definitions()
        ],
        "breakdowns": {by: breakdown(trips, by) for by in BREAKDOWNS},
    }


def figures_of_parts(parts: Sequence[bytes], trials: Sequence[float | None]) -> Document:
    """What the metadata of a run has of the statistics of days that were folded in parts, in order."""
    return run_figures(*_unpacked(parts), trials)


def _unpacked(parts: Sequence[bytes]) -> tuple[list[TradingDay], list[RoundTrip]]:
    days: list[TradingDay] = []
    trips: list[RoundTrip] = []
    for part in parts:
        more_days, more_trips = pickle.loads(part)  # noqa: S301 — made by ``fold_days`` in a worker of ours
        days += more_days
        trips += more_trips
    return days, trips


def _capital(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        capital = Decimal(text)
    except InvalidOperation:
        capital = Decimal(0)
    if not capital.is_finite() or not 0 < capital <= _MOST_CAPITAL:
        raise UsageError(f"capital {text[:40]!r}", where="capital", right="rupees, above 0, such as 150000")
    return capital
