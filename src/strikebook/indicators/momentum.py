"""Momentum: how fast and how one-sidedly prices move."""

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
    of_price_and_length,
    price_field,
)
from strikebook.indicators.ta_lib import talib
from strikebook.indicators.windows import highest, lowest, still, within, without

CATEGORY = "momentum"
# Two smoothed sums that shrink in step differ in their last digits only; that is no range of an RSI.
RSI_ROUNDING = 1e-9


def relative_strength(price: Floats, count: int) -> Floats:
    """Wilder's relative strength index; no value where TA-Lib found no movement at all and prints 0.

    Turned upside down, an index of 0 made of losses is 100; one without movement is 0 both ways.
    """
    index: Floats = talib.RSI(price, count)
    zero = index == 0
    return without(index, zero & (talib.RSI(-price, count) == 0)) if zero.any() else index


def with_signal(line: Floats, count: int) -> tuple[Floats, Floats, Floats]:
    """A line, the histogram (line - signal) and the signal, which is the EMA of the line."""
    signal: Floats = talib.EMA(line, count)
    return line, line - signal, signal


def _macd(columns: Columns, values: Values) -> tuple[Floats, ...]:
    line, signal, histogram = talib.MACD(columns.close, int(values["fast"]), int(values["slow"]), int(values["signal"]))
    return line, histogram, signal


def _ppo(columns: Columns, values: Values) -> tuple[Floats, ...]:
    line = talib.PPO(columns.close, int(values["fast"]), int(values["slow"]))
    return with_signal(line, int(values["signal"]))


def _stoch(columns: Columns, values: Values) -> tuple[Floats, ...]:
    count, slow, signal = int(values["k"]), int(values["smooth_k"]), int(values["d"])
    k, d = talib.STOCH(columns.high, columns.low, columns.close, count, slow, slowd_period=signal)
    flat = highest(columns.high, count) == lowest(columns.low, count)
    return without(k, within(flat, slow)), without(d, within(flat, slow + signal - 1))


def _stochrsi(columns: Columns, values: Values) -> tuple[Floats, ...]:
    count, slow, signal = int(values["length"]), int(values["k"]), int(values["d"])
    index = relative_strength(columns.close, int(values["rsi_length"]))
    k, d = talib.STOCH(index, index, index, count, slow, slowd_period=signal)
    flat = highest(index, count) - lowest(index, count) < RSI_ROUNDING
    return without(k, within(flat, slow)), without(d, within(flat, slow + signal - 1))


def _cci(columns: Columns, values: Values) -> tuple[Floats, ...]:
    count = int(values["length"])
    typical = (columns.high + columns.low + columns.close) / 3
    return (without(talib.CCI(columns.high, columns.low, columns.close, count), still(typical, count)),)


def _cmo(price: Floats, count: int) -> Floats:
    index: Floats = talib.CMO(price, count)
    return without(index, np.isnan(relative_strength(price, count)))


def _willr(columns: Columns, values: Values) -> tuple[Floats, ...]:
    count = int(values["length"])
    flat = highest(columns.high, count) == lowest(columns.low, count)
    return (without(talib.WILLR(columns.high, columns.low, columns.close, count), flat),)


def _uo(columns: Columns, values: Values) -> tuple[Floats, ...]:
    counts = [int(values[name]) for name in ("fast", "medium", "slow")]
    candle = (columns.high, columns.low, columns.close)
    flat = highest(talib.TRANGE(*candle), min(counts)) == 0
    return (without(talib.ULTOSC(*candle, *counts), flat),)


def _ao(columns: Columns, values: Values) -> tuple[Floats, ...]:
    return (talib.AO(columns.high, columns.low, int(values["fast"]), int(values["slow"])),)


def _bop(columns: Columns, _: Values) -> tuple[Floats, ...]:
    power = talib.BOP(columns.open, columns.high, columns.low, columns.close)
    return (without(power, columns.high == columns.low),)


def _kst(columns: Columns, values: Values) -> tuple[Floats, ...]:
    smoothing = {"roc1": 10, "roc2": 10, "roc3": 10, "roc4": 15}
    line = np.zeros(len(columns))
    for weight, (name, count) in enumerate(smoothing.items(), start=1):
        line = line + weight * talib.SMA(talib.ROC(columns.close, int(values[name])), count)
    return line, talib.SMA(line, 9)


INDICATORS = (
    Indicator(
        "RSI",
        CATEGORY,
        "Relative strength index: average gain against average loss, 0 to 100",
        (length(14, minimum=2), price_field()),
        ("RSI",),
        PRICE,
        of_price_and_length(relative_strength),
        "TA-Lib RSI (Wilder 1978); no value without any movement",
    ),
    Indicator(
        "MACD",
        CATEGORY,
        "Fast less slow EMA of the close, with its signal line and histogram",
        (length(12, minimum=2, name="fast"), length(26, minimum=2, name="slow"), length(9, name="signal")),
        ("MACD", "MACDh", "MACDs"),
        PRICE,
        _macd,
        "TA-Lib MACD (Appel 1979), MACDh = MACD - MACDs, both averages seeded at the slow one's"
        " first value; fast and slow change places when fast is the longer",
    ),
    Indicator(
        "STOCH",
        CATEGORY,
        "Slow stochastic: the close within the range of k candles, smoothed, with its average",
        (length(14, name="k"), length(3, name="d"), length(3, name="smooth_k")),
        ("STOCHk", "STOCHd"),
        CANDLE,
        _stoch,
        "TA-Lib STOCH with simple averages (Lane); no value where a range that enters it is zero",
    ),
    Indicator(
        "STOCHRSI",
        CATEGORY,
        "The RSI of the close within its own range of length candles, smoothed, with its average",
        (length(14), length(14, minimum=2, name="rsi_length"), length(3, name="k"), length(3, name="d")),
        ("STOCHRSIk", "STOCHRSId"),
        PRICE,
        _stochrsi,
        "TA-Lib STOCH of RSI with simple averages, TA-Lib STOCHRSI for k = 1 (Chande and Kroll 1994);"
        " no value where a range that enters it is below 1e-9",
    ),
    Indicator(
        "CCI",
        CATEGORY,
        "Commodity channel index: the typical price's distance from its average in mean deviations",
        (length(20, minimum=2),),
        ("CCI",),
        CANDLE,
        _cci,
        "TA-Lib CCI (Lambert 1980); no value where the typical price did not move",
    ),
    Indicator(
        "CMO",
        CATEGORY,
        "Chande momentum oscillator: smoothed gains less losses over their sum, -100 to 100",
        (length(14, minimum=2), price_field()),
        ("CMO",),
        PRICE,
        of_price_and_length(_cmo),
        "TA-Lib CMO, with Wilder's smoothing; no value without any movement",
    ),
    Indicator(
        "ROC",
        CATEGORY,
        "Rate of change over length candles, in percent",
        (length(10), price_field()),
        ("ROC",),
        PRICE,
        of_price_and_length(talib.ROC),
        "TA-Lib ROC",
    ),
    Indicator(
        "MOM",
        CATEGORY,
        "Momentum: the price less the price length candles before",
        (length(10), price_field()),
        ("MOM",),
        PRICE,
        of_price_and_length(talib.MOM),
        "TA-Lib MOM",
    ),
    Indicator(
        "WILLR",
        CATEGORY,
        "Williams %R: the close below the highest high, as a share of the range, -100 to 0",
        (length(14, minimum=2),),
        ("WILLR",),
        CANDLE,
        _willr,
        "TA-Lib WILLR; no value where the range is zero",
    ),
    Indicator(
        "PPO",
        CATEGORY,
        "Fast less slow EMA of the close in percent of the slow one, with signal line and histogram",
        (length(12, minimum=2, name="fast"), length(26, minimum=2, name="slow"), length(9, name="signal")),
        ("PPO", "PPOh", "PPOs"),
        PRICE,
        _ppo,
        "TA-Lib PPO with EMAs; PPOs = TA-Lib EMA of PPO, PPOh = PPO - PPOs;"
        " fast and slow change places when fast is the longer",
    ),
    Indicator(
        "TRIX",
        CATEGORY,
        "One-candle rate of change of a triple EMA, in percent",
        (length(15), price_field()),
        ("TRIX",),
        PRICE,
        of_price_and_length(talib.TRIX),
        "TA-Lib TRIX (Hutson)",
    ),
    Indicator(
        "UO",
        CATEGORY,
        "Ultimate oscillator: buying pressure over true range on three lengths, weighted 4:2:1",
        (length(7, name="fast"), length(14, name="medium"), length(28, name="slow")),
        ("UO",),
        CANDLE,
        _uo,
        "TA-Lib ULTOSC (Williams 1985), the shortest length weighs most; no value where a true range sum is zero",
    ),
    Indicator(
        "AO",
        CATEGORY,
        "Awesome oscillator: fast less slow simple average of the median price",
        (length(5, minimum=2, name="fast"), length(34, minimum=2, name="slow")),
        ("AO",),
        RANGE,
        _ao,
        "TA-Lib AO (Williams)",
    ),
    Indicator(
        "BOP",
        CATEGORY,
        "Balance of power: the candle's body over its range",
        (),
        ("BOP",),
        ("open", *CANDLE),
        _bop,
        "TA-Lib BOP (Livshin 2001); no value for a candle without range",
    ),
    Indicator(
        "KST",
        CATEGORY,
        "Know sure thing: four smoothed rates of change of the close, weighted 1 to 4, with a signal line",
        (
            length(10, name="roc1"),
            length(15, name="roc2"),
            length(20, name="roc3"),
            length(30, name="roc4"),
        ),
        ("KST", "KSTs"),
        PRICE,
        _kst,
        "Pring 1992: TA-Lib SMA of ROC over 10, 10, 10, 15 candles; KSTs = TA-Lib SMA of it over 9",
    ),
)
