"""A market in memory: the same days as a catalogue's, without files. Tests run on it, and whatever makes up prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from strikebook.errors import NoDataError
from strikebook.market.day_file import DayRows
from strikebook.market.day_index import listed_strikes
from strikebook.market.history import MinuteHistory, minute_candles
from strikebook.market.lots import lot_sizes
from strikebook.market.rows import InstrumentRows
from strikebook.model.instrument import parse_symbol
from strikebook.model.market_day import ContractList, MarketDay
from strikebook.model.prices import Bars, Ticks
from strikebook.model.session import naive_epoch


@dataclass(frozen=True, slots=True)
class MemoryMarket:
    """Days of prices as values: (underlying, date) -> the day."""

    held: Mapping[tuple[str, date], DayRows]
    label: str = "memory"

    @property
    def synthetic(self) -> bool:
        """True where a day was made up."""
        return any(day.origin for day in self.held.values())

    def underlyings(self) -> tuple[str, ...]:
        """The underlyings there are days of, sorted."""
        return tuple(sorted({underlying for underlying, _ in self.held}))

    def days(self, underlying: str, first: date, last: date) -> tuple[date, ...]:
        """The days held in the range, ascending."""
        return tuple(sorted(day for name, day in self.held if name == underlying and first <= day <= last))

    def load_day(self, underlying: str, day: date) -> MarketDay:
        """The day as the engine takes it."""
        held = self._day(underlying, day)
        strikes = listed_strikes(held.rows)

        def ticks_of(symbol: str) -> Ticks:
            return self._ticks(symbol, day)

        def history_of(symbol: str, timeframe_s: int) -> Bars:
            return self._history(symbol, timeframe_s, day)

        def bar_s_of(symbol: str) -> int:
            rows = self._rows(symbol, day)
            return 0 if rows is None else rows.longest_bar_s

        return MarketDay(
            underlying,
            held.session,
            ContractList(strikes, lot_sizes(underlying, {expiry for expiry, _ in strikes}, day)),
            ticks_of,
            history_of,
            source=held.origin or self.label,
            synthetic=bool(held.origin),
            bar_s_of=bar_s_of,
        )

    def fingerprint(self, underlying: str, day: date) -> str:
        """The hash of the day's content: the one that a catalogue with the same rows has."""
        return self._day(underlying, day).index().fingerprint

    def history_fingerprint(self, underlying: str, day: date, timeframe_s: int) -> str:
        """The hash of the candles before the day: the one that a catalogue with the same days has."""
        return self._history(underlying, timeframe_s, day).digest()

    def _day(self, underlying: str, day: date) -> DayRows:
        held = self.held.get((underlying, day))
        if held is None:
            raise NoDataError(f"no data of {underlying} on {day.isoformat()}", where=self.label, right="a day it holds")
        return held

    def _rows(self, symbol: str, day: date) -> InstrumentRows | None:
        underlying = symbol.partition(":")[0]
        if (underlying, day) not in self.held and underlying in self.underlyings():
            return None
        return self._day(underlying, day).rows.get(symbol)

    def _ticks(self, symbol: str, day: date) -> Ticks:
        rows = self._rows(symbol, day)
        return Ticks.none() if rows is None else rows.ticks(self._day(symbol.partition(":")[0], day).session)

    def _history(self, symbol: str, timeframe_s: int, before: date) -> Bars:
        if not isinstance(parse_symbol(symbol), str):
            return Bars.none()
        days = {
            naive_epoch(day): (held.session.open_s, minute_candles(held.rows[symbol], held.session))
            for (underlying, day), held in self.held.items()
            if underlying == symbol and day < before and symbol in held.rows
        }
        return MinuteHistory.none().with_days(days).before(naive_epoch(before), timeframe_s)
