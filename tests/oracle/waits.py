"""Orders that wait for a price before they go in (R19): for a move of their contract, or out of a window's range,
or to come to the trigger of a stop-limit order (R25).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.oracle.day import Day


def begin(day: Day, terms: dict, symbol: str) -> dict:
    """The wait of an order for that contract, sent now; of a move its ``level``, from the contract's last price."""
    if terms["kind"] == "breakout":
        return terms | {"symbol": day.raw.underlying if terms["underlying"] else symbol}
    if terms["kind"] == "trigger":
        return terms | {"symbol": symbol}
    price = Fraction(day.market.price(symbol))
    distance = price * terms["value"] / 100 if terms["percent"] else terms["value"] * 100
    return terms | {"symbol": symbol, "level": price + distance if terms["up"] else price - distance}


def is_over(day: Day, wait: dict, sent: int) -> bool:
    """Whether the order goes in now, at a step after the one at which it was sent."""
    price = price_at_look(day, wait)
    if day.step <= sent or price is None:
        return False
    if wait["kind"] in ("move", "trigger"):
        return price >= wait["level"] if wait["up"] else price <= wait["level"]
    if day.market.second <= wait["to_s"]:
        return False
    prices = prices_of_window(day, wait)
    if not prices:
        return False
    return price > max(prices) if wait["high"] else price < min(prices)


def price_at_look(day: Day, wait: dict) -> int | None:
    """The last price now; of a wait that looks at candles only the close of one that completes now (R15)."""
    if wait.get("candle_s") is None:
        return day.market.price(wait["symbol"])
    return day.market.price_before.get(wait["symbol"]) if day.step % wait["candle_s"] == 0 else None


def prices_of_window(day: Day, wait: dict) -> list[int]:
    """The last prices of its steps, where there was one."""
    return [
        prices[wait["symbol"]]
        for step, prices in enumerate(day.market.prices_at)
        if wait["from_s"] <= day.raw.open_s + step <= wait["to_s"] and wait["symbol"] in prices
    ]


def in_words(wait: dict) -> str:
    """What the census says of one that went in."""
    if wait["kind"] == "trigger":
        return "stop-limit triggered"
    if wait["kind"] == "move":
        return f"wait {wait['name']} went in"
    return f"breakout {'underlying' if wait['underlying'] else 'premium'} {'high' if wait['high'] else 'low'} went in"
