"""What a strategy's graph means to the machine: who leads to whom, who guards what. Made once per strategy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from strikebook.model.day_result import ConditionSetName
from strikebook.strategy.expression import (
    Arithmetic,
    ConditionSet,
    Expression,
    Leaf,
    NodeVariable,
    PositionField,
    ProfitValue,
    Variable,
)
from strikebook.strategy.node import EntryNode, ExitNode, Leg, SignalNode, SquareOffNode, Strategy
from strikebook.strategy.protection import RULE_KINDS, ProtectiveRule

Dependency = tuple[str, str]
"""What a state operand reads: ("variable", node id), ("leg", vpi) or ("book", "")."""


@dataclass(frozen=True, slots=True)
class SignalLinks:
    """Where a signal leads: ``entries`` (ids) with all their ``legs`` (vpis), and the vpis it ``guards``."""

    entries: tuple[str, ...]
    legs: tuple[str, ...]
    guards: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class SetPlan:
    """A condition set with what does not change from day to day. ``moving``: per leaf, whether it reads the state.

    ``dependencies``: what of the state its leaves read.
    """

    conditions: ConditionSet
    moving: tuple[bool, ...]
    dependencies: frozenset[Dependency]


class Visit(NamedTuple):
    """A node on the walk of the graph, depth first in edge order.

    ``again``: None at the first visit. Where the node was passed before, what is left of the walk if it completes now:
    the nodes to visit, the next one last, and those passed.
    """

    node_id: str
    again: tuple[tuple[str, ...], frozenset[str]] | None


@dataclass(frozen=True, slots=True)
class Plan:
    """A strategy with everything the machine looks up by id.

    ``below``: the children of each node, last one first. ``walk``: the visits of a step. ``guarded``: the vpis that
    each exit signal guards, of those that guard any. ``rules``: by vpi, in the order in which they are looked at;
    ``combined``: by entry, of those that have some. ``lazy``: by vpi, the legs that its close can arm.
    """

    strategy: Strategy
    below: Mapping[str, tuple[str, ...]]
    walk: tuple[Visit, ...]
    guarded: Mapping[str, tuple[str, ...]]
    signals: Mapping[str, SignalNode]
    entries: Mapping[str, EntryNode]
    exits: Mapping[str, ExitNode]
    square_offs: tuple[SquareOffNode, ...]
    links: Mapping[str, SignalLinks]
    sets: Mapping[str, Mapping[ConditionSetName, SetPlan]]
    leg_of: Mapping[str, Leg]
    entry_of: Mapping[str, str]
    rules: Mapping[str, tuple[ProtectiveRule, ...]]
    combined: Mapping[str, tuple[ProtectiveRule, ...]]
    lazy: Mapping[str, tuple[Leg, ...]]
    variables: Mapping[str, tuple[Variable, ...]]
    moving_crossings: tuple[Leaf, ...]


def make_plan(strategy: Strategy) -> Plan:
    """Derive the plan of a strategy."""
    nodes = strategy.nodes.values()
    signals = {node.id: node for node in nodes if isinstance(node, SignalNode)}
    entries = {node.id: node for node in nodes if isinstance(node, EntryNode)}
    exits = {node.id: node for node in nodes if isinstance(node, ExitNode)}
    leg_of = {leg.vpi: leg for entry in entries.values() for leg in entry.legs}
    entry_of = {leg.vpi: entry.id for entry in entries.values() for leg in entry.legs}
    links = {}
    for signal in signals:
        reached = _reached_through_signals(strategy, signals, signal)
        led_to = tuple(node for node in reached if node in entries)
        guards = dict.fromkeys(vpi for node in reached if node in exits for vpi in exits[node].targets)
        legs = tuple(leg.vpi for node in led_to for leg in entries[node].legs)
        links[signal] = SignalLinks(led_to, legs, tuple(guards))
    below = {node: strategy.children.get(node, ())[::-1] for node in strategy.nodes}
    return Plan(
        strategy,
        below,
        _walk(below, strategy.start_id, {*signals, *entries, *exits}),
        {node: link.guards for node, link in links.items() if signals[node].kind == "exit" and link.guards},
        signals,
        entries,
        exits,
        tuple(node for node in nodes if isinstance(node, SquareOffNode)),
        links,
        {node.id: _set_plans(node) for node in signals.values()},
        leg_of,
        entry_of,
        {vpi: rules for vpi, leg in leg_of.items() if (rules := _rules(leg, entries[entry_of[vpi]], exits.values()))},
        {node.id: _in_order(node.combined) for node in entries.values() if node.combined},
        _lazy_legs(leg_of.values()),
        {node.id: _in_dependency_order(node) for node in signals.values()},
        _moving_crossings(signals.values()),
    )


def _walk(below: Mapping[str, tuple[str, ...]], start: str, acting: Collection[str]) -> tuple[Visit, ...]:
    """The visits of a step to nodes that can act, as long as no node completes that was passed before."""
    visits: list[Visit] = []
    passed: set[str] = set()
    stack = list(below[start])
    while stack:
        node = stack.pop()
        if node in passed:
            visits.append(Visit(node, ((*stack, *below[node]), frozenset(passed))))
        else:
            visits.append(Visit(node, None))
            passed.add(node)
            stack += below[node]
    return tuple(visit for visit in visits if visit.node_id in acting)


def _rules(leg: Leg, entry: EntryNode, exits: Iterable[ExitNode]) -> tuple[ProtectiveRule, ...]:
    """The rules that protect a leg, by kind; within a kind its own, its entry's, then those of exits."""
    closing = [rule for node in exits if leg.vpi in node.targets for rule in node.rules]
    return _in_order((*leg.rules, *entry.rules, *closing))


def _lazy_legs(legs: Iterable[Leg]) -> dict[str, tuple[Leg, ...]]:
    found: dict[str, tuple[Leg, ...]] = {}
    for leg in legs:
        if leg.lazy is not None:
            found[leg.lazy.armed_by] = (*found.get(leg.lazy.armed_by, ()), leg)
    return found


def _in_order(rules: Iterable[ProtectiveRule]) -> tuple[ProtectiveRule, ...]:
    return tuple(sorted(rules, key=lambda rule: RULE_KINDS.index(rule.kind)))


def _set_plans(node: SignalNode) -> dict[ConditionSetName, SetPlan]:
    plans: dict[ConditionSetName, SetPlan] = {"base": _set_plan(node.conditions)}
    if node.re_entry_conditions is not None:
        plans["re_entry"] = _set_plan(node.re_entry_conditions)
    return plans


def _set_plan(conditions: ConditionSet) -> SetPlan:
    per_leaf = [leaf_dependencies(leaf) for leaf in conditions.leaves]
    return SetPlan(conditions, tuple(map(bool, per_leaf)), frozenset().union(*per_leaf))


def _reached_through_signals(strategy: Strategy, signals: Mapping[str, SignalNode], origin: str) -> list[str]:
    """Return what follows ``origin``, depth first, going on only below signals; each node once."""
    seen = {origin}
    found: list[str] = []
    stack = list(reversed(strategy.children.get(origin, ())))
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        found.append(node)
        if node in signals:
            stack.extend(reversed(strategy.children.get(node, ())))
    return found


def _in_dependency_order(node: SignalNode) -> tuple[Variable, ...]:
    """Return a signal's variables, each after those of the same signal it reads."""
    remaining = {variable.name: variable for variable in node.variables}
    ordered: list[Variable] = []
    while remaining:
        free = [
            variable
            for variable in remaining.values()
            if not any(name in remaining for name in _variables_read(variable.expression, node.id))
        ]
        if not free:
            raise ValueError(f"the variables of {node.id} read each other")
        ordered += free
        for variable in free:
            del remaining[variable.name]
    return tuple(ordered)


def _variables_read(expression: Expression, node_id: str) -> set[str]:
    if isinstance(expression, NodeVariable):
        return {expression.name} if expression.node_id == node_id else set()
    if isinstance(expression, Arithmetic):
        return _variables_read(expression.left, node_id) | _variables_read(expression.right, node_id)
    return set()


def _moving_crossings(signals: Iterable[SignalNode]) -> tuple[Leaf, ...]:
    """Crossings whose sides depend on positions or variables: their past must be kept as it happened."""
    found: dict[Leaf, None] = {}
    for signal in signals:
        for conditions in (signal.conditions, signal.re_entry_conditions):
            for leaf in conditions.leaves if conditions else ():
                if leaf.operator.startswith("crosses") and leaf_dependencies(leaf):
                    found[leaf] = None
    return tuple(found)


def dependencies(expression: Expression) -> frozenset[Dependency]:
    """Return what of the day's state an expression reads; empty for one that reads only the market and the clock."""
    match expression:
        case NodeVariable():
            return frozenset({("variable", expression.node_id)})
        case PositionField():
            return frozenset({("leg", expression.vpi)})
        case ProfitValue():
            return frozenset({("leg", expression.vpi) if expression.vpi is not None else ("book", "")})
        case Arithmetic():
            return dependencies(expression.left) | dependencies(expression.right)
        case _:
            return frozenset()


_STATE = (NodeVariable, PositionField, ProfitValue)


def reads_state(expression: Expression) -> bool:
    """True for an expression whose value an event can change."""
    if isinstance(expression, Arithmetic):
        return reads_state(expression.left) or reads_state(expression.right)
    return isinstance(expression, _STATE)


def sides(leaf: Leaf) -> tuple[Expression, ...]:
    """Return every expression of a leaf: two, or three for ``between``."""
    if isinstance(leaf.rhs, tuple):
        return (leaf.lhs, *leaf.rhs)
    return (leaf.lhs, leaf.rhs)


def leaf_dependencies(leaf: Leaf) -> frozenset[Dependency]:
    """Return what of the day's state a leaf reads."""
    return frozenset().union(*(dependencies(side) for side in sides(leaf)))
