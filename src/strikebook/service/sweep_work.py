"""What all days of a sweep share on their way to a worker. Light: the server imports it, and no engine with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from strikebook.model.options import RunOptions
from strikebook.service.sweep_plan import PointPart
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.layout import RunKey
from strikebook.storage.sweep_days import SweepDay

if TYPE_CHECKING:
    from strikebook.market.source import MarketSource  # loads numpy; a worker has it, the server need not


@dataclass(frozen=True, slots=True)
class SweepWork:
    """``storage``: the door to sweeps, ``key``: whose sweep."""

    key: RunKey
    parts: tuple[PointPart, ...]
    market: MarketSource
    storage: BacktestStorage
    options: RunOptions
    sweep_hash: str

    def failed(self, day: date, reason: str) -> SweepDay:
        """A day that could not be run."""
        return SweepDay(day, "failed", reason)
