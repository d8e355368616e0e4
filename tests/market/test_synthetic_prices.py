"""What the made-up prices look like: the index path, the options on it, and the gaps between trades."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from math import erf, sqrt

import numpy as np
import pytest
import talib

from strikebook.market.synthetic import SyntheticMarket
from strikebook.market.synthetic.daily_path import daily_path
from strikebook.market.synthetic.pricing import normal_cdf, option_values
from strikebook.model.instrument import OptionContract, OptionType
from strikebook.model.market_day import MarketDay
from strikebook.model.prices import Ticks, candles

MARKET = SyntheticMarket(1)
MONDAY = date(2024, 9, 9)
EXPIRY = date(2024, 9, 12)


def days_of(underlying: str = "NIFTY") -> list[MarketDay]:
    """The third quarter of 2024."""
    days = MARKET.days(underlying, date(2024, 7, 1), date(2024, 9, 30))
    return [MARKET.load_day(underlying, day) for day in days]


def option_ticks(day: MarketDay, expiry: date, strike: int, option_type: OptionType) -> Ticks:
    """The trades of a listed contract."""
    assert strike * 100 in day.contracts.strikes_paise[expiry, option_type]
    return day.ticks_of(OptionContract("NIFTY", expiry, strike * 100, option_type).symbol)


def spot_at(day: MarketDay, second: np.ndarray) -> np.ndarray:
    """The index at or before those seconds, in rupees."""
    spot = day.ticks_of("NIFTY")
    return spot.price_paise[np.searchsorted(spot.second, second, "right") - 1] / 100


def test_the_index_goes_on_where_it_stopped() -> None:
    """A day opens within 5 % of the close before, in most cases within 1 %, and never jumps 1 % in a second."""
    prices = [day.ticks_of("NIFTY").price_paise for day in days_of()]
    gaps = np.array([abs(later[0] / earlier[-1] - 1) for earlier, later in pairwise(prices)])
    assert gaps.max() < 0.05
    assert np.mean(gaps < 0.01) > 0.8
    assert max(np.abs(np.diff(price) / price[:-1]).max() for price in prices) < 0.01


def test_the_index_ticks_once_in_most_seconds() -> None:
    """Open and close trade, a few seconds are missing, prices are ticks of 0.05, and an index has no quantity."""
    for day in days_of()[:10]:
        ticks = day.ticks_of("NIFTY")
        assert (ticks.second[0], ticks.second[-1]) == (day.session.open_s, day.session.close_s)
        assert 0.99 < len(ticks) / day.session.steps < 1
        assert np.all(np.diff(ticks.second) > 0)
        assert np.all(ticks.price_paise % 5 == 0)
        assert ticks.quantity is None
        assert ticks.oi is None


def test_levels_and_volatility_are_plausible() -> None:
    """NIFTY stays within a third of its rough history and moves about 1 % a day, BANKNIFTY moves with it."""
    for seed in range(1, 9):
        nifty, bank = daily_path(seed, "NIFTY"), daily_path(seed, "BANKNIFTY")
        for day, level in ((date(2019, 1, 15), 10_900), (date(2022, 1, 15), 17_600), (date(2024, 11, 15), 24_500)):
            assert 0.67 < nifty.on(day).close / level < 1.5
        moves = [np.diff(np.log(path.close[::7])) for path in (nifty, bank)]
        assert np.corrcoef(moves[0], moves[1])[0, 1] > 0.6
        assert 0.01 < np.std(moves[0]) < 0.04


def test_the_day_is_livelier_at_its_ends() -> None:
    """The first quarter of an hour moves at least half as much again as the hour after noon."""
    squares = np.zeros(375)
    for day in days_of():
        minute = candles(day.ticks_of("NIFTY"), 0, day.session.open_s, day.session.close_s, 60)
        squares += (np.diff(minute.close_paise, prepend=minute.open_paise[0]) / minute.close_paise) ** 2
    assert squares[:15].mean() > 2.25 * squares[165:225].mean()
    assert squares[-15:].mean() > 1.3 * squares[165:225].mean()


def test_the_relative_strength_index_swings() -> None:
    """RSI(14) of one-minute candles enters below 30 or above 70 at least five times on nine days of ten."""
    crossings = []
    for day in days_of():
        minute = candles(day.ticks_of("NIFTY"), 0, day.session.open_s, day.session.close_s, 60)
        rsi = talib.RSI(minute.close_paise.astype(float), 14)[14:]
        outside = (rsi < 30) | (rsi > 70)
        crossings.append(np.count_nonzero(outside[1:] & ~outside[:-1]))
    assert np.percentile(crossings, 10) >= 5


def test_option_trades_are_well_formed() -> None:
    """Ticks of 0.05 from 0.05 up, quantities and open interest in lots, seconds inside the session, one each."""
    day = MARKET.load_day("NIFTY", MONDAY)
    lot = day.contracts.lot_sizes[EXPIRY]
    for strike_paise in day.contracts.strikes_paise[EXPIRY, "CE"][::9]:
        ticks = option_ticks(day, EXPIRY, strike_paise // 100, "CE")
        assert np.all(ticks.price_paise % 5 == 0)
        assert np.all(ticks.price_paise >= 5)
        assert np.all(np.diff(ticks.second) > 0)
        if len(ticks):
            assert day.session.open_s <= ticks.second[0]
            assert ticks.second[-1] <= day.session.close_s
            assert ticks.quantity is not None
            assert ticks.oi is not None
            assert np.all((ticks.quantity > 0) & (ticks.quantity % lot == 0))
            assert np.all((ticks.oi > 0) & (ticks.oi % lot == 0))


def test_gaps_grow_away_from_the_money() -> None:
    """At the money trades come every one to three seconds, far out minutes apart, and some contracts never trade."""
    day = MARKET.load_day("NIFTY", MONDAY)
    listed = day.contracts.strikes_paise[EXPIRY, "CE"]
    opening = day.ticks_of("NIFTY").price_paise[0]
    nearest = min(listed, key=lambda strike: abs(strike - opening))
    at_the_money = option_ticks(day, EXPIRY, nearest // 100, "CE")
    first_hour = at_the_money.second[at_the_money.second < day.session.open_s + 3600]
    assert 1 < np.diff(first_hour).mean() < 3
    far = min(listed, key=lambda strike: abs(strike - opening * 1.06))
    assert np.diff(option_ticks(day, EXPIRY, far // 100, "CE").second).mean() > 60
    counts = [len(option_ticks(day, EXPIRY, strike // 100, kind)) for strike in listed for kind in ("CE", "PE")]
    assert 0 in counts


def test_no_price_is_below_intrinsic_value() -> None:
    """Every trade of every contract of the nearest expiry is worth at least what exercising would bring."""
    day = MARKET.load_day("NIFTY", EXPIRY)
    for kind, sign in (("CE", 1), ("PE", -1)):
        for strike_paise in day.contracts.strikes_paise[EXPIRY, kind]:
            ticks = option_ticks(day, EXPIRY, strike_paise // 100, kind)
            intrinsic = sign * (spot_at(day, ticks.second) - strike_paise / 100)
            assert np.all(ticks.price_paise / 100 >= intrinsic - 1e-6)


def test_call_and_put_agree_with_the_index() -> None:
    """Where a call and a put of one strike trade in the same second, call − put is spot − strike to a few ticks."""
    day = MARKET.load_day("NIFTY", MONDAY)
    opening = day.ticks_of("NIFTY").price_paise[0] / 100
    strike = int(opening // 50) * 50
    call, put = (option_ticks(day, EXPIRY, strike, kind) for kind in ("CE", "PE"))
    second, at_call, at_put = np.intersect1d(call.second, put.second, return_indices=True)
    assert len(second) > 1000
    difference = (call.price_paise[at_call] - put.price_paise[at_put]) / 100
    assert np.abs(difference - (spot_at(day, second) - strike)).max() < 1.0


def test_prices_fall_with_the_strike() -> None:
    """The last calls of the day cost less the higher the strike, the puts more."""
    day = MARKET.load_day("NIFTY", MONDAY)
    middle = day.ticks_of("NIFTY").price_paise[-1]
    for kind, direction in (("CE", -1), ("PE", 1)):
        strikes = [s for s in day.contracts.strikes_paise[EXPIRY, kind] if abs(s - middle) < 40_000][::2]
        last = [option_ticks(day, EXPIRY, strike // 100, kind).price_paise[-1] for strike in strikes]
        assert np.all(direction * np.diff(last) > 0)


def test_expiring_options_end_at_intrinsic_value() -> None:
    """In the last seconds of its expiry day an option costs its intrinsic value, to within two spreads."""
    day = MARKET.load_day("NIFTY", EXPIRY)
    closing = day.ticks_of("NIFTY").price_paise[-1] / 100
    for strike_paise in day.contracts.strikes_paise[EXPIRY, "CE"]:
        for kind, sign in (("CE", 1), ("PE", -1)):
            ticks = option_ticks(day, EXPIRY, strike_paise // 100, kind)
            late = ticks.second >= day.session.close_s - 30
            intrinsic = np.maximum(sign * (spot_at(day, ticks.second[late]) - strike_paise / 100), 0.05)
            room = 0.15 + intrinsic * 0.002 + 5 * (abs(closing - strike_paise / 100) < 60)
            assert np.all(ticks.price_paise[late] / 100 - intrinsic <= room)


def test_a_later_expiry_costs_more() -> None:
    """At one strike the first trades of the day are dearer the longer the contract runs."""
    day = MARKET.load_day("NIFTY", MONDAY)
    strike = int(day.ticks_of("NIFTY").price_paise[0] // 5000) * 50
    first = [option_ticks(day, expiry, strike, "CE").price_paise[:1] for expiry in day.contracts.expiries[:5]]
    assert np.all(np.diff(np.concatenate(first)) > 0)


@pytest.mark.parametrize("option_type", ["CE", "PE"])
def test_values_follow_blacks_formula(option_type: OptionType) -> None:
    """At the money, where the smile is flat, the value is Black's to a hundredth of a rupee."""
    years, volatility, spot = 7 / 365, 0.13, 25_000.0
    half = volatility * sqrt(years) / 2
    expected = spot * erf(half / sqrt(2))
    value = option_values(np.array([spot]), spot, np.array([years]), volatility, option_type)[0]
    assert value == pytest.approx(expected, abs=0.01)


def test_the_distribution_function_is_exact_enough() -> None:
    """The table's straight lines are within 1e-7 of the normal distribution function, tails included."""
    points = np.linspace(-9, 9, 5001)
    exact = [(1 + erf(point / sqrt(2))) / 2 for point in points]
    assert np.abs(normal_cdf(points) - exact).max() < 1e-7


def test_strikes_are_known_at_the_open() -> None:
    """The listed strikes lie on the grid, at least 11.9 % either side of the close before."""
    for name, step in (("NIFTY", 5_000), ("BANKNIFTY", 10_000), ("SENSEX", 10_000)):
        before = MARKET.days(name, MONDAY - timedelta(days=7), MONDAY - timedelta(days=1))[-1]
        close = MARKET.load_day(name, before).ticks_of(name).price_paise[-1]
        for strikes in MARKET.load_day(name, MONDAY).contracts.strikes_paise.values():
            assert set(np.diff(strikes)) == {step}
            assert strikes[0] % step == 0
            assert strikes[0] < close * 0.881
            assert strikes[-1] > close * 1.119
