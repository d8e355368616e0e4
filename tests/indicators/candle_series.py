"""Candle series to compute indicators on: random walks and the edges where formulas divide by nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Bars:
    """Candles as plain lists; ``price`` is the column an indicator is asked to read."""

    open: list[float]
    high: list[float]
    low: list[float]
    close: list[float]
    volume: list[float]
    day: list[int]
    price: list[float]

    def __len__(self) -> int:
        return len(self.close)


def _bars(opened, high, low, close, volume, per_day=50) -> Bars:
    columns = [[round(float(value), 2) for value in column] for column in (opened, high, low, close)]
    days = [at // per_day for at in range(len(close))]
    return Bars(*columns, [float(value) for value in volume], days, columns[3])


def walk(seed: int = 1, count: int = 260, start: float = 17_000.0, step: float = 8.0) -> Bars:
    """A random walk of an index with ranges of a few points, in paise."""
    random = np.random.default_rng(seed)
    close = start + np.cumsum(random.normal(0, step, count))
    opened = close + random.normal(0, step / 2, count)
    high = np.maximum(opened, close) + random.exponential(step / 2, count)
    low = np.minimum(opened, close) - random.exponential(step / 2, count)
    return _bars(opened, high, low, close, random.integers(1, 5000, count) * 25)


def option(seed: int = 2, count: int = 260) -> Bars:
    """A cheap option, in ticks of 0.05: repeated prices, candles of one trade, candles without volume."""
    random = np.random.default_rng(seed)
    close = 3 + 0.05 * np.abs(np.cumsum(random.choice([-1, 0, 0, 0, 1], count)))
    opened = np.r_[close[:1], close[:-1]]
    opened[random.random(count) < 0.4] = close[random.random(count) < 0.4].mean().round(1)
    single = random.random(count) < 0.5
    opened = np.where(single, close, opened)
    high = np.maximum(opened, close) + np.where(single, 0, 0.05 * random.integers(0, 3, count))
    low = np.minimum(opened, close) - np.where(single, 0, 0.05 * random.integers(0, 3, count))
    return _bars(opened, high, low, close, random.integers(0, 3, count) * 50)


def flat(count: int = 150, price: float = 100.05, volume: float = 50) -> Bars:
    """Nothing moves."""
    return _bars(*[[price] * count] * 4, [volume] * count)


def one_jump(count: int = 200, at: int = 90) -> Bars:
    """Still, one jump of ten percent, and still again; nothing is traded in the first half of the stillness."""
    close = [100.05] * at + [110.1] * (count - at)
    return _bars(close, close, close, close, [0] * (at // 2) + [75] * (count - at // 2))


def gaps(count: int = 260) -> Bars:
    """A walk that opens each day of fifty candles far away, with a stretch that stands still and is not traded."""
    bars = walk(3, count, start=500.0, step=0.8)
    shift = np.random.default_rng(4).normal(0, 12, count // 50 + 1).round(2)
    columns = [
        [value + shift[day] for value, day in zip(column, bars.day, strict=True)]
        for column in (bars.open, bars.high, bars.low, bars.close)
    ]
    still = range(120, 165)
    for column in columns:
        for at in still:
            column[at] = columns[3][119]
    volume = [0.0 if at in still else value for at, value in enumerate(bars.volume)]
    return _bars(*columns, volume)


def rising(count: int = 150) -> Bars:
    """Every price higher than the one before."""
    close = [200 + 0.35 * at for at in range(count)]
    return _bars([v - 0.2 for v in close], [v + 0.1 for v in close], [v - 0.3 for v in close], close, [100] * count)


SERIES = {
    "walk": walk,
    "other walk": lambda: walk(7, step=40.0),
    "option": option,
    "flat": flat,
    "one jump": one_jump,
    "gaps": gaps,
    "rising": rising,
}
