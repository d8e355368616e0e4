"""Reading what was stored: a run's metadata and its days, with messages that say what there is instead."""

from __future__ import annotations

from datetime import date

from strikebook.errors import StorageError
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_day, decode_metadata
from strikebook.storage.layout import RunKey, day_file_name, day_text, parse_day

Document = dict[str, object]


def read_run(storage: BacktestStorage, key: RunKey) -> Document:
    """A run's metadata. Raises StorageError where there is no such run; it names the runs there are."""
    content = storage.metadata(key)
    if content is None:
        runs = ", ".join(run.strategy_id for run in storage.runs(key.user_id))
        users = ", ".join(storage.users())
        right = f"{key.user_id} has {runs}" if runs else f"users with results: {users or 'none'}"
        raise StorageError(f"no results of {key}", where=storage.place, right=right)
    return decode_metadata(content, f"{storage.place}: {key}/metadata.json")


def read_day(storage: BacktestStorage, key: RunKey, day: date) -> Document:
    """A day of a run. Raises StorageError where it has no file; it says why, and names the nearest days."""
    content = storage.day(key, day)
    if content is not None:
        return decode_day(content, f"{storage.place}: {key}/{day_file_name(day)}")
    metadata = read_run(storage, key)
    reason = _reason(metadata, day)
    near = sorted(storage.days(key), key=lambda other: abs((other - day).days))[:3]
    right = "nearest days: " + ", ".join(day_text(other) for other in sorted(near)) if near else "no day was stored"
    raise StorageError(f"No data found for date {day_text(day)}{reason}", where=str(key), right=right)


def _reason(metadata: Document, day: date) -> str:
    summaries = metadata.get("daily_summaries")
    for summary in summaries if isinstance(summaries, list) else ():
        if parse_day(str(summary["date"])) == day:
            return f": {summary['status']}" + (f", {summary['reason']}" if summary["reason"] else "")
    return ": not a day of this run"
