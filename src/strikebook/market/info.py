"""What a catalogue holds, from the footers of its files: no prices are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from strikebook.errors import NoDataError
from strikebook.market.catalogue import Catalogue
from strikebook.market.day_file import open_day
from strikebook.market.foreign_day import ForeignDay


@dataclass(frozen=True, slots=True)
class UnderlyingInfo:
    """An underlying in a catalogue. ``contracts``: different option contracts over all days. ``tick_rows`` and
    ``bar_rows`` of all instruments. ``bytes`` of its folder. ``origin``: empty for real prices. ``foreign_days`` were
    not written by Strikebook.
    """

    underlying: str
    first: date
    last: date
    days: int
    days_with_contracts: int
    foreign_days: int
    contracts: int
    expiries: tuple[date, ...]
    tick_rows: int
    bar_rows: int
    bytes: int
    origin: str


@dataclass(frozen=True, slots=True)
class CatalogueInfo:
    """What a catalogue holds, by underlying."""

    folder: str
    underlyings: tuple[UnderlyingInfo, ...]

    def as_document(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "folder": self.folder,
            "underlyings": [
                {
                    "underlying": each.underlying,
                    "first": each.first.isoformat(),
                    "last": each.last.isoformat(),
                    "days": each.days,
                    "days_with_contracts": each.days_with_contracts,
                    "foreign_days": each.foreign_days,
                    "contracts": each.contracts,
                    "expiries": [expiry.isoformat() for expiry in each.expiries],
                    "tick_rows": each.tick_rows,
                    "bar_rows": each.bar_rows,
                    "bytes": each.bytes,
                    "origin": each.origin,
                }
                for each in self.underlyings
            ],
        }


def info(folder: Path) -> CatalogueInfo:
    """Describe a catalogue. Raises NoDataError where there is none, MarketDataError for a day that cannot be read."""
    catalogue = Catalogue(folder)
    names = catalogue.underlyings()
    if not names:
        raise NoDataError("no days of prices here", where=str(folder), right="a folder that data import wrote")
    return CatalogueInfo(str(folder), tuple(_underlying(folder, catalogue, name) for name in names))


def _underlying(folder: Path, catalogue: Catalogue, underlying: str) -> UnderlyingInfo:
    days = catalogue.days(underlying, date.min, date.max)
    contracts: set[tuple[date, str, int]] = set()
    origins: set[str] = set()
    listed = foreign = ticks = bars = 0
    for day in days:
        opened = open_day(folder, underlying, day)
        index = opened.index
        foreign += isinstance(opened, ForeignDay)
        origins.add(index.origin)
        listed += bool(index.strikes_paise)
        for (expiry, option_type), strikes in index.strikes_paise.items():
            contracts.update((expiry, option_type, strike) for strike in strikes)
        for symbol in index:
            entry = index.entry(symbol)
            if entry is not None:
                bars += entry.bars
                ticks += entry.rows - entry.bars
    return UnderlyingInfo(
        underlying,
        days[0],
        days[-1],
        len(days),
        listed,
        foreign,
        len(contracts),
        tuple(sorted({expiry for expiry, _, _ in contracts})),
        ticks,
        bars,
        sum(path.stat().st_size for path in (folder / underlying).iterdir() if path.is_file()),
        ", ".join(sorted(origins - {""})),
    )
