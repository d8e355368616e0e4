"""Columns of prices: ticks (single trades) and bars (candles). Prices are whole paise.

A bar is replayed as four trades: the open at +0, then the two extremes at one and two thirds of the bar
(the one nearer to the open first, the low on a tie; thirds rounded down), the close with the bar's volume
at its last second. A bar that has only a close is one trade at its last second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Int32s: TypeAlias = NDArray[np.int32]
Int64s: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ticks:
    """One instrument's trades of a day, inside the session, in order.

    ``second``: int32[n], seconds since midnight, not decreasing. ``price_paise``: int64[n].
    ``quantity``: int64[n] traded, or None where the source has no quantities; a replayed bar carries its
    volume on its close, 0 on the others. ``oi``: int64[n] open interest, -1 where a row has none, or None.
    ``replayed`` says that at least one trade comes from a bar.
    """

    second: Int32s
    price_paise: Int64s
    quantity: Int64s | None = None
    oi: Int64s | None = None
    replayed: bool = False

    def __len__(self) -> int:
        return len(self.second)

    def between(self, first: int, stop: int) -> Ticks:
        """The trades from the place ``first`` to before ``stop``."""
        quantity = None if self.quantity is None else self.quantity[first:stop]
        oi = None if self.oi is None else self.oi[first:stop]
        return Ticks(self.second[first:stop], self.price_paise[first:stop], quantity, oi, replayed=self.replayed)

    @staticmethod
    def none() -> Ticks:
        """An instrument that did not trade."""
        return Ticks(np.empty(0, np.int32), np.empty(0, np.int64))


@dataclass(frozen=True, slots=True)
class Bars:
    """Candles in order. ``start``: int64[n], exchange-time seconds since 1970 of each candle's start.

    ``open_paise, high_paise, low_paise, close_paise``: int64[n]. ``volume``: int64[n], -1 where a candle has
    none, or None where no candle has one.
    """

    start: Int64s
    open_paise: Int64s
    high_paise: Int64s
    low_paise: Int64s
    close_paise: Int64s
    volume: Int64s | None = None

    def __len__(self) -> int:
        return len(self.start)

    def first(self, count: int) -> Bars:
        """The first ``count`` candles."""
        return self.take(slice(0, count))

    def last(self, count: int) -> Bars:
        """The last ``count`` candles."""
        return self.take(slice(max(len(self) - count, 0), None))

    def take(self, which: slice | NDArray[np.bool_] | NDArray[np.intp]) -> Bars:
        """The candles that a slice, a mask or positions choose."""
        return Bars(
            self.start[which],
            self.open_paise[which],
            self.high_paise[which],
            self.low_paise[which],
            self.close_paise[which],
            None if self.volume is None else self.volume[which],
        )

    def digest(self) -> str:
        """A short text that other candles do not have, the same on every machine."""
        volume = np.full(len(self), -1, np.int64) if self.volume is None else self.volume
        columns = (self.start, self.open_paise, self.high_paise, self.low_paise, self.close_paise, volume)
        return sha256(b"".join([column.astype("<i8").tobytes() for column in columns])).hexdigest()[:24]

    @staticmethod
    def none() -> Bars:
        """No candles."""
        empty = np.empty(0, np.int64)
        return Bars(empty, empty, empty, empty, empty)

    @staticmethod
    def joined(parts: Sequence[Bars]) -> Bars:
        """The candles of one part after the other; at least one part."""
        volume = None
        if any(part.volume is not None for part in parts):
            volume = np.concatenate(
                [np.full(len(part), -1, np.int64) if part.volume is None else part.volume for part in parts]
            )
        return Bars(
            np.concatenate([part.start for part in parts]),
            np.concatenate([part.open_paise for part in parts]),
            np.concatenate([part.high_paise for part in parts]),
            np.concatenate([part.low_paise for part in parts]),
            np.concatenate([part.close_paise for part in parts]),
            volume,
        )


@dataclass(frozen=True, slots=True)
class BarRows:
    """Bars as a data file has them, before their replay; each row has its own length.

    ``second``: int32[n] start of the bar, seconds since midnight. ``length_s``: int32[n]. ``open_paise``,
    ``high_paise``, ``low_paise``: int64[n], -1 where absent (all three, or none of them). ``close_paise``:
    int64[n]. ``volume``, ``oi``: int64[n] or None.
    """

    second: Int32s
    length_s: Int32s
    open_paise: Int64s
    high_paise: Int64s
    low_paise: Int64s
    close_paise: Int64s
    volume: Int64s | None = None
    oi: Int64s | None = None


def replay(bars: BarRows) -> Ticks:
    """Replay bars as trades, in the order this module's docstring fixes."""
    count = len(bars.second)
    length = bars.length_s.astype(np.int64)
    whole = bars.open_paise >= 0
    low_first = (bars.open_paise - bars.low_paise) <= (bars.high_paise - bars.open_paise)
    start = bars.second.astype(np.int64)
    second = np.stack([start, start + length // 3, start + 2 * length // 3, start + length - 1], axis=1)
    price = np.stack(
        [
            bars.open_paise,
            np.where(low_first, bars.low_paise, bars.high_paise),
            np.where(low_first, bars.high_paise, bars.low_paise),
            bars.close_paise,
        ],
        axis=1,
    )
    keep = np.ones((count, 4), dtype=bool)
    keep[:, :3] = whole[:, None]
    quantity = oi = None
    if bars.volume is not None:
        quantity = np.zeros((count, 4), np.int64)
        quantity[:, 3] = bars.volume
        quantity = quantity[keep]
    if bars.oi is not None:
        oi = np.full((count, 4), -1, np.int64)
        oi[:, 3] = bars.oi
        oi = oi[keep]
    return Ticks(second[keep].astype(np.int32), price[keep], quantity, oi, replayed=count > 0)


def candles(ticks: Ticks, day_start: int, open_s: int, close_s: int, timeframe_s: int) -> Bars:
    """Build a session's candles, anchored at its open. Buckets without a trade make no candle.

    ``day_start`` is the naive epoch of the day's midnight. A trade at ``close_s`` belongs to no candle; the
    candle that the close cuts off is the last one (it is complete only as history of later days).
    """
    edges = np.append(np.arange(open_s, close_s, timeframe_s, dtype=np.int32), np.int32(close_s))
    places = ticks.second.searchsorted(edges)
    traded = places[1:] > places[:-1]
    first, last, stop = places[:-1][traded], places[1:][traded] - 1, int(places[-1])
    if not len(first):
        return Bars.none()
    price = ticks.price_paise[:stop]
    return Bars(
        day_start + edges[:-1][traded].astype(np.int64),
        price[first],
        np.maximum.reduceat(price, first),
        np.minimum.reduceat(price, first),
        price[last],
        None if ticks.quantity is None else np.add.reduceat(ticks.quantity[:stop], first),
    )


def stretches(values: Int64s) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first and the last positions of the stretches of equal values in an array that is not empty."""
    turns = np.flatnonzero(values[1:] != values[:-1])
    return np.concatenate(([0], turns + 1)), np.concatenate((turns, [len(values) - 1]))
