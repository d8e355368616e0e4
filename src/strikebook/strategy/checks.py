"""Check a draft's parts against each other: names that nobody sets, nodes that nothing reaches, leaves never true.

A strategy that can never fire because of a typo must be impossible.
"""

from __future__ import annotations

from collections.abc import Mapping

from strikebook.strategy.check_beside import check_beside
from strikebook.strategy.check_leaves import check_leaves
from strikebook.strategy.check_rules import check_rules
from strikebook.strategy.check_ways import check_ways
from strikebook.strategy.cursor import Cursor, shown
from strikebook.strategy.draft import Draft
from strikebook.strategy.graph import RawNode
from strikebook.strategy.unread import check_unread


def check(draft: Draft) -> Mapping[str, int | None]:
    """Note everything wrong between the parts; return every entry's limit of executions a day."""
    _check_positions(draft)
    _check_variables(draft)
    _check_reach(draft)
    for node in draft.graph.of_kind("entry_signal", "exit_signal", "re_entry_signal"):
        _check_signal(draft, node)
    _check_exits(draft)
    check_leaves(draft)
    check_ways(draft)
    _check_indicators(draft)
    check_beside(draft)
    check_rules(draft)
    for node in draft.graph.of_kind("square_off"):
        if draft.ends[node.id].never:
            node.place.warn("a square-off that can never trigger", "endConditions with an amount or a time")
    if not draft.entries:
        draft.graph.nodes[draft.graph.start_id].place.warn("a strategy without an entry opens nothing", "an entryNode")
    limits = {entry_id: _limit(draft, entry_id) for entry_id in draft.entries}
    graph = draft.graph
    check_unread(node.data for node in graph.nodes.values() if node.kind != "start" or node.id == graph.start_id)
    return limits


def _check_positions(draft: Draft) -> None:
    opened: dict[str, str] = {}
    for order in draft.entries.values():
        for vpi, place in order.vpis:
            if vpi in opened:
                place.error(f"position {shown(vpi)} is opened twice", f"a vpi of its own: {opened[vpi]} has this")
            opened.setdefault(vpi, place.path)
    known = "one of " + ", ".join(opened) if opened else "an entry that opens it"
    named = [found for order in draft.entries.values() for found in order.named]
    named += [found for order in draft.exits.values() for found in order.protection.named]
    for vpi, place in (*draft.names.positions_read, *named):
        if vpi not in opened:
            place.error(f"no entry opens the position {shown(vpi)}", known)


def _check_variables(draft: Draft) -> None:
    for variable, place in draft.names.variables_read:
        if (variable.node_id, variable.name) in draft.names.variables_set:
            continue
        node = draft.graph.nodes.get(variable.node_id)
        if node is None:
            place.get("nodeId").error(f"no node {shown(variable.node_id)}", "the id of the signal that sets it")
            continue
        known = [name for node_id, name in sorted(draft.names.variables_set) if node_id == node.id]
        place.get("variableName", "name").error(
            f"{shown(node.id)} sets no variable {shown(variable.name)}",
            "one of " + ", ".join(known) if known else "a variable that a signal sets",
        )


def _check_reach(draft: Draft) -> None:
    reached = draft.graph.below(draft.graph.start_id)
    for node in draft.graph.nodes.values():
        if node.id in reached or node.kind == "start":
            continue
        if node.kind == "square_off":
            node.place.warn("nothing leads to this square-off: it can never trigger", "an edge to it")
        else:
            node.place.error("no way leads here from the start node", "an edge from a node that is reached")


def _check_signal(draft: Draft, node: RawNode) -> None:
    graph = draft.graph
    read = {variable.node_id for variable, _ in draft.names.variables_read}
    if not graph.children[node.id] and node.id not in read:
        node.place.error("a signal that leads to nothing", "an edge to what it should cause")
    led_to = [leg for entry in graph.led_to(node.id, "entry") for leg in draft.entries[entry].legs]
    if node.kind != "exit_signal" and led_to and all(leg.lazy is not None for leg in led_to):
        node.place.error("a signal that leads to lazy legs alone: it opens nothing", "a leg that is not lazy")
    only_start = set(graph.parents[node.id]) == {graph.start_id}
    if node.kind == "exit_signal" and only_start and draft.guarded(node.id):
        node.place.error(
            "an exit signal right below the start: nothing is open then, so it never becomes active",
            "an edge to it from the entry whose position it closes",
        )
    if node.kind != "re_entry_signal":
        return
    named = node.data.get("targetEntryNodeId")
    entries = graph.led_to(node.id, "entry")
    if not named.blank and entries and named.value not in entries:
        named.warn(f"names {shown(named.value)}; the edge decides the target", "one of " + ", ".join(entries))


def _check_exits(draft: Draft) -> None:
    opened = draft.opened()
    for exit_id, order in draft.exits.items():
        node = draft.graph.nodes[exit_id]
        if order.target and order.target not in opened:
            right = "one of " + ", ".join(opened) if opened else "an entry that opens it"
            order.place.error(f"no entry opens the position {shown(order.target)}", right)
        elif not draft.targets(exit_id):
            order.place.error("an exit without a target below no entry closes nothing", "a target, or an entry above")
        elif set(draft.graph.parents[exit_id]) == {draft.graph.start_id}:
            node.place.error("an exit right below the start: nothing is open then", "an exit signal above it")


def _check_indicators(draft: Draft) -> None:
    for role, declared in draft.names.instruments.items():
        for (seconds, key), place in declared.places.items():
            if (role, seconds, key) not in draft.names.indicators_read:
                place.warn("an indicator nobody reads", "a condition that reads it, or without it")
        if role == "SI" and role not in draft.names.instruments_read:
            start = draft.graph.nodes[draft.graph.start_id].data
            start.get("supportingInstrumentConfig").warn(
                "a supporting instrument nobody reads",
                "a condition that reads it, or supportingInstrumentEnabled: false",
            )


def _limit(draft: Draft, entry_id: str) -> int | None:
    """The smallest ``maxEntries`` of the legs; else of the re-entry signals that lead to the entry."""
    own = draft.entries[entry_id].max_entries
    given: list[int] = []
    for node in draft.graph.of_kind("re_entry_signal"):
        if entry_id not in draft.graph.led_to(node.id, "entry"):
            continue
        place: Cursor = node.data.get("retryConfig").get("maxEntries")
        if own is None:
            limit = place.whole(1)
            given.extend([] if limit is None else [limit])
        elif not place.blank:
            place.warn("maxEntries does nothing here: a leg of the entry has one", "the leg's maxEntries")
    return own if own is not None else min(given, default=None)
