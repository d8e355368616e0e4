"""Entry orders: checked and sent at the entry's turn, tried again while they wait for a trade.

An order is a dict: ``kind`` 'entry', its ``execution`` {entry, event, filled, again}, ``legs`` [(leg, choice)…]
(several only in an all-or-none group), ``group`` and ``sent``. ``again``: the type of a re-entry of one leg (R15), or
'lazy' (R25).
It may have three stages: it waits for a price (``wait``, R19), then it is a limit order (``limit``, R16), then one at
the market. ``since`` is the step at which it went on to its stage; ``sent`` and its place among the resting orders
stay what they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.oracle import combined, contracts, lazy_legs, leg_re_entries, limit_orders, waits
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
    chosen = [(leg, _choose(day, leg)) for leg in lazy_legs.in_sending_order(day, flat)]
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
                _send(day, execution, [(leg, choice)], group=False, waits_for=leg["waits_for"])
    if execution["filled"]:
        day.state[entry] = "done"
        day.activate_children(entry, event)
    return execution["filled"]


def open_again(day: Day, leg: dict, parent_event: str, again: str, side: str, **how: dict | None) -> None:
    """Execute the leg's entry for this leg alone. ``kept``: the contract and lots of a re-entry at cost; ``waits_for``:
    what one of momentum, or a lazy leg, waits for.
    """
    entry = leg["entry"]
    event = day.record_event(entry, parent=parent_event)
    reason = _refusal(day, entry, [leg] if is_flat(day, leg["vpi"]) else [])
    if reason:
        reject(day, leg, None, reason, day.step)
        return
    choice = how.get("kept") or _choose(day, leg)
    if choice["reason"]:
        reject(day, leg, choice["symbol"], choice["reason"], day.step)
        return
    execution = {"entry": entry, "event": event, "filled": False, "again": again}
    group = bool(day.graph.data[entry].get("allOrNone"))
    _send(day, execution, [(leg, choice | {"side": side})], group=group, waits_for=how.get("waits_for"))
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
    """Phase 4, on every step but the last: fill the order, reject it at its deadline, or let it go on."""
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


def _choose(day: Day, leg: dict) -> dict:
    """``reference``: the strike last chosen for the leg that a relative strike is counted from."""
    asking = leg | {"reference": day.chosen_strikes.get(leg["strike_leg"])}
    choice = contracts.choose(asking, day.raw, day.market, day.options)
    day.ordered_symbols |= choice["looked_at"]
    if leg["strike"] == "RELATIVE" and choice["reason"] == "no_strike":
        day.happened.add(f"strike relative {'not there' if asking['reference'] else 'before its leg was chosen'}")
    if choice["strike"] is not None:
        day.chosen_strikes[leg["vpi"]] = choice["strike"]
    return choice


def _send(day: Day, execution: dict, legs: list[tuple], *, group: bool, waits_for: dict | None = None) -> None:
    """A new order: it rests until it is over. Only an order of one leg waits for a price or is a limit order."""
    order = {
        "kind": "entry",
        "execution": execution,
        "legs": legs,
        "group": group,
        "sent": day.step,
        "since": day.step,
        "wait": None,
        "limit": None,
        "filled": False,
    }
    day.ordered_symbols.update(choice["symbol"] for _, choice in legs)
    if not (_begin_to_wait(day, order, waits_for) if waits_for else _go_in(day, order)):
        day.resting.append(order)


def _begin_to_wait(day: Day, order: dict, waits_for: dict) -> bool:
    """It waits from now on; one that waits for a move needs a price to move from. True if it was rejected."""
    symbol = order["legs"][0][1]["symbol"]
    if waits_for["kind"] == "move" and _reject_without_price(day, order):
        return True
    order["wait"] = waits.begin(day, waits_for, symbol)
    return False


def _go_in(day: Day, order: dict) -> bool:
    """Sent as if now: as a limit order if its leg says so, else at the market. True if it is over."""
    leg, choice = order["legs"][0]
    order |= {"wait": None, "since": day.step}
    if leg["limit"] is None or order["execution"]["again"] not in (None, "lazy"):
        return _try_at_market(day, order)
    if leg["limit"]["price"] is None and _reject_without_price(day, order):
        return True
    symbol, buying = choice["symbol"], choice["side"] == "BUY"
    order["limit"] = limit = limit_orders.fixed_limit(day, leg["limit"], symbol, buying=buying)
    if not limit_orders.is_marketable(day, symbol, limit, buying=buying):
        return False
    day.happened.add("limit entry filled at once")
    filled = limit_orders.price_at_once(day, symbol, limit, buying=buying)
    return _fill_one(day, order, filled, day.market.age(symbol))


def _reject_without_price(day: Day, order: dict) -> bool:
    """Reject an order whose contract has no price, or only an old one."""
    leg, choice = order["legs"][0]
    reason = limit_orders.price_trouble(day, choice["symbol"])
    if reason:
        reject(day, leg, choice["symbol"], reason, order["sent"])
    return reason is not None


def _try(day: Day, order: dict) -> bool:
    """Phase 4: what is due at the order's stage. True if it is over."""
    if order["wait"]:
        if not waits.is_over(day, order["wait"], order["sent"]):
            return False
        momentum = order["execution"]["again"] == "momentum"
        day.happened.add("momentum went in" if momentum else waits.in_words(order["wait"]))
        return _go_in(day, order)
    return _try_at_market(day, order) if order["limit"] is None else _try_resting_limit(day, order)


def _try_resting_limit(day: Day, order: dict) -> bool:
    """At its limit, once that is reached; at its deadline it is given up, or goes on to the market."""
    (leg, choice), limit = order["legs"][0], order["limit"]
    symbol = choice["symbol"]
    if limit_orders.is_reached(day, symbol, limit, order["since"], buying=choice["side"] == "BUY"):
        day.happened.add("limit entry filled at its limit")
        return _fill_one(day, order, limit, 0)
    if not limit_orders.is_due(day, leg["limit"], order["since"]):
        return False
    if leg["limit"]["to_market"]:
        day.happened.add("limit entry gone to market")
        order |= {"limit": None, "since": day.step}
        return _try_at_market(day, order)
    day.happened.add("limit entry not reached")
    reject(day, leg, symbol, "limit_not_reached", order["sent"])
    return True


def _try_at_market(day: Day, order: dict) -> bool:
    """Fill the order or reject it, if either is due at this step. True if it is over."""
    fresh = [choice["symbol"] for _, choice in order["legs"] if _has_price(day, order, choice["symbol"])]
    if len(fresh) == len(order["legs"]):
        for leg, choice in order["legs"]:
            _fill_at_market(day, order, leg, choice)
        order["filled"] = True
        return True
    if day.step < order["since"] + day.options.wait_for_trade_s:
        return False
    for leg, choice in order["legs"]:
        if choice["symbol"] not in fresh:
            never = day.market.price(choice["symbol"]) is None
            reject(day, leg, choice["symbol"], "no_price" if never else "stale_price", order["sent"])
    return True


def _has_price(day: Day, order: dict, symbol: str) -> bool:
    """Whether this leg could be filled now, at the market."""
    if day.options.fill == "next":
        return day.market.traded_after(symbol, order["since"])
    age = day.market.age(symbol)
    if order["group"] or day.step == order["since"]:
        return age is not None and age <= day.options.max_price_age_s
    return day.market.traded_after(symbol, order["since"])


def _fill_at_market(day: Day, order: dict, leg: dict, choice: dict) -> None:
    symbol = choice["symbol"]
    price, age = day.market.price(symbol), day.market.age(symbol)
    if day.options.fill == "next" and not order["group"]:
        price, age = day.market.first_now[symbol], 0
    filled = slipped(price, age, day.options, buying=choice["side"] == "BUY")
    _open_life(day, order, leg, choice, filled, price, age)


def _fill_one(day: Day, order: dict, filled: int, age: int) -> bool:
    leg, choice = order["legs"][0]
    _open_life(day, order, leg, choice, filled, day.market.price(choice["symbol"]), age)
    order["filled"] = True
    return True


def _open_life(day: Day, order: dict, leg: dict, choice: dict, filled: int, market: int, age: int) -> None:
    life = Life(
        leg=leg,
        side=choice["side"],
        position_num=len(day.book.lives_of(leg["vpi"])) + 1,
        symbol=choice["symbol"],
        expiry=choice["expiry"],
        strike=choice["strike"],
        lots=choice["lots"],
        lot_size=choice["lot_size"],
        entry_step=day.step,
        sent_step=order["sent"],
        entry_price=filled,
        entry_market=market,
        entry_age_s=age,
        entry_underlying=day.market.price(day.raw.underlying),
        entry_event=order["execution"]["event"],
        best=filled,
        open_lots=choice["lots"],
    )
    combined.join(day, life)
    day.book.open(life)
    leg_re_entries.end_those_of(day, leg["vpi"])
    execution = order["execution"]
    if execution["again"] != "cost":
        day.happened.add(f"strike {leg['strike'].rstrip('0123456789').lower()} opened")
        day.happened.add(f"expiry {leg['expiry'][0]} opened")
    if execution["again"]:
        day.happened.add(f"re-entry {execution['again']}{'' if choice['side'] == leg['side'] else ' reversed'} filled")
    if not execution["filled"]:
        execution["filled"] = True
        day.executions[execution["entry"]] += 1
        day.check_limits()
    day.disarm_full_re_entries()
