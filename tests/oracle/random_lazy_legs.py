"""Random lazy legs, relative strikes, days to expiry, priorities, stop-limit legs, and groups and candle closes of
re-entries (R25, R15), put into about half of the random strategies.

They are drawn from a random source of their own, after everything else was drawn, so that the rest of a case does not
depend on them.
"""

from __future__ import annotations

from random import Random
from typing import Any

from tests.oracle import documents as d
from tests.oracle.random_day import DayPlan
from tests.oracle.random_guarded_wing import add_wing

REASONS = ("stop_loss", "target", "trailing_stop")
RULE_NAMES = ("stopLoss", "takeProfit", "trailingStop", "breakeven")
WING = 12  # no other part of a case numbers an entry so
DAYS_TO_EXPIRY = ("D0-7", "D0-6", "D0-6", "d0-13", "D0-0", "D1-6", "D1-3", "D7-13", "D8-200", "D3-3")


def add_lazy_legs(document: dict, plan: DayPlan, rng: Random) -> None:
    """Put some into the entries, legs and exits of a document, or leave it as it is."""
    if rng.random() < 0.5:
        _Additions(document, plan, rng).add()


class _Additions:
    """Draws them for one document."""

    def __init__(self, document: dict, plan: DayPlan, rng: Random) -> None:
        self.document, self.plan, self.rng = document, plan, rng
        if rng.random() < 0.85:
            add_wing(document, WING, plan, rng)
        self.entries = [node["data"] for node in document["nodes"] if node["type"] == "entryNode"]
        self.exits = [node["data"]["exitNodeData"] for node in document["nodes"] if node["type"] == "exitNode"]

    def add(self) -> None:
        """Every sort has its own share in this document."""
        rng = self.rng
        self._protect_the_wing()
        if rng.random() < 0.85:
            for number in range(1, rng.choice([1, 2, 2, 3]) + 1):
                self._lazy_leg(number)
            if rng.random() < 0.3:
                self._entry_of_lazy_legs()
            if rng.random() < 0.3:
                self._make_one_lazy()
        strikes, expiries, priorities, triggers = (rng.choice([0, 0.2, 0.5]) for _ in range(4))
        re_entries = rng.choice([0.2, 0.6, 0.9])
        armers = {leg["lazyLeg"]["armedBy"] for leg in self._legs() if "lazyLeg" in leg}
        for data in self.entries:
            if rng.random() < 1.4 * priorities:
                self._priorities(data["positions"])
            for leg in data["positions"]:
                if leg["vpi"] in armers and rng.random() < 0.8:
                    continue
                if rng.random() < strikes:
                    self._relative(leg, data["positions"])
                if rng.random() < expiries:
                    leg["optionDetails"]["expiry"] = rng.choice(DAYS_TO_EXPIRY)
                if not data.get("allOrNone") and rng.random() < triggers:
                    self._stop_limit(leg)
        for holder in [*self._legs(), *self.exits]:
            if "reEntryConfig" in holder and rng.random() < re_entries:
                holder["reEntryConfig"] |= self._counted_or_at_candles()

    def _protect_the_wing(self) -> None:
        """Rules that soon close its legs, and re-entries that follow."""
        rng = self.rng
        for leg in self._legs():
            if leg["vpi"].startswith(f"entry-{WING}-"):
                if rng.random() < 0.8:
                    leg["postExecutionConfig"] = self._rules()
                if rng.random() < 0.6:
                    leg["reEntryConfig"] = self._re_entry()

    def _re_entry(self) -> dict:
        rng = self.rng
        config = {"enabled": True, "maxReEntries": rng.choice([1, 2, 3])}
        sort = rng.choice(["asap", "asap", "cost", "momentum"])
        if sort == "momentum":
            config |= {"momentumType": rng.choice(["percentUp", "percentDown"]), "momentumValue": 0.5}
        return config | {"type": sort}

    def _legs(self) -> list[dict]:
        return [leg for data in self.entries for leg in data["positions"]]

    def _lazy_leg(self, number: int) -> None:
        """A new leg beside others, armed by any leg that has rules."""
        rng = self.rng
        places = [data["positions"] for data in self.entries if not data.get("allOrNone")]
        if places:
            positions = rng.choice(places)
            positions.insert(rng.randrange(len(positions) + 1), self._new_leg(f"lazy-{number}", self._an_armer()))

    def _entry_of_lazy_legs(self) -> None:
        """An entry below a signal that leads to another entry too: its acting opens nothing."""
        rng, edges = self.rng, self.document["edges"]
        entry_ids = [node["id"] for node in self.document["nodes"] if node["type"] == "entryNode"]
        signals = [node["id"] for node in self.document["nodes"] if node["type"] == "entrySignalNode"]
        askers = [edge["source"] for edge in edges if edge["target"] in entry_ids and edge["source"] in signals]
        if not askers:
            return  # every entry is asked through another signal
        legs = [self._new_leg(f"asleep-{number}", self._an_armer()) for number in range(rng.choice([1, 2]))]
        node = d.entry("asleep", *legs)
        self.document["nodes"].insert(rng.randrange(len(self.document["nodes"]) + 1), node)
        edges.insert(rng.randrange(len(edges) + 1), {"source": rng.choice(askers), "target": "asleep"})
        self.entries.append(node["data"])

    def _make_one_lazy(self) -> None:
        """A leg that was there, where its entry has another one to send."""
        places = [data["positions"] for data in self.entries if not data.get("allOrNone")]
        places = [positions for positions in places if len([leg for leg in positions if "lazyLeg" not in leg]) > 1]
        if places:
            leg = self.rng.choice([leg for leg in self.rng.choice(places) if "lazyLeg" not in leg])
            armers = [other["vpi"] for other in self._legs() if other is not leg]
            leg["lazyLeg"] = self._lazy(self.rng.choice(armers))

    def _an_armer(self) -> str:
        """A leg of any entry, mostly one with rules; one without them gets a stop or a target."""
        rng, legs = self.rng, self._legs()
        protected = [leg for leg in legs if has_rules(leg)]
        protected += [leg for data in self.entries if has_rules(data) for leg in data["positions"]]
        wing = [leg for leg in protected if leg["vpi"].startswith(f"entry-{WING}-")]
        if wing and rng.random() < 0.7:
            return rng.choice(wing)["vpi"]
        leg = rng.choice(protected if protected and rng.random() < 0.7 else legs)
        if not has_rules(leg) and rng.random() < 0.8:
            leg.setdefault("postExecutionConfig", {}).update(self._rules())
        return leg["vpi"]

    def _rules(self) -> dict:
        """A stop, a target or both, of percents that prices soon cover."""
        rng = self.rng
        near = {"enabled": True, "triggerType": "percentage"}
        stop = {"stopLoss": near | {"stopPercentage": rng.choice([0.5, 1, 2, 5])}}
        target = {"takeProfit": near | {"targetPercentage": rng.choice([0.5, 1, 2, 5])}}
        return rng.choice([stop, target, stop | target])

    def _new_leg(self, vpi: str, armed_by: str) -> dict:
        """With rules and re-entries of its own now and then, or what its price has to do before it goes in."""
        rng, side = self.rng, self.rng.choice(["buy", "sell"])
        leg = d.leg(
            vpi, side, f"W0 {rng.choice(['ATM', 'ATM', 'OTM1'])} {rng.choice(['CE', 'PE'])}", rng.choice([1, 2])
        )
        leg["lazyLeg"] = self._lazy(armed_by)
        if rng.random() < 0.6:
            leg["postExecutionConfig"] = self._rules()
        if rng.random() < 0.3:
            leg["reEntryConfig"] = self._re_entry()
        if rng.random() < 0.4:
            leg["optionDetails"] |= {
                "strikeType": "relative",
                "strikeLeg": armed_by,
                "strikeSteps": rng.choice([-1, 0, 1]),
            }
        draw, up = rng.random(), rng.random() < 0.5
        if draw < 0.2:
            leg["waitAndTrade"] = {"enabled": True, "type": "percentUp" if up else "percentDown", "value": 0.5}
        elif draw < 0.4:
            leg |= {"orderType": "limit", "limitBuffer": rng.choice([-1, -0.5, 0, 1]), "limitBufferType": "percentage"}
        return leg

    def _lazy(self, armed_by: str) -> dict:
        rng = self.rng
        block: dict[str, Any] = {"enabled": rng.random() < 0.97, "armedBy": armed_by}
        if rng.random() < 0.35:
            block["on"] = rng.sample(REASONS, rng.choice([1, 2, 3]))
        return block

    def _priorities(self, positions: list[dict]) -> None:
        """Few numbers, so that some are equal; some have none."""
        for leg in positions:
            priority = self.rng.choice([None, 0, 1, 1, 2, 3])
            if priority is not None:
                leg["priority"] = priority

    def _relative(self, leg: dict, beside: list[dict]) -> None:
        """Mostly from a leg of the same entry, by few steps."""
        rng = self.rng
        place = beside.index(leg)
        others = [other["vpi"] for other in beside[:place]]
        if rng.random() < (0.3 if not others else 0.1):
            others = [other["vpi"] for other in beside if other is not leg]
        if rng.random() < 0.2:
            others = [other["vpi"] for other in self._legs() if other is not leg]
        if not others:
            return
        details = leg["optionDetails"]
        for name in ("strikeValue", "strikeRange"):
            details.pop(name, None)
        steps = rng.choice([-2, -1, -1, 0, 1, 1, 1, 2, 3])
        details |= {"strikeType": rng.choice(["relative", "Relative"]), "strikeLeg": rng.choice(others)}
        details["strikeSteps"] = steps

    def _stop_limit(self, leg: dict) -> None:
        """A trigger near what contracts cost, with the limit that the leg has, or one near the trigger."""
        rng = self.rng
        if any(leg.get(name, {}).get("enabled") for name in ("waitAndTrade", "rangeBreakout")):
            return
        trigger = max(round(self.plan.option * rng.choice([0.5, 1, 1, 2]) * rng.uniform(0.93, 1.07), 2), 0.05)
        if "limitPrice" not in leg and "limitBuffer" not in leg:
            if rng.random() < 0.5:
                leg["limitPrice"] = max(round(trigger * rng.choice([0.98, 1, 1, 1.02]), 2), 0.05)
            else:
                leg |= {"limitBuffer": rng.choice([-1, -0.5, 0, 0, 1]), "limitBufferType": "percentage"}
            if rng.random() < 0.6:
                leg |= {"waitTime": rng.choice([0, 1, 10, 30]), "afterWait": rng.choice(["cancel", "market"])}
        leg |= {"orderType": rng.choice(["stopLimit", "stopLimit", "stop_limit", "SL"]), "triggerPrice": trigger}

    def _counted_or_at_candles(self) -> dict:
        """One count for several re-entries, looks at candle closes only, or both."""
        rng, draw = self.rng, self.rng.random()
        found: dict[str, Any] = {}
        if draw < 0.6:
            found["groupNumber"] = rng.choice([1, 1, 1, 2])
        if draw > 0.4:
            found |= {"checkAt": "candleClose", "timeframe": rng.choice(["1m", "1m", "1m", "2m", "3m"])}
        return found


def has_rules(holder: dict) -> bool:
    """Whether a leg or an entry has blocks that close a life."""
    return any(name in holder or name in holder.get("postExecutionConfig", {}) for name in RULE_NAMES)
