"""A table as Parquet: typed columns, a row group after the other, what was run in the file's metadata."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from strikebook.service.export.columns import Column, Kind, Value, day_columns, trade_columns
from strikebook.service.export.rows import Source
from strikebook.service.export.told import WARNING, notes, settings, warnings

GROUP_ROWS: Final = 8_192
_TYPES: Final[dict[Kind, Any]] = {
    "text": pa.string(), "flag": pa.bool_(), "count": pa.int64(), "number": pa.float64(), "money": pa.float64(),
    "date": pa.date32(), "time": pa.timestamp("ms"),
}  # fmt: skip


def write_parquet(source: Source, file: BinaryIO) -> None:
    """Write the table that is wanted; ``strikebook`` in its metadata is JSON: notes, settings, warnings."""
    if source.wanted.table == "days":
        columns: Sequence[Column[Any]] = day_columns()
        pieces: Iterable[Sequence[Any]] = ([day] for day, _ in source.days())
    else:
        columns = trade_columns()
        pieces = (trades for _, trades in source.days())
    schema = _schema(columns, source)
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for cells in _grouped(columns, pieces):
            arrays = [pa.array(held, _TYPES[column.kind]) for column, held in zip(columns, cells, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema), row_group_size=GROUP_ROWS)


def _schema(columns: Sequence[Column[Any]], source: Source) -> Any:  # noqa: ANN401 — pyarrow is untyped
    by_name = {each.name: each.value for each in settings(source) if each.name != WARNING}
    said = {"notes": notes(source), "settings": by_name, "warnings": warnings(source)}
    fields = [
        pa.field(column.name, _TYPES[column.kind], metadata={"unit": column.unit, "meaning": column.text})
        for column in columns
    ]
    return pa.schema(fields, metadata={"strikebook": json.dumps(said, ensure_ascii=False)})


def _grouped(columns: Sequence[Column[Any]], pieces: Iterable[Sequence[Any]]) -> Iterator[list[list[object]]]:
    """The cells of the columns, about so many rows at a time: whole days. No more than the cells is held of a day."""
    held: list[list[object]] = [[] for _ in columns]
    for rows in pieces:
        for cells, column in zip(held, columns, strict=True):
            cells += [_cell(column.kind, column.of(row)) for row in rows]
        if len(held[0]) >= GROUP_ROWS:
            yield held
            held = [[] for _ in columns]
    if held[0]:
        yield held


def _cell(kind: Kind, value: Value) -> object:
    if value is None or kind not in ("date", "time"):
        return value
    return date.fromisoformat(str(value)) if kind == "date" else datetime.fromisoformat(str(value))
