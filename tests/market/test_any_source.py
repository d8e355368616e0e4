"""What every market source promises whatever its prices are, tried on every member on a day of its own.

To add a member: a function that makes one in a folder, listed in ``EXAMPLES`` with two neighbouring days of it.
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
from strikebook.market.catalogue import Catalogue
from strikebook.market.source import MarketSource
from strikebook.market.synthetic import SyntheticMarket
from strikebook.market.synthetic.demo import write_demo
from strikebook.model.market_day import WARM_UP_CANDLES
from strikebook.model.session import naive_epoch
from tests.market.test_source_contract import DAYS, MEMBERS, Days, small_days


@dataclass(frozen=True)
class Example:
    """A market with two of its days, of NIFTY. ``seed``: that of its made-up prices, None for given ones."""

    market: MarketSource
    day: date
    day_before: date
    seed: int | None = None


def _given(put: Callable[[Path, Days], MarketSource]) -> Callable[[Path], Example]:
    return lambda folder: Example(put(folder, small_days()), DAYS[2], DAYS[1])


def _lazy(_: Path) -> Example:
    return Example(SyntheticMarket(7), date(2024, 10, 1), date(2024, 9, 30), seed=7)


def _demo(folder: Path) -> Example:
    write_demo(SyntheticMarket(6), "NIFTY", date(2024, 9, 12), 2, folder)
    return Example(Catalogue(folder), date(2024, 9, 13), date(2024, 9, 12), seed=6)


EXAMPLES: dict[str, Callable[[Path], Example]] = {
    **{name: _given(put) for name, put in MEMBERS.items()},
    "synthetic": _lazy,
    "demo": _demo,
}


@pytest.fixture(scope="module", params=list(EXAMPLES))
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Each member with its days."""
    return EXAMPLES[request.param](tmp_path_factory.mktemp("market") / "market_data")


def test_every_day_says_where_it_comes_from(example: Example):
    """A label for results, that of the generator where prices are made up, which source and day also say."""
    day = example.market.load_day("NIFTY", example.day)
    assert example.market.label
    assert day.source == (example.market.label if example.seed is None else f"synthetic:{example.seed}")
    assert day.synthetic is example.market.synthetic is (example.seed is not None)
    assert (day.underlying, day.session.date) == ("NIFTY", example.day)


def test_lists_are_sorted_and_ranges_include_their_ends(example: Example):
    """Underlyings and days ascend; a reversed range is empty; an unknown underlying has no days."""
    market = example.market
    assert "NIFTY" in market.underlyings()
    assert list(market.underlyings()) == sorted(market.underlyings())
    assert market.days("NIFTY", example.day_before, example.day) == (example.day_before, example.day)
    assert market.days("NIFTY", example.day, example.day_before) == ()
    assert market.days("NOWHERE", date.min, date.max) == ()


@pytest.mark.parametrize("underlying", ["NIFTY", "NOWHERE"])
def test_what_is_not_there_is_no_data(example: Example, underlying: str):
    """A Sunday of NIFTY, any day of nothing, and nothing as a supporting instrument."""
    sunday = example.day + timedelta(days=6 - example.day.weekday())
    for ask in (example.market.load_day, example.market.fingerprint):
        with pytest.raises(NoDataError):
            ask(underlying, sunday)
    with pytest.raises(NoDataError):
        example.market.load_day("NIFTY", example.day).ticks_of("NOWHERE")


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


@pytest.mark.parametrize("timeframe_s", [60, 300, 900, 3600])
def test_candles_are_anchored_at_the_open(example: Example, timeframe_s: int):
    """Each begins a whole number of timeframes after its session's open; contracts have no history."""
    day = example.market.load_day("NIFTY", example.day)
    start = day.history_of("NIFTY", timeframe_s).start
    assert ((start % 86_400 - day.session.open_s) % timeframe_s == 0).all()
    expiry = day.contracts.expiries[0]
    strike_paise = day.contracts.strikes_paise[expiry, "CE"][0]
    assert len(day.history_of(day.contract(expiry, strike_paise, "CE").symbol, timeframe_s)) == 0


@pytest.mark.parametrize("example", ["synthetic", "demo"], indirect=True)
@pytest.mark.parametrize("timeframe_s", [60, 300, 900, 3600])
def test_made_up_prices_have_their_whole_warm_up(example: Example, timeframe_s: int):
    """500 candles up to an hour; trades are made one by one, replayed from no bar."""
    day = example.market.load_day("NIFTY", example.day)
    assert len(day.history_of("NIFTY", timeframe_s)) == WARM_UP_CANDLES
    assert not day.ticks_of("NIFTY").replayed


def test_yesterday_s_candles_are_today_s_history(example: Example):
    """The last candle of history is the last price before the close of the day before."""
    before = example.market.load_day("NIFTY", example.day_before)
    ticks = before.ticks_of("NIFTY")
    last = ticks.price_paise[ticks.second < before.session.close_s][-1]
    history = example.market.load_day("NIFTY", example.day).history_of("NIFTY", 300)
    assert history.close_paise[-1] == last
    assert history.start[-1] >= naive_epoch(example.day_before)


def test_a_pickled_member_is_the_same_market(example: Example):
    """What a worker opens has the same fingerprints and trades; another day has another fingerprint."""
    market: MarketSource = pickle.loads(pickle.dumps(example.market))  # noqa: S301 — our own bytes
    assert market.fingerprint("NIFTY", example.day) == example.market.fingerprint("NIFTY", example.day)
    assert market.fingerprint("NIFTY", example.day) != market.fingerprint("NIFTY", example.day_before)
    assert len(market.fingerprint("NIFTY", example.day)) <= 64
    ours, theirs = (each.load_day("NIFTY", example.day).ticks_of("NIFTY") for each in (example.market, market))
    assert np.array_equal(ours.price_paise, theirs.price_paise)
