"""Statistics of a price, its returns, and Elder's two powers."""

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
from strikebook.indicators.windows import aligned, still, windows, without

CATEGORY = "statistics"
PERFORMANCE = "performance"


def _median(price: Floats, count: int) -> Floats:
    return aligned(np.median(windows(price, count), axis=1), len(price))


def _zscore(price: Floats, count: int) -> Floats:
    """Window by window, which keeps the digits that a running variance loses."""
    flat, rows = still(price, count), windows(price, count)
    mean, deviation = aligned(rows.mean(axis=1), len(price)), aligned(rows.std(axis=1), len(price))
    return without((price - mean) / np.where(flat, 1, deviation), flat)


def _log_return(price: Floats, count: int) -> Floats:
    change: Floats = np.log(talib.ROCR(price, count))
    return change


def _elder_ray(columns: Columns, values: Values) -> tuple[Floats, ...]:
    bull, bear = talib.ERI(columns.high, columns.low, columns.close, int(values["length"]))
    return bull, bear


INDICATORS = (
    Indicator(
        "MAD",
        CATEGORY,
        "Mean absolute deviation of the last length prices from their average",
        (length(30, minimum=2), price_field()),
        ("MAD",),
        PRICE,
        of_price_and_length(talib.AVGDEV),
        "TA-Lib AVGDEV",
    ),
    Indicator(
        "MEDIAN",
        CATEGORY,
        "Median of the last length prices, of an even number the middle of two",
        (length(30), price_field()),
        ("MEDIAN",),
        PRICE,
        of_price_and_length(_median),
        "The middle of the sorted prices",
    ),
    Indicator(
        "ZSCORE",
        CATEGORY,
        "The price's distance from its average in standard deviations of the population",
        (length(30, minimum=2), price_field()),
        ("ZS",),
        PRICE,
        of_price_and_length(_zscore),
        "(price - average) / deviation, as TA-Lib SMA and STDDEV; no value where the price did not move",
    ),
    Indicator(
        "LOG_RETURN",
        PERFORMANCE,
        "Natural logarithm of the price over the price length candles before",
        (length(1), price_field()),
        ("LOGRET",),
        PRICE,
        of_price_and_length(_log_return),
        "LN of TA-Lib ROCR",
    ),
    Indicator(
        "PERCENT_RETURN",
        PERFORMANCE,
        "Relative change over length candles, as a fraction: 0.01 is one percent",
        (length(1), price_field()),
        ("PCTRET",),
        PRICE,
        of_price_and_length(talib.ROCP),
        "TA-Lib ROCP",
    ),
    Indicator(
        "ELDER_RAY",
        "pivots",
        "Elder ray: high less, and low less, the EMA of the close",
        (length(13),),
        ("bull_power", "bear_power"),
        CANDLE,
        _elder_ray,
        "TA-Lib ERI (Elder 1989)",
    ),
)
