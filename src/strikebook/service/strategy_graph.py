"""A strategy as it is drawn: its nodes with their places and in sentences, and its edges.

A strategy that cannot run is drawn too, as far as it can be read: without sentences, so that its findings have a place.
"""

from __future__ import annotations

from collections.abc import Mapping

from strikebook.strategy.describe import node_details
from strikebook.strategy.graph import KINDS, MOST_EDGES, MOST_NODES, SILENTLY_IGNORED
from strikebook.strategy.node import Strategy

Document = dict[str, object]


def strategy_graph(document: object, strategy: Strategy | None) -> Document:
    """``nodes`` (id, type, kind, label, place, sentences) in document order and ``edges``.

    ``document`` is the decoded one, ``strategy`` None where it has errors. A node without a place has ``null`` there.
    """
    body = _body(document)
    nodes = [node for each in _items(body, "nodes")[:MOST_NODES] if (node := _node(each, strategy)) is not None]
    edges = [edge for each in _items(body, "edges")[:MOST_EDGES] if (edge := _edge(each)) is not None]
    return {"nodes": nodes, "edges": edges}


def _node(raw: Mapping[str, object], strategy: Strategy | None) -> Document | None:
    node_id, node_type = raw.get("id"), raw.get("type")
    if not isinstance(node_id, str) or not isinstance(node_type, str) or node_type in SILENTLY_IGNORED:
        return None
    known = None if strategy is None else strategy.nodes.get(node_id)
    data = raw.get("data")
    label = data.get("label") if isinstance(data, dict) else None
    x, y = _place(raw.get("position"))
    return {
        "id": node_id,
        "type": node_type,
        "kind": KINDS.get(node_type, "other"),
        "label": label.strip() if isinstance(label, str) and label.strip() else node_id,
        "x": x,
        "y": y,
        "sentences": [] if strategy is None or known is None else list(node_details(strategy, known)),
    }


def _edge(raw: Mapping[str, object]) -> Document | None:
    source, target = raw.get("source"), raw.get("target")
    return {"source": source, "target": target} if isinstance(source, str) and isinstance(target, str) else None


def _place(position: object) -> tuple[float | None, float | None]:
    x, y = (position.get("x"), position.get("y")) if isinstance(position, dict) else (None, None)
    if isinstance(x, int | float) and isinstance(y, int | float) and abs(x) < 1e9 and abs(y) < 1e9:
        return float(x), float(y)
    return None, None


def _body(document: object) -> Mapping[str, object]:
    """Where the nodes stand: in the document, or in the strategy that a database row wraps."""
    if not isinstance(document, dict):
        return {}
    if document.get("nodes") is not None:
        return document
    wrapped = document.get("strategy") or document.get("config")
    return wrapped if isinstance(wrapped, dict) else document


def _items(body: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    found = body.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
