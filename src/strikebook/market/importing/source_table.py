"""A source's file as columns: delimited text, plain or gzip, or Parquet."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from strikebook.errors import MarketDataError
from strikebook.market.arrow_columns import encoded, numbers
from strikebook.market.importing.mapping import ROLES, ImportMapping

_TEXT: Final = pa.dictionary(pa.int32(), pa.string())
_GZIP: Final = b"\x1f\x8b"
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_NUMBERS: Final = ("strike", "ltp", "open", "high", "low", "close", "volume", "oi")


_RIGHT: Final = {
    "conversion error": "numbers in the columns of numbers, and the first line as the mapping's files.header says",
    "CSV parse error": "as many fields in every line as in the first; a field with a delimiter in it in quotes",
}


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A file's columns by Strikebook's names. ``line_of_first``: the line of row 0, 0 for a Parquet file."""

    path: Path
    columns: Mapping[str, Any]
    rows: int
    line_of_first: int

    def place(self, row: int) -> str:
        """Where a row stands in the file."""
        unit = "line" if self.line_of_first else "row"
        return f"{self.path}: {unit} {row + self.line_of_first}"


def read_source(path: Path, mapping: ImportMapping) -> SourceTable:
    """Read the columns that the mapping names.

    Raises MarketDataError naming the file, and the line where one is known, for a file that is damaged, cut off, empty,
    not a table, or without a column it needs.
    """
    try:
        if path.suffix.lower() == ".parquet":
            table, names = _read_parquet(path, mapping)
            first = 0
        else:
            table, names = _read_text(path, mapping)
            first = 2 if mapping.header else 1
    except (pa.ArrowException, zlib.error, OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        what = _one_line(error)
        right = next((right for part, right in _RIGHT.items() if part in what), "a whole file")
        raise MarketDataError(f"cannot be read: {what}", where=str(path), right=right) from error
    if table.num_rows == 0:
        raise MarketDataError("has no rows", where=str(path), right="a file with prices, or ignore it in the mapping")
    columns = {role: table.column(name) for role, name in names.items()}
    return SourceTable(path, columns, table.num_rows, first)


def number_column(table: SourceTable, role: str) -> NDArray[np.float64] | None:
    """A number column, NaN where a row has none; None where the file lacks it. Raises MarketDataError for text."""
    column = table.columns.get(role)
    if column is None:
        return None
    try:
        return numbers(column.cast(pa.float64()).fill_null(float("nan")), np.float64)
    except pa.ArrowException as error:
        raise MarketDataError(f"column {role}: {error}", where=str(table.path), right="numbers") from error


def text_column(table: SourceTable, role: str) -> tuple[NDArray[np.int32], list[str]]:
    """A text column as codes and the texts they stand for. Raises MarketDataError naming a row that has none."""
    code, texts = encoded(table.columns[role])
    if (code < 0).any():
        raise MarketDataError(
            f"{role} is empty", where=table.place(int(np.argmax(code < 0))), right="a value in every row"
        )
    return code, texts.to_pylist()


def _read_parquet(path: Path, mapping: ImportMapping) -> tuple[Any, dict[str, str]]:
    file = pq.ParquetFile(path, memory_map=True)
    names = _column_names(file.schema_arrow.names, mapping, path)
    return file.read(columns=list(names.values())), names


def _read_text(path: Path, mapping: ImportMapping) -> tuple[Any, dict[str, str]]:
    data = path.read_bytes()
    if path.suffix.lower() == ".gz" or data.startswith(_GZIP):
        data = gzip.decompress(data)
    if data.startswith(_UTF16):
        raise MarketDataError("is UTF-16", where=str(path), right="the same text as UTF-8")
    if not data.strip():
        raise MarketDataError("is empty", where=str(path), right="a file with prices, or ignore it in the mapping")
    if not data.endswith((b"\n", b"\r")):
        line = data.count(b"\n") + 1
        raise MarketDataError(
            "the last line has no end: the file looks cut off",
            where=f"{path}: line {line}",
            right="a whole file, its last line ended",
        )
    names = _column_names(_header(data, mapping), mapping, path)
    convert = arrow_csv.ConvertOptions(
        include_columns=list(names.values()),
        column_types={name: _type(role, mapping) for role, name in names.items()},
    )
    parse = arrow_csv.ParseOptions(delimiter=mapping.delimiter)
    buffer = _arrow_owned(data)
    del data

    def read(*, threads: bool) -> Any:  # noqa: ANN401 — pyarrow has no types
        options = arrow_csv.ReadOptions(
            use_threads=threads, column_names=list(mapping.names) or None, block_size=1 << 24
        )
        return arrow_csv.read_csv(pa.BufferReader(buffer), options, parse, convert)

    try:
        return read(threads=True), names
    except pa.ArrowInvalid:
        return read(threads=False), names  # the same failure, which then names its row


def _header(data: bytes, mapping: ImportMapping) -> list[str]:
    if not mapping.header:
        return list(mapping.names)
    head = (data[:65536].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").splitlines() or [b""])[0]
    return next(csv.reader([head.decode()], delimiter=mapping.delimiter))


def _arrow_owned(data: bytes) -> Any:  # noqa: ANN401 — pyarrow has no types
    """The bytes in Arrow's own memory.

    Arrow's threads may let go of their buffers after the answer is there. For a buffer of Python's memory they need
    the interpreter, and a thread that asks for it while the interpreter ends is killed and takes the process along.
    """
    stream = pa.BufferOutputStream()
    stream.write(data)
    return stream.getvalue()


def _column_names(found: list[str], mapping: ImportMapping, path: Path) -> dict[str, str]:
    """Strikebook's name -> the file's, of the columns to read."""
    names: dict[str, str]
    if not mapping.columns:
        by_role = {name.strip().lower(): name for name in found}
        spelled = [name.strip().lower() for name in found]
        twice = [name for name in ROLES if spelled.count(name) > 1]
        if twice:
            raise MarketDataError(
                f"has two columns {twice[0]}", where=str(path), right="one of them, or a mapping that names it"
            )
        names = {role: by_role[role] for role in ROLES if role in by_role}
    else:
        names = dict(mapping.columns)
        missing = [name for name in names.values() if name not in found]
        if missing:
            raise MarketDataError(
                f"has no column {missing[0]!r}", where=str(path), right="its columns are " + ", ".join(found)
            )
    needs = [] if "timestamp" in names or {"date", "time"} <= names.keys() else ["timestamp"]
    if "ltp" not in names and "close" not in names:
        needs.append("ltp or close")
    if needs:
        raise MarketDataError(
            f"has no column {' and no '.join(needs)}",
            where=str(path),
            right=f"it, or a mapping; its columns are {', '.join(found)}",
        )
    if "ltp" in names and "close" in names:
        raise MarketDataError("has ltp and close", where=str(path), right="trades or bars: a mapping that names one")
    return names


def _type(role: str, mapping: ImportMapping) -> Any:  # noqa: ANN401 — pyarrow has no types
    if role == "timestamp" and mapping.time.epoch is not None:
        return pa.int64() if mapping.time.epoch == "ns" else pa.float64()
    if role in _NUMBERS:
        return pa.float64()
    return _TEXT


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
