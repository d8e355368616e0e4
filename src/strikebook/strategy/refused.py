"""What the language has and this version does not do yet: refused by name, never silently accepted."""

from __future__ import annotations

from strikebook.strategy.cursor import Cursor, as_flag, squeezed
from strikebook.strategy.unread import is_empty

NOT_BUILT = "not built yet"

_COSTS = ("costs", "charges", "brokerage", "commission")


def refuse(place: Cursor, what: str, right: str) -> None:
    """Note that ``what`` is a part of the language that is not built yet."""
    place.error(f"{what} is {NOT_BUILT}", right)


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
        if not is_empty(member.value) and as_flag(member.peek("enabled").value) is not False:
            refuse(member, "costs in a strategy", "the option brokerage of the run")
