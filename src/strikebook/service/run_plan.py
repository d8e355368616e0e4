"""A run about which everything was checked: its days and what its metadata says of it. Light: the server has these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from strikebook.model.options import RunOptions
from strikebook.storage.layout import RunKey


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day of the plan: a session of the calendar, a day with data, or both."""

    day: date
    has_data: bool


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning of the strategy's check: where in the document, what, what would be right, at which node."""

    path: str
    what: str
    right: str
    node_id: str | None


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What a run will do, from its checked request. ``document`` is the strategy's JSON; both days are included.

    ``days`` are in order.
    """

    key: RunKey
    document: bytes
    first: date
    last: date
    options: RunOptions
    days: tuple[PlannedDay, ...]
    strategy_name: str
    strategy_hash: str
    underlying: str
    supporting: str | None
    warnings: tuple[Warned, ...]
    market_label: str
    synthetic: bool

    @property
    def days_to_run(self) -> list[date]:
        """The days that have data."""
        return [planned.day for planned in self.days if planned.has_data]

    @property
    def days_without_data(self) -> int:
        """How many of its days have none."""
        return sum(not planned.has_data for planned in self.days)
