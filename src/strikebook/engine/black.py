"""Black's model of 1976 for an option on a forward, without discounting: implied volatility and greeks.

F. Black, "The pricing of commodity contracts", Journal of Financial Economics 3 (1976).
With d₁ = (ln(F/K) + σ²T/2)/(σ√T) and d₂ = d₁ − σ√T, a call is worth F·N(d₁) − K·N(d₂) and a put
K·N(−d₂) − F·N(−d₁). Prices in rupees, T in years.
"""

from __future__ import annotations

from math import erf, exp, log, pi, sqrt
from typing import Final

from strikebook.model.day_result import Greeks
from strikebook.model.instrument import OptionType

SECONDS_A_YEAR: Final = 365 * 86_400
LEAST_VOLATILITY: Final = 0.0001
MOST_VOLATILITY: Final = 10.0
_MOST_STEPS: Final = 100
_CLOSE_ENOUGH: Final = 1e-12
_FLAT: Final = 1e-12
_LEAST_TIME_VALUE: Final = 0.005
_DAYS_A_YEAR: Final = 365
_ROOT_OF_HALF: Final = sqrt(1 / 2)
_ROOT_OF_CIRCLE: Final = sqrt(2 * pi)


def black_price(kind: OptionType, forward: float, strike: float, years: float, volatility: float) -> float:
    """What the option is worth."""
    first, second = _distances(log(forward / strike), volatility * sqrt(years))
    return _worth(kind, forward, strike, first, second)


def implied_volatility(kind: OptionType, forward: float, strike: float, years: float, price: float) -> float | None:
    """The volatility at which the option is worth its price; None outside [0.0001, 10], or without a forward or time.

    None too where the price has less than half a paisa above its intrinsic value: it says nothing of volatility then.
    Newton's steps, halved where one would leave what is known to hold the answer.
    """
    if forward <= 0 or years <= 0 or strike <= 0:
        return None
    if price - max(forward - strike if kind == "CE" else strike - forward, 0.0) < _LEAST_TIME_VALUE:
        return None
    money, root = log(forward / strike), sqrt(years)

    def worth(volatility: float) -> tuple[float, float]:
        """What the option is worth, and how that changes with the volatility."""
        first, second = _distances(money, volatility * root)
        return _worth(kind, forward, strike, first, second), forward * _density(first) * root

    low, high = LEAST_VOLATILITY, MOST_VOLATILITY
    if not worth(low)[0] <= price <= worth(high)[0]:
        return None
    volatility = min(max(_ROOT_OF_CIRCLE / root * price / forward, 0.05), 1.0)
    for _ in range(_MOST_STEPS):
        value, slope = worth(volatility)
        miss = value - price
        if miss > 0:
            high = volatility
        else:
            low = volatility
        ahead = volatility - miss / slope if slope > _FLAT else low
        if not low < ahead < high:
            ahead = (low + high) / 2
        if abs(ahead - volatility) < _CLOSE_ENOUGH:
            return ahead
        volatility = ahead
    return volatility


def delta_of(kind: OptionType, forward: float, strike: float, years: float, volatility: float) -> float:
    """The change of its value by a rupee of the forward."""
    first, _ = _distances(log(forward / strike), volatility * sqrt(years))
    return _normal(first) - (0.0 if kind == "CE" else 1.0)


def greeks_of(kind: OptionType, forward: float, strike: float, years: float, price: float) -> Greeks | None:
    """The greeks at the volatility that a price implies; None where it implies none."""
    volatility = implied_volatility(kind, forward, strike, years, price)
    if volatility is None:
        return None
    root = sqrt(years)
    first, _ = _distances(log(forward / strike), volatility * root)
    density = _density(first)
    return Greeks(
        iv=volatility,
        delta=_normal(first) - (0.0 if kind == "CE" else 1.0),
        gamma=density / (forward * volatility * root),
        theta=-forward * density * volatility / (2 * root) / _DAYS_A_YEAR,
        vega=forward * density * root / 100,
        forward=forward,
    )


def _distances(money: float, spread: float) -> tuple[float, float]:
    """d₁ and d₂ of ln(F/K) and σ√T."""
    first = money / spread + spread / 2
    return first, first - spread


def _worth(kind: OptionType, forward: float, strike: float, first: float, second: float) -> float:
    if kind == "CE":
        return forward * _normal(first) - strike * _normal(second)
    return strike * _normal(-second) - forward * _normal(-first)


def _normal(value: float) -> float:
    """The standard normal distribution."""
    return (1 + erf(value * _ROOT_OF_HALF)) / 2


def _density(value: float) -> float:
    """The density of the standard normal distribution."""
    return exp(-value * value / 2) / _ROOT_OF_CIRCLE
