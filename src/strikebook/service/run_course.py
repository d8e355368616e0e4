"""A run in the order of its days: the running profit, how far it is below its highest, months, best and worst day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from strikebook.storage.layout import day_text
from strikebook.storage.summary import Totals, cost_record, rupees

Document = dict[str, object]


@dataclass(frozen=True, slots=True)
class CourseDay:
    """A day that was run: its totals, the profit of all days up to it, and how far that is below the highest so far.

    The highest is at least 0, where a run begins; ``drawdown_paise`` is 0 or less.
    """

    day: date
    totals: Totals
    cumulative_paise: int
    drawdown_paise: int

    @property
    def traded(self) -> bool:
        """Whether a position was opened."""
        return self.totals.positions > 0

    def document(self) -> Document:
        """What a day's summary has of it."""
        return {"cumulative_pnl": rupees(self.cumulative_paise), "drawdown": rupees(self.drawdown_paise)}


def course_of(days: Iterable[tuple[date, Totals]]) -> list[CourseDay]:
    """The course of days given by date."""
    course: list[CourseDay] = []
    cumulative = highest = 0
    for day, totals in days:
        cumulative += totals.pnl_paise
        highest = max(highest, cumulative)
        course.append(CourseDay(day, totals, cumulative, cumulative - highest))
    return course


def months_document(course: list[CourseDay]) -> list[Document]:
    """A fold of each month's days."""
    months: list[Document] = []
    for month, grouped in groupby(course, lambda each: each.day.isoformat()[:7]):
        days = list(grouped)
        totals = sum((each.totals for each in days), Totals())
        months.append(
            {
                "month": month,
                "days": len(days),
                **_kinds(days),
                "positions": totals.positions,
                "pnl": rupees(totals.pnl_paise),
                **cost_record(totals.pnl_paise, totals.charges),
                "win_rate": totals.win_rate,
            }
        )
    return months


def course_document(course: list[CourseDay]) -> Document:
    """What the overall summary says of the days as a whole."""
    traded = [each for each in course if each.traded]
    return {
        **_kinds(course),
        "best_day": _day(max(traded, key=lambda each: each.totals.pnl_paise, default=None)),
        "worst_day": _day(min(traded, key=lambda each: each.totals.pnl_paise, default=None)),
        "max_drawdown": rupees(min((each.drawdown_paise for each in course), default=0)),
    }


def _kinds(days: list[CourseDay]) -> Document:
    profits = [each.totals.pnl_paise for each in days if each.traded]
    return {
        "traded_days": len(profits),
        "winning_days": sum(pnl > 0 for pnl in profits),
        "losing_days": sum(pnl < 0 for pnl in profits),
    }


def _day(found: CourseDay | None) -> Document | None:
    return None if found is None else {"date": day_text(found.day), "pnl": rupees(found.totals.pnl_paise)}
