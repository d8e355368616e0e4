"""A sweep's document: what was asked, which days are done, and once it has ended the table of its points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from strikebook import __version__
from strikebook.service.manifest import manifest_of
from strikebook.service.run_plan import PlannedDay
from strikebook.service.run_record import RunStatus
from strikebook.service.sweep_plan import SweepPlan
from strikebook.storage.layout import RunKey, day_text
from strikebook.storage.sweep_days import SweepDay, SweepDayStatus

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DoneDay:
    """A day that is dealt with; what its points came to is in its file."""

    status: SweepDayStatus
    reason: str = ""


@dataclass(slots=True)
class SweepRecord:
    """What is known about a sweep so far. Times are exchange time. ``totals_paise``: of each point, gross.

    ``completed_days``: how many days are dealt with: run, failed, or without data; ``failed_days`` of them have failed.
    """

    plan: SweepPlan
    sweep_id: str
    created_at: datetime
    time_to_live: timedelta
    status: RunStatus = "running"
    error: str | None = None
    completed_at: datetime | None = None
    days: dict[date, DoneDay] = field(default_factory=dict)
    totals_paise: list[int] = field(default_factory=list)
    points: list[Document] | None = None
    failed_days: int = 0
    completed_days: int = field(init=False)

    def __post_init__(self) -> None:
        self.completed_days = self.plan.run.days_without_data

    @property
    def key(self) -> RunKey:
        """Under which it is stored."""
        return RunKey(self.plan.run.key.user_id, self.sweep_id)

    def add(self, outcome: SweepDay) -> None:
        """Take a finished day in."""
        self.note(outcome.day, DoneDay(outcome.status, outcome.reason), [each.pnl_paise for each in outcome.points])

    def note(self, day: date, done: DoneDay, profits_paise: Sequence[int]) -> None:
        """Take in that a day is done, and what each point made on it."""
        self.days[day] = done
        self.completed_days += 1
        self.failed_days += done.status == "failed"
        if profits_paise:
            before = self.totals_paise or [0] * len(profits_paise)
            self.totals_paise = [total + profit for total, profit in zip(before, profits_paise, strict=True)]

    def end(self, at: datetime, *, stopped: bool, error: str | None) -> None:
        """Close the sweep, as a run is closed (``RunRecord.end``)."""
        self.completed_at = at
        self.error = error
        if error is not None:
            self.status = "failed"
        elif stopped and self.completed_days < len(self.plan.run.days):
            self.status = "cancelled"
        elif self.failed_days and self.failed_days == len(self.days):
            self.status = "failed"
            self.error = f"no day could run; the first: {self.days[min(self.days)].reason}"
        else:
            self.status = "completed"

    @property
    def best_paise(self) -> int:
        """The gross profit of the best point so far."""
        return max(self.totals_paise, default=0)

    def document(self) -> Document:
        """The document as it is stored; the points stand in it once the sweep has ended."""
        run, request = self.plan.run, self.plan.request
        parameters = [
            {"name": each.name, "path": each.path, "was": was, "values": list(each.values)}
            for each, was in zip(request.parameters, self.plan.was, strict=True)
        ]
        return {
            "sweep_id": self.sweep_id,
            "job_id": self.sweep_id,
            "user_id": run.key.user_id,
            "strategy_id": run.key.strategy_id,
            "strategy_name": run.strategy_name,
            "start_date": run.first.isoformat(),
            "end_date": run.last.isoformat(),
            "status": self.status,
            "error": self.error,
            "total_days": len(run.days),
            "completed_days": self.completed_days,
            "failed_days": self.failed_days,
            "created_at": _stamp(self.created_at),
            "completed_at": None if self.completed_at is None else _stamp(self.completed_at),
            "expires_at": _stamp(self.created_at + self.time_to_live),
            "request": request.as_document(),
            "parameters": parameters,
            **{name: value for name, value in request.as_document().items() if name != "parameters"},
            "points_total": len(self.plan.points),
            "points_same": self.plan.same,
            "options": run.options.as_document(),
            "strategy_hash": run.strategy_hash,
            "sweep_hash": self.plan.sweep_hash,
            "engine_version": __version__,
            "manifest": manifest_of(run),
            "market": {"label": run.market_label, "underlying": run.underlying, "supporting": run.supporting},
            "synthetic": run.synthetic,
            "days": [self._day(planned) for planned in run.days],
            **({} if self.points is None else {"points": self.points}),
        }

    def day_told(self, day: date) -> Document:
        """What the events say of a day that is dealt with."""
        return self._day(PlannedDay(day, has_data=True))

    def _day(self, planned: PlannedDay) -> Document:
        done = self.days.get(planned.day)
        status, reason = ("pending", "") if done is None else (done.status, done.reason)
        if not planned.has_data:
            status, reason = "no_data", "a session of the calendar without market data"
        return {"date": day_text(planned.day), "status": status, "reason": reason}


def _stamp(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()
