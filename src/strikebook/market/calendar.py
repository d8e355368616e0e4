"""Which days the exchange trades, and from when to when.

A day's session is the regular one unless ``strikebook/data/special_days.csv`` says otherwise. The days of a plan come
from exchange_calendars' XBOM, corrected by that table. The data decides what was traded; the calendar explains what is
missing.
"""

from __future__ import annotations

import csv
import warnings
from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from strikebook.model.session import Session, parse_clock

_SATURDAY: Final = 5


def session_of(day: date) -> Session:
    """The session of that day if it is one: a special session's own hours, else 09:15 to 15:30."""
    special = _special_days().get(day)
    return special if special is not None else Session(day)


def planned_sessions(first: date, last: date) -> dict[date, Session]:
    """The sessions the calendar expects from ``first`` to ``last`` inclusive, ascending.

    Outside the years XBOM knows, every weekday counts: a plan that lists a holiday only shows a day without data.
    """
    special = _special_days()
    sessions = {}
    for day in sorted(_calendar_days(first, last) | {day for day in special if first <= day <= last}):
        if special.get(day, True) is not None:
            sessions[day] = session_of(day)
    return sessions


def _calendar_days(first: date, last: date) -> set[date]:
    known = _xbom_days()
    days = set(known[bisect_left(known, first) : bisect_right(known, last)])
    day = first
    while day <= last:
        if known[0] <= day <= known[-1]:
            day = known[-1]
        elif day.weekday() < _SATURDAY:
            days.add(day)
        day += timedelta(days=1)
    return days


@lru_cache(maxsize=1)
def _xbom_days() -> tuple[date, ...]:
    """Every session that XBOM knows, ascending."""
    import exchange_calendars  # noqa: PLC0415 — half a second and pandas, which only planning needs

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its use of pandas is its own affair
        return tuple(stamp.date() for stamp in exchange_calendars.get_calendar("XBOM").sessions)


@lru_cache(maxsize=1)
def _special_days() -> MappingProxyType[date, Session | None]:
    """Date -> its session, None for a closed day that other calendars take for a trading day."""
    text = resources.files("strikebook.data").joinpath("special_days.csv").read_text("utf-8")
    days: dict[date, Session | None] = {}
    for row in csv.DictReader(text.splitlines()):
        day = date.fromisoformat(row["date"])
        hours = (row["open"], row["close"])
        days[day] = Session(day, parse_clock(hours[0]), parse_clock(hours[1])) if hours[0] else None
    return MappingProxyType(days)
