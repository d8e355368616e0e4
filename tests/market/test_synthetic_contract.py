"""The promises of every market source that need no given prices, on the lazy market and on its written demo."""

from __future__ import annotations

import pickle
from datetime import date
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

FIRST, SECOND = date(2024, 9, 12), date(2024, 9, 13)


@pytest.fixture(scope="module", params=["lazy", "demo"])
def market(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> MarketSource:
    """Two days of NIFTY (the lazy market has all others too)."""
    lazy = SyntheticMarket(6)
    if request.param == "lazy":
        return lazy
    folder: Path = tmp_path_factory.mktemp("contract") / "market_data"
    write_demo(lazy, "NIFTY", FIRST, 2, folder)
    return Catalogue(folder)


def test_it_names_itself_and_says_that_it_is_made_up(market: MarketSource) -> None:
    """A label, and a claim to be synthetic on the source and on each day."""
    assert market.label
    assert market.synthetic is True
    day = market.load_day("NIFTY", FIRST)
    assert (day.underlying, day.source, day.synthetic) == ("NIFTY", "synthetic:6", True)


def test_underlyings_and_days_are_sorted(market: MarketSource) -> None:
    """What there is, in order, both ends of a range included."""
    assert "NIFTY" in market.underlyings()
    assert list(market.underlyings()) == sorted(market.underlyings())
    assert market.days("NIFTY", FIRST, SECOND) == (FIRST, SECOND)
    assert market.days("NIFTY", SECOND, FIRST) == ()
    assert market.days("SILVER", date.min, date.max) == ()


def test_a_day_that_is_not_there_is_said(market: MarketSource) -> None:
    """No data is an error of its own kind, for days, fingerprints and other underlyings."""
    for underlying, day in (("NIFTY", date(2024, 9, 15)), ("SILVER", FIRST)):
        with pytest.raises(NoDataError):
            market.load_day(underlying, day)
        with pytest.raises(NoDataError):
            market.fingerprint(underlying, day)
    with pytest.raises(NoDataError):
        market.load_day("NIFTY", FIRST).ticks_of("SILVER")


def test_ticks_are_in_order_inside_the_session(market: MarketSource) -> None:
    """Seconds int32 and not decreasing, prices int64; an unlisted contract has no trades."""
    day = market.load_day("NIFTY", FIRST)
    for strike_paise in day.contracts.strikes_paise[FIRST, "PE"]:
        ticks = day.ticks_of(day.contract(FIRST, strike_paise, "PE").symbol)
        assert ticks.second.dtype == np.int32
        assert ticks.price_paise.dtype == np.int64
        assert np.all(np.diff(ticks.second) >= 0)
        assert not ticks.replayed
        assert len(ticks) == 0 or (day.session.open_s <= ticks.second[0] <= ticks.second[-1] <= day.session.close_s)
    assert len(day.ticks_of("NIFTY:2024-09-12:OPT:99900:CE")) == 0


@pytest.mark.parametrize("timeframe_s", [60, 300, 900, 3600])
def test_history_is_the_last_500_candles_before_the_day(market: MarketSource, timeframe_s: int) -> None:
    """Candles of earlier days only, anchored at the session's open; contracts have none."""
    day = market.load_day("NIFTY", SECOND)
    history = day.history_of("NIFTY", timeframe_s)
    assert len(history) == WARM_UP_CANDLES
    assert history.start[-1] < naive_epoch(SECOND)
    assert np.all(np.diff(history.start) > 0)
    assert np.all((history.start % 86_400 - day.session.open_s) % timeframe_s == 0)
    assert len(day.history_of("NIFTY:2024-09-19:OPT:25000:CE", timeframe_s)) == 0


def test_a_fingerprint_tells_days_apart_and_stays(market: MarketSource) -> None:
    """The same day, the same short text; another day, another one; a pickled source gives it too."""
    texts = [market.fingerprint("NIFTY", day) for day in (FIRST, SECOND)]
    again: MarketSource = pickle.loads(pickle.dumps(market))  # noqa: S301 — our own bytes
    assert len(set(texts)) == 2
    assert texts == [again.fingerprint("NIFTY", day) for day in (FIRST, SECOND)]
    assert all(len(text) <= 64 for text in texts)
