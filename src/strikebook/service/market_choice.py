"""Which market a run is made on, by name: a folder of day files, or the synthetic market."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from strikebook.errors import MarketDataError, UsageError

if TYPE_CHECKING:
    from strikebook.market.source import MarketSource  # loads numpy; who only names a market need not have it
    from strikebook.model.market_day import MarketDay

DEFAULT_SEED = 1


def open_market(text: str) -> MarketSource:
    """Open ``DIR``, ``synthetic`` or ``synthetic:SEED``.

    Raises UsageError for a seed that is no number, MarketDataError where the folder is no catalogue.
    """
    name, _, seed = text.partition(":")
    if name == "synthetic":
        return _synthetic(seed)
    from strikebook.market.catalogue import Catalogue  # noqa: PLC0415 — pyarrow, only for those who read files

    folder = Path(text)
    if not folder.is_dir():
        raise MarketDataError(
            "is no folder" if folder.exists() else "no such folder",
            where=text,
            right="a folder made by `strikebook data import`, or synthetic[:seed]",
        )
    catalogue = Catalogue(folder)
    if not catalogue.underlyings():
        raise MarketDataError(
            "no market data in it",
            where=text,
            right="{UNDERLYING}/{YYYY-MM-DD}.parquet files; see `strikebook data import`",
        )
    return catalogue


@dataclass(frozen=True, slots=True)
class NamedMarket:
    """A MarketSource by its name, opened in the process that first asks it something: the server never does."""

    name: str

    @property
    def label(self) -> str:
        """What results say they were made from."""
        return _opened(self.name).label

    @property
    def synthetic(self) -> bool:
        """True where prices are made up."""
        return _opened(self.name).synthetic

    def underlyings(self) -> tuple[str, ...]:
        """The underlyings there is data for, sorted."""
        return _opened(self.name).underlyings()

    def days(self, underlying: str, first: date, last: date) -> tuple[date, ...]:
        """The days with data of that underlying in the range, ascending."""
        return _opened(self.name).days(underlying, first, last)

    def load_day(self, underlying: str, day: date) -> MarketDay:
        """Open a day; see ``MarketSource``."""
        return _opened(self.name).load_day(underlying, day)

    def fingerprint(self, underlying: str, day: date) -> str:
        """A short text that changes whenever the data of that day does."""
        return _opened(self.name).fingerprint(underlying, day)

    def history_fingerprint(self, underlying: str, day: date, timeframe_s: int) -> str:
        """A short text that changes whenever the candles before that day do."""
        return _opened(self.name).history_fingerprint(underlying, day, timeframe_s)


@lru_cache(maxsize=8)
def _opened(name: str) -> MarketSource:
    return open_market(name)


def _synthetic(seed: str) -> MarketSource:
    if seed and not (seed.isascii() and seed.isdigit() and len(seed) <= 9):
        raise UsageError(f"seed {seed!r}", where="--market", right="synthetic or synthetic:7, a whole number")
    from strikebook.market.synthetic import SyntheticMarket  # noqa: PLC0415 — only for those who want it

    return SyntheticMarket(int(seed) if seed else DEFAULT_SEED)
