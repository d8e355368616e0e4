"""Choosing a leg's strike: by steps from the money, by its price, or by the price of the straddle."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from datetime import date
from fractions import Fraction

from strikebook.engine.contracts import at_the_money, choose_strike
from strikebook.model.instrument import OptionType
from strikebook.model.market_day import ContractList
from strikebook.strategy.node import OptionChoice

FreshPrice = Callable[[date, int, OptionType], int | None]
"""The last price of a contract (expiry, strike in paise, type), None where it is too old or there is none."""


def strike_of(
    contracts: ContractList, choice: OptionChoice, expiry: date, spot_paise: int, fresh: FreshPrice
) -> int | None:
    """Return the strike of a choice among the listed ones, in paise; None where none fits."""
    strikes = contracts.strikes_paise.get((expiry, choice.option_type), ())
    value, kind = Fraction(choice.value), choice.option_type
    if not strikes:
        return None
    match choice.by:
        case "steps":
            return choose_strike(strikes, spot_paise, choice.otm_steps, kind)
        case "exact":
            exact = value * 100
            return int(exact) if exact in strikes else None
        case "percentage":
            return nearest(strikes, spot_paise * (1 + _outwards(kind) * value / 100))
        case "straddleWidth":
            straddle = _straddle(contracts, expiry, spot_paise, kind, fresh)
            if straddle is None:
                return None
            at, width = straddle
            return nearest(strikes, at + _outwards(kind) * value * width)
        case "straddlePremium":
            straddle = _straddle(contracts, expiry, spot_paise, kind, fresh)
            if straddle is None:
                return None
            return _by_price(_candidates(strikes, expiry, kind, fresh), value * straddle[1] / 100)
        case "premium":
            return _by_price(_candidates(strikes, expiry, kind, fresh), value * 100)
        case "premiumAtLeast":
            return _extreme(_candidates(strikes, expiry, kind, fresh), value * 100, None, dearest=False)
        case "premiumAtMost":
            return _extreme(_candidates(strikes, expiry, kind, fresh), None, value * 100, dearest=True)
        case "premiumRange":
            within = (value * 100, Fraction(choice.most) * 100)
            return _extreme(_candidates(strikes, expiry, kind, fresh), *within, dearest=True)


def nearest(strikes: tuple[int, ...], target: Fraction) -> int:
    """The strike nearest to a target in an ascending list; the higher one on a tie."""
    above = bisect_left(strikes, target)
    if above == len(strikes) or (above and target - strikes[above - 1] < strikes[above] - target):
        return strikes[above - 1]
    return strikes[above]


def _outwards(kind: OptionType) -> int:
    return 1 if kind == "CE" else -1


def _candidates(strikes: tuple[int, ...], expiry: date, kind: OptionType, fresh: FreshPrice) -> list[tuple[int, int]]:
    """The strikes with a fresh price, each with it: (price, strike)."""
    priced = ((fresh(expiry, strike, kind), strike) for strike in strikes)
    return [(price, strike) for price, strike in priced if price is not None]


def _by_price(candidates: list[tuple[int, int]], target: Fraction) -> int | None:
    """The strike whose price is nearest; on a tie the cheaper, then the lower strike."""
    found = min(candidates, key=lambda one: (abs(one[0] - target), one), default=None)
    return None if found is None else found[1]


def _extreme(
    candidates: list[tuple[int, int]], least: Fraction | None, most: Fraction | None, *, dearest: bool
) -> int | None:
    """The cheapest or the dearest within limits; of equal ones the lower strike."""
    within = [
        (-price if dearest else price, strike)
        for price, strike in candidates
        if (least is None or price >= least) and (most is None or price <= most)
    ]
    return min(within)[1] if within else None


def _straddle(
    contracts: ContractList, expiry: date, spot_paise: int, kind: OptionType, fresh: FreshPrice
) -> tuple[int, int] | None:
    """The strike at the money and the price of its call and its put; None where one of them is missing."""
    strikes = contracts.strikes_paise[expiry, kind]
    at = strikes[at_the_money(strikes, spot_paise)]
    if any(at not in contracts.strikes_paise.get((expiry, each), ()) for each in _BOTH):
        return None
    prices = [fresh(expiry, at, each) for each in _BOTH]
    return None if prices[0] is None or prices[1] is None else (at, prices[0] + prices[1])


_BOTH: tuple[OptionType, OptionType] = ("CE", "PE")
