"""The contracts listed on a day, and the facts each one's trades are made from. All known at the open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from strikebook.market.lots import lot_sizes
from strikebook.market.synthetic.daily_path import daily_path
from strikebook.market.synthetic.expiries import listed_expiries
from strikebook.market.synthetic.indices import INDICES
from strikebook.market.synthetic.pricing import at_the_money_volatility
from strikebook.market.synthetic.trading_days import days_before
from strikebook.model.instrument import OptionType
from strikebook.model.market_day import ContractList

YEAR_DAYS: Final = 365
OPTION_TYPES: Final[tuple[OptionType, ...]] = ("CE", "PE")

_NEAREST_WIDTH: Final = 0.12
_WIDEST: Final = 0.2
_DAYS_OF_NEAREST_WIDTH: Final = 30
_RANK_ACTIVITY: Final = (1.0, 0.3, 0.2, 0.15, 0.12, 0.08, 0.05, 0.03)


@dataclass(frozen=True, slots=True)
class ListedExpiry:
    """An expiry as listed on a day. ``activity``: how often its contracts trade, 1 for the nearest one of NIFTY."""

    expiry: date
    days_left: int
    at_the_money_volatility: float
    activity: float
    strikes_paise: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """What is listed on a day. ``reference``: the close before (rupees), which the strikes lie around."""

    reference: float
    expiries: dict[date, ListedExpiry]
    contracts: ContractList


@lru_cache(maxsize=64)
def chain_of(seed: int, name: str, day: date) -> Chain:
    """The contracts listed of an index on a trading day: strikes from 12 % (20 % for far expiries) either side of
    the close before.
    """
    index = INDICES[name]
    path = daily_path(seed, name)
    reference = path.on(days_before(day, 1)[0]).close
    volatility = path.on(day).volatility
    expiries = {}
    for rank, expiry in enumerate(listed_expiries(name, day)):
        days_left = (expiry - day).days
        expiries[expiry] = ListedExpiry(
            expiry,
            days_left,
            at_the_money_volatility(volatility, index.volatility_ratio, days_left / YEAR_DAYS),
            index.liquidity * _RANK_ACTIVITY[min(rank, len(_RANK_ACTIVITY) - 1)],
            _strikes(reference, days_left, index.strike_step_paise),
        )
    strikes = {
        (expiry, option_type): listed.strikes_paise
        for expiry, listed in expiries.items()
        for option_type in OPTION_TYPES
    }
    return Chain(reference, expiries, ContractList(strikes, lot_sizes(name, expiries, day)))


def _strikes(reference: float, days_left: int, step_paise: int) -> tuple[int, ...]:
    width = min(_NEAREST_WIDTH * max(days_left / _DAYS_OF_NEAREST_WIDTH, 1.0) ** 0.5, _WIDEST)
    lowest = int(reference * (1 - width) * 100) // step_paise
    highest = int(reference * (1 + width) * 100) // step_paise + 1
    return tuple(strike * step_paise for strike in range(lowest, highest + 1))
