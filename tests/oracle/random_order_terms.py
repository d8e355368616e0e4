"""Random limit orders, strikes by price, waits, breakouts, locks and carried legs, put into about half of the cases.

They are drawn from a random source of their own, after everything else was drawn, so that the rest of a case does not
depend on them. Amounts are small against the walks of ``random_day``.
"""

from __future__ import annotations

from random import Random
from typing import Any

from tests.oracle.random_day import DayPlan
from tests.oracle.random_strikes import choose_strike
from tests.oracle.random_terms import clock
from tests.raw_day import RawDay

MOVES = ("pointsUp", "pointsDown", "percentUp", "percentDown")


def add_order_terms(document: dict, plan: DayPlan, raw: RawDay, rng: Random) -> None:
    """Put some into the legs, exits and ends of a document, or leave it as it is."""
    if rng.random() < 0.5:
        _Terms(plan, raw, rng).add(document)


class _Terms:
    """Draws terms of orders for one document."""

    def __init__(self, plan: DayPlan, raw: RawDay, rng: Random) -> None:
        self.plan, self.raw, self.rng = plan, raw, rng

    def add(self, document: dict) -> None:
        """Every sort has its own share in this document."""
        rng = self.rng
        self.limits, self.waits, self.strikes, exits = (rng.choice([0, 0.4, 0.7]) for _ in range(4))
        self.carried = rng.choice([0.1, 0.5, 1])
        for node in document["nodes"]:
            data = node["data"]
            if node["type"] == "entryNode":
                for leg in data["positions"]:
                    self._leg(leg, alone=not data.get("allOrNone"))
            elif node["type"] == "exitNode":
                if rng.random() < exits:
                    data["exitNodeData"]["orderConfig"] |= self._limit(always=False)
                self._momentum(data["exitNodeData"])
            elif node["type"] in ("startNode", "squareOffNode") and rng.random() < 0.35:
                ends = data.setdefault("endConditions", {})
                ends.setdefault("performanceBasedExit", {"enabled": True})["lockAndTrail"] = self._lock()

    def _leg(self, leg: dict, *, alone: bool) -> None:
        """``alone``: it is no part of an all-or-none group, so that it may wait for its price."""
        rng = self.rng
        if alone and rng.random() < self.limits:
            leg |= self._limit(always=True)
        if alone and rng.random() < self.waits:
            sort, block = rng.choice([("waitAndTrade", self._move()), ("rangeBreakout", self._breakout())])
            leg[sort] = {"enabled": rng.random() < 0.95, **block}
        if rng.random() < self.strikes:
            leg["optionDetails"] |= choose_strike(leg["optionDetails"]["optionType"], self.plan, self.raw, rng)
        if rng.random() < self.carried:
            leg["productType"] = rng.choice(["carryForward", "carryForward", "CarryForward"])
        self._momentum(leg)

    def _limit(self, *, always: bool) -> dict:
        """A limit, near what contracts cost, or a buffer; how long it rests and what then."""
        rng = self.rng
        found: dict[str, Any] = {"orderType": rng.choice(["limit", "LIMIT"])}
        if rng.random() < 0.25:
            price = self.plan.option * rng.choice([0.5, 1, 1, 2]) * rng.uniform(0.9, 1.1)
            found["limitPrice"] = max(round(price, rng.choice([1, 2, 2, 4])), 0.05)
        elif rng.random() < 0.5:
            found |= {"limitBuffer": rng.choice([-5, -2, -1, -0.5, -0.25, 0, 0.5, 2]), "limitBufferType": "percentage"}
        else:
            points = self.plan.option * rng.choice([-0.1, -0.03, -0.02, -0.01, -0.01, 0, 0.01, 0.05])
            found["limitBuffer"] = round(points, rng.choice([2, 2, 3]))
            found |= {"limitBufferType": "points"} if rng.random() < 0.3 else {}
        if rng.random() < 0.2 if always else rng.random() < 0.1:
            return found
        minutes = rng.random() < 0.15
        found["waitTime"] = 1 if minutes else rng.choice([0, 1, 3, 10, 30, 30, 90])
        if minutes or rng.random() < 0.3:
            found["waitTimeUnit"] = "minutes" if minutes else "seconds"
        after = rng.choice([None, "cancel", "market", "market"])
        return found if after is None else found | {"afterWait": after}

    def _move(self) -> dict:
        """Which way, and by how much: what a contract soon covers."""
        rng, name = self.rng, self.rng.choice(MOVES)
        percent = rng.choice([0.1, 0.25, 0.5, 1, 1, 2, 3.3333, 7])
        points = max(round(self.plan.option * percent / 5) / 20, 0.05)
        return {"type": name, "value": percent if name.startswith("percent") else points}

    def _breakout(self) -> dict:
        """A window of the day's first half; sometimes one that has passed, or does not come."""
        rng, plan = self.rng, self.plan
        begin = plan.open_s + rng.choice([-120, 0, 0, rng.randrange(plan.steps // 3)])
        end = max(begin, plan.open_s) + rng.choice([0, 10, 30, 60, plan.steps // 4])
        whole = rng.random() < 0.2
        found: dict[str, Any] = {
            "from": clock(begin, seconds=not whole),
            "to": clock(end, seconds=not whole),
            "side": rng.choice(["high", "low"]),
        }
        if rng.random() < 0.8:
            found["of"] = rng.choice(["underlying", "premium"])
        return found

    def _momentum(self, holder: dict) -> None:
        """A third of the re-entries without a condition wait for a move."""
        config, rng = holder.get("reEntryConfig"), self.rng
        if config and rng.random() < 0.4:
            move = self._move()
            config |= {"type": "momentum", "momentumType": move["type"], "momentumValue": move["value"]}

    def _lock(self) -> dict:
        rng = self.rng
        when = rng.choice([0.5, 2, 5, 5, 20, 60, 150])
        lock: dict[str, Any] = {"enabled": rng.random() < 0.95, "whenProfit": when}
        locked = rng.choice([None, 0, round(when / 2, 4), round(when * 0.9, 4)])
        if locked is not None:
            lock["lockProfit"] = locked
        if rng.random() < 0.6:
            lock["forEvery"] = round(when * rng.choice([0.1, 0.5, 1]), 4)
            lock["trailBy"] = round(lock["forEvery"] * rng.choice([0.5, 1, 1, 1.5]), 4)
        return lock
