"""Volatility: how far prices move, and the bands made of it."""

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
from strikebook.indicators.windows import (
    aligned,
    highest,
    lowest,
    moves,
    never_yet,
    still,
    windows,
    within,
    without,
)

CATEGORY = "volatility"
ADVANCED = "advanced_volatility"
RVI_DEVIATION = 10


def _atr(columns: Columns, values: Values) -> tuple[Floats, ...]:
    return (talib.ATR(columns.high, columns.low, columns.close, int(values["length"])),)


def _natr(columns: Columns, values: Values) -> tuple[Floats, ...]:
    return (talib.NATR(columns.high, columns.low, columns.close, int(values["length"])),)


def _true_range(columns: Columns, _: Values) -> tuple[Floats, ...]:
    return (talib.TRANGE(columns.high, columns.low, columns.close),)


def _bbands(columns: Columns, values: Values) -> tuple[Floats, ...]:
    price, count, width = columns.price(values), int(values["length"]), float(values["std"])
    upper, middle, lower = talib.BBANDS(price, count, width, width)
    span = np.where(still(price, count), 0, upper - lower)
    none = ~(span > 0)
    share = without((price - lower) / np.where(none, 1, span), none)
    return lower, middle, upper, 100 * span / middle, share


def _keltner(columns: Columns, values: Values) -> tuple[Floats, ...]:
    count = int(values["length"])
    middle = talib.EMA(columns.close, count)
    reach = float(values["scalar"]) * talib.ATR(columns.high, columns.low, columns.close, count)
    return middle - reach, middle, middle + reach


def _donchian(columns: Columns, values: Values) -> tuple[Floats, ...]:
    lower = lowest(columns.low, int(values["lower_length"]))
    upper = highest(columns.high, int(values["upper_length"]))
    return lower, (lower + upper) / 2, upper


def _accbands(columns: Columns, values: Values) -> tuple[Floats, ...]:
    count, high, low = int(values["length"]), columns.high, columns.low
    width = float(values["c"]) * (high - low) / (high + low)
    lower, upper = talib.SMA(low * (1 - width), count), talib.SMA(high * (1 + width), count)
    return lower, talib.SMA(columns.close, count), upper


def _chandelier(columns: Columns, values: Values) -> tuple[Floats, ...]:
    count = int(values["length"])
    reach = float(values["scalar"]) * talib.ATR(columns.high, columns.low, columns.close, count)
    return highest(columns.high, count) - reach, lowest(columns.low, count) + reach


def _massi(columns: Columns, values: Values) -> tuple[Floats, ...]:
    fast, slow = int(values["fast"]), int(values["slow"])
    smoothed_twice = talib.EMA(talib.EMA(columns.high - columns.low, fast), fast)
    return (without(talib.MASSI(columns.high, columns.low, fast, slow), within(smoothed_twice == 0, slow)),)


def _rvi(price: Floats, count: int) -> Floats:
    index: Floats = talib.RVI(price, count, RVI_DEVIATION)
    moved = np.nan_to_num(moves(price)) != 0
    moved[: RVI_DEVIATION - 1] = False
    return without(index, never_yet(moved))


def _ulcer(price: Floats, count: int) -> Floats:
    """Window by window: a running sum would leave the rounding of earlier squares behind."""
    peak = highest(price, count)
    squares = (100 * (price - peak) / peak) ** 2
    return aligned(np.sqrt(windows(squares, count).mean(axis=1)), len(price))


INDICATORS = (
    Indicator(
        "ATR",
        CATEGORY,
        "Average true range, with Wilder's smoothing",
        (length(14),),
        ("ATR",),
        CANDLE,
        _atr,
        "TA-Lib ATR (Wilder 1978)",
    ),
    Indicator(
        "NATR",
        CATEGORY,
        "Average true range in percent of the close",
        (length(14, minimum=2),),
        ("NATR",),
        CANDLE,
        _natr,
        "TA-Lib NATR, which for a length of 1 would give rupees",
    ),
    Indicator(
        "BBANDS",
        CATEGORY,
        "Bollinger bands: average ± std deviations; BBB width in percent of the middle, BBP place of the price",
        (length(20, minimum=2), number("std", 2, 0, 100), price_field()),
        ("BBL", "BBM", "BBU", "BBB", "BBP"),
        PRICE,
        _bbands,
        "TA-Lib BBANDS, simple average and population deviation; BBB = 100 (BBU - BBL) / BBM,"
        " BBP = (price - BBL) / (BBU - BBL), no value where the price did not move",
    ),
    Indicator(
        "KC",
        CATEGORY,
        "Keltner channel: EMA of the close ± scalar ATRs",
        (length(20), number("scalar", 2, 0, 100)),
        ("KCL", "KCB", "KCU"),
        CANDLE,
        _keltner,
        "Raschke's form: TA-Lib EMA of the close ± scalar × TA-Lib ATR, both of length; TA-Lib's own KC takes the"
        " typical price instead",
    ),
    Indicator(
        "DONCHIAN",
        CATEGORY,
        "Donchian channel: lowest low, highest high and their middle, this candle included",
        (length(20, name="lower_length"), length(20, name="upper_length")),
        ("DCL", "DCM", "DCU"),
        RANGE,
        _donchian,
        "Donchian: TA-Lib MIN(low), MAX(high)",
    ),
    Indicator(
        "STDEV",
        CATEGORY,
        "Standard deviation of the last length prices, of the population",
        (length(20, minimum=2), price_field()),
        ("STDEV",),
        PRICE,
        of_price_and_length(talib.STDDEV),
        "TA-Lib STDDEV",
    ),
    Indicator(
        "VARIANCE",
        CATEGORY,
        "Variance of the last length prices, of the population",
        (length(20), price_field()),
        ("VAR",),
        PRICE,
        of_price_and_length(talib.VAR),
        "TA-Lib VAR",
    ),
    Indicator(
        "ACCBANDS",
        ADVANCED,
        "Acceleration bands: averages of low and high moved out by c times the relative range",
        (length(20, minimum=2), number("c", 4, 0, 100)),
        ("ACCBL", "ACCBM", "ACCBU"),
        CANDLE,
        _accbands,
        "TA-Lib ACCBANDS (Headley 2002), which has c = 4: SMA of high × (1 + c (high - low) / (high + low)) and"
        " of low × (1 - …)",
    ),
    Indicator(
        "CHANDELIER_EXIT",
        ADVANCED,
        "Highest high less, and lowest low plus, scalar ATRs",
        (length(22), number("scalar", 3, 0, 100)),
        ("CEl", "CEs"),
        CANDLE,
        _chandelier,
        "Le Beau: TA-Lib MAX(high) - scalar × ATR, MIN(low) + scalar × ATR, all of length",
    ),
    Indicator(
        "MASSI",
        ADVANCED,
        "Mass index: sum of EMA over double EMA of the range",
        (length(9, minimum=2, name="fast"), length(25, minimum=2, name="slow")),
        ("MASSI",),
        RANGE,
        _massi,
        "TA-Lib MASSI (Dorsey 1992); no value where a double EMA that enters it is zero",
    ),
    Indicator(
        "RVI",
        ADVANCED,
        "Relative volatility index: deviation on rising candles against all, 0 to 100",
        (length(14, minimum=2), price_field()),
        ("RVI",),
        PRICE,
        of_price_and_length(_rvi),
        "TA-Lib RVI (Dorsey 1993), deviation over 10 candles, Wilder's smoothing; no value before movement",
    ),
    Indicator("TRUE_RANGE", ADVANCED, "True range", (), ("TRUERANGE",), CANDLE, _true_range, "TA-Lib TRANGE"),
    Indicator(
        "UI",
        ADVANCED,
        "Ulcer index: root mean square of the drawdown from the highest of length prices, in percent",
        (length(14), price_field()),
        ("UI",),
        PRICE,
        of_price_and_length(_ulcer),
        "Martin 1987, root of the mean of (100 (price - MAX) / MAX)², MAX and mean over length",
    ),
)
