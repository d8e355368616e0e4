"""An export, from a run's stored files into a file: what a process of its own does, and the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import BinaryIO

from strikebook.atomic_file import storage_errors
from strikebook.service.export.rows import Source
from strikebook.service.export.wanted import Wanted, Written, file_name
from strikebook.service.stored_days import as_documented
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.layout import RunKey


def write_export(
    storage: BacktestStorage,
    key: RunKey,
    wanted: Wanted,
    file: BinaryIO,
    scratch: Path,
    on_days: Callable[[int, int], None] = lambda _done, _total: None,
) -> Written:
    """Write an export into an open file. ``scratch`` is a folder for what is put together at the end.

    ``on_days`` is told how many days are read, of how many; a report reads them twice. Raises NotFoundError without
    such a run or day, UsageError for more than the format holds, StorageError for a run of another version or a day
    that is missing, damaged or does not add up, BusyError where another run has taken its place meanwhile.
    """
    source = Source(storage, key, wanted, lambda done: on_days(done, len(source.told)))
    if wanted.format == "csv":  # each library is loaded by who needs it
        from strikebook.service.export.csv_file import write_csv  # noqa: PLC0415

        write_csv(source, file)
    elif wanted.format == "xlsx":
        from strikebook.service.export.excel_file import write_xlsx  # noqa: PLC0415

        write_xlsx(source, file, scratch)
    elif wanted.format == "parquet":
        from strikebook.service.export.parquet_file import write_parquet  # noqa: PLC0415

        write_parquet(source, file)
    else:
        from strikebook.service.export.html_report import write_html  # noqa: PLC0415

        write_html(source, file)
    return _written(source)


def export_file(storage: BacktestStorage, key: RunKey, wanted: Wanted, target: Path) -> Written:
    """Write an export to a new file in a folder that is its own; raises as ``write_export``."""
    with as_documented(str(key)), storage_errors("write", target), target.open("xb") as file:
        return write_export(storage, key, wanted, file, target.parent)


def _written(source: Source) -> Written:
    days: tuple[date, date] = (source.first, source.last)
    named = str(source.run["strategy_name"]), source.key.strategy_id
    name = file_name(source.wanted, named, days, partial=source.partial)
    return Written(name, len(source.told), source.rows)
