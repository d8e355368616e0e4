"""Trend: whether prices go somewhere, and which way."""

from __future__ import annotations

import numpy as np

from strikebook.indicators.indicator import (
    CANDLE,
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
from strikebook.indicators.windows import highest, lowest, still, total, without

CATEGORY = "trend"


def _adx(columns: Columns, values: Values) -> tuple[Floats, ...]:
    candle, count = (columns.high, columns.low, columns.close), int(values["length"])
    directionless = (talib.PLUS_DI(*candle, count) == 0) & (talib.MINUS_DI(*candle, count) == 0)
    return (without(talib.ADX(*candle, count), directionless),)


def _dm(columns: Columns, values: Values) -> tuple[Floats, ...]:
    count = int(values["length"])
    return talib.PLUS_DM(columns.high, columns.low, count), talib.MINUS_DM(columns.high, columns.low, count)


def _aroon(columns: Columns, values: Values) -> tuple[Floats, ...]:
    down, up = talib.AROON(columns.high, columns.low, int(values["length"]))
    return down, up, up - down


def _supertrend(columns: Columns, values: Values) -> tuple[Floats, ...]:
    line, trend = talib.SUPERTREND(
        columns.high, columns.low, columns.close, int(values["length"]), float(values["multiplier"])
    )
    direction = np.where(np.isnan(line), np.nan, trend)
    return line, direction, without(line, direction != 1), without(line, direction != -1)


def _psar(columns: Columns, values: Values) -> tuple[Floats, ...]:
    """TA-Lib's stops, negative while short; the acceleration grows with each new extreme of a side."""
    first, step, most = (float(values[name]) for name in ("af0", "af", "max_af"))
    stop = talib.SAREXT(columns.high, columns.low, 0, 0, first, step, most, first, step, most)
    known, long = ~np.isnan(stop), stop > 0
    turned = np.zeros(len(stop))
    turned[1:] = (long[1:] != long[:-1]) & known[:-1]
    factor = np.full(len(stop), np.nan)
    starts = [*np.flatnonzero(turned > 0).tolist(), len(stop)]
    for start, end in zip([int(np.argmax(known)), *starts[:-1]], starts, strict=True):
        if known[start]:
            side = columns.high[start:end] if long[start] else -columns.low[start:end]
            extreme = np.maximum.accumulate(side)
            grown = np.concatenate([[0], np.cumsum(extreme[1:] > extreme[:-1])])
            factor[start:end] = np.minimum(first + step * grown, most)
    line = np.abs(stop)
    return without(line, ~long), without(line, long), factor, without(turned, ~known)


def _vortex(columns: Columns, values: Values) -> tuple[Floats, ...]:
    candle, count = (columns.high, columns.low, columns.close), int(values["length"])
    flat = highest(talib.TRANGE(*candle), count) == 0
    plus, minus = talib.VORTEX(*candle, count)
    return without(plus, flat), without(minus, flat)


def _chop(columns: Columns, values: Values) -> tuple[Floats, ...]:
    count = int(values["length"])
    path = total(talib.TRANGE(columns.high, columns.low, columns.close), count)
    span = highest(columns.high, count) - lowest(columns.low, count)
    none = np.isnan(path) | (span == 0)
    return (without(100 * np.log10(np.where(none, 1, path) / np.where(none, 1, span)) / np.log10(count), none),)


def _qstick(columns: Columns, values: Values) -> tuple[Floats, ...]:
    return (talib.QSTICK(columns.open, columns.close, int(values["length"])),)


def _vhf(price: Floats, count: int) -> Floats:
    ratio: Floats = talib.VHF(price, count)
    return without(ratio, still(price, count + 1))


def _ht_trendline(columns: Columns, values: Values) -> tuple[Floats, ...]:
    return (talib.HT_TRENDLINE(columns.price(values)),)


INDICATORS = (
    Indicator(
        "ADX",
        CATEGORY,
        "Average directional index: strength of the trend, 0 to 100",
        (length(14, minimum=2),),
        ("ADX",),
        CANDLE,
        _adx,
        "TA-Lib ADX (Wilder 1978), which counts a candle without direction as 0; no value at a candle at which"
        " neither direction has any movement",
    ),
    Indicator(
        "DM",
        CATEGORY,
        "Directional movement, up and down, as Wilder's smoothed sums in rupees",
        (length(14),),
        ("DMP", "DMN"),
        RANGE,
        _dm,
        "TA-Lib PLUS_DM and MINUS_DM (Wilder 1978)",
    ),
    Indicator(
        "SUPERTREND",
        CATEGORY,
        "A stop at multiplier ATRs that follows the trend: line, direction (1, -1), line while long, while short",
        (length(10, minimum=2), number("multiplier", 3, 0, 100)),
        ("SUPERT", "SUPERTd", "SUPERTl", "SUPERTs"),
        CANDLE,
        _supertrend,
        "Seban: bands median price ± multiplier × ATR that only tighten until a close passes them, TA-Lib ATR;"
        " begins long; computed by TA-Lib SUPERTREND",
    ),
    Indicator(
        "AROON",
        CATEGORY,
        "How long ago the lowest low and the highest high of length candles were, 0 to 100, and the difference",
        (length(14, minimum=2),),
        ("AROOND", "AROONU", "AROONOSC"),
        RANGE,
        _aroon,
        "TA-Lib AROON and AROONOSC (Chande 1995); of equal extremes the latest counts",
    ),
    Indicator(
        "PSAR",
        CATEGORY,
        "Parabolic stop and reverse: stop while long, while short, acceleration, and 1 where the side turned",
        (number("af0", 0.02, 0, 1), number("af", 0.02, 0, 1), number("max_af", 0.2, 0, 1)),
        ("PSARl", "PSARs", "PSARaf", "PSARr"),
        RANGE,
        _psar,
        "TA-Lib SAREXT (Wilder 1978), SAR where af0 = af, the first side by TA-Lib's rule; PSARaf is the acceleration"
        " after the candle",
    ),
    Indicator(
        "SLOPE",
        CATEGORY,
        "Slope of the least-squares line through the last length prices, in rupees a candle",
        (length(14, minimum=2), price_field()),
        ("SLOPE",),
        PRICE,
        of_price_and_length(talib.LINEARREG_SLOPE),
        "TA-Lib LINEARREG_SLOPE",
    ),
    Indicator(
        "VORTEX",
        CATEGORY,
        "Vortex: upward and downward movement over the true range",
        (length(14),),
        ("VTXP", "VTXM"),
        CANDLE,
        _vortex,
        "TA-Lib VORTEX (Botes and Siepman 2010); no value where the true range is zero",
    ),
    Indicator(
        "CHOP",
        "advanced_trend",
        "Choppiness: true ranges against the range of length candles, 0 (trend) to 100",
        (length(14, minimum=2),),
        ("CHOP",),
        CANDLE,
        _chop,
        "Dreiss: 100 log10(SUM(TRANGE) / (MAX(high) - MIN(low))) / log10(length) over TA-Lib's functions;"
        " no value where the range is zero",
    ),
    Indicator(
        "DPO",
        "advanced_trend",
        "Detrended price: the price length / 2 + 1 candles before, less the average of the last length prices",
        (length(20, minimum=2), price_field()),
        ("DPO",),
        PRICE,
        of_price_and_length(talib.DPO),
        "TA-Lib DPO, not centred, so that it looks at no later candle",
    ),
    Indicator(
        "HT_TRENDLINE",
        "advanced_trend",
        "Instantaneous trendline: average over the dominant cycle of a Hilbert transform",
        (price_field(),),
        ("HT_TRENDLINE",),
        PRICE,
        _ht_trendline,
        "TA-Lib HT_TRENDLINE (Ehlers 2001)",
    ),
    Indicator(
        "QSTICK",
        "advanced_trend",
        "Average of close less open",
        (length(10),),
        ("QS",),
        ("open", "close"),
        _qstick,
        "TA-Lib QSTICK (Chande)",
    ),
    Indicator(
        "VHF",
        "advanced_trend",
        "Vertical horizontal filter: range of the prices over their path",
        (length(28, minimum=2), price_field()),
        ("VHF",),
        PRICE,
        of_price_and_length(_vhf),
        "TA-Lib VHF (White 1991); no value where the price did not move",
    ),
)
