from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from strikebook.market.catalogue import Catalogue
from strikebook.market.history import MinuteHistory, minute_candles
from strikebook.market.rows import InstrumentRows, rows_of_ticks
from strikebook.model.prices import Bars, Ticks, candles
from strikebook.model.session import Session, naive_epoch

TIMEFRAMES = (60, 120, 180, 300, 600, 900, 1800, 3600, 7200, 86_400)


def directly(days: list[tuple[Session, InstrumentRows]], timeframe_s: int, count: int = 500) -> list[tuple[int, ...]]:
    """The candles of each day's trades, without the one-minute history in between."""
    found = []
    for session, rows in days:
        bars = candles(rows.ticks(session), naive_epoch(session.date), session.open_s, session.close_s, timeframe_s)
        found += as_rows(bars)
    return found[-count:]


def as_rows(bars: Bars) -> list[tuple[int, ...]]:
    volume = np.full(len(bars), -1) if bars.volume is None else bars.volume
    columns = (bars.start, bars.open_paise, bars.high_paise, bars.low_paise, bars.close_paise, volume)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def history_of(days: list[tuple[Session, InstrumentRows]]) -> MinuteHistory:
    history = MinuteHistory.none()
    for session, rows in days:
        history = history.with_days({naive_epoch(session.date): (session.open_s, minute_candles(rows, session))})
    return history


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_history_from_minutes_equals_history_from_trades(data: st.DataObject):
    """Sparse trades, short and odd sessions, trades at the close and outside: both ways give the same candles."""
    days = []
    for number in range(data.draw(st.integers(1, 5))):
        open_s = data.draw(st.sampled_from([33_300, 33_240, 65_700]))
        session = Session(
            date(2022, 6, 1) + timedelta(days=number), open_s, open_s + 60 * data.draw(st.integers(1, 340))
        )
        second = sorted(data.draw(st.lists(st.integers(open_s - 60, session.close_s + 60), max_size=60)))
        price = data.draw(st.lists(st.integers(1, 99), min_size=len(second), max_size=len(second)))
        ticks = Ticks(np.array(second, np.int32), np.array(price, np.int64), np.arange(len(second), dtype=np.int64))
        days.append((session, rows_of_ticks(ticks)))
    history = history_of(days)
    for timeframe_s in TIMEFRAMES:
        for count in (500, 3):
            bars = history.before(naive_epoch(date(2022, 7, 1)), timeframe_s, count)
            assert as_rows(bars) == directly(days, timeframe_s, count)


def test_both_ways_agree_on_the_real_month(june: Catalogue):
    """Warm-up of every June day, from bars_1m.parquet and from the replayed trades of the days before it."""
    days = june.days("NIFTY", date.min, date.max)
    loaded = {day: june.load_day("NIFTY", day) for day in days}
    for number in (5, 21, len(days) - 1):
        before = [(loaded[day].session, rows_of_ticks(loaded[day].ticks_of("NIFTY"))) for day in days[:number]]
        for timeframe_s in TIMEFRAMES:
            bars = loaded[days[number]].history_of("NIFTY", timeframe_s)
            assert [row[:5] for row in as_rows(bars)] == [row[:5] for row in directly(before, timeframe_s)]


def test_a_day_put_again_replaces_itself():
    """Importing a day a second time does not double its candles."""
    session = Session(date(2022, 6, 1))
    first = rows_of_ticks(Ticks(np.array([33_300, 33_400], np.int32), np.array([1, 2], np.int64)))
    second = rows_of_ticks(Ticks(np.array([33_300], np.int32), np.array([9], np.int64)))
    history = history_of([(session, first), (session, second)])
    assert history.bars.close_paise.tolist() == [9]
    assert history.session_open_s.tolist() == [33_300]


def test_days_with_and_without_quantities_mix():
    """A candle of a day without quantities has volume -1, the others keep theirs."""
    trades = np.array([33_300], np.int32), np.array([1], np.int64)
    one = (Session(date(2022, 6, 1)), rows_of_ticks(Ticks(*trades, np.array([50], np.int64))))
    other = (Session(date(2022, 6, 2)), rows_of_ticks(Ticks(*trades)))
    bars = history_of([one, other]).before(naive_epoch(date(2022, 6, 3)), 300)
    assert bars.volume is not None
    assert bars.volume.tolist() == [50, -1]
