"""Stops, targets, re-entries and waits that can never do anything are warned of; those that can are not."""

from __future__ import annotations

from typing import Any

import pytest

from strikebook.strategy.parse import parse_strategy
from tests.strategy import documents as d
from tests.strategy.variants import END, LEG, N, ending, exiting, legs

ENTRY = f"{N}[{d.ENTRY}].data"
EXIT = f"{N}[{d.EXIT}].data.exitNodeData"
SECOND = f"{ENTRY}.positions[1]"
COST = {"moveToCost": {"enabled": True}}


def rules(**blocks: dict[str, Any]) -> dict[str, Any]:
    """Blocks that are on, as ``postExecutionConfig``."""
    return {"postExecutionConfig": {name: {"enabled": True, **block} for name, block in blocks.items()}}


def bought(**more: Any) -> dict[str, Any]:
    return d.leg(positionType="buy", **more)


def sold(vpi: str = "p1", **more: Any) -> dict[str, Any]:
    return d.leg(vpi, positionType="sell", **more)


def beside(leg: str, steps: int = 1) -> dict[str, Any]:
    return {"expiry": "W0", "strikeType": "relative", "optionType": "PE", "strikeLeg": leg, "strikeSteps": steps}


AGAIN = {"reEntryConfig": {"enabled": True}}
STOP = rules(stopLoss={"stopPercentage": 25})
LOCK = {"enabled": True, "whenProfit": 500}
LAZY = {"lazyLeg": {"enabled": True, "armedBy": "p1"}}

NEVER = {
    "a bought leg's loss": (
        legs(bought(**rules(stopLoss={"stopPercentage": 150}))),
        f"{LEG}.postExecutionConfig.stopLoss",
        "a loss of 150 percent of what was paid: never reached",
    ),
    "a sold leg's gain": (
        legs(sold(**rules(takeProfit={"targetPercentage": 100.5}))),
        f"{LEG}.postExecutionConfig.takeProfit",
        "a gain of 100.5 percent of what was received: never reached",
    ),
    "a gain to lock": (
        legs(sold(), **rules(breakeven={"afterProfit": 120})),
        f"{ENTRY}.postExecutionConfig.breakeven",
        "a gain of 120 percent",
    ),
    "of all legs together": (
        legs(sold(), combinedConfig={"takeProfit": {"enabled": True, "value": 200}}),
        f"{ENTRY}.combinedConfig.takeProfit",
        "a gain of 200 percent",
    ),
    "cost without another leg": (legs(sold(**COST)), f"{LEG}.moveToCost", "no other leg has a stop"),
    "cost of legs that are never stopped": (
        legs(sold(), sold("p2", **rules(takeProfit={"value": 5})), **COST),
        f"{ENTRY}.moveToCost",
        "no other leg has a stop",
    ),
    "cost after its own stop": (
        legs(sold(**rules(stopLoss={"value": 5}, moveToCost={"whenStopped": "p1"})), sold("p2", **STOP)),
        f"{LEG}.postExecutionConfig.moveToCost",
        "no other leg has a stop",
    ),
    "again without a rule": (legs(sold(**AGAIN)), f"{LEG}.reEntryConfig", "no rule closes this leg"),
    "again for another reason": (
        legs(sold(**STOP, reEntryConfig={"enabled": True, "on": ["target"]})),
        f"{LEG}.reEntryConfig",
        "no rule closes this leg with target: it is never opened again",
    ),
    "again until before the open": (
        legs(sold(**STOP, reEntryConfig={"enabled": True, "until": "09:00"})),
        f"{LEG}.reEntryConfig.until",
        "a time outside the usual session",
    ),
    "again after an exit, too late": (
        exiting(reEntryConfig={"enabled": True, "until": "16:00"}),
        f"{EXIT}.reEntryConfig.until",
        "a time outside the usual session",
    ),
    "armed by a leg without a rule": (
        legs(sold(), sold("p2", **LAZY)),
        f"{SECOND}.lazyLeg",
        "no rule closes 'p1' with stop_loss, target, trailing_stop: this leg is never opened",
    ),
    "a window before the open": (
        legs(sold(rangeBreakout={"enabled": True, "from": "08:00", "to": "09:00", "side": "high"})),
        f"{LEG}.rangeBreakout.to",
        "a time outside the usual session",
    ),
    "a window to the close": (
        legs(sold(rangeBreakout={"enabled": True, "from": "15:00", "to": "15:30", "side": "high"})),
        f"{LEG}.rangeBreakout.to",
        "a window to the close",
    ),
    "counted from a leg sent later": (
        legs(sold(optionDetails=beside("p2")), sold("p2")),
        f"{LEG}.optionDetails.strikeLeg",
        "'p2' is sent after this leg",
    ),
    "counted from each other": (
        legs(sold(optionDetails=beside("p2")), sold("p2", optionDetails=beside("p1"))),
        f"{SECOND}.optionDetails.strikeLeg",
        "none is ever chosen",
    ),
    "looked at by candles that never complete": (
        legs(sold(**rules(stopLoss={"value": 5, "checkAt": "candleClose", "timeframe": "7h"}))),
        f"{LEG}.postExecutionConfig.stopLoss.timeframe",
        "candles longer than the usual session",
    ),
    "again by candles that never complete": (
        exiting(reEntryConfig={"enabled": True, "checkAt": "candleClose", "timeframe": "10h"}),
        f"{EXIT}.reEntryConfig.timeframe",
        "candles longer than the usual session",
    ),
    "a lock inside a block that is off": (
        ending(performanceBasedExit={"enabled": False, "lockAndTrail": LOCK}),
        f"{END}.performanceBasedExit.lockAndTrail",
        "enabled inside a block that is not",
    ),
    "a lock beside percentages": (
        ending(
            performanceBasedExit={
                "enabled": True,
                "targetType": "percentage",
                "initialCapital": 10**5,
                "profitTarget": 2,
                "lockAndTrail": LOCK,
            }
        ),
        f"{END}.performanceBasedExit.lockAndTrail",
        "in rupees, whatever targetType says",
    ),
    "lots beside a capital": (
        legs(bought(quantityType="capital", capital=100_000, quantity=3)),
        f"{LEG}.quantity",
        "'quantity' does nothing here",
    ),
}


@pytest.mark.parametrize(("document", "path", "what"), NEVER.values(), ids=NEVER.keys())
def test_what_never_acts_is_warned_of(document: Any, path: str, what: str) -> None:
    """The document can run, with this finding among its warnings."""
    parsed = parse_strategy(document)
    assert parsed.errors == ()
    found = [(warning.path, warning.what) for warning in parsed.findings]
    assert any(at == path and what in text for at, text in found), found


ACTS = {
    "a whole loss, a whole gain": legs(
        bought(**rules(stopLoss={"value": 100})), sold("p2", **rules(takeProfit={"value": 100}))
    ),
    "a sold leg's loss": legs(sold(**rules(stopLoss={"value": 150}))),
    "of the underlying": legs(bought(**rules(stopLoss={"value": 150, "appliesTo": "underlying"}))),
    "one of two sides": legs(bought(), sold("p2"), **rules(stopLoss={"value": 150})),
    "a side that is reversed": legs(
        bought(
            **rules(stopLoss={"value": 150}, takeProfit={"value": 5}), reEntryConfig={"enabled": True, "reverse": True}
        )
    ),
    "cost after another's stop": legs(sold(**COST), sold("p2", **STOP)),
    "cost after one that went to cost": legs(
        sold(**STOP), sold("p2", **COST), sold("p3", **rules(moveToCost={"whenStopped": ["p2"]}))
    ),
    "cost after an exit's stop": exiting(**rules(stopLoss={"value": 5})),
    "again after the entry's stop": legs(sold(**AGAIN), **STOP),
    "again after all legs together": legs(
        sold(**AGAIN), combinedConfig={"stopLoss": {"enabled": True, "triggerType": "pnl", "value": 500}}
    ),
    "again after another's stop of everything": legs(
        sold(**AGAIN), sold("p2", **rules(stopLoss={"value": 5, "squareOff": "complete"}))
    ),
    "armed by a leg with a stop": legs(sold(**STOP), sold("p2", **LAZY)),
    "counted from a leg sent before": legs(sold(optionDetails=beside("p2"), priority=1), sold("p2")),
    "blocks that are off": legs(sold(), combinedConfig={"moveToCost": {"enabled": False, "whenStopped": "p1"}}),
    "a capital alone": legs(bought(quantityType="capital", capital=100_000, quantity=None)),
}


@pytest.mark.parametrize("document", ACTS.values(), ids=ACTS.keys())
def test_what_can_act_is_not_warned_of(document: Any) -> None:
    """No finding at all."""
    assert parse_strategy(document).findings == ()
