"""Entries that stay open for long, to be closed by protective rules: what is added to a strategy that gets rules.

The wings of ``random_strategy`` close within seconds by their exit signals. These have few exits, and late ones.
"""

from __future__ import annotations

from random import Random
from typing import Any

from tests.oracle import documents as d
from tests.oracle.random_day import DayPlan
from tests.oracle.random_terms import clock


def add_wing(document: dict, number: int, plan: DayPlan, rng: Random) -> None:
    """An entry with its signal, none to two exits with what follows them; at any place of the document."""
    entry = f"entry-{number}"
    others = [node["id"] for node in document["nodes"] if node["type"] == "entryNode"]
    legs = [_leg(f"{entry}-pos{k}", rng) for k in range(1, rng.choice([1, 2, 2, 3]) + 1)]
    if rng.random() < 0.3:
        rng.choice(legs)["maxEntries"] = rng.choice([1, 2, 3, 4, 6])
    nodes = [
        d.signal("entry", f"in-{number}", _from(plan, rng, 0, 0.3)),
        d.entry(entry, *legs, **({"allOrNone": True} if rng.random() < 0.15 else {})),
    ]
    edges = [("start", f"in-{number}"), (f"in-{number}", entry)]
    for k in range(rng.choice([0, 1, 1, 2])):
        found = _exit(f"{number}-{k}", entry, legs, others, plan, rng)
        nodes += found[0]
        edges += found[1]
    for node in nodes:
        document["nodes"].insert(rng.randrange(len(document["nodes"]) + 1), node)
    known = document["edges"]
    begin = rng.choice([0, len(known)])
    known[begin:begin] = [{"source": source, "target": target} for source, target in dict.fromkeys(edges)]


def _leg(vpi: str, rng: Random) -> dict:
    expiry = rng.choices(["W0", "M0", "W1"], [90, 7, 3])[0]
    strike = rng.choices(["ATM", "OTM1", "ITM1"], [80, 12, 8])[0]
    kind = rng.choice(["CE", "PE"])
    leg = d.leg(vpi, rng.choice(["buy", "sell"]), f"{expiry} {strike} {kind}", rng.choice([1, 1, 2, 3, 4]))
    if rng.random() < 0.15:
        del leg["multiplier"]
    return leg


def _exit(
    suffix: str, entry: str, legs: list[dict], others: list[str], plan: DayPlan, rng: Random
) -> tuple[list[dict], list[tuple[str, str]]]:
    """An exit below a signal of its own, late or at a profit or loss."""
    vpis = [leg["vpi"] for leg in legs]
    signal, node = f"out-{suffix}", f"exit-{suffix}"
    late = _from(plan, rng, 0.3, 1)
    if rng.random() < 0.5:
        amount = d.constant(rng.choice([-1, 1]) * rng.choice([20, 60, 150]))
        operator = "<=" if amount["value"] < 0 else ">="
        late = d.group("OR", late, d.leaf(d.position(rng.choice(vpis), "pnl"), operator, amount))
    order: dict[str, Any] = {}
    if rng.random() < 0.3:
        order = {"quantity": "percentage", "partialQuantityPercentage": rng.choice([50, 25, 100])}
    nodes = [
        d.signal("exit", signal, late),
        d.exit_node(node, rng.choice([None, "_any", *vpis, *vpis]), **order),
    ]
    edges = [(entry, signal), (signal, node)]
    draw = rng.random()
    if draw < 0.5:
        again = f"again-{suffix}"
        retry = {"maxReEntries": rng.choice([1, 2, 3, 5])}
        level = d.constant(round(plan.spot + rng.uniform(-0.4, 0.4) * plan.band, 2))
        soon = d.leaf(d.ltp(), rng.choice(["<", ">"]), level)
        nodes.append(d.signal("reEntry", again, d.group("OR", soon, _from(plan, rng, 0, 1)), retryConfig=retry))
        edges += [(node, again), (again, entry)]
    elif draw < 0.7:
        edges.append((node, rng.choice([entry, *others])))
    return nodes, edges


def _from(plan: DayPlan, rng: Random, low: float, high: float) -> dict:
    """True from some moment between two parts of the day on."""
    begin = plan.open_s + 3 + int(plan.steps * rng.uniform(low, high))
    return d.leaf(d.now(), ">=", d.time_of_day(clock(begin)))
