"""Read signal nodes: their conditions, variables and limits."""

from __future__ import annotations

from strikebook.strategy.conditions import has_leaf, parts, read_conditions
from strikebook.strategy.cursor import Cursor, as_number, shown
from strikebook.strategy.expression import ConditionSet, NodeVariable, Variable
from strikebook.strategy.expressions import Names, read_expression
from strikebook.strategy.node import SignalKind, SignalNode

_RE_ENTRY_SETS: dict[SignalKind, tuple[str, str]] = {
    "entry": ("hasReEntryConditions", "reEntryConditions"),
    "exit": ("hasReEntryExitConditions", "reEntryExitConditions"),
}


def read_signal(data: Cursor, label: str, kind: SignalKind, names: Names) -> SignalNode | None:
    """Read an entry, exit or re-entry signal; None where it has an error, which is noted."""
    conditions = read_conditions(data, "conditions", names)
    re_entry = _re_entry_set(data, kind, names)
    variables = _variables(data, names)
    limit = _max_re_entries(data) if kind == "re_entry" else None
    if conditions is None:
        return None
    return SignalNode(
        data.node_id, label, kind, conditions, re_entry, variables, limit, data.path.removesuffix(".data")
    )


def _re_entry_set(data: Cursor, kind: SignalKind, names: Names) -> ConditionSet | None:
    _warn_of_other_sets(data, kind)
    if kind not in _RE_ENTRY_SETS:
        return None
    flag_name, list_name = _RE_ENTRY_SETS[kind]
    flagged = data.get(flag_name).flag()
    filled = has_leaf(data, list_name)
    if flagged and filled:
        return read_conditions(data, list_name, names)
    if flagged:
        data.get(flag_name).warn(f"{flag_name} without a condition does nothing", f"a condition in {list_name}")
    elif filled:
        data.get(list_name).warn(f"{list_name} does nothing without its flag", f"{flag_name}: true")
    data.get(list_name).settle()
    return None


def _warn_of_other_sets(data: Cursor, kind: SignalKind) -> None:
    """Warn of a re-entry set of another kind of signal. It is not read: what does nothing cannot be wrong."""
    for home, (flag_name, list_name) in _RE_ENTRY_SETS.items():
        if home == kind:
            continue
        place = data.get(list_name)
        if has_leaf(data, list_name):
            place.warn(f"{list_name} does nothing here", f"in an {home} signal, with {flag_name}: true")
        elif data.get(flag_name).flag():
            data.get(flag_name).warn(f"{flag_name} does nothing here", f"in an {home} signal, with {list_name}")
        data.get(flag_name).settle()
        place.settle()


def _max_re_entries(data: Cursor) -> int | None:
    retry = data.section("retryConfig")
    group, place = retry.get("groupNumber"), retry.get("maxReEntries")
    if not group.blank and as_number(group.value) != 1:
        group.warn("groupNumber does nothing: a limit counts all re-entries of its entry", "groupNumber: 1")
    if place.blank:
        place.warn("no maxReEntries: re-entries without a limit", "a number of re-entries a day")
        return None
    return place.whole(0)


def _variables(data: Cursor, names: Names) -> tuple[Variable, ...]:
    """The node's variables, each after those of the same node that it reads."""
    found: dict[str, tuple[Variable, Cursor]] = {}
    for place in data.items("variables"):
        if not isinstance(place.value, dict):
            place.error(f"{shown(place.value)} where a variable belongs", "an object {…}")
            continue
        named, stale = place.get("name"), place.get("nodeId")
        expression = read_expression(place.get("expression"), names)
        if not named.required("a variable's name") or not (name := named.text()):
            continue
        if stale.given and stale.identity() != data.node_id:
            stale.warn(f"names the node {shown(stale.value)}; the node it stands in counts", f"{data.node_id!r}")
        names.variables_set.add((data.node_id, name))
        if name in found:
            named.error(f"variable {shown(name)} is set twice in this node", "a name of its own")
        elif expression is not None:
            found[name] = (Variable(name, expression, place.path), place)
    return _in_dependency_order(data.node_id, found)


def _in_dependency_order(node_id: str, found: dict[str, tuple[Variable, Cursor]]) -> tuple[Variable, ...]:
    reads = {
        name: {
            part.name
            for part in parts(variable.expression)
            if isinstance(part, NodeVariable) and part.node_id == node_id and part.name in found
        }
        for name, (variable, _) in found.items()
    }
    ordered: list[str] = []
    waiting = list(found)
    while waiting:
        ready = next((name for name in waiting if reads[name] <= set(ordered)), None)
        if ready is None:
            _report_cycle(found, reads, waiting)
            return ()
        ordered.append(ready)
        waiting.remove(ready)
    return tuple(found[name][0] for name in ordered)


def _report_cycle(found: dict[str, tuple[Variable, Cursor]], reads: dict[str, set[str]], waiting: list[str]) -> None:
    for name in waiting:
        place = found[name][1]
        if name in reads[name]:
            place.error(f"variable {shown(name)} reads itself", "an expression of other values")
            return
    place = found[waiting[0]][1]
    cycle = ", ".join(sorted(waiting))
    place.error(f"variables that wait for each other: {cycle}", "an order in which each can be computed")
