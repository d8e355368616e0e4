"""What a square-off waited for stands in the day file as a condition with both values."""

from __future__ import annotations

from typing import Any

import pytest

from strikebook.engine.day import run_day
from strikebook.model.options import RunOptions
from strikebook.money.day_charges import charges_of_day
from strikebook.storage.day_document import DayDocuments
from strikebook.strategy.parse import require_strategy
from tests.raw_day import market_day
from tests.worked_days.making import end_conditions, leaf, leg, live, make_strategy, number, round_trip, square_off
from tests.worked_days.making import entry_signal as signal
from tests.worked_days.making_market import C25000, make_day
from tests.worked_days.making_terms import locked

PRICES = {C25000: {10: 100, 15: 102, 20: 109, 30: 101, 40: 95}}
BUY = leg("buy", "CE", lots=2, lot_size=50)


def reason(document: dict[str, Any]) -> tuple[str, dict[str, Any], str]:
    """How the day's one position was closed: the exit's name, its condition, its preview."""
    strategy = require_strategy(document)
    result = run_day(strategy, market_day(make_day(traded=PRICES)), RunOptions())
    made: Any = DayDocuments(strategy, RunOptions()).document(result, charges_of_day(result, RunOptions()))
    (position,) = made["positions"]
    (condition,) = position["exit_diagnostic_data"]["conditions_evaluated"]
    return position["exit_reason"], condition, position["exit_condition_preview"]


@pytest.mark.parametrize(
    ("ends", "seen", "operator", "level", "text"),
    [
        (end_conditions(amount=850), 900.0, ">=", 850.0, "PnL[day] >= 850 (the day's profit target)"),
        (end_conditions(amount=-450), -500.0, "<=", -450.0, "PnL[day] <= -450 (the day's loss limit)"),
        (locked(whenProfit=850, lockProfit=150), 100.0, "<=", 150.0, None),
        (locked(whenProfit=500, forEvery=200, trailBy=100), 100.0, "<=", 200.0, None),
    ],
)
def test_an_amount_says_the_days_profit_and_what_it_was_held_against(ends, seen, operator, level, text):
    """100 units bought at 100: 102, 109, 101, 95 are 200, 900, 100 and -500 rupees.

    The floor that trails from 500 is 0, and 100 more for each 200 above: 200 at a best of 900.
    """
    name, condition, preview = reason(make_strategy(*round_trip("a", "09:15:10", BUY), ends=ends))
    assert name == "square_off_performance"
    assert (condition["lhs_value"], condition["operator"], condition["rhs_value"]) == (seen, operator, level)
    assert condition["result"] is True
    assert condition["path"].endswith(".endConditions")
    assert preview == condition["text"]
    assert text is None or preview == text


def test_a_time_says_the_time_also_where_a_signal_made_the_square_off_active():
    """The signal fired at 09:15:12, and is not why the position was closed at 09:15:25."""
    nodes, paths = round_trip("a", "09:15:10", BUY)
    armed = [signal("arm", leaf(live("ltp"), ">", number(1))), square_off("off", at="09:15:25")]
    name, condition, preview = reason(make_strategy([*nodes, *armed], [*paths, "start > arm > off"]))
    assert name == "square_off_time"
    assert (condition["lhs_value"], condition["rhs_value"]) == (33_325.0, 33_325.0)
    assert preview == "Current Time >= 09:15:25 (the time of the square-off)"


def test_a_square_off_at_once_is_explained_by_the_signal_that_led_to_it():
    """It waits for nothing of its own."""
    nodes, paths = round_trip("a", "09:15:10", BUY)
    panic = [signal("panic", leaf(live("ltp"), ">", number(1))), square_off("off", immediate=True)]
    document = make_strategy([*nodes, *panic], [*paths, "a > panic > off"])
    name, condition, preview = reason(document)
    assert name == "square_off_immediate"
    assert (condition["operator"], condition["rhs_value"]) == (">", 1)
    assert preview == condition["text"]
