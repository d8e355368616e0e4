"""The graph of a strategy: its nodes by kind, its edges in order, and what lies above and below a node."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from strikebook.strategy.cursor import Cursor, shown

Kind: TypeAlias = Literal["start", "entry_signal", "exit_signal", "re_entry_signal", "entry", "exit", "square_off"]

KINDS: Mapping[str, Kind] = {
    "startNode": "start",
    "entrySignalNode": "entry_signal",
    "exitSignalNode": "exit_signal",
    "reEntrySignalNode": "re_entry_signal",
    "reEntryNode": "re_entry_signal",
    "entryNode": "entry",
    "exitNode": "exit",
    "squareOffNode": "square_off",
}
MOST_NODES = 1_000
MOST_EDGES = 5_000
"""More than anyone draws: what is larger is not read, so that no document can keep a server busy."""
SILENTLY_IGNORED = frozenset({"strategyOverview"})
IGNORED = frozenset({"alertNode", "endNode"})
REPLACED = {
    "modifyNode": "an exitNode with quantity percentage or specific, and a reEntrySignalNode",
    "forceEndNode": "a squareOffNode",
}


@dataclass(frozen=True, slots=True)
class RawNode:
    """A node of the document: its place, id, kind and data."""

    place: Cursor
    id: str
    kind: Kind
    data: Cursor

    @property
    def label(self) -> str:
        """The label, or the id where there is none."""
        label = self.data.get("label").value
        return label.strip() if isinstance(label, str) and label.strip() else self.id

    @property
    def is_signal(self) -> bool:
        """True for a node with a condition."""
        return self.kind.endswith("_signal")


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes by id in document order; children and parents by id in edge order."""

    nodes: Mapping[str, RawNode]
    children: Mapping[str, tuple[str, ...]]
    parents: Mapping[str, tuple[str, ...]]
    start_id: str

    def of_kind(self, *kinds: Kind) -> Iterator[RawNode]:
        """The nodes of these kinds, in document order."""
        return (node for node in self.nodes.values() if node.kind in kinds)

    def below(self, node_id: str, without: Collection[str] = ()) -> set[str]:
        """Every node a completion can reach from ``node_id``, itself only by a cycle.

        Nothing follows a square-off; ``without`` are left out.
        """
        found: set[str] = set()
        pending = [node_id]
        while pending:
            at = pending.pop()
            if self.nodes[at].kind == "square_off":
                continue
            for child in self.children[at]:
                if child not in found and child not in without:
                    found.add(child)
                    pending.append(child)
        return found

    def led_to(self, signal_id: str, kind: Kind) -> tuple[str, ...]:
        """The nodes of ``kind`` reached from a signal through signal nodes only."""
        return self._nearest(signal_id, self.children, kind)

    def entries_above(self, exit_id: str) -> tuple[str, ...]:
        """The nearest entries on the ways up from an exit."""
        return self._nearest(exit_id, self.parents, "entry", through_all=True)

    def _nearest(
        self, node_id: str, steps: Mapping[str, tuple[str, ...]], kind: Kind, *, through_all: bool = False
    ) -> tuple[str, ...]:
        found: list[str] = []
        seen: set[str] = set()
        pending = list(reversed(steps[node_id]))
        while pending:
            at = pending.pop()
            if at in seen:
                continue
            seen.add(at)
            if self.nodes[at].kind == kind:
                found.append(at)
            elif through_all or self.nodes[at].is_signal:
                pending.extend(reversed(steps[at]))
        return tuple(found)


def read_graph(document: Cursor) -> Graph | None:
    """Read ``nodes`` and ``edges``; None where there is no start node. Everything wrong is noted."""
    nodes: dict[str, RawNode] = {}
    ignored: dict[str, Cursor] = {}
    ids: set[str] = set()
    places = document.items("nodes")
    if len(places) > MOST_NODES:
        document.get("nodes").error(f"more than {MOST_NODES} nodes", "a smaller strategy")
        return None
    if len(document.items("edges")) > MOST_EDGES:
        document.get("edges").error(f"more than {MOST_EDGES} edges", "a smaller strategy")
        return None
    if not places and document.get("nodes").value in (None, []):
        document.get("nodes").error("no nodes", "a list of nodes with one startNode")
    for place in places:
        node_id = _identity(place, ids)
        if not node_id:
            continue
        node_place = place.within(node_id)
        kind = _kind(node_place, ignored)
        data = node_place.section("data")
        if kind is None:
            continue
        if not data.given and not node_place.get("data").given:
            data.error("a node without data", "an object {…}")
        nodes[node_id] = RawNode(node_place, node_id, kind, data)
    starts = [node for node in nodes.values() if node.kind == "start"]
    for extra in starts[1:]:
        extra.place.error("a second start node", "one startNode")
    children = _edges(document, nodes, ignored)
    if not starts:
        if places:
            document.get("nodes").error("no start node", "one startNode")
        return None
    parents: dict[str, list[str]] = {node_id: [] for node_id in nodes}
    for source, target in children:
        parents[target].append(source)
    below: dict[str, list[str]] = {node_id: [] for node_id in nodes}
    for source, target in children:
        below[source].append(target)
    return Graph(
        nodes,
        {node_id: tuple(ids) for node_id, ids in below.items()},
        {node_id: tuple(ids) for node_id, ids in parents.items()},
        starts[0].id,
    )


def _identity(place: Cursor, ids: set[str]) -> str:
    if not isinstance(place.value, dict):
        place.error(f"{shown(place.value)} where a node belongs", "an object {…}")
        return ""
    named = place.get("id")
    node_id = named.identity() if named.required("a node's id") else ""
    if node_id in ids:
        named.error(f"node id {shown(node_id)} is used twice", "an id of its own")
        return ""
    if node_id:
        ids.add(node_id)
    return node_id


def _kind(place: Cursor, ignored: dict[str, Cursor]) -> Kind | None:
    named = place.get("type")
    text = named.text() if named.required("a node's type") else ""
    if text in KINDS:
        return KINDS[text]
    ignored[place.node_id] = place
    if text in IGNORED:
        named.warn(f"{text} is ignored, and the edges to and from it with it", "edges that do not pass through it")
    elif text in REPLACED:
        named.error(f"{text} is not part of the language", REPLACED[text])
    elif text and text not in SILENTLY_IGNORED:
        named.error(f"unknown node type {shown(text)}", "one of " + ", ".join(KINDS))
    return None


def _edges(document: Cursor, nodes: Mapping[str, RawNode], ignored: Mapping[str, Cursor]) -> list[tuple[str, str]]:
    edges: dict[tuple[str, str], None] = {}
    for place in document.items("edges"):
        if not isinstance(place.value, dict):
            place.error(f"{shown(place.value)} where an edge belongs", "an object with source and target")
            continue
        ends: list[str] = []
        for name in ("source", "target"):
            end = place.get(name)
            node_id = end.identity() if end.required(f"an edge's {name}") else ""
            if node_id and node_id not in nodes and node_id not in ignored:
                end.error(f"an edge to the node {shown(node_id)}, which does not exist", "the id of a node")
            elif node_id in nodes:
                ends.append(node_id)
        if len(ends) < 2:
            continue
        source, target = ends
        if (source, target) in edges:
            place.warn("the same edge again: it does nothing", "one edge")
        elif nodes[target].kind == "start":
            place.get("target").error("an edge into the start node", "an edge to a node that can become active")
        else:
            edges[source, target] = None
    return list(edges)
