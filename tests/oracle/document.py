"""The strategy document, read for the oracle: a flat, valid JSON export."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.order_terms import exact, lazy_terms, limit_terms, wait_terms

KINDS = {
    "startNode": "start",
    "entrySignalNode": "entry_signal",
    "exitSignalNode": "exit_signal",
    "reEntrySignalNode": "re_entry_signal",
    "reEntryNode": "re_entry_signal",
    "entryNode": "entry",
    "exitNode": "exit",
    "squareOffNode": "square_off",
}
SIGNALS = ("entry_signal", "exit_signal", "re_entry_signal")
RE_ENTRY_SET = {
    "entry_signal": ("hasReEntryConditions", "reEntryConditions"),
    "exit_signal": ("hasReEntryExitConditions", "reEntryExitConditions"),
}
RULE_KINDS = ("stopLoss", "breakeven", "moveToCost", "takeProfit", "trailingStop")
AMOUNTS = {
    "stopLoss": {"percentage": "stopPercentage", "points": "stopPoints", "pnl": "stopPnl"},
    "takeProfit": {"percentage": "targetPercentage", "points": "targetPoints", "pnl": "targetPnl"},
}
UNIT_SECONDS = {"m": 60, "h": 3600, "d": 86400}


class Graph:
    """Nodes, edges and what follows from them alone; nothing in here changes during the day."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.data: dict[str, dict] = {}
        self.kind: dict[str, str] = {}
        for node in document["nodes"]:
            if node["type"] in KINDS:
                self.data[node["id"]] = node["data"]
                self.kind[node["id"]] = KINDS[node["type"]]
        self.start = self.of_kind("start")[0]
        self.children: dict[str, list[str]] = {node: [] for node in self.kind}
        self.parents: dict[str, list[str]] = {node: [] for node in self.kind}
        for edge in document["edges"]:
            source, target = edge["source"], edge["target"]
            if source in self.kind and target in self.kind:
                self.children[source].append(target)
                self.parents[target].append(source)
        self.signals = [node for node, kind in self.kind.items() if kind in SIGNALS]
        self._read_legs()
        self.targets = {node: self._targets(node) for node in self.of_kind("exit")}
        self.leads_to = {node: self._through_signals(node, "entry") for node in self.signals}
        self.max_entries = {node: self._max_entries(node) for node in self.of_kind("entry")}
        self.guards: dict[str, list[str]] = {}
        for node in self.of_kind("exit_signal"):
            guarded = {vpi for leaf in self._through_signals(node, "exit") for vpi in self.targets[leaf]}
            self.guards[node] = [vpi for vpi in self.legs if vpi in guarded]
        self.rules: list[dict] = []
        self.rules_of_leg = {vpi: self._rules(vpi) for vpi in self.legs}
        self.combined = {entry: rules for entry in self.of_kind("entry") if (rules := self._combined(entry))}
        self.re_entry_of_exit = {
            node: setting(self.data[node]["exitNodeData"], "reEntryConfig") for node in self.of_kind("exit")
        }
        self.limit_of_exit = {
            node: limit_terms(self.data[node]["exitNodeData"]["orderConfig"]) for node in self.of_kind("exit")
        }
        self.condition_sets = {node: self._condition_sets(node) for node in self.signals}
        self.instruments = _instruments(self.data[self.start])

    def of_kind(self, *kinds: str) -> list[str]:
        """Nodes of those kinds, in document order."""
        return [node for node, kind in self.kind.items() if kind in kinds]

    def max_re_entries(self, signal: str) -> int | None:
        """The limit a re-entry signal carries."""
        limit = (self.data[signal].get("retryConfig") or {}).get("maxReEntries")
        return None if limit is None else int(limit)

    def _read_legs(self) -> None:
        self.legs: dict[str, dict] = {}
        self.entry_legs: dict[str, list[str]] = {}
        for entry in self.of_kind("entry"):
            self.entry_legs[entry] = []
            for position in self.data[entry]["positions"]:
                own_size = position.get("multiplier", position.get("lotSize"))
                option = position["optionDetails"]
                self.entry_legs[entry].append(position["vpi"])
                self.legs[position["vpi"]] = {
                    "vpi": position["vpi"],
                    "entry": entry,
                    "lots": Decimal(str(position.get("quantity") or 0)),
                    "capital": capital_of(position),
                    "lot_size": None if own_size is None else int(own_size),
                    "side": position["positionType"].upper(),
                    "expiry": option["expiry"].upper(),
                    "strike": option["strikeType"].upper(),
                    "strike_value": exact(option.get("strikeValue") or 0),
                    "strike_range": [exact(end) for end in option.get("strikeRange") or []],
                    "strike_leg": option.get("strikeLeg"),
                    "strike_steps": int(option.get("strikeSteps") or 0),
                    "option_type": option["optionType"].upper(),
                    "limit": limit_terms(position),
                    "waits_for": wait_terms(position),
                    "priority": exact(position.get("priority") or 0),
                    "lazy": lazy_terms(position),
                    "re_entry": setting(position, "reEntryConfig"),
                    "position": position,
                    "carry_forward": str(position.get("productType", "")).lower() == "carryforward",
                }

    def _rules(self, vpi: str) -> list[dict]:
        """What protects a leg: by kind; within a kind its own, its entry's, then those of exits in document order."""
        leg = self.legs[vpi]
        places = [(leg["entry"], leg["position"]), (leg["entry"], self.data[leg["entry"]])]
        places += [(node, self.data[node]["exitNodeData"]) for node, legs in self.targets.items() if vpi in legs]
        found = []
        for kind in RULE_KINDS:
            for node, holder in places:
                block = setting(holder, kind)
                if block:
                    others = [other for other in self.entry_legs[leg["entry"]] if other != vpi]
                    found.append({"number": len(self.rules), "node": node, **read_rule(kind, block, others)})
                    self.rules.append(found[-1])
        return found

    def _combined(self, entry: str) -> list[dict]:
        """The combined rules of an entry, by kind."""
        config = self.data[entry].get("combinedConfig") or {}
        blocks = [(kind, config.get(kind) or {}) for kind in RULE_KINDS if kind != "moveToCost"]
        return [read_rule(kind, block, []) for kind, block in blocks if block.get("enabled")]

    def _max_entries(self, entry: str) -> int | None:
        """The smallest among the legs; where no leg has one, among the re-entry signals that lead to the entry."""
        positions = self.data[entry]["positions"]
        own = [position["maxEntries"] for position in positions if position.get("maxEntries") is not None]
        if own:
            return min(int(limit) for limit in own)
        askers = [node for node in self.of_kind("re_entry_signal") if entry in self.leads_to[node]]
        configs = [self.data[node].get("retryConfig") or {} for node in askers]
        given = [int(config["maxEntries"]) for config in configs if config.get("maxEntries") is not None]
        return min(given) if given else None

    def _targets(self, exit_node: str) -> list[str]:
        order = self.data[exit_node]["exitNodeData"]["orderConfig"]
        target = order.get("targetPositionVpi")
        if target and target != "_any":
            return [target]
        above = self._first_entries_above(exit_node)
        return [vpi for vpi, leg in self.legs.items() if leg["entry"] in above]

    def _first_entries_above(self, node: str) -> set[str]:
        """The entries met first on every way up from a node."""
        found: set[str] = set()
        seen: set[str] = set()
        pending = list(self.parents[node])
        while pending:
            parent = pending.pop()
            if self.kind[parent] == "entry":
                found.add(parent)
            elif parent not in seen:
                seen.add(parent)
                pending.extend(self.parents[parent])
        return found

    def _through_signals(self, signal: str, wanted: str) -> list[str]:
        """Nodes of a kind reached from a signal through signals only, in document order."""
        found, seen, pending = set(), {signal}, list(self.children[signal])
        while pending:
            node = pending.pop()
            if self.kind[node] == wanted:
                found.add(node)
            if self.kind[node] in SIGNALS and node not in seen:
                seen.add(node)
                pending.extend(self.children[node])
        return [node for node in self.of_kind(wanted) if node in found]

    def _condition_sets(self, signal: str) -> dict[str, tuple]:
        """Name of the set -> (tree, leaves). The re-entry set is there only with its flag and a leaf."""
        sets = {"base": condition_tree(self.data[signal].get("conditions") or [])}
        flag, key = RE_ENTRY_SET.get(self.kind[signal], ("", ""))
        if self.data[signal].get(flag):
            re_entry = condition_tree(self.data[signal].get(key) or [])
            if re_entry[1]:
                sets["re_entry"] = re_entry
        return sets


def capital_of(position: dict) -> Decimal | None:
    """The rupees a leg buys for; None for a leg of so many lots."""
    by_capital = str(position.get("quantityType") or "lots").lower() == "capital"
    return Decimal(str(position["capital"])) if by_capital else None


def setting(holder: dict, name: str) -> dict | None:
    """A block of ``postExecutionConfig``, or beside it, that is enabled."""
    inside = holder.get("postExecutionConfig") or {}
    block = inside.get(name) or holder.get(name)
    return block if block and block.get("enabled") else None


def read_rule(kind: str, block: dict, other_legs: list[str]) -> dict:
    """A protective rule in plain values; amounts are exact, in the units of its ``trigger``."""

    def amount(name: str) -> Fraction:
        return Fraction(str(block.get(name) or 0))

    trigger = (block.get("triggerType") or "percentage").lower()
    rule: dict[str, Any] = {
        "kind": kind,
        "trigger": trigger,
        "underlying": (block.get("appliesTo") or "premium").lower() == "underlying",
        "candle_s": None,
        "complete": (block.get("squareOff") or "partial").lower() == "complete",
        "limit_buffer": None,
    }
    if (block.get("checkAt") or "second").lower() == "candleclose":
        rule["candle_s"] = timeframe_seconds(block["timeframe"])
    if block.get("waitForMarket"):
        seconds = 60 if (block.get("waitTimeUnit") or "seconds").lower() == "minutes" else 1
        rule["limit_buffer"] = amount("limitBuffer")
        rule["wait_s"] = int(block.get("waitTime") or 0) * seconds
    if kind in AMOUNTS:
        own = AMOUNTS[kind][trigger]
        rule["amount"] = amount(own if own in block else "value")
    elif kind == "breakeven":
        rule |= {"after": amount("afterProfit"), "lock": amount("lockProfit")}
    elif kind == "trailingStop":
        rule |= {"distance": amount("initialDistance"), "step": amount("stepSize")}
    else:
        named = block.get("whenStopped") or "any"
        rule["named"] = other_legs if named == "any" else [named] if isinstance(named, str) else list(named)
    return rule


def condition_tree(items: list[dict]) -> tuple[tuple, list[dict]]:
    """(tree, leaves): a tree is a leaf's number or (AND|OR, [tree…]); leaves are numbered depth first."""
    leaves: list[dict] = []

    def read(item: dict) -> Any:
        if "conditions" in item:
            return (item.get("groupLogic", "AND").upper(), [read(child) for child in item["conditions"]])
        leaves.append(item)
        return len(leaves) - 1

    return ("AND", [read(item) for item in items]), leaves


def timeframe_seconds(text: str) -> int:
    """Seconds of ``3m``, ``1h``, ``1d``."""
    match = re.fullmatch(r"(\d+)([mhd])", text.strip().lower())
    assert match, text
    return int(match[1]) * UNIT_SECONDS[match[2]]


def _instruments(start: dict) -> dict[str, dict]:
    """Role (TI, SI) -> {symbol, timeframes: id -> {seconds, indicators}}."""
    found = {}
    for role, key in (("TI", "tradingInstrumentConfig"), ("SI", "supportingInstrumentConfig")):
        config = start.get(key) or {}
        if (role == "SI" and not start.get("supportingInstrumentEnabled")) or not config.get("symbol"):
            continue
        found[role] = {
            "symbol": config["symbol"],
            "timeframes": {
                timeframe["id"]: {
                    "seconds": timeframe_seconds(timeframe["timeframe"]),
                    "indicators": timeframe.get("indicators") or {},
                }
                for timeframe in config.get("timeframes") or []
            },
        }
    return found
