"""The door to market data. Its members: the Parquet catalogue, the synthetic market, and one in memory."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from strikebook.model.market_day import MarketDay


class MarketSource(Protocol):
    """Where days of prices come from. Members are picklable, so that a worker process can open its own."""

    @property
    def label(self) -> str:
        """What results say they were made from, such as ``synthetic:7`` or a folder's name."""

    @property
    def synthetic(self) -> bool:
        """True where prices are made up."""

    def underlyings(self) -> tuple[str, ...]:
        """The underlyings there is data for, sorted."""

    def days(self, underlying: str, first: date, last: date) -> tuple[date, ...]:
        """The days with data of that underlying in the range, ascending."""

    def load_day(self, underlying: str, day: date) -> MarketDay:
        """Open a day; prices load when they are read. ``ticks_of`` and ``history_of`` also take the symbol of
        another underlying that has data (a supporting instrument).

        Raises NoDataError where there is none, SessionMismatchError or MarketDataError where it cannot be trusted.
        """

    def fingerprint(self, underlying: str, day: date) -> str:
        """A short text that changes whenever the data of that day does (cheap: no prices are read)."""

    def history_fingerprint(self, underlying: str, day: date, timeframe_s: int) -> str:
        """A short text that changes whenever the candles before that day do, as far as ``history_of`` gives them; empty
        where the day's own fingerprint says it all. Raises MarketDataError where they cannot be read.
        """
