from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from strikebook.market.calendar import planned_sessions, session_of
from strikebook.model.session import clock_text


def hours(day: date) -> str | None:
    session = planned_sessions(day, day).get(day)
    return None if session is None else f"{clock_text(session.open_s)[:5]}-{clock_text(session.close_s)[:5]}"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2022-06-08", "09:15-15:30"),
        ("2022-06-11", None),
        ("2022-08-15", None),
        ("2020-02-01", "09:15-15:30"),
        ("2021-11-04", "18:15-19:15"),
        ("2022-10-24", "18:15-19:15"),
        ("2023-11-12", "18:15-19:15"),
        ("2024-01-20", "09:15-15:30"),
        ("2024-01-22", None),
        ("2024-03-02", "09:15-12:30"),
        ("2024-05-20", None),
        ("2024-11-01", "18:00-19:00"),
        ("2024-11-20", None),
        ("2025-10-21", "13:45-14:45"),
        ("2026-01-15", None),
        ("2026-02-01", "09:15-15:30"),
    ],
)
def test_sessions_by_date(day: str, expected: str | None):
    """Weekends, holidays, special sessions and the closures that calendars miss."""
    assert hours(date.fromisoformat(day)) == expected


@pytest.mark.parametrize(("year", "count"), [(2019, 245), (2021, 248), (2022, 248), (2023, 246), (2024, 249)])
def test_a_year_has_as_many_sessions_as_it_had(year: int, count: int):
    """Muhurat and weekend sessions included, as the exchange counted them."""
    assert len(planned_sessions(date(year, 1, 1), date(year, 12, 31))) == count


def test_beyond_the_calendar_every_weekday_counts():
    """A plan for a year no calendar knows yet lists its weekdays."""
    days = planned_sessions(date(2040, 1, 2), date(2040, 1, 8))
    assert list(days) == [date(2040, 1, day) for day in range(2, 7)]


def test_an_empty_range_has_no_sessions():
    """First after last is nothing, not an error."""
    assert planned_sessions(date(2022, 6, 9), date(2022, 6, 8)) == {}


def test_session_of_needs_no_slow_import():
    """Opening a day must not load the calendar library or pandas."""
    code = (
        "import sys; from datetime import date; from strikebook.market.calendar import session_of;"
        "session_of(date(2024, 11, 1)); sys.exit('exchange_calendars' in sys.modules or 'pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert session_of(date(2024, 11, 1)).open_s == 18 * 3600
