"""Expressions and conditions, as typed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

InstrumentRole: TypeAlias = Literal["TI", "SI"]
Operator: TypeAlias = Literal["<", "<=", ">", ">=", "==", "!=", "crosses_above", "crosses_below", "between"]
LeafKind: TypeAlias = Literal["live", "non_live", "time"]
Logic: TypeAlias = Literal["AND", "OR"]

OPERATORS: tuple[Operator, ...] = (
    "<",
    "<=",
    ">",
    ">=",
    "==",
    "!=",
    "crosses_above",
    "crosses_below",
    "between",
)


@dataclass(frozen=True, slots=True)
class Constant:
    """A number (a boolean is 1 or 0) or a text."""

    value: float | str


@dataclass(frozen=True, slots=True)
class CurrentTime:
    """Seconds of the day at this step."""


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """A fixed time, in seconds of the day."""

    second: int


@dataclass(frozen=True, slots=True)
class CandleField:
    """A candle's field; ``offset`` 0 is the forming candle, -1 the last completed one."""

    role: InstrumentRole
    timeframe_s: int
    field: Literal["open", "high", "low", "close", "volume"]
    offset: int


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """An output of an indicator declared under ``key`` at a timeframe; ``offset`` ≤ -1."""

    role: InstrumentRole
    timeframe_s: int
    key: str
    output: str
    offset: int


@dataclass(frozen=True, slots=True)
class LiveValue:
    """The last price, the volume since the open, or the open interest, of an instrument now."""

    role: InstrumentRole
    field: Literal["ltp", "volume", "oi"]


@dataclass(frozen=True, slots=True)
class NodeVariable:
    """The value a signal node froze when it last fired."""

    node_id: str
    name: str


PositionFieldName: TypeAlias = Literal[
    "entryPrice",
    "exitPrice",
    "currentPrice",
    "quantity",
    "multiplier",
    "pnl",
    "unrealizedPnl",
    "realizedPnl",
    "status",
    "underlyingPriceOnEntry",
    "underlyingPriceOnExit",
    "trailingPositionPrice",
]


@dataclass(frozen=True, slots=True)
class PositionField:
    """A field of a leg's latest life today."""

    vpi: str
    field: PositionFieldName


@dataclass(frozen=True, slots=True)
class ProfitValue:
    """Profit of a leg over all its lives today (``vpi`` given), or of the strategy (``vpi`` None); rupees."""

    vpi: str | None
    kind: Literal["realized", "unrealized", "total"]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``left operation right``; ``a +% b`` is a + a·b/100."""

    operation: Literal["+", "-", "*", "/", "+%", "-%"]
    left: Expression
    right: Expression


Expression: TypeAlias = (
    Constant
    | CurrentTime
    | TimeOfDay
    | CandleField
    | IndicatorValue
    | LiveValue
    | NodeVariable
    | PositionField
    | ProfitValue
    | Arithmetic
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One comparison. ``rhs`` is a pair (low, high) for ``between``.

    ``path`` is its JSON path in the document; the texts are made from the tree, never from a preview.
    """

    lhs: Expression
    operator: Operator
    rhs: Expression | tuple[Expression, Expression]
    kind: LeafKind
    path: str
    lhs_text: str
    rhs_text: str

    @property
    def text(self) -> str:
        """The comparison as a sentence."""
        return f"{self.lhs_text} {self.operator} {self.rhs_text}"


@dataclass(frozen=True, slots=True)
class Group:
    """All (AND) or any (OR) of its items."""

    logic: Logic
    items: tuple[Group | Leaf, ...]


@dataclass(frozen=True, slots=True)
class ConditionSet:
    """A signal's condition: its tree, its leaves in document order, and its text."""

    root: Group
    leaves: tuple[Leaf, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A value a signal freezes when it fires."""

    name: str
    expression: Expression
    path: str
