"""The stored days of a run one after another: for what is worked out of all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from strikebook import __version__
from strikebook.errors import StorageError
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_day
from strikebook.storage.layout import RunKey, day_file_name, parse_day

Document = dict[str, Any]


def stored_days(storage: BacktestStorage, key: RunKey, run: Mapping[str, Any]) -> Iterator[tuple[date, Document]]:
    """Each day that a run's metadata lists with a file, in order.

    Raises StorageError where it is missing or damaged: a total without it would be wrong. So too for a run of another
    version, whose files are of another shape.
    """
    if run["engine_version"] != __version__:
        raise StorageError(
            f"these results were made by version {run['engine_version']}; this is {__version__}",
            where=str(key),
            right="run it again",
        )
    for listed in run["daily_summaries"]:
        if not listed["has_data"]:
            continue
        day = parse_day(listed["date"])
        content = storage.day(key, day)
        where = f"{storage.place}: {key}/{day_file_name(day)}"
        if content is None:
            raise StorageError("a day of this run is gone", where=where, right="run it again")
        yield day, decode_day(content, where)
