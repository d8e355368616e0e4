"""The synthetic market as a source: labels, days, determinism and history."""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import sys
from datetime import date, timedelta

import numpy as np
import pytest

from strikebook.engine.day import run_day
from strikebook.errors import NoDataError
from strikebook.market.synthetic import SyntheticMarket
from strikebook.model.market_day import WARM_UP_CANDLES
from strikebook.model.options import RunOptions
from strikebook.model.prices import Ticks, candles
from strikebook.model.session import Session, naive_epoch
from strikebook.strategy.parse import require_strategy
from tests.market.synthetic_strategies import rsi_strategy, straddle_strategy

DAY = date(2024, 9, 12)
OPTION = "NIFTY:2024-09-12:OPT:26400:CE"
DIGEST_OF_SEED_1 = "efe8e00f3bbb7f27"


def digest(*columns: Ticks) -> str:
    """A hash of trades."""
    hasher = hashlib.blake2b(digest_size=8)
    for ticks in columns:
        for part in (ticks.second, ticks.price_paise, ticks.quantity, ticks.oi):
            if part is not None:
                hasher.update(part.astype("<i8").tobytes())
    return hasher.hexdigest()


def digest_of_day(seed: int) -> str:
    """A hash of the index and of one option on one day."""
    day = SyntheticMarket(seed).load_day("NIFTY", DAY)
    return digest(day.ticks_of("NIFTY"), day.ticks_of(OPTION))


def test_everything_says_that_it_is_made_up() -> None:
    """The source, each day and each result carry the seed and the word synthetic."""
    market = SyntheticMarket(7)
    day = market.load_day("NIFTY", DAY)
    result = run_day(require_strategy(rsi_strategy()), day, RunOptions())
    assert (market.label, market.synthetic) == ("synthetic:7", True)
    assert (day.source, day.synthetic) == (result.source, result.synthetic) == ("synthetic:7", True)
    assert "synthetic" in market.fingerprint("NIFTY", DAY)


def test_the_prices_of_a_seed_never_change() -> None:
    """A day of seed 1 is the one it was when this version of the generator was made."""
    assert digest_of_day(1) == DIGEST_OF_SEED_1


def test_another_process_makes_the_same_prices() -> None:
    """A fresh process that asks for nothing else gets what this one gets."""
    script = "from tests.market.test_synthetic_market import digest_of_day; print(digest_of_day(5))"
    made = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert made.stdout.strip() == digest_of_day(5)


def test_the_order_of_questions_does_not_matter() -> None:
    """A later day, another index and another contract asked for first change nothing."""
    fresh = digest_of_day(11)
    market = SyntheticMarket(11)
    market.load_day("BANKNIFTY", date(2025, 3, 3)).ticks_of("BANKNIFTY")
    day = market.load_day("NIFTY", DAY)
    day.history_of("NIFTY", 900)
    day.ticks_of("NIFTY:2024-09-12:OPT:26400:PE")
    option = day.ticks_of(OPTION)
    assert digest(day.ticks_of("NIFTY"), option) == fresh


def test_seeds_indices_and_days_differ() -> None:
    """No two of them share a path."""
    first, other = SyntheticMarket(1), SyntheticMarket(2)
    made = {
        digest(market.load_day(name, day).ticks_of(name))
        for market in (first, other)
        for name in ("NIFTY", "BANKNIFTY")
        for day in (DAY, date(2024, 9, 13))
    }
    assert len(made) == 8


def test_a_market_crosses_to_a_worker() -> None:
    """A pickled market is small and equal to the first."""
    packed = pickle.dumps(SyntheticMarket(3))
    assert pickle.loads(packed) == SyntheticMarket(3)  # noqa: S301 — bytes of our own
    assert len(packed) < 500


def test_days_are_the_calendars_sessions() -> None:
    """Holidays are no days, weekend sessions and the muhurat evening are, with their own hours."""
    market = SyntheticMarket()
    days = market.days("NIFTY", date(2024, 1, 1), date(2024, 12, 31))
    assert {date(2024, 1, 20), date(2024, 3, 2), date(2024, 11, 1)} <= set(days)
    assert not {date(2024, 1, 22), date(2024, 8, 15), date(2024, 11, 20)} & set(days)
    muhurat = market.load_day("NIFTY", date(2024, 11, 1))
    assert muhurat.session == Session(date(2024, 11, 1), 18 * 3600, 19 * 3600)
    assert len(muhurat.ticks_of("NIFTY")) > 3500
    assert market.days("NIFTY", date(2018, 12, 1), date(2019, 1, 2)) == (date(2019, 1, 1), date(2019, 1, 2))
    assert market.days("SENSEX", date(2023, 5, 1), date(2023, 5, 16)) == (date(2023, 5, 15), date(2023, 5, 16))
    assert market.days("SILVER", date(2024, 1, 1), date(2024, 1, 31)) == ()


@pytest.mark.parametrize(
    ("underlying", "day"),
    [
        ("NIFTY", date(2024, 8, 15)),
        ("NIFTY", date(2018, 12, 31)),
        ("NIFTY", date(2036, 1, 1)),
        ("SENSEX", date(2023, 5, 12)),
        ("SILVER", DAY),
    ],
)
def test_a_day_that_was_not_traded_is_refused(underlying: str, day: date) -> None:
    """A holiday, a day out of range and an unknown index have no data, and the message says what has."""
    with pytest.raises(NoDataError, match="synthetic:1"):
        SyntheticMarket().load_day(underlying, day)


def test_symbols_without_trades_are_empty() -> None:
    """Unlisted strikes and expiries, futures, and an index before its first day have no ticks and no history."""
    day = SyntheticMarket().load_day("NIFTY", DAY)
    for symbol in ("NIFTY:2024-09-12:OPT:26425:CE", "NIFTY:2024-09-13:OPT:26400:CE", "NIFTY:2024-09-26:FUT"):
        assert len(day.ticks_of(symbol)) == 0
        assert len(day.history_of(symbol, 60)) == 0
    assert len(SyntheticMarket().load_day("NIFTY", date(2022, 3, 2)).ticks_of("SENSEX")) == 0
    with pytest.raises(NoDataError):
        day.ticks_of("SILVER")


@pytest.mark.parametrize("timeframe_s", [60, 180, 900, 3600])
def test_history_is_the_days_before_as_candles(timeframe_s: int) -> None:
    """The warm-up equals the last 500 candles built from the earlier days' own ticks, short sessions included."""
    market = SyntheticMarket(2)
    day = date(2024, 11, 5)
    starts, closes, highs = [], [], []
    for before in market.days("NIFTY", day - timedelta(days=150), day - timedelta(days=1)):
        loaded = market.load_day("NIFTY", before)
        session = loaded.session
        bars = candles(loaded.ticks_of("NIFTY"), naive_epoch(before), session.open_s, session.close_s, timeframe_s)
        starts.append(bars.start)
        closes.append(bars.close_paise)
        highs.append(bars.high_paise)
    history = market.load_day("NIFTY", day).history_of("NIFTY", timeframe_s)
    assert len(history) == WARM_UP_CANDLES
    assert history.volume is None
    np.testing.assert_array_equal(history.start, np.concatenate(starts)[-500:])
    np.testing.assert_array_equal(history.close_paise, np.concatenate(closes)[-500:])
    np.testing.assert_array_equal(history.high_paise, np.concatenate(highs)[-500:])


def test_daily_history_is_full_on_the_first_day() -> None:
    """Even 2019-01-01 has 500 daily candles before it: the path begins in 2016."""
    history = SyntheticMarket().load_day("NIFTY", date(2019, 1, 1)).history_of("NIFTY", 86_400)
    assert len(history) == WARM_UP_CANDLES
    assert np.all(history.start < naive_epoch(date(2019, 1, 1)))


def test_the_demo_strategies_trade_several_times_a_day() -> None:
    """Over a month the two-sided RSI trades at least four times a day on average and a straddle every day."""
    market = SyntheticMarket(1)
    days = market.days("NIFTY", date(2024, 10, 1), date(2024, 10, 31))
    for document, least in ((rsi_strategy(), 4), (straddle_strategy(), 2)):
        strategy = require_strategy(document)
        results = [run_day(strategy, market.load_day("NIFTY", day), RunOptions()) for day in days]
        assert sum(len(result.trades) for result in results) >= least * len(days)
        assert not any(result.rejections for result in results)
        assert not any(result.short_history for result in results)
