"""What is to be exported: in which format, of which days, which trades. Light: the server imports it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final, Literal, TypeVar, cast, get_args

from strikebook.errors import UsageError

Format = Literal["csv", "xlsx", "parquet", "html"]
TableName = Literal["trades", "days"]
Result = Literal["winners", "losers", "flat"]
Side = Literal["BUY", "SELL"]

CONTENT_TYPES: Final[dict[Format, str]] = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "html": "text/html; charset=utf-8",
}
OF_ONE_TABLE: Final[tuple[Format, ...]] = ("csv", "parquet")
LONGEST_TEXT: Final = 200
_LONGEST_NAME: Final = 60
_Choice = TypeVar("_Choice")


@dataclass(frozen=True, slots=True)
class Filters:
    """Which trades: None lets all pass. Texts are compared as they are stored, letter by letter.

    ``result`` is that of the whole position, before charges; one that is still open has none.
    """

    leg: str | None = None
    symbol: str | None = None
    exit_reason: str | None = None
    exit_node: str | None = None
    result: Result | None = None
    side: Side | None = None

    def given(self) -> dict[str, str]:
        """Those that leave something out."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An export: ``table`` is None where the format has both. ``first`` and ``last`` are included."""

    format: Format
    table: TableName | None
    first: date | None = None
    last: date | None = None
    filters: Filters = Filters()


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the name its file should have, and how many days and trades are in it."""

    name: str
    days: int
    trades: int


def wanted_of(
    format_name: str,
    table: str | None = None,
    first: date | None = None,
    last: date | None = None,
    filters: Mapping[str, str | None] | None = None,
) -> Wanted:
    """An export as it was asked for, in words. Raises UsageError for what makes no sense."""
    kind = _one_of(format_name, get_args(Format), "format")
    if table is not None and kind not in OF_ONE_TABLE:
        raise UsageError(f"a table of {kind}", where="table", right=f"leave it out: {kind} has the trades and the days")
    chosen = _one_of(table or "trades", get_args(TableName), "table") if kind in OF_ONE_TABLE else None
    if first is not None and last is not None and first > last:
        raise UsageError(f"from {first} to {last}", where="from", right="a first day that is not after the last")
    texts = dict(filters or {})
    for name, text in texts.items():
        if text is not None and not 0 < len(text) <= LONGEST_TEXT:
            raise UsageError(f"{len(text)} characters", where=name, right=f"1 to {LONGEST_TEXT} characters")
    return Wanted(cast("Format", kind), cast("TableName | None", chosen), first, last, _filters(texts))


def _filters(texts: dict[str, str | None]) -> Filters:
    result, side = texts.pop("result", None), texts.pop("side", None)
    return Filters(
        **texts,
        result=None if result is None else cast("Result", _one_of(result, get_args(Result), "result")),
        side=None if side is None else cast("Side", _one_of(side.upper(), get_args(Side), "side")),
    )


def file_name(wanted: Wanted, strategy: tuple[str, str], days: tuple[date, date], *, partial: bool) -> str:
    """The name of an export's file, from the strategy's name and id: letters, digits, dots and dashes alone."""
    plain = unicodedata.normalize("NFKD", strategy[0]).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_NAME].strip("-") or strategy[1]
    spans = [days[0].isoformat()] if days[0] == days[1] else [each.isoformat() for each in days]
    parts = [name, *spans, *filter(None, (wanted.table, "filtered" if wanted.filters.given() else ""))]
    return "_".join([*parts, *(["partial"] if partial else [])]) + f".{wanted.format}"


def _one_of(text: str, choices: tuple[_Choice, ...], where: str) -> _Choice:
    for choice in choices:
        if choice == text:
            return choice
    raise UsageError(f"{text[:40]!r}", where=where, right=f"one of {', '.join(map(str, choices))}")
