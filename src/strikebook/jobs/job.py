"""A job: a run, or a sweep, that was asked for, from the queue to its end. An immutable value; a move makes a new one.

from       to          cause
queued     running     its turn came
queued     cancelled   its user asked, or cleared its strategy
queued     failed      it could not be begun (its strategy is gone, the disk is full)
running    completed   every day was dealt with
running    failed      no day could run, or the results could not be stored
running    cancelled   its user asked; finished days are kept
cancelled  queued      its user resumed it
failed     queued      the same
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Final, Literal

JobState = Literal["queued", "running", "completed", "failed", "cancelled"]
Owner = Literal["server", "command line"]
JobKind = Literal["run", "sweep"]

MOVES: Final[Mapping[JobState, frozenset[JobState]]] = {
    "queued": frozenset({"running", "cancelled", "failed"}),
    "running": frozenset({"completed", "failed", "cancelled"}),
    "completed": frozenset(),
    "failed": frozenset({"queued"}),
    "cancelled": frozenset({"queued"}),
}
ACTIVE: Final[frozenset[JobState]] = frozenset({"queued", "running"})

_SAFE_NAME = re.compile(r"[A-Za-z0-9_@\-][A-Za-z0-9._@\-]{0,127}", re.ASCII)
_JOB_ID = re.compile(r"bt_\d{8}_\d{6}_[0-9a-f]{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job stands. ``current_day`` is the latest day that is dealt with; None before the first."""

    total_days: int = 0
    completed_days: int = 0
    failed_days: int = 0
    current_day: date | None = None
    pnl_paise: int = 0

    @property
    def percentage(self) -> float:
        """Days dealt with, percent, to one decimal; never 100.0 before the last one."""
        if not self.total_days:
            return 0.0
        return 100 * self.completed_days * 10 // self.total_days / 10

    def document(self) -> dict[str, object]:
        """As a job's status has it: ``pnl`` in rupees, the day ISO."""
        return {
            "current_date": None if self.current_day is None else self.current_day.isoformat(),
            "completed_days": self.completed_days,
            "total_days": self.total_days,
            "percentage": self.percentage,
            "failed_days": self.failed_days,
            "pnl": self.pnl_paise / 100,
        }


@dataclass(frozen=True, slots=True)
class FailedDay:
    """A day that could not be run, and why."""

    day: date
    reason: str


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is recorded. Times are exchange time without offset; ``order`` is what the queue goes by.

    ``market`` is the name of the market it is made on, ``options`` all options of the run, by name.
    A sweep is a job of the strategy that it varies. ``progress`` and ``failed_days`` are those at the last move; while
    it runs, its owner knows better.
    """

    job_id: str
    user_id: str
    strategy_id: str
    first: date
    last: date
    options: Mapping[str, str | int]
    market: str
    owner: Owner
    order: int
    submitted_at: datetime
    state: JobState = "queued"
    started_at: datetime | None = None
    completed_at: datetime | None = None
    error: str | None = None
    progress: Progress = field(default_factory=Progress)
    failed_days: tuple[FailedDay, ...] = ()
    kind: JobKind = "run"

    @property
    def active(self) -> bool:
        """True while it is queued or running."""
        return self.state in ACTIVE

    def moved(self, to: JobState, at: datetime, error: str | None = None) -> Job:
        """The job after a move. Raises ValueError for a move that the table does not have."""
        if to not in MOVES[self.state]:
            raise ValueError(f"{self.job_id}: {self.state} -> {to} is no move of a job")
        if to == "queued":
            return replace(self, state=to, completed_at=None, error=None)
        if to == "running":
            return replace(self, state=to, started_at=at)
        return replace(self, state=to, completed_at=at, error=error)


def make_job_id(at: datetime, token: str) -> str:
    """The id of a job submitted at ``at``; ``token`` is six hexadecimal digits."""
    return f"bt_{at:%Y%m%d_%H%M%S}_{token}"


def shared_options(options: Mapping[str, str | int]) -> Mapping[str, str | int]:
    """The same options as one object for all jobs that have them: a server knows a thousand jobs of few kinds."""
    return _shared(tuple(options.items()))


@lru_cache(maxsize=256)
def _shared(items: tuple[tuple[str, str | int], ...]) -> Mapping[str, str | int]:
    return dict(items)


def is_job_id(text: str) -> bool:
    """Whether ``text`` may be a job's id; nothing else decides what becomes a path."""
    return _JOB_ID.fullmatch(text) is not None


def is_safe_name(text: str) -> bool:
    """Whether ``text`` may be the id of a user or a strategy: it can stand in a path."""
    return _SAFE_NAME.fullmatch(text) is not None
