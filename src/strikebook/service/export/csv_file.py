"""A table as CSV (RFC 4180, UTF-8): a row after the other, no more than a day of them held."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import BinaryIO, Final, TypeVar

from strikebook.service.export.columns import Column, Kind, Value, day_columns, trade_columns
from strikebook.service.export.harmless import harmless
from strikebook.service.export.rows import Source

_Row = TypeVar("_Row")


def write_csv(source: Source, file: BinaryIO) -> None:
    """Write the table that is wanted, its header first."""
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=False)
    try:
        writer = csv.writer(text)
        if source.wanted.table == "days":
            _write(writer.writerows, day_columns(), ([day] for day, _ in source.days()))
        else:
            _write(writer.writerows, trade_columns(), (trades for _, trades in source.days()))
        text.flush()
    finally:
        text.detach()


def _write(
    write: Callable[[Iterable[list[str]]], object], columns: tuple[Column[_Row], ...], pieces: Iterable[list[_Row]]
) -> None:
    write([[column.name for column in columns]])
    cells = [(column.of, _TEXTS[column.kind]) for column in columns]
    for rows in pieces:
        write([["" if (value := of(row)) is None else text(value) for of, text in cells] for row in rows])


def _time(value: Value) -> str:
    return str(value).replace("T", " ")


def _flag(value: Value) -> str:
    return "true" if value else "false"


def _text(value: Value) -> str:
    return harmless(str(value))


_TEXTS: Final[dict[Kind, Callable[[Value], str]]] = {
    "text": _text, "flag": _flag, "time": _time, "money": "{:.2f}".format, "date": str, "count": str, "number": str,
}  # fmt: skip
"""A cell as CSV has it: nothing where there is no value, money with two decimals, a time that Excel knows."""
