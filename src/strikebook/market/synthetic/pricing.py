"""What an option of the made-up market is worth: Black's formula on the spot, without interest, with a smile.

Without interest a forward is the spot, so no price lies below intrinsic value and call − put = spot − strike.
"""

from __future__ import annotations

from functools import lru_cache
from math import erf
from typing import Final

import numpy as np

from strikebook.market.synthetic.daily_path import TYPICAL_VOLATILITY
from strikebook.market.synthetic.draws import Floats
from strikebook.model.instrument import OptionType

_PER_UNIT: Final = 2048
_FURTHEST: Final = 8
_SKEW: Final = -0.07
_CURVATURE: Final = 0.025
_WINGS: Final = 4.0
_SMILE_FLOOR_YEARS: Final = 4 / 365
_REVERSION_A_YEAR: Final = 4.0
_PREMIUM: Final = 1.08


def at_the_money_volatility(volatility: float, volatility_ratio: float, years: float) -> float:
    """The implied volatility at the money: above the day's own, and nearer to the typical one the longer it runs."""
    typical = TYPICAL_VOLATILITY * volatility_ratio
    return _PREMIUM * (typical + (volatility - typical) / (1 + _REVERSION_A_YEAR * years))


def option_values(spot: Floats, strike: float, years: Floats, at_the_money: float, option_type: OptionType) -> Floats:
    """An option's value at each spot (rupees) and time to expiry (years); at 0 years its intrinsic value."""
    distance = np.log(spot / strike)
    scaled = np.clip(-distance / (at_the_money * np.sqrt(years + _SMILE_FLOOR_YEARS)), -_WINGS, _WINGS)
    volatility = at_the_money * (1 + scaled * (_SKEW + _CURVATURE * scaled))
    deviation = np.maximum(volatility * np.sqrt(years), 1e-9)
    d1 = distance / deviation + deviation / 2
    call = spot * normal_cdf(d1) - strike * normal_cdf(d1 - deviation)
    value = call if option_type == "CE" else call - spot + strike
    return np.maximum(value, intrinsic_values(spot, strike, option_type))


def intrinsic_values(spot: Floats, strike: float, option_type: OptionType) -> Floats:
    """What exercising at once would bring."""
    return np.maximum(spot - strike if option_type == "CE" else strike - spot, 0.0)


def normal_cdf(x: Floats) -> Floats:
    """The normal distribution function, to 1e-7: a straight line between the values of a fine table."""
    table, slope = _table()
    place = np.clip(x, -_FURTHEST, _FURTHEST)
    place += _FURTHEST
    place *= _PER_UNIT
    at = place.astype(np.int64)
    place -= at
    place *= slope[at]
    place += table[at]
    return place


@lru_cache(maxsize=1)
def _table() -> tuple[Floats, Floats]:
    points = range(-_FURTHEST * _PER_UNIT, _FURTHEST * _PER_UNIT + 1)
    table = np.array([(1 + erf(point / _PER_UNIT / 2**0.5)) / 2 for point in points])
    return table, np.append(np.diff(table), 0.0)
