"""Limit orders (R14, R16): where their limit is, and when and at what price they fill."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tests.oracle.book import slipped

if TYPE_CHECKING:
    from tests.oracle.day import Day


def fixed_limit(day: Day, terms: dict, symbol: str, *, buying: bool) -> int:
    """The given price, or the last one made worse by the buffer: whole paise half up, never below 0."""
    if terms["price"] is not None:
        return whole_paise(terms["price"])
    last = Fraction(day.market.price(symbol))
    buffer = last * terms["buffer"] / 100 if terms["percent"] else terms["buffer"]
    return whole_paise(last + buffer if buying else last - buffer)


def whole_paise(price: Fraction) -> int:
    """Half up, never below 0."""
    return max((2 * price + 1) // 2, 0)


def price_trouble(day: Day, symbol: str) -> str | None:
    """Why the contract's last price does not do now, if it does not: there is none, or it is too old."""
    age = day.market.age(symbol)
    if age is None:
        return "no_price"
    return "stale_price" if age > day.options.max_price_age_s else None


def is_marketable(day: Day, symbol: str, limit: int, *, buying: bool) -> bool:
    """Whether it fills at the step it is sent: a fresh last price at the limit or better; never with ``next``."""
    if day.options.fill == "next" or price_trouble(day, symbol):
        return False
    price = day.market.price(symbol)
    return price <= limit if buying else price >= limit


def price_at_once(day: Day, symbol: str, limit: int, *, buying: bool) -> int:
    """The last price with slippage, never beyond the limit."""
    filled = slipped(day.market.price(symbol), day.market.age(symbol), day.options, buying=buying)
    return min(filled, limit) if buying else max(filled, limit)


def is_reached(day: Day, symbol: str, limit: int, sent: int, *, buying: bool) -> bool:
    """Whether a resting one fills: traded since it was sent, and the last price at its limit, or beyond it."""
    if day.step <= sent or not day.market.traded_after(symbol, sent):
        return False
    price = day.market.price(symbol)
    beyond = limit - price if buying else price - limit
    return beyond > 0 or (beyond == 0 and day.options.limit_fill == "touch")


def is_due(day: Day, terms: dict, sent: int) -> bool:
    """Whether this is at or after its deadline, in a phase 4 after it was sent."""
    return terms["wait_s"] is not None and day.step > sent and day.step >= sent + terms["wait_s"]
