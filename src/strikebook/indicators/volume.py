"""Volume: how much was traded, and with it the price. Without quantities none has a value."""

from __future__ import annotations

import numpy as np

from strikebook.indicators.indicator import (
    CANDLE,
    CLOSE_AND_VOLUME,
    Columns,
    Floats,
    Indicator,
    Values,
    length,
    number,
)
from strikebook.indicators.momentum import with_signal
from strikebook.indicators.ta_lib import talib
from strikebook.indicators.windows import ROUNDING, highest, moves, within, without

CATEGORY = "volume"
ALL = (*CANDLE, "volume")


def _obv(columns: Columns, _: Values) -> tuple[Floats, ...]:
    return (talib.OBV(columns.close, columns.traded()),)


def _ad(columns: Columns, _: Values) -> tuple[Floats, ...]:
    return (talib.AD(columns.high, columns.low, columns.close, columns.traded()),)


def _adosc(columns: Columns, values: Values) -> tuple[Floats, ...]:
    fast, slow = int(values["fast"]), int(values["slow"])
    return (talib.ADOSC(columns.high, columns.low, columns.close, columns.traded(), fast, slow),)


def _cmf(columns: Columns, values: Values) -> tuple[Floats, ...]:
    count, volume = int(values["length"]), columns.traded()
    flow = talib.CMF(columns.high, columns.low, columns.close, volume, count)
    return (without(flow, highest(volume, count) == 0),)


def _mfi(columns: Columns, values: Values) -> tuple[Floats, ...]:
    count, volume = int(values["length"]), columns.traded()
    typical = (columns.high + columns.low + columns.close) / 3
    moved = np.abs(moves(typical)) > ROUNDING * typical
    index = talib.MFI(columns.high, columns.low, columns.close, volume, count)
    return (without(index, highest(moved * volume, count) == 0),)


def _pvt(columns: Columns, _: Values) -> tuple[Floats, ...]:
    return (talib.PVT(columns.close, columns.traded()),)


def _vwap(columns: Columns, _: Values) -> tuple[Floats, ...]:
    """Day by day; a candle without a volume leaves the rest of its day without a value."""
    average = np.full(len(columns), np.nan)
    if columns.volume is None or columns.day is None:
        return (average,)
    typical = (columns.high + columns.low + columns.close) / 3
    borders = np.flatnonzero(np.diff(columns.day)) + 1
    for part in np.split(np.arange(len(columns)), borders):
        if columns.day[part[0]] >= 0:
            traded = np.cumsum(columns.volume[part])
            none = ~(traded > 0)
            paid = np.cumsum(typical[part] * columns.volume[part])
            average[part] = without(paid / np.where(none, 1, traded), none)
    return (average,)


def _pvo(columns: Columns, values: Values) -> tuple[Floats, ...]:
    fast, slow, volume = int(values["fast"]), int(values["slow"]), columns.traded()
    line = without(talib.PVO(volume, fast, slow), talib.EMA(volume, max(fast, slow)) == 0)
    return with_signal(line, int(values["signal"]))


def _efi(columns: Columns, values: Values) -> tuple[Floats, ...]:
    return (talib.EFI(columns.close, columns.traded(), int(values["length"])),)


def _nvi(columns: Columns, _: Values) -> tuple[Floats, ...]:
    return (talib.NVI(columns.close, columns.traded()),)


def _pvi(columns: Columns, _: Values) -> tuple[Floats, ...]:
    return (talib.PVI(columns.close, columns.traded()),)


def _eom(columns: Columns, values: Values) -> tuple[Floats, ...]:
    count, volume = int(values["length"]), columns.traded()
    none = volume == 0
    box = (columns.high - columns.low) * float(values["divisor"]) / np.where(none, 1, volume)
    ease = moves((columns.high + columns.low) / 2) * box
    return (without(talib.SMA(ease, count), within(none, count)),)


def _pvol(columns: Columns, _: Values) -> tuple[Floats, ...]:
    return (columns.close * columns.traded(),)


INDICATORS = (
    Indicator(
        "OBV",
        CATEGORY,
        "On-balance volume: volume added on a rising close, taken off on a falling one",
        (),
        ("OBV",),
        CLOSE_AND_VOLUME,
        _obv,
        "TA-Lib OBV (Granville 1963), from the first candle of the series",
    ),
    Indicator(
        "AD",
        CATEGORY,
        "Accumulation and distribution: volume by the close's place in the candle, added up",
        (),
        ("AD",),
        ALL,
        _ad,
        "TA-Lib AD (Chaikin), from the first candle of the series; a candle without range adds nothing",
    ),
    Indicator(
        "ADOSC",
        CATEGORY,
        "Chaikin oscillator: fast less slow EMA of AD",
        (length(3, minimum=2, name="fast"), length(10, minimum=2, name="slow")),
        ("ADOSC",),
        ALL,
        _adosc,
        "TA-Lib ADOSC, both EMAs beginning at the first AD",
    ),
    Indicator(
        "CMF",
        CATEGORY,
        "Chaikin money flow: volume by the close's place in the candle, over volume",
        (length(20, minimum=2),),
        ("CMF",),
        ALL,
        _cmf,
        "TA-Lib CMF; no value where nothing was traded",
    ),
    Indicator(
        "MFI",
        CATEGORY,
        "Money flow index: the RSI of typical price times volume, 0 to 100",
        (length(14, minimum=2),),
        ("MFI",),
        ALL,
        _mfi,
        "TA-Lib MFI (Quong and Soudack 1989); no value where no money flowed",
    ),
    Indicator(
        "PVT",
        CATEGORY,
        "Price volume trend: volume times the relative change of the close, added up",
        (),
        ("PVT",),
        CLOSE_AND_VOLUME,
        _pvt,
        "TA-Lib PVT, 0 at the first candle of the series",
    ),
    Indicator(
        "VWAP",
        CATEGORY,
        "Volume-weighted average of the typical price since the day's open",
        (),
        ("VWAP",),
        CANDLE,
        _vwap,
        "SUM(typical price × volume) / SUM(volume) over the candles of the day; no value before a trade, and none on"
        " a day whose first candles are not known",
    ),
    Indicator(
        "PVO",
        CATEGORY,
        "Fast less slow EMA of the volume in percent of the slow one, with signal line and histogram",
        (length(12, minimum=2, name="fast"), length(26, minimum=2, name="slow"), length(9, name="signal")),
        ("PVO", "PVOh", "PVOs"),
        ("volume",),
        _pvo,
        "TA-Lib PVO with EMAs; PVOs = TA-Lib EMA of PVO, PVOh = PVO - PVOs; no value before the first trade",
    ),
    Indicator(
        "EFI",
        CATEGORY,
        "Force index: EMA of the close's change times volume",
        (length(13),),
        ("EFI",),
        CLOSE_AND_VOLUME,
        _efi,
        "TA-Lib EFI (Elder 1993)",
    ),
    Indicator(
        "NVI",
        CATEGORY,
        "Negative volume index: the close's relative changes on falling volume, from 1000",
        (),
        ("NVI",),
        CLOSE_AND_VOLUME,
        _nvi,
        "TA-Lib NVI (Fosback), 1000 at the first candle of the series",
    ),
    Indicator(
        "PVI",
        CATEGORY,
        "Positive volume index: the close's relative changes on rising volume, from 1000",
        (),
        ("PVI",),
        CLOSE_AND_VOLUME,
        _pvi,
        "TA-Lib PVI (Fosback), 1000 at the first candle of the series",
    ),
    Indicator(
        "EOM",
        "advanced_volume",
        "Ease of movement: the median price's change for the volume it took, averaged",
        (length(14), number("divisor", 100_000_000, 1, 1e12)),
        ("EOM",),
        ("high", "low", "volume"),
        _eom,
        "Arms: TA-Lib SMA of change of (high + low) / 2 × (high - low) × divisor / volume; no value where a candle"
        " that enters it has no volume",
    ),
    Indicator(
        "PVOL",
        "advanced_volume",
        "Close times volume",
        (),
        ("PVOL",),
        CLOSE_AND_VOLUME,
        _pvol,
        "close × volume",
    ),
)
