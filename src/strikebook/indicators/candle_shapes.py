"""Candles redrawn, and patterns of candles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from strikebook.indicators.indicator import CANDLE, Columns, Floats, Indicator, Parameter, Values, length
from strikebook.indicators.ta_lib import talib

CATEGORY = "candles"
OHLC = ("open", *CANDLE)
# TA-Lib's function of a pattern and how many candles it needs before its first answer.
_PATTERNS: Mapping[str, tuple[Callable[..., NDArray[np.int32]], int]] = MappingProxyType(
    {
        "doji": (talib.CDLDOJI, 10),
        "hammer": (talib.CDLHAMMER, 11),
        "shooting_star": (talib.CDLSHOOTINGSTAR, 11),
        "engulfing": (talib.CDLENGULFING, 2),
    }
)


def _pattern(columns: Columns, name: str) -> Floats:
    """TA-Lib's 100, 0 or -100; it fills with 0 where it has no answer yet, which here is no value."""
    function, needed = _PATTERNS[name]
    found = function(columns.open, columns.high, columns.low, columns.close).astype(np.float64)
    found[:needed] = np.nan
    return found


def _cdl_doji(columns: Columns, _: Values) -> tuple[Floats, ...]:
    return (_pattern(columns, "doji"),)


def _cdl_pattern(columns: Columns, values: Values) -> tuple[Floats, ...]:
    return (_pattern(columns, str(values["name"])),)


def _heikin_ashi(columns: Columns, _: Values) -> tuple[Floats, ...]:
    opened, high, low, close = talib.HA(columns.open, columns.high, columns.low, columns.close)
    return opened, high, low, close


def _redrawn(name: str, category: str, prefix: str, fields: tuple[str, ...]) -> Indicator:
    description = "Heikin-Ashi candle: close the average of the four prices, open the middle of the last body"
    source = "TA-Lib HA, the first open being the middle of the first candle's body"
    outputs = tuple(f"{prefix}{field}" for field in fields)
    return Indicator(name, category, description, (), outputs, OHLC, _heikin_ashi, source)


INDICATORS = (
    Indicator(
        "CDL_DOJI",
        CATEGORY,
        "100 at a doji: a body of at most a tenth of the average range of the 10 candles before, else 0",
        (length(10, minimum=10, maximum=10),),
        ("CDL_DOJI",),
        OHLC,
        _cdl_doji,
        "TA-Lib CDLDOJI, which has no other length than 10",
    ),
    Indicator(
        "CDL_PATTERN",
        CATEGORY,
        "The named pattern: 100 or -100 where it stands, 80 or -80 for bodies with one end in common, else 0",
        (Parameter("name", "", "choice", options=tuple(_PATTERNS)),),
        ("CDL_PATTERN",),
        OHLC,
        _cdl_pattern,
        "TA-Lib CDLDOJI, CDLHAMMER, CDLSHOOTINGSTAR, CDLENGULFING; the builder's `all` is refused: it is many outputs",
    ),
    _redrawn("HA", CATEGORY, "HA_", ("open", "high", "low", "close")),
    _redrawn("HEIKINASHI", "chart_types", "HA_", ("Open", "High", "Low", "Close")),
)
