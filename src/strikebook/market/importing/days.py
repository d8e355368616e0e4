"""Rows of many files, sorted into days and instruments, without repetitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from strikebook.errors import MarketDataError
from strikebook.market.importing.instruments import underlying_of
from strikebook.market.importing.mapping import ImportMapping
from strikebook.market.importing.session_fit import PlacedQuotes
from strikebook.market.importing.stamps import MICROSECONDS
from strikebook.market.rows import ABSENT, InstrumentRows
from strikebook.model.prices import Int32s, Int64s
from strikebook.model.session import clock_text

REPEATED: Final = "exact duplicate"
REPLACED: Final = "another bar of the same time came later"
_EPOCH: Final = date(1970, 1, 1)
_VALUES: Final = ("price_paise", "open_paise", "high_paise", "low_paise", "volume", "oi")

DayKey = tuple[str, date]


@dataclass(frozen=True, slots=True)
class SortedDays:
    """``rows``: (underlying, day) -> symbol -> its rows. ``outside``: the same -> rows left out for lying outside.
    ``dropped``: (file, reason) -> rows left out here.
    """

    rows: Mapping[DayKey, Mapping[str, InstrumentRows]]
    outside: Mapping[DayKey, Mapping[str, int]]
    dropped: Mapping[tuple[Path, str], int]


@dataclass(frozen=True, slots=True)
class _Joined:
    """The rows of all files, ordered by day, instrument and time; ``symbols`` is what ``code`` counts in."""

    symbols: list[str]
    file: Int32s
    code: Int32s
    day: Int32s
    second: Int32s
    bar_s: Int32s
    stamp_us: Int64s
    values: Mapping[str, Int64s | None]

    def take(self, which: Any) -> _Joined:  # noqa: ANN401 — a mask or positions
        values = {name: None if part is None else part[which] for name, part in self.values.items()}
        return _Joined(
            self.symbols,
            self.file[which],
            self.code[which],
            self.day[which],
            self.second[which],
            self.bar_s[which],
            self.stamp_us[which],
            values,
        )


def sort_into_days(files: Sequence[PlacedQuotes], mapping: ImportMapping) -> SortedDays:
    """Sort rows into days. Repeated rows are dropped and counted.

    A bar is repeated when another of its instrument starts at the same second with the same values; when the values
    differ, the mapping's ``conflicts`` decides. A trade is repeated when it equals the trade before it in every
    column, unless it has a quantity and its stamp is a whole second: then both can be true.

    Raises MarketDataError for bars that contradict or overlap each other.
    """
    joined = _join(files)
    joined, dropped = _without_repetitions(joined, files, mapping)
    outside: dict[DayKey, dict[str, int]] = {}
    for placed in files:
        for (symbol, number), count in placed.outside.items():
            of_day = outside.setdefault(_key(symbol, number), {})
            of_day[symbol] = of_day.get(symbol, 0) + count
    rows: dict[DayKey, dict[str, InstrumentRows]] = {}
    if len(joined.code):
        changes = np.flatnonzero((np.diff(joined.day) != 0) | (np.diff(joined.code) != 0)) + 1
        bounds = [0, *changes.tolist(), len(joined.code)]
        for begin, end in pairwise(bounds):
            symbol = joined.symbols[joined.code[begin]]
            rows.setdefault(_key(symbol, int(joined.day[begin])), {})[symbol] = _rows(joined, symbol, begin, end)
    return SortedDays(rows, outside, dropped)


def _key(symbol: str, day: int) -> DayKey:
    return underlying_of(symbol), _EPOCH + timedelta(days=day)


def _join(files: Sequence[PlacedQuotes]) -> _Joined:
    symbols: dict[str, int] = {}
    codes, numbers = [], []
    for at, placed in enumerate(files):
        own = np.array([symbols.setdefault(symbol, len(symbols)) for symbol in placed.quotes.symbols], np.int32)
        codes.append(own[placed.quotes.code])
        numbers.append(np.full(len(placed.quotes), at, np.int32))
    joined = _Joined(
        list(symbols),
        np.concatenate(numbers),
        np.concatenate(codes),
        np.concatenate([placed.day for placed in files]),
        np.concatenate([placed.second for placed in files]),
        np.concatenate([placed.bar_s for placed in files]),
        np.concatenate([placed.quotes.stamp_us for placed in files]),
        {name: _column(files, name) for name in _VALUES},
    )
    instrument = joined.day.astype(np.int64) * len(symbols) + joined.code
    step = np.diff(instrument)
    if np.all((step > 0) | ((step == 0) & (np.diff(joined.stamp_us) >= 0))):
        return joined
    return joined.take(np.lexsort((joined.stamp_us, instrument)))


def _column(files: Sequence[PlacedQuotes], name: str) -> Int64s | None:
    parts: list[Int64s | None] = [getattr(placed.quotes, name) for placed in files]
    if all(part is None for part in parts):
        return None
    return np.concatenate(
        [
            np.full(len(placed.quotes), ABSENT, np.int64) if part is None else part
            for placed, part in zip(files, parts, strict=True)
        ]
    )


def _without_repetitions(
    joined: _Joined, files: Sequence[PlacedQuotes], mapping: ImportMapping
) -> tuple[_Joined, dict[tuple[Path, str], int]]:
    if len(joined.code) < 2:
        return joined, {}
    same = (np.diff(joined.day) == 0) & (np.diff(joined.code) == 0)
    equal = np.ones(len(same), dtype=bool)
    for part in joined.values.values():
        if part is not None:
            equal &= part[1:] == part[:-1]
    bar = (joined.bar_s[1:] > 0) & (joined.bar_s[:-1] > 0)
    at_once = same & bar & (joined.second[1:] == joined.second[:-1])
    volume = joined.values["volume"]
    trade = same & (joined.bar_s[1:] == 0) & (joined.bar_s[:-1] == 0) & (joined.stamp_us[1:] == joined.stamp_us[:-1])
    if volume is not None:
        trade &= (volume[1:] <= 0) | (joined.stamp_us[1:] % MICROSECONDS != 0)
    equal &= joined.bar_s[1:] == joined.bar_s[:-1]
    conflict = at_once & ~equal
    if conflict.any() and mapping.conflicts == "refuse":
        raise _contradiction(joined, int(np.argmax(conflict)), files)
    drop = np.zeros(len(joined.code), dtype=bool)
    drop[1:] = (at_once | trade) & equal
    replaced = np.zeros(len(joined.code), dtype=bool)
    replaced[:-1] = conflict
    dropped = _count(joined, drop, REPEATED, files) | _count(joined, replaced & ~drop, REPLACED, files)
    left = joined.take(~(drop | replaced))
    _refuse_overlap(left, files)
    return left, dropped


def _count(
    joined: _Joined, which: NDArray[np.bool_], reason: str, files: Sequence[PlacedQuotes]
) -> dict[tuple[Path, str], int]:
    found, counts = np.unique(joined.file[which], return_counts=True)
    return {(files[int(at)].quotes.path, reason): int(count) for at, count in zip(found, counts, strict=True)}


def _contradiction(joined: _Joined, at: int, files: Sequence[PlacedQuotes]) -> MarketDataError:
    paths = dict.fromkeys(str(files[int(joined.file[row])].quotes.path) for row in (at, at + 1))
    return MarketDataError(
        f"two different bars of {joined.symbols[joined.code[at]]} on {_EPOCH + timedelta(days=int(joined.day[at]))} at "
        f"{clock_text(int(joined.second[at]))}",
        where=" and ".join(paths),
        right='one of them, or conflicts = "last" under [rows] in a mapping',
    )


def _refuse_overlap(joined: _Joined, files: Sequence[PlacedQuotes]) -> None:
    same = (np.diff(joined.day) == 0) & (np.diff(joined.code) == 0)
    bar = (joined.bar_s[1:] > 0) & (joined.bar_s[:-1] > 0)
    overlap = same & bar & (joined.second[1:] < joined.second[:-1] + joined.bar_s[:-1])
    if overlap.any():
        at = int(np.argmax(overlap))
        raise MarketDataError(
            f"bars of {joined.symbols[joined.code[at]]} overlap on {_EPOCH + timedelta(days=int(joined.day[at]))} at "
            f"{clock_text(int(joined.second[at + 1]))}: the one before lasts {joined.bar_s[at]} s",
            where=str(files[int(joined.file[at + 1])].quotes.path),
            right="bars of one length, or the right one under [time] bar in a mapping",
        )


def _rows(joined: _Joined, symbol: str, begin: int, end: int) -> InstrumentRows:
    columns = {name: None if column is None else column[begin:end] for name, column in joined.values.items()}
    volume = columns["volume"]
    if symbol == underlying_of(symbol) and volume is not None and not np.any(volume > 0):
        columns["volume"] = None  # an index's column of zeros says that it has no quantities
    price = columns.pop("price_paise")
    if price is None:
        raise MarketDataError("no prices", where=symbol)
    rows = InstrumentRows(joined.second[begin:end], joined.bar_s[begin:end], price, **columns)
    return rows.without_empty_columns()
