"""Where an index opens and closes on every calendar day, and the market's volatility then.

The logarithm of the level is a trend through the index's rough levels plus a deviation that the day's moves push about
and that slowly returns to zero. It is drawn for every calendar day: on a day without a session the move shows in the
next opening gap, so a correction of the holiday calendar changes no other day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import accumulate
from typing import Final

import numpy as np

from strikebook.market.synthetic.draws import Floats, Purpose, bits, normals, uniforms
from strikebook.market.synthetic.indices import INDICES, LAST_DAY, Index
from strikebook.market.synthetic.trading_days import FIRST_PATH_DAY

MARKET: Final = "MARKET"
TYPICAL_VOLATILITY: Final = 0.14
INTRADAY_SHARE: Final = 0.88
GAP_SHARE: Final = 0.475

_DAYS: Final = (LAST_DAY - FIRST_PATH_DAY).days + 1
_TRADING_DAYS_A_YEAR: Final = 252
_WEEKEND_MOVES: Final = 0.3
_DEVIATION_KEPT: Final = 0.988
_VOLATILITY_KEPT: Final = 0.975
_VOLATILITY_MOVES: Final = 0.06
_SHOCK_CHANCE: Final = 0.02
_SHOCK_SIZE: Final = 2.4


@dataclass(frozen=True, slots=True)
class DayLevels:
    """A day of an index: where it opens and closes (rupees) and its volatility a year."""

    open: float
    close: float
    volatility: float


@dataclass(frozen=True, slots=True)
class DailyPath:
    """Every calendar day from 2016 to 2035. ``open``, ``close``: rupees; ``volatility``: of a year (0.14 is 14 %)."""

    open: Floats
    close: Floats
    volatility: Floats

    def on(self, day: date) -> DayLevels:
        """The levels of that day."""
        at = (day - FIRST_PATH_DAY).days
        return DayLevels(float(self.open[at]), float(self.close[at]), float(self.volatility[at]))


@lru_cache(maxsize=16)
def daily_path(seed: int, name: str) -> DailyPath:
    """The path of an index over all days: 10 ms, once a process."""
    index = INDICES[name]
    volatility = _volatility(seed) * index.volatility_ratio
    gap, intraday = _moves(seed, index)
    deviation_of_a_day = volatility * _weekend_factor() / _TRADING_DAYS_A_YEAR**0.5
    gap *= GAP_SHARE * deviation_of_a_day
    intraday *= INTRADAY_SHARE * deviation_of_a_day
    deviation = np.fromiter(
        accumulate((gap + intraday).tolist(), lambda before, move: _DEVIATION_KEPT * before + move), np.float64
    )
    close = _trend(index) + deviation
    return DailyPath(np.exp(close - intraday), np.exp(close), volatility)


def _volatility(seed: int) -> Floats:
    """The market's volatility of each day: about 14 %, mostly between 9 and 22 %, wandering over weeks."""
    pushes = normals(bits(seed, Purpose.VOLATILITY, MARKET, count=_DAYS)) * _VOLATILITY_MOVES
    level = np.fromiter(accumulate(pushes.tolist(), lambda before, push: _VOLATILITY_KEPT * before + push), np.float64)
    return TYPICAL_VOLATILITY * np.exp(np.clip(level, -0.6, 0.9))


def _moves(seed: int, index: Index) -> tuple[Floats, Floats]:
    """The overnight and the intraday move of each day, in deviations; common and own parts mixed."""
    common = bits(seed, Purpose.DAILY, MARKET, count=3 * _DAYS)
    own = bits(seed, Purpose.DAILY, index.name, count=2 * _DAYS)
    shock = np.where(uniforms(common[2::3]) < _SHOCK_CHANCE, _SHOCK_SIZE, 1.0)
    own_share = (1 - index.market_share**2) ** 0.5
    gap = (index.market_share * normals(common[::3]) + own_share * normals(own[::2])) * shock
    intraday = (index.market_share * normals(common[1::3]) + own_share * normals(own[1::2])) * shock
    return gap, intraday


def _weekend_factor() -> Floats:
    weekday = (np.arange(_DAYS) + FIRST_PATH_DAY.weekday()) % 7
    return np.where(weekday < 5, 1.0, _WEEKEND_MOVES)


def _trend(index: Index) -> Floats:
    at = [(day - FIRST_PATH_DAY).days for day, _ in index.levels]
    return np.interp(np.arange(_DAYS), at, np.log([level for _, level in index.levels]))
