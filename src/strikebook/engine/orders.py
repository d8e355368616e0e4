"""Orders on their way: what was sent, what it waits for, and at which step it can next be filled."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from strikebook.engine.book import OpenLife
from strikebook.engine.tape import Quote, Tape
from strikebook.model.day_result import ExitReason, Fill, RejectionReason, Trip
from strikebook.model.instrument import OptionContract
from strikebook.model.options import RunOptions
from strikebook.strategy.node import ExitNode, Leg
from strikebook.strategy.order_terms import LimitOrder
from strikebook.strategy.protection import LegReEntry


@dataclass(eq=False)
class Execution:
    """One acting of an entry node: its event, and whether a leg of it has filled yet.

    ``alone``: one leg is opened again by itself, so that only what guards it becomes active.
    """

    node_id: str
    event_id: str
    filled: bool = False
    alone: bool = False


@dataclass(eq=False)
class EntryLeg:
    """A leg on order: its contract and size were fixed when it was sent, and ``why``."""

    leg: Leg
    contract: OptionContract
    symbol: str
    tape: Tape
    lots: int
    lot_size: int
    why: str


@dataclass(frozen=True, slots=True)
class PriceLevel:
    """A price an order waits for, whole paise: at or above it (``rising``) or at or below it, from ``from_step`` on.

    ``origin_paise``: the price it is measured from; ``underlying``: it is of the underlying; ``text``: it in words.
    """

    tape: Tape
    paise: int
    rising: bool
    from_step: int
    origin_paise: int
    underlying: bool
    text: str
    candle_s: int = 0

    def next_step(self, step: int) -> int | None:
        """The first step after ``step`` at which the price is there."""
        first = max(step + 1, self.from_step)
        return self.tape.first_at(first, self.paise, below=not self.rising, candle_s=self.candle_s)


@dataclass(eq=False)
class EntryOrder:
    """One leg on order, or the legs of a group that fills all or none.

    ``priced_step``: the step since which it is at the market or at its limit; later than ``sent_step`` where it first
    waited: for ``level``, or at its limit. ``never``: what it waits for cannot come. ``limit_until``: when a limit
    order gives up or goes to the market (None: never).
    """

    execution: Execution
    legs: list[EntryLeg]
    sent_step: int
    deadline: int
    group: bool
    priced_step: int = 0
    level: PriceLevel | None = None
    never: bool = False
    terms: LimitOrder | None = None
    limit_paise: int | None = None
    limit_until: int | None = None
    trip: Trip | None = None

    def __post_init__(self) -> None:
        self.priced_step = self.sent_step

    def wake_step(self, step: int) -> int | None:
        """The next step after ``step`` at which something about it can change."""
        if self.never:
            return None
        if self.level is not None:
            return self.level.next_step(step)
        if self.limit_paise is not None:
            entry = self.legs[0]
            buying = entry.leg.side == "BUY"
            touched = entry.tape.next_within(self.priced_step, step, self.limit_paise, buying=buying)
            return min((at for at in (touched, self.limit_until) if at is not None), default=None)
        trades = (entry.tape.next_step(step) for entry in self.legs)
        return min([self.deadline, *(trade for trade in trades if trade is not None)])


@dataclass(eq=False)
class ExitOrder:
    """A closing order for one life. ``tried_step`` is when it first could be filled; None before.

    ``node_id`` and ``node``: the exit that sent it; a rule of a leg or an entry stands in an entry node, which is no
    exit. ``protective``: a rule sent it, so it closes all that is open. ``completes``: its fill completes the exit.
    ``limit_paise``: until ``market_step`` it is a limit order (None: for the day); then it goes to the market, or
    ``gives_up``.
    """

    node_id: str
    node: ExitNode | None
    life: OpenLife
    sent_step: int
    event_id: str
    reason: ExitReason = "exit_condition_met"
    protective: bool = False
    completes: bool = True
    limit_paise: int | None = None
    market_step: int | None = None
    gives_up: bool = False
    tried_step: int | None = None
    failed: bool = False

    def wake_step(self, step: int) -> int | None:
        """The next step after ``step`` at which it can be filled, None where it cannot any more."""
        if self.tried_step is None:
            return step + 1
        if self.limit_paise is None:
            return self.life.tape.next_step(step)
        touched = self.life.tape.next_within(self.sent_step, step, self.limit_paise, buying=self.life.sign < 0)
        return min((at for at in (touched, self.market_step) if at is not None), default=None)


@dataclass(eq=False)
class WaitingReEntry:
    """A leg that is to be opened by itself: at once, or when its contract's price is back at its entry fill.

    ``terms``: None for a lazy leg, which ``closed`` has armed.
    """

    leg: Leg
    node_id: str
    terms: LegReEntry | None
    closed: OpenLife
    sent_step: int
    event_id: str
    last_step: int

    @property
    def at_cost(self) -> bool:
        """Whether it takes the same contract, at its entry price."""
        return self.terms is not None and self.terms.kind == "cost"

    def due(self, step: int) -> bool:
        """Whether it goes in at a step."""
        return self.wake_step(step - 1) == step

    def wake_step(self, step: int) -> int | None:
        """The next step after ``step`` at which it goes in, None where it does not."""
        after = max(step, self.sent_step) + 1
        candle_s = 0 if self.terms is None else self.terms.candle_s
        first: int | None = -(-after // candle_s) * candle_s if candle_s else after
        closing, entry = self.closed.rows[-1].exit.price_paise, self.closed.entry.price_paise
        if self.at_cost and closing != entry:
            first = self.closed.tape.first_at(after, entry, below=closing > entry, candle_s=candle_s)
        return None if first is None or first > self.last_step else first


@dataclass(frozen=True, slots=True)
class Broker:
    """The price rules of a run: which price an order gets at a step, if any."""

    options: RunOptions
    spot: Tape

    def fresh(self, tape: Tape, step: int) -> Quote | None:
        """The last price, at most ``max_price_age_s`` old (inclusive)."""
        quote = tape.quote(step)
        if quote is None or quote.age_s > self.options.max_price_age_s:
            return None
        return quote

    def first_after(self, tape: Tape, sent_step: int, step: int) -> Quote | None:
        """The first trade after the sending step, once it has happened."""
        traded = tape.next_step(sent_step)
        if traded is None or traded > step:
            return None
        return Quote(tape.first_price_after(sent_step), 0)

    def last(self, tape: Tape, step: int) -> Quote:
        """The last trade whatever its age; for positions, which have one."""
        quote = tape.quote(step)
        if quote is None:
            raise LookupError("an open position's contract has traded")
        return quote

    def missing(self, tape: Tape, step: int) -> RejectionReason:
        """Why there is no price: no trade yet today, or only an old one."""
        return "no_price" if tape.quote(step) is None else "stale_price"

    def entry_prices(self, order: EntryOrder, step: int) -> list[Quote] | None:
        """The prices at which a waiting (or just sent) entry order fills at this step; None while it cannot."""
        found = [self._entry_price(entry.tape, order, step) for entry in order.legs]
        return None if any(price is None for price in found) else [price for price in found if price is not None]

    def _entry_price(self, tape: Tape, order: EntryOrder, step: int) -> Quote | None:
        if self.options.fill == "last":
            return self.fresh(tape, step)
        price = self.first_after(tape, order.priced_step, step)
        if price is None or not order.group:
            return price
        return self.last(tape, step)

    def resting(self, tape: Tape, sent_step: int, step: int, limit_paise: int, *, buying: bool) -> Quote | None:
        """The price of a limit order that rests: its limit, once the contract has traded there since it was sent."""
        quote = tape.quote(step)
        traded = tape.next_step(sent_step)
        if quote is None or traded is None or traded > step:
            return None
        beyond = limit_paise - quote.price_paise if buying else quote.price_paise - limit_paise
        return quote if beyond > 0 or (beyond == 0 and self.options.limit_fill == "touch") else None

    def marketable(self, tape: Tape, step: int, limit_paise: int, *, buying: bool) -> Quote | None:
        """The price at which a limit order fills as it is sent, None where it has to rest."""
        quote = None if self.options.fill == "next" else self.fresh(tape, step)
        if quote is None:
            return None
        return quote if (quote.price_paise <= limit_paise if buying else quote.price_paise >= limit_paise) else None

    def fill(self, price: Quote, *, buying: bool, step: int, sent_step: int, limit: Limit | None = None) -> Fill:
        """The fill at a price: with slippage, but never beyond a limit; an order that rested fills at its limit."""
        spot = self.spot.quote(step)
        filled = self.options.filled_paise(price.price_paise, price.age_s, buying=buying)
        if limit is not None:
            bound = min(filled, limit.paise) if buying else max(filled, limit.paise)
            filled = limit.paise if limit.rested else bound
        return Fill(
            step,
            sent_step,
            filled,
            price.price_paise,
            price.age_s,
            None if spot is None else spot.price_paise,
            None if limit is None else limit.paise,
        )


def limit_of(terms: LimitOrder, last_paise: int, *, buying: bool) -> int:
    """The limit of an order, whole paise half up, never below 0: as given, or so much worse than the last price."""
    if terms.price is not None:
        exact = Fraction(terms.price) * 100
    else:
        away = Fraction(terms.buffer) * (Fraction(last_paise, 100) if terms.percent else 100)
        exact = last_paise + (away if buying else -away)
    return max((2 * exact + 1) // 2, 0)


class Limit(NamedTuple):
    """The limit a fill was bound to, and whether the order rested before."""

    paise: int
    rested: bool


def whole_lots(lots: int, scale: Decimal) -> int:
    """Lots traded: lots × scale, rounded down, exactly."""
    return int(lots * scale)


def lots_for(capital: Decimal, lot_paise: int) -> int:
    """The whole lots that so many rupees buy; of what costs nothing, none."""
    return int(capital * 100 // lot_paise) if lot_paise else 0


def closing_lots(node: ExitNode | None, lots_open: int, scale: Decimal) -> int:
    """Lots an exit closes of the lots open now; without an exit node, all."""
    quantity: Literal["all", "percentage", "specific"] = "all" if node is None else node.quantity
    if node is None or quantity == "all":
        return lots_open
    wanted = lots_open * node.amount / 100 if quantity == "percentage" else node.amount * scale
    return min(max(int(wanted), 1), lots_open)
