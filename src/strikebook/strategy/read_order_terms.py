"""Read how an order goes in: ``orderType``, ``waitAndTrade``, ``rangeBreakout``."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar

from strikebook.strategy.cursor import Cursor, shown, squeezed
from strikebook.strategy.expressions import read_time
from strikebook.strategy.order_terms import LimitOrder, RangeBreakout, TriggerPrice, WaitAndTrade
from strikebook.strategy.refused import refuse
from strikebook.strategy.unread import is_empty

Choice = TypeVar("Choice")

STOP_LIMIT = ("stoplimit", "sl", "stoplosslimit")
_MOST_DECIMALS = 4
_LARGEST_AMOUNT = Decimal(1_000_000_000)
_WHOLE_PRICE = 100
_TIME_UNITS = {"seconds": 1, "second": 1, "minutes": 60, "minute": 60}
_BUFFERS = {"points": "points", "percentage": "percentage"}
_AFTER_WAIT = {"cancel": "cancel", "market": "market"}
_MOVES = {
    "pointsup": (True, False),
    "pointsdown": (False, False),
    "percentup": (True, True),
    "percentdown": (False, True),
}
_MOVE_NAMES = "pointsUp, pointsDown, percentUp, percentDown"
PRICES = {"premium": "premium", "underlying": "underlying"}
_SIDES = {"high": "high", "low": "low"}


def chosen(place: Cursor, what: str, options: dict[str, Choice], default: Choice) -> Choice:
    """One of ``options`` by its spelling; ``default`` where nothing is given, or something else, the error noted."""
    return default if place.blank else place.choice(what, options) or default


def is_switched_on(block: Cursor, name: str) -> bool:
    """Whether a block is enabled; warns of one with settings that does not say, and is done with one that is off."""
    if block.get("enabled").flag():
        return True
    if block.get("enabled").blank and not is_empty(block.value):
        block.warn(f"{name} without enabled does nothing", "enabled: true")
    block.settle()
    return False


def read_amount(place: Cursor, default: Decimal | None = None) -> Decimal | None:
    """An amount above 0, or not below 0 where there is a default; None where missing or wrong, the error noted."""
    if place.blank and default is not None:
        return default
    if not place.required("an amount"):
        return None
    amount = place.number()
    if amount is None:
        return None
    least = "0 or more" if default is not None else "above 0"
    if amount < 0 or (amount == 0 and default is None) or amount > _LARGEST_AMOUNT:
        place.error(f"{shown(place.value)} is no amount", f"a number {least}, at most {_LARGEST_AMOUNT:,}")
        return None
    return amount if _is_short(place, amount) else None


def _is_short(place: Cursor, amount: Decimal) -> bool:
    if amount == round(amount, _MOST_DECIMALS):
        return True
    place.error(f"{shown(place.value)} has more than {_MOST_DECIMALS} decimals", f"at most {_MOST_DECIMALS}")
    return False


def read_wait(block: Cursor) -> int:
    """``waitTime`` in its ``waitTimeUnit``, in seconds."""
    seconds = chosen(block.get("waitTimeUnit"), "waitTimeUnit", _TIME_UNITS, 1)
    return (block.get("waitTime").whole(0, 86_400) or 0) * seconds


def read_order_type(place: Cursor, *, stop_limit: bool = False) -> LimitOrder | None:
    """Read an ``orderType`` and what belongs to it; None for a market order. ``stop_limit``: it may be one."""
    named = place.get("orderType")
    text = squeezed(named.text())
    if text == "limit" or (stop_limit and text in STOP_LIMIT):
        return _limit_order(place)
    if text in STOP_LIMIT:
        refuse(named, "a stop-limit order of an exit", "limit, or a protective exit with waitForMarket")
    elif text and text != "market":
        named.error(f"unknown order type {shown(named.value)}", "market or limit")
    return None


def _limit_order(place: Cursor) -> LimitOrder:
    priced, buffered = place.get("limitPrice"), place.get("limitBuffer")
    price = read_amount(priced) if not priced.blank else None
    buffer = Decimal(0)
    percent = False
    if priced.blank and buffered.blank:
        priced.error("a limit order without its limit", "limitPrice, or limitBuffer from the last price")
    elif priced.blank:
        percent = chosen(place.get("limitBufferType"), "limitBufferType", _BUFFERS, "points") == "percentage"
        number = buffered.number()
        if number is not None and abs(number) > _LARGEST_AMOUNT:
            wanted = f"a number from {-_LARGEST_AMOUNT:,} to {_LARGEST_AMOUNT:,}"
            buffered.error(f"{shown(buffered.value)} is no amount", wanted)
        elif number is not None and _is_short(buffered, number):
            buffer = number
    elif not buffered.blank and buffered.number():
        buffered.error("both a limit and a buffer", "limitPrice or limitBuffer")
    to_market = chosen(place.get("afterWait"), "afterWait", _AFTER_WAIT, "cancel") == "market"
    wait_s = None if place.get("waitTime").blank else read_wait(place)
    if wait_s is None:
        place.get("waitTimeUnit")
        if to_market:
            place.get("waitTime").error("afterWait: market without a waitTime", "how long the limit order waits")
    return LimitOrder(price, buffer, percent, wait_s, to_market)


def read_trigger_price(place: Cursor) -> TriggerPrice | None:
    """The ``triggerPrice`` of a stop-limit order; None for another order."""
    if squeezed(place.get("orderType").text()) not in STOP_LIMIT:
        return None
    price = read_amount(place.get("triggerPrice"))
    return None if price is None else TriggerPrice(price)


def read_wait_and_trade(block: Cursor) -> WaitAndTrade | None:
    """Read a ``waitAndTrade`` that is enabled."""
    if not is_switched_on(block, "waitAndTrade"):
        return None
    return read_move(block.get("type"), block.get("value"))


def read_move(kind: Cursor, value: Cursor) -> WaitAndTrade | None:
    """Read by how much a price has to move, and which way."""
    if not kind.required(f"which way, and in what ({_MOVE_NAMES})"):
        return None
    found = _MOVES.get(squeezed(kind.text()))
    if found is None:
        kind.error(f"unknown move {shown(kind.value)}", f"one of {_MOVE_NAMES}")
        return None
    amount = read_amount(value)
    if amount is not None and found == _MOVES["percentdown"] and amount >= _WHOLE_PRICE:
        value.error(f"a fall of {shown(value.value)} percent", "below 100")
        return None
    return None if amount is None else WaitAndTrade(*found, amount)


def read_range_breakout(block: Cursor) -> RangeBreakout | None:
    """Read a ``rangeBreakout`` that is enabled."""
    if not is_switched_on(block, "rangeBreakout"):
        return None
    first, last = block.get("from"), block.get("to")
    complete = first.required("the window's first time") & last.required("the window's last time")
    complete &= block.get("side").required("high or low")
    from_s, to_s = read_time(first), read_time(last)
    underlying = chosen(block.get("of"), "price of a rangeBreakout", PRICES, "underlying") == "underlying"
    high = chosen(block.get("side"), "side of a rangeBreakout", _SIDES, "high") == "high"
    if not complete or from_s is None or to_s is None:
        return None
    if to_s < from_s:
        last.error(f"a window that ends at {shown(last.value)}, before it begins", "a later time")
        return None
    return RangeBreakout(from_s, to_s, underlying, high)
