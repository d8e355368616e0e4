"""What the language has and this version does not do yet: refused by name, never silently accepted."""

from __future__ import annotations

from collections.abc import Iterable

from strikebook.strategy.cursor import Cursor, squeezed

NOT_BUILT = "not built yet"

PROTECTIONS = {
    "stopLoss": "a stop loss",
    "takeProfit": "a take profit",
    "trailingStop": "a trailing stop",
}
_COSTS = ("costs", "charges", "brokerage", "commission")


def refuse(place: Cursor, what: str, right: str) -> None:
    """Note that ``what`` is a part of the language that is not built yet."""
    place.error(f"{what} is {NOT_BUILT}", right)


def refuse_protections(place: Cursor) -> None:
    """Refuse an enabled stop, target or trail, in a ``postExecutionConfig`` here or beside it."""
    for block in (place.section("postExecutionConfig"), place):
        for name, what in PROTECTIONS.items():
            switch = block.section(name)
            if switch.get("enabled").flag():
                refuse(switch, what, "an exit signal with a condition, or enabled: false")
    refuse_switches(place.section("postExecutionConfig"), PROTECTIONS)


def refuse_switches(place: Cursor, known: Iterable[str]) -> None:
    """Refuse every member with ``enabled: true`` that is not among the ``known`` ones; alerts trade nothing."""
    names = {*known, "alertNotification"}
    for key in place.members():
        member = place.get(key)
        if key not in names and isinstance(member.value, dict) and member.value.get("enabled") is True:
            member.error(f"the setting {key!r} is unknown and enabled", "without it, or enabled: false")


def refuse_limit_order(place: Cursor) -> None:
    """Check an ``orderType``: market (also when absent) is taken, limit is refused, others are unknown."""
    text = place.text()
    if squeezed(text) == "limit":
        refuse(place, "a limit order", "market")
    elif text and squeezed(text) != "market":
        place.error(f"unknown order type {text!r}", "market")


def refuse_costs(place: Cursor) -> None:
    """Refuse costs given in a strategy."""
    for name in _COSTS:
        member = place.get(name)
        if member.value not in (None, "", 0, False, {}, []):
            refuse(member, "costs in a strategy", "without costs")
