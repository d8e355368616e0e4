"""Check comparisons that no market could make true: text against numbers, pairs upside down, times of no session."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from strikebook.strategy.conditions import parts, sides
from strikebook.strategy.cursor import Cursor, shown
from strikebook.strategy.draft import Draft
from strikebook.strategy.end_conditions import warn_unusual_time
from strikebook.strategy.expression import (
    Arithmetic,
    Constant,
    CurrentTime,
    Expression,
    Leaf,
    NodeVariable,
    PositionField,
    TimeOfDay,
)

Sort: TypeAlias = Literal["number", "text"]
Variables: TypeAlias = Mapping[tuple[str, str], Expression]


def check_leaves(draft: Draft) -> None:
    """Note leaves that can never be true, or are always the same; and arithmetic with text."""
    variables = {
        (signal.id, variable.name): variable.expression
        for signal in draft.signals.values()
        for variable in signal.variables
    }
    for signal in draft.signals.values():
        data = draft.graph.nodes[signal.id].data
        for conditions in (signal.conditions, signal.re_entry_conditions):
            for leaf in conditions.leaves if conditions else ():
                _check_leaf(leaf, _at(data, leaf.path), variables)
        for variable in signal.variables:
            _check_arithmetic((variable.expression,), _at(data, variable.path), variables)


def _at(data: Cursor, path: str) -> Cursor:
    return Cursor(None, path, data.report, data.node_id)


def _check_leaf(leaf: Leaf, place: Cursor, variables: Variables) -> None:
    every = sides(leaf)
    _check_arithmetic(every, place, variables)
    sorts = [_sort(side, variables) for side in every]
    if "text" in sorts:
        if "number" in sorts:
            place.error("text is compared with a number: never true", _text_right(leaf))
        elif leaf.operator not in ("==", "!="):
            place.error(f"text is compared with {leaf.operator}: never true", "== or !=")
        else:
            _check_status(every, place)
        return
    if leaf.operator == "between":
        low, high = every[1], every[2]
        bounds = [_fixed(low), _fixed(high)]
        if bounds[0] is not None and bounds[1] is not None and bounds[0] > bounds[1]:
            place.error("between with its low above its high: never true", "rhs: [low, high]")
    if all(_fixed(side) is not None for side in every):
        if leaf.operator.startswith("crosses"):
            place.error("two fixed values never cross", "a value that changes")
        else:
            place.warn("fixed values only: always the same", "a value that changes")
    if any(isinstance(part, CurrentTime) for side in every for part in parts(side)):
        for side in every:
            if isinstance(side, TimeOfDay):
                warn_unusual_time(place, side.second)


def _check_arithmetic(every: tuple[Expression, ...], place: Cursor, variables: Variables) -> None:
    for side in every:
        for operand in _operands(side):
            if _sort(operand, variables) == "text":
                place.error("arithmetic with a text has no value", "numbers")
        if any(
            isinstance(part, Arithmetic) and part.operation == "/" and _fixed(part.right) == 0 for part in parts(side)
        ):
            place.warn("division by 0 has no value: never true", "another divisor")


def _operands(side: Expression) -> Iterator[Expression]:
    for part in parts(side):
        if isinstance(part, Arithmetic):
            yield part.left
            yield part.right


def _check_status(every: tuple[Expression, ...], place: Cursor) -> None:
    """A position's status is ``open`` or ``closed``; another word would never be equal."""
    if not any(isinstance(side, PositionField) and side.field == "status" for side in every):
        return
    for side in every:
        if isinstance(side, Constant) and str(side.value).lower() not in ("open", "closed"):
            place.error(f"a position's status is never {shown(side.value)}", "open or closed")


def _text_right(leaf: Leaf) -> str:
    timely = any(isinstance(part, CurrentTime) for side in sides(leaf) for part in parts(side))
    return 'a time_function with a timeValue such as "09:17"' if timely else "a number on both sides, or a text on both"


def _sort(expression: Expression, variables: Variables, depth: int = 0) -> Sort | None:
    """Whether a value is a number or a text; None where that is not known."""
    if isinstance(expression, Constant):
        return "text" if isinstance(expression.value, str) else "number"
    if isinstance(expression, PositionField):
        return "text" if expression.field == "status" else "number"
    if isinstance(expression, NodeVariable):
        read = variables.get((expression.node_id, expression.name))
        return None if read is None or depth > len(variables) else _sort(read, variables, depth + 1)
    return "number"


def _fixed(expression: Expression) -> float | None:
    if isinstance(expression, TimeOfDay):
        return float(expression.second)
    return expression.value if isinstance(expression, Constant) and isinstance(expression.value, float) else None
