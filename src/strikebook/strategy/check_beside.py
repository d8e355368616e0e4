"""Warn of settings that contradict what counts: the builder writes some things twice, and one of them decides."""

from __future__ import annotations

from strikebook.strategy.cursor import Cursor, shown, squeezed
from strikebook.strategy.draft import Draft


def check_beside(draft: Draft) -> None:
    """Note where an entry or exit says something else than its type, its target or the start node."""
    symbol = draft.names.instruments["TI"].use.symbol
    for node in draft.graph.of_kind("entry", "exit"):
        action, instrument = node.data.get("actionType"), node.data.get("instrument")
        if _says_other(action, node.kind):
            action.warn(f"actionType {shown(action.value)} does nothing: the node's type counts", repr(node.kind))
        if symbol and _says_other(instrument, symbol):
            instrument.warn(f"names {shown(instrument.value)}; the start node's instrument is traded", repr(symbol))
    for exit_id, order in draft.exits.items():
        data = draft.graph.nodes[exit_id].data
        scope, cause = data.get("exitType"), data.section("exitCondition").get("type")
        if _says_other(scope, "specific") and (order.target or _says_other(scope, "all")):
            scope.warn(f"exitType {shown(scope.value)} does nothing: targetPositionVpi counts", "'specific'")
        if _says_other(cause, "positionExit"):
            cause.warn(f"{shown(cause.value)} does nothing: the exit signal's conditions count", "'positionExit'")


def _says_other(place: Cursor, expected: str) -> bool:
    """Whether something else than ``expected`` stands here."""
    if place.blank:
        return False
    return not isinstance(place.value, str) or squeezed(place.value) != squeezed(expected)
