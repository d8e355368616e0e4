"""What N random cases contain: ``python -m tests.oracle.census 2000``.

A row counts the cases that contain a thing; for operators and expressions also those in which a leaf with it held
at least once while its signal was armed.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

from tests.oracle import OracleDay
from tests.oracle.day import Day
from tests.oracle.document import Graph
from tests.oracle.generator import random_case
from tests.oracle.outcome import as_value

RULE_REASONS = ("stop_loss", "target", "trailing_stop")


def main(count: int) -> None:
    """Print the table of the first ``count`` seeds."""
    contain, held, shares, slowest = Counter(), Counter(), Counter(), (0.0, 0)
    began = time.perf_counter()
    for seed in range(count):
        document, raw, options = random_case(seed)
        started = time.perf_counter()
        second_by_second = Day(document, raw, options)
        second_by_second.run()
        day = as_value(second_by_second)
        slowest = max(slowest, (time.perf_counter() - started, seed))
        graph = second_by_second.graph
        contain.update(things_of(graph, day, options) | second_by_second.happened)
        held.update(things_held(graph, day))
        shares.update(outcomes(day))
    spent = time.perf_counter() - began
    lines = [f"{count} cases, {spent / count * 1000:.0f} ms each, slowest {slowest[0]:.2f} s (seed {slowest[1]})"]
    lines += [f"{100 * number / count:6.1f} %  {name}" for name, number in sorted(shares.items())]
    lines.append(f"{'cases':>7} {'held':>6}")
    lines += [f"{number:7} {held.get(name, ''):>6}  {name}" for name, number in sorted(contain.items())]
    sys.stdout.write("\n".join(lines) + "\n")


def outcomes(day: OracleDay) -> set[str]:
    """What became of the day, as the shares are counted."""
    found = set()
    if day.lives:
        found.add("trade")
    if any(life["position_num"] > 1 for life in day.lives):
        found.add("re-enter")
    if any(trade["part"] for trade in day.trades):
        found.add("close in parts")
    if any(trade["exit_reason"] in RULE_REASONS for trade in day.trades):
        found.add("close by a rule")
    if day.cancellations:
        found.add("end with orders waiting")
    if any(report["near_misses_total"] for report in day.signals.values()):
        found.add("have near misses")
    return found


def things_of(graph: Graph, day: OracleDay, options: Any) -> set[str]:
    """Everything a case contains."""
    found = {f"node {kind}" for kind in graph.kind.values()}
    found |= {f"rejection {one['side']} {one['reason']}" for one in day.rejections}
    found |= {f"exit {trade['exit_reason']}" for trade in day.trades}
    found |= {f"limit {report['limit']}" for report in day.signals.values() if report["limit"]}
    found |= {f"fired {graph.kind[event['node_id']]}" for event in day.events}
    found |= {f"fired set {event['condition_set']}" for event in day.events if event["condition_set"]}
    found |= {f"cancelled {one['side']}" for one in day.cancellations}
    found |= {f"fill {options.fill}", f"slippage {options.slippage.kind if options.slippage.amount else 'none'}"}
    found |= {f"{name} {getattr(day, name)}" for name in ("replayed_bars", "short_history")}
    found |= {"life left open" for life in day.lives if not life["closed"]}
    if any(graph.data[node].get("allOrNone") for node in graph.of_kind("entry")):
        found.add("entry allOrNone")
    for node in graph.of_kind("exit"):
        order = graph.data[node]["exitNodeData"]["orderConfig"]
        found.add(f"exit of {order['quantity']}")
        found.add("exit of any" if order["targetPositionVpi"] in (None, "_any") else "exit of one")
    for node in graph.signals:
        for _, leaves in graph.condition_sets[node].values():
            for leaf in leaves:
                found |= things_in(leaf)
        for variable in graph.data[node].get("variables") or []:
            found |= things_in(variable["expression"]) | {"variable"}
    return found


def things_held(graph: Graph, day: OracleDay) -> set[str]:
    """What stands in a leaf that held at an armed step."""
    found = set()
    for node, report in day.signals.items():
        for name, counts in report["sets"].items():
            for leaf, (true_steps, _) in zip(graph.condition_sets[node][name][1], counts["leaves"], strict=True):
                found |= things_in(leaf) if true_steps else set()
    return found


def things_in(item: Any) -> set[str]:
    """The operator and the expressions of a leaf, or those of an expression."""
    if isinstance(item, list):
        return set().union(*map(things_in, item))
    if not isinstance(item, dict):
        return set()
    found = {f"operator {item['operator']}"} if "operator" in item else set()
    if "type" in item:
        kind = item["type"]
        found.add(f"expression {kind}")
        if kind in ("position_data", "live_data", "candle_data", "market_data"):
            found.add(f"{kind} {item['field'].lower()}")
        elif kind == "pnl_data":
            found.add(f"pnl_data {item['scope']} {item['pnlType']}")
        elif kind == "expression":
            found.add(f"operation {item['operation']}")
        elif kind == "indicator":
            found.add(f"indicator {item['name'][:3]}")
    for value in item.values():
        found |= things_in(value)
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
