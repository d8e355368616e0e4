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
    LEG,
    ON,
    ORDER,
    START,
    TIMEFRAME,
    N,
    comparing,
    ending,
    exiting,
    indicators,
    legs,
    lhs,
    reading,
    rsi_above,
    setting,
    target,
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
        "no length of RSI",
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
    "no leg": (d.small(entry=d.node("entry", "entryNode", positions=[])), f"{N}[2].data.positions", "without a leg"),
    "no vpi": (legs(d.leg("")), f"{LEG}.vpi", "vpi) is missing"),
    "vpi twice": (legs(d.leg(), d.leg()), f"{N}[{d.ENTRY}].data.positions[1].vpi", "opened twice"),
    "half a lot": (legs(d.leg(quantity=0.5)), f"{LEG}.quantity", "no whole number"),
    "no lots": (legs(d.leg(quantity=None)), f"{LEG}.quantity", "is missing"),
    "lot size 0": (legs(d.leg(multiplier=0)), f"{LEG}.multiplier", "no whole number"),
    "no entries allowed": (legs(d.leg(maxEntries=0)), f"{LEG}.maxEntries", "no whole number"),
    "unknown side": (legs(d.leg(positionType="short")), f"{LEG}.positionType", "unknown positionType"),
    "unknown expiry": (legs(d.leg(expiry="W")), f"{LEG}.optionDetails.expiry", "unknown expiry code"),
    "unknown strike": (legs(d.leg(strike="OTM0")), f"{LEG}.optionDetails.strikeType", "unknown strike code"),
    "unknown option type": (legs(d.leg(kind="CALL")), f"{LEG}.optionDetails.optionType", "unknown optionType"),
    "strike by a premium of nothing": (legs(d.leg(strike="premium")), f"{LEG}.optionDetails.strikeValue", "is missing"),
    **{
        f"{code} {given}": (
            legs(d.leg(optionDetails={"expiry": "W0", "strikeType": code, "optionType": "CE", **given})),
            f"{LEG}.optionDetails.{where}",
            what,
        )
        for code, given, where, what in (
            ("premiumRange", {}, "strikeRange", "without its two ends"),
            ("premiumRange", {"strikeRange": [50, 40]}, "strikeRange[1]", "a range from 50 to 40"),
            ("premiumRange", {"strikeRange": [50, "x"]}, "strikeRange[1]", "is not a number"),
            ("delta", {"strikeValue": 30}, "strikeValue", "is no delta"),
            ("deltaRange", {"strikeRange": [0.2]}, "strikeRange", "without its two ends"),
            ("exact", {"strikeValue": -5}, "strikeValue", "is no amount"),
            ("percentage", {"strikeValue": 120}, "strikeValue", "too far"),
            ("straddleWidth", {}, "strikeValue", "is missing"),
        )
    },
    "a sold leg by capital": (
        legs(d.leg(positionType="sell", quantityType="capital", capital=5000)),
        f"{LEG}.quantityType",
        "not built yet",
    ),
    "capital of nothing": (legs(d.leg(quantityType="capital", positionType="buy")), f"{LEG}.capital", "is missing"),
    **{
        f"combined {name} {more}": (
            legs(d.leg(), combinedConfig={name: {"enabled": True, "value": 5, **more}}),
            f"{N}[{d.ENTRY}].data.combinedConfig.{name}{where}",
            what,
        )
        for name, more, where, what in (
            ("moveToCost", {}, "", "moveToCost of all legs together"),
            ("stopLoss", {"checkAt": "candleClose", "timeframe": "1m"}, ".checkAt", "checkAt of all legs together"),
            ("stopLoss", {"triggerType": "points"}, ".triggerType", "points of all legs together"),
            ("takeProfit", {"value": None}, ".targetPercentage", "is missing"),
        )
    },
    "leg of a future": (legs(d.leg(optionDetails=None)), f"{LEG}.optionDetails", "not built yet"),
    "futures details": (legs(d.leg(futureDetails={"expiry": "M0"})), f"{LEG}.futureDetails", "not built yet"),
    "unknown product": (legs(d.leg(productType="intradya")), f"{LEG}.productType", "unknown productType"),
    "stop-limit exit": (exiting({"orderType": "stop-limit"}), f"{ORDER}.orderType", "not built yet"),
    "a signal of lazy legs alone": (
        legs(d.leg(lazyLeg={"enabled": True, "armedBy": "p2"})),
        f"{N}[1]",
        "leads to lazy legs alone",
    ),
    "days to expiry backwards": (
        legs(d.leg(optionDetails={"expiry": "D7-0", "strikeType": "ATM", "optionType": "CE"})),
        f"{LEG}.optionDetails.expiry",
        "days to expiry from 7 to 0",
    ),
    **{
        f"leg with {more}": (legs(d.leg(**more)), f"{LEG}.{where}", what)
        for more, where, what in (
            ({"orderType": "stopLimit", "limitPrice": 5}, "triggerPrice", "is missing"),
            ({"lazyLeg": {"enabled": True}}, "lazyLeg.armedBy", "is missing"),
            ({"lazyLeg": {"enabled": True, "armedBy": "p1"}}, "lazyLeg.armedBy", "a leg that arms itself"),
            ({"lazyLeg": {"enabled": True, "armedBy": "p9"}}, "lazyLeg.armedBy", "no entry opens the position 'p9'"),
            (
                {"optionDetails": {"expiry": "W0", "strikeType": "relative", "strikeSteps": 2, "optionType": "CE"}},
                "optionDetails.strikeLeg",
                "is missing",
            ),
            (
                {
                    "orderType": "stopLimit",
                    "limitPrice": 5,
                    "triggerPrice": 6,
                    "waitAndTrade": {"enabled": True, "type": "pointsUp", "value": 5},
                },
                "orderType",
                "waits for another price too",
            ),
        )
    },
    "a lazy leg in a group": (
        legs(d.leg(lazyLeg={"enabled": True, "armedBy": "p2"}), d.leg("p2"), allOrNone=True),
        f"{LEG}.lazyLeg",
        "a lazy leg in allOrNone",
    ),
    **{
        f"leg {more}": (legs(d.leg(**more)), f"{LEG}.{where}", what)
        for more, where, what in (
            ({"orderType": "LIMIT"}, "limitPrice", "without its limit"),
            ({"orderType": "limit", "limitPrice": 0}, "limitPrice", "is no amount"),
            ({"orderType": "limit", "limitPrice": 5, "limitBuffer": 1}, "limitBuffer", "both a limit and a buffer"),
            ({"orderType": "limit", "limitPrice": 5, "afterWait": "market"}, "waitTime", "without a waitTime"),
            ({"orderType": "limit", "limitPrice": 5, "waitTime": -1}, "waitTime", "no whole number"),
            ({"waitAndTrade": {"enabled": True, "value": 5}}, "waitAndTrade.type", "is missing"),
            ({"waitAndTrade": {"enabled": True, "type": "up", "value": 5}}, "waitAndTrade.type", "unknown move"),
            ({"waitAndTrade": {"enabled": True, "type": "pointsUp"}}, "waitAndTrade.value", "is missing"),
            ({"rangeBreakout": {"enabled": True, "to": "09:30", "side": "high"}}, "rangeBreakout.from", "is missing"),
            (
                {"rangeBreakout": {"enabled": True, "from": "09:30", "to": "09:15", "side": "high"}},
                "rangeBreakout.to",
                "before it begins",
            ),
            (
                {
                    "waitAndTrade": {"enabled": True, "type": "pointsUp", "value": 5},
                    "rangeBreakout": {"enabled": True, "from": "09:15", "to": "09:30", "side": "high"},
                },
                "rangeBreakout",
                "both waitAndTrade and rangeBreakout",
            ),
            ({"reEntryConfig": {"enabled": True, "type": "momentum"}}, "reEntryConfig.momentumType", "is missing"),
        )
    },
    "limit leg in a group": (
        legs(d.leg(orderType="limit", limitPrice=5), allOrNone=True),
        f"{LEG}.orderType",
        "a limit order in allOrNone",
    ),
    "waiting leg in a group": (
        legs(d.leg(waitAndTrade={"enabled": True, "type": "pointsUp", "value": 5}), allOrNone=True),
        LEG,
        "waits for a price in allOrNone",
    ),
    "a floor that trails by half": (
        d.small(
            start=d.start(
                endConditions={
                    "performanceBasedExit": {
                        "enabled": True,
                        "lockAndTrail": {"enabled": True, "whenProfit": 500, "forEvery": 100},
                    }
                }
            )
        ),
        f"{START}.endConditions.performanceBasedExit.lockAndTrail.trailBy",
        "needs forEvery and trailBy",
    ),
    "unknown order type": (legs(d.leg(orderType="markt")), f"{LEG}.orderType", "unknown order type"),
    "stop on a leg": (
        legs(d.leg(postExecutionConfig={"stopLoss": ON})),
        f"{LEG}.postExecutionConfig.stopLoss.stopPercentage",
        "an amount is missing",
    ),
    "target on an entry": (
        legs(d.leg(), postExecutionConfig={"takeProfit": ON}),
        f"{N}[{d.ENTRY}].data.postExecutionConfig.takeProfit.targetPercentage",
        "an amount is missing",
    ),
    "trail on an exit": (
        exiting(postExecutionConfig={"trailingStop": ON}),
        f"{N}[{d.EXIT}].data.exitNodeData.postExecutionConfig.trailingStop.initialDistance",
        "an amount is missing",
    ),
    "unknown protection": (
        exiting(postExecutionConfig={"moonStop": ON}),
        f"{N}[{d.EXIT}].data.exitNodeData.postExecutionConfig.moonStop",
        "unknown and enabled",
    ),
    "re-entry of an unknown type": (
        exiting(reEntryConfig={"enabled": True, "type": "cosst"}),
        f"{N}[{d.EXIT}].data.exitNodeData.reEntryConfig.type",
        "unknown type of re-entry",
    ),
    **{
        f"{name} {member}={value}": (
            legs(d.leg(postExecutionConfig={name: {"enabled": True, **more, member: value}})),
            f"{LEG}.postExecutionConfig.{name}.{member}",
            what,
        )
        for name, more, member, value, what in (
            ("stopLoss", {}, "stopPercentage", 0, "is no amount"),
            ("stopLoss", {}, "stopPercentage", -2, "is no amount"),
            ("stopLoss", {}, "stopPercentage", 1.23456, "more than 4 decimals"),
            ("stopLoss", {"value": 2}, "triggerType", "delta", "unknown triggerType"),
            ("stopLoss", {"value": 2, "triggerType": "pnl"}, "appliesTo", "underlying", "a profit of the underlying"),
            (
                "stopLoss",
                {"value": 2, "waitTime": 5, "appliesTo": "underlying"},
                "waitForMarket",
                True,
                "a limit order",
            ),
            ("takeProfit", {"value": 2, "waitForMarket": True}, "waitTime", None, "how long the limit order waits"),
            ("takeProfit", {"value": 2, "checkAt": "candleClose"}, "timeframe", "1d", "unknown timeframe"),
            ("takeProfit", {"value": 2, "checkAt": "candleClose"}, "timeframe", "", "is missing"),
            ("trailingStop", {"initialDistance": 2}, "stepSize", -1, "is no amount"),
            ("breakeven", {"afterProfit": 2}, "lockProfit", 2, "a profit of 2 to lock"),
            ("moveToCost", {}, "whenStopped", "p9", "no entry opens the position 'p9'"),
            ("moveToCost", {}, "squareOff", "half", "unknown squareOff"),
        )
    },
    "the same rule twice": (
        legs(d.leg(stopLoss={"enabled": True, "value": 2}, postExecutionConfig={"stopLoss": {**ON, "value": 1}})),
        f"{LEG}.stopLoss",
        "a second block of this kind",
    ),
    "limit exit": (exiting({"orderType": "limit"}), f"{ORDER}.limitPrice", "without its limit"),
    "target nobody opens": (exiting(target="p9"), f"{ORDER}.targetPositionVpi", "no entry opens"),
    "unknown quantity": (exiting({"quantity": "half"}), f"{ORDER}.quantity", "unknown quantity"),
    "percentage missing": (exiting({"quantity": "percentage"}), f"{ORDER}.partialQuantityPercentage", "is missing"),
    "percentage above 100": (
        exiting({"quantity": "percentage", "partialQuantityPercentage": 101}),
        f"{ORDER}.partialQuantityPercentage",
        "101 percent",
    ),
    "lots missing": (exiting({"quantity": "specific"}), f"{ORDER}.specificQuantity", "is missing"),
    "percentage of what": (
        ending(**target(targetAmount=2, targetType="percentage")),
        f"{END}.performanceBasedExit.dailyPnLTarget.initialCapital",
        "without the capital",
    ),
    "unknown target type": (
        ending(**target(targetAmount=2, targetType="percent")),
        f"{END}.performanceBasedExit.dailyPnLTarget.targetType",
        "unknown targetType",
    ),
    "negative profit target": (
        ending(performanceBasedExit={"profitTarget": -5}),
        f"{END}.performanceBasedExit.profitTarget",
        "below 0",
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
