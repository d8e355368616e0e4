"""Choosing a leg's strike: by steps from the money, by its price, or by the price of the straddle; and why that one."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from strikebook.engine.black import SECONDS_A_YEAR, delta_of, implied_volatility
from strikebook.engine.contracts import at_the_money, choose_strike, steps_from
from strikebook.engine.market_columns import MarketColumns
from strikebook.model.instrument import OptionType, option_symbol, strike_text
from strikebook.model.market_day import ContractList
from strikebook.strategy.node import OptionChoice

FreshPrice = Callable[[date, int, OptionType], int | None]
"""The last price of a contract (expiry, strike in paise, type), None where it is too old or there is none."""
Priced = tuple[int, int]
"""The price of a contract and its strike, in paise."""


class Served(NamedTuple):
    """The strike that a choice came to, in paise, and what it was found by, in words."""

    strike_paise: int
    why: str


def fresh_prices(market: MarketColumns, step: int, max_age_s: int) -> FreshPrice:
    """The last prices of contracts at a step, in paise; None for one older than ``max_age_s`` seconds."""

    def price(expiry: date, strike_paise: int, option_type: OptionType) -> int | None:
        symbol = option_symbol(market.day.underlying, expiry, strike_paise, option_type)
        quote = market.contract_tape(symbol).quote(step)
        return None if quote is None or quote.age_s > max_age_s else quote.price_paise

    return price


def strike_of(
    contracts: ContractList,
    choice: OptionChoice,
    expiry: date,
    spot_paise: int,
    fresh: FreshPrice,
    years: float,
    beside_paise: int | None,
) -> Served | None:
    """Return the strike of a choice among the listed ones; None where none fits.

    ``years``: to the expiry. ``beside_paise``: the strike last chosen for the leg that a relative one is counted from.
    """
    strikes = contracts.strikes_paise.get((expiry, choice.option_type), ())
    if not strikes:
        return None
    kind = choice.option_type
    if choice.by == "steps":
        strike = choose_strike(strikes, spot_paise, choice.otm_steps, kind)
        money = strikes[at_the_money(strikes, spot_paise)]
        return None if strike is None else Served(strike, f"{_spot(spot_paise)}: {strike_text(money)} is at the money")
    if choice.by == "relative":
        strike = None if beside_paise is None else steps_from(strikes, beside_paise, choice.otm_steps, kind)
        before = "" if beside_paise is None else strike_text(beside_paise)
        return None if strike is None else Served(strike, f"counted from {before} of {choice.beside}")
    value = Fraction(choice.value)
    match choice.by:
        case "exact":
            return Served(int(value * 100), "listed") if value * 100 in strikes else None
        case "percentage":
            target = spot_paise * (1 + _outwards(kind) * value / 100)
            return Served(nearest(strikes, target), f"{_spot(spot_paise)}: nearest to {_rupees(target)}")
        case "straddleWidth" | "straddlePremium":
            straddle = _straddle(contracts, expiry, spot_paise, kind, fresh)
            if straddle is None:
                return None
            told = f"the straddle at {strike_text(straddle[0])} costs {_rupees(straddle[1])}"
            if choice.by == "straddleWidth":
                target = straddle[0] + _outwards(kind) * value * straddle[1]
                return Served(nearest(strikes, target), f"{told}: nearest to {_rupees(target)}")
            width = value * straddle[1] / 100
            priced = _by_price(_candidates(strikes, expiry, kind, fresh), width)
            why = f"nearest to {_rupees(width)}: {told}"
            return None if priced is None else Served(priced[1], f"price {_rupees(priced[0])}, {why}")
        case "delta" | "deltaRange":
            forward = forward_of(contracts, expiry, spot_paise, kind, fresh)
            candidates = [] if forward is None else _candidates(strikes, expiry, kind, fresh)
            found = None if forward is None else _by_delta(choice, candidates, forward, years)
            return None if found is None else Served(found[1], f"delta {found[0]:.4f} at a forward of {forward:.2f}")
        case "premium" | "premiumAtLeast" | "premiumAtMost" | "premiumRange":
            candidates = _candidates(strikes, expiry, kind, fresh)
            priced = _by_premium(choice, candidates)
            of = f"of {len(candidates)} with a fresh price"
            return None if priced is None else Served(priced[1], f"price {_rupees(priced[0])}, {of}")


def _by_premium(choice: OptionChoice, candidates: list[Priced]) -> Priced | None:
    value = Fraction(choice.value) * 100
    match choice.by:
        case "premium":
            return _by_price(candidates, value)
        case "premiumAtLeast":
            return _extreme(candidates, value, None, dearest=False)
        case "premiumAtMost":
            return _extreme(candidates, None, value, dearest=True)
        case _:
            return _extreme(candidates, value, Fraction(choice.most) * 100, dearest=True)


def _spot(paise: int) -> str:
    return f"spot {paise / 100:.2f}"


def _rupees(paise: Fraction | int) -> str:
    return f"{float(paise) / 100:.2f}"


def nearest(strikes: tuple[int, ...], target: Fraction) -> int:
    """The strike nearest to a target in an ascending list; the higher one on a tie."""
    above = bisect_left(strikes, target)
    if above == len(strikes) or (above and target - strikes[above - 1] < strikes[above] - target):
        return strikes[above - 1]
    return strikes[above]


def forward_of(
    contracts: ContractList, expiry: date, spot_paise: int, kind: OptionType, fresh: FreshPrice
) -> float | None:
    """The forward that the call and the put at the money imply, in rupees; None where a price is missing."""
    strikes = contracts.strikes_paise.get((expiry, kind), ())
    prices = _money_prices(contracts, expiry, spot_paise, kind, fresh) if strikes else None
    return None if prices is None else (prices[0] + prices[1] - prices[2]) / 100


def years_until(expiry: date, day: date, second: int) -> float:
    """Years from a second of a day to the close of trading, 15:30, of an expiry."""
    return ((expiry - day).days * 86_400 + _CLOSE_S - second) / SECONDS_A_YEAR


def _by_delta(choice: OptionChoice, candidates: list[Priced], forward: float, years: float) -> tuple[float, int] | None:
    """The delta, without its sign, that is nearest, or the largest within a range; and its strike."""
    found: list[tuple[float, int, int]] = []
    for price, strike in candidates:
        volatility = implied_volatility(choice.option_type, forward, strike / 100, years, price / 100)
        if volatility is not None:
            delta = abs(delta_of(choice.option_type, forward, strike / 100, years, volatility))
            found.append((delta, price, strike))
    if choice.by == "delta":
        wanted = float(choice.value)
        near = min(((abs(delta - wanted), price, strike, delta) for delta, price, strike in found), default=None)
        return None if near is None else (near[3], near[2])
    within = [(-delta, strike) for delta, _, strike in found if float(choice.value) <= delta <= float(choice.most)]
    most = min(within, default=None)
    return None if most is None else (-most[0], most[1])


def _outwards(kind: OptionType) -> int:
    return 1 if kind == "CE" else -1


def _candidates(strikes: tuple[int, ...], expiry: date, kind: OptionType, fresh: FreshPrice) -> list[Priced]:
    """The strikes with a fresh price, each with it."""
    priced = ((fresh(expiry, strike, kind), strike) for strike in strikes)
    return [(price, strike) for price, strike in priced if price is not None]


def _by_price(candidates: list[Priced], target: Fraction) -> Priced | None:
    """The one whose price is nearest; on a tie the cheaper, then the lower strike."""
    return min(candidates, key=lambda one: (abs(one[0] - target), one), default=None)


def _extreme(
    candidates: list[Priced], least: Fraction | None, most: Fraction | None, *, dearest: bool
) -> Priced | None:
    """The cheapest or the dearest within limits; of equal ones the lower strike."""
    within = [
        (-price if dearest else price, strike)
        for price, strike in candidates
        if (least is None or price >= least) and (most is None or price <= most)
    ]
    found = min(within, default=None)
    return None if found is None else (abs(found[0]), found[1])


def _straddle(
    contracts: ContractList, expiry: date, spot_paise: int, kind: OptionType, fresh: FreshPrice
) -> tuple[int, int] | None:
    """The strike at the money and the price of its call and its put; None where one of them is missing."""
    prices = _money_prices(contracts, expiry, spot_paise, kind, fresh)
    return None if prices is None else (prices[0], prices[1] + prices[2])


def _money_prices(
    contracts: ContractList, expiry: date, spot_paise: int, kind: OptionType, fresh: FreshPrice
) -> tuple[int, int, int] | None:
    """The strike at the money, the price of its call, the price of its put."""
    strikes = contracts.strikes_paise[expiry, kind]
    at = strikes[at_the_money(strikes, spot_paise)]
    if at not in contracts.strikes_paise.get((expiry, "PE" if kind == "CE" else "CE"), ()):
        return None
    call, put = fresh(expiry, at, "CE"), fresh(expiry, at, "PE")
    return None if call is None or put is None else (at, call, put)


_CLOSE_S = (15 * 60 + 30) * 60
