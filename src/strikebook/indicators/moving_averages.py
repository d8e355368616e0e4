"""Moving averages of a price."""

from __future__ import annotations

import talib

from strikebook.indicators.indicator import Columns, Floats, Indicator, Values, length, price_field


def _sma(columns: Columns, values: Values) -> tuple[Floats, ...]:
    return (talib.SMA(columns.price(values), int(values["length"])),)


def _ema(columns: Columns, values: Values) -> tuple[Floats, ...]:
    """Seeded, as TA-Lib does, with the simple average of the first ``length`` prices."""
    return (talib.EMA(columns.price(values), int(values["length"])),)


INDICATORS = (
    Indicator("SMA", (length(20), price_field()), ("SMA",), _sma),
    Indicator("EMA", (length(21), price_field()), ("EMA",), _ema),
)
