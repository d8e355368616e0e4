"""Warn of an exit that reads a variable which not every way into its position sets."""

from __future__ import annotations

from collections.abc import Iterator

from strikebook.strategy.conditions import parts, sides
from strikebook.strategy.cursor import Cursor
from strikebook.strategy.draft import Draft
from strikebook.strategy.expression import ConditionSet, NodeVariable
from strikebook.strategy.graph import Graph


def check_ways(draft: Draft) -> None:
    """Check both condition sets of every exit signal against the ways into the positions it guards.

    The base set needs the variable in a first life, entered through any parent of the entry that is reached
    without it. The re-entry set needs it in later lives: entered so, then again through a parent reached from
    the entry itself. A way sets the variable when its node is that parent or one it cannot be reached without.
    """
    opened = draft.opened()
    for node in draft.graph.of_kind("exit_signal"):
        signal = draft.signals.get(node.id)
        if signal is None:
            continue
        entries = tuple(dict.fromkeys(opened[vpi] for vpi in draft.guarded(node.id)))
        for conditions, later in ((signal.conditions, False), (signal.re_entry_conditions, True)):
            if conditions is not None:
                _check_set(draft.graph, node.data, conditions, entries, later=later)


def _check_set(graph: Graph, data: Cursor, conditions: ConditionSet, entries: tuple[str, ...], *, later: bool) -> None:
    for leaf in conditions.leaves:
        read = {part for side in sides(leaf) for part in parts(side) if isinstance(part, NodeVariable)}
        for variable in sorted(read, key=lambda found: (found.node_id, found.name)):
            if variable.node_id not in graph.nodes:
                continue
            for entry_id in entries:
                ways = _later_ways if later else _first_ways
                missing = list(dict.fromkeys(ways(graph, entry_id, variable.node_id)))
                if missing:
                    read_text = f"reads {variable.node_id}.{variable.name}, which is not set"
                    Cursor(None, leaf.path, data.report, data.node_id).warn(
                        f"{read_text} when {entry_id} is entered through {', '.join(missing)}",
                        "a variable that every way into the position sets",
                    )


def _first_ways(graph: Graph, entry_id: str, setter: str) -> Iterator[str]:
    """The parents through which a first life can begin without ``setter`` having fired."""
    reached = graph.below(graph.start_id, without=(entry_id,)) | {graph.start_id}
    for parent in graph.parents[entry_id]:
        if parent in reached and not _sets(graph, graph.start_id, parent, setter, entry_id):
            yield parent


def _later_ways(graph: Graph, entry_id: str, setter: str) -> Iterator[str]:
    """The ways, first parent then later one, through which a later life can begin without ``setter`` having fired."""
    reached = graph.below(entry_id)
    for first in _first_ways(graph, entry_id, setter):
        for parent in graph.parents[entry_id]:
            if parent in reached and not _sets(graph, entry_id, parent, setter, ""):
                yield f"{first} and then {parent}"


def _sets(graph: Graph, source: str, parent: str, setter: str, without: str) -> bool:
    """Whether reaching ``parent`` from ``source`` needs ``setter`` to fire."""
    if parent in (setter, source):
        return parent == setter
    return parent not in graph.below(source, without=(setter, without))
