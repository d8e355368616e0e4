"""What goes to a worker and what comes back. Light on purpose: the server imports it, and no engine with it."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

from strikebook.model.options import RunOptions
from strikebook.money.statistics import STILL, DayCourse, RoundTrip
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.layout import RunKey
from strikebook.storage.summary import Totals

if TYPE_CHECKING:
    from strikebook.market.source import MarketSource  # loads numpy; a worker has it, the server need not

DayStatus = Literal["traded", "no_trades", "failed"]
DayVerdict = Literal["same", "different", "data_changed", "missing", "failed"]
Compared: TypeAlias = tuple[date, DayVerdict, str]
"""A day that was run again, what came of it, and where it is not the same."""


@dataclass(frozen=True, slots=True)
class DayWork:
    """What all days of a run share."""

    key: RunKey
    document: bytes
    market: MarketSource
    storage: BacktestStorage
    options: RunOptions

    def failed(self, day: date, reason: str) -> DayOutcome:
        """A day that could not be run."""
        return DayOutcome(day, "failed", reason)


@dataclass(frozen=True, slots=True)
class DayOutcome:
    """How a day went. ``file_bytes`` is the size of its stored file, 0 where it has none; ``trips`` are its closed
    positions, in order of closing.
    """

    day: date
    status: DayStatus
    reason: str = ""
    totals: Totals = field(default_factory=Totals)
    file_bytes: int = 0
    fingerprint: str = ""
    replayed_bars: bool = False
    short_history: bool = False
    synthetic: bool = False
    warnings: tuple[str, ...] = ()
    trips: tuple[RoundTrip, ...] = ()
    course: DayCourse = STILL


class Outcome(Protocol):
    """How a day went, whatever was done on it."""

    @property
    def day(self) -> date:
        """Which day."""

    @property
    def status(self) -> str:
        """How it went, in a word."""


Went_co = TypeVar("Went_co", bound=Outcome, covariant=True)


class Work(Protocol[Went_co]):
    """Work that is done day by day, each day's result being stored under ``key`` where it is done.

    ``day_task.runner_of`` knows who does it.
    """

    @property
    def key(self) -> RunKey:
        """Whose results of what."""

    @property
    def storage(self) -> BacktestStorage:
        """Where they are stored."""

    def failed(self, day: date, reason: str) -> Went_co:
        """A day that could not be run."""


def pack(work: Work[Outcome]) -> bytes:
    """Work as the bytes that a worker takes."""
    return pickle.dumps(work, protocol=pickle.HIGHEST_PROTOCOL)
