"""A run's metadata: the brief's document, growing as days finish. Its totals are folds of the days', in paise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from strikebook import __version__
from strikebook.money.statistics import TradingDay
from strikebook.service.day_work import DayOutcome
from strikebook.service.manifest import manifest_of
from strikebook.service.run_course import CourseDay, course_document, course_of, months_document
from strikebook.service.run_figures import run_figures
from strikebook.service.run_plan import PlannedDay, RunPlan
from strikebook.storage.layout import day_text
from strikebook.storage.summary import Totals, cost_record, rupees

RunStatus = Literal["queued", "running", "completed", "failed", "cancelled"]


@dataclass(slots=True)
class RunRecord:
    """What is known about a run so far. Times are exchange time, and come in as arguments.

    ``trials``: the Sharpe ratios of the strategy's earlier trials, None for one without, the first
    ``trials_of_sweeps`` of them of points of its sweeps. ``said_hours``: how long it lives, where that was said since.
    ``completed_days``: how many days are dealt with: run, failed, or without data; ``failed_days`` of them have failed.
    """

    plan: RunPlan
    job_id: str
    created_at: datetime
    time_to_live: timedelta = timedelta(hours=12)
    status: RunStatus = "queued"
    error: str | None = None
    completed_at: datetime | None = None
    outcomes: dict[date, DayOutcome] = field(default_factory=dict)
    totals: Totals = field(default_factory=Totals)
    trials: Sequence[float | None] = ()
    pinned: bool = False
    trials_of_sweeps: int = 0
    said_hours: float | None = None
    failed_days: int = 0
    completed_days: int = field(init=False)

    def __post_init__(self) -> None:
        self.completed_days = self.plan.days_without_data

    def add(self, outcome: DayOutcome) -> None:
        """Take a finished day in."""
        self.outcomes[outcome.day] = outcome
        self.totals += outcome.totals
        self.completed_days += 1
        self.failed_days += outcome.status == "failed"

    def end(self, at: datetime, *, stopped: bool, error: str | None) -> None:
        """Close the run: cancelled when it was stopped before its last day, failed with an error or when no day
        could run, else completed (with the days that failed listed).
        """
        self.completed_at = at
        self.error = error
        if error is not None:
            self.status = "failed"
        elif stopped and self.completed_days < len(self.plan.days):
            self.status = "cancelled"
        elif self.failed_days and self.failed_days == len(self.outcomes):
            self.status = "failed"
            self.error = f"no day could run; the first: {next(iter(self.in_order())).reason}"
        else:
            self.status = "completed"

    @property
    def stored_bytes(self) -> int:
        """What the run's days take."""
        return sum(outcome.file_bytes for outcome in self.outcomes.values())

    def document(self) -> dict[str, object]:
        """The metadata as it is stored."""
        plan = self.plan
        course = course_of((each.day, each.totals) for each in self.in_order() if each.status != "failed")
        by_day = {each.day: each for each in course}
        return {
            "strategy_id": plan.key.strategy_id,
            "strategy_name": plan.strategy_name,
            "user_id": plan.key.user_id,
            "job_id": self.job_id,
            "start_date": plan.first.isoformat(),
            "end_date": plan.last.isoformat(),
            "total_days": len(plan.days),
            "completed_days": self.completed_days,
            "failed_days": self.failed_days,
            "status": self.status,
            "error": self.error,
            "created_at": _stamp(self.created_at),
            "completed_at": None if self.completed_at is None else _stamp(self.completed_at),
            "expires_at": None if self.pinned else _stamp(self.created_at + self.time_to_live),
            "pinned": self.pinned,
            "overall_summary": self._overall() | course_document(course),
            "monthly_summaries": months_document(course),
            "daily_summaries": [self._day(planned, by_day.get(planned.day)) for planned in plan.days],
            "options": plan.options.as_document(),
            "strategy_hash": plan.strategy_hash,
            "engine_version": __version__,
            "manifest": manifest_of(plan),
            "market": {
                "label": plan.market_label,
                "underlying": plan.underlying,
                "supporting": plan.supporting,
            },
            "synthetic": plan.synthetic,
            "warnings": [
                {"path": found.path, "what": found.what, "right": found.right, "node_id": found.node_id}
                for found in plan.warnings
            ],
            "trials": list(self.trials),
            "trials_of_sweeps": self.trials_of_sweeps,
            **self._statistics(),
            **({} if self.said_hours is None else {"ttl_hours": self.said_hours}),
        }

    def _statistics(self) -> dict[str, object]:
        """The statistics of a run that has ended, where a day was run."""
        ran = [each for each in self.in_order() if each.status != "failed"]
        if self.completed_at is None or not ran:
            return {}
        days = [_trading_day(each) for each in ran]
        trips = [trip for each in ran for trip in each.trips]
        return {"statistics": run_figures(days, trips, self.trials)}

    def _overall(self) -> dict[str, object]:
        totals = self.totals
        return {
            "total_positions": totals.positions,
            "closed_positions": totals.closed,
            "total_pnl": rupees(totals.pnl_paise),
            **cost_record(totals.pnl_paise, totals.charges),
            "win_rate": totals.win_rate,
            "total_winning_trades": totals.winning,
            "total_losing_trades": totals.losing,
            "total_flat_trades": totals.flat,
            "total_trades": totals.trades,
            "rejected_orders": totals.rejections,
        }

    def _day(self, planned: PlannedDay, at: CourseDay | None) -> dict[str, object]:
        outcome = self.outcomes.get(planned.day)
        summary = _day_figures(planned.day, outcome)
        if outcome is None:
            summary |= {
                "status": "pending" if planned.has_data else "no_data",
                "reason": "" if planned.has_data else "a session of the calendar without market data",
            }
        else:
            summary |= _day_counts(outcome)
            summary |= {
                "replayed_bars": outcome.replayed_bars,
                "short_history": outcome.short_history,
                "synthetic": outcome.synthetic,
                "fingerprint": outcome.fingerprint,
                "warnings": list(outcome.warnings),
            }
        if at is not None:
            summary |= at.document()
        return summary

    def in_order(self) -> list[DayOutcome]:
        """The outcomes by day."""
        return [self.outcomes[day] for day in sorted(self.outcomes)]


def day_told(outcome: DayOutcome) -> dict[str, object]:
    """What the events say of a day that is dealt with: what its summary has of itself."""
    return _day_figures(outcome.day, outcome) | _day_counts(outcome)


def _day_figures(day: date, outcome: DayOutcome | None) -> dict[str, object]:
    totals = Totals() if outcome is None else outcome.totals
    return {
        "date": day_text(day),
        "positions": totals.positions,
        "pnl": rupees(totals.pnl_paise),
        **cost_record(totals.pnl_paise, totals.charges),
        "has_data": outcome is not None and outcome.file_bytes > 0,
        "file_size_kb": 0.0 if outcome is None else round(outcome.file_bytes / 1024, 1),
    }


def _day_counts(outcome: DayOutcome) -> dict[str, object]:
    totals = outcome.totals
    return {
        "status": outcome.status,
        "reason": outcome.reason,
        "closed_positions": totals.closed,
        "winning_trades": totals.winning,
        "losing_trades": totals.losing,
        "flat_trades": totals.flat,
        "win_rate": totals.win_rate,
        "trades": totals.trades,
        "rejected_orders": totals.rejections,
    }


def _trading_day(outcome: DayOutcome) -> TradingDay:
    totals = outcome.totals
    return TradingDay(outcome.day, totals.pnl_paise, totals.charges.total, totals.positions > 0, outcome.course)


def _stamp(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()
