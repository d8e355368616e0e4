"""Moving averages of a price."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from strikebook.indicators.indicator import (
    PRICE,
    RANGE,
    Columns,
    Floats,
    Indicator,
    Values,
    length,
    number,
    of_price_and_length,
    price_field,
)
from strikebook.indicators.ta_lib import talib
from strikebook.indicators.windows import highest, moves, total, without

CATEGORY = "moving_averages"


def _vwma(columns: Columns, values: Values) -> tuple[Floats, ...]:
    count, volume = int(values["length"]), columns.traded()
    return (without(talib.VWMA(columns.price(values), volume, count), highest(volume, count) == 0),)


def _kama(columns: Columns, values: Values) -> tuple[Floats, ...]:
    """Kaufman's recursion; TA-Lib's function has it for fast 2 and slow 30 only, with this seed and this ratio of 1."""
    price, count = columns.price(values), int(values["length"])
    fast, slow = 2 / (int(values["fast"]) + 1), 2 / (int(values["slow"]) + 1)
    average = np.full(len(price), np.nan)
    if len(price) <= count:
        return (average,)
    change, path = np.abs(price[count:] - price[:-count]), total(np.abs(moves(price)), count)[count:]
    straight = (path <= change) | (path == 0)
    ratio = np.where(straight, 1.0, change / np.where(straight, 1.0, path))
    constant = (ratio * (fast - slow) + slow) ** 2
    last = float(price[count - 1])
    found = []
    for value, weight in zip(price[count:].tolist(), constant.tolist(), strict=True):
        last += weight * (value - last)
        found.append(last)
    average[count:] = found
    return (average,)


def _t3(columns: Columns, values: Values) -> tuple[Floats, ...]:
    return (talib.T3(columns.price(values), int(values["length"]), float(values["a"])),)


def _midprice(columns: Columns, values: Values) -> tuple[Floats, ...]:
    return (talib.MIDPRICE(columns.high, columns.low, int(values["length"])),)


def _alma(columns: Columns, values: Values) -> tuple[Floats, ...]:
    price, count = columns.price(values), int(values["length"])
    centre, width = float(values["offset"]) * (count - 1), count / float(values["sigma"])
    weights = [math.exp(-((place - centre) ** 2) / (2 * width**2)) for place in range(count)]
    average = np.full(len(price), np.nan)
    if len(price) >= count:
        summed = np.zeros(len(price) - count + 1)
        for place, weight in enumerate(weights):
            summed += weight * price[place : place + len(summed)]
        average[count - 1 :] = summed / sum(weights)
    return (average,)


def _average(
    name: str, default: int, function: Callable[[Floats, int], Floats], description: str, source: str
) -> Indicator:
    parameters = (length(default), price_field())
    return Indicator(name, CATEGORY, description, parameters, (name,), PRICE, of_price_and_length(function), source)


def _overlap(
    name: str, count: int, function: Callable[[Floats, int], Floats], description: str, source: str, *, output: str = ""
) -> Indicator:
    minimum = 1 if name in ("RMA", "TRIMA") else 2
    parameters, outputs = (length(count, minimum=minimum), price_field()), (output or name,)
    return Indicator(name, "overlap", description, parameters, outputs, PRICE, of_price_and_length(function), source)


INDICATORS = (
    _average("SMA", 20, talib.SMA, "Simple average of the last length prices", "TA-Lib SMA"),
    _average(
        "EMA", 21, talib.EMA, "Exponential average, weight 2 / (length + 1)", "TA-Lib EMA, its seed a simple average"
    ),
    _average("WMA", 20, talib.WMA, "Average with linearly rising weights", "TA-Lib WMA"),
    _average("DEMA", 20, talib.DEMA, "Double EMA: 2 EMA - EMA of EMA", "TA-Lib DEMA (Mulloy 1994)"),
    _average(
        "TEMA", 20, talib.TEMA, "Triple EMA: 3 EMA - 3 EMA of EMA + EMA of EMA of EMA", "TA-Lib TEMA (Mulloy 1994)"
    ),
    _average(
        "HMA",
        16,
        talib.HMA,
        "Hull average: WMA of 2 WMA(length / 2) - WMA(length) over the root of length",
        "TA-Lib HMA (Hull 2005), half and root rounded down",
    ),
    _average(
        "ZLEMA",
        20,
        talib.ZLEMA,
        "Zero-lag EMA: EMA of 2 price - price (length - 1) / 2 candles before",
        "TA-Lib ZLEMA (Ehlers and Way), lag rounded down",
    ),
    Indicator(
        "VWMA",
        CATEGORY,
        "Average of the last length prices, weighted by volume",
        (length(20), price_field()),
        ("VWMA",),
        ("price", "volume"),
        _vwma,
        "TA-Lib VWMA; no value where nothing was traded",
    ),
    Indicator(
        "KAMA",
        CATEGORY,
        "Kaufman's adaptive average, between an EMA of fast and one of slow",
        (length(10, minimum=2), length(2, name="fast"), length(30, name="slow"), price_field()),
        ("KAMA",),
        PRICE,
        _kama,
        "Kaufman 1995; TA-Lib KAMA, which has it for fast 2 and slow 30, with its seed, the price before the first"
        " value, and its efficiency of 1 without movement",
    ),
    Indicator(
        "ALMA",
        "overlap",
        "Arnaud Legoux average: weights of a bell curve around a point near the newest price",
        (length(9), number("offset", 0.85, 0, 1), number("sigma", 6, 0.1, 100), price_field()),
        ("ALMA",),
        PRICE,
        _alma,
        "Legoux and Kouzis-Loukas 2009: weights exp(-(i - m)² / 2s²), i from the oldest, m = offset × (length - 1)"
        " unrounded, s = length / sigma",
    ),
    _overlap(
        "LINREG",
        14,
        talib.LINEARREG,
        "End point of the least-squares line through the last length prices",
        "TA-Lib LINEARREG",
        output="LR",
    ),
    _overlap(
        "MIDPOINT", 14, talib.MIDPOINT, "Middle between highest and lowest of the last length prices", "TA-Lib MIDPOINT"
    ),
    Indicator(
        "MIDPRICE",
        "overlap",
        "Middle between highest high and lowest low of the last length candles",
        (length(14, minimum=2),),
        ("MIDPRICE",),
        RANGE,
        _midprice,
        "TA-Lib MIDPRICE",
    ),
    _overlap(
        "RMA",
        14,
        talib.RMA,
        "Wilder's smoothing, weight 1 / length",
        "TA-Lib RMA (Wilder 1978), its seed a simple average",
    ),
    Indicator(
        "T3",
        "overlap",
        "Tillson's T3: six EMAs combined with volume factor a",
        (length(10), number("a", 0.7, 0, 1), price_field()),
        ("T3",),
        PRICE,
        _t3,
        "TA-Lib T3 (Tillson 1998)",
    ),
    _overlap("TRIMA", 20, talib.TRIMA, "Average with triangular weights", "TA-Lib TRIMA"),
)
