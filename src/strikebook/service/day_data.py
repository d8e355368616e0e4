"""What the data that a day reads is known by: the prices of that day, and the candles before it.

A day that is run again from the same data has the same bytes; so what is stored is kept, or said to be of other data,
by this text. It is that of the day's own prices, one for each underlying, and after a ``~`` that of the candles before
them in every timeframe that is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from hashlib import blake2b
from typing import TypeAlias

from strikebook.errors import MarketDataError
from strikebook.market.source import MarketSource
from strikebook.service.planning import known_strategy
from strikebook.service.sweep_plan import PointPart
from strikebook.service.sweep_planning import unpacked
from strikebook.strategy.node import Strategy

Reads: TypeAlias = Mapping[str, Sequence[int]]
"""The underlyings that are read, the traded one first, each with its timeframes in seconds, ascending."""


def reads_of(strategies: Iterable[Strategy]) -> Reads:
    """What strategies of the same underlyings read."""
    found: dict[str, set[int]] = {}
    for strategy in strategies:
        for instrument in (strategy.trading, strategy.supporting):
            if instrument is not None:
                found.setdefault(instrument.symbol, set()).update(instrument.timeframes)
    return {symbol: sorted(timeframes) for symbol, timeframes in found.items()}


def day_fingerprint(market: MarketSource, reads: Reads, day: date) -> str:
    """What the data that a day reads is known by; a supporting instrument may have none that day."""
    traded = next(iter(reads))

    def own(underlying: str) -> str:
        present = underlying == traded or day in market.days(underlying, day, day)
        return market.fingerprint(underlying, day) if present else f"no-data-of-{underlying}"

    before = [
        market.history_fingerprint(underlying, day, timeframe_s)
        for underlying, timeframes in reads.items()
        for timeframe_s in timeframes
    ]
    text = "+".join(map(own, reads))
    return f"{text}~{blake2b(' '.join(before).encode(), digest_size=6).hexdigest()}" if any(before) else text


def fingerprints(market: MarketSource, document: bytes, days: Sequence[date]) -> dict[date, str]:
    """What the data that a strategy reads on those days is known by now; a day whose data has gone, or is damaged, is
    left out.
    """
    return _known(market, reads_of([known_strategy(document, "strategy")]), days)


def sweep_fingerprints(market: MarketSource, parts: Sequence[PointPart], days: Sequence[date]) -> dict[date, str]:
    """The same for all points of a sweep."""
    return _known(market, reads_of(strategy for part in parts for strategy in unpacked(part)), days)


def _known(market: MarketSource, reads: Reads, days: Sequence[date]) -> dict[date, str]:
    known: dict[date, str] = {}
    for day in days:
        with suppress(MarketDataError):
            known[day] = day_fingerprint(market, reads, day)
    return known
