"""Choosing the strike (R17): by steps from the money, by its distance, by the price of its contract.

Strikes and prices are whole paise, levels exact Fractions. A choice is made among the strikes listed for the leg's
expiry and option type; one that looks at prices adds the contracts it looked at to ``looked_at``.
"""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction

from strikebook.model.options import RunOptions
from tests.oracle.market import Market
from tests.raw_day import RawDay, option_symbol


class Chain:
    """The contracts of one expiry, with their prices as they are now."""

    def __init__(self, raw: RawDay, market: Market, options: RunOptions, expiry: date, looked_at: set[str]) -> None:
        self.raw, self.market, self.options, self.expiry, self.looked_at = raw, market, options, expiry, looked_at

    def listed(self, option_type: str) -> list[int]:
        """The strikes listed for an option type, ascending."""
        return sorted({strike for day, strike, kind in self.raw.listed if (day, kind) == (self.expiry, option_type)})

    def fresh_price(self, strike: int, option_type: str) -> int | None:
        """The contract's last price, if it has traded and that is not too old."""
        symbol = option_symbol(self.raw, self.expiry, strike, option_type)
        self.looked_at.add(symbol)
        age = self.market.age(symbol)
        if age is None or age > self.options.max_price_age_s:
            return None
        return self.market.price(symbol)

    def candidates(self, option_type: str) -> list[tuple[int, int]]:
        """(price, strike) of every listed strike that has a fresh price."""
        priced = [(self.fresh_price(strike, option_type), strike) for strike in self.listed(option_type)]
        return [(price, strike) for price, strike in priced if price is not None]


def strike_of(leg: dict, spot: int, chain: Chain) -> int | None:
    """The strike the leg asks for, or None where there is none."""
    listed, code = chain.listed(leg["option_type"]), leg["strike"]
    if not listed:
        return None
    if code in BY_VALUE:
        return BY_VALUE[code](leg, spot, chain)
    return steps_from_the_money(code, leg["option_type"], spot, listed)


def steps_from_the_money(code: str, option_type: str, spot: int, listed: list[int]) -> int | None:
    """ATM is nearest to spot, the higher on a tie; OTM goes up for a call and down for a put."""
    index = listed.index(nearest(listed, Fraction(spot)))
    if code != "ATM":
        steps = int(code[3:]) if code.startswith("OTM") else -int(code[3:])
        index += steps if option_type == "CE" else -steps
    return listed[index] if 0 <= index < len(listed) else None


def nearest(strikes: list[int], level: Fraction) -> int:
    """The strike nearest to a level, the higher on a tie."""
    return min(strikes, key=lambda strike: (abs(strike - level), -strike))


def out_of_the_money(leg: dict) -> int:
    """Which way that is: up for a call, down for a put."""
    return 1 if leg["option_type"] == "CE" else -1


def exact_strike(leg: dict, _spot: int, chain: Chain) -> int | None:
    """The strike itself."""
    wanted = leg["strike_value"] * 100
    return int(wanted) if wanted in chain.listed(leg["option_type"]) else None


def relative(leg: dict, _spot: int, chain: Chain) -> int | None:
    """So many listed strikes out of the money from the strike last chosen for another leg (R25)."""
    listed, reference = chain.listed(leg["option_type"]), leg["reference"]
    if reference not in listed:
        return None
    index = listed.index(reference) + out_of_the_money(leg) * leg["strike_steps"]
    return listed[index] if 0 <= index < len(listed) else None


def by_percentage(leg: dict, spot: int, chain: Chain) -> int | None:
    """So many percent of the spot out of the money."""
    level = spot * (1 + out_of_the_money(leg) * leg["strike_value"] / 100)
    return nearest(chain.listed(leg["option_type"]), level)


def by_premium(leg: dict, _spot: int, chain: Chain) -> int | None:
    """The price nearest to the value."""
    return nearest_premium(chain.candidates(leg["option_type"]), leg["strike_value"] * 100)


def nearest_premium(candidates: list[tuple[int, int]], wanted: Fraction) -> int | None:
    """The strike whose price is nearest; on a tie the cheaper, then the lower strike."""
    if not candidates:
        return None
    return min(candidates, key=lambda found: (abs(found[0] - wanted), found[0], found[1]))[1]


def at_least(leg: dict, _spot: int, chain: Chain) -> int | None:
    """The cheapest of at least the value, the lower strike of equal ones."""
    enough = [found for found in chain.candidates(leg["option_type"]) if found[0] >= leg["strike_value"] * 100]
    return min(enough)[1] if enough else None


def dearest(candidates: list[tuple[int, int]]) -> int | None:
    """The strike of the highest price, the lower strike of equal ones."""
    return max(candidates, key=lambda found: (found[0], -found[1]))[1] if candidates else None


def at_most(leg: dict, _spot: int, chain: Chain) -> int | None:
    """The dearest of at most the value."""
    return dearest([found for found in chain.candidates(leg["option_type"]) if found[0] <= leg["strike_value"] * 100])


def in_range(leg: dict, _spot: int, chain: Chain) -> int | None:
    """The dearest within two prices, both included."""
    low, high = (end * 100 for end in leg["strike_range"])
    return dearest([found for found in chain.candidates(leg["option_type"]) if low <= found[0] <= high])


def straddle(leg: dict, spot: int, chain: Chain) -> tuple[int, int] | None:
    """The strike at the money for the leg's type, and what its call and its put cost together."""
    at_the_money = nearest(chain.listed(leg["option_type"]), Fraction(spot))
    if any(at_the_money not in chain.listed(kind) for kind in ("CE", "PE")):
        return None
    prices = [chain.fresh_price(at_the_money, kind) for kind in ("CE", "PE")]
    return None if None in prices else (at_the_money, sum(prices))


def by_straddle_width(leg: dict, spot: int, chain: Chain) -> int | None:
    """So many straddle prices out of the money from the strike at the money."""
    found = straddle(leg, spot, chain)
    if found is None:
        return None
    level = found[0] + out_of_the_money(leg) * leg["strike_value"] * found[1]
    return nearest(chain.listed(leg["option_type"]), level)


def by_straddle_premium(leg: dict, spot: int, chain: Chain) -> int | None:
    """The price nearest to so many percent of the straddle's."""
    found = straddle(leg, spot, chain)
    if found is None:
        return None
    return nearest_premium(chain.candidates(leg["option_type"]), leg["strike_value"] * found[1] / 100)


def years_to_expiry(chain: Chain) -> float:
    """From this second to 15:30 of the expiry."""
    seconds = (chain.expiry - chain.raw.day).days * 86_400 + 15 * 3600 + 30 * 60 - chain.market.second
    return seconds / (365 * 86_400)


def normal(value: float) -> float:
    """The standard normal distribution."""
    return 0.5 * (1 + math.erf(value / math.sqrt(2)))


def black(option_type: str, forward: float, strike: float, years: float, volatility: float) -> tuple[float, float]:
    """Black's price of 1976, undiscounted, and its delta."""
    spread = volatility * math.sqrt(years)
    first = math.log(forward / strike) / spread + spread / 2
    call = forward * normal(first) - strike * normal(first - spread)
    if option_type == "CE":
        return call, normal(first)
    return call - forward + strike, normal(first) - 1


def volatility_at(option_type: str, forward: float, strike: float, years: float, price: float) -> float | None:
    """The volatility between 0.0001 and 10 that the price implies, halved a hundred times."""
    inside = forward - strike if option_type == "CE" else strike - forward
    if forward <= 0 or years <= 0 or round(100 * (price - max(inside, 0))) <= 0:
        return None
    low, high = 0.0001, 10.0
    ends = [black(option_type, forward, strike, years, volatility)[0] for volatility in (low, high)]
    if not ends[0] <= price <= ends[1]:
        return None
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if black(option_type, forward, strike, years, middle)[0] < price else (low, middle)
    return low


def delta_at(option_type: str, forward: float, strike: float, years: float, price: float) -> float | None:
    """The delta at the volatility that the price implies."""
    volatility = volatility_at(option_type, forward, strike, years, price)
    return None if volatility is None else black(option_type, forward, strike, years, volatility)[1]


def forward_at_the_money(kind: str, spot: Fraction, chain: Chain) -> float | None:
    """The forward by the call and the put at the strike that is at the money for a type, where both have a price."""
    if not chain.listed(kind):
        return None
    at_the_money = nearest(chain.listed(kind), spot)
    if any(at_the_money not in chain.listed(each) for each in ("CE", "PE")):
        return None
    call, put = (chain.fresh_price(at_the_money, each) for each in ("CE", "PE"))
    return None if call is None or put is None else (at_the_money + call - put) / 100


def deltas(leg: dict, spot: int, chain: Chain) -> list[tuple[float, int, int]]:
    """(|delta|, price, strike) of the candidates that have one."""
    kind = leg["option_type"]
    forward, years = forward_at_the_money(kind, Fraction(spot), chain), years_to_expiry(chain)
    if forward is None:
        return []
    found = [
        (delta_at(kind, forward, strike / 100, years, price / 100), price, strike)
        for price, strike in chain.candidates(kind)
    ]
    return [(abs(delta), price, strike) for delta, price, strike in found if delta is not None]


def by_delta(leg: dict, spot: int, chain: Chain) -> int | None:
    """The delta nearest to the value; on a tie the cheaper, then the lower strike."""
    wanted = float(leg["strike_value"])
    found = [(abs(delta - wanted), price, strike) for delta, price, strike in deltas(leg, spot, chain)]
    return min(found)[2] if found else None


def by_delta_range(leg: dict, spot: int, chain: Chain) -> int | None:
    """The largest delta within two, both included; then the lower strike."""
    low, high = (float(end) for end in leg["strike_range"])
    found = [(-delta, strike) for delta, _, strike in deltas(leg, spot, chain) if low <= delta <= high]
    return min(found)[1] if found else None


BY_VALUE = {
    "DELTA": by_delta,
    "DELTARANGE": by_delta_range,
    "EXACT": exact_strike,
    "RELATIVE": relative,
    "PERCENTAGE": by_percentage,
    "PREMIUM": by_premium,
    "PREMIUMATLEAST": at_least,
    "PREMIUMATMOST": at_most,
    "PREMIUMRANGE": in_range,
    "STRADDLEWIDTH": by_straddle_width,
    "STRADDLEPREMIUM": by_straddle_premium,
}
