"""From the builder's JSON to a strategy that can run, or to everything that is wrong with it.

1. ``_locate``: find the graph in either wrapper (``unwrap`` decodes one that is a JSON string).
2. ``graph.read_graph``: nodes by kind, edges in order.
3. ``draft.read_draft``: each node's data as typed values.
4. ``checks.check``: the parts against each other.
5. ``_build``: the strategy, where no step found an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from strikebook.errors import StrategyError
from strikebook.strategy.canonical import strategy_hash
from strikebook.strategy.checks import check
from strikebook.strategy.cursor import Cursor, Report, shown
from strikebook.strategy.draft import Draft, read_draft
from strikebook.strategy.graph import RawNode, read_graph
from strikebook.strategy.node import (
    EntryNode,
    ExitNode,
    Finding,
    Node,
    SquareOffNode,
    StartNode,
    Strategy,
)
from strikebook.strategy.refused import refuse_costs

_WRAPPED = ("strategy", "config")
_ID = re.compile(r"[A-Za-z0-9_@\-][A-Za-z0-9._@\-]{0,127}")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The outcome of a parse: ``strategy`` is None exactly where a finding is an error."""

    strategy: Strategy | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that keep the strategy from running."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that do not."""
        return tuple(finding for finding in self.findings if finding.severity == "warning")


def parse_strategy(document: object) -> Parsed:
    """Read and check a decoded strategy document, flat or as a database row. Never raises."""
    report = Report()
    root = Cursor(document, "$", report)
    strategy = None
    located = _locate(root)
    graph = read_graph(located) if located is not None else None
    if located is not None and graph is not None:
        draft = read_draft(graph)
        limits = check(draft)
        strategy_id, user_id = _strategy_id(root, located), _identity(root, located, "user_id")
        name = _identity(root, located, "strategy_name", "name") or strategy_id
        if not report.has_errors:
            warnings = tuple(report.findings)
            strategy = _build(draft, limits, (strategy_id, user_id, name), warnings)
    return Parsed(strategy, tuple(report.findings))


def require_strategy(document: object) -> Strategy:
    """Read a document that must be able to run. Raises StrategyError that lists every error with its path."""
    parsed = parse_strategy(document)
    if parsed.strategy is None:
        raise StrategyError("the strategy cannot run:\n" + "\n".join(map(finding_text, parsed.errors)))
    return parsed.strategy


def finding_text(finding: Finding) -> str:
    """A finding as one line: where, what, and what would be right."""
    right = f" ({finding.right})" if finding.right else ""
    return f"{finding.path}: {finding.what}{right}"


def unwrap(document: object, decode: Callable[[str], object]) -> object:
    """The document with a ``strategy`` or ``config`` that is a JSON string decoded.

    Raises StrategyError where ``decode`` cannot read it (raises ValueError).
    """
    if not isinstance(document, dict) or document.get("nodes") is not None:
        return document
    for name in _WRAPPED:
        text = document.get(name)
        if isinstance(text, str):
            try:
                return {**document, name: decode(text)}
            except ValueError as error:
                raise StrategyError(f"not JSON: {error}", where=f"$.{name}", right="a JSON object") from error
    return document


def _locate(root: Cursor) -> Cursor | None:
    if not isinstance(root.value, dict):
        root.error(f"{shown(root.value)} where a strategy belongs", "an object with nodes and edges")
        return None
    refuse_costs(root)
    if root.get("nodes").given:
        return root
    wrapped = root.get(*_WRAPPED)
    if not wrapped.given:
        root.get("nodes").error("no nodes", "nodes and edges, or a strategy (config) with them")
        return None
    if isinstance(wrapped.value, str):
        wrapped.error("a strategy that is still a JSON string", "an object: decode it first")
        return None
    if not isinstance(wrapped.value, dict):
        wrapped.error(f"{shown(wrapped.value)} where a strategy belongs", "an object with nodes and edges")
        return None
    refuse_costs(wrapped)
    return wrapped


def _identity(root: Cursor, located: Cursor, *names: str) -> str:
    place = root.get(*names)
    return (place if place.given else located.get(*names)).identity()


def _strategy_id(root: Cursor, located: Cursor) -> str:
    """The strategy's id: it names the folder of its results."""
    place = root.get("strategy_id", "id")
    place = place if place.given else located.get("strategy_id", "id")
    place = place if place.given else root.get("strategy_id")
    right = "1 to 128 letters, digits and . _ - @, not starting with a dot"
    if place.blank:
        place.error("no strategy id", right)
        return ""
    strategy_id = place.identity()
    if strategy_id and not _ID.fullmatch(strategy_id):
        place.error(f"{shown(strategy_id)} cannot be an id", right)
    return strategy_id


def _build(
    draft: Draft,
    limits: Mapping[str, int | None],
    identity: tuple[str, str, str],
    warnings: tuple[Finding, ...],
) -> Strategy:
    graph, instruments = draft.graph, draft.names.instruments
    supporting = instruments.get("SI")
    strategy = Strategy(
        *identity,
        trading=instruments["TI"].use,
        supporting=supporting.use if supporting else None,
        nodes={node.id: _node(draft, limits, node) for node in graph.nodes.values()},
        children=dict(graph.children),
        parents=dict(graph.parents),
        start_id=graph.start_id,
        hash="",
        warnings=warnings,
        positions={node.id: at for node in graph.nodes.values() if (at := _position(node)) is not None},
    )
    return replace(strategy, hash=strategy_hash(strategy))


def _node(draft: Draft, limits: Mapping[str, int | None], node: RawNode) -> Node:
    path = node.place.path
    if node.kind == "start":
        return StartNode(node.id, node.label, draft.ends[node.id])
    if node.kind == "square_off":
        return SquareOffNode(node.id, node.label, draft.ends[node.id], path)
    if node.kind == "entry":
        entry = draft.entries[node.id]
        rules = entry.protection.rules
        combined = entry.combined
        return EntryNode(node.id, node.label, entry.legs, entry.all_or_none, limits[node.id], path, rules, combined)
    if node.kind == "exit":
        order = draft.exits[node.id]
        targets, rules = draft.targets(node.id), order.protection.rules
        terms = (order.re_entry, order.limit)
        return ExitNode(node.id, node.label, targets, order.quantity, order.amount, path, rules, *terms)
    return draft.signals[node.id]


def _position(node: RawNode) -> tuple[float, float] | None:
    place = node.place.get("position")
    x, y = place.get("x").value, place.get("y").value
    if isinstance(x, int | float) and isinstance(y, int | float) and abs(x) < 1e9 and abs(y) < 1e9:
        return float(x), float(y)
    return None
