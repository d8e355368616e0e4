"""Conditions over a stretch of steps: each leaf's truth, the group's truth, and which leaf alone stood in the way.

Numbers are compared as round-half-to-even(value × 10⁶). A side without a value makes a leaf false.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from strikebook.engine.no_value import NoValue
from strikebook.engine.operands import SCALE, Comparable, Compared, Operands, Reader, Stretches
from strikebook.engine.plan import SetPlan, sides
from strikebook.engine.tape import Floats
from strikebook.model.day_result import Reading, Value
from strikebook.strategy.expression import Group, Leaf, Operator

Truth: TypeAlias = NDArray[np.bool_]
Pair: TypeAlias = tuple[float, float]


class Crossings:
    """The past of crossings whose sides depend on the day's state, kept as it happened at each step's end."""

    def __init__(self, operands: Operands, leaves: Sequence[Leaf], steps: int) -> None:
        self._operands = operands
        self._steps = steps
        self._start = dict.fromkeys(leaves, 0)
        self._carried: dict[Leaf, Pair | None] = dict.fromkeys(leaves)
        self._sides: dict[Leaf, tuple[Floats, Floats]] = {leaf: self._make(leaf, 0) for leaf in leaves}

    def _make(self, leaf: Leaf, start: int) -> tuple[Floats, Floats]:
        left, right = _both(self._operands, leaf, start, self._steps)
        return left, right

    def changed(self, leaf: Leaf, step: int) -> None:
        """Go on with the state as it is at the end of ``step``; what came before stays as it was."""
        self._carried[leaf] = self.before(leaf, step)
        self._start[leaf] = step
        self._sides[leaf] = self._make(leaf, step)

    def before(self, leaf: Leaf, step: int) -> Pair | None:
        """Both values at the last step before ``step`` at which both sides had one."""
        start = self._start[leaf]
        left, right = (side[: max(step - start, 0)] for side in self._sides[leaf])
        known = np.flatnonzero(~(np.isnan(left) | np.isnan(right)))
        if len(known):
            return float(left[known[-1]]), float(right[known[-1]])
        return self._carried[leaf]


class Binding(NamedTuple):
    """A condition set from step ``start`` on, for as long as the state it reads stands still.

    ``held``: a byte a step, 1 where the condition holds.
    """

    start: int
    version: int
    leaves: tuple[Truth, ...]
    held: bytes

    def next_true(self, step: int) -> int | None:
        """The first step from ``step`` on at which the condition holds."""
        found = self.held.find(1, step - self.start)
        return None if found < 0 else self.start + found

    def holds_at(self, step: int) -> bool:
        """Whether the condition holds at a step."""
        return self.held[step - self.start] == 1


class BoundSet:
    """A signal's condition set, evaluated anew whenever the state it reads has changed."""

    def __init__(self, plan: SetPlan, operands: Operands, crossings: Crossings, steps: int, no_value: NoValue) -> None:
        self.conditions = plan.conditions
        self.dependencies = plan.dependencies
        self._moving = plan.moving
        self._operands = operands
        self._no_value = no_value
        self._crossings = crossings
        self._steps = steps
        self._still: dict[int, Truth] = {}
        self._readers: dict[int, tuple[Reader, ...]] = {}
        self._compared: dict[int, tuple[Compared, ...]] = {}

    def bind(self, start: int, version: int) -> Binding:
        """Evaluate every leaf and the group over [start, the last step] under the state as it is now."""
        truths = tuple([self._leaf(number, leaf, start) for number, leaf in enumerate(self.conditions.leaves)])
        root = group_truth(self.conditions.root, iter(truths))
        return Binding(start, version, truths, root.tobytes())

    def _leaf(self, number: int, leaf: Leaf, start: int) -> Truth:
        if self._moving[number]:
            if leaf.operator.startswith("crosses"):
                previous = self._crossings.before(leaf, start)
                return _crossing(leaf.operator, *_both(self._operands, leaf, start, self._steps), previous)
            compared = self._compared.get(number)
            if compared is None:
                compared = self._compared[number] = tuple(map(self._operands.comparable, sides(leaf)))
            return _comparison(leaf.operator, [side(start, self._steps) for side in compared], self._steps - start)
        truth = self._still.get(number)
        if truth is None:
            truths, key = self._operands.kept.truths, (leaf.lhs, leaf.operator, leaf.rhs)
            truth = truths.get(key)
            if truth is None:
                truth = truths[key] = self._whole_day(leaf)
            self._still[number] = truth
        return truth[start:]

    def _whole_day(self, leaf: Leaf) -> Truth:
        """The truth at every step of a leaf that does not read the state."""
        if leaf.operator.startswith("crosses"):
            return _crossing(leaf.operator, *_both(self._operands, leaf, 0, self._steps), None)
        values = [self._operands.comparable(side)(0, self._steps) for side in sides(leaf)]
        return _comparison(leaf.operator, values, self._steps)

    def readings(self, step: int, binding: Binding) -> tuple[Reading, ...]:
        """Every leaf as evaluated at a step, with both values."""
        at = step - binding.start
        return tuple(
            [
                self._reading(number, leaf, step, truth.item(at))
                for number, (leaf, truth) in enumerate(zip(self.conditions.leaves, binding.leaves, strict=True))
            ]
        )

    def _reading(self, number: int, leaf: Leaf, step: int, result: bool) -> Reading:  # noqa: FBT001 — a value, not a switch
        readers = self._readers.get(number)
        if readers is None:
            readers = self._readers[number] = tuple(map(self._operands.reader, sides(leaf)))
        left, *others = [reader(step) for reader in readers]
        right: Value | tuple[Value, Value] = (others[0], others[1]) if isinstance(leaf.rhs, tuple) else others[0]
        previous: Pair | None = None
        if leaf.operator.startswith("crosses"):
            previous = self._previous(number, leaf, step)
        x, y = previous or (None, None)
        missing = "" if result else self._missing(leaf, step, left, right)
        return Reading(number, left, right, result, x, y, missing)

    def _missing(self, leaf: Leaf, step: int, left: Value, right: Value | tuple[Value, Value]) -> str:
        """Say why a leaf could not hold whatever its operator; "" where both sides can be compared."""
        values = (left, *right) if isinstance(right, tuple) else (left, right)
        if None not in values:
            return _incomparable(leaf, values)
        texts = (leaf.lhs_text, *[leaf.rhs_text] * (len(values) - 1))
        return "; ".join(
            f"{text} has no value: {self._no_value.why(side, step)}"
            for text, side, value in zip(texts, sides(leaf), values, strict=True)
            if value is None
        )

    def _previous(self, number: int, leaf: Leaf, step: int) -> Pair | None:
        if self._moving[number]:
            return self._crossings.before(leaf, step)
        left, right = _both(self._operands, leaf, 0, self._steps)
        known = np.flatnonzero(~(np.isnan(left[:step]) | np.isnan(right[:step])))
        return (float(left[known[-1]]), float(right[known[-1]])) if len(known) else None


def _incomparable(leaf: Leaf, values: tuple[Value, ...]) -> str:
    """Say why a leaf that has all its values could not hold; "" where they can be compared."""
    texts = sum([isinstance(value, str) for value in values])
    if not texts:
        return ""
    if texts < len(values):
        return "a text and a number cannot be compared"
    if leaf.operator not in ("==", "!="):
        return f"texts compare only with == and !=, not {leaf.operator}"
    return ""


def _both(operands: Operands, leaf: Leaf, start: int, stop: int) -> tuple[Floats, Floats]:
    """Both sides of a crossing as columns over [start, stop); texts have no value."""
    assert not isinstance(leaf.rhs, tuple)  # noqa: S101 — the parser gives a pair to ``between`` alone
    columns = []
    for side in (leaf.lhs, leaf.rhs):
        operand = operands.over(side, start, stop)
        number = np.nan if isinstance(operand, str) else operand
        column = np.asarray(number, np.float64)
        columns.append(column if column.ndim else np.broadcast_to(column, (stop - start,)))
    return columns[0], columns[1]


def _comparison(operator: Operator, values: Sequence[Comparable], length: int) -> Truth:
    """The truth of a comparison, which is no crossing, of two values (of three for ``between``) over so many steps."""
    left_operand, *others = values
    if operator == "between":
        low, high = others
        truth = compare("<=", low, left_operand) & compare("<=", left_operand, high)
    else:
        truth = compare(operator, left_operand, others[0])
    return truth if truth.ndim else np.broadcast_to(truth, (length,))


def compare(operator: Operator, left: Comparable, right: Comparable) -> Truth:
    """Compare two comparable operands step by step; false wherever a side has no value or the kinds differ."""
    if isinstance(left, Stretches):
        if isinstance(right, float):
            return left.along(compare(operator, left.values, right))
        left = left.along(left.values)
    if isinstance(right, Stretches):
        right = right.along(right.values)
    if isinstance(left, str) or isinstance(right, str):
        if isinstance(left, str) and isinstance(right, str) and operator in ("==", "!="):
            return np.asarray((left.casefold() == right.casefold()) == (operator == "=="))
        return np.zeros((), dtype=bool)
    match operator:
        case "<":
            return np.asarray(left < right)
        case "<=":
            return np.asarray(left <= right)
        case ">":
            return np.asarray(left > right)
        case ">=":
            return np.asarray(left >= right)
        case "==":
            return np.asarray(left == right)
        case _:
            return np.asarray((left != right) & ~np.isnan(left) & ~np.isnan(right))


def _crossing(operator: Operator, left: Floats, right: Floats, previous: Pair | None) -> Truth:
    """True on the step at which the relation turns from not-true to true, seen from the last known step."""
    above = operator == "crosses_above"
    a, b = np.rint(left * SCALE), np.rint(right * SCALE)
    relation = a > b if above else a < b
    known = np.flatnonzero(~(np.isnan(a) | np.isnan(b)))
    truth = np.zeros(len(left), dtype=bool)
    if not len(known):
        return truth
    now = relation[known]
    before = np.empty_like(now)
    before[1:] = now[:-1]
    if previous is None:
        before[0] = True
    else:
        x, y = np.rint(previous[0] * SCALE), np.rint(previous[1] * SCALE)
        before[0] = x > y if above else x < y
    truth[known] = now & ~before
    return truth


def group_truth(group: Group, leaves: Iterator[Truth]) -> Truth:
    """A group's truth from its leaves' truths, which come in document order."""
    result: Truth | None = None
    for item in group.items:
        truth = group_truth(item, leaves) if isinstance(item, Group) else next(leaves)
        if result is not None:
            truth = result & truth if group.logic == "AND" else result | truth
        result = truth
    assert result is not None  # noqa: S101 — the parser refuses an empty group
    return result


def near_misses(group: Group, leaves: Sequence[Truth], root: Truth) -> list[Truth]:
    """For each leaf, where the condition was false and would have been true had that leaf alone been true."""
    found: list[Truth] = []
    _descend(group, leaves, ~root, found)
    return [decisive > leaf for decisive, leaf in zip(found, leaves, strict=True)]  # true and not true


def _descend(group: Group, leaves: Sequence[Truth], decisive: Truth, found: list[Truth]) -> None:
    """Append, leaf by leaf, where turning that leaf would turn the whole condition.

    ``decisive``: where turning this group to true would do so. For an AND that takes all other items to be true
    already; for an OR, any item will do.
    """
    values: list[Truth] = []
    at = len(found)
    for item in group.items:
        if isinstance(item, Group):
            count = _count(item)
            values.append(group_truth(item, iter(leaves[at : at + count])))
            at += count
        else:
            values.append(leaves[at])
            at += 1
    for number, item in enumerate(group.items):
        mask = decisive
        if group.logic == "AND":
            for other, value in enumerate(values):
                if other != number:
                    mask = mask & value
        if isinstance(item, Group):
            _descend(item, leaves, mask, found)
        else:
            found.append(mask)


def _count(group: Group) -> int:
    return sum(_count(item) if isinstance(item, Group) else 1 for item in group.items)
