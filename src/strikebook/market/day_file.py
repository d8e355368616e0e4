"""The day file: all prices of one underlying and day, one row group per instrument (``docs/format-market.md``).

The footer's key ``strikebook`` holds the index: session, instruments, their row groups, and a hash of the content. A
file without the index is read whole and its index derived from the rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from strikebook.errors import MarketDataError
from strikebook.market.arrow_columns import numbers
from strikebook.market.atomic_write import replace_file
from strikebook.market.rows import ABSENT, InstrumentRows
from strikebook.model.instrument import FutureContract, OptionContract, parse_symbol
from strikebook.model.session import Session

FORMAT: Final = 1
INDEX_KEY: Final = b"strikebook"
PRICE_COLUMNS: Final = ("second", "bar_s", "price_paise", "open_paise", "high_paise", "low_paise", "volume", "oi")
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


@dataclass(frozen=True, slots=True)
class InstrumentEntry:
    """An instrument in the index. ``row_group`` is None for a contract that was listed and has no rows.

    ``bars`` rows are bars, of ``bar_s`` seconds most of them. ``columns`` are the optional columns that have values.
    ``outside`` rows of its source lay outside the session and were left out.
    """

    symbol: str
    row_group: int | None
    rows: int
    bars: int
    bar_s: int
    columns: tuple[str, ...]
    outside: int
    digest: str


@dataclass(frozen=True, slots=True)
class DayIndex:
    """What a day file says about itself. ``origin`` is empty for real prices, else such as ``synthetic:7``."""

    underlying: str
    session: Session
    origin: str
    fingerprint: str
    instruments: Mapping[str, InstrumentEntry]


@dataclass(frozen=True, slots=True)
class DayRows:
    """A day to be written. ``rows``: symbol -> its rows (none for a contract listed but not traded).

    ``outside``: symbol -> rows left out for lying outside the session.
    """

    underlying: str
    session: Session
    rows: Mapping[str, InstrumentRows]
    outside: Mapping[str, int] = field(default_factory=dict)
    origin: str = ""


def write_day(target: Path, day: DayRows) -> DayIndex:
    """Write the day file, or leave the one that says the same already. Returns its index."""
    index = index_of(day)
    metadata = {INDEX_KEY.decode(): orjson.dumps(_document(index)).decode()}

    def write(path: Path) -> None:
        with pq.ParquetWriter(path, SCHEMA, compression="zstd", write_statistics=False) as writer:
            for symbol, entry in index.instruments.items():
                if entry.row_group is not None:
                    writer.write_table(_table(symbol, day.rows[symbol]), row_group_size=entry.rows)
            writer.add_key_value_metadata(metadata)

    replace_file(target, write)
    return index


def index_of(day: DayRows) -> DayIndex:
    """The index the day's file has: instruments in the file's order, row groups counted in it."""
    entries: dict[str, InstrumentEntry] = {}
    row_group = 0
    for symbol in sorted(day.rows, key=_file_order):
        rows = day.rows[symbol]
        entries[symbol] = InstrumentEntry(
            symbol,
            row_group if len(rows) else None,
            len(rows),
            int(np.count_nonzero(rows.bar_s)),
            _common_length(rows),
            tuple(name for name in PRICE_COLUMNS[3:] if _has(rows, name)),
            day.outside.get(symbol, 0),
            rows.digest(),
        )
        row_group += len(rows) > 0
    hasher = hashlib.blake2b(digest_size=12)
    hasher.update(f"{day.underlying} {day.session.date} {day.session.open_s} {day.session.close_s}".encode())
    for entry in entries.values():
        hasher.update(f"\n{entry.symbol} {entry.digest}".encode())
    return DayIndex(day.underlying, day.session, day.origin, hasher.hexdigest(), entries)


class DayFile:
    """An open day file. Reads the footer at once and rows when they are asked for.

    Raises MarketDataError where the file is no Parquet file or not in this format.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file: Any = pq.ParquetFile(path, memory_map=True, pre_buffer=False)
        except (pa.ArrowException, OSError) as error:
            raise MarketDataError(
                f"not a readable Parquet file: {error}", where=str(path), right="import the day again"
            ) from error
        stated = (self._file.metadata.metadata or {}).get(INDEX_KEY)
        if stated is None:
            raise MarketDataError("no index", where=str(path))
        self.index = _index(stated, path)

    def rows_of(self, symbol: str) -> InstrumentRows | None:
        """The rows of an instrument, None where the day does not list it."""
        entry = self.index.instruments.get(symbol)
        if entry is None:
            return None
        if entry.row_group is None:
            empty = np.empty(0, np.int32)
            return InstrumentRows(empty, empty, np.empty(0, np.int64))
        names = ["second", "bar_s", "price_paise", *entry.columns]
        try:
            table = self._file.read_row_group(entry.row_group, columns=names, use_threads=False)
        except (pa.ArrowException, OSError) as error:
            raise MarketDataError(
                f"damaged rows of {symbol}: {error}", where=str(self.path), right="import the day again"
            ) from error
        return _rows(table)


def _table(symbol: str, rows: InstrumentRows) -> Any:  # noqa: ANN401 — pyarrow has no types
    count = len(rows)
    indices = pa.array(np.zeros(count, np.int32))
    columns = [pa.DictionaryArray.from_arrays(indices, pa.array([symbol]))]
    for name in SCHEMA.names[1:]:
        values = getattr(rows, name)
        kind = SCHEMA.field(name).type
        if values is None:
            columns.append(pa.nulls(count, kind))
        elif name in PRICE_COLUMNS[:3]:
            columns.append(pa.array(values, kind))
        else:
            columns.append(pa.array(values, kind, mask=values == ABSENT))
    return pa.table(columns, schema=SCHEMA)


def _rows(table: Any) -> InstrumentRows:  # noqa: ANN401 — pyarrow has no types
    parts: dict[str, Any] = {}
    for name in table.column_names:
        parts[name] = numbers(table.column(name), np.int32 if name in ("second", "bar_s") else np.int64, ABSENT)
    return InstrumentRows(**parts)


def _document(index: DayIndex) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "underlying": index.underlying,
        "date": index.session.date.isoformat(),
        "session": [index.session.open_s, index.session.close_s],
        "origin": index.origin,
        "fingerprint": index.fingerprint,
        "instruments": [asdict(entry) for entry in index.instruments.values()],
    }


def _index(stated: bytes, path: Path) -> DayIndex:
    try:
        document = orjson.loads(stated)
        if document["format"] != FORMAT:
            raise MarketDataError(
                f"format {document['format']}", where=str(path), right=f"format {FORMAT}: import the day again"
            )
        session = Session(date.fromisoformat(document["date"]), *document["session"])
        entries = {
            row["symbol"]: InstrumentEntry(**{**row, "columns": tuple(row["columns"])})
            for row in document["instruments"]
        }
        return DayIndex(document["underlying"], session, document["origin"], document["fingerprint"], entries)
    except (ValueError, KeyError, TypeError) as error:
        raise MarketDataError(
            f"its index cannot be read: {error}", where=str(path), right="import the day again"
        ) from error


def _file_order(symbol: str) -> tuple[int, date, int, str]:
    """Spot, futures by expiry, options by expiry, strike and type."""
    parsed = parse_symbol(symbol)
    if isinstance(parsed, OptionContract):
        return (2, parsed.expiry, parsed.strike_paise, parsed.option_type)
    if isinstance(parsed, FutureContract):
        return (1, parsed.expiry, 0, "")
    return (0, date.min, 0, symbol)


def _common_length(rows: InstrumentRows) -> int:
    lengths = rows.bar_s[rows.bar_s > 0]
    if not len(lengths):
        return 0
    values, counts = np.unique(lengths, return_counts=True)
    return int(values[np.argmax(counts)])


def _has(rows: InstrumentRows, name: str) -> bool:
    values = getattr(rows, name)
    return values is not None and bool(np.any(values != ABSENT))
