"""Which instrument each row of a source file is: by its symbol, or by underlying, expiry, strike and right."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Final, TypeVar

import numpy as np
import pyarrow as pa

from strikebook.errors import MarketDataError
from strikebook.market.arrow_columns import encoded, numbers
from strikebook.market.importing.mapping import SymbolRules
from strikebook.market.importing.source_table import SourceTable, number_column, text_column
from strikebook.market.importing.tickers import symbol_of_terms, universal_symbol
from strikebook.model.instrument import parse_symbol
from strikebook.model.prices import Int32s

Term = TypeVar("Term")
_NO_DAY: Final = -(1 << 31)


def instruments_of(table: SourceTable, rules: SymbolRules) -> tuple[Int32s, list[str | None]]:
    """A code for every row, and each code's universal symbol: None for one that the mapping does not take.

    Raises MarketDataError naming the row of the first symbol that cannot be read.
    """
    named = _from_file_name(table, rules)
    if "symbol" in table.columns:
        code, texts = text_column(table, "symbol")
    elif "symbol" in named:
        code, texts = np.zeros(table.rows, np.int32), [named["symbol"]]
    else:
        return _from_terms(table, rules, named)
    return code, _read_each(table, code, texts, rules, lambda text: universal_symbol(text, rules))


def underlying_of(symbol: str) -> str:
    """The underlying a universal symbol belongs to."""
    return symbol.partition(":")[0]


def _from_terms(table: SourceTable, rules: SymbolRules, named: Mapping[str, str]) -> tuple[Int32s, list[str | None]]:
    fixed = {"underlying": rules.underlying, "expiry": rules.expiry.isoformat() if rules.expiry else ""}
    code = np.zeros(table.rows, np.int64)
    choices: list[list[str]] = []
    for role in ("underlying", "expiry", "strike", "right"):
        if role in table.columns:
            part, texts = _term(table, role)
        else:
            part, texts = np.zeros(table.rows, np.int32), [named.get(role, fixed.get(role, ""))]
        code = code * len(texts) + part
        choices.append(texts)
    used, inverse = np.unique(code, return_inverse=True)
    terms = [_terms(int(number), choices) for number in used]
    dense: Int32s = inverse.astype(np.int32)
    return dense, _read_each(table, dense, terms, rules, lambda values: _symbol(values, rules))


def _terms(number: int, choices: list[list[str]]) -> tuple[str, ...]:
    values: list[str] = []
    for texts in reversed(choices):
        number, position = divmod(number, len(texts))
        values.insert(0, texts[position])
    return tuple(values)


def _term(table: SourceTable, role: str) -> tuple[Int32s, list[str]]:
    """A column of a contract's terms as codes and texts; an empty text for a row without one, as a spot row has."""
    column = table.columns[role]
    if role == "expiry" and (pa.types.is_timestamp(column.type) or pa.types.is_date(column.type)):
        days = numbers(column.cast(pa.date32()).cast(pa.int32()), np.int64, _NO_DAY)
        used_days, part = np.unique(days, return_inverse=True)
        return part.astype(np.int32), ["" if day == _NO_DAY else str(np.datetime64(int(day), "D")) for day in used_days]
    values = number_column(table, role) if role == "strike" else None
    if values is not None:
        used, part = np.unique(values, return_inverse=True)
        return part.astype(np.int32), ["" if np.isnan(value) else repr(float(value)) for value in used]
    if role == "underlying":
        return text_column(table, role)
    code, texts = encoded(column)
    return np.where(code < 0, len(texts), code).astype(np.int32), [*texts.to_pylist(), ""]


def _symbol(values: tuple[str, ...], rules: SymbolRules) -> str:
    underlying, expiry, strike, right = values
    if not underlying:
        raise MarketDataError("no underlying", right="a symbol column, or the underlying in the mapping")
    name = rules.rename.get(underlying, underlying).strip().upper()
    if not strike and not right:
        parse_symbol(name)
        return name
    if not (strike and right and expiry):
        raise MarketDataError(
            f"{underlying} with strike {strike!r}, right {right!r} and expiry {expiry!r}",
            right="all three, or none; an expiry that no row has goes into the mapping",
        )
    try:
        day = datetime.strptime(expiry, rules.expiry_format).date()  # noqa: DTZ007 — a date has no zone
    except ValueError:
        try:
            day = date.fromisoformat(expiry)
        except ValueError:
            raise MarketDataError(
                f"expiry {expiry!r}", right="YYYY-MM-DD, or symbol.expiry_format in the mapping"
            ) from None
    return symbol_of_terms(name, day, strike, right)


def _read_each(
    table: SourceTable, code: Int32s, values: Iterable[Term], rules: SymbolRules, read: Callable[[Term], str]
) -> list[str | None]:
    symbols: list[str | None] = []
    for at, value in enumerate(values):
        try:
            symbol = read(value)
        except MarketDataError as error:
            what = f"{error.where}: {error.what}" if error.where else error.what
            raise MarketDataError(what, where=table.place(int(np.argmax(code == at))), right=error.right) from error
        symbols.append(symbol if not rules.only or underlying_of(symbol) in rules.only else None)
    return symbols


def _from_file_name(table: SourceTable, rules: SymbolRules) -> dict[str, str]:
    if rules.file_name is None:
        return {}
    match = rules.file_name.search(table.path.name)
    if match is None:
        raise MarketDataError(
            "its name does not fit symbol.file_name",
            where=str(table.path),
            right="another pattern, or the file under files.ignore",
        )
    return {name: value for name, value in match.groupdict().items() if value}
