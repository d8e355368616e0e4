"""Conditions: their text, their kind, and their nesting."""

from __future__ import annotations

import pytest

from strikebook.strategy.expression import ConditionSet
from strikebook.strategy.node import SignalNode
from strikebook.strategy.parse import parse_strategy, require_strategy
from tests.strategy import documents as d


def conditions_of(document) -> ConditionSet:
    node = require_strategy(document).nodes["leave"]
    assert isinstance(node, SignalNode)
    return node.conditions


def leaving(*items) -> ConditionSet:
    leave = d.node("leave", "exitSignalNode", conditions=list(items))
    enter = d.entry_signal(variables=[d.variable_set("SignalLow")])
    start = d.start(supportingInstrumentEnabled=True, supportingInstrumentConfig=d.instrument("BANKNIFTY"))
    return conditions_of(d.small(start=start, enter=enter, leave=leave))


@pytest.mark.parametrize(
    ("leaf", "text", "kind"),
    [
        (d.after("09:17"), "Current Time >= 09:17", "time"),
        (d.after("09:17:30"), "Current Time >= 09:17:30", "time"),
        (
            d.leaf(d.now(), ">", d.arithmetic(d.at("09:15"), "+", d.constant(90))),
            "Current Time > 09:15 + 90",
            "time",
        ),
        (d.leaf(d.indicator(), "<", d.constant(30)), "Previous[TI.1m.rsi(14,close)] < 30", "non_live"),
        (d.leaf(d.indicator(offset=-2), "<", d.constant(30.5)), "Previous(2)[TI.1m.rsi(14,close)] < 30.5", "non_live"),
        (d.leaf(d.live(), ">", d.candle("High")), "TI.underlying_ltp > Previous[TI.1m.High]", "live"),
        (
            d.leaf(d.candle("Low", 0, role="SI"), "<", d.live("ltp", "SI")),
            "Current[SI.1m.Low] < SI.underlying_ltp",
            "live",
        ),
        (
            d.leaf(d.candle(), "<", d.variable_read("enter", "SignalLow")),
            "Previous[TI.1m.Close] < enter.SignalLow",
            "non_live",
        ),
        (
            d.leaf(d.position("currentPrice"), ">=", d.arithmetic(d.position("entryPrice"), "+%", d.constant(20))),
            "Position[p1].currentPrice >= Position[p1].entryPrice +% 20",
            "non_live",
        ),
        (
            d.leaf(
                d.arithmetic(d.arithmetic(d.candle("High"), "+", d.candle("Low")), "/", d.constant(2)),
                "crosses_below",
                d.constant(100),
            ),
            "(Previous[TI.1m.High] + Previous[TI.1m.Low]) / 2 crosses_below 100",
            "non_live",
        ),
        (d.leaf(d.profit(), "<=", d.constant(-500)), "PnL[overall].total <= -500", "non_live"),
        (
            d.leaf(d.profit("realized", "position", vpi="p1"), "!=", d.constant(True)),
            "PnL[p1].realized != 1",
            "non_live",
        ),
        (
            d.leaf(d.indicator(), "between", [d.constant(40), d.constant(60)]),
            "Previous[TI.1m.rsi(14,close)] between 40 and 60",
            "non_live",
        ),
        (d.leaf(d.live("oi"), ">", d.constant(0)), "TI.oi > 0", "live"),
    ],
)
def test_text_and_kind(leaf, text, kind):
    """Each expression in the style of the builder's previews, and what the leaf reads."""
    found = leaving(leaf).leaves[0]
    assert (found.text, found.kind) == (text, kind)


def test_nested_groups():
    """Several top-level items are all needed; inner groups of several stand in parentheses."""
    late, low = d.after("10:00"), d.leaf(d.indicator(), "<", d.constant(30))
    found = leaving(d.group(late, d.group(low, late), logic="or"), d.group(d.group(low)))
    rsi = "Previous[TI.1m.rsi(14,close)] < 30"
    assert found.text == f"(Current Time >= 10:00 OR ({rsi} AND Current Time >= 10:00)) AND {rsi}"
    assert [leaf.path for leaf in found.leaves][-1] == "$.nodes[3].data.conditions[1].conditions[0].conditions[0]"
    assert len(found.leaves) == 4


def nested(depth: int):
    item = d.after()
    for _ in range(depth):
        item = d.group(item)
    return item


def test_depth_is_limited():
    """Groups and expressions nest to a limit; a bomb beyond it is an error, not a crash."""
    assert leaving(nested(40)).text == "Current Time >= 09:17"
    value = d.constant(1)
    for _ in range(900):
        value = d.arithmetic(value, "+", d.constant(1))
    for bomb, what in ((nested(900), "conditions nested"), (d.leaf(d.live(), ">", value), "an expression nested")):
        errors = parse_strategy(d.small(leave=d.node("leave", "exitSignalNode", conditions=[bomb]))).errors
        assert any(error.what.startswith(what) for error in errors)


def test_several_outputs_need_a_name():
    """Without more than one output in the catalogue yet, a wrong name is still refused and a right one kept."""
    assert leaving(d.leaf(d.indicator(parameter="rsi"), "<", d.constant(30))).leaves[0].lhs_text.endswith("close)]")


def test_previews_are_never_used():
    """A stale preview changes nothing."""
    leave = d.exit_signal(conditionsPreview="something else")
    assert conditions_of(d.small(leave=leave)).text == "Previous[TI.1m.rsi(14,close)] > 70"
