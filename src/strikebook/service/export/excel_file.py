"""A run as an Excel workbook: sheets for days, trades, statistics and settings, and one that says what each column is.

Rows go to files of their own as they come (``constant_memory``) and are put together at the end. Texts are never
formulas, numbers are numbers, days and times are Excel's own. Equal runs give equal bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from strikebook.errors import UsageError
from strikebook.service.export.columns import Column, Kind, Value, day_columns, trade_columns
from strikebook.service.export.harmless import harmless
from strikebook.service.export.rows import Source
from strikebook.service.export.told import Figures, Said, notes, settings, totals_said

MOST_ROWS: Final = 1_048_575
"""Below the header, on a sheet."""
LONGEST_CELL: Final = 32_767
_FORMATS: Final[dict[Kind, dict[str, Any]]] = {
    "text": {}, "flag": {}, "count": {"num_format": "0"}, "number": {"num_format": "0.######"},
    "money": {"num_format": "#,##0.00"}, "date": {"num_format": "yyyy-mm-dd"},
    "time": {"num_format": "yyyy-mm-dd hh:mm:ss"},
}  # fmt: skip
_WIDTHS: Final[dict[Kind, int]] = {
    "text": 16, "flag": 10, "count": 9, "number": 11, "money": 13, "date": 11, "time": 19,
}  # fmt: skip
_WIDE: Final = {"trade_id": 28, "leg": 22, "symbol": 32, "exit_reason": 20, "exit_node": 22, "entry_node": 22}
_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001 — exchange time; Excel's day 0
_DAY_S: Final = 86_400


def write_xlsx(source: Source, file: BinaryIO, scratch: Path) -> None:
    """Write the workbook; ``scratch`` is a folder for its parts. Raises UsageError where a sheet is too small."""
    book = Workbook(file, {"constant_memory": True, "tmpdir": str(scratch)})
    book.set_properties(
        {"title": str(source.run["strategy_name"])[:200], "created": datetime.fromisoformat(source.run["created_at"])}
    )
    try:
        _fill(book, source)
        book.close()
    except BaseException:
        for sheet in book.worksheets():
            sheet.row_data_fh.close()  # the library leaves them open; the folder is its owner's to remove
        raise


def _fill(book: Workbook, source: Source) -> None:
    """Write the sheets: rows as the days are read, then what is known at the end."""
    looks = {kind: book.add_format(look) for kind, look in _FORMATS.items()}
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": False})
    days = _Sheet(book.add_worksheet("days"), looks, head, day_columns())
    trades = _Sheet(book.add_worksheet("trades"), looks, head, trade_columns())
    figures = Figures(source)
    for day, rows in source.days():
        days.put(day)
        for row in rows:
            trades.put(row)
        figures.add(day, rows)
    days.close()
    trades.close()
    strong = book.add_format({"bold": True})
    _say(book.add_worksheet("statistics"), looks, head, strong, [*totals_said(source), *figures.said()], notes(source))
    _say(book.add_worksheet("settings"), looks, head, strong, list(settings(source)), notes(source))
    _explain(book.add_worksheet("columns"), looks, head)


class _Sheet:
    """A sheet of rows, written from the top down."""

    def __init__(
        self, sheet: Worksheet, looks: dict[Kind, Format], head: Format, columns: Sequence[Column[Any]]
    ) -> None:
        self._sheet = sheet
        self._columns = columns
        self._cells: list[tuple[int, Callable[[Any], Value], Callable[[int, int, Any], object]]] = [
            (at, column.of, _writer(sheet, column.kind, looks[column.kind])) for at, column in enumerate(columns)
        ]
        self._row = 0
        sheet.freeze_panes(1, 1)
        for at, column in enumerate(columns):
            sheet.set_column(at, at, _WIDE.get(column.name, max(_WIDTHS[column.kind], len(column.name) + 2)))
        for at, column in enumerate(columns):
            sheet.write_string(0, at, column.name, head)

    def put(self, row: object) -> None:
        """Write a row."""
        self._row += 1
        if self._row > MOST_ROWS:
            raise UsageError(
                f"more than {MOST_ROWS:,} rows: an Excel sheet has no room for them",
                where="format",
                right="fewer days, or csv or parquet",
            )
        for at, of, write in self._cells:
            value = of(row)
            if value is not None:
                write(self._row, at, value)

    def close(self) -> None:
        """Let the header filter the rows."""
        self._sheet.autofilter(0, 0, self._row, len(self._columns) - 1)


def _writer(sheet: Worksheet, kind: Kind, look: Format) -> Callable[[int, int, Any], object]:
    """What writes a cell of a kind."""
    if kind == "text":
        return lambda row, at, value: sheet.write_string(row, at, cell_text(str(value)))
    if kind == "flag":
        return lambda row, at, value: sheet.write_boolean(row, at, bool(value))
    if kind in ("date", "time"):
        return lambda row, at, value: sheet.write_number(row, at, _serial(value), look)
    return lambda row, at, value: sheet.write_number(row, at, value, look)


def _serial(stamp: str) -> float:
    """A day or a time as Excel counts it: days since the end of 1899."""
    past = datetime.fromisoformat(stamp) - _EPOCH
    return past.days + past.seconds / _DAY_S


def cell_text(text: str) -> str:
    """A text that a cell can hold and a spreadsheet cannot take for a formula; one that is longer ends in …"""
    found = harmless(text)
    return found if len(found) <= LONGEST_CELL else f"{found[: LONGEST_CELL - 1]}…"


def _say(
    sheet: Worksheet, looks: dict[Kind, Format], head: Format, strong: Format, said: list[Said], noted: list[str]
) -> None:
    """Notes first, then a name, its value and what it means in each row."""
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 2, 12)
    sheet.set_column(3, 3, 100)
    row = 0
    for row, note in enumerate(noted, 1):
        sheet.write_string(row - 1, 0, cell_text(note), strong)
    for at, name in enumerate(("name", "value", "unit", "meaning")):
        sheet.write_string(row, at, name, head)
    for at, each in enumerate(said, row + 1):
        sheet.write_string(at, 0, cell_text(each.name))
        if each.value is not None:
            _writer(sheet, each.kind, looks[each.kind])(at, 1, each.value)
        sheet.write_string(at, 2, each.unit)
        sheet.write_string(at, 3, cell_text(each.text))


def _explain(sheet: Worksheet, looks: dict[Kind, Format], head: Format) -> None:
    for at, (name, width) in enumerate((("sheet", 10), ("column", 26), ("kind", 10), ("unit", 26), ("meaning", 100))):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, name, head)
    write = _writer(sheet, "text", looks["text"])
    row = 0
    tables: tuple[tuple[str, Sequence[Column[Any]]], ...] = (("days", day_columns()), ("trades", trade_columns()))
    for table, columns in tables:
        for column in columns:
            row += 1
            for at, text in enumerate((table, column.name, column.kind, column.unit, column.text)):
                write(row, at, text)
