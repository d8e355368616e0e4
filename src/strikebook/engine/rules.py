"""One rule of a protective exit over a position or a round: what it sees, and the step at which it next triggers.

Gains are whole paise; amounts are exact in millionths of a paisa, which is what four decimals of a percentage come to.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from strikebook.engine.book import OpenLife
from strikebook.engine.tape import Tape
from strikebook.errors import DayFailedError
from strikebook.strategy.protection import ProtectiveRule

Paise: TypeAlias = NDArray[np.int64]
Steps: TypeAlias = NDArray[np.int64] | NDArray[np.int32]

MILLIONTHS = 1_000_000
NO_LOOKS: Final[Paise] = np.empty(0, np.int64)
_LARGEST_GAIN = 9 * 10**12


class Subject(Protocol):
    """What a rule watches: a gain in whole paise at every step, under the book as it is now."""

    @property
    def base_paise(self) -> int:
        """What a percentage is of."""

    def gains(self, steps: Steps) -> Paise:
        """The gain at each of these steps."""

    def course(self, first: int, stop: int) -> tuple[Steps, Paise]:
        """The gain in [first, stop): steps at which it may be another than before, the first one among them, and the
        gain from each on.
        """


@dataclass(frozen=True, slots=True)
class OfLife:
    """A position by one price: the contract's, or the underlying's. ``profit``: of its lots, parts closed included."""

    life: OpenLife
    tape: Tape
    base_paise: int
    direction: int
    profit: bool

    def gains(self, steps: Steps) -> Paise:
        """How far the price lies on the position's side of where it began, or the position's profit."""
        return self._gains(self.tape.prices_at(steps))

    def course(self, first: int, stop: int) -> tuple[Steps, Paise]:
        """The same at every trade: between two the price stands still."""
        steps, prices = self.tape.moves(first, stop)
        return steps, self._gains(prices)

    def _gains(self, prices: Paise) -> Paise:
        moved = self.direction * (prices - self.base_paise)
        if self.profit:
            return moved * (self.life.lots_open * self.life.lot_size) + self.life.realised_paise
        return moved


@dataclass(eq=False)
class OfRound:
    """The lives of an entry from the first that opens until none is open."""

    lives: list[OpenLife] = field(default_factory=list)

    @property
    def base_paise(self) -> int:
        """The premium of all that was opened."""
        return sum(life.entry.price_paise * life.lots * life.lot_size for life in self.lives)

    def course(self, first: int, stop: int) -> tuple[Steps, Paise]:
        """The gain at every step."""
        return np.arange(first, stop, dtype=np.int64), self.gains(slice(first, stop))

    def gains(self, steps: slice | Steps) -> Paise:
        """The profit of the lives, closed rows included; at least one is open."""
        total = np.int64(sum(life.realised_paise for life in self.lives))
        moved = [
            life.sign * (life.tape.paise[steps] - life.entry.price_paise) * (life.lots_open * life.lot_size)
            for life in self.lives
            if not life.closed
        ]
        together: Paise = np.add.reduce(moved) + total
        return together


@dataclass(eq=False)
class RuleWatch:
    """A rule over a life or a round. ``best`` is the largest gain at the looks so far, from 0 on; ``armed_step``: a
    breakeven's profit was reached then, or another leg was stopped.
    """

    rule: ProtectiveRule
    subject: Subject
    best: int = 0
    armed_step: int | None = None

    def looks(self, first: int, stop: int) -> tuple[Steps, Paise]:
        """The looks in [first, stop) that may see another gain than the one before, the first one among them, and what
        each sees, in paise.
        """
        if first >= stop:
            return NO_LOOKS, NO_LOOKS
        candle_s = self.rule.candle_s
        if candle_s:
            steps = np.arange(-(-first // candle_s) * candle_s, stop, candle_s, dtype=np.int64)
            return steps, self.subject.gains(steps - 1)
        return self.subject.course(first, stop)

    def exactly(self, amount: Decimal) -> int:
        """An amount of the rule in millionths of a paisa of gain."""
        parts, whole = amount.as_integer_ratio()
        if self.rule.unit == "percentage":
            return parts * self.subject.base_paise * MILLIONTHS // (whole * 100)
        return parts * 100 * MILLIONTHS // whole

    def remember(self, first: int, stop: int) -> None:
        """Take in the looks in [first, stop): nothing about the life changed in them."""
        if self.rule.kind not in ("trailing_stop", "breakeven"):
            return
        if self.rule.kind == "breakeven":
            self.armed_step = self._armed(first, stop)
            return
        _, gains = self.looks(first, stop)
        if len(gains):
            self.best = max(self.best, int(gains.max()))

    def next_trigger(self, first: int, stop: int) -> tuple[int, int] | None:
        """The first look in [first, stop) at which the rule triggers, and its level in millionths of a paisa."""
        if self.rule.kind in ("move_to_cost", "breakeven"):
            armed = self._armed(first, stop)
            if armed is None:
                return None
            first = max(first, armed + 1)
        steps, gains = self.looks(first, stop)
        if not len(steps):
            return None
        level: int | Paise
        match self.rule.kind:
            case "target":
                level = self.exactly(self.rule.amount)
                met = gains >= _ceiling(level)
            case "stop_loss":
                level = -self.exactly(self.rule.amount)
                met = gains <= level // MILLIONTHS
            case "move_to_cost":
                level = 0
                met = gains <= 0
            case "breakeven":
                level = self.exactly(self.rule.further)
                met = gains <= level // MILLIONTHS
            case "trailing_stop":
                level = self._trail(gains)
                met = gains * MILLIONTHS <= level
        at = int(met.argmax())
        if not met[at]:
            return None
        return int(steps[at]), int(level[at]) if isinstance(level, np.ndarray) else level

    def _armed(self, first: int, stop: int) -> int | None:
        """The step at which the rule was armed, or is at a look in [first, stop); None where it is not."""
        if self.armed_step is not None or self.rule.kind == "move_to_cost":
            return self.armed_step
        steps, gains = self.looks(first, stop)
        reached = gains >= _ceiling(self.exactly(self.rule.amount))
        return int(steps[reached.argmax()]) if reached.any() else None

    def _trail(self, gains: Paise) -> Paise:
        """The trail at each look: its first distance behind, moved by every whole step of the best gain so far."""
        best = np.maximum.accumulate(np.maximum(gains, self.best))
        if int(best[-1]) > _LARGEST_GAIN:
            raise DayFailedError("a profit too large to trail", where=self.rule.node_id, right="fewer lots")
        best = best * MILLIONTHS
        step = self.exactly(self.rule.further)
        moved = best // step * step if step else best
        return moved - self.exactly(self.rule.amount)


def _ceiling(millionths: int) -> int:
    """The smallest whole paise that is not below."""
    return -(-millionths // MILLIONTHS)
