"""Momentum, the less common ones of the builder's list."""

from __future__ import annotations

import numpy as np

from strikebook.indicators.indicator import (
    CANDLE,
    PRICE,
    Columns,
    Floats,
    Indicator,
    Values,
    length,
    of_price_and_length,
    price_field,
)
from strikebook.indicators.ta_lib import talib
from strikebook.indicators.windows import highest, lowest, moves, never_yet, still, total, without

CATEGORY = "advanced_momentum"


def _apo(columns: Columns, values: Values) -> tuple[Floats, ...]:
    return (talib.APO(columns.price(values), int(values["fast"]), int(values["slow"])),)


def _coppock(columns: Columns, values: Values) -> tuple[Floats, ...]:
    counts = [int(values[name]) for name in ("length", "fast", "slow")]
    return (talib.COPPOCK(columns.price(values), *counts),)


def _cti(price: Floats, count: int) -> Floats:
    correlation: Floats = talib.CORREL(price, np.arange(len(price), dtype=np.float64), count)
    return without(correlation, still(price, count))


def _er(price: Floats, count: int) -> Floats:
    ratio: Floats = talib.ER(price, count)
    return without(ratio, still(price, count + 1))


def _kdj(columns: Columns, values: Values) -> tuple[Floats, ...]:
    count, signal = int(values["length"]), int(values["signal"])
    flat = highest(columns.high, count) == lowest(columns.low, count)
    lines = talib.KDJ(columns.high, columns.low, columns.close, count, signal, slowd_period=signal)
    return tuple(without(line, flat) for line in lines)


def _psl(price: Floats, count: int) -> Floats:
    change = moves(price)
    return 100 * total(np.where(np.isnan(change), np.nan, change > 0), count) / count


def _tsi(columns: Columns, values: Values) -> tuple[Floats, ...]:
    price = columns.price(values)
    line = talib.TSI(price, int(values["slow"]), int(values["fast"]))
    line = without(line, never_yet(np.nan_to_num(moves(price)) != 0))
    return line, talib.EMA(line, int(values["signal"]))


INDICATORS = (
    Indicator(
        "APO",
        CATEGORY,
        "Absolute price oscillator: fast less slow EMA",
        (length(12, minimum=2, name="fast"), length(26, minimum=2, name="slow"), price_field()),
        ("APO",),
        PRICE,
        _apo,
        "TA-Lib APO with EMAs; fast and slow change places when fast is the longer",
    ),
    Indicator(
        "COPPOCK",
        CATEGORY,
        "Coppock curve: weighted average of the sum of two rates of change",
        (length(10), length(11, name="fast"), length(14, name="slow"), price_field()),
        ("COPC",),
        PRICE,
        _coppock,
        "TA-Lib COPPOCK (Coppock 1962), length is that of the weighted average",
    ),
    Indicator(
        "CTI",
        CATEGORY,
        "Correlation trend indicator: correlation of the price with a rising line, -1 to 1",
        (length(12, minimum=2), price_field()),
        ("CTI",),
        PRICE,
        of_price_and_length(_cti),
        "TA-Lib CORREL with the candle's number (Ehlers 2020); no value where the price did not move",
    ),
    Indicator(
        "ER",
        CATEGORY,
        "Kaufman's efficiency ratio: the change over the path, 0 to 1",
        (length(10, minimum=2), price_field()),
        ("ER",),
        PRICE,
        of_price_and_length(_er),
        "TA-Lib ER; no value where the price did not move",
    ),
    Indicator(
        "KDJ",
        CATEGORY,
        "Stochastic with Wilder's smoothing, and J = 3K - 2D",
        (length(9), length(3, name="signal")),
        ("K", "D", "J"),
        CANDLE,
        _kdj,
        "TA-Lib KDJ with Wilder's smoothing, its seed a simple average; no value where the range is zero",
    ),
    Indicator(
        "PSL",
        CATEGORY,
        "Psychological line: share of the last length candles with a rising price, in percent",
        (length(12), price_field()),
        ("PSL",),
        PRICE,
        of_price_and_length(_psl),
        "100 × count of rises / length, over TA-Lib SUM",
    ),
    Indicator(
        "TSI",
        CATEGORY,
        "True strength index: doubly smoothed momentum over its doubly smoothed size, with a signal line",
        (
            length(13, minimum=2, name="fast"),
            length(25, minimum=2, name="slow"),
            length(13, name="signal"),
            price_field(),
        ),
        ("TSI", "TSIs"),
        PRICE,
        _tsi,
        "TA-Lib TSI, smoothed by slow and then by fast (Blau 1991); TSIs = TA-Lib EMA of it; no value before movement",
    ),
)
