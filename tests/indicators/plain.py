"""The words formulas are made of, as loops over lists of floats; NaN is no value."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

NAN = math.nan
Series = list[float]


def over(values: Sequence[float], count: int, function: Callable[[list[float]], float]) -> Series:
    """A function of the last ``count`` values; none where one of them is missing."""
    found = []
    for at in range(len(values)):
        window = list(values[max(at - count + 1, 0) : at + 1])
        found.append(NAN if len(window) < count or any(map(math.isnan, window)) else function(window))
    return found


def each(function: Callable[..., float], *columns: Sequence[float]) -> Series:
    """A function of the values of each candle; none where one is missing."""
    return [NAN if any(map(math.isnan, row)) else function(*row) for row in zip(*columns, strict=True)]


def ratio(part: Sequence[float], whole: Sequence[float], times: float = 1.0) -> Series:
    """Part over whole; none where whole is zero."""
    return each(lambda a, b: NAN if b == 0 else times * a / b, part, whole)


def ago(values: Sequence[float], count: int) -> Series:
    """The value ``count`` candles before."""
    return [NAN] * min(count, len(values)) + list(values[: max(len(values) - count, 0)])


def change(values: Sequence[float], count: int = 1) -> Series:
    return each(lambda now, then: now - then, values, ago(values, count))


def mean(window: Sequence[float]) -> float:
    return math.fsum(window) / len(window)


def sma(values: Sequence[float], count: int) -> Series:
    return over(values, count, mean)


def total(values: Sequence[float], count: int) -> Series:
    return over(values, count, math.fsum)


def highest(values: Sequence[float], count: int) -> Series:
    return over(values, count, max)


def lowest(values: Sequence[float], count: int) -> Series:
    return over(values, count, min)


def smoothed(values: Sequence[float], count: int, weight: float, begin: int = 0) -> Series:
    """Last + weight (value - last), from the mean of the first ``count`` values that end at ``begin`` or later."""
    found = [NAN] * len(values)
    known = [at for at, value in enumerate(values) if not math.isnan(value)]
    if not known:
        return found
    first = max(known[0] + count - 1, begin)
    if first < len(values):
        last = found[first] = mean(values[first - count + 1 : first + 1])
        for at in range(first + 1, len(values)):
            last += weight * (values[at] - last)
            found[at] = last
    return found


def ema(values: Sequence[float], count: int, begin: int = 0) -> Series:
    return smoothed(values, count, 2 / (count + 1), begin)


def rma(values: Sequence[float], count: int) -> Series:
    return smoothed(values, count, 1 / count)


def wma(values: Sequence[float], count: int) -> Series:
    weights = range(1, count + 1)
    return over(values, count, lambda w: math.fsum(a * b for a, b in zip(w, weights, strict=True)) / sum(weights))


def variance(window: Sequence[float]) -> float:
    middle = mean(window)
    return mean([(value - middle) ** 2 for value in window])


def deviation(values: Sequence[float], count: int) -> Series:
    return over(values, count, lambda w: 0.0 if max(w) == min(w) else math.sqrt(variance(w)))


def true_range(bars) -> Series:
    return each(
        lambda high, low, before: max(high - low, abs(high - before), abs(low - before)),
        bars.high,
        bars.low,
        ago(bars.close, 1),
    )


def typical(bars) -> Series:
    return each(lambda h, low, c: (h + low + c) / 3, bars.high, bars.low, bars.close)


def median_price(bars) -> Series:
    return each(lambda h, low: (h + low) / 2, bars.high, bars.low)


def minus(first: Sequence[float], second: Sequence[float]) -> Series:
    return each(lambda a, b: a - b, first, second)


def line(window: Sequence[float]) -> tuple[float, float]:
    """Intercept at the oldest value and slope of the least-squares line."""
    count = len(window)
    x, y = (count - 1) / 2, mean(window)
    slope = math.fsum((at - x) * (value - y) for at, value in enumerate(window)) / math.fsum(
        (at - x) ** 2 for at in range(count)
    )
    return y - slope * x, slope


def from_index(values: Sequence[float], first: int) -> Series:
    """No value before the candle ``first``."""
    return [NAN if at < first else value for at, value in enumerate(values)]


def where_known(values: Sequence[float], other: Sequence[float]) -> Series:
    """No value where the other has none."""
    return each(lambda value, _: value, values, other)
