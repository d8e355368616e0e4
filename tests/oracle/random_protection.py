"""Random protective exits and re-entries of a leg, put into about half of the random strategies.

They are drawn from a random source of their own, after the strategy was drawn, so that the rest of a case does not
depend on them. A strategy that gets some also gets entries that stay open for long enough. Amounts are small against
the walks of ``random_day``: a contract moves within a fifth of its level.
"""

from __future__ import annotations

from dataclasses import fields, replace
from random import Random
from typing import Any

from strikebook.model.options import RunOptions
from tests.oracle.random_day import DayPlan
from tests.oracle.random_guarded_wing import add_wing
from tests.oracle.random_terms import clock

KINDS = ("stopLoss", "takeProfit", "trailingStop", "breakeven", "moveToCost")
REASONS = ("stop_loss", "target", "trailing_stop")
AMOUNT_NAMES = {"percentage": "Percentage", "points": "Points", "pnl": "Pnl"}


def protect(document: dict, plan: DayPlan, rng: Random) -> None:
    """Add entries that last, rules and re-entries to a document, or leave it as it is."""
    if rng.random() < 0.5:
        for number in range(7, 7 + rng.choice([1, 1, 2])):
            add_wing(document, number, plan, rng)
        _Protector(document, plan, rng).add()


def with_limit_fill(options: RunOptions, rng: Random) -> RunOptions:
    """How limit orders fill: ``through`` in a fifth of the cases, once the run knows the option."""
    through = rng.random() < 0.2
    if through and "limit_fill" in {field.name for field in fields(RunOptions)}:
        return replace(options, limit_fill="through")
    return options


class _Protector:
    """Draws blocks for one document."""

    def __init__(self, document: dict, plan: DayPlan, rng: Random) -> None:
        self.document, self.plan, self.rng = document, plan, rng
        entries = [node["data"] for node in document["nodes"] if node["type"] == "entryNode"]
        self.vpis = [position["vpi"] for data in entries for position in data["positions"]]

    def add(self) -> None:
        """Rules on legs, entries and exits; re-entries on legs and exits."""
        rng = self.rng
        rules, re_entries = rng.choice([(1.4, 1.4), (1.4, 1.0), (1.4, 0.4), (0.7, 0.7), (0.2, 1.4)])
        for node in self.document["nodes"]:
            if node["type"] == "entryNode":
                legs = [position["vpi"] for position in node["data"]["positions"]]
                if rng.random() < 0.4 * rules:
                    self._rules(node["data"], legs)
                for position in node["data"]["positions"]:
                    if rng.random() < 0.65 * rules:
                        self._rules(position, legs, own=position["vpi"])
                    if rng.random() < 0.6 * re_entries:
                        position["reEntryConfig"] = self._re_entry(of_leg=True)
            elif node["type"] == "exitNode":
                data = node["data"]["exitNodeData"]
                if rng.random() < 0.3 * rules:
                    self._rules(data, self.vpis)
                if rng.random() < 0.3 * re_entries:
                    data["reEntryConfig"] = self._re_entry(of_leg=False)

    def _rules(self, holder: dict, vpis: list[str], own: str | None = None) -> None:
        """One to three kinds, in ``postExecutionConfig`` or beside it."""
        rng = self.rng
        weights = [4, 3, 4, 3, 3 if len(vpis) > 1 or own is None else 1]
        for kind in dict.fromkeys(rng.choices(KINDS, weights, k=rng.choice([1, 2, 2, 3, 4]))):
            block = self._block(kind, own)
            if rng.random() < 0.7:
                holder.setdefault("postExecutionConfig", {})[kind] = block
            else:
                holder[kind] = block

    def _block(self, kind: str, own: str | None) -> dict:
        rng = self.rng
        trigger = rng.choice(list(AMOUNT_NAMES))
        underlying = trigger != "pnl" and rng.random() < 0.2
        block: dict[str, Any] = {"enabled": rng.random() < 0.93, "triggerType": trigger}
        if trigger == "percentage" and rng.random() < 0.2:
            del block["triggerType"]
        if underlying:
            block["appliesTo"] = "underlying"
        elif rng.random() < 0.3:
            block["appliesTo"] = "premium"
        if rng.random() < 0.2:
            block |= {"checkAt": "candleClose", "timeframe": rng.choice(["1m", "1m", "1m", "2m", "3m"])}
        elif rng.random() < 0.2:
            block["checkAt"] = "second"
        if rng.random() < 0.3:
            block["squareOff"] = rng.choice(["partial", "complete"])
        if not underlying and rng.random() < 0.3:
            block |= self._limit(trigger)
        return block | self._amounts(kind, trigger, underlying, own)

    def _amounts(self, kind: str, trigger: str, underlying: bool, own: str | None) -> dict:
        """The members of the kind itself."""
        rng, amount = self.rng, self._amount(trigger, underlying)
        if kind in ("stopLoss", "takeProfit"):
            name = ("stop" if kind == "stopLoss" else "target") + AMOUNT_NAMES[trigger]
            return {name if rng.random() < 0.85 else "value": amount}
        if kind == "breakeven":
            locked = rng.choice([None, 0, round(amount / 2, 4), round(amount / 4, 4)])
            return {"afterProfit": amount} | ({} if locked is None or locked >= amount else {"lockProfit": locked})
        if kind == "trailingStop":
            step = rng.choice([None, 0, amount, round(amount / 2, 4), round(amount / 4, 4), round(2 * amount, 4)])
            return {"initialDistance": amount} | ({} if step is None else {"stepSize": step})
        others = [vpi for vpi in self.vpis if vpi != own]
        named = rng.choice([None, "any", "any"])
        if others and rng.random() < 0.5:
            named = rng.choice([rng.choice(others), rng.sample(others, rng.randrange(1, min(len(others), 3) + 1))])
        return {} if named is None else {"whenStopped": named}

    def _amount(self, trigger: str, underlying: bool) -> float:
        """A distance that prices soon cover: a small part of the contract's level, or of the underlying's band."""
        rng, plan = self.rng, self.plan
        if underlying:
            points = max(round(plan.band * rng.choice([0.05, 0.1, 0.2, 0.4, 0.8]), 2), 0.05)
            return points if trigger == "points" else max(round(points * 100 / plan.spot, 4), 0.0001)
        percent = rng.choice([0.25, 0.5, 0.5, 1, 1, 2, 2.5, 3.3333, 5, 5, 10])
        if trigger == "percentage":
            return percent
        points = max(round(plan.option * percent / 5) / 20, 0.05)
        return round(points * rng.choice([1, 1, 0.996]), 4) if trigger == "points" else round(points * 25, 2)

    def _limit(self, trigger: str) -> dict:
        rng = self.rng
        minutes = rng.random() < 0.15
        found: dict[str, Any] = {"waitForMarket": True, "waitTime": 1 if minutes else rng.choice([1, 3, 10, 30, 90])}
        if minutes or rng.random() < 0.3:
            found["waitTimeUnit"] = "minutes" if minutes else "seconds"
        buffer = rng.choice([None, 0, 0.1, 0.5, 2] if trigger == "percentage" else [None, 0, 0.05, 0.123, 1])
        return found if buffer is None else found | {"limitBuffer": buffer}

    def _re_entry(self, *, of_leg: bool) -> dict:
        rng = self.rng
        config: dict[str, Any] = {"enabled": rng.random() < 0.93}
        most = rng.choice([None, 0, 1, 1, 2, 2, 3])
        if most is not None:
            config["maxReEntries"] = most
        sort = rng.choice([None, "asap", "cost", "cost"])
        if sort is not None:
            config["type"] = sort
        if rng.random() < 0.3:
            config["reverse"] = rng.random() < 0.8
        if of_leg and rng.random() < 0.35:
            config["on"] = rng.sample(REASONS, rng.choice([1, 1, 2, 3]))
        if rng.random() < 0.2:
            plan = self.plan
            config["until"] = clock(plan.open_s + rng.randrange(plan.steps // 3, plan.steps), seconds=False)
        return config
