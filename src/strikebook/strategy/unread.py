"""Find the settings that nothing has read: they would change nothing, and whoever wrote them should know.

Only the ``data`` of the nodes that run is looked at; of an edge, a node or a document the language fixes what counts.
"""

from __future__ import annotations

from collections.abc import Iterable

from strikebook.strategy.cursor import Cursor, as_flag, shown

# Members of ``data``, at any depth, that belong to the builder's drawing or merely name things.
SILENT = (
    "id",
    "label",
    "description",
    "message",
    "display_name",
    "conditionsPreview",
    "reEntryConditionsPreview",
    "reEntryExitConditionsPreview",
    "numberValue",
    "vpt",
    "_initialized",
    "_lastUpdated",
)
# Where a member that does nothing in one place would count.
_ELSEWHERE = {
    "limitPrice": "with orderType: limit",
    "limitBuffer": "with orderType: limit",
    "retryConfig": "in a re-entry signal",
    "maxReEntries": "in retryConfig of a re-entry signal",
    "maxEntries": "in a leg, an entryNode, or retryConfig of a re-entry signal",
    "allOrNone": "in an entryNode",
    "endConditions": "in the startNode or a squareOffNode",
    "conditions": "in a signal",
    "variables": "in a signal",
    "positions": "in an entryNode",
    "optionDetails": "in a leg",
    "specificQuantity": "with quantity: specific",
    "partialQuantityPercentage": "with quantity: percentage",
    "initialCapital": "with targetType: percentage",
    "parameter": "in an indicator of a condition",
    "alertNotification": "without it: alerts are not sent",
}
# Members that say that what they stand in is off, with the value that says so.
_SWITCHES = {"enabled": False, "isEnabled": False, "active": False, "isActive": False, "disabled": True}


def check_unread(places: Iterable[Cursor]) -> None:
    """Note every setting at or below these places that was not read."""
    broken: set[str] = set()
    looked_at = 0
    for place in places:
        findings = place.report.findings
        broken |= {finding.path for finding in findings[looked_at:] if finding.severity == "error"}
        looked_at = len(findings)
        pending = [place]
        while pending:
            at = pending.pop()
            if isinstance(at.value, list):
                pending += reversed(at.elements())
            elif isinstance(at.value, dict) and not _is_done(at):
                pending += reversed(_read_members(at, broken))


def is_empty(value: object) -> bool:
    """True where nothing in here says anything: absent, "", 0, false, or lists and objects of such."""
    pending = [value]
    while pending:
        at = pending.pop()
        if isinstance(at, dict):
            pending.extend(at.values())
        elif isinstance(at, list):
            pending.extend(at)
        elif at.strip() if isinstance(at, str) else at:
            return False
    return True


def _is_done(place: Cursor) -> bool:
    """Whether all is said of an object: it was settled, or read as a block that is off."""
    switch = place.peek("enabled")
    return place.path in place.report.settled or (switch.path in place.report.read and as_flag(switch.value) is False)


def _read_members(place: Cursor, broken: set[str]) -> list[Cursor]:
    """Note the members that were not read, unless an error here explains why; return the others."""
    members = {name: place.peek(name) for name in place.members() if name not in SILENT}
    explained = place.path in broken or any(member.path in broken for member in members.values())
    for name, member in members.items():
        if member.path in place.report.read:
            continue
        if name != "alertNotification" and _is_switched_on(member.value):
            member.error(f"the setting {shown(name)} is unknown and enabled", "without it, or enabled: false")
        elif name in _SWITCHES and as_flag(member.value) is not None:
            if as_flag(member.value) is _SWITCHES[name]:
                member.error("this cannot be switched off", "remove what should not count")
        elif not explained and not _is_off(member.value) and not is_empty(member.value):
            member.warn(f"{shown(name)} does nothing here", _ELSEWHERE.get(name) or "without it")
    return [member for member in members.values() if member.path in place.report.read]


def _is_off(value: object) -> bool:
    return isinstance(value, dict) and as_flag(value.get("enabled")) is False


def _is_switched_on(value: object) -> bool:
    """Whether a block in here is enabled, and none around it is off."""
    pending = [value]
    while pending:
        at = pending.pop()
        if isinstance(at, dict) and not _is_off(at):
            if as_flag(at.get("enabled")):
                return True
            pending.extend(at.values())
        elif isinstance(at, list):
            pending.extend(at)
    return False
