"""Momentum: how fast and how one-sidedly prices move."""

from __future__ import annotations

import numpy as np
import talib

from strikebook.indicators.indicator import Columns, Floats, Indicator, Values, length, price_field


def _rsi(columns: Columns, values: Values) -> tuple[Floats, ...]:
    """Wilder's relative strength index; no value where TA-Lib found no movement at all and prints 0.

    Turned upside down, an index of 0 made of losses is 100; one without movement is 0 both ways.
    """
    price = columns.price(values)
    period = int(values["length"])
    index: Floats = talib.RSI(price, period)
    still = (index == 0) & (talib.RSI(-price, period) == 0)
    return (np.where(still, np.nan, index),)


INDICATORS = (Indicator("RSI", (length(14, minimum=2), price_field()), ("RSI",), _rsi),)
