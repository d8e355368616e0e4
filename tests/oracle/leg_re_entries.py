"""Re-entries of a leg without a condition (R15): made at a closing fill, looked at among the resting orders.

A waiting one is a dict in the list of resting orders: ``kind`` 're_entry', the ``life`` that was closed, its
``config``, the ``event`` of the exit, ``sent`` (the step of the closing fill) and ``until`` (a second of the day, or
None).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracle import entries
from tests.oracle.book import Life
from tests.oracle.order_terms import clock_seconds, move_terms

if TYPE_CHECKING:
    from tests.oracle.day import Day

OTHER_SIDE = {"BUY": "SELL", "SELL": "BUY"}


def after_close(day: Day, order: dict) -> None:
    """An order closed its life: a re-entry waits from now on, if the leg has one for that and may open again."""
    life = order["life"]
    config = config_for(day, order)
    if config is None:
        return
    most = config.get("maxReEntries")
    if len(day.book.lives_of(life.leg["vpi"])) - 1 >= (1 if most is None else int(most)):
        return
    until = clock_seconds(config["until"]) if config.get("until") else None
    if until is not None and day.raw.open_s + day.step + 1 > until:
        return
    day.happened.add(f"re-entry made by {'a rule' if order['kind'] == 'protective' else 'an exit order'}")
    day.resting.append(
        {
            "kind": "re_entry",
            "life": life,
            "config": config,
            "event": order["event"],
            "sent": day.step,
            "until": until,
        }
    )


def config_for(day: Day, order: dict) -> dict | None:
    """The leg's config, after a rule with a reason it follows; else that of the exit node that closed its target."""
    leg, node = order["life"].leg, order["node"]
    own = leg["re_entry"]
    if own and order["kind"] == "protective" and order["reason"] in (own.get("on") or [order["reason"]]):
        return own
    if leg["vpi"] in day.graph.targets.get(node, []):
        return day.graph.re_entry_of_exit[node]
    return None


def look_at(day: Day, waiting: dict) -> None:
    """Phase 4 of a step after the closing fill, never the last: open the leg again if it is time to."""
    if waiting["sent"] == day.step:
        return
    if is_over(day, waiting):
        day.remove_resting(waiting)
        return
    life, config = waiting["life"], waiting["config"]
    sort = (config.get("type") or "asap").lower()
    at_cost = sort == "cost"
    if at_cost and not is_back(day, life):
        return
    day.remove_resting(waiting)
    kept = None
    if at_cost:
        kept = {
            "symbol": life.symbol,
            "expiry": life.expiry,
            "strike": life.strike,
            "lots": life.lots,
            "lot_size": life.lot_size,
            "reason": None,
            "looked_at": set(),
        }
    side = OTHER_SIDE[life.side] if config.get("reverse") else life.leg["side"]
    move = move_terms(config["momentumType"], config["momentumValue"]) if sort == "momentum" else None
    entries.open_again(day, life.leg, waiting["event"], kept, side, move)


def is_back(day: Day, life: Life) -> bool:
    """The last price, of whatever age, is back at the entry fill, from the side on which the life was closed."""
    price, entry, left = day.market.price(life.symbol), life.entry_price, life.rows[-1]["exit_price"]
    return left == entry or (price <= entry if left > entry else price >= entry)


def is_over(day: Day, waiting: dict) -> bool:
    """Its latest time has passed."""
    return waiting["until"] is not None and day.raw.open_s + day.step > waiting["until"]


def end_those_of(day: Day, vpi: str) -> None:
    """The leg was opened: what waited to open it again ends without effect."""
    day.resting = [order for order in day.resting if order["kind"] != "re_entry" or order["life"].leg["vpi"] != vpi]


def as_cancelled(day: Day, waiting: dict) -> list[tuple]:
    """How it is listed at the end of the day, if it still waits: (node, leg, contract)."""
    if is_over(day, waiting):
        return []
    leg = waiting["life"].leg
    at_cost = (waiting["config"].get("type") or "asap").lower() == "cost"
    return [(leg["entry"], leg["vpi"], waiting["life"].symbol if at_cost else None)]
