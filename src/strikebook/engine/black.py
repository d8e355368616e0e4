"""Black's model of 1976 for an option on a forward, without discounting: implied volatility and greeks.

F. Black, "The pricing of commodity contracts", Journal of Financial Economics 3 (1976).
With d₁ = (ln(F/K) + σ²T/2)/(σ√T) and d₂ = d₁ − σ√T, a call is worth F·N(d₁) − K·N(d₂) and a put
K·N(−d₂) − F·N(−d₁). Prices in rupees, T in years.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import erf, exp, log, pi, sqrt
from typing import Final

from strikebook.model.day_result import Greeks
from strikebook.model.instrument import OptionType

SECONDS_A_YEAR: Final = 365 * 86_400
LEAST_VOLATILITY: Final = 0.0001
MOST_VOLATILITY: Final = 10.0
_MOST_STEPS: Final = 100
_CLOSE_ENOUGH: Final = 1e-7
"""A step of Newton's that is so small is wrong by about its square."""
_FLAT: Final = 1e-12
_LEAST_TIME_VALUE: Final = 0.005
_DAYS_A_YEAR: Final = 365
_ROOT_OF_HALF: Final = sqrt(1 / 2)
_ROOT_OF_CIRCLE: Final = sqrt(2 * pi)
_ENDS: Final = (LEAST_VOLATILITY, MOST_VOLATILITY)
_SIGN: Final[Mapping[OptionType, int]] = {"CE": 1, "PE": -1}
"""A put is worth what a call is with all signs turned: −F·N(−d₁) + K·N(−d₂)."""


def black_prices(
    kind: OptionType, forwards: Iterable[float], strike: float, years: float, volatility: float
) -> list[float]:
    """What the option is worth at each of several forwards; at one that is not above 0, its intrinsic value."""
    sign, spread = _SIGN[kind], volatility * sqrt(years)
    return [
        _worth(sign, forward, strike, log(forward / strike), spread)
        if forward > 0
        else intrinsic_value(kind, forward, strike)
        for forward in forwards
    ]


def intrinsic_value(kind: OptionType, forward: float, strike: float) -> float:
    """What the option would be worth if it expired at the forward."""
    return max(_SIGN[kind] * (forward - strike), 0.0)


def implied_volatility(kind: OptionType, forward: float, strike: float, years: float, price: float) -> float | None:
    """The volatility at which the option is worth its price; None outside [0.0001, 10], or without a forward or time.

    None too where the price has less than half a paisa above its intrinsic value: it says nothing of volatility then.
    Newton's steps, halved where one would leave what is known to hold the answer; only then can there be none.
    """
    if forward <= 0 or years <= 0 or strike <= 0:
        return None
    sign, root = _SIGN[kind], sqrt(years)
    if price - intrinsic_value(kind, forward, strike) < _LEAST_TIME_VALUE:
        return None
    money = log(forward / strike)
    low, high = LEAST_VOLATILITY, MOST_VOLATILITY
    volatility = min(max(_ROOT_OF_CIRCLE / root * price / forward, 0.05), 1.0)
    for _ in range(_MOST_STEPS):
        spread = volatility * root
        miss = _worth(sign, forward, strike, money, spread) - price
        if miss > 0:
            high = volatility
        else:
            low = volatility
        slope = forward * root * _density(_distance(money, spread))
        ahead = volatility - miss / slope if slope > _FLAT else 0.0
        if low <= ahead <= high:
            if abs(ahead - volatility) < _CLOSE_ENOUGH:
                return ahead
            volatility = ahead
        else:
            least, most = (_worth(sign, forward, strike, money, end * root) for end in _ENDS)
            if not least <= price <= most:
                return None
            volatility = (low + high) / 2
    return volatility


def delta_of(kind: OptionType, forward: float, strike: float, years: float, volatility: float) -> float:
    """The change of its value by a rupee of the forward."""
    first = _distance(log(forward / strike), volatility * sqrt(years))
    return _normal(first) - (0.0 if kind == "CE" else 1.0)


def greeks_of(kind: OptionType, forward: float, strike: float, years: float, price: float) -> Greeks | None:
    """The greeks at the volatility that a price implies; None where it implies none."""
    volatility = implied_volatility(kind, forward, strike, years, price)
    if volatility is None:
        return None
    root = sqrt(years)
    first = _distance(log(forward / strike), volatility * root)
    density = _density(first)
    return Greeks(
        iv=volatility,
        delta=_normal(first) - (0.0 if kind == "CE" else 1.0),
        gamma=density / (forward * volatility * root),
        theta=-forward * density * volatility / (2 * root) / _DAYS_A_YEAR,
        vega=forward * density * root / 100,
        forward=forward,
    )


def _distance(money: float, spread: float) -> float:
    """d₁ of ln(F/K) and σ√T."""
    return money / spread + spread / 2


def _worth(sign: int, forward: float, strike: float, money: float, spread: float) -> float:
    """What the option is worth, of ln(F/K) and σ√T; N(d) is (1 + erf(d/√2))/2."""
    first = money / spread + spread / 2
    by_forward = 1 + erf(sign * first * _ROOT_OF_HALF)
    by_strike = 1 + erf(sign * (first - spread) * _ROOT_OF_HALF)
    return sign * (forward * by_forward - strike * by_strike) / 2


def _normal(value: float) -> float:
    """The standard normal distribution."""
    return (1 + erf(value * _ROOT_OF_HALF)) / 2


def _density(value: float) -> float:
    """The density of the standard normal distribution."""
    return exp(-value * value / 2) / _ROOT_OF_CIRCLE
