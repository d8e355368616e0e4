"""The day file: all prices of one underlying and day, one row group per instrument (``docs/format-market.md``).

The footer's key ``strikebook`` holds the index. A file without it, written by a stranger, is a ``ForeignDay``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from os import SEEK_END
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from strikebook.atomic_file import replace_file
from strikebook.errors import MarketDataError, NoDataError
from strikebook.market.arrow_columns import numbers
from strikebook.market.day_index import (
    FORMAT,
    INDEX_KEY,
    DayIndex,
    InstrumentEntry,
    index_of,
    index_text,
    parse_index,
)
from strikebook.market.foreign_day import ForeignDay
from strikebook.market.rows import ABSENT, InstrumentRows, ticks_of_trades
from strikebook.model.prices import Ticks
from strikebook.model.session import Session

SCHEMA: Final = pa.schema(
    [
        pa.field("symbol", pa.dictionary(pa.int32(), pa.string()), nullable=False),
        pa.field("second", pa.int32(), nullable=False),
        pa.field("bar_s", pa.int32(), nullable=False),
        pa.field("price_paise", pa.int64(), nullable=False),
        pa.field("open_paise", pa.int64()),
        pa.field("high_paise", pa.int64()),
        pa.field("low_paise", pa.int64()),
        pa.field("volume", pa.int64()),
        pa.field("oi", pa.int64()),
    ]
)
_MARK: Final = b"PAR1"
_FINGERPRINT: Final = re.compile(
    rb'\{"format":%d,"underlying":"[^"]*","date":"[^"]*","session":\[\d+,\d+\],"origin":"[^"]*",'
    rb'"fingerprint":"([0-9a-f]+)"' % FORMAT
)
_NEVER_NULL: Final = ("second", "bar_s", "price_paise")
# Neighbours differ by little: smaller than with a dictionary, and a contract's prices are read twice as fast.
_BY_DIFFERENCE: Final = ("second", "price_paise")
_SIZES: Final = ("volume", "oi")


@dataclass(frozen=True, slots=True)
class DayRows:
    """A day to be written. ``rows``: symbol -> its rows (none for a contract listed but not traded).

    ``outside``: symbol -> rows left out for lying outside the session. ``origin``: empty for real prices.
    """

    underlying: str
    session: Session
    rows: Mapping[str, InstrumentRows]
    outside: Mapping[str, int] = field(default_factory=dict)
    origin: str = ""

    def index(self) -> DayIndex:
        """The index that the day's file has."""
        return index_of(self.underlying, self.session, self.rows, self.outside, self.origin)


class OpenDay(Protocol):
    """A day file that is open, our own or a stranger's."""

    path: Path
    index: DayIndex

    def rows_of(self, symbol: str, *, sizes: bool = True) -> InstrumentRows | None:
        """The rows of an instrument in order of time, None where the day does not list it.

        Without ``sizes`` volume and open interest may be left out, which is faster.
        """

    def ticks_of(self, symbol: str, *, sizes: bool = True) -> Ticks:
        """The trades of an instrument inside the session, its bars replayed; none where the day does not list it."""


def open_day(folder: Path, underlying: str, day: date) -> OpenDay:
    """Open a day of a catalogue. Reads the footer, of a stranger's file everything.

    Raises NoDataError where there is no file, MarketDataError where it is not readable or not in the format.
    """
    path = day_path(folder, underlying, day)
    if not path.is_file():
        raise no_such_day(path, underlying, day)
    file = open_parquet(path)
    stated = (file.metadata.metadata or {}).get(INDEX_KEY)
    if stated is None:
        return ForeignDay(path, file, underlying, day)
    index = parse_index(stated, str(path))
    if index.underlying != underlying or index.session.date != day:
        raise MarketDataError(
            f"holds {index.underlying} on {index.session.date}", where=str(path), right="a file under its own name"
        )
    return DayFile(path, file, index)


def no_such_day(path: Path, underlying: str, day: date) -> NoDataError:
    """The error of a day that has no file."""
    return NoDataError(f"no data of {underlying} on {day.isoformat()}", where=str(path), right="import that day")


def stated_fingerprint(path: Path) -> str | None:
    """The fingerprint in a day file's index; None where it has no index. Reads no prices.

    The index is JSON and stands in the footer as it is, so it is found there without parsing the rest of the footer,
    which would cost a run as much again as opening the day.
    """
    with path.open("rb") as file:
        size = file.seek(0, SEEK_END)
        file.seek(max(size - len(_MARK) - 4, 0))
        tail = file.read()
        footer = int.from_bytes(tail[:4], "little")
        file.seek(max(size - len(tail) - footer, 0))
        stated = _FINGERPRINT.search(file.read(footer)) if tail.endswith(_MARK) else None
    if stated is not None:
        return stated[1].decode()
    text = (open_parquet(path).metadata.metadata or {}).get(INDEX_KEY)
    return None if text is None else parse_index(text, str(path)).fingerprint


def day_path(folder: Path, underlying: str, day: date) -> Path:
    """Where a catalogue has a day."""
    return folder / underlying / f"{day.isoformat()}.parquet"


def open_parquet(path: Path) -> Any:  # noqa: ANN401 — pyarrow has no types
    """Open a Parquet file, checking its pages' checksums as they are read. Raises MarketDataError where it is none."""
    try:
        return pq.ParquetFile(pa.memory_map(str(path)), pre_buffer=False, page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        raise MarketDataError(
            f"not a readable Parquet file: {error}", where=str(path), right="import the day again"
        ) from error


def write_day(path: Path, day: DayRows, index: DayIndex) -> None:
    """Write a day's file. Raises StorageError where the disk or the permissions refuse."""
    metadata = {INDEX_KEY.decode(): index_text(index).decode()}

    def write(target: Path) -> None:
        with pq.ParquetWriter(
            target,
            SCHEMA,
            compression="snappy",
            use_dictionary=[name for name in SCHEMA.names if name not in _BY_DIFFERENCE],
            column_encoding=dict.fromkeys(_BY_DIFFERENCE, "DELTA_BINARY_PACKED"),
            write_statistics=False,
            write_page_checksum=True,
        ) as writer:
            for symbol in index:
                rows = day.rows[symbol]
                if len(rows):
                    writer.write_table(_table(symbol, rows), row_group_size=len(rows))
            writer.add_key_value_metadata(metadata)

    replace_file(path, write)


class DayFile:
    """A day file with its index. Reads an instrument's row group when it is asked for."""

    def __init__(self, path: Path, file: Any, index: DayIndex) -> None:  # noqa: ANN401 — pyarrow has no types
        self.path = path
        self.index = index
        self._file = file

    def rows_of(self, symbol: str, *, sizes: bool = True) -> InstrumentRows | None:
        """The rows of an instrument, None where the day does not list it. Raises MarketDataError for damaged rows."""
        entry = self.index.entry(symbol)
        if entry is None:
            return None
        if entry.row_group is None:
            return InstrumentRows.none()
        parts = self._columns(symbol, entry, sizes=sizes)
        if entry.bar_s is not None:
            parts["bar_s"] = np.full(entry.rows, entry.bar_s, np.int32)
        return InstrumentRows(**parts)

    def ticks_of(self, symbol: str, *, sizes: bool = True) -> Ticks:
        """The trades of an instrument inside the session, its bars replayed; none where the day does not list it."""
        entry = self.index.entry(symbol)
        if entry is None or entry.row_group is None:
            return Ticks.none()
        if entry.bar_s != 0:
            rows = self.rows_of(symbol, sizes=sizes)
            return Ticks.none() if rows is None else rows.ticks(self.index.session)
        parts = self._columns(symbol, entry, sizes=sizes)
        return ticks_of_trades(
            parts["second"], parts["price_paise"], parts.get("volume"), parts.get("oi"), self.index.session
        )

    def _columns(self, symbol: str, entry: InstrumentEntry, *, sizes: bool) -> dict[str, Any]:
        """The columns of a row group that have values, by name."""
        wanted = ["second", "price_paise", *(name for name in entry.columns if sizes or name not in _SIZES)]
        if entry.bar_s is None:
            wanted.append("bar_s")
        try:
            table = self._file.read_row_group(entry.row_group, columns=wanted, use_threads=False)
            return {
                name: numbers(column, np.int32 if name in ("second", "bar_s") else np.int64, ABSENT)
                for name, column in zip(table.column_names, table.columns, strict=True)
            }
        except (pa.ArrowException, OSError) as error:
            raise MarketDataError(
                f"the rows of {symbol} are damaged: {error}", where=str(self.path), right="import the day again"
            ) from error


def _table(symbol: str, rows: InstrumentRows) -> Any:  # noqa: ANN401 — pyarrow has no types
    count = len(rows)
    columns = [pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([symbol]))]
    for name in SCHEMA.names[1:]:
        values = getattr(rows, name)
        kind = SCHEMA.field(name).type
        if values is None:
            columns.append(pa.nulls(count, kind))
        else:
            columns.append(pa.array(values, kind, mask=None if name in _NEVER_NULL else values == ABSENT))
    return pa.table(columns, schema=SCHEMA)
