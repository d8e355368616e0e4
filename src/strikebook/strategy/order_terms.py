"""How an order goes in: at a limit, once a price has moved, or out of the range of a window, as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class LimitOrder:
    """A limit order at ``price`` rupees, or ``buffer`` worse than the last price (points, or percent of it).

    ``wait_s``: how long it rests (None: for the day); then it becomes a market order, or is given up.
    """

    price: Decimal | None
    buffer: Decimal
    percent: bool
    wait_s: int | None
    to_market: bool


@dataclass(frozen=True, slots=True)
class WaitAndTrade:
    """An order that waits until its contract's price has moved by ``value`` points or percent."""

    up: bool
    percent: bool
    value: Decimal


@dataclass(frozen=True, slots=True)
class TriggerPrice:
    """An order that waits until its contract's price is at ``price`` rupees: from below to buy, from above to sell."""

    price: Decimal


@dataclass(frozen=True, slots=True)
class RangeBreakout:
    """An order that waits until a price leaves the range of a window (seconds of the day, both included).

    ``underlying``: its price, not the contract's. ``high``: above the range, else below it.
    """

    from_s: int
    to_s: int
    underlying: bool
    high: bool
