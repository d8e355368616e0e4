"""The trading days the synthetic market is made for: the calendar's planned sessions, found fast."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from strikebook.market.calendar import planned_sessions
from strikebook.model.session import Session

FIRST_PATH_DAY: Final = date(2016, 1, 1)
_CALENDAR_END: Final = date(2036, 12, 31)
_SHORTEST_EXPIRY_SESSION_S: Final = 2 * 3600


@lru_cache(maxsize=1)
def sessions() -> Mapping[date, Session]:
    """Every planned session from 2016 on (years before 2019 are only the history of later ones)."""
    return MappingProxyType(planned_sessions(FIRST_PATH_DAY, _CALENDAR_END))


@lru_cache(maxsize=1)
def _days() -> tuple[date, ...]:
    return tuple(sessions())


def days_between(first: date, last: date) -> tuple[date, ...]:
    """The trading days from ``first`` to ``last`` inclusive."""
    days = _days()
    return days[bisect_left(days, first) : bisect_left(days, last + timedelta(days=1))]


def days_before(day: date, count: int) -> tuple[date, ...]:
    """The last ``count`` trading days before ``day``, ascending."""
    at = bisect_left(_days(), day)
    return _days()[max(at - count, 0) : at]


def expiry_for(nominal: date) -> date:
    """The day contracts of that nominal expiry end: itself, or the trading day before a holiday.

    A muhurat hour makes no holiday a trading day here.
    """
    day = nominal
    while (session := sessions().get(day)) is None or session.last_step < _SHORTEST_EXPIRY_SESSION_S:
        day -= timedelta(days=1)
    return day
