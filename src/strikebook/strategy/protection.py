"""What closes a leg by its price, and what opens it again without a condition, as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from strikebook.strategy.order_terms import WaitAndTrade

RuleKind: TypeAlias = Literal["stop_loss", "breakeven", "move_to_cost", "target", "trailing_stop"]
RULE_KINDS: tuple[RuleKind, ...] = ("stop_loss", "breakeven", "move_to_cost", "target", "trailing_stop")
"""In the order in which they are looked at."""
RuleUnit: TypeAlias = Literal["percentage", "points", "pnl"]
ReEntryCause: TypeAlias = Literal["stop_loss", "target", "trailing_stop"]


@dataclass(frozen=True, slots=True)
class LimitTerms:
    """A limit order at the level, ``buffer`` worse (percent of the level or rupees), at market after ``wait_s``."""

    buffer: Decimal
    wait_s: int


@dataclass(frozen=True, slots=True)
class ProtectiveRule:
    """A rule that closes a leg by its price.

    ``amount``: the distance of a stop or target, the profit that arms a breakeven, the first distance of a trail.
    ``further``: the profit a breakeven locks, the step of a trail (0: continuously). ``underlying``: of its price, not
    the option's. ``candle_s``: 0 looks every second. ``whole``: it closes every open leg. ``when_stopped``: position
    ids that move this one to cost; empty: every other leg of the entry. ``owner``: where it
    stands; a ``combined`` one is of an entry's legs together.
    """

    kind: RuleKind
    node_id: str
    owner: Literal["leg", "entry", "exit", "combined"]
    unit: RuleUnit
    underlying: bool
    amount: Decimal
    further: Decimal
    candle_s: int
    whole: bool
    when_stopped: tuple[str, ...]
    limit: LimitTerms | None
    path: str


@dataclass(frozen=True, slots=True)
class LazyLeg:
    """A leg that is opened only when another leg is closed by a rule, for one of these causes."""

    armed_by: str
    causes: tuple[ReEntryCause, ...]


@dataclass(frozen=True, slots=True)
class LegReEntry:
    """How a leg is opened again after it was closed; ``causes`` are those of a leg's own, empty for an exit node's.

    ``move``: of a momentum re-entry, what its price has to do first. ``candle_s``: 0 looks every second, else at the
    closes of such candles. ``group``: those of one entry and number share their count.
    """

    most: int
    kind: Literal["asap", "cost", "momentum"]
    move: WaitAndTrade | None
    causes: tuple[ReEntryCause, ...]
    reverse: bool
    until_s: int | None
    candle_s: int
    group: int | None
    path: str
