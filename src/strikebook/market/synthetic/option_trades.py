"""The trades of one option on one day: when it traded, at what price, how much, and the open interest.

Prices are its value at the index's price of that second, off by up to half a spread, in ticks of 0.05, never below
0.05 or below intrinsic value. Near the money a contract trades every second or two; far from it minutes pass, and
some contracts do not trade at all.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from strikebook.market.synthetic.chain import YEAR_DAYS, Chain, ListedExpiry
from strikebook.market.synthetic.day_path import DayPath
from strikebook.market.synthetic.draws import Bits, Floats, Purpose, bits, normals
from strikebook.market.synthetic.pricing import intrinsic_values, option_values
from strikebook.model.instrument import OptionContract
from strikebook.model.options import TICK_PAISE
from strikebook.model.prices import Int64s, Ticks

_BUSIEST: Final = 0.5
_IN_THE_MONEY: Final = 0.3
_NEAREST_DAYS: Final = 2.0
_MINUTE_S: Final = 60
_OI_PUBLISHED_EVERY_S: Final = 180
_TICKS_A_RUPEE: Final = 100 / TICK_PAISE


def option_trades(seed: int, contract: OptionContract, chain: Chain, path: DayPath) -> Ticks:
    """The trades of a listed contract."""
    listed = chain.expiries[contract.expiry]
    lot = chain.contracts.lot_sizes.get(contract.expiry, 1)
    steps = path.session.steps
    names = (path.session.date.toordinal(), contract.expiry.toordinal(), contract.strike_paise)
    stream = (*names, int(contract.option_type == "CE"))
    drawn = bits(seed, Purpose.TRADES, contract.underlying, *stream, count=(steps + 1) // 2)
    halves = np.empty(2 * len(drawn), np.uint64)
    halves[::2] = drawn & np.uint64(0xFFFFFFFF)
    halves[1::2] = drawn >> np.uint64(32)
    chances = _chances(contract, listed, path)
    busyness = np.repeat(chances, _MINUTE_S)[:steps] * _busyness_of_a_day(steps)
    at = np.flatnonzero(halves[:steps] < busyness * 2.0**32)
    if not len(at):
        return Ticks.none()
    luck = halves[at]
    lots = _lots(luck)
    interest = _open_interest(seed, contract, stream, float(chances[0]), steps)
    return Ticks(
        (at + path.session.open_s).astype(np.int32),
        _prices(contract, listed, path, at, luck),
        lots * lot,
        interest[at // _OI_PUBLISHED_EVERY_S] * lot,
    )


def _chances(contract: OptionContract, listed: ListedExpiry, path: DayPath) -> Floats:
    """How likely a trade is in each minute's seconds: less with every deviation the strike lies from the money then."""
    spot = path.price_paise[::_MINUTE_S] / 100
    beyond = contract.strike_paise / 100 / spot - 1
    deviation = listed.at_the_money_volatility * (max(listed.days_left + 1, _NEAREST_DAYS) / YEAR_DAYS) ** 0.5
    distance = np.abs(beyond) / deviation
    in_the_money = beyond < 0 if contract.option_type == "CE" else beyond > 0
    side = np.where(in_the_money, 1 - (1 - _IN_THE_MONEY) * np.minimum(distance, 1.0), 1.0)
    chances: Floats = _BUSIEST * listed.activity * side * np.exp(-distance * (0.28 * distance + 0.12))
    return chances


@lru_cache(maxsize=8)
def _busyness_of_a_day(steps: int) -> Floats:
    """Busier at both ends of the session than at noon; 1 on average."""
    off_centre = 2 * np.arange(steps) / max(steps - 1, 1) - 1
    return 0.75 + 0.75 * off_centre * off_centre


def _prices(contract: OptionContract, listed: ListedExpiry, path: DayPath, at: NDArray[np.intp], luck: Bits) -> Int64s:
    spot = path.price_paise[at] / 100.0
    strike = contract.strike_paise / 100
    left_today = (path.session.last_step - at) / path.session.last_step
    years = (listed.days_left + left_today) / YEAR_DAYS
    value = option_values(spot, strike, years, listed.at_the_money_volatility, contract.option_type)
    value *= _TICKS_A_RUPEE
    half_spread = 1 + np.rint(value * 0.0008)
    side = (luck % np.uint64(3)).astype(np.float64) - 1
    ticks = np.rint(value + side * half_spread)
    floor = np.ceil(intrinsic_values(spot, strike, contract.option_type) * _TICKS_A_RUPEE - 1e-6)
    prices: Int64s = np.maximum(np.maximum(ticks, floor), 1.0).astype(np.int64) * TICK_PAISE
    return prices


def _lots(luck: Bits) -> Int64s:
    """Mostly one to four lots a trade, now and then up to a few dozen."""
    small = (luck >> np.uint64(4)) % np.uint64(4) + np.uint64(1)
    large = (luck >> np.uint64(7)) % np.uint64(41) + np.uint64(1)
    lots: Int64s = np.where((luck >> np.uint64(2)) % np.uint64(13) == 0, large, small).astype(np.int64)
    return lots


def _open_interest(seed: int, contract: OptionContract, stream: tuple[int, ...], chance: float, steps: int) -> Int64s:
    """Lots open, as published every three minutes."""
    count = steps // _OI_PUBLISHED_EVERY_S + 1
    drawn = bits(seed, Purpose.OPEN_INTEREST, contract.underlying, *stream, count=count)
    scale = 200 + 40_000 * chance
    walk = scale * (3 + np.cumsum(normals(drawn) * 0.01))
    return np.maximum(np.rint(walk), 0).astype(np.int64)
