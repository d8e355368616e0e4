"""A side of a comparison without a value: the record says why there is none."""

from __future__ import annotations

import pytest

from strikebook.engine.day import run_day
from strikebook.model.options import RunOptions
from strikebook.strategy.parse import require_strategy
from tests.raw_day import market_day
from tests.worked_days.making import (
    LTP,
    after,
    any_of,
    calc,
    candle,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    indicator,
    leaf,
    leg,
    live,
    make_strategy,
    number,
    position,
    variable,
)
from tests.worked_days.making_market import C25000, P25000, make_day

INDICATORS = {
    "rsi": {"indicator_name": "RSI", "length": 14},
    "vwap": {"indicator_name": "VWAP"},
    "obv": {"indicator_name": "OBV"},
}


def run(checked):
    """A day on which ``look`` fires at 09:17:30, whatever ``checked`` is; VIX first trades at 09:18:10.

    The call is opened at 09:15:10 and closed at 09:16:00, the put is opened at 09:15:10 and kept.
    """
    nodes = [
        entry_signal("go", after("09:15:10"), variables={"Oi": live("oi")}),
        entry("a", leg("buy", "CE")),
        exit_signal("stop", after("09:16:00")),
        exit_order("out", "a-pos1"),
        entry("b", leg("buy", "PE")),
        entry_signal("look", any_of(checked, after("09:17:30"))),
        entry("c", leg("buy", "CE", "OTM1")),
        entry_signal("late", after("09:19:00"), variables={"Low": LTP}),
        entry("d", leg("buy", "CE", "OTM1")),
    ]
    paths = ["start > go > a > stop > out", "go > b", "start > look > c", "start > late > d"]
    document = make_strategy(nodes, paths, indicators=INDICATORS, supporting="VIX")
    day = market_day(make_day(coded=[C25000, P25000], other={"VIX": {"09:18:10": 15}}))
    return run_day(require_strategy(document), day, RunOptions())


def missing(checked):
    """What the record of ``look`` says of that leaf."""
    return next(event for event in run(checked).events if event.node_id == "look").readings[0].missing


@pytest.mark.parametrize(
    ("side", "why"),
    [
        (live("ltp", "SI"), "SI.underlying_ltp has no value: VIX has not traded yet"),
        (live("volume"), "TI.volume has no value: NIFTY has no quantities"),
        (live("oi"), "TI.oi has no value: NIFTY has no open interest so far"),
        (candle("Close", -3), "Previous(3)[TI.1m.Close] has no value: too few candles: 2"),
        (candle("Volume", -1), "Previous[TI.1m.Volume] has no value: NIFTY has no quantities"),
        (candle("Low", 0, "SI"), "Current[SI.1m.Low] has no value: VIX has not traded in this candle yet"),
        (
            indicator("rsi"),
            "Previous[TI.1m.rsi(14,close)] has no value: rsi(14,close) has none at candle 2 of the series",
        ),
        (indicator("rsi", -5), "Previous(5)[TI.1m.rsi(14,close)] has no value: too few candles: 2"),
        (
            indicator("vwap"),
            "Previous[TI.1m.vwap] has no value: vwap reads the volume, and NIFTY has no quantities",
        ),
        (
            indicator("obv"),
            "Previous[TI.1m.obv] has no value: obv reads the volume, and NIFTY has no quantities",
        ),
        (variable("late", "Low"), "late.Low has no value: late has not fired"),
        (variable("go", "Oi"), "go.Oi has no value: unset when go fired"),
        (position("d-pos1", "pnl"), "Position[d-pos1].pnl has no value: d-pos1 has not been opened"),
        (position("b-pos1", "exitPrice"), "Position[b-pos1].exitPrice has no value: b-pos1 is open"),
        (calc(LTP, "/", number(0)), "TI.underlying_ltp / 0 has no value: division by zero"),
        (calc(number(1), "+", live("oi")), "1 + TI.oi has no value: NIFTY has no open interest so far"),
    ],
)
def test_the_record_says_why_a_side_has_no_value(side, why):
    """The cause, not only that there is none."""
    assert missing(leaf(side, ">", number(1))) == why


def test_both_sides_without_a_value_are_explained():
    """Each side by its own cause."""
    both = missing(leaf(live("oi"), ">", variable("late", "Low")))
    assert both == ("TI.oi has no value: NIFTY has no open interest so far; late.Low has no value: late has not fired")


def test_a_leaf_with_all_its_values_lacks_nothing():
    """A closed leg has an exit price."""
    assert missing(leaf(position("a-pos1", "exitPrice"), ">", number(1))) == ""
