"""Every warning, with the JSON path it must carry, and what is none."""

from __future__ import annotations

import pytest

from strikebook.strategy.parse import parse_strategy
from tests.strategy import documents as d
from tests.strategy.variants import (
    END,
    LEAF,
    LEG,
    ON,
    START,
    TIMEFRAME,
    N,
    comparing,
    ending,
    indicators,
    legs,
    rsi_above,
    setting,
    target,
    without,
)


def way_sets():
    """An exit that reads what only one of two ways into the position sets."""
    leave = d.exit_signal("leave", rsi_above(), d.leaf(d.candle(), "<", d.variable_read("enter", "Low")))
    return d.small(
        d.entry_signal("enter2"),
        enter=d.entry_signal(variables=[d.variable_set("Low")]),
        leave=leave,
        edges=[("start", "enter2"), ("enter2", "entry")],
    )


def later_ways():
    """A re-entry set that reads what only one of two re-entry signals sets."""
    low = d.leaf(d.candle(), "<", d.variable_read("again", "Low"))
    leave = d.exit_signal(hasReEntryExitConditions=True, reEntryExitConditions=[d.group(low)])
    return d.small(
        d.re_entry_signal("again2"),
        again=d.re_entry_signal(variables=[d.variable_set("Low")]),
        leave=leave,
        edges=[("exit", "again2"), ("again2", "entry")],
    )


WARNINGS = {
    "alert": (d.small(d.node("bell", "alertNode"), edges=[("exit", "bell")]), f"{N}[7].type", "alertNode is ignored"),
    "end": (d.small(d.node("end", "endNode")), f"{N}[7].type", "endNode is ignored"),
    "edge twice": (d.small(edges=[("start", "enter")]), "$.edges[7]", "the same edge again"),
    "unreached square-off": (d.small(d.square_off("x")), f"{N}[7]", "it can never trigger"),
    "square-off without a time": (ending(immediateExit={"enabled": False}), f"{N}[{d.SQUARE}]", "can never trigger"),
    "stale nodeId": (
        setting(d.variable_set("Low", nodeId="other")),
        f"{N}[1].data.variables[0].nodeId",
        "names the node 'other'",
    ),
    "unused indicator": (indicators(x=d.indicator_declared("sma")), f"{TIMEFRAME}.indicators.x", "nobody reads"),
    "supporting not enabled": (
        d.small(start=d.start(supportingInstrumentConfig=d.instrument("BANKNIFTY"))),
        f"{START}.supportingInstrumentConfig.symbol",
        "not enabled",
    ),
    "unknown exchange": (d.small(start=d.start(exchange="MCX")), f"{START}.exchange", "not known"),
    "re-entries without limit": (
        d.small(again=d.re_entry_signal(limit=None)),
        f"{N}[{d.AGAIN}].data.retryConfig.maxReEntries",
        "without a limit",
    ),
    "other target": (
        d.small(again=d.re_entry_signal(targetEntryNodeId="entry-9")),
        f"{N}[{d.AGAIN}].data.targetEntryNodeId",
        "the edge decides",
    ),
    "flag without set": (
        d.small(leave=d.exit_signal(hasReEntryExitConditions=True)),
        f"{N}[{d.LEAVE}].data.hasReEntryExitConditions",
        "without a condition",
    ),
    "set without flag": (
        d.small(enter=d.entry_signal(reEntryConditions=[rsi_above()])),
        f"{N}[{d.ENTER}].data.reEntryConditions",
        "without its flag",
    ),
    "limit in two places": (
        d.small(
            entry=d.entry("entry", d.leg(maxEntries=3)),
            again=d.re_entry_signal(retryConfig={"maxReEntries": 1, "maxEntries": 2}),
        ),
        f"{N}[{d.AGAIN}].data.retryConfig.maxEntries",
        "does nothing here",
    ),
    "strike value in steps": (
        legs(d.leg(optionDetails={"expiry": "W0", "strikeType": "ATM", "optionType": "CE", "strikeValue": 5})),
        f"{LEG}.optionDetails.strikeValue",
        "does nothing",
    ),
    "exit set on an entry signal": (
        d.small(enter=d.entry_signal(hasReEntryExitConditions=True, reEntryExitConditions=[{"lhs": "nonsense"}])),
        f"{N}[{d.ENTER}].data.reEntryExitConditions",
        "reEntryExitConditions does nothing here",
    ),
    "entry set on an exit signal": (
        d.small(leave=d.exit_signal(reEntryConditions=[rsi_above()])),
        f"{N}[{d.LEAVE}].data.reEntryConditions",
        "reEntryConditions does nothing here",
    ),
    "set on a re-entry signal": (
        d.small(again=d.re_entry_signal(hasReEntryConditions="true", reEntryConditions=[rsi_above()])),
        f"{N}[{d.AGAIN}].data.reEntryConditions",
        "reEntryConditions does nothing here",
    ),
    "flag on a re-entry signal": (
        d.small(again=d.re_entry_signal(hasReEntryExitConditions=True)),
        f"{N}[{d.AGAIN}].data.hasReEntryExitConditions",
        "hasReEntryExitConditions does nothing here",
    ),
    "limits of an entry signal": (
        d.small(enter=d.entry_signal(retryConfig={"maxReEntries": 2})),
        f"{N}[{d.ENTER}].data.retryConfig",
        "'retryConfig' does nothing here",
    ),
    "group of re-entries": (
        d.small(again=d.re_entry_signal(retryConfig={"maxReEntries": 2, "groupNumber": 2})),
        f"{N}[{d.AGAIN}].data.retryConfig.groupNumber",
        "groupNumber does nothing",
    ),
    "limit price of an exit": (
        d.small(exit=d.exit_node("exit", "p1", {"limitPrice": 5})),
        f"{N}[{d.EXIT}].data.exitNodeData.orderConfig.limitPrice",
        "'limitPrice' does nothing here",
    ),
    "part of all": (
        d.small(exit=d.exit_node("exit", "p1", {"partialQuantityPercentage": 50})),
        f"{N}[{d.EXIT}].data.exitNodeData.orderConfig.partialQuantityPercentage",
        "'partialQuantityPercentage' does nothing here",
    ),
    "carried over the close": (
        legs(d.leg(productType="carryForward")),
        f"{LEG}.productType",
        "still open after the close",
    ),
    "re-entry that does not say": (
        d.small(exit=d.exit_node("exit", reEntryConfig={"maxReEntries": 2})),
        f"{N}[{d.EXIT}].data.exitNodeData.reEntryConfig",
        "without enabled does nothing",
    ),
    "supporting instrument nobody reads": (
        d.small(start=d.start(supportingInstrumentEnabled=True, supportingInstrumentConfig=d.instrument("INDIAVIX"))),
        f"{START}.supportingInstrumentConfig",
        "a supporting instrument nobody reads",
    ),
    "two kinds of trading": (
        d.small(start=d.start(tradingInstrumentConfig=d.instrument() | {"type": "futures"})),
        f"{START}.tradingInstrumentConfig.type",
        "tradingInstrument.type counts",
    ),
    "entry that says exit": (
        d.small(entry=d.entry("entry", d.leg(), actionType="exit")),
        f"{N}[{d.ENTRY}].data.actionType",
        "the node's type counts",
    ),
    "entry in another instrument": (
        d.small(entry=d.entry("entry", d.leg(), instrument="BANKNIFTY")),
        f"{N}[{d.ENTRY}].data.instrument",
        "the start node's instrument is traded",
    ),
    "alerts": (ending(alertNotification=ON), f"{END}.alertNotification", "does nothing here"),
    "not forced": (ending(positionClosure={"forceClose": False}), f"{END}.positionClosure.forceClose", "does nothing"),
    "performance by text": (
        ending(performanceBasedExit={"enabled": "true"}),
        f"{END}.performanceBasedExit",
        "enabled without an amount",
    ),
    "two fields": (
        d.with_condition(d.leaf(d.candle("High") | {"dataField": "Low"}, ">", d.live())),
        f"{LEAF}.lhs.dataField",
        "'dataField' does nothing here",
    ),
    "value of another type": (
        comparing(">", d.live(), d.constant(5, valueType="text")),
        f"{LEAF}.rhs.valueType",
        "the value is a number",
    ),
    "a unit with a typo": (
        d.small(
            start=d.start(tradingInstrumentConfig=d.instrument("NIFTY", d.timeframe() | {"unit": "mx", "number": 1}))
        ),
        f"{TIMEFRAME}.timeframe",
        "unit and number say something else",
    ),
    "fixed values": (comparing(">", d.constant(1), d.constant(2)), LEAF, "always the same"),
    "division by nothing": (
        comparing(">", d.arithmetic(d.now(), "/", d.constant(0)), d.constant(2)),
        LEAF,
        "division by 0 has no value: never true",
    ),
    "time of no session": (comparing(">=", d.now(), d.at("16:00")), LEAF, "outside the usual session"),
    "enabled without amount": (
        ending(timeBasedExit={"exitTime": "15:00"}, performanceBasedExit=ON),
        f"{END}.performanceBasedExit",
        "enabled without an amount",
    ),
    "amount 0": (
        ending(timeBasedExit={"exitTime": "15:00"}, **target(targetAmount=0)),
        f"{END}.performanceBasedExit.dailyPnLTarget.targetAmount",
        "without an amount",
    ),
    "target in a block that is off": (
        ending(
            timeBasedExit={"exitTime": "15:00"},
            performanceBasedExit={"enabled": False, "dailyPnLTarget": {"enabled": True, "targetAmount": 5}},
        ),
        f"{END}.performanceBasedExit.dailyPnLTarget",
        "inside a block that is not",
    ),
    "empty exit time": (
        ending(timeBasedExit={"exitTime": "", "exitAtMarketClose": True}),
        f"{END}.timeBasedExit.exitTime",
        "does nothing",
    ),
    "exit time of no session": (
        ending(timeBasedExit={"exitTime": "16:00"}),
        f"{END}.timeBasedExit.exitTime",
        "outside the usual session",
    ),
    "minutes without close": (
        ending(timeBasedExit={"exitTime": "15:00", "minutesBeforeClose": 5}),
        f"{END}.timeBasedExit.minutesBeforeClose",
        "without exitAtMarketClose",
    ),
    "enabled without a time": (ending(timeBasedExit=ON), f"{END}.timeBasedExit", "without a time"),
    "way that does not set": (way_sets(), LEAF, "not set when entry is entered through enter2"),
    "later way that does not set": (
        later_ways(),
        f"{N}[{d.LEAVE}].data.reEntryExitConditions[0].conditions[0]",
        "not set when entry is entered through enter and then again2",
    ),
    "nothing to open": (
        without(d.small(), "enter", "entry", "leave", "exit", "again"),
        f"{N}[0]",
        "opens nothing",
    ),
}


@pytest.mark.parametrize(("document", "path", "what"), WARNINGS.values(), ids=WARNINGS.keys())
def test_warning(document, path, what):
    """The document can run, with this finding among its warnings."""
    parsed = parse_strategy(document)
    assert parsed.errors == ()
    assert parsed.strategy is not None
    found = [(warning.path, warning.what) for warning in parsed.strategy.warnings]
    assert any(at == path and what in text for at, text in found), found


def test_a_signal_may_only_set_variables():
    """A signal that leads to nothing is fine where another node reads what it sets."""
    document = d.small(
        d.entry_signal("opening", d.after("09:30"), variables=[d.variable_set("High", d.candle("High"))]),
        enter=d.entry_signal("enter", d.leaf(d.live(), ">", d.variable_read("opening", "High"))),
        edges=[("start", "opening")],
    )
    assert parse_strategy(document).findings == ()


def test_a_way_through_the_setter_sets():
    """A way that cannot be gone without the variable's node sets it: no warning."""
    document = d.small(
        d.entry_signal("first", variables=[d.variable_set("Low")]),
        leave=d.exit_signal("leave", d.leaf(d.candle(), "<", d.variable_read("first", "Low"))),
        edges=[("start", "first"), ("first", "enter")],
    )
    document["edges"] = [edge for edge in document["edges"] if (edge["source"], edge["target"]) != ("start", "enter")]
    assert parse_strategy(document).findings == ()
