"""Prices as read to whole paise, exactly: half a paisa rounds up, and no binary fraction shows."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from strikebook.model.prices import Int64s

_MICRO: Final = 1_000_000
_MICRO_PER_PAISA: Final = 10_000


def to_paise(rupees: NDArray[np.float64]) -> Int64s:
    """Rupees, each the double nearest to a decimal text, to whole paise. NaN becomes -1 (absent).

    Texts of at most six decimals are rounded as integers of a millionth; a longer one, which a double reproduces
    as its shortest text, goes through Decimal.
    """
    absent = np.isnan(rupees)
    filled = np.where(absent, 0.0, rupees)
    scaled = filled * _MICRO
    micro = np.rint(scaled)
    paise: Int64s = (micro.astype(np.int64) + _MICRO_PER_PAISA // 2) // _MICRO_PER_PAISA
    longer = np.abs(scaled - micro) > 2 * np.spacing(np.abs(scaled))
    if longer.any():
        values, inverse = np.unique(filled[longer], return_inverse=True)
        exact = [int((Decimal(repr(float(v))) * 100).to_integral_value(ROUND_HALF_UP)) for v in values]
        paise[longer] = np.array(exact, np.int64)[inverse]
    paise[absent] = -1
    return paise
