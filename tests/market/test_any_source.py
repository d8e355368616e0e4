"""What every market source promises whatever its prices are, tried on every member on a day of its own.

``test_source_contract`` goes further for the members that can be given prices.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from strikebook.errors import NoDataError
from strikebook.market.source import MarketSource
from strikebook.market.synthetic import SyntheticMarket
from strikebook.model.session import naive_epoch
from tests.market.test_source_contract import DAYS, MEMBERS, small_days


@dataclass(frozen=True)
class Example:
    """A market with two of its days, of NIFTY."""

    market: MarketSource
    day: date
    other_day: date


def _given(make: Callable[[Path], MarketSource]) -> Callable[[Path], Example]:
    return lambda folder: Example(make(folder), DAYS[2], DAYS[1])


EXAMPLES: dict[str, Callable[[Path], Example]] = {
    **{
        name: _given(lambda folder, put=put: put(folder / "market_data", small_days())) for name, put in MEMBERS.items()
    },
    "synthetic": lambda _: Example(SyntheticMarket(7), date(2024, 10, 1), date(2024, 9, 30)),
}


@pytest.fixture(params=list(EXAMPLES))
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Example:
    """Each member with its days."""
    return EXAMPLES[request.param](tmp_path)


def test_every_day_says_where_it_comes_from(example: Example):
    """Label, source and the synthetic flag agree."""
    day = example.market.load_day("NIFTY", example.day)
    assert day.source == example.market.label != ""
    assert day.synthetic is example.market.synthetic
    assert (day.underlying, day.session.date) == ("NIFTY", example.day)


def test_lists_are_sorted_and_ranges_include_their_ends(example: Example):
    """Underlyings and days ascend; a reversed range is empty; an unknown underlying has no days."""
    market = example.market
    assert "NIFTY" in market.underlyings()
    assert list(market.underlyings()) == sorted(market.underlyings())
    days = market.days("NIFTY", example.other_day, example.day)
    assert (days[0], days[-1]) == (example.other_day, example.day)
    assert list(days) == sorted(days)
    assert market.days("NIFTY", example.day, example.other_day) == ()
    assert market.days("NOWHERE", date.min, date.max) == ()


@pytest.mark.parametrize("underlying", ["NIFTY", "NOWHERE"])
def test_what_is_not_there_is_no_data(example: Example, underlying: str):
    """A Sunday of NIFTY, any day of nothing."""
    sunday = example.day + timedelta(days=6 - example.day.weekday())
    for ask in (example.market.load_day, example.market.fingerprint):
        with pytest.raises(NoDataError):
            ask(underlying, sunday)


def test_trades_lie_in_the_session_in_order(example: Example):
    """Of the spot and of every contract near the middle of the chain: types, order, prices of zero or more."""
    day = example.market.load_day("NIFTY", example.day)
    (expiry, option_type), strikes = next(iter(sorted(day.contracts.strikes_paise.items())))
    for symbol in ("NIFTY", day.contract(expiry, strikes[len(strikes) // 2], option_type).symbol):
        ticks = day.ticks_of(symbol)
        assert len(ticks) > 0
        assert (ticks.second.dtype, ticks.price_paise.dtype) == (np.int32, np.int64)
        assert len(ticks.second) == len(ticks.price_paise)
        assert (np.diff(ticks.second) >= 0).all()
        assert ticks.second[0] >= day.session.open_s
        assert ticks.second[-1] <= day.session.close_s
        assert (ticks.price_paise >= 0).all()
    assert len(day.ticks_of(f"NIFTY:{expiry.isoformat()}:OPT:1:CE")) == 0


def test_prices_alone_are_the_same_trades(example: Example):
    """Where a day gives prices without quantities, they are the seconds and prices of its trades."""
    day = example.market.load_day("NIFTY", example.day)
    (expiry, option_type), strikes = next(iter(sorted(day.contracts.strikes_paise.items())))
    symbol = day.contract(expiry, strikes[len(strikes) // 2], option_type).symbol
    prices = (day.prices_of or day.ticks_of)(symbol)
    trades = example.market.load_day("NIFTY", example.day).ticks_of(symbol)
    assert prices.second.tolist() == trades.second.tolist()
    assert prices.price_paise.tolist() == trades.price_paise.tolist()
    assert prices.replayed == trades.replayed


def test_contracts_ascend_and_have_lots(example: Example):
    """Strikes of an expiry and type ascend without repetition; every expiry of NIFTY has its dated lot."""
    contracts = example.market.load_day("NIFTY", example.day).contracts
    assert contracts.expiries[0] >= example.day
    assert set(contracts.lot_sizes) == set(contracts.expiries)
    for strikes in contracts.strikes_paise.values():
        assert list(strikes) == sorted(set(strikes))


@pytest.mark.parametrize("timeframe_s", [60, 900, 86_400])
def test_history_ends_before_the_day(example: Example, timeframe_s: int):
    """At most 500 candles, ascending, none of the day itself, high and low around open and close."""
    bars = example.market.load_day("NIFTY", example.day).history_of("NIFTY", timeframe_s)
    assert 0 < len(bars) <= 500
    assert (np.diff(bars.start) > 0).all()
    assert bars.start[-1] < naive_epoch(example.day)
    assert (bars.high_paise >= np.maximum(bars.open_paise, bars.close_paise)).all()
    assert (bars.low_paise <= np.minimum(bars.open_paise, bars.close_paise)).all()


def test_yesterday_s_candles_are_today_s_history(example: Example):
    """The last candle of history is the last price before the close of the day before."""
    before = example.market.load_day("NIFTY", example.other_day)
    ticks = before.ticks_of("NIFTY")
    last = ticks.price_paise[ticks.second < before.session.close_s][-1]
    history = example.market.load_day("NIFTY", example.day).history_of("NIFTY", 300)
    assert history.close_paise[-1] == last
    assert history.start[-1] >= naive_epoch(example.other_day)


def test_a_pickled_member_is_the_same_market(example: Example):
    """What a worker opens has the same fingerprints and trades; another day has another fingerprint."""
    market: MarketSource = pickle.loads(pickle.dumps(example.market))  # noqa: S301 — our own bytes
    assert market.fingerprint("NIFTY", example.day) == example.market.fingerprint("NIFTY", example.day)
    assert market.fingerprint("NIFTY", example.day) != market.fingerprint("NIFTY", example.other_day)
    ours, theirs = (each.load_day("NIFTY", example.day).ticks_of("NIFTY") for each in (example.market, market))
    assert np.array_equal(ours.price_paise, theirs.price_paise)
