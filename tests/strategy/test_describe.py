"""A strategy in sentences."""

from __future__ import annotations

from strikebook.strategy.describe import describe, describe_lines
from strikebook.strategy.parse import require_strategy
from tests.strategy import documents as d


def test_lines():
    """The graph in execution order; a node met again is only named."""
    document = d.small(
        entry=d.entry("entry", d.leg(strike="OTM2", maxEntries=3), d.leg("p2", quantity=2, multiplier=None)),
        enter=d.entry_signal(variables=[d.variable_set("Low")], label="Cheap"),
        exit=d.exit_node("exit", None, {"quantity": "percentage", "partialQuantityPercentage": 50}),
    )
    assert describe_lines(require_strategy(document)) == (
        "Small",
        "start start",
        "    TI NIFTY: 1m rsi(14,close)",
        "    entry signal enter “Cheap”",
        "        when Previous[TI.1m.rsi(14,close)] < 30",
        "        sets Low = Previous[TI.1m.Low]",
        "        entry entry",
        "            SELL 1 lot PE OTM2 W0 as p1 (lot size 75)",
        "            SELL 2 lots PE ATM W0 as p2",
        "            at most 3 entries a day",
        "            exit signal leave",
        "                when Previous[TI.1m.rsi(14,close)] > 70",
        "                exit exit",
        "                    closes 50 % of p1, p2",
        "                    re-entry signal again",
        "                        when Previous[TI.1m.rsi(14,close)] < 30",
        "                        at most 10 re-entries a day",
        "                        entry entry (above)",
        "    square-off square",
        "        closes everything 5 minutes before the close",
    )


def test_a_capital_and_a_priority_are_said():
    """A leg by capital is no leg of one lot; the order in which legs are sent is told."""
    leg = d.leg(positionType="buy", quantityType="capital", capital=150000, quantity=None, priority=2)
    lines = describe_lines(require_strategy(d.small(entry=d.entry("entry", leg))))
    assert "            BUY for 150000 rupees PE ATM W0 as p1 (lot size 75)" in lines
    assert "            p1: sent with priority 2" in lines


def test_again():
    """Each node has its details once."""
    found = [item for item in describe(require_strategy(d.small())) if item.node_id == "entry"]
    assert [(item.depth, item.again, bool(item.details)) for item in found] == [(2, False, True), (6, True, False)]


def test_end_conditions():
    """What ends the day, in the order it is checked."""
    block = {
        "immediateExit": {"enabled": True},
        "performanceBasedExit": {"profitTarget": 5000, "lossLimit": 2500.5},
        "timeBasedExit": {"exitTime": "15:15"},
    }
    lines = describe_lines(require_strategy(d.small(square=d.square_off("square", **block))))
    assert lines[-4:] == (
        "        closes everything at once",
        "        closes everything at a day's profit of 5000 or more",
        "        closes everything at a day's profit of -2500.5 or less",
        "        closes everything at 15:15",
    )


def test_conditions_line_by_line():
    """Each item of the outermost group of several has its line; what is nested stays in one, in parentheses."""
    low = d.leaf(d.indicator(), "<", d.constant(30))
    either = d.group(low, low, logic="OR")
    document = d.small(enter=d.entry_signal("enter", d.group(low, either)))
    lines = describe_lines(require_strategy(document))
    text = "Previous[TI.1m.rsi(14,close)] < 30"
    assert f"        when {text}" in lines
    assert f"        and ({text} OR {text})" in lines
    alone = describe_lines(require_strategy(d.small(enter=d.entry_signal("enter", either))))
    assert alone.index(f"        when {text}") + 1 == alone.index(f"        or {text}")
