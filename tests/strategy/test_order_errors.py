"""Every error of legs, orders, protective exits and square-offs, with the JSON path it must carry."""

from __future__ import annotations

import pytest

from strikebook.strategy.parse import parse_strategy
from tests.strategy import documents as d
from tests.strategy.variants import END, LEG, ON, ORDER, START, N, ending, exiting, legs, target

ERRORS = {
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
            ("deltaRange", {"strikeRange": [0.2, 30]}, "strikeRange[1]", "is no delta"),
            ("relative", {"strikeLeg": "p1", "strikeSteps": 2}, "strikeLeg", "counted from its own leg"),
            ("exact", {"strikeValue": -5}, "strikeValue", "is no amount"),
            ("percentage", {"strikeValue": 120}, "strikeValue", "too far"),
            ("straddleWidth", {}, "strikeValue", "is missing"),
        )
    },
    "two blocks of re-entries of one exit": (
        d.small(
            exit={
                **(twice := d.exit_node("exit", "p1", reEntryConfig=ON)),
                "data": {**twice["data"], "reEntryConfig": {"enabled": True, "maxReEntries": 5}},
            }
        ),
        f"{N}[{d.EXIT}].data.reEntryConfig",
        "a second block of this kind",
    ),
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
            ({"orderType": "limit", "limitBuffer": 1e10}, "limitBuffer", "is no amount"),
            ({"orderType": "limit", "limitBuffer": -1e10}, "limitBuffer", "is no amount"),
            ({"orderType": "limit", "limitPrice": 5, "afterWait": "market"}, "waitTime", "without a waitTime"),
            ({"orderType": "limit", "limitPrice": 5, "waitTime": -1}, "waitTime", "no whole number"),
            ({"waitAndTrade": {"enabled": True, "value": 5}}, "waitAndTrade.type", "is missing"),
            ({"waitAndTrade": {"enabled": True, "type": "up", "value": 5}}, "waitAndTrade.type", "unknown move"),
            ({"waitAndTrade": {"enabled": True, "type": "pointsUp"}}, "waitAndTrade.value", "is missing"),
            (
                {"waitAndTrade": {"enabled": True, "type": "percentDown", "value": 100}},
                "waitAndTrade.value",
                "a fall of 100 percent",
            ),
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
}


@pytest.mark.parametrize(("document", "path", "what"), ERRORS.values(), ids=ERRORS.keys())
def test_error(document, path, what):
    """The document is refused, with this finding among the errors."""
    parsed = parse_strategy(document)
    found = [(error.path, error.what) for error in parsed.errors]
    assert any(at == path and what in text for at, text in found), found
    assert parsed.strategy is None
