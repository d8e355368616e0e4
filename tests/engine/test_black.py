"""Black's model against QuantLib: prices, implied volatility and greeks."""

from __future__ import annotations

from math import sqrt
from random import Random

import pytest
import QuantLib as ql  # noqa: N813 — as its own documentation has it

from strikebook.engine.black import black_prices, delta_of, greeks_of, implied_volatility

KINDS = {"CE": ql.Option.Call, "PE": ql.Option.Put}


def cases(count: int):
    """Options of NIFTY's sizes: (type, forward, strike, years, volatility)."""
    rng = Random(20241003)
    for _ in range(count):
        forward = rng.uniform(15_000, 27_000)
        strike = round(forward * rng.uniform(0.93, 1.07) / 50) * 50
        yield rng.choice(["CE", "PE"]), forward, float(strike), rng.uniform(0.001, 0.2), rng.uniform(0.06, 0.6)


def test_prices_and_greeks_are_quantlibs() -> None:
    """500 options: price, delta, gamma, vega and theta agree to a millionth of their size."""
    for kind, forward, strike, years, volatility in cases(500):
        calculator = ql.BlackCalculator(ql.PlainVanillaPayoff(KINDS[kind], strike), forward, volatility * sqrt(years))
        price = black_prices(kind, [forward], strike, years, volatility)[0]
        assert price == pytest.approx(calculator.value(), rel=1e-6, abs=1e-7)
        assert delta_of(kind, forward, strike, years, volatility) == pytest.approx(
            calculator.deltaForward(), rel=1e-6, abs=1e-9
        )
        greeks = greeks_of(kind, forward, strike, years, price)
        if greeks is None or calculator.vega(years) < 1:
            continue  # too little of its price is volatility for it to say much
        assert greeks.iv == pytest.approx(volatility, rel=1e-5)
        assert greeks.gamma == pytest.approx(calculator.gammaForward(), rel=1e-4)
        assert greeks.vega == pytest.approx(calculator.vega(years) / 100, rel=1e-4)
        assert greeks.theta == pytest.approx(calculator.theta(forward, years) / 365, rel=1e-4)


def test_implied_volatility_is_quantlibs() -> None:
    """Of prices in whole paise, as they are traded."""
    compared = 0
    for kind, forward, strike, years, volatility in cases(300):
        price = round(black_prices(kind, [forward], strike, years, volatility)[0], 2)
        found = implied_volatility(kind, forward, strike, years, price)
        if price < 1 or found is None:
            continue
        assert black_prices(kind, [forward], strike, years, found)[0] == pytest.approx(price, abs=1e-8)
        deviation = ql.blackFormulaImpliedStdDev(
            KINDS[kind], strike, forward, price, 1.0, 0.0, 0.2 * sqrt(years), 1e-12, 500
        )
        assert found == pytest.approx(deviation / sqrt(years), rel=1e-5)
        compared += 1
    assert compared > 200


@pytest.mark.parametrize(
    ("forward", "strike", "years", "price"),
    [
        (100.0, 90.0, 0.1, 9.0),
        (100.0, 90.0, 0.1, 10.0),
        (100.0, 90.0, 0.1, 101.0),
        (-5.0, 90.0, 0.1, 3.0),
        (100.0, 90.0, 0.0, 12.0),
    ],
)
def test_a_price_that_implies_no_volatility(forward: float, strike: float, years: float, price: float) -> None:
    """Below its intrinsic value, just that, above what it can be worth, without a forward, without time."""
    assert implied_volatility("CE", forward, strike, years, price) is None
    assert greeks_of("CE", forward, strike, years, price) is None
