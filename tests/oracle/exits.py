"""Exit orders: sent at the exit's turn, tried again every step until filled; and the closing of lives.

An order is a dict: ``kind`` 'exit' (``protective`` ones are made in ``protection``), ``node``, ``event``, ``life``,
``reason``, ``sent``, ``noted`` (the step of the first trial with ``fill: next``), ``refused`` (its first failure
was recorded), ``limit`` (its price, None for a market order) and ``tried`` (a limit order was: it rests).
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from tests.oracle import lazy_legs, leg_re_entries, limit_orders
from tests.oracle.book import Life, slipped
from tests.oracle.contracts import scaled_lots

if TYPE_CHECKING:
    from tests.oracle.day import Day


def act(day: Day, exit_node: str) -> bool:
    """The exit's turn. True if it completed: its last outstanding order was filled."""
    lives = [day.book.open_life(vpi) for vpi in day.graph.targets[exit_node]]
    lives = [life for life in lives if life is not None]
    if not lives:
        day.state[exit_node] = "done"
        return False
    day.state[exit_node] = "inactive"
    event = day.record_event(exit_node)
    day.exit_event[exit_node] = event
    if not outstanding(day, exit_node):
        day.closed_a_life[exit_node] = False
    ordered = [order["life"] for order in outstanding(day, exit_node)]
    sent = [_new_order(day, exit_node, life) for life in lives if all(life is not other for other in ordered)]
    day.resting.extend(sent)
    for order in sent:
        if order["life"].entry_step < day.step:
            _try(day, order)
    if outstanding(day, exit_node):
        return False
    _complete(day, exit_node)
    return True


def _new_order(day: Day, exit_node: str, life: Life) -> dict:
    terms = day.graph.limit_of_exit[exit_node]
    buying = life.side == "SELL"
    return {
        "kind": "exit",
        "node": exit_node,
        "event": day.exit_event[exit_node],
        "life": life,
        "reason": "exit_condition_met",
        "sent": day.step,
        "noted": None,
        "refused": False,
        "limit": terms and limit_orders.fixed_limit(day, terms, life.symbol, buying=buying),
        "tried": False,
    }


def try_waiting(day: Day, order: dict) -> None:
    """Phase 4: try an order again; its exit completes if that was its last."""
    if _try(day, order) and not outstanding(day, order["node"]):
        _complete(day, order["node"])


def _try(day: Day, order: dict) -> bool:
    """Fill the order if it can be now: at market, or by its limit; at its deadline a limit order is over."""
    if order["limit"] is None:
        return try_at_market(day, order)
    first, order["tried"] = not order["tried"], True
    if first and fill_limit_at_once(day, order):
        day.happened.add("limit exit filled at once")
        return True
    if fill_resting_limit(day, order):
        day.happened.add("limit exit filled at its limit")
        return True
    terms = day.graph.limit_of_exit[order["node"]]
    if not limit_orders.is_due(day, terms, order["sent"]):
        return False
    if terms["to_market"]:
        day.happened.add("limit exit gone to market")
        order["limit"] = None
        return try_at_market(day, order)
    day.happened.add("limit exit not reached")
    _record(day, order, "limit_not_reached", retried=False)
    drop(day, order)
    return False


def fill_limit_at_once(day: Day, order: dict) -> bool:
    """Fill a limit order of an exit or of a rule if it is marketable: with slippage, never beyond the limit."""
    symbol, buying = order["life"].symbol, order["life"].side == "SELL"
    if not limit_orders.is_marketable(day, symbol, order["limit"], buying=buying):
        return False
    filled = limit_orders.price_at_once(day, symbol, order["limit"], buying=buying)
    fill(day, order, filled, day.market.age(symbol))
    return True


def fill_resting_limit(day: Day, order: dict) -> bool:
    """Fill a limit order that rests if its limit is reached: at the limit."""
    life = order["life"]
    if not limit_orders.is_reached(day, life.symbol, order["limit"], order["sent"], buying=life.side == "SELL"):
        return False
    fill(day, order, order["limit"], 0)
    return True


def outstanding(day: Day, exit_node: str) -> list[dict]:
    """The exit's own orders that still wait; those of its rules are not among them."""
    return [order for order in day.resting if order["kind"] == "exit" and order["node"] == exit_node]


def settle(day: Day, life: Life) -> None:
    """The contract expires with the session: closed at what it is worth by the underlying's last price (R20)."""
    underlying = day.raw.underlying
    in_the_money = day.market.price(underlying) - life.strike
    worth = max(0, in_the_money if life.leg["option_type"] == "CE" else -in_the_money)
    fill = _exit_fill(day, worth, worth, day.market.age(underlying))
    fill |= {"exit_sent_step": day.step, "exit_reason": "Expiry settlement", "exit_node_id": None}
    day.book.close(life, life.open_lots, fill | {"exit_event_id": None})


def close_at_last_price(day: Day, life: Life, reason: str, node: str | None, event: str | None) -> None:
    """Square-off and the close of the day: the contract's last trade, whatever its age."""
    price, age = day.market.price(life.symbol), day.market.age(life.symbol)
    fill = _exit_fill(day, slipped_exit(day, life, price, age), price, age)
    fill |= {"exit_sent_step": day.step, "exit_reason": reason, "exit_node_id": node, "exit_event_id": event}
    day.book.close(life, life.open_lots, fill)


def _complete(day: Day, exit_node: str) -> None:
    """After a life was closed every child becomes active; after parts only, those that close.

    An exit that was made active again while its orders waited, and has not had its turn since, stays active.
    """
    if day.state[exit_node] != "active":
        day.state[exit_node] = "done"
    day.activate_children(exit_node, day.exit_event[exit_node], after_part=not day.closed_a_life[exit_node])


def try_at_market(day: Day, order: dict) -> bool:
    """Fill the order if it can be now, with slippage."""
    life = order["life"]
    symbol = life.symbol
    if day.options.fill == "next":
        if order["noted"] is None:
            order["noted"] = day.step
            return False
        if symbol not in day.market.first_now:
            return False
        price = day.market.first_now[symbol]
        fill(day, order, slipped_exit(day, life, price, 0), 0, price)
        return True
    age = day.market.age(symbol)
    if age is None or age > day.options.max_price_age_s:
        _record_first_failure(day, order, "no_price" if age is None else "stale_price")
        return False
    fill(day, order, slipped_exit(day, life, day.market.price(symbol), age), age)
    return True


def _record_first_failure(day: Day, order: dict, reason: str) -> None:
    if not order["refused"]:
        order["refused"] = True
        _record(day, order, reason, retried=True)


def _record(day: Day, order: dict, reason: str, *, retried: bool) -> None:
    day.rejections.append(
        {
            "step": day.step,
            "sent_step": order["sent"],
            "node_id": order["node"],
            "vpi": order["life"].leg["vpi"],
            "side": "exit",
            "reason": reason,
            "symbol": order["life"].symbol,
            "retried": retried,
        }
    )


def fill(day: Day, order: dict, filled_price: int, age: int, market: int | None = None) -> None:
    """Fill an order of an exit or of a rule, at a price with its slippage; what follows if that closed the life.

    ``market``: the market's price, where that is not the last one.
    """
    node, life = order["node"], order["life"]
    day.remove_resting(order)
    market = day.market.price(life.symbol) if market is None else market
    row = _exit_fill(day, filled_price, market, age) | {
        "exit_sent_step": order["sent"],
        "exit_reason": order["reason"],
        "exit_node_id": node,
        "exit_event_id": order["event"],
    }
    lots = life.open_lots if order["kind"] == "protective" else _lots_to_close(day, node, life.open_lots)
    if not day.book.close(life, lots, row):
        return
    if order["kind"] == "exit":
        day.closed_a_life[node] = True
    day.closed_at[life.leg["entry"]] = day.step
    _drop_other_orders(day, life)
    _disarm(day, node)
    leg_re_entries.after_close(day, order)
    lazy_legs.after_close(day, order)


def slipped_exit(day: Day, life: Life, price: int, age: int) -> int:
    """What a price comes to for the order that closes a life: a sale of a bought one, a purchase of a sold one."""
    return slipped(price, age, day.options, buying=life.side == "SELL")


def _exit_fill(day: Day, filled_price: int, market: int, age: int) -> dict:
    return {
        "exit_step": day.step,
        "exit_price": filled_price,
        "exit_market": market,
        "exit_age_s": age,
        "exit_underlying": day.market.price(day.raw.underlying),
    }


def _lots_to_close(day: Day, exit_node: str, open_lots: int) -> int:
    config = day.graph.data[exit_node]["exitNodeData"]["orderConfig"]
    quantity = (config.get("quantity") or "all").lower()
    if quantity == "percentage":
        exact = open_lots * Decimal(str(config["partialQuantityPercentage"])) / 100
        lots = int(exact.to_integral_value(ROUND_FLOOR))
    elif quantity == "specific":
        lots = scaled_lots(Decimal(str(config["specificQuantity"])), day.options)
    else:
        lots = open_lots
    return min(max(lots, 1), open_lots)


def _drop_other_orders(day: Day, life: Life) -> None:
    """The life is closed: other orders that would close it go, and an exit left without any of its own is disarmed."""
    closing = [order for order in day.resting if order["kind"] in ("exit", "protective")]
    for order in closing:
        if order["life"] is life:
            drop(day, order)


def drop(day: Day, order: dict) -> None:
    """An order goes without a fill; an exit left without any of its own is disarmed."""
    day.remove_resting(order)
    if order["kind"] == "exit" and not outstanding(day, order["node"]):
        day.state[order["node"]] = "inactive"


def _disarm(day: Day, closing_node: str) -> None:
    """Exit signals and other exits whose legs are now all closed become inactive."""
    for node in day.graph.of_kind("exit_signal", "exit"):
        legs = day.graph.guards[node] if node in day.graph.guards else day.graph.targets[node]
        if node == closing_node or (node in day.graph.guards and not legs):
            continue
        if day.state[node] == "active" and not any(day.book.open_life(vpi) for vpi in legs):
            day.state[node] = "inactive"
