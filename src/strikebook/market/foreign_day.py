"""A day file that Strikebook did not write: no index, any row groups, sorted or not.

It is read whole. Its session is the calendar's; its contracts are those that have rows.
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from strikebook.errors import MarketDataError
from strikebook.market.arrow_columns import encoded, numbers
from strikebook.market.calendar import session_of
from strikebook.market.day_index import TOLERATED_OUTSIDE, DayIndex, index_of, session_mismatch
from strikebook.market.rows import ABSENT, OPTIONAL_COLUMNS, InstrumentRows
from strikebook.model.instrument import parse_symbol
from strikebook.model.prices import Int32s, Ticks
from strikebook.model.session import SECONDS_PER_DAY

_FORMAT: Final = "docs/format-market.md says which columns a day file has"


class ForeignDay:
    """A stranger's day file, read and put in order. Raises MarketDataError where it is not in the format."""

    def __init__(self, path: Path, file: Any, underlying: str, day: date) -> None:  # noqa: ANN401 — pyarrow has no types
        self.path = path
        symbols, code, rows = _read(path, file)
        order = np.lexsort((rows.second, code))
        code, rows = code[order], rows.take(order)
        bounds = np.searchsorted(code, np.arange(len(symbols) + 1))
        self._rows: dict[str, InstrumentRows] = {}
        for at, text in enumerate(symbols):
            symbol = _universal(text, underlying, path)
            own = rows.take(np.arange(bounds[at], bounds[at + 1])).without_empty_columns()
            self._rows[symbol] = own.followed_by(self._rows[symbol]) if symbol in self._rows else own
        self.index: DayIndex = index_of(underlying, session_of(day), self._rows, {}, "")

    def rows_of(self, symbol: str, *, sizes: bool = True) -> InstrumentRows | None:  # noqa: ARG002 — all is in memory
        """The rows of an instrument, None where the file has none."""
        return self._rows.get(symbol)

    def ticks_of(self, symbol: str, *, sizes: bool = True) -> Ticks:  # noqa: ARG002 — all is in memory
        """The trades of an instrument inside the session, its bars replayed; none where the file has none."""
        rows = self._rows.get(symbol)
        return Ticks.none() if rows is None else rows.ticks(self.index.session)

    def refuse_unusable(self) -> None:
        """Raise SessionMismatchError where more than 1 % of the rows lie outside the session, MarketDataError where a
        price is negative: such a day cannot be run on.
        """
        session = self.index.session
        total = outside = 0
        for symbol, rows in self._rows.items():
            total += len(rows)
            outside += int(np.count_nonzero((rows.second < session.open_s) | (rows.second > session.close_s)))
            if np.any(rows.price_paise < 0):
                raise MarketDataError(f"a negative price of {symbol}", where=str(self.path), right="prices from 0 up")
        if outside > TOLERATED_OUTSIDE * total:
            raise session_mismatch(outside, total, str(self.path))


def file_digest(path: Path) -> str:
    """The hash of a file's bytes: the fingerprint of a day without an index."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=12)).hexdigest()


def _read(path: Path, file: Any) -> tuple[list[str], Int32s, InstrumentRows]:  # noqa: ANN401 — pyarrow has no types
    present = file.schema_arrow.names
    missing = [name for name in ("symbol", "second", "price_paise") if name not in present]
    if missing:
        raise MarketDataError(f"has no column {missing[0]}", where=str(path), right=_FORMAT)
    names = [name for name in ("second", "bar_s", "price_paise", *OPTIONAL_COLUMNS) if name in present]
    try:
        table = file.read(columns=["symbol", *names], use_threads=False)
        for name in ("symbol", "second", "price_paise"):
            if table.column(name).null_count:
                raise MarketDataError(f"{name} is null in a row", where=str(path), right=_FORMAT)
        code, texts = encoded(table.column("symbol"))
        parts: dict[str, Any] = {
            name: numbers(table.column(name), np.int64, 0 if name == "bar_s" else ABSENT) for name in names
        }
    except (pa.ArrowException, OSError) as error:
        raise MarketDataError(f"not in the format: {error}", where=str(path), right=_FORMAT) from error
    parts.setdefault("bar_s", np.zeros(len(code), np.int64))
    _refuse(path, "second", (parts["second"] < 0) | (parts["second"] >= SECONDS_PER_DAY))
    _refuse(path, "bar_s", (parts["bar_s"] < 0) | (parts["bar_s"] > SECONDS_PER_DAY))
    extremes = [parts.get(name) for name in ("open_paise", "high_paise", "low_paise")]
    given = [np.zeros(len(code), dtype=bool) if part is None else part != ABSENT for part in extremes]
    _refuse(
        path, "open_paise, high_paise, low_paise (all three, or none)", (given[0] != given[1]) | (given[1] != given[2])
    )
    for name in ("second", "bar_s"):
        parts[name] = parts[name].astype(np.int32)
    return texts.to_pylist(), code, InstrumentRows(**parts)


def _refuse(path: Path, what: str, bad: NDArray[np.bool_]) -> None:
    if bad.any():
        raise MarketDataError(f"{what}: no sense in row {int(np.argmax(bad))}", where=str(path), right=_FORMAT)


def _universal(text: str, underlying: str, path: Path) -> str:
    """The one spelling of a symbol (a strike as 15500.00 is 15500)."""
    try:
        parsed = parse_symbol(text)
    except MarketDataError as error:
        raise MarketDataError(f"{text!r}: {error.what}", where=str(path), right=error.right) from error
    symbol = parsed if isinstance(parsed, str) else parsed.symbol
    if symbol.partition(":")[0] != underlying:
        raise MarketDataError(f"holds {text}", where=str(path), right=f"instruments of {underlying} only")
    return symbol
