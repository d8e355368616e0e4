"""A trading day's session: the clock every step of a day is counted on.

Times are exchange time, as seconds since that day's midnight; nothing here knows the server's zone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from strikebook.errors import UsageError

SECONDS_PER_DAY = 86_400
_DIGITS = tuple(f"{number:02d}" for number in range(100))


@dataclass(frozen=True, slots=True)
class Session:
    """One session, ``open_s`` to ``close_s`` inclusive, one step a second."""

    date: date
    open_s: int = 9 * 3600 + 15 * 60
    close_s: int = 15 * 3600 + 30 * 60

    def __post_init__(self) -> None:
        if not 0 <= self.open_s < self.close_s < SECONDS_PER_DAY:
            raise UsageError(
                f"a session from second {self.open_s} to {self.close_s}",
                right="an open before its close, within a day",
            )

    @property
    def steps(self) -> int:
        """How many steps the session has: 22,501 for 09:15:00–15:30:00."""
        return self.close_s - self.open_s + 1

    @property
    def last_step(self) -> int:
        """The step of the close."""
        return self.close_s - self.open_s

    def stamp(self, step: int) -> str:
        """The step's exchange time as ``2024-10-01T09:16:59``."""
        return f"{self.date.isoformat()}T{clock_text(self.open_s + step)}"


def clock_text(second: int) -> str:
    """Seconds since midnight as ``HH:MM:SS``."""
    return f"{_DIGITS[second // 3600]}:{_DIGITS[second // 60 % 60]}:{_DIGITS[second % 60]}"


def parse_clock(text: str) -> int:
    """Read ``HH:MM`` or ``HH:MM:SS`` as seconds since midnight. Raises UsageError for anything else."""
    parts = text.strip().split(":")
    if len(parts) in (2, 3) and all(part.isascii() and part.isdigit() and len(part) <= 2 for part in parts):
        hour, minute, second = (*map(int, parts), 0)[:3]
        if hour < 24 and minute < 60 and second < 60:
            return hour * 3600 + minute * 60 + second
    raise UsageError(f"{text!r} is not a time of day", right="HH:MM or HH:MM:SS")


def epoch_stamp(naive_epoch_s: int) -> str:
    """Exchange-time seconds since 1970-01-01 00:00 as ``2024-10-01T09:16:00``."""
    return (datetime(1970, 1, 1) + timedelta(seconds=naive_epoch_s)).isoformat()  # noqa: DTZ001 — exchange time has no offset here


def naive_epoch(day: date, second: int = 0) -> int:
    """Exchange-time seconds since 1970-01-01 00:00 of a second of that day."""
    return (day - date(1970, 1, 1)).days * SECONDS_PER_DAY + second
