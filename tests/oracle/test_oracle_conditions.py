"""Prices, candles and conditions as they were known at a step."""

from __future__ import annotations

import pytest

from strikebook.model.options import RunOptions
from tests.oracle import documents as d
from tests.oracle import run_oracle
from tests.oracle.market import replayed


def report_of(spot, *conditions, timeframes=(), last_step=200, more_nodes=(), edges=""):
    """The report of an exit signal that guards nothing: it is armed until it fires."""
    document = d.strategy(
        f"start>watch {edges}", d.start(timeframes), d.signal("exit", "watch", *conditions), *more_nodes
    )
    return run_oracle(document, d.tiny_day(spot, {}, last_step), RunOptions()).signals["watch"]


def test_a_crossing_needs_an_earlier_step_and_equality_is_no_side() -> None:
    """From above to equal to above: the crossing is at the step after equality."""
    spot = d.trades((5, 151), (10, 150), (20, 150), (30, 151))
    crossing = d.leaf(d.ltp(), "crosses_above", d.constant(150))
    assert report_of(spot, crossing)["fired_steps"] == [30]
    assert report_of(d.trades((5, 151)), crossing)["fired_steps"] == []


def test_a_crossing_below_remembers_the_last_step_with_both_values() -> None:
    """The forming candle has no value between 60 and 69; step 70 compares with step 59."""
    spot = d.trades((0, 152), (70, 148))
    crossing = d.leaf(d.candle("Close", 0), "crosses_below", d.constant(150))
    assert report_of(spot, crossing, timeframes=[d.timeframe("1m")])["fired_steps"] == [70]


@pytest.mark.parametrize(("low", "high", "fired"), [(150, 151, [0]), (149, 150, [0]), (150.01, 151, [])])
def test_between_includes_both_ends(low: float, high: float, fired: list[int]) -> None:
    """A price equal to an end is between."""
    between = d.leaf(d.ltp(), "between", [d.constant(low), d.constant(high)])
    assert report_of(d.trades((0, 150)), between)["fired_steps"] == fired


def test_a_candle_is_completed_at_its_end_and_forms_until_then() -> None:
    """The first minute's high of 155 is known as forming at step 30, as completed at step 60."""
    spot = d.trades((0, 150), (30, 155), (40, 140), (61, 141))
    minute = [d.timeframe("1m")]
    high = d.constant(155)
    assert report_of(spot, d.leaf(d.candle("High", 0), "==", high), timeframes=minute)["fired_steps"] == [30]
    assert report_of(spot, d.leaf(d.candle("High", -1), "==", high), timeframes=minute)["fired_steps"] == [60]
    low = d.leaf(d.candle("Low", 0), "between", [d.constant(140.5), d.constant(141.5)])
    assert report_of(spot, low, timeframes=minute)["fired_steps"] == [61]


def test_buckets_without_a_trade_make_no_candle() -> None:
    """Two candles back from the third minute is the first minute: the second had no trade."""
    spot = d.trades((0, 150), (130, 160))
    back = d.leaf(d.candle("Close", -2), "==", d.constant(150))
    assert report_of(spot, back, timeframes=[d.timeframe("1m")])["fired_steps"] == [180]


def test_a_bar_is_four_trades_the_nearer_extreme_first() -> None:
    """The low first on a tie; thirds rounded down; a bar with only a close is one trade."""
    assert replayed([d.bar(0, 60, 100, 103, 97, 101)]) == [
        (d.OPEN_S, 10000, None, None),
        (d.OPEN_S + 20, 9700, None, None),
        (d.OPEN_S + 40, 10300, None, None),
        (d.OPEN_S + 59, 10100, None, None),
    ]
    assert [trade[1] for trade in replayed([d.bar(0, 10, 100, 102, 97, 101)])] == [10000, 10200, 9700, 10100]
    assert [trade[0] - d.OPEN_S for trade in replayed([d.bar(0, 10, 100, 102, 97, 101)])] == [0, 3, 6, 9]
    assert replayed([d.bar(60, 60, 100)]) == [(d.OPEN_S + 119, 10000, None, None)]


def test_an_rsi_without_movement_has_no_value() -> None:
    """RSI(2) of a flat minute series is no number, so neither side of it holds."""
    spot = d.trades(*[(second, 150) for second in range(0, 200, 20)])
    minute = [d.timeframe("1m", r={"indicator_name": "rsi", "length": 2})]
    either = d.group(
        "OR",
        d.leaf(d.indicator("r"), "<", d.constant(50)),
        d.leaf(d.indicator("r"), ">=", d.constant(50)),
    )
    assert report_of(spot, either, timeframes=minute)["fired_steps"] == []


def test_text_compares_only_for_equality_and_without_case() -> None:
    """A text is never equal, unequal, less or more than a number."""
    spot = d.trades((0, 150))
    assert report_of(spot, d.leaf(d.constant("Open"), "==", d.constant("oPEN")))["fired_steps"] == [0]
    assert report_of(spot, d.leaf(d.constant("Open"), "!=", d.constant(1)))["fired_steps"] == []


def test_division_by_zero_has_no_value() -> None:
    """Not even != holds."""
    quotient = d.arithmetic(d.ltp(), "/", d.constant(0))
    assert report_of(d.trades((0, 150)), d.leaf(quotient, "!=", d.constant(1)))["fired_steps"] == []


def test_near_misses_are_runs_of_steps_with_one_leaf_missing() -> None:
    """From 10 to 19 only the price is missing, from 20 to 29 only the time."""
    spot = d.trades((0, 150), (20, 155), (30, 150))
    report = report_of(
        spot,
        d.leaf(d.ltp(), ">", d.constant(152)),
        d.leaf(d.now(), "between", [d.constant(d.OPEN_S + 10), d.constant(d.OPEN_S + 19)]),
    )
    assert report["near_misses"] == [(10, 19, "base", 0), (20, 29, "base", 1)]
    assert report["sets"]["base"] == {"armed_steps": 201, "leaves": [(10, 29), (10, 19)]}


def test_variables_see_each_other_in_the_order_they_need() -> None:
    """``a`` reads ``b`` of the same firing although it stands before it."""
    document = d.strategy(
        "start>watch",
        d.start(),
        d.signal(
            "exit",
            "watch",
            d.at_second(10),
            variables=[
                {"name": "a", "expression": d.arithmetic(d.variable("watch", "b"), "+%", d.constant(10))},
                {"name": "b", "expression": d.ltp()},
            ],
        ),
    )
    day = run_oracle(document, d.tiny_day(d.trades((0, 150)), {}), RunOptions())
    assert day.variables == {"watch": {"a": 165.0, "b": 150.0}}
