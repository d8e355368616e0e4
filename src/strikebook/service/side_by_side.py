"""The figures of several results side by side: settings, statistics, the running profit over one axis of days.

All of it is looked up in what was folded of each result: no figure is worked out here a second time. A day that a
result does not have has no value, never 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import accumulate
from typing import Any, Final

from strikebook.service.compared_days import (
    DayMarks,
    Folded,
    Planned,
    day_differences,
    status_of,
    unpacked_marks,
)
from strikebook.storage.layout import day_text
from strikebook.storage.summary import rupees

Document = dict[str, Any]
_ORDER: Final = ("trades", "prices"), ("terms",), ("reasons",)
"""A divergence is of positions if there is one, else of terms, else of reasons."""


def side_by_side(
    folded: Sequence[tuple[Planned, Document, Sequence[bytes]]],
) -> tuple[Document, list[tuple[date, str] | None]]:
    """The document of results whose days were folded, and for each but the first the day and the kind of the first
    divergence from it; None where they are the same on all days that both have.
    """
    results = [Folded(planned, statistics, unpacked_marks(marks)) for planned, statistics, marks in folded]
    base = results[0]
    dates = sorted(set().union(*(each.planned.statuses for each in results)))
    differing = [(day, [day_differences(base, each, day) for each in results]) for day in dates]
    differing = [(day, found) for day, found in differing if any(found)]
    firsts = [_first(differing, at) for at in range(1, len(results))]
    document = {
        "results": [_result(each, dates) for each in results],
        "settings": _settings(results),
        "statistics": _statistics(results),
        "dates": [day_text(day) for day in dates],
        "days_compared": sum(all(day in each.marks for each in results) for day in dates),
        "days_differing": len(differing),
        "differing": [
            {
                "date": day_text(day),
                "results": [_on_day(each, day, found) for each, found in zip(results, of_each, strict=True)],
            }
            for day, of_each in differing
        ],
    }
    return document, firsts


def _first(differing: Sequence[tuple[date, Sequence[Sequence[str]]]], at: int) -> tuple[date, str] | None:
    for kinds in _ORDER:
        for day, of_each in differing:
            found = next((kind for kind in of_each[at] if kind in kinds), None)
            if found is not None:
                return day, found
    return None


def _result(each: Folded, dates: Sequence[date]) -> Document:
    run, heading = each.planned.run, each.planned.run.heading
    overall = heading["overall_summary"]
    return {
        "result": str(run.key),
        "user_id": run.key.user_id,
        "strategy_id": run.key.strategy_id,
        **{
            name: heading[name]
            for name in ("strategy_name", "job_id", "status", "created_at", "start_date", "end_date")
        },
        "synthetic": heading["synthetic"],
        "strategy_hash": heading["strategy_hash"],
        "options": heading["options"],
        "market": heading["market"]["label"],
        "days": len(each.marks),
        "failed_days": heading["failed_days"],
        **{name: overall[name] for name in ("total_pnl", "charges", "net_pnl")},
        "gross": _running(dates, {day: mark.pnl for day, mark in each.marks.items()}),
        "net": _running(dates, {day: mark.net for day, mark in each.marks.items()}),
    }


def _running(dates: Sequence[date], profits: dict[date, int]) -> list[float | None]:
    """The running sum of a result's days in rupees, None on a day that it does not have."""
    sums = dict(zip(sorted(profits), accumulate(profits[day] for day in sorted(profits)), strict=True))
    return [rupees(sums[day]) if day in sums else None for day in dates]


def _on_day(each: Folded, day: date, found: Sequence[str]) -> Document:
    mark: DayMarks | None = each.marks.get(day)
    return {
        "status": status_of(each, day),
        "pnl": None if mark is None else rupees(mark.pnl),
        "net_pnl": None if mark is None else rupees(mark.net),
        "differs": list(found),
    }


def _settings(results: Sequence[Folded]) -> list[Document]:
    """What the results were not run alike with: their ranges, strategies, options, market, tables of terms."""
    of_each = [_settings_of(each) for each in results]
    names = dict.fromkeys(name for settings in of_each for name in settings)
    rows = [{"name": name, "values": [settings.get(name) for settings in of_each]} for name in names]
    return [row for row in rows if any(value != row["values"][0] for value in row["values"])]


def _settings_of(each: Folded) -> dict[str, str]:
    heading = each.planned.run.heading
    settings = {name: heading[name] for name in ("start_date", "end_date", "strategy_hash", "engine_version")}
    settings |= {"market": heading["market"]["label"], "underlying": heading["market"]["underlying"]}
    settings |= heading["options"]
    settings |= {f"tables.{name}": table for name, table in heading["manifest"]["tables"].items()}
    return {name: str(value) for name, value in settings.items()}


def _statistics(results: Sequence[Folded]) -> list[Document]:
    """Every statistic with the values of all results, as each result's own statistics have them."""
    columns = [each.statistics["statistics"] for each in results]
    rows = []
    for row in zip(*columns, strict=True):
        values = [each["value"] for each in row]
        rows.append(
            {
                **{name: row[0][name] for name in ("name", "title", "unit", "definition")},
                "values": values,
                "reasons": [each["reason"] for each in row],
                "differs": any(value != values[0] for value in values),
            }
        )
    return rows
