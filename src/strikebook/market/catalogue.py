"""The catalogue: a folder of day files, ``{UNDERLYING}/{YYYY-MM-DD}.parquet``, as a market source."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from strikebook.errors import MarketDataError
from strikebook.market.chain import ChainSnapshot, chain_of, chain_path, read_chain
from strikebook.market.day_file import OpenDay, day_path, no_such_day, open_day, stated_fingerprint
from strikebook.market.foreign_day import ForeignDay, file_digest
from strikebook.market.history import FILE_NAME as HISTORY_NAME
from strikebook.market.history import MINUTE_S, MinuteHistory, minute_candles, read_history
from strikebook.market.lots import lot_sizes
from strikebook.market.rows import InstrumentRows
from strikebook.model.instrument import UNDERLYING_NAME
from strikebook.model.market_day import WARM_UP_CANDLES, ContractList, MarketDay
from strikebook.model.prices import Bars, Ticks
from strikebook.model.session import naive_epoch

_SETTLED_NS: Final = 2_000_000_000
"""A folder that changed less than this ago is looked at again: clocks of file systems are coarse."""
_DAY_NAME: Final = re.compile(r"(\d{4}-\d\d-\d\d)\.parquet")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Days of prices in a folder. Picklable: it holds the path and nothing else."""

    folder: Path

    @property
    def label(self) -> str:
        """The folder's name."""
        return self.folder.resolve().name

    @property
    def synthetic(self) -> bool:
        """True where the first readable day of an underlying was made up (import mixes no such days with real ones)."""
        return any(self._origin(underlying) for underlying in self.underlyings())

    def underlyings(self) -> tuple[str, ...]:
        """The underlyings there are days of, sorted."""
        if not self.folder.is_dir():
            return ()
        names = sorted(path.name for path in self.folder.iterdir() if path.is_dir())
        return tuple(name for name in names if UNDERLYING_NAME.fullmatch(name) and self._days(name))

    def days(self, underlying: str, first: date, last: date) -> tuple[date, ...]:
        """The days with a file in the range, ascending."""
        return tuple(day for day in self._days(underlying) if first <= day <= last)

    def load_day(self, underlying: str, day: date) -> MarketDay:
        """Open a day; its rows are read when they are asked for."""
        opened = {underlying: _opened(self.folder, underlying, day)}
        index = opened[underlying].index
        ticks: dict[str, Ticks] = {}

        def ticks_of(symbol: str) -> Ticks:
            if symbol not in ticks:
                ticks[symbol] = self._ticks(opened, symbol, day)
            return ticks[symbol]

        def prices_of(symbol: str) -> Ticks:
            return ticks[symbol] if symbol in ticks else self._ticks(opened, symbol, day, sizes=False)

        def history_of(symbol: str, timeframe_s: int) -> Bars:
            return self._history(symbol, timeframe_s, day)

        def bar_s_of(symbol: str) -> int:
            file = self._file_of(opened, symbol, day)
            return 0 if file is None else _longest_bar(file, symbol)

        lots = lot_sizes(underlying, {expiry for expiry, _ in index.strikes_paise}, day)
        return MarketDay(
            underlying,
            index.session,
            ContractList(index.strikes_paise, lots),
            ticks_of,
            history_of,
            source=index.origin or self.label,
            synthetic=bool(index.origin),
            bar_s_of=bar_s_of,
            prices_of=prices_of,
        )

    def chain_of(self, underlying: str, day: date) -> ChainSnapshot:
        """The last price of every listed contract at the end of every minute of the day.

        Read from the day's snapshot; where there is none of this day's data, computed from the day file.
        """
        opened = _opened(self.folder, underlying, day)
        path = chain_path(opened.path)
        stored = read_chain(path, opened.index.fingerprint)
        if stored is not None:
            return stored
        rows = {symbol: opened.rows_of(symbol) or InstrumentRows.none() for symbol in opened.index}
        return chain_of(rows, opened.index.session)

    def fingerprint(self, underlying: str, day: date) -> str:
        """The hash of the day's content, the same wherever the same data was imported; of a day file that a
        stranger wrote, the hash of its bytes.
        """
        path = day_path(self.folder, underlying, day)
        if not path.is_file():
            raise no_such_day(path, underlying, day)
        return stated_fingerprint(path) or file_digest(path)

    def history_fingerprint(self, underlying: str, day: date, timeframe_s: int) -> str:
        """The hash of the candles before the day, the same wherever the same days were imported."""
        return self._history(underlying, timeframe_s, day).digest()

    def _origin(self, underlying: str) -> str:
        for day in self._days(underlying):
            with suppress(MarketDataError):  # a damaged day is that day's failure, not that of a run beside it
                path = day_path(self.folder, underlying, day)
                return _stated_origin(self.folder, underlying, day, path.stat().st_mtime_ns)
        return ""

    def _days(self, underlying: str) -> tuple[date, ...]:
        """The days that there are files of, ascending."""
        folder = self.folder / underlying
        if not UNDERLYING_NAME.fullmatch(underlying) or not folder.is_dir():
            return ()
        changed_ns = folder.stat().st_mtime_ns
        if time.time_ns() - changed_ns < _SETTLED_NS:
            return _listed(folder)
        return _listed_once(folder, changed_ns)

    def _file_of(self, opened: dict[str, OpenDay], symbol: str, day: date) -> OpenDay | None:
        """The day file of a symbol's underlying; None where an underlying of the catalogue lacks that day."""
        underlying = symbol.partition(":")[0]
        if underlying not in opened:
            if not day_path(self.folder, underlying, day).is_file() and self._days(underlying):
                return None
            opened[underlying] = _opened(self.folder, underlying, day)
        return opened[underlying]

    def _ticks(self, opened: dict[str, OpenDay], symbol: str, day: date, *, sizes: bool = True) -> Ticks:
        file = self._file_of(opened, symbol, day)
        return Ticks.none() if file is None else file.ticks_of(symbol, sizes=sizes)

    def _history(self, symbol: str, timeframe_s: int, day: date) -> Bars:
        if not UNDERLYING_NAME.fullmatch(symbol):
            return Bars.none()
        path = self.folder / symbol / HISTORY_NAME
        history = read_history(path) if path.is_file() else self._derived_history(symbol, timeframe_s, day)
        return history.before(naive_epoch(day), timeframe_s)

    def _derived_history(self, underlying: str, timeframe_s: int, before: date) -> MinuteHistory:
        """As far back as 500 candles need: for a folder whose history file nobody wrote. Slow, and right."""
        candles: dict[int, tuple[int, Bars]] = {}
        wanted = (WARM_UP_CANDLES + 1) * timeframe_s // MINUTE_S
        for day in reversed([day for day in self._days(underlying) if day < before]):
            found = _minutes_of(self.folder, underlying, day, _state_of(day_path(self.folder, underlying, day)))
            if found is not None:
                candles[naive_epoch(day)] = found
                wanted -= len(found[1])
            if wanted <= 0:
                break
        return MinuteHistory.none().with_days(candles)


def _opened(folder: Path, underlying: str, day: date) -> OpenDay:
    """A day that can be trusted. Raises what ``open_day`` does, and SessionMismatchError."""
    opened = open_day(folder, underlying, day)
    if isinstance(opened, ForeignDay):
        opened.refuse_unusable()
    else:
        opened.index.refuse_session_mismatch(str(opened.path))
    return opened


def _listed(folder: Path) -> tuple[date, ...]:
    days = []
    for name in os.listdir(folder):  # noqa: PTH208 — names are all that is wanted
        if match := _DAY_NAME.fullmatch(name):
            with suppress(ValueError):  # 2024-02-30 is no day
                days.append(date.fromisoformat(match[1]))
    return tuple(sorted(days))


@lru_cache(maxsize=64)
def _listed_once(folder: Path, _changed_ns: int) -> tuple[date, ...]:
    """What a folder held when it last changed; a file that comes or goes changes it."""
    return _listed(folder)


@lru_cache(maxsize=256)
def _stated_origin(folder: Path, underlying: str, day: date, _changed_ns: int) -> str:
    """Where a day's prices come from, by its index; a file that changes is looked at again."""
    return open_day(folder, underlying, day).index.origin


def _state_of(path: Path) -> tuple[int, int, int]:
    """What a file's version is known by; zeros where there is none."""
    try:
        state = path.stat()
    except FileNotFoundError:
        return 0, 0, 0
    return state.st_ino, state.st_mtime_ns, state.st_size


@lru_cache(maxsize=512)
def _minutes_of(folder: Path, underlying: str, day: date, _state: tuple[int, int, int]) -> tuple[int, Bars] | None:
    """The open of a day's session and the underlying's one-minute candles, once per version of its file: many days
    after it start from them. None where it has no prices that day.
    """
    opened = _opened(folder, underlying, day)
    rows = opened.rows_of(underlying)
    return None if rows is None else (opened.index.session.open_s, minute_candles(rows, opened.index.session))


def _longest_bar(file: OpenDay, symbol: str) -> int:
    entry = file.index.entry(symbol)
    if entry is not None and entry.bar_s is not None:
        return entry.bar_s
    rows = file.rows_of(symbol)
    return 0 if rows is None else rows.longest_bar_s
