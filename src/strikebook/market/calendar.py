"""Which days the exchange trades, and from when to when.

A day's session is the regular one unless ``strikebook/data/special_days.csv`` says otherwise. The days of a plan come
from exchange_calendars' XBOM, corrected by that table. The data decides what was traded; the calendar explains what is
missing.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Final

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
    calendar = _xbom()
    known_first = calendar.first_session.date()
    known_last = calendar.last_session.date()
    days: set[date] = set()
    if first <= known_last and last >= known_first:
        known = calendar.sessions_in_range(max(first, known_first).isoformat(), min(last, known_last).isoformat())
        days.update(stamp.date() for stamp in known)
    day = first
    while day <= last:
        if known_first <= day <= known_last:
            day = known_last
        elif day.weekday() < _SATURDAY:
            days.add(day)
        day += timedelta(days=1)
    return days


@lru_cache(maxsize=1)
def _xbom() -> Any:  # noqa: ANN401 — exchange_calendars ships no types
    import exchange_calendars  # noqa: PLC0415 — half a second that only planning needs

    return exchange_calendars.get_calendar("XBOM")


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
