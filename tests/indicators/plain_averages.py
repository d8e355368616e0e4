"""Averages and statistics from the formulas, by loops."""

from __future__ import annotations

import math

from tests.indicators.plain import (
    NAN,
    ago,
    each,
    ema,
    highest,
    line,
    lowest,
    mean,
    minus,
    over,
    ratio,
    rma,
    sma,
    total,
    variance,
    wma,
)


def _combined(parts, weights):
    return each(lambda *row: sum(a * b for a, b in zip(row, weights, strict=True)), *parts)


def _nested(price, length, depth):
    parts = [ema(price, length)]
    while len(parts) < depth:
        parts.append(ema(parts[-1], length))
    return parts


def hma(bars, length):
    half, root = max(length // 2, 1), max(math.isqrt(length), 1)
    return (wma(_combined([wma(bars.price, half), wma(bars.price, length)], (2, -1)), root),)


def zlema(bars, length):
    earlier = ago(bars.price, (length - 1) // 2)
    return (ema(_combined([bars.price, earlier], (2, -1)), length),)


def vwma(bars, length):
    paid = each(lambda p, v: p * v, bars.price, bars.volume)
    return (ratio(total(paid, length), total(bars.volume, length)),)


def kama(bars, length, fast, slow):
    price, found = bars.price, [NAN] * len(bars)
    for at in range(length, len(price)):
        last = price[length - 1] if at == length else found[at - 1]
        path = math.fsum(abs(price[i] - price[i - 1]) for i in range(at - length + 1, at + 1))
        efficiency = abs(price[at] - price[at - length]) / path if path else 1.0
        constant = (efficiency * (2 / (fast + 1) - 2 / (slow + 1)) + 2 / (slow + 1)) ** 2
        found[at] = last + constant * (price[at] - last)
    return (found,)


def alma(bars, length, offset, sigma):
    weights = [math.exp(-((i - offset * (length - 1)) ** 2) / (2 * (length / sigma) ** 2)) for i in range(length)]
    return (over(bars.price, length, lambda w: sum(a * b for a, b in zip(w, weights, strict=True)) / sum(weights)),)


def t3(bars, length, a):
    parts = _nested(bars.price, length, 6)[2:]
    return (_combined(parts, ((1 + a) ** 3, -3 * a * (1 + a) ** 2, 3 * a**2 * (1 + a), -(a**3))),)


def trima(bars, length):
    return (sma(sma(bars.price, (length + 1) // 2), length // 2 + 1),)


def ht_trendline(bars):
    """Ehlers' trendline as TA-Lib has it: a Hilbert transform measures the cycle, the average over it is the line."""
    price, count = bars.price, len(bars)
    smooth = wma(price, 4)
    columns = {name: [0.0] * count for name in ("detrended", "q1", "i1", "ji", "jq", "i2", "q2", "re", "im")}
    period, smooth_period, averages, found = 0.0, 0.0, [NAN] * count, [NAN] * count

    def hilbert(values, at):
        get = lambda back: values[at - back] if at - back >= 37 else 0.0  # noqa: E731
        return (0.0962 * (get(0) - get(6)) + 0.5769 * (get(2) - get(4))) * (0.075 * period + 0.54)

    for at in range(37, count):
        c = columns
        c["detrended"][at] = hilbert([0.0 if math.isnan(v) else v for v in smooth], at)
        c["q1"][at] = hilbert(c["detrended"], at)
        c["i1"][at] = c["detrended"][at - 3]
        c["ji"][at], c["jq"][at] = hilbert(c["i1"], at), hilbert(c["q1"], at)
        c["q2"][at] = 0.2 * (c["q1"][at] + c["ji"][at]) + 0.8 * c["q2"][at - 1]
        c["i2"][at] = 0.2 * (c["i1"][at] - c["jq"][at]) + 0.8 * c["i2"][at - 1]
        real = c["i2"][at] * c["i2"][at - 1] + c["q2"][at] * c["q2"][at - 1]
        imaginary = c["i2"][at] * c["q2"][at - 1] - c["q2"][at] * c["i2"][at - 1]
        c["re"][at], c["im"][at] = 0.2 * real + 0.8 * c["re"][at - 1], 0.2 * imaginary + 0.8 * c["im"][at - 1]
        before = period
        if c["im"][at] != 0 and c["re"][at] != 0:
            period = 2 * math.pi / math.atan(c["im"][at] / c["re"][at])
        period = max(min(period, 1.5 * before), 0.67 * before)
        period = 0.2 * max(min(period, 50), 6) + 0.8 * before
        smooth_period = 0.33 * period + 0.67 * smooth_period
        length = int(smooth_period + 0.5)
        averages[at] = mean(price[at - length + 1 : at + 1]) if length else 0.0
        if at >= 63:
            found[at] = (4 * averages[at] + 3 * averages[at - 1] + 2 * averages[at - 2] + averages[at - 3]) / 10
    return (found,)


def _end_of_line(window):
    intercept, slope = line(window)
    return intercept + slope * (len(window) - 1)


def _middle(window):
    ordered, half = sorted(window), len(window) // 2
    return ordered[half] if len(window) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _zscore(window):
    return NAN if max(window) == min(window) else (window[-1] - mean(window)) / math.sqrt(variance(window))


def midprice(bars, length):
    return (each(lambda t, b: (t + b) / 2, highest(bars.high, length), lowest(bars.low, length)),)


def elder_ray(bars, length):
    average = ema(bars.close, length)
    return minus(bars.high, average), minus(bars.low, average)


FORMULAS = {
    "SMA": lambda bars, length: (sma(bars.price, length),),
    "EMA": lambda bars, length: (ema(bars.price, length),),
    "WMA": lambda bars, length: (wma(bars.price, length),),
    "DEMA": lambda bars, length: (_combined(_nested(bars.price, length, 2), (2, -1)),),
    "TEMA": lambda bars, length: (_combined(_nested(bars.price, length, 3), (3, -3, 1)),),
    "HMA": hma,
    "ZLEMA": zlema,
    "VWMA": vwma,
    "KAMA": kama,
    "ALMA": alma,
    "LINREG": lambda bars, length: (over(bars.price, length, _end_of_line),),
    "MIDPOINT": lambda bars, length: (over(bars.price, length, lambda w: (max(w) + min(w)) / 2),),
    "MIDPRICE": midprice,
    "RMA": lambda bars, length: (rma(bars.price, length),),
    "T3": t3,
    "TRIMA": trima,
    "HT_TRENDLINE": ht_trendline,
    "MAD": lambda bars, length: (over(bars.price, length, lambda w: mean([abs(v - mean(w)) for v in w])),),
    "MEDIAN": lambda bars, length: (over(bars.price, length, _middle),),
    "ZSCORE": lambda bars, length: (over(bars.price, length, _zscore),),
    "LOG_RETURN": lambda bars, length: (each(lambda p, b: math.log(p / b), bars.price, ago(bars.price, length)),),
    "PERCENT_RETURN": lambda bars, length: (each(lambda p, b: p / b - 1, bars.price, ago(bars.price, length)),),
    "ELDER_RAY": elder_ray,
}
