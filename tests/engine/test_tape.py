"""Prices along a day's session."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from strikebook.engine.day import run_day
from strikebook.model.options import RunOptions
from strikebook.model.prices import Ticks
from strikebook.strategy.parse import require_strategy
from tests.raw_day import market_day
from tests.worked_days.making import entry, entry_signal, leaf, leg, live, make_strategy, number
from tests.worked_days.making_market import C25000, make_day


def test_what_another_underlying_trades_outside_the_session_is_no_part_of_the_day():
    """VIX trades one unit a second from 09:14:50 to 09:20:10; the day's session is 09:15:00 to 09:20:00.

    Its eleventh unit of the session is traded at step 10.
    """
    second = np.arange(33_290, 33_611, dtype=np.int32)
    wide = Ticks(second, np.full(len(second), 1500, np.int64), np.ones(len(second), np.int64))
    day = market_day(make_day(coded=[C25000]))
    wider = replace(day, ticks_of=lambda symbol: wide if symbol == "VIX" else day.ticks_of(symbol))
    document = make_strategy(
        [entry_signal("go", leaf(live("volume", "SI"), ">=", number(11))), entry("a", leg("buy", "CE"))],
        ["start > go > a"],
        supporting="VIX",
    )
    result = run_day(require_strategy(document), wider, RunOptions())
    assert [life.entry.step for life in result.lives] == [10]
