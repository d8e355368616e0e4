"""The mapping file: how a source's files say what Strikebook calls symbol, time and price.

A mapping is a small TOML document (``docs/format-market.md``; ``examples/mappings/`` has one for each shape met).
Without one, files are long tables with Strikebook's own column names.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from strikebook.errors import UsageError
from strikebook.model.session import SECONDS_PER_DAY

Spelling = Literal["universal", "coded", "dated"]
EpochUnit = Literal["s", "ms", "us", "ns"]

ROLES: Final = (
    "symbol", "underlying", "expiry", "strike", "right", "timestamp", "date", "time",
    "ltp", "open", "high", "low", "close", "volume", "oi",
)  # fmt: skip
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "files": ("take", "ignore", "delimiter", "header", "names"),
    "columns": ROLES,
    "time": ("epoch", "zone", "format", "date_format", "time_format", "stamp", "bar"),
    "symbol": ("file_name", "spelling", "underlying", "expiry", "rename", "expiries", "only", "expiry_format"),
    "rows": ("outside", "conflicts"),
}
_BAR: Final = re.compile(r"(\d+)(s|m|h)")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True, slots=True)
class SymbolRules:
    """Where an instrument's name comes from. ``file_name``: a regular expression whose named groups ``symbol``, or
    ``underlying, expiry, strike, right``, are found in the file's name. ``spelling``: of a symbol, see ``tickers``.
    ``underlying``, ``expiry``: the same for every row. ``rename``: the source's name -> ours. ``expiries``: month as
    it stands in a ticker, such as ``24NOV`` -> its monthly expiry. ``only``: the underlyings to take, () for all.
    """

    file_name: re.Pattern[str] | None = None
    spelling: Spelling = "universal"
    underlying: str = ""
    expiry: date | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    expiries: Mapping[str, date] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    expiry_format: str = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class TimeRules:
    """How stamps are written. ``epoch``: the unit since 1970, None for text. ``zone``: ``exchange`` or ``UTC``, of
    stamps that name none. ``stamp``: what of a bar is stamped: its start, its end (where the
    next one starts), or its last second. ``bar_s``: a bar's length, None to infer it.
    Formats are strptime's; empty means ISO 8601.
    """

    epoch: EpochUnit | None = None
    zone: Literal["exchange", "UTC"] = "exchange"
    format: str = ""
    date_format: str = ""
    time_format: str = ""
    stamp: Literal["start", "end", "last"] = "start"
    bar_s: int | None = None


@dataclass(frozen=True, slots=True)
class ImportMapping:
    """How to read a source's files. ``columns``: Strikebook's name -> the file's; empty where they are the same.

    ``take``, ``ignore``: patterns of file names inside a folder. ``names``: the columns of a file without a header.
    ``outside``: what to do with a file of which more than 1 % lies outside the session. ``conflicts``: what to do
    with two different bars of the same time.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    time: TimeRules = field(default_factory=TimeRules)
    symbol: SymbolRules = field(default_factory=SymbolRules)
    take: tuple[str, ...] = ("*.csv", "*.csv.gz", "*.txt", "*.parquet")
    ignore: tuple[str, ...] = ()
    delimiter: str = ","
    header: bool = True
    names: tuple[str, ...] = ()
    outside: Literal["refuse", "skip"] = "refuse"
    conflicts: Literal["refuse", "last"] = "refuse"


def read_mapping(path: Path) -> ImportMapping:
    """Read a mapping file. Raises UsageError naming the file and the key that makes no sense."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"not a readable mapping: {error}", where=str(path), right="a TOML file") from error
    try:
        return parse_mapping(document)
    except UsageError as error:
        raise UsageError(error.what, where=f"{path}: {error.where}", right=error.right) from error


def parse_mapping(document: Mapping[str, Any]) -> ImportMapping:
    """Read a mapping's document. Raises UsageError naming the key that makes no sense."""
    for section, values in document.items():
        if section not in _KEYS or not isinstance(values, dict):
            raise UsageError("unknown section", where=section, right="one of " + ", ".join(_KEYS))
        for key in values:
            if key not in _KEYS[section]:
                raise UsageError("unknown key", where=f"{section}.{key}", right="one of " + ", ".join(_KEYS[section]))
    files = document.get("files", {})
    rows = document.get("rows", {})
    header = files.get("header", True)
    names = _texts("files.names", files.get("names", []))
    if not isinstance(header, bool) or header == bool(names):
        raise UsageError("a header, or names of the columns", where="files.header", right="one of the two")
    columns = document.get("columns", {})
    for role, name in columns.items():
        _text(f"columns.{role}", name)
    defaults = ImportMapping()
    return ImportMapping(
        columns=columns,
        time=_time(document.get("time", {})),
        symbol=_symbol(document.get("symbol", {})),
        take=_texts("files.take", files.get("take", list(defaults.take))),
        ignore=_texts("files.ignore", files.get("ignore", [])),
        delimiter=_delimiter(files.get("delimiter", ",")),
        header=header,
        names=names,
        outside="skip" if _choice("rows.outside", rows, ("refuse", "skip")) == "skip" else "refuse",
        conflicts="last" if _choice("rows.conflicts", rows, ("refuse", "last")) == "last" else "refuse",
    )


def _time(values: Mapping[str, Any]) -> TimeRules:
    epoch = values.get("epoch")
    if epoch not in (None, "s", "ms", "us", "ns"):
        raise UsageError(f"{epoch!r}", where="time.epoch", right="s, ms, us or ns")
    zone = values.get("zone", "exchange" if epoch is None else "UTC")
    if zone not in ("exchange", "UTC"):
        raise UsageError(f"{zone!r}", where="time.zone", right="exchange or UTC")
    stamp = _choice("time.stamp", values, ("start", "end", "last"))
    bar_s = None
    if "bar" in values:
        match = _BAR.fullmatch(_text("time.bar", values["bar"]))
        bar_s = int(match[1]) * _SECONDS[match[2]] if match else 0
        if not 0 < bar_s <= SECONDS_PER_DAY:
            raise UsageError(f"{values['bar']!r}", where="time.bar", right="a length such as 1m, 15m or 1h")
    return TimeRules(
        epoch=epoch,
        zone=zone,
        format=_text("time.format", values.get("format", "")),
        date_format=_text("time.date_format", values.get("date_format", "")),
        time_format=_text("time.time_format", values.get("time_format", "")),
        stamp="end" if stamp == "end" else "last" if stamp == "last" else "start",
        bar_s=bar_s,
    )


def _symbol(values: Mapping[str, Any]) -> SymbolRules:
    pattern = None
    if "file_name" in values:
        try:
            pattern = re.compile(_text("symbol.file_name", values["file_name"]))
        except re.error as error:
            raise UsageError(f"no regular expression: {error}", where="symbol.file_name") from error
        if not set(pattern.groupindex) <= set(ROLES[:5]) or not pattern.groupindex:
            raise UsageError("its groups", where="symbol.file_name", right="(?P<name>…) of " + ", ".join(ROLES[:5]))
    spelling = _choice("symbol.spelling", values, ("universal", "coded", "dated"))
    rename = values.get("rename", {})
    expiries = values.get("expiries", {})
    if not isinstance(rename, dict) or not isinstance(expiries, dict):
        raise UsageError("not a table", where="symbol.rename, symbol.expiries", right="name = value pairs")
    return SymbolRules(
        file_name=pattern,
        spelling="coded" if spelling == "coded" else "dated" if spelling == "dated" else "universal",
        underlying=_text("symbol.underlying", values.get("underlying", "")),
        expiry=_date("symbol.expiry", values["expiry"]) if "expiry" in values else None,
        rename={name: _text(f"symbol.rename.{name}", ours) for name, ours in rename.items()},
        expiries={month.upper(): _date(f"symbol.expiries.{month}", day) for month, day in expiries.items()},
        only=_texts("symbol.only", values.get("only", [])),
        expiry_format=_text("symbol.expiry_format", values.get("expiry_format", "%Y-%m-%d")),
    )


def _choice(where: str, values: Mapping[str, Any], choices: tuple[str, ...]) -> str:
    """The value of the key that ``where`` ends in; the first choice where it is absent."""
    value = values.get(where.rpartition(".")[2], choices[0])
    if value not in choices:
        raise UsageError(f"{value!r}", where=where, right=" or ".join(choices))
    return str(value)


def _text(where: str, value: object) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{value!r} is not a text", where=where, right="a text")
    return value


def _delimiter(value: object) -> str:
    text = _text("files.delimiter", value)
    if len(text) != 1 or not text.isascii() or text in '"\r\n':
        raise UsageError(f"{text[:40]!r}", where="files.delimiter", right='one character such as "," or "\\t"')
    return text


def _texts(where: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise UsageError(f"{value!r} is not a list", where=where, right="a list of texts")
    return tuple(_text(where, item) for item in value)


def _date(where: str, value: object) -> date:
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(_text(where, value))
    except ValueError:
        raise UsageError(f"{value!r} is no date", where=where, right="YYYY-MM-DD") from None
