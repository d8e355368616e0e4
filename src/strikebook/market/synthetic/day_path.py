"""An index second by second through one session, from the day's open to its close.

1. ``_steps``: each second's move, in deviations: noise, plus the drift of the spell it lies in (a trend, one leg of a
   to and fro, or a quiet stretch), plus now and then a jump. The common market has one such series and each index its
   own; the index's moves are their mix.
2. ``_shape``: large at the open, small at noon, larger at the close.
3. ``day_path``: their sum, bent so that it starts at the day's open and ends at its close, in ticks of 0.05.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np

from strikebook.market.synthetic.daily_path import INTRADAY_SHARE, MARKET, daily_path
from strikebook.market.synthetic.draws import Bits, Floats, Purpose, bits, normals, uniforms
from strikebook.market.synthetic.indices import INDICES
from strikebook.market.synthetic.trading_days import sessions
from strikebook.model.options import TICK_PAISE
from strikebook.model.prices import Int64s, Ticks
from strikebook.model.session import Session

_REGULAR_STEPS: Final = 22_501
_TRADING_DAYS_A_YEAR: Final = 252
_SPELLS: Final = 160
_MISSING_ONE_IN: Final = np.uint64(256)
_JUMP_CHANCE: Final = 0.3


@dataclass(frozen=True, slots=True)
class DayPath:
    """One session of an index. ``price_paise``: int64[steps], the last trade at or before each second.

    ``ticks``: its trades, one in most seconds.
    """

    session: Session
    price_paise: Int64s
    ticks: Ticks


@lru_cache(maxsize=24)
def day_path(seed: int, name: str, day: date) -> DayPath:
    """The path of an index on a trading day."""
    session = sessions()[day]
    index = INDICES[name]
    levels = daily_path(seed, name).on(day)
    steps = session.steps
    length = min(steps / _REGULAR_STEPS, 1.0)
    opening = levels.close + (levels.open - levels.close) * length**0.5
    drawn = bits(seed, Purpose.SECONDS, name, day.toordinal(), count=steps)
    moves = _steps(seed, MARKET, day, bits(seed, Purpose.SECONDS, MARKET, day.toordinal(), count=steps))
    moves *= index.market_share
    moves += (1 - index.market_share**2) ** 0.5 * _steps(seed, name, day, drawn)
    shape, elapsed = _shape(steps)
    deviation = levels.close * levels.volatility * INTRADAY_SHARE / (_TRADING_DAYS_A_YEAR * _REGULAR_STEPS) ** 0.5
    moves *= shape
    moves *= deviation
    moves[0] = 0.0
    walk = np.cumsum(moves, out=moves)
    walk += elapsed * (levels.close - opening - walk[-1])
    walk += opening
    price = np.rint(walk * (100 / TICK_PAISE)).astype(np.int64) * TICK_PAISE
    traded = drawn % _MISSING_ONE_IN != 0
    traded[0] = traded[-1] = True
    second = np.flatnonzero(traded)
    ticks = Ticks((second + session.open_s).astype(np.int32), price[second])
    return DayPath(session, price[np.maximum.accumulate(np.where(traded, np.arange(steps), 0))], ticks)


def _steps(seed: int, name: str, day: date, drawn: Bits) -> Floats:
    """Each second's move before its shape; about 1 in deviation."""
    steps = len(drawn)
    chance = uniforms(bits(seed, Purpose.SPELLS, name, day.toordinal(), count=4 * _SPELLS + 8))
    kind, length, size, sign = chance[: 4 * _SPELLS].reshape(4, _SPELLS)
    trending = kind < 0.3
    quiet = kind > 0.85
    minutes = np.where(trending, 12 + 28 * length, np.where(quiet, 5 + 10 * length, 3 + 6 * length))
    seconds = (minutes * 60).astype(np.int64)
    direction = np.where(trending, np.where(sign < 0.5, -1.0, 1.0), np.where(np.arange(_SPELLS) % 2, -1.0, 1.0))
    drift = np.where(trending, 0.02 + 0.04 * size, np.where(quiet, 0.0, 0.04 + 0.07 * size)) * direction
    swing = np.where(quiet, 0.6, 0.95)
    used = int(np.searchsorted(np.cumsum(seconds), steps)) + 1
    moves = normals(drawn)
    moves += np.repeat(drift[:used], seconds[:used])[:steps]
    moves *= np.repeat(swing[:used], seconds[:used])[:steps]
    jumps = chance[4 * _SPELLS :].reshape(2, 4)
    for happens, when, upward, how_far in jumps:
        if happens < _JUMP_CHANCE / 2:
            moves[int(when * steps)] += (25 + 30 * how_far) * (1 if upward < 0.5 else -1)
    return moves


@lru_cache(maxsize=8)
def _shape(steps: int) -> tuple[Floats, Floats]:
    """Each second's volatility against the day's, and the part of the day's variance that has passed."""
    along = np.arange(steps) / max(steps - 1, 1)
    early = np.maximum(1 - along / 0.3, 0.0)
    late = np.maximum((along - 0.75) / 0.25, 0.0)
    shape = 0.75 + 1.25 * early * early * early + 0.55 * late * late
    passed = np.cumsum(shape * shape)
    shape *= (steps / passed[-1]) ** 0.5
    elapsed = (passed - passed[0]) / (passed[-1] - passed[0])
    return shape, elapsed
