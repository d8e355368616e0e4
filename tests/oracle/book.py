"""The book: every life of every leg, its ledger rows, and what they are worth. Money is whole paise."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from strikebook.model.options import RunOptions, Slippage
from tests.oracle.market import Market


@dataclass(eq=False)
class Life:
    """A position from its entry to its close.

    ``side`` is its own: a reversed re-entry trades the other one than its leg says. ``best`` is the best price since
    entry, ``opened`` its place among the lives of the day. Of its protective rules (by their number in
    ``Graph.rules``): ``best_gains``, the largest gain at the looks so far, and whether one has ``triggered``.
    """

    leg: dict
    side: str
    position_num: int
    symbol: str
    expiry: Any
    strike: int
    lots: int
    lot_size: int
    entry_step: int
    sent_step: int
    entry_price: int
    entry_market: int
    entry_age_s: int
    entry_underlying: int | None
    entry_event: str
    best: int
    open_lots: int
    opened: int = 0
    rows: list[dict] = field(default_factory=list)
    best_gains: dict[int, Fraction] = field(default_factory=dict)
    triggered: bool = False

    @property
    def closed(self) -> bool:
        """Whether no lot is left."""
        return self.open_lots == 0

    @property
    def sign(self) -> int:
        """+1 for a bought life, -1 for a sold one."""
        return 1 if self.side == "BUY" else -1

    @property
    def open_units(self) -> int:
        """Units that are still open."""
        return self.open_lots * self.lot_size


def slipped(price: int, age: int, options: RunOptions, *, buying: bool) -> int:
    """A price made worse, once more for every ten seconds of its age: whole paise, half up, never below zero."""
    slip = slip_of(options.slippage, price) + age // 10 * slip_of(options.stale_slippage, price)
    exact = price + slip if buying else price - slip
    return max((2 * exact + 1) // 2, 0)


def slip_of(slippage: Slippage, price: int) -> Fraction:
    """A slippage in paise."""
    amount = Fraction(slippage.amount)
    return {"percent": price * amount / 100, "points": amount * 100, "ticks": amount * 5}[slippage.kind]


class Book:
    """Lives in order of opening, rows in order of closing."""

    def __init__(self, market: Market) -> None:
        self.market = market
        self.lives: list[Life] = []
        self.of_leg: dict[str, list[Life]] = {}
        self.rows: list[dict] = []
        self.realized_of_leg: dict[str, int] = {}

    def open(self, life: Life) -> None:
        """Add a life that was just filled."""
        life.opened = len(self.lives)
        self.lives.append(life)
        self.of_leg.setdefault(life.leg["vpi"], []).append(life)

    def lives_of(self, vpi: str) -> list[Life]:
        """A leg's lives, the latest last."""
        return self.of_leg.get(vpi, [])

    def open_life(self, vpi: str) -> Life | None:
        """The leg's open life: only its latest can be."""
        lives = self.lives_of(vpi)
        return lives[-1] if lives and not lives[-1].closed else None

    def open_lives(self) -> list[Life]:
        """Every open life, in order of opening."""
        latest = [lives[-1] for lives in self.of_leg.values() if not lives[-1].closed]
        return sorted(latest, key=lambda life: life.opened)

    def close(self, life: Life, lots: int, fill: dict) -> bool:
        """Take lots off a life. True if that was its closing row. ``fill``: price, step, … reason of the exit."""
        life.open_lots -= lots
        part = None if life.closed else len(life.rows) + 1
        trade_id = f"{life.leg['vpi']}-r{life.position_num - 1}" + ("" if part is None else f"-x{part}")
        row = {
            "trade_id": trade_id,
            "vpi": life.leg["vpi"],
            "position_num": life.position_num,
            "part": part,
            "symbol": life.symbol,
            "side": life.side,
            "lots": lots,
            "lot_size": life.lot_size,
            "entry_step": life.entry_step,
            "entry_sent_step": life.sent_step,
            "entry_price": life.entry_price,
            "entry_market": life.entry_market,
            "entry_age_s": life.entry_age_s,
            "entry_underlying": life.entry_underlying,
            **fill,
            "pnl": (fill["exit_price"] - life.entry_price) * life.sign * lots * life.lot_size,
        }
        life.rows.append(row)
        self.rows.append(row)
        self.realized_of_leg[row["vpi"]] = self.realized_of_leg.get(row["vpi"], 0) + row["pnl"]
        return life.closed

    def follow_prices(self, step: int) -> None:
        """Move the best price of every open life, from the step after its fill on."""
        for life in self.open_lives():
            if step > life.entry_step:
                price = self.market.price(life.symbol)
                life.best = max(life.best, price) if life.sign > 0 else min(life.best, price)

    def realized(self, life: Life) -> int:
        """What the life's rows came to."""
        return sum(row["pnl"] for row in life.rows)

    def unrealized(self, life: Life) -> int:
        """What its open lots are worth at the contract's last price; 0 after the close."""
        if life.closed:
            return 0
        price = self.market.price(life.symbol)
        return (price - life.entry_price) * life.sign * life.open_lots * life.lot_size

    def profit(self, vpi: str | None, kind: str) -> int:
        """The profit of all lives of a leg, or of the day: realized, unrealized or total."""
        paise = 0
        if kind in ("realized", "total"):
            paise += sum(made for leg, made in self.realized_of_leg.items() if vpi in (None, leg))
        if kind in ("unrealized", "total"):
            paise += sum(self.unrealized(life) for life in self.open_lives() if vpi in (None, life.leg["vpi"]))
        return paise

    def position_value(self, vpi: str, name: str) -> float | str | None:
        """A ``position_data`` field (lower case) of the leg's latest life; None before the first."""
        lives = self.lives_of(vpi)
        if not lives:
            return None
        life = lives[-1]
        if name == "status":
            return "closed" if life.closed else "open"
        if name in ("quantity", "multiplier"):
            return float(life.open_lots if name == "quantity" else life.lot_size)
        closing = life.rows[-1] if life.closed else None
        paise = {
            "entryprice": life.entry_price,
            "exitprice": closing and closing["exit_price"],
            "currentprice": self.market.price(life.symbol),
            "pnl": self.realized(life) + self.unrealized(life),
            "realizedpnl": self.realized(life),
            "unrealizedpnl": self.unrealized(life),
            "underlyingpriceonentry": life.entry_underlying,
            "underlyingpriceonexit": closing and closing["exit_underlying"],
            "trailingpositionprice": life.best,
        }[name]
        return None if paise is None else paise / 100
