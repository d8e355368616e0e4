"""Orders on their way: what was sent, what it waits for, and at which step it can next be filled."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from strikebook.engine.book import OpenLife
from strikebook.engine.tape import Quote, Tape
from strikebook.model.day_result import Fill, RejectionReason
from strikebook.model.instrument import OptionContract
from strikebook.model.options import RunOptions
from strikebook.strategy.node import ExitNode, Leg


@dataclass(eq=False)
class Execution:
    """One acting of an entry node: its event, and whether a leg of it has filled yet."""

    node_id: str
    event_id: str
    filled: bool = False


@dataclass(eq=False)
class EntryLeg:
    """A leg on order: its contract and size were fixed when it was sent."""

    leg: Leg
    contract: OptionContract
    symbol: str
    tape: Tape
    lots: int
    lot_size: int


@dataclass(eq=False)
class EntryOrder:
    """One leg on order, or the legs of a group that fills all or none."""

    execution: Execution
    legs: list[EntryLeg]
    sent_step: int
    deadline: int
    group: bool

    def wake_step(self, step: int) -> int:
        """The next step after ``step`` at which something about it can change."""
        trades = (entry.tape.next_step(step) for entry in self.legs)
        return min([self.deadline, *(trade for trade in trades if trade is not None)])


@dataclass(eq=False)
class ExitOrder:
    """A closing order for one life. ``tried_step`` is when it first could be filled; None before."""

    node: ExitNode
    life: OpenLife
    sent_step: int
    event_id: str
    tried_step: int | None = None
    failed: bool = False

    def wake_step(self, step: int) -> int | None:
        """The next step after ``step`` at which it can be filled, None where it cannot any more."""
        return step + 1 if self.tried_step is None else self.life.tape.next_step(step)


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
        price = self.first_after(tape, order.sent_step, step)
        if price is None or not order.group:
            return price
        return self.last(tape, step)

    def fill(self, price: Quote, *, buying: bool, step: int, sent_step: int) -> Fill:
        """The fill at a price, with slippage."""
        spot = self.spot.quote(step)
        return Fill(
            step,
            sent_step,
            self.options.slippage.filled_paise(price.price_paise, buying=buying),
            price.price_paise,
            price.age_s,
            None if spot is None else spot.price_paise,
        )


def whole_lots(lots: int, scale: Decimal) -> int:
    """Lots traded: lots × scale, rounded down, exactly."""
    return int(lots * scale)


def closing_lots(node: ExitNode, lots_open: int, scale: Decimal) -> int:
    """Lots an exit closes of the lots open now."""
    quantity: Literal["all", "percentage", "specific"] = node.quantity
    if quantity == "all":
        return lots_open
    wanted = lots_open * node.amount / 100 if quantity == "percentage" else node.amount * scale
    return min(max(int(wanted), 1), lots_open)
