"""Entry orders: checked and sent at the entry's turn, tried again while they wait for a trade.

An order is a dict: ``kind`` 'entry', its ``execution`` {entry, event, filled, again}, ``legs`` [(leg, choice)…]
(several only in an all-or-none group), ``group`` and ``sent``. ``again``: the type of a re-entry of one leg (R15).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracle import contracts, leg_re_entries
from tests.oracle.book import Life, slipped

if TYPE_CHECKING:
    from tests.oracle.day import Day


def act(day: Day, entry: str) -> bool:
    """The entry's turn. True if it completed: a leg was filled."""
    if day.asked_by_re_entry.get(entry) == day.step or day.closed_at.get(entry) == day.step:
        return False
    day.state[entry] = "inactive"
    event = day.record_event(entry)
    legs = [day.graph.legs[vpi] for vpi in day.graph.entry_legs[entry]]
    flat = [leg for leg in legs if is_flat(day, leg["vpi"])]
    reason = _refusal(day, entry, flat)
    if reason:
        for leg in legs:
            reject(day, leg, None, reason, day.step)
        return False
    execution = {"entry": entry, "event": event, "filled": False, "again": None}
    chosen = [(leg, contracts.choose(leg, day.raw, day.market, day.options)) for leg in flat]
    if day.graph.data[entry].get("allOrNone"):
        failed = [(leg, choice) for leg, choice in chosen if choice["reason"]]
        for leg, choice in failed:
            reject(day, leg, choice["symbol"], choice["reason"], day.step)
        if not failed:
            _send(day, execution, chosen, group=True)
    else:
        for leg, choice in chosen:
            if choice["reason"]:
                reject(day, leg, choice["symbol"], choice["reason"], day.step)
            else:
                _send(day, execution, [(leg, choice)], group=False)
    if execution["filled"]:
        day.state[entry] = "done"
        day.activate_children(entry, event)
    return execution["filled"]


def open_again(day: Day, leg: dict, parent_event: str, kept: dict | None, side: str) -> None:
    """Execute the leg's entry for this leg alone. ``kept``: the contract and lots of a re-entry at cost."""
    entry = leg["entry"]
    event = day.record_event(entry, parent=parent_event)
    reason = _refusal(day, entry, [leg] if is_flat(day, leg["vpi"]) else [])
    if reason:
        reject(day, leg, None, reason, day.step)
        return
    choice = kept or contracts.choose(leg, day.raw, day.market, day.options)
    if choice["reason"]:
        reject(day, leg, choice["symbol"], choice["reason"], day.step)
        return
    execution = {"entry": entry, "event": event, "filled": False, "again": "cost" if kept else "asap"}
    _send(day, execution, [(leg, choice | {"side": side})], group=bool(day.graph.data[entry].get("allOrNone")))
    if execution["filled"]:
        day.activate_guards(entry, event, [leg["vpi"]])


def is_flat(day: Day, vpi: str) -> bool:
    """Neither open nor waiting for its fill."""
    return day.book.open_life(vpi) is None and vpi not in waiting_legs(day)


def waiting_legs(day: Day) -> set[str]:
    """The legs that wait for their fill."""
    orders = [order for order in day.resting if order["kind"] == "entry"]
    return {leg["vpi"] for order in orders for leg, _ in order["legs"]}


def try_waiting(day: Day, order: dict) -> None:
    """Phase 4, on every step but the last: fill the order, or reject it at its deadline."""
    wakes_all = not order["execution"]["filled"] and not order["execution"]["again"]
    if not _try(day, order):
        return
    day.remove_resting(order)
    entry, event = order["execution"]["entry"], order["execution"]["event"]
    if not order["filled"]:
        return
    if wakes_all:
        day.activate_children(entry, event)
    else:
        day.activate_guards(entry, event, [leg["vpi"] for leg, _ in order["legs"]])


def reject(day: Day, leg: dict, symbol: str | None, reason: str, sent_step: int) -> None:
    """Record an entry order that is refused for good."""
    day.rejections.append(
        {
            "step": day.step,
            "sent_step": sent_step,
            "node_id": leg["entry"],
            "vpi": leg["vpi"],
            "side": "entry",
            "reason": reason,
            "symbol": symbol,
            "retried": False,
        }
    )


def _refusal(day: Day, entry: str, flat: list[dict]) -> str | None:
    if day.step == day.last_step:
        return "session_over"
    limit = day.graph.max_entries[entry]
    if limit is not None and day.executions[entry] >= limit:
        return "max_entries"
    return None if flat else "already_open"


def _send(day: Day, execution: dict, legs: list[tuple], *, group: bool) -> None:
    order = {
        "kind": "entry",
        "execution": execution,
        "legs": legs,
        "group": group,
        "sent": day.step,
        "filled": False,
    }
    day.ordered_symbols.update(choice["symbol"] for _, choice in legs)
    if not _try(day, order):
        day.resting.append(order)


def _try(day: Day, order: dict) -> bool:
    """Fill the order or reject it, if either is due at this step. True if it is over."""
    fresh = [choice["symbol"] for _, choice in order["legs"] if _has_price(day, order, choice["symbol"])]
    if len(fresh) == len(order["legs"]):
        for leg, choice in order["legs"]:
            _fill(day, order, leg, choice)
        order["filled"] = True
        return True
    if day.step < order["sent"] + day.options.wait_for_trade_s:
        return False
    for leg, choice in order["legs"]:
        if choice["symbol"] not in fresh:
            never = day.market.price(choice["symbol"]) is None
            reject(day, leg, choice["symbol"], "no_price" if never else "stale_price", order["sent"])
    return True


def _has_price(day: Day, order: dict, symbol: str) -> bool:
    """Whether this leg could be filled now."""
    if day.options.fill == "next":
        return day.market.traded_after(symbol, order["sent"])
    age = day.market.age(symbol)
    if order["group"] or day.step == order["sent"]:
        return age is not None and age <= day.options.max_price_age_s
    return day.market.traded_after(symbol, order["sent"])


def _fill(day: Day, order: dict, leg: dict, choice: dict) -> None:
    symbol = choice["symbol"]
    price, age = day.market.price(symbol), day.market.age(symbol)
    if day.options.fill == "next" and not order["group"]:
        price, age = day.market.first_now[symbol], 0
    filled = slipped(price, day.options.slippage, buying=choice["side"] == "BUY")
    life = Life(
        leg=leg,
        side=choice["side"],
        position_num=len(day.book.lives_of(leg["vpi"])) + 1,
        symbol=symbol,
        expiry=choice["expiry"],
        lots=choice["lots"],
        lot_size=choice["lot_size"],
        entry_step=day.step,
        sent_step=order["sent"],
        entry_price=filled,
        entry_age_s=age,
        entry_underlying=day.market.price(day.raw.underlying),
        entry_event=order["execution"]["event"],
        best=filled,
        open_lots=choice["lots"],
    )
    day.book.open(life)
    leg_re_entries.end_those_of(day, leg["vpi"])
    execution = order["execution"]
    if execution["again"]:
        day.happened.add(f"re-entry {execution['again']}{'' if choice['side'] == leg['side'] else ' reversed'} filled")
    if not execution["filled"]:
        execution["filled"] = True
        day.executions[execution["entry"]] += 1
        day.check_limits()
    day.disarm_full_re_entries()
