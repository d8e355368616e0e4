"""Random valid strategies: one or two entries with their exits and re-entries, wired in every lawful way."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.oracle import documents as d
from tests.oracle.random_day import SUPPORT, DayPlan
from tests.oracle.random_terms import Names, Terms, clock

VARIABLE_SORTS = ("spot", "spot", "option", "profit", "rsi", "text")


class Builder:
    """Collects nodes and edges."""

    def __init__(self, rng: Random, plan: DayPlan) -> None:
        self.rng, self.plan = rng, plan
        self.names = Names()
        self.terms = Terms(rng, plan, self.names)
        self.nodes: list[dict] = []
        self.edges: list[tuple[str, str]] = []
        self.entries: dict[str, list[str]] = {}  # entry -> its legs

    def build(self) -> dict:
        """A whole document."""
        rng = self.rng
        start = self._start()
        wings = rng.choice([1, 2, 2, 3])
        for number in range(1, wings + 1):
            legs = [f"entry-{number}-pos{k}" for k in range(1, rng.choice([1, 1, 1, 2, 2, 3]) + 1)]
            self.entries[f"entry-{number}"] = legs
            self.names.vpis.extend(legs)
        for number in range(1, wings + 1):
            self._wing(number)
        if rng.random() < 0.5:
            self._square_off()
        if rng.random() < 0.15:
            start["data"]["endConditions"] = self._end_conditions(always=True)
        self.nodes.insert(rng.randrange(len(self.nodes) + 1), start)
        if rng.random() < 0.5:
            rng.shuffle(self.nodes)
            rng.shuffle(self.edges)
        edges = " ".join(f"{source}>{target}" for source, target in dict.fromkeys(self.edges))
        return d.strategy(edges, *self.nodes)

    def _start(self) -> dict:
        rng, configs = self.rng, {}
        for role, frames in self.plan.timeframes.items():
            configs[role] = []
            for text in frames:
                keys = {f"{name}_{role}_{text}": name for name in ("rsi", "sma", "ema") if rng.random() < 0.5}
                uses = {key: self._indicator(name) for key, name in keys.items()}
                identity = f"tf_{text}" if rng.random() < 0.2 else text
                configs[role].append({"id": identity, "timeframe": text, "indicators": uses})
                self.names.keys[role, text] = keys
        node = d.start(configs["TI"])
        self.identities = {(role, item["timeframe"]): item["id"] for role, items in configs.items() for item in items}
        if "SI" in configs:
            node["data"]["supportingInstrumentEnabled"] = True
            node["data"]["supportingInstrumentConfig"] = {
                "type": "index",
                "symbol": SUPPORT,
                "timeframes": configs["SI"],
            }
        return node

    def _indicator(self, name: str) -> dict:
        rng = self.rng
        use: dict[str, Any] = {"indicator_name": rng.choice([name, name.upper()])}
        use[rng.choice(["length", "length", "timeperiod", "period"])] = rng.choice([2, 2, 3, 4, 5, 9])
        if rng.random() < 0.4:
            use["price_field"] = rng.choice(["close", "open", "high", "low"])
        return use

    def _wing(self, number: int) -> None:
        """An entry with the signal that opens it, the exits that close it and what follows them."""
        rng, entry = self.rng, f"entry-{number}"
        others = [other for other in self.entries if int(other[6:]) < number]
        parent = "start"
        if others and rng.random() < 0.2:
            earlier = rng.choice(others)
            parents = [node["id"] for node in self.nodes if node["type"] == "exitNode"] + [earlier]
            parent = rng.choice(parents)
        self._signal("entry", f"in-{number}", self.names.vpis if parent != "start" else [], parent)
        opens = f"in-{number}"
        if rng.random() < 0.15:
            self._signal(rng.choice(["entry", "entry", "exit"]), f"then-{number}", [], opens, most_leaves=1)
            opens = f"then-{number}"
        self.edges.append((opens, entry))
        if others and rng.random() < 0.25:
            self.edges.append((opens, rng.choice(others)))
        if rng.random() < 0.3:
            self._second_chance(number, entry)
        legs = [self._leg(vpi) for vpi in self.entries[entry]]
        if rng.random() < 0.4:
            rng.choice(legs)["maxEntries"] = rng.choice([1, 2, 2, 3, 5])
        self.nodes.append(d.entry(entry, *legs, **({"allOrNone": True} if rng.random() < 0.18 else {})))
        for vpi in self.entries[entry]:
            self._exit(f"{number}-{vpi[-1]}", entry, vpi)
        if rng.random() < 0.35:
            self._exit(f"{number}-x", entry, rng.choice([None, "_any", *self.entries[entry]]))

    def _second_chance(self, number: int, entry: str) -> None:
        """Another signal for the same entry: drawn, or a late moment, sometimes the last step."""
        rng, node = self.rng, f"or-{number}"
        if rng.random() < 0.6:
            self._signal("entry", node, [], "start")
        else:
            second = self.plan.close_s - rng.choice([0, 0, 1, 30, 60, 120])
            self.nodes.append(d.signal("entry", node, d.leaf(d.now(), ">=", d.time_of_day(clock(second)))))
            self.edges.append(("start", node))
        self.edges.append((node, entry))

    def _leg(self, vpi: str) -> dict:
        rng = self.rng
        expiry = rng.choices(["W0", "M0", "Q0", "Y0", "W1", "M1", "W2"], [82, 4, 3, 3, 2, 1, 1])[0]
        strike = rng.choices(["ATM", "OTM1", "ITM1", "OTM2", "ITM2", "OTM4"], [80, 7, 6, 2, 2, 1])[0]
        leg = d.leg(
            vpi,
            rng.choice(["buy", "sell", "BUY", "Sell"]),
            f"{expiry} {strike} {rng.choice(['CE', 'PE'])}",
            rng.choice([1, 1, 2, 3, 4, 5]),
        )
        if rng.random() < 0.2:
            del leg["multiplier"]
            if rng.random() < 0.3:
                leg["lotSize"] = 15
        return leg

    def _exit(self, suffix: str, entry: str, target: str | None) -> None:
        """The exit signal below an entry, its exit and what follows; rarely without the signal, or with two of them."""
        rng, exit_node = self.rng, f"exit-{suffix}"
        above = entry
        guarded = [target] if target in self.names.vpis else self.entries[entry]
        if rng.random() < 0.95:
            above = f"out-{suffix}"
            self._signal("exit", above, guarded, entry)
            if rng.random() < 0.1:
                self._signal("exit", f"and-{suffix}", guarded, above, most_leaves=1)
                above = f"and-{suffix}"
        self.edges.append((above, exit_node))
        order = rng.choices(
            [
                {},
                {"quantity": "percentage", "partialQuantityPercentage": rng.choice([50, 33.3, 10, 100])},
                {"quantity": "specific", "specificQuantity": rng.choice([1, 2, 3])},
            ],
            [70, 15, 15],
        )[0]
        self.nodes.append(d.exit_node(exit_node, target, **order))
        self._after_exit(suffix, exit_node, entry)
        if order and rng.random() < 0.7:
            rest = f"exit-{suffix}-rest"
            self._signal("exit", f"out-{suffix}-rest", guarded, exit_node)
            self.edges.append((f"out-{suffix}-rest", rest))
            self.nodes.append(d.exit_node(rest, target))
            self._after_exit(f"{suffix}-rest", rest, entry)

    def _after_exit(self, suffix: str, exit_node: str, entry: str) -> None:
        rng, draw = self.rng, self.rng.random()
        known = [node["id"] for node in self.nodes if node["id"].startswith("again-")]
        if draw < 0.1 and known:
            self.edges.append((exit_node, rng.choice(known)))
        elif draw < 0.75:
            signal = f"again-{suffix}"
            retry = {"groupNumber": 1, "maxReEntries": rng.choice([0, 1, 1, 2, 3, 5, 10])}
            if rng.random() < 0.15:
                del retry["maxReEntries"]
            if rng.random() < 0.12:
                retry["maxEntries"] = rng.choice([1, 2, 3])
            self._signal("reEntry", signal, self.entries[entry], exit_node, retryConfig=retry)
            self.edges.append((signal, entry))
            if rng.random() < 0.08:
                self.edges.append((signal, rng.choice(list(self.entries))))
        elif draw < 0.9:
            self.edges.append((exit_node, rng.choice([entry, rng.choice(list(self.entries))])))

    def _signal(self, kind: str, node: str, vpis: list[str], parent: str, most_leaves: int = 4, **data: Any) -> None:
        rng, terms = self.rng, self.terms
        drawn = "entry" if not vpis else kind
        document = d.signal(kind, node, *terms.conditions(drawn, vpis, most_leaves), **data)
        if kind == "reEntry" and rng.random() < 0.3:
            document["type"] = "reEntryNode"
        if kind in ("entry", "exit") and rng.random() < 0.35:
            key = "ReEntryConditions" if kind == "entry" else "ReEntryExitConditions"
            again = self.entries.get(parent) or vpis or []
            conditions = terms.conditions("exit" if again else "entry", again)
            document["data"] |= {f"has{key}": rng.random() < 0.9, f"reE{key[3:]}": conditions}
        if rng.random() < 0.4:
            document["data"]["variables"] = self._variables(node, vpis)
        self._name_timeframes(document["data"])
        self.nodes.append(document)
        self.edges.append((parent, node))

    def _variables(self, node: str, vpis: list[str]) -> list[dict]:
        """One to three; a later one may read an earlier one, and the list is in any order."""
        rng, made = self.rng, []
        for number in range(rng.choice([1, 1, 2, 3])):
            sort = rng.choice(VARIABLE_SORTS)
            if (sort in ("option", "text") and not vpis) or (sort == "rsi" and not self.terms._keys("rsi")):
                sort = "spot"
            expression = self.terms.text(vpis) if sort == "text" else self.terms.wrapped(sort, vpis)
            made.append({"name": f"v{number}", "nodeId": node, "expression": expression})
            self.names.variables.setdefault(sort, []).append((node, f"v{number}"))
        rng.shuffle(made)
        return made

    def _name_timeframes(self, item: Any) -> None:
        """Write the start node's own id of each timeframe."""
        if isinstance(item, list):
            for one in item:
                self._name_timeframes(one)
        elif isinstance(item, dict):
            if "timeframeId" in item:
                role = item.get("instrumentType", "TI")
                item["timeframeId"] = self.identities.get((role, item["timeframeId"]), item["timeframeId"])
            for one in item.values():
                self._name_timeframes(one)

    def _square_off(self) -> None:
        rng = self.rng
        exits = [node["id"] for node in self.nodes if node["type"] == "exitNode"]
        draw = rng.random()
        parent, conditions = "start", self._end_conditions(always=False)
        if draw < 0.3:
            second = self.plan.open_s + rng.randrange(self.plan.steps // 3, self.plan.steps)
            parent = "panic"
            self.nodes.append(d.signal("entry", "panic", d.leaf(d.now(), ">=", d.time_of_day(clock(second)))))
            self.edges.append(("start", "panic"))
        elif draw < 0.45:
            parent = rng.choice(exits)
        elif draw < 0.55:
            parent = rng.choice([node["id"] for node in self.nodes if node["id"].startswith("out-")] or exits)
        if parent != "start" and rng.random() < 0.6:
            conditions = {"immediateExit": {"enabled": True}}
        self.nodes.append(d.square_off("square-off", **conditions))
        self.edges.append((parent, "square-off"))

    def _end_conditions(self, *, always: bool) -> dict:
        """A time late in the day, an amount, or both."""
        rng, plan, found = self.rng, self.plan, {}
        if rng.random() < 0.02:
            found["immediateExit"] = {"enabled": True}
        if always or rng.random() < 0.5:
            target: dict[str, Any] = {"enabled": True, "targetType": "absolute"}
            target["targetAmount"] = rng.choice([30, 100.5, 400, -30, -100, -400])
            if rng.random() < 0.3:
                target |= {
                    "targetType": "percentage",
                    "initialCapital": 10000,
                    "targetAmount": rng.choice([1, -1, 2.5]),
                }
            found["performanceBasedExit"] = {"enabled": True, "dailyPnLTarget": target}
            if rng.random() < 0.3:
                found["performanceBasedExit"] = {
                    "enabled": True,
                    "profitTarget": 120,
                    "lossLimit": rng.choice([90, -90]),
                }
        if not found or rng.random() < 0.5:
            second = plan.open_s + rng.randrange(plan.steps // 2, plan.steps + 30)
            time: dict[str, Any] = {"enabled": True, "exitTime": clock(second), "exitAtMarketClose": False}
            if rng.random() < 0.5:
                time |= {"exitAtMarketClose": True, "minutesBeforeClose": rng.choice([0, 1, 2])}
            if time["exitAtMarketClose"] and rng.random() < 0.5:
                time["exitTime"] = ""
            found["timeBasedExit"] = time
        return found
