"""Every error, with the JSON path it must carry."""

from __future__ import annotations

import pytest

from strikebook.strategy.cursor import Cursor, Report
from strikebook.strategy.expressions import _output
from strikebook.strategy.parse import parse_strategy
from tests.strategy import documents as d
from tests.strategy.variants import (
    END,
    LEAF,
    ON,
    START,
    TIMEFRAME,
    N,
    comparing,
    ending,
    indicators,
    lhs,
    reading,
    rsi_above,
    setting,
    timeframes,
    without,
)

ERRORS = {
    "not an object": (["nodes"], "$", "where a strategy belongs"),
    "no nodes": ({"strategy_id": "s"}, "$.nodes", "no nodes"),
    "still a string": ({"strategy": "{}"}, "$.strategy", "still a JSON string"),
    "costs": ({**d.small(), "costs": {"brokerage": 20}}, "$.costs", "not built yet"),
    "no start": (without(d.small(), "start"), N, "no start node"),
    "two starts": (d.small(d.start("start2")), f"{N}[7]", "a second start node"),
    "unknown node type": (d.small(d.node("x", "entrySignal")), f"{N}[7].type", "unknown node type"),
    "modify node": (d.small(d.node("x", "modifyNode")), f"{N}[7].type", "modifyNode is not part"),
    "force end node": (d.small(d.node("x", "forceEndNode")), f"{N}[7].type", "forceEndNode is not part"),
    "duplicate id": (d.small(d.entry("entry", d.leg("p2"))), f"{N}[7].id", "used twice"),
    "node without data": (d.small({"id": "x", "type": "exitNode"}), f"{N}[7].data", "without data"),
    "edge to nowhere": (d.small(edges=[("enter", "entri")]), "$.edges[7].target", "does not exist"),
    "edge from nowhere": (d.small(edges=[("entri", "enter")]), "$.edges[7].source", "does not exist"),
    "edge into the start": (d.small(edges=[("exit", "start")]), "$.edges[7].target", "into the start"),
    "unreachable signal": (d.small(d.entry_signal("x"), edges=[("x", "entry")]), f"{N}[7]", "no way leads here"),
    "unreachable entry": (d.small(d.entry("x", d.leg("p2"))), f"{N}[7]", "no way leads here"),
    "unreachable exit": (d.small(d.exit_node("x")), f"{N}[7]", "no way leads here"),
    "only below a square-off": (
        d.small(d.exit_node("x"), edges=[("square", "x")]),
        f"{N}[7]",
        "no way leads here",
    ),
    "only through an alert": (
        d.small(d.node("bell", "alertNode"), d.exit_node("x"), edges=[("leave", "bell"), ("bell", "x")]),
        f"{N}[8]",
        "no way leads here",
    ),
    "leads to nothing": (d.small(d.exit_signal("x"), edges=[("entry", "x")]), f"{N}[7]", "leads to nothing"),
    "exit signal below the start": (
        d.small(d.exit_signal("x"), edges=[("start", "x"), ("x", "exit")]),
        f"{N}[7]",
        "never becomes active",
    ),
    "exit below the start": (
        d.small(d.exit_node("x"), edges=[("start", "x")]),
        f"{N}[7]",
        "nothing is open then",
    ),
    "no trading symbol": (
        d.small(start=d.start(tradingInstrumentConfig=d.instrument(""))),
        f"{START}.tradingInstrumentConfig.symbol",
        "a symbol is missing",
    ),
    "contract as trading symbol": (
        d.small(start=d.start(tradingInstrumentConfig=d.instrument("NIFTY:2024-11-28:FUT"))),
        f"{START}.tradingInstrumentConfig.symbol",
        "not built yet",
    ),
    "contract as supporting symbol": (
        d.small(
            start=d.start(
                supportingInstrumentEnabled=True,
                supportingInstrumentConfig=d.instrument("NIFTY:2024-10-17:OPT:25050:CE"),
            )
        ),
        f"{START}.supportingInstrumentConfig.symbol",
        "not built yet",
    ),
    "no symbol at all": (
        d.small(start=d.start(tradingInstrumentConfig=d.instrument("NIF TY"))),
        f"{START}.tradingInstrumentConfig.symbol",
        "is not a symbol",
    ),
    "trading futures": (
        d.small(start=d.start(tradingInstrument={"type": "futures"})),
        f"{START}.tradingInstrument.type",
        "not built yet",
    ),
    "unknown kind of supporting": (
        d.small(start=d.start(supportingInstrumentEnabled=True, supportingInstrumentConfig={"type": "futrues"})),
        f"{START}.supportingInstrumentConfig.type",
        "unknown instrument type",
    ),
    "unknown kind of trading": (
        d.small(start=d.start(tradingInstrument={"type": "optoins"})),
        f"{START}.tradingInstrument.type",
        "unknown instrument type",
    ),
    "unknown timeframe": (
        timeframes(d.timeframe("x", "7x", {})),
        f"{START}.tradingInstrumentConfig.timeframes[1].timeframe",
        "unknown timeframe",
    ),
    "a month": (
        timeframes(d.timeframe("x", "1M", {})),
        f"{START}.tradingInstrumentConfig.timeframes[1].timeframe",
        "unknown timeframe",
    ),
    "unknown indicator, unread": (
        indicators(x=d.indicator_declared("rzi")),
        f"{TIMEFRAME}.indicators.x.indicator_name",
        "unknown indicator",
    ),
    "an indicator that is not offered": (
        indicators(x=d.indicator_declared("zigzag")),
        f"{TIMEFRAME}.indicators.x.indicator_name",
        "known but not offered: looks ahead",
    ),
    "unknown parameter": (
        indicators(x=d.indicator_declared("rsi", lenght=10)),
        f"{TIMEFRAME}.indicators.x.lenght",
        "no parameter 'lenght'",
    ),
    "parameter out of range": (
        indicators(x=d.indicator_declared("rsi", length=1)),
        f"{TIMEFRAME}.indicators.x.length",
        "1 is no length of RSI",
    ),
    "not an expression": (lhs(5), f"{LEAF}.lhs", "where an expression belongs"),
    "no expression type": (lhs({}), f"{LEAF}.lhs.type", "type is missing"),
    "unknown expression type": (lhs({"type": "candel"}), f"{LEAF}.lhs.type", "unknown expression type"),
    "unknown operator": (comparing("=>", d.live(), d.constant(1)), f"{LEAF}.operator", "unknown operator"),
    "no operator": (comparing(None, d.live(), d.constant(1)), f"{LEAF}.operator", "operator is missing"),
    "constant without value": (
        lhs({"type": "constant", "numberValue": 5}),
        f"{LEAF}.lhs.value",
        "without a value",
    ),
    "not a time": (comparing(">", d.now(), d.at("25:00")), f"{LEAF}.rhs.timeValue", "not a time"),
    "unknown candle field": (lhs(d.candle("Hgih")), f"{LEAF}.lhs.field", "unknown candle field"),
    "a candle of the future": (lhs(d.candle("High", 1)), f"{LEAF}.lhs.offset", "no whole number from -500 to 0"),
    "a forming indicator": (lhs(d.indicator(offset=0)), f"{LEAF}.lhs.offset", "no whole number from -500 to -1"),
    "undeclared timeframe": (lhs(d.candle(timeframe_id="5m")), f"{LEAF}.lhs.timeframeId", "declares no timeframe '5m'"),
    "no timeframe": (lhs(d.candle(timeframe_id="")), f"{LEAF}.lhs.timeframeId", "timeframe is missing"),
    "no supporting instrument": (
        lhs(d.live("ltp", "SI")),
        f"{LEAF}.lhs.instrumentType",
        "no supporting instrument",
    ),
    "unknown instrument role": (lhs(d.live("ltp", "XI")), f"{LEAF}.lhs.instrumentType", "unknown instrumentType"),
    "undeclared indicator": (lhs(d.indicator("rsi_2")), f"{LEAF}.lhs.name", "no indicator 'rsi_2'"),
    "unknown output": (lhs(d.indicator(parameter="RSX")), f"{LEAF}.lhs.parameter", "no output 'RSX'"),
    "unknown live field": (lhs(d.live("bid")), f"{LEAF}.lhs.field", "unknown live field"),
    "unknown position field": (lhs(d.position("entryprize")), f"{LEAF}.lhs.field", "unknown position field"),
    "position nobody opens": (lhs(d.position("pnl", "p9")), f"{LEAF}.lhs.vpi", "no entry opens"),
    "profit of a position nobody opens": (
        lhs(d.profit("total", "position", vpi="p9")),
        f"{LEAF}.lhs.vpi",
        "no entry opens",
    ),
    "profit without a position": (lhs(d.profit("total", "position")), f"{LEAF}.lhs.vpi", "vpi) is missing"),
    "unknown scope": (lhs(d.profit("total", "all")), f"{LEAF}.lhs.scope", "unknown scope"),
    "unknown profit": (lhs(d.profit("gross")), f"{LEAF}.lhs.pnlType", "unknown pnlType"),
    "unknown operation": (
        lhs(d.arithmetic(d.live(), "^", d.constant(2))),
        f"{LEAF}.lhs.operation",
        "unknown operation",
    ),
    "operand missing": (
        lhs({"type": "expression", "operation": "+", "left": d.live()}),
        f"{LEAF}.lhs.right",
        "is missing",
    ),
    "variable of no node": (reading("entr", "Low"), f"{LEAF}.lhs.nodeId", "no node 'entr'"),
    "variable nobody sets": (reading("enter", "Low"), f"{LEAF}.lhs.variableName", "sets no variable 'Low'"),
    "between without a pair": (comparing("between", d.live(), d.constant(1)), f"{LEAF}.rhs", "needs a pair"),
    "between upside down": (
        comparing("between", d.live(), [d.constant(2), d.constant(1)]),
        LEAF,
        "low above its high",
    ),
    "text against number": (comparing("==", d.live(), d.constant("x")), LEAF, "never true"),
    "text against time": (comparing(">=", d.now(), d.constant("09:17")), LEAF, "never true"),
    "text in order": (comparing(">", d.position("status"), d.constant("open")), LEAF, "never true"),
    "status that never is": (comparing("==", d.position("status"), d.constant("opne")), LEAF, "status is never"),
    "arithmetic with text": (
        lhs(d.arithmetic(d.position("status"), "+", d.constant(1))),
        LEAF,
        "arithmetic with a text",
    ),
    "constants that cross": (comparing("crosses_above", d.constant(1), d.constant(2)), LEAF, "never cross"),
    "empty signal": (
        d.small(leave=d.node("leave", "exitSignalNode", conditions=[])),
        f"{N}[{d.LEAVE}].data.conditions",
        "no condition",
    ),
    "empty group": (d.with_condition(d.group()), LEAF, "an empty group"),
    "unknown logic": (
        d.with_condition(d.group(rsi_above(), logic="XOR")),
        f"{LEAF}.groupLogic",
        "unknown groupLogic",
    ),
    "no logic": (
        d.with_condition({"conditions": [rsi_above(), rsi_above(60)]}),
        f"{LEAF}.groupLogic",
        "without its logic",
    ),
    "group and comparison": (
        d.with_condition({**rsi_above(), "conditions": [rsi_above()]}),
        LEAF,
        "both a group and a comparison",
    ),
    "not a condition": (d.with_condition("x"), LEAF, "where a condition belongs"),
    "variable that reads itself": (
        setting(d.variable_set("A", d.variable_read("enter", "A"))),
        f"{N}[1].data.variables[0]",
        "reads itself",
    ),
    "variables in a circle": (
        setting(d.variable_set("A", d.variable_read("enter", "B")), d.variable_set("B", d.variable_read("enter", "A"))),
        f"{N}[1].data.variables[0]",
        "wait for each other",
    ),
    "variable set twice": (
        setting(d.variable_set("A"), d.variable_set("A")),
        f"{N}[1].data.variables[1].name",
        "set twice",
    ),
    "variable without expression": (
        setting({"name": "A"}),
        f"{N}[1].data.variables[0].expression",
        "expression is missing",
    ),
    "variable without name": (setting(d.variable_set("")), f"{N}[1].data.variables[0].name", "name is missing"),
    "negative re-entries": (
        d.small(again=d.re_entry_signal(limit=-1)),
        f"{N}[{d.AGAIN}].data.retryConfig.maxReEntries",
        "at least 0",
    ),
    "unknown end condition": (ending(marginExit=ON), f"{END}.marginExit", "unknown and enabled"),
    "bad exit time": (ending(timeBasedExit={"exitTime": "3pm"}), f"{END}.timeBasedExit.exitTime", "not a time"),
}


@pytest.mark.parametrize(("document", "path", "what"), ERRORS.values(), ids=ERRORS.keys())
def test_error(document, path, what):
    """The document is refused, with this finding among the errors."""
    parsed = parse_strategy(document)
    found = [(error.path, error.what) for error in parsed.errors]
    assert any(at == path and what in text for at, text in found), found
    assert parsed.strategy is None


def test_a_typo_is_one_error():
    """An unknown indicator is reported where it stands; a finding names its node."""
    document = d.small(entry=d.entry("entry", d.leg(expiry="X")))
    (error,) = parse_strategy(document).errors
    assert (error.node_id, error.right[:3]) == ("entry", "W0,")


@pytest.mark.parametrize(("written", "output"), [("bbu", "BBU"), ("K", "K"), ("k", "k"), (None, None), ("X", None)])
def test_outputs(written, output):
    """With several outputs one must be named, in any case unless two differ in case only."""
    report = Report()
    assert _output(Cursor(written, "$", report), "BBANDS", ("BBU", "K", "k")) == output
    assert report.has_errors == (output is None)
