"""The catalogue: a folder of day files, ``{UNDERLYING}/{YYYY-MM-DD}.parquet``, as a market source."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from strikebook.errors import NoDataError
from strikebook.market.day_file import DayFile, DayIndex
from strikebook.market.history import FILE_NAME as HISTORY_NAME
from strikebook.market.history import read_history
from strikebook.market.lots import lot_sizes
from strikebook.model.instrument import OptionContract, OptionType, parse_symbol
from strikebook.model.market_day import ContractList, MarketDay
from strikebook.model.prices import Bars, Ticks
from strikebook.model.session import naive_epoch

_DAY_NAME: Final = re.compile(r"(\d{4}-\d\d-\d\d)\.parquet")
_FOLDER_NAME: Final = re.compile(r"[A-Z0-9][A-Z0-9&_\-]{0,31}")


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
        """True where the first day of an underlying was made up (import mixes no such days with real ones)."""
        for underlying in self.underlyings():
            days = self._days(underlying)
            if days and self._open(underlying, days[0]).index.origin:
                return True
        return False

    def underlyings(self) -> tuple[str, ...]:
        """The underlyings there are days of, sorted."""
        if not self.folder.is_dir():
            return ()
        names = sorted(path.name for path in self.folder.iterdir() if path.is_dir())
        return tuple(name for name in names if _FOLDER_NAME.fullmatch(name) and self._days(name))

    def days(self, underlying: str, first: date, last: date) -> tuple[date, ...]:
        """The days with a file in the range, ascending."""
        return tuple(day for day in self._days(underlying) if first <= day <= last)

    def load_day(self, underlying: str, day: date) -> MarketDay:
        """Open a day; its rows are read when they are asked for."""
        opened: dict[str, DayFile | None] = {underlying: self._open(underlying, day)}
        index = self._open_once(opened, underlying, day).index
        ticks: dict[str, Ticks] = {}

        def ticks_of(symbol: str) -> Ticks:
            if symbol not in ticks:
                ticks[symbol] = self._ticks(opened, symbol, day)
            return ticks[symbol]

        return MarketDay(
            underlying,
            index.session,
            _contracts(index),
            ticks_of,
            self._history(day),
            source=index.origin or self.label,
            synthetic=bool(index.origin),
        )

    def fingerprint(self, underlying: str, day: date) -> str:
        """The hash of the day's content, the same wherever the same data was imported."""
        return self._open(underlying, day).index.fingerprint

    def _days(self, underlying: str) -> list[date]:
        folder = self.folder / underlying
        if not _FOLDER_NAME.fullmatch(underlying) or not folder.is_dir():
            return []
        matches = (_DAY_NAME.fullmatch(path.name) for path in folder.iterdir())
        return sorted(date.fromisoformat(match[1]) for match in matches if match)

    def _path(self, underlying: str, day: date) -> Path:
        return self.folder / underlying / f"{day.isoformat()}.parquet"

    def _open(self, underlying: str, day: date) -> DayFile:
        path = self._path(underlying, day)
        if not path.is_file():
            raise NoDataError(f"no data of {underlying} on {day.isoformat()}", where=str(path), right="import that day")
        return DayFile(path)

    def _open_once(self, opened: dict[str, DayFile | None], underlying: str, day: date) -> DayFile:
        found = opened.get(underlying)
        if found is None:
            found = opened[underlying] = self._open(underlying, day)
        return found

    def _ticks(self, opened: dict[str, DayFile | None], symbol: str, day: date) -> Ticks:
        file = self._open_once(opened, symbol.partition(":")[0], day)
        rows = file.rows_of(symbol)
        return Ticks.none() if rows is None else rows.ticks(file.index.session)

    def _history(self, day: date) -> Callable[[str, int], Bars]:
        def history_of(symbol: str, timeframe_s: int) -> Bars:
            if not _FOLDER_NAME.fullmatch(symbol):
                return Bars.none()
            history = read_history(self.folder / symbol / HISTORY_NAME)
            return history.before(naive_epoch(day), timeframe_s)

        return history_of


def _contracts(index: DayIndex) -> ContractList:
    strikes: dict[tuple[date, OptionType], list[int]] = {}
    for symbol in index.instruments:
        parsed = parse_symbol(symbol)
        if isinstance(parsed, OptionContract):
            strikes.setdefault((parsed.expiry, parsed.option_type), []).append(parsed.strike_paise)
    expiries = sorted({expiry for expiry, _ in strikes})
    return ContractList(
        {key: tuple(sorted(values)) for key, values in strikes.items()},
        lot_sizes(index.underlying, expiries, index.session.date),
    )
