"""Where a run's files live, and which names may become paths at all.

    {root}/{user_id}/{strategy_id}/metadata.json       the run, plain JSON
    {root}/{user_id}/{strategy_id}/strategy.json       the strategy as it was run
    {root}/{user_id}/{strategy_id}/01-10-2024.json.gz  one day
    {root}/.limits/{user_id}.json                      how long that user's results are kept, and how many bytes
    {root}/.notes/…, {root}/.history/…                 what outlives a user's results: ``storage.beside``
    {root}/.sweeps/{user_id}/{sweep_id}/…              a sweep: the same names, a day being a table of points
    {root}/.trials/{user_id}/{strategy_id}.json        what is remembered of a strategy's sweeps
    {root}/.locks/moves/{user_id}.lock                 held while results of that user are replaced or cleared

Names that start with a dot are Strikebook's own (temporary files, folders on their way in or out); no id can be
one of them, so they never meet a user's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from strikebook.errors import UsageError

METADATA_NAME = "metadata.json"
STRATEGY_NAME = "strategy.json"
RESERVE_NAME = ".reserve"
SWEEPS_NAME = ".sweeps"
TRIALS_NAME = ".trials"

_ID = re.compile(r"[A-Za-z0-9_@\-][A-Za-z0-9._@\-]{0,127}")
_STORED_DATE = re.compile(r"(\d{2})-(\d{2})-(\d{4})", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_DAY_SUFFIX = ".json.gz"


@dataclass(frozen=True, slots=True, order=True)
class RunKey:
    """Whose results of which strategy. Both ids are checked when it is made, so a key is always safe in a path."""

    user_id: str
    strategy_id: str

    def __post_init__(self) -> None:
        check_id(self.user_id, "user_id")
        check_id(self.strategy_id, "strategy_id")

    def __str__(self) -> str:
        return f"{self.user_id}/{self.strategy_id}"


def is_id(text: str) -> bool:
    """Whether ``text`` may be an id; nothing else decides what becomes a path."""
    return _ID.fullmatch(text) is not None


def check_id(text: str, name: str) -> str:
    """Return ``text`` if it may be an id, else raise UsageError naming ``name``."""
    if not is_id(text):
        shown = repr(text) if len(text) <= 150 else repr(text[:150]) + "…"
        raise UsageError(
            f"{shown} cannot be an id",
            where=name,
            right="1 to 128 letters, digits and . _ - @, not starting with a dot",
        )
    return text


def parse_day(text: str) -> date:
    """Read ``01-10-2024`` (the stored form) or ``2024-10-01``. Raises UsageError for anything else."""
    try:
        if match := _STORED_DATE.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1]))
        if match := _ISO_DATE.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise UsageError(f"there is no day {text!r}", where="date", right="a day of the calendar") from None
    raise UsageError(f"{text[:40]!r} is not a date", where="date", right="DD-MM-YYYY or YYYY-MM-DD")


def day_text(day: date) -> str:
    """The stored form of a day, ``01-10-2024``. Never order by it."""
    return f"{day.day:02d}-{day.month:02d}-{day.year:04d}"


@lru_cache(maxsize=4096)
def day_file_name(day: date) -> str:
    """The name of a day's file, ``01-10-2024.json.gz``."""
    return day_text(day) + _DAY_SUFFIX


def day_of_file(name: str) -> date | None:
    """The day a file name stands for; None where it is no day file."""
    stem = name.removesuffix(_DAY_SUFFIX)
    if stem == name or _STORED_DATE.fullmatch(stem) is None:
        return None
    try:
        return parse_day(stem)
    except UsageError:
        return None


def run_folder(root: Path, key: RunKey) -> Path:
    """The folder of a run's files."""
    return root / key.user_id / key.strategy_id


def limits_path(root: Path, user_id: str) -> Path:
    """The file of what an administrator allows a user: outside what is cleared."""
    return root / ".limits" / f"{check_id(user_id, 'user_id')}.json"


def trials_path(root: Path, key: RunKey) -> Path:
    """The file of what is remembered of a strategy's trials: outside what is cleared."""
    return root / TRIALS_NAME / key.user_id / f"{key.strategy_id}.json"


def moves_lock_path(root: Path, user_id: str) -> Path:
    """The file whose lock is held while a user's results are replaced, cleared or changed: outside what is cleared."""
    return root / ".locks" / "moves" / f"{check_id(user_id, 'user_id')}.lock"
