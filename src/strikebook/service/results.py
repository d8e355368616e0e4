"""Reading what was stored: a run's metadata and its days, with messages that say what there is instead."""

from __future__ import annotations

from datetime import date

from strikebook.errors import NotFoundError
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_day, decode_metadata
from strikebook.storage.layout import RunKey, day_file_name, day_text, parse_day

Document = dict[str, object]


def read_run(storage: BacktestStorage, key: RunKey) -> Document:
    """A run's metadata. Raises NotFoundError where there is no such run; it names the runs there are."""
    content = storage.metadata(key)
    if content is None:
        runs = ", ".join(run.strategy_id for run in storage.runs(key.user_id))
        right = f"{key.user_id} has {runs}" if runs else f"{key.user_id} has none: run a strategy first"
        raise NotFoundError(f"no results of {key}", where=str(key), right=right)
    return decode_metadata(content, f"{storage.place}: {key}/metadata.json")


def read_day(storage: BacktestStorage, key: RunKey, day: date) -> Document:
    """A day of a run. Raises NotFoundError where it has no file; it says why, and names the nearest days."""
    content = storage.day(key, day)
    if content is None:
        raise missing_day(storage, key, day)
    return decode_day(content, f"{storage.place}: {key}/{day_file_name(day)}")


def missing_day(storage: BacktestStorage, key: RunKey, day: date) -> NotFoundError:
    """The error of a day that has no file: why, and which are nearest. Raises NotFoundError without such a run."""
    reason = _reason(read_run(storage, key), day)
    near = ", ".join(day_text(other) for other in nearest_days(storage, key, day))
    right = f"nearest days: {near}" if near else "no day was stored"
    return NotFoundError(f"No data found for date {day_text(day)}{reason}", where=str(key), right=right)


def nearest_days(storage: BacktestStorage, key: RunKey, day: date) -> list[date]:
    """The three stored days that are nearest to a day, in order."""
    return sorted(sorted(storage.days(key), key=lambda other: abs((other - day).days))[:3])


def _reason(metadata: Document, day: date) -> str:
    summaries = metadata.get("daily_summaries")
    for summary in summaries if isinstance(summaries, list) else ():
        if parse_day(str(summary["date"])) == day:
            return f": {summary['status']}" + (f", {summary['reason']}" if summary["reason"] else "")
    return ": not a day of this run"
