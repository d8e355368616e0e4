"""Where a window of candles leaves a ratio without a value: nothing moved in it, or a value in it is missing."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from strikebook.indicators.indicator import Floats
from strikebook.indicators.ta_lib import talib

# Prices are whole paise, so that two which differ at all differ by far more.
ROUNDING = 1e-12

Flags: TypeAlias = NDArray[np.bool_]


def highest(values: Floats, count: int) -> Floats:
    """The largest of the last ``count`` values; NaN before there are so many."""
    found: Floats = values if count == 1 else talib.MAX(values, count)
    return found


def lowest(values: Floats, count: int) -> Floats:
    """The smallest of the last ``count`` values; NaN before there are so many."""
    found: Floats = values if count == 1 else talib.MIN(values, count)
    return found


def total(values: Floats, count: int) -> Floats:
    """The sum of the last ``count`` values; NaN before there are so many."""
    found: Floats = values if count == 1 else talib.SUM(values, count)
    return found


def still(values: Floats, count: int) -> Flags:
    """The last ``count`` values are one and the same but for rounding, of which sums of deviations would be made."""
    top = highest(values, count)
    same: Flags = top - lowest(values, count) <= ROUNDING * np.abs(top)
    return same


def windows(values: Floats, count: int) -> Floats:
    """The last ``count`` values of every candle that has so many, a row each."""
    rows: Floats = (
        np.lib.stride_tricks.sliding_window_view(values, count) if len(values) >= count else np.empty((0, count))
    )
    return rows


def aligned(found: Floats, candles: int) -> Floats:
    """A value per row of ``windows``, at the rows' last candles; NaN before."""
    return np.concatenate([np.full(candles - len(found), np.nan), found])


def within(flags: Flags, count: int) -> Flags:
    """One of the last ``count`` flags is up."""
    seen = np.cumsum(flags)
    before = np.zeros_like(seen)
    before[count:] = seen[:-count]
    found: Flags = seen > before
    return found


def never_yet(flags: Flags) -> Flags:
    """No flag was up so far."""
    return ~np.logical_or.accumulate(flags)


def moves(values: Floats) -> Floats:
    """The change from the value before; NaN at the first."""
    return np.diff(values, prepend=np.nan)


def without(values: Floats, where: Flags) -> Floats:
    """The values, none where flagged."""
    return np.where(where, np.nan, values)
