"""Read conditions: groups of any shape down to single comparisons."""

from __future__ import annotations

from collections.abc import Iterator

from strikebook.strategy.cursor import Cursor, shown, squeezed
from strikebook.strategy.expression import (
    OPERATORS,
    Arithmetic,
    ConditionSet,
    Constant,
    CurrentTime,
    Expression,
    Group,
    InstrumentRole,
    Leaf,
    LeafKind,
    LiveValue,
    Logic,
    Operator,
    TimeOfDay,
)
from strikebook.strategy.expressions import DEEPEST, Names, read_expression
from strikebook.strategy.node import InstrumentUse
from strikebook.strategy.texts import expression_text, group_text

_OPERATORS: dict[str, Operator] = {squeezed(operator): operator for operator in OPERATORS}
_LOGICS: dict[str, Logic] = {"and": "AND", "or": "OR"}


def read_conditions(place: Cursor, name: str, names: Names) -> ConditionSet | None:
    """Read the list of conditions in member ``name``; None where it is empty or has an error, which is noted."""
    items = place.items(name)
    if not items:
        if place.get(name).value in (None, []):
            place.get(name).error("no condition", "at least one condition")
        return None
    read = [_item(item, names, 1) for item in items]
    found = tuple(item for item in read if item is not None)
    if len(found) < len(read):
        return None
    root = found[0] if len(found) == 1 and isinstance(found[0], Group) else Group("AND", found)
    return ConditionSet(root, tuple(_leaves(root)), group_text(root))


def has_leaf(place: Cursor, name: str) -> bool:
    """True where member ``name`` holds at least one comparison, right or wrong, at any depth."""
    pending: list[object] = [place.get(name).value]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, dict):
            if value.get("lhs") is not None or value.get("rhs") is not None or value.get("operator") is not None:
                return True
            pending.append(value.get("conditions"))
    return False


def parts(expression: Expression) -> Iterator[Expression]:
    """The expression and everything it is computed from."""
    yield expression
    if isinstance(expression, Arithmetic):
        yield from parts(expression.left)
        yield from parts(expression.right)


def sides(leaf: Leaf) -> tuple[Expression, ...]:
    """The expressions a leaf compares: two, or three for ``between``."""
    return (leaf.lhs, *leaf.rhs) if isinstance(leaf.rhs, tuple) else (leaf.lhs, leaf.rhs)


def _leaves(group: Group) -> Iterator[Leaf]:
    for item in group.items:
        if isinstance(item, Leaf):
            yield item
        else:
            yield from _leaves(item)


def _item(place: Cursor, names: Names, depth: int) -> Group | Leaf | None:
    if not isinstance(place.value, dict):
        place.error(f"{shown(place.value)} where a condition belongs", "a group or a comparison")
        return None
    if depth > DEEPEST:
        place.error(f"conditions nested more than {DEEPEST} deep", "flatter groups")
        return None
    compares = any(place.get(name).given for name in ("lhs", "operator", "rhs"))
    groups = place.get("conditions").given
    if compares and groups and place.get("conditions").value != []:
        place.error("both a group and a comparison", 'either "conditions" or "lhs", "operator", "rhs"')
        return None
    return _leaf(place, names) if compares else _group(place, names, depth)


def _group(place: Cursor, names: Names, depth: int) -> Group | None:
    items = place.items("conditions")
    if not items:
        place.error("an empty group", "at least one condition in it")
        return None
    written = place.get("groupLogic")
    logic: Logic | None = "AND"
    if not written.blank:
        logic = written.choice("groupLogic", _LOGICS)
    elif len(items) > 1:
        written.error("a group without its logic", "AND or OR")
        logic = None
    read = [_item(item, names, depth + 1) for item in items]
    found = tuple(item for item in read if item is not None)
    return None if logic is None or len(found) < len(read) else Group(logic, found)


def _leaf(place: Cursor, names: Names) -> Leaf | None:
    written = place.get("operator")
    operator = written.choice("operator", _OPERATORS) if written.required("an operator") else None
    lhs = read_expression(place.get("lhs"), names)
    rhs = _pair(place, names) if operator == "between" else read_expression(place.get("rhs"), names)
    if operator is None or lhs is None or rhs is None:
        return None
    instruments: dict[InstrumentRole, InstrumentUse] = {
        role: declared.use for role, declared in names.instruments.items()
    }
    if isinstance(rhs, tuple):
        rhs_text = " and ".join(expression_text(side, instruments) for side in rhs)
    else:
        rhs_text = expression_text(rhs, instruments)
    return Leaf(lhs, operator, rhs, _kind(lhs, rhs), place.path, expression_text(lhs, instruments), rhs_text)


def _pair(place: Cursor, names: Names) -> tuple[Expression, Expression] | None:
    written = place.get("rhs")
    if not isinstance(written.value, list) or len(written.value) != 2:
        written.error("between needs a pair", "rhs: [low, high]")
        return None
    low, high = (read_expression(item, names) for item in place.items("rhs"))
    return None if low is None or high is None else (low, high)


def _kind(lhs: Expression, rhs: Expression | tuple[Expression, Expression]) -> LeafKind:
    every = [part for side in (lhs, *(rhs if isinstance(rhs, tuple) else (rhs,))) for part in parts(side)]
    if any(isinstance(part, LiveValue) for part in every):
        return "live"
    timely = all(isinstance(part, CurrentTime | TimeOfDay | Constant | Arithmetic) for part in every)
    return "time" if timely else "non_live"
