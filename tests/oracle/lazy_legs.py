"""The order in which an entry sends its legs, and the legs that it does not send: the lazy ones (R25).

An armed lazy leg is a dict in the list of resting orders: ``kind`` 'lazy', the ``leg``, the ``event`` of the close that
armed it and ``sent`` (the step of that close). It is looked at on the next step, never on the last one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracle import entries

if TYPE_CHECKING:
    from tests.oracle.day import Day


def in_sending_order(day: Day, legs: list[dict]) -> list[dict]:
    """Those that an entry sends when it acts: by priority, equal ones as they are; a lazy one is passed over."""
    sent = [leg for leg in legs if leg["lazy"] is None]
    ordered = sorted(sent, key=lambda leg: leg["priority"])
    if not sent:
        day.happened.add("entry whose flat legs are all lazy")
    if ordered != sent:
        day.happened.add("legs sent by priority, not as they stand")
    return ordered


def after_close(day: Day, order: dict) -> None:
    """A rule's order closed its life: the lazy legs that this arms wait, in document order, if they are flat."""
    if order["kind"] != "protective":
        return
    closed = order["life"].leg["vpi"]
    for leg in day.graph.legs.values():
        lazy = leg["lazy"]
        if lazy is None or lazy["armed_by"] != closed or order["reason"] not in lazy["on"]:
            continue
        if not entries.is_flat(day, leg["vpi"]):
            day.happened.add("lazy leg not flat at the close that arms it")
            continue
        day.happened.add(f"lazy leg armed by {order['reason']}")
        day.resting.append({"kind": "lazy", "leg": leg, "event": order["event"], "sent": day.step})


def look_at(day: Day, waiting: dict) -> None:
    """Phase 4 of the step after the close: the leg's entry executes for it alone, unless it is open or waits by now."""
    if waiting["sent"] == day.step:
        return
    day.remove_resting(waiting)
    leg = waiting["leg"]
    if entries.is_flat(day, leg["vpi"]):
        entries.open_again(day, leg, waiting["event"], "lazy", leg["side"], waits_for=leg["waits_for"])
