"""The values of expressions: over a stretch of steps while the day's state stands still, or at one step.

Market operands are columns of the whole day. State operands (positions, profit, variables) change only at events, so
until the next one a variable is a constant and a profit is a function of one price column. Completed candles and their
indicators stand still for a candle's length, and are compared once a candle.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from math import isfinite
from typing import NamedTuple, TypeAlias, TypeGuard, TypeVar

import numpy as np
from numpy.typing import NDArray

from strikebook.engine.book import Book, OpenLife
from strikebook.engine.market_columns import MarketColumns
from strikebook.engine.plan import Dependency, reads_state
from strikebook.engine.tape import Floats
from strikebook.model.day_result import Value
from strikebook.strategy.expression import (
    Arithmetic,
    CandleField,
    Constant,
    Expression,
    IndicatorValue,
    NodeVariable,
    Operator,
    PositionField,
    ProfitValue,
    TimeOfDay,
)

Kind = TypeVar("Kind", bound=np.generic)


class Stretches(NamedTuple):
    """A column that stands still for ``size`` steps at a time, over [start, stop): ``values`` has one a stretch."""

    values: Floats
    size: int
    start: int
    stop: int

    def between(self, start: int, stop: int) -> Stretches:
        """The same over other steps."""
        return Stretches(self.values, self.size, start, stop)

    def along(self, per_stretch: NDArray[Kind]) -> NDArray[Kind]:
        """Something known of each stretch, at every step."""
        first = self.start // self.size
        part = per_stretch[first : -(-self.stop // self.size)]
        return part.repeat(self.size)[self.start - first * self.size : self.stop - first * self.size]


Operand: TypeAlias = float | str | Floats
Reader: TypeAlias = Callable[[int], Value]
Comparable: TypeAlias = Operand | Stretches
Compared: TypeAlias = Callable[[int, int], Comparable]
Comparison: TypeAlias = tuple[Expression, Operator, Expression | tuple[Expression, Expression]]
NO_VALUE = float("nan")
SCALE = 1e6


class MarketValues:
    """What only the market's columns decide, once it was asked for: values of expressions, and truths of what leaves
    compare: several signals may compare the same.
    """

    def __init__(self) -> None:
        self.whole: dict[Expression, Operand] = {}
        self.comparable: dict[Expression, Operand] = {}
        self.stretches: dict[Expression, Stretches] = {}
        self.truths: dict[Comparison, NDArray[np.bool_]] = {}

    @property
    def size(self) -> int:
        """How much is kept, in columns of numbers at most."""
        return len(self.whole) + len(self.comparable) + len(self.truths) // 8


class DayState:
    """What an event can change: the book and the variables.

    ``variables`` is another mapping after every firing, so that what an event saw of it stays. ``changes`` counts all
    changes, ``version`` those of some dependencies.
    """

    def __init__(self) -> None:
        self.book = Book()
        self.variables: Mapping[str, dict[str, Value]] = {}
        self.changes = 0
        self._versions: dict[Dependency, int] = defaultdict(int)

    def version(self, wanted: frozenset[Dependency]) -> int:
        """A number that grows whenever something among ``wanted`` changed."""
        return sum(map(self._versions.__getitem__, wanted))

    def leg_changed(self, vpi: str) -> None:
        """Note a fill of a leg."""
        self.changes += 1
        self._versions["leg", vpi] += 1
        self._versions["book", ""] += 1

    def variables_changed(self, node_id: str) -> None:
        """Note that a signal froze its variables."""
        self.changes += 1
        self._versions["variable", node_id] += 1


class Operands:
    """Evaluates expressions over steps [start, stop) under the state as it is now.

    ``kept``: what machines on the same columns have worked out already.
    """

    def __init__(self, market: MarketColumns, state: DayState, kept: MarketValues | None = None) -> None:
        self._market = market
        self._state = state
        self.kept = MarketValues() if kept is None else kept
        self._whole = self.kept.whole
        self._comparable = self.kept.comparable
        self._stretches = self.kept.stretches
        self._readers: dict[Expression, Reader] = {}

    def at(self, expression: Expression, step: int) -> Value:
        """The value at a step, None where there is none."""
        return self.reader(expression)(step)

    def reader(self, expression: Expression) -> Reader:
        """How an expression's value at a step is read, None where there is none; it stays good for the day."""
        if reads_state(expression):
            return partial(self._now, expression)  # not kept: it would hold this object in a circle
        known = self._readers.get(expression)
        if known is None:
            known = self._readers[expression] = self._reader(expression)
        return known

    def _reader(self, expression: Expression) -> Reader:
        if stands_still(expression):
            values, size = self._market.stretches(expression)
            return lambda step: _known(values.item(step // size))
        whole = self.over(expression, 0, self._market.steps)
        if isinstance(whole, np.ndarray):
            return lambda step: _known(whole.item(step))
        constant = whole if isinstance(whole, str) else _known(whole)
        return lambda _: constant

    def _now(self, expression: Expression, step: int) -> Value:
        """The value at a step of what an event can change."""
        operand = self.over(expression, step, step + 1)
        if isinstance(operand, str):
            return operand
        return _known(float(operand[0]) if isinstance(operand, np.ndarray) else operand)

    def over(self, expression: Expression, start: int, stop: int) -> Operand:
        """The value over [start, stop): a constant (NaN: no value), a text, or float64[stop − start]."""
        whole = self._whole.get(expression)
        if whole is None:
            if reads_state(expression):
                return self._make(expression, start, stop)
            whole = self._whole[expression] = self._make(expression, 0, self._market.steps)
        return whole[start:stop] if isinstance(whole, np.ndarray) else whole

    def comparable(self, expression: Expression) -> Compared:
        """How an expression's value over [start, stop) is read as it is compared: numbers as round-half-to-even(value
        × 10⁶). It stays good for the day.
        """
        if stands_still(expression):
            still = self._stretches.get(expression)
            if still is None:
                values, size = self._market.stretches(expression)
                still = self._stretches[expression] = Stretches(_rounded(values), size, 0, self._market.steps)
            return still.between
        if reads_state(expression):
            return lambda start, stop: _scaled(self.over(expression, start, stop))
        whole = self._comparable.get(expression)
        if whole is None:
            whole = self._comparable[expression] = _scaled(self.over(expression, 0, self._market.steps))
        if isinstance(whole, np.ndarray):
            column = whole
            return lambda start, stop: column[start:stop]
        constant = whole
        return lambda start, stop: constant  # noqa: ARG005 — the same at every step

    def _make(self, expression: Expression, start: int, stop: int) -> Operand:
        match expression:
            case Constant():
                return expression.value
            case TimeOfDay():
                return float(expression.second)
            case NodeVariable():
                value = self._state.variables.get(expression.node_id, {}).get(expression.name)
                return NO_VALUE if value is None else value
            case PositionField():
                return self._position_field(expression, start, stop)
            case ProfitValue():
                return self._profit(expression, start, stop)
            case Arithmetic():
                left = self.over(expression.left, start, stop)
                return _arithmetic(expression.operation, left, self.over(expression.right, start, stop))
            case _:
                return self._market.column(expression)[start:stop]

    def _position_field(self, wanted: PositionField, start: int, stop: int) -> Operand:  # noqa: PLR0911, C901 — one field a case
        life = self._state.book.latest.get(wanted.vpi)
        if life is None:
            return NO_VALUE
        closing = life.rows[-1].exit if life.closed else None
        match wanted.field:
            case "entryPrice":
                return life.entry.price_paise / 100
            case "exitPrice":
                return NO_VALUE if closing is None else closing.price_paise / 100
            case "currentPrice":
                return life.tape.rupees[start:stop]
            case "quantity":
                return float(life.lots_open)
            case "multiplier":
                return float(life.lot_size)
            case "status":
                return "closed" if life.closed else "open"
            case "underlyingPriceOnEntry":
                return _rupees(life.entry.underlying_paise)
            case "underlyingPriceOnExit":
                return NO_VALUE if closing is None else _rupees(closing.underlying_paise)
            case "trailingPositionPrice":
                if closing is not None:
                    return float(life.best_column[closing.step - life.entry.step])
                return life.best_column[start - life.entry.step : stop - life.entry.step]
            case "realizedPnl":
                return life.realised_paise / 100
            case "unrealizedPnl":
                return 0.0 if life.closed else life.unrealised_column()[start:stop]
            case "pnl":
                return _total(life.realised_paise, [] if life.closed else [life], start, stop)

    def _profit(self, wanted: ProfitValue, start: int, stop: int) -> Operand:
        book = self._state.book
        realised = 0 if wanted.kind == "unrealized" else book.realised_paise(wanted.vpi)
        if wanted.kind == "realized":
            return realised / 100
        lives = [life for life in book.open_lives() if wanted.vpi in (None, life.vpi)]
        return _total(realised, lives, start, stop)

    def total_profit_paise(self, start: int, stop: int) -> np.ndarray | int:
        """The day's realised + unrealised profit over [start, stop): whole paise."""
        return _total_paise(self._state.book.realised_paise(), self._state.book.open_lives(), start, stop)


def stands_still(expression: Expression) -> TypeGuard[CandleField | IndicatorValue]:
    """True for a value of completed candles: it stays for a candle's length."""
    return isinstance(expression, (CandleField, IndicatorValue)) and expression.offset != 0


def _known(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124 — NaN is no value


def _scaled(operand: Operand) -> Operand:
    if isinstance(operand, str):
        return operand
    if isinstance(operand, np.ndarray):
        return _rounded(operand)
    number = operand * SCALE
    return float(round(number)) if isfinite(number) else number


def _rounded(column: Floats) -> Floats:
    scaled = column * SCALE
    return np.rint(scaled, out=scaled)


def _rupees(paise: int | None) -> float:
    return NO_VALUE if paise is None else paise / 100


def _total(realised_paise: int, lives: list[OpenLife], start: int, stop: int) -> Operand:
    total = _total_paise(realised_paise, lives, start, stop)
    return total / 100


def _total_paise(realised_paise: int, lives: list[OpenLife], start: int, stop: int) -> np.ndarray | int:
    total: np.ndarray | int = realised_paise
    for life in lives:
        moved = life.tape.paise[start:stop] - life.entry.price_paise
        total = total + life.sign * moved * (life.lots_open * life.lot_size)
    return total


def _arithmetic(operation: str, left: Operand, right: Operand) -> Operand:
    """Apply an operation; no value where a side has none, is a text, or the result is not finite."""
    if isinstance(left, str) or isinstance(right, str):
        return NO_VALUE
    with np.errstate(all="ignore"):
        a, b = np.asarray(left, np.float64), np.asarray(right, np.float64)
        match operation:
            case "+":
                result = a + b
            case "-":
                result = a - b
            case "*":
                result = a * b
            case "/":
                result = np.divide(a, b)
            case "+%":
                result = a + a * b / 100
            case _:
                result = a - a * b / 100
        result = np.where(np.isfinite(result), result, np.nan)
    return float(result) if result.ndim == 0 else result
