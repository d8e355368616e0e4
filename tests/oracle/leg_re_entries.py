"""Re-entries of a leg without a condition (R15): made at a closing fill, looked at among the resting orders.

A waiting one is a dict in the list of resting orders: ``kind`` 're_entry', the ``life`` that was closed, its
``config``, ``candle_s`` (the candles at whose closes alone it is looked at, or None), the ``event`` of the exit,
``sent`` (the step of the closing fill) and ``until`` (a second of the day, or None).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracle import entries
from tests.oracle.document import timeframe_seconds
from tests.oracle.order_terms import clock_seconds, is_blank, move_terms

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
    if re_entries_counted(day, life.leg, config) >= (1 if most is None else int(most)):
        day.happened |= {"re-entry refused by its group"} if group_of(config) is not None else set()
        return
    until = clock_seconds(config["until"]) if config.get("until") else None
    if until is not None and day.raw.open_s + day.step + 1 > until:
        return
    day.happened.add(f"re-entry made by {'a rule' if order['kind'] == 'protective' else 'an exit order'}")
    day.re_entries_made.append((life.leg["entry"], group_of(config)))
    day.resting.append(
        {
            "kind": "re_entry",
            "life": life,
            "config": config,
            "candle_s": candle_seconds(config),
            "event": order["event"],
            "sent": day.step,
            "until": until,
        }
    )


def re_entries_counted(day: Day, leg: dict, config: dict) -> int:
    """What ``maxReEntries`` limits: the leg's lives after its first, or the re-entries made of its entry and group."""
    group = group_of(config)
    if group is None:
        return len(day.book.lives_of(leg["vpi"])) - 1
    return day.re_entries_made.count((leg["entry"], group))


def group_of(config: dict) -> int | None:
    """The number of the group whose re-entries are counted together."""
    number = config.get("groupNumber")
    return None if is_blank(number) else int(number)


def candle_seconds(config: dict) -> int | None:
    """The length of the candles at whose closes alone it is looked at; None: every second."""
    if (config.get("checkAt") or "second").lower() != "candleclose":
        return None
    return timeframe_seconds(config["timeframe"])


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
    candle_s = waiting["candle_s"]
    if waiting["sent"] == day.step or (candle_s is not None and day.step % candle_s != 0):
        return
    if is_over(day, waiting):
        day.remove_resting(waiting)
        return
    life, config = waiting["life"], waiting["config"]
    sort = (config.get("type") or "asap").lower()
    at_cost = sort == "cost"
    if at_cost and not is_back(day, waiting):
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
    move = None
    if sort == "momentum":
        move = move_terms(config["momentumType"], config["momentumValue"]) | {"candle_s": candle_s}
    if candle_s is not None:
        day.happened.add(f"re-entry {sort} at a candle close")
    entries.open_again(day, life.leg, waiting["event"], sort, side, kept=kept, waits_for=move)


def is_back(day: Day, waiting: dict) -> bool:
    """The last price, of whatever age, is back at the entry fill, from the side on which the life was closed. At a
    candle's close that price is the one of the step before.
    """
    life = waiting["life"]
    seen = day.market.price if waiting["candle_s"] is None else day.market.price_before.__getitem__
    price, entry, left = seen(life.symbol), life.entry_price, life.rows[-1]["exit_price"]
    return left == entry or (price <= entry if left > entry else price >= entry)


def is_over(day: Day, waiting: dict) -> bool:
    """Its latest time has passed."""
    return waiting["until"] is not None and day.raw.open_s + day.step > waiting["until"]


def end_those_of(day: Day, vpi: str) -> None:
    """The leg was opened: what waited to open it, again or as a lazy leg, ends without effect."""
    day.resting = [order for order in day.resting if leg_to_open(order) != vpi]


def leg_to_open(order: dict) -> str | None:
    """The leg that a waiting re-entry, or an armed lazy leg, would open."""
    if order["kind"] == "lazy":
        return order["leg"]["vpi"]
    return order["life"].leg["vpi"] if order["kind"] == "re_entry" else None


def as_cancelled(day: Day, waiting: dict) -> list[tuple]:
    """How it is listed at the end of the day, if it still waits: (node, leg, contract)."""
    if is_over(day, waiting):
        return []
    leg = waiting["life"].leg
    at_cost = (waiting["config"].get("type") or "asap").lower() == "cost"
    return [(leg["entry"], leg["vpi"], waiting["life"].symbol if at_cost else None)]
