"""Random combined rules, strikes by delta, legs by capital and slippage of old prices, put into some random cases.

Drawn from a random source of their own, after everything else, so that the rest of a case does not depend on them.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

from strikebook.model.options import RunOptions, Slippage

KINDS = ("stopLoss", "takeProfit", "trailingStop", "breakeven")


def add_combined(document: dict, rng: Random) -> None:
    """Put them in, or leave the document as it is."""
    for node in document["nodes"]:
        if node["type"] != "entryNode":
            continue
        if rng.random() < 0.35:
            node["data"]["combinedConfig"] = {
                kind: _block(kind, rng) for kind in rng.sample(KINDS, rng.choice([1, 1, 2, 3]))
            }
        for position in node["data"]["positions"]:
            if rng.random() < 0.06:
                _by_delta(position["optionDetails"], rng)
            if rng.random() < 0.1 and position["positionType"].lower() == "buy":
                position |= {"quantityType": "capital", "capital": rng.choice([20, 50, 100, 500, 5000.5])}


def with_old_prices(options: RunOptions, rng: Random) -> RunOptions:
    """Old prices slip in a quarter of the cases."""
    if rng.random() < 0.75:
        return options
    kind = rng.choice(["points", "ticks", "percent"])
    return replace(options, stale_slippage=Slippage(kind, Decimal(rng.choice(["0.1", "1", "0.333"]))))


def _block(kind: str, rng: Random) -> dict:
    """A rule; amounts are small against what lives of some ten units make."""
    trigger = rng.choice(["pnl", "percentage", "percentage"])
    size = rng.choice([1, 2.5, 5, 12.5, 30]) if trigger == "pnl" else rng.choice([0.5, 1, 2.5, 5.3, 10])
    block = {"enabled": rng.random() < 0.95, "triggerType": trigger}
    if rng.random() < 0.2:
        block["squareOff"] = "complete"
    if kind in ("stopLoss", "takeProfit"):
        return block | {"value": size}
    if kind == "breakeven":
        return block | {"afterProfit": size} | ({"lockProfit": size / 5} if rng.random() < 0.5 else {})
    return block | {"initialDistance": size, "stepSize": rng.choice([0, size / 2, size / 4])}


def _by_delta(option: dict, rng: Random) -> None:
    for name in ("strikeValue", "strikeRange", "strikeLeg", "strikeSteps"):
        option.pop(name, None)
    if rng.random() < 0.6:
        option |= {"strikeType": "delta", "strikeValue": rng.choice([0.2, 0.35, 0.5, 0.7])}
    else:
        low = rng.choice([0.05, 0.3, 0.45])
        option |= {"strikeType": "deltaRange", "strikeRange": [low, rng.choice([0.55, 0.8, 0.99])]}
