"""Choosing a leg's strike: by steps from the money, by its price, or by the price of the straddle."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from datetime import date
from fractions import Fraction

from strikebook.engine.black import SECONDS_A_YEAR, delta_of, implied_volatility
from strikebook.engine.contracts import at_the_money, choose_strike, steps_from
from strikebook.engine.market_columns import MarketColumns
from strikebook.model.instrument import OptionType, option_symbol
from strikebook.model.market_day import ContractList
from strikebook.strategy.node import OptionChoice

FreshPrice = Callable[[date, int, OptionType], int | None]
"""The last price of a contract (expiry, strike in paise, type), None where it is too old or there is none."""


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
) -> int | None:
    """Return the strike of a choice among the listed ones, in paise; None where none fits.

    ``years``: to the expiry. ``beside_paise``: the strike last chosen for the leg that a relative one is counted from.
    """
    strikes = contracts.strikes_paise.get((expiry, choice.option_type), ())
    if not strikes:
        return None
    kind = choice.option_type
    if choice.by == "steps":
        return choose_strike(strikes, spot_paise, choice.otm_steps, kind)
    if choice.by == "relative":
        return None if beside_paise is None else steps_from(strikes, beside_paise, choice.otm_steps, kind)
    value = Fraction(choice.value)
    match choice.by:
        case "exact":
            return int(value * 100) if value * 100 in strikes else None
        case "percentage":
            return nearest(strikes, spot_paise * (1 + _outwards(kind) * value / 100))
        case "straddleWidth":
            straddle = _straddle(contracts, expiry, spot_paise, kind, fresh)
            return None if straddle is None else nearest(strikes, straddle[0] + _outwards(kind) * value * straddle[1])
        case "straddlePremium":
            straddle = _straddle(contracts, expiry, spot_paise, kind, fresh)
            width = None if straddle is None else value * straddle[1] / 100
            return None if width is None else _by_price(_candidates(strikes, expiry, kind, fresh), width)
        case "delta" | "deltaRange":
            forward = forward_of(contracts, expiry, spot_paise, kind, fresh)
            candidates = [] if forward is None else _candidates(strikes, expiry, kind, fresh)
            return None if forward is None else _by_delta(choice, candidates, forward, years)
        case "premium" | "premiumAtLeast" | "premiumAtMost" | "premiumRange":
            return _by_premium(choice, _candidates(strikes, expiry, kind, fresh))


def _by_premium(choice: OptionChoice, candidates: list[tuple[int, int]]) -> int | None:
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


def _by_delta(choice: OptionChoice, candidates: list[tuple[int, int]], forward: float, years: float) -> int | None:
    """The strike whose delta is nearest, or the largest within a range."""
    found: list[tuple[float, int, int]] = []
    for price, strike in candidates:
        volatility = implied_volatility(choice.option_type, forward, strike / 100, years, price / 100)
        if volatility is not None:
            delta = abs(delta_of(choice.option_type, forward, strike / 100, years, volatility))
            found.append((delta, price, strike))
    if choice.by == "delta":
        wanted = float(choice.value)
        return min(((abs(delta - wanted), price, strike) for delta, price, strike in found), default=(0, 0, None))[2]
    within = [(-delta, strike) for delta, _, strike in found if float(choice.value) <= delta <= float(choice.most)]
    return min(within)[1] if within else None


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
