"""Prices along a day's session."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from strikebook.engine.day import run_day
from strikebook.engine.tape import Tape
from strikebook.model.options import RunOptions
from strikebook.model.prices import Ticks
from strikebook.model.session import Session
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


TEN_SECONDS = Session(date(2024, 10, 1), 33_300, 33_309)


def three_trades_in_a_second() -> Tape:
    """Of 09:15:00 to 09:15:09: at step 2 one trade at 10.00, at step 4 three (11, 15, 12), at step 7 one at 9.00."""
    second = np.array([33_302, 33_304, 33_304, 33_304, 33_307], np.int32)
    return Tape(Ticks(second, np.array([1000, 1100, 1500, 1200, 900], np.int64)), TEN_SECONDS)


def test_only_the_last_trade_of_a_second_is_its_price():
    """The column, the moves of a stretch, and the first step at a price all pass over 15.00, which was never last."""
    tape = three_trades_in_a_second()
    assert tape.paise.tolist() == [-1, -1, 1000, 1000, 1200, 1200, 1200, 900, 900, 900]
    steps, prices = tape.moves(3, 8)
    assert (steps.tolist(), prices.tolist()) == ([3, 4, 7], [1000, 1200, 900])
    assert tape.moves(5, 7)[0].tolist() == [5]
    assert tape.first_at(0, 1500, below=False) is None
    assert tape.first_at(0, 1200, below=False) == 4
    assert tape.first_at(5, 1200, below=False) == 5
    assert tape.first_at(0, 950, below=True) == 7
    assert tape.price_at(4) == 1200


def test_an_instrument_that_did_not_trade_has_no_price_at_any_step():
    """Its column is all unknown, and no price is ever reached."""
    tape = Tape(Ticks.none(), TEN_SECONDS)
    assert tape.paise.tolist() == [-1] * 10
    assert tape.first_at(0, 0, below=False) is None
