"""A source file's rows in Strikebook's terms: universal symbols, exchange time, paise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from strikebook.errors import MarketDataError
from strikebook.market.importing.instruments import instruments_of
from strikebook.market.importing.mapping import ImportMapping
from strikebook.market.importing.paise import to_paise
from strikebook.market.importing.source_table import SourceTable, number_column
from strikebook.market.importing.stamps import exchange_stamps
from strikebook.market.rows import ABSENT
from strikebook.model.prices import Int32s, Int64s

_DEAREST: Final = 1e9
_LARGEST_QUANTITY: Final = 1e15
NO_PRICE: Final = "no price"
NOT_POSITIVE: Final = "price zero or negative"
INCONSISTENT: Final = "high or low does not hold the bar"
NOT_TAKEN: Final = "an underlying the mapping does not take"


@dataclass(frozen=True, slots=True)
class Quotes:
    """Rows of one file, in its order. ``code``: int32[n], index into ``symbols``. ``stamp_us``: int64[n],
    exchange-time microseconds since 1970, as stamped. Prices are paise, -1 where absent; ``volume`` and ``oi`` -1
    where a row has none. ``is_bars`` says whether the rows are bars; ``skipped``: reason -> rows left out.
    """

    path: Path
    symbols: tuple[str, ...]
    is_bars: bool
    skipped: Mapping[str, int]
    code: Int32s
    stamp_us: Int64s
    price_paise: Int64s
    open_paise: Int64s | None = None
    high_paise: Int64s | None = None
    low_paise: Int64s | None = None
    volume: Int64s | None = None
    oi: Int64s | None = None

    def __len__(self) -> int:
        return len(self.code)

    def keep(self, which: NDArray[np.bool_], reason: str) -> Quotes:
        """The rows of a mask; the others are counted under ``reason``."""
        dropped = int(len(self) - np.count_nonzero(which))
        if not dropped:
            return self
        columns: dict[str, Any] = {
            name.name: None if (part := getattr(self, name.name)) is None else part[which] for name in fields(self)[4:]
        }
        skipped = {**self.skipped, reason: self.skipped.get(reason, 0) + dropped}
        return replace(self, skipped=skipped, **columns)


def quotes_of(table: SourceTable, mapping: ImportMapping) -> Quotes:
    """Turn a source's rows into quotes; rows without a usable price are left out and counted.

    Raises MarketDataError naming file and line for a symbol, stamp or number that cannot be read.
    """
    code, symbols = instruments_of(table, mapping.symbol)
    columns = table.columns
    quotes = Quotes(
        table.path,
        tuple(symbol or "" for symbol in symbols),
        "close" in columns,
        {},
        code,
        exchange_stamps(table, mapping.time),
        _price(table, "close" if "close" in columns else "ltp"),
        *_extremes(table),
        volume=_quantity(table, "volume"),
        oi=_quantity(table, "oi"),
    )
    taken = np.array([symbol is not None for symbol in symbols], dtype=bool)
    quotes = quotes.keep(taken[quotes.code], NOT_TAKEN)
    quotes = quotes.keep(quotes.price_paise != ABSENT, NO_PRICE)
    return _plausible(quotes)


def _plausible(quotes: Quotes) -> Quotes:
    quotes = quotes.keep(quotes.price_paise > 0, NOT_POSITIVE)
    if quotes.open_paise is None or quotes.high_paise is None or quotes.low_paise is None:
        return quotes
    whole = (quotes.open_paise != ABSENT) & (quotes.high_paise != ABSENT) & (quotes.low_paise != ABSENT)
    none = (quotes.open_paise == ABSENT) & (quotes.high_paise == ABSENT) & (quotes.low_paise == ABSENT)
    quotes = quotes.keep(whole | none, "open, high or low is missing")
    open_paise, high_paise, low_paise = quotes.open_paise, quotes.high_paise, quotes.low_paise
    if open_paise is None or high_paise is None or low_paise is None:
        return quotes
    none = open_paise == ABSENT
    positive = none | ((open_paise > 0) & (low_paise > 0))
    holds = (high_paise >= np.maximum(open_paise, quotes.price_paise)) & (
        low_paise <= np.minimum(open_paise, quotes.price_paise)
    )
    quotes = quotes.keep(positive, NOT_POSITIVE)
    return quotes.keep((none | holds)[positive], INCONSISTENT)


def _price(table: SourceTable, role: str) -> Int64s:
    rupees = number_column(table, role)
    if rupees is None:
        raise MarketDataError(f"has no column {role}", where=str(table.path))
    bad = ~np.isnan(rupees) & ~(np.abs(rupees) < _DEAREST)
    if bad.any():
        row = int(np.argmax(bad))
        raise MarketDataError(f"price {rupees[row]}", where=table.place(row), right="a price in rupees")
    paise = to_paise(rupees)
    paise[~np.isnan(rupees) & (paise <= 0)] = 0
    return paise


def _extremes(table: SourceTable) -> tuple[Int64s | None, Int64s | None, Int64s | None]:
    given = [role for role in ("open", "high", "low") if role in table.columns]
    if not given or "close" not in table.columns:
        return None, None, None
    if len(given) < 3:
        raise MarketDataError(
            f"has {' and '.join(given)} alone", where=str(table.path), right="open, high and low, or none of them"
        )
    return _price(table, "open"), _price(table, "high"), _price(table, "low")


def _quantity(table: SourceTable, role: str) -> Int64s | None:
    values = number_column(table, role)
    if values is None:
        return None
    known = np.isfinite(values) & (values >= 0)
    bad = known & (values >= _LARGEST_QUANTITY)
    if bad.any():
        row = int(np.argmax(bad))
        raise MarketDataError(f"{role} {values[row]}", where=table.place(row), right="a number of units below 10^15")
    return np.where(known, values, ABSENT).astype(np.int64)
