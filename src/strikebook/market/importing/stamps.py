"""Stamps as a source writes them, turned into exchange time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from strikebook.errors import MarketDataError
from strikebook.market.arrow_columns import encoded, numbers
from strikebook.market.importing.mapping import TimeRules
from strikebook.market.importing.source_table import SourceTable
from strikebook.model.prices import Int64s

EXCHANGE_OFFSET_S: Final = 19_800
MICROSECONDS: Final = 1_000_000
_PER_SECOND: Final = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_NUMBER: Final = re.compile(r"\d{9,}(\.\d*)?")
_NO_STAMP: Final = np.iinfo(np.int64).min


def exchange_stamps(table: SourceTable, rules: TimeRules) -> Int64s:
    """Exchange-time microseconds since 1970 of every row. Raises MarketDataError naming the line of a bad stamp."""
    if "timestamp" not in table.columns:
        day = _parsed(table, "date", lambda text: _day_us(text, rules.date_format), "date_format")
        clock = _parsed(table, "time", lambda text: _clock_us(text, rules.time_format), "time_format")
        return day + clock + (EXCHANGE_OFFSET_S * MICROSECONDS if rules.zone == "UTC" else 0)
    column = table.columns["timestamp"]
    if rules.epoch is not None:
        stamps = _from_epoch(table, column, rules)
    elif pa.types.is_timestamp(column.type):
        stamps = numbers(
            column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64()), np.int64, _NO_STAMP
        )
        if column.type.tz is not None or rules.zone == "UTC":
            stamps = stamps + EXCHANGE_OFFSET_S * MICROSECONDS
    elif pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        raise MarketDataError(
            "its stamps are numbers", where=str(table.path), right='a mapping with epoch = "s" (or ms, us, ns)'
        )
    else:
        stamps = _from_text(table, column, rules)
    missing = stamps < 0
    if missing.any():
        row = int(np.argmax(missing))
        raise MarketDataError("no stamp, or one before 1970", where=table.place(row), right="a time in every row")
    return stamps


def _from_epoch(table: SourceTable, column: Any, rules: TimeRules) -> Int64s:  # noqa: ANN401 — pyarrow has no types
    per_second = _PER_SECOND[rules.epoch or "s"]
    if pa.types.is_integer(column.type):
        values: Any = numbers(column, np.int64, -1)
        stamps: Int64s = (
            values // (per_second // MICROSECONDS)
            if per_second > MICROSECONDS
            else values * (MICROSECONDS // per_second)
        )
    else:
        values = numbers(column.cast(pa.float64()).fill_null(-1), np.float64)
        values = np.where(np.isfinite(values), values, -1)
        stamps = np.floor(values * (MICROSECONDS / per_second)).astype(np.int64)
    if rules.zone == "UTC":
        stamps[stamps >= 0] += EXCHANGE_OFFSET_S * MICROSECONDS
    too_late = stamps > 4_102_444_800 * MICROSECONDS
    if too_late.any():
        row = int(np.argmax(too_late))
        raise MarketDataError(
            f"stamp {int(values[row])} lies after the year 2100",
            where=table.place(row),
            right=f"a finer unit than {rules.epoch!r} as time.epoch",
        )
    return stamps


def _from_text(table: SourceTable, column: Any, rules: TimeRules) -> Int64s:  # noqa: ANN401 — pyarrow has no types
    code, texts = encoded(column)
    offset = EXCHANGE_OFFSET_S if rules.zone == "UTC" else 0
    try:
        if rules.format:
            parsed = pc.strptime(texts, rules.format, "s")
        else:
            parsed, offset = _from_iso(texts, offset)
    except pa.ArrowInvalid as error:
        row = _first_bad(texts, code, rules)
        text = texts[int(code[row])].as_py()
        number = 'a mapping with epoch = "s" (or ms, us, ns) under [time]'
        iso = "YYYY-MM-DD HH:MM:SS, or time.format in the mapping"
        raise MarketDataError(
            f"cannot read the stamp {text!r}",
            where=table.place(row),
            right=rules.format or (number if _NUMBER.fullmatch(text) else iso),
        ) from error
    each = numbers(parsed.cast(pa.timestamp("us", parsed.type.tz), safe=False).cast(pa.int64()), np.int64, _NO_STAMP)
    stamps: Int64s = each[code] + offset * MICROSECONDS
    stamps[code < 0] = _NO_STAMP
    return stamps


def _from_iso(texts: Any, offset: int) -> tuple[Any, int]:  # noqa: ANN401 — pyarrow has no types
    """Parsed stamps, and the seconds to add: a stamp that names its zone is converted, others are taken as said."""
    try:
        return texts.cast(pa.timestamp("ns")), offset
    except pa.ArrowInvalid:
        return texts.cast(pa.timestamp("ns", "UTC")), EXCHANGE_OFFSET_S


def _first_bad(texts: Any, code: Any, rules: TimeRules) -> int:  # noqa: ANN401 — pyarrow has no types
    """The first row whose stamp alone cannot be read (row 0 where each can: they differ in having a zone)."""
    for at in range(len(texts)):
        one = texts.slice(at, 1)
        try:
            pc.strptime(one, rules.format, "s") if rules.format else _from_iso(one, 0)
        except pa.ArrowInvalid:
            return int(np.argmax(code == at))
    return 0


def _parsed(table: SourceTable, role: str, read: Callable[[str], int], key: str) -> Int64s:
    code, texts = encoded(table.columns[role])
    values = []
    for at, text in enumerate(texts.to_pylist()):
        try:
            values.append(read(text))
        except ValueError:
            row = int(np.argmax(code == at))
            raise MarketDataError(
                f"cannot read the {role} {text!r}", where=table.place(row), right=f"time.{key} in the mapping"
            ) from None
    if (code < 0).any():
        raise MarketDataError(f"no {role}", where=table.place(int(np.argmax(code < 0))), right="one in every row")
    return np.array(values, np.int64)[code]


def _day_us(text: str, form: str) -> int:
    day = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007 — exchange time
    return (day - datetime(1970, 1, 1)).days * 86_400 * MICROSECONDS  # noqa: DTZ001 — exchange time


def _clock_us(text: str, form: str) -> int:
    at = datetime.strptime(text, form) if form else datetime.fromisoformat("1970-01-01T" + text.zfill(5))  # noqa: DTZ007
    return (at.hour * 3600 + at.minute * 60 + at.second) * MICROSECONDS + at.microsecond
