"""Decisions taken again from what a day file recorded: leaves from their values, the condition from its tree."""

from __future__ import annotations

import operator
from collections import Counter
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

Record = dict[str, Any]
Value = Decimal | str | None

_RELATIONS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "crosses_above": operator.gt,
    "crosses_below": operator.lt,
}


def value_of(recorded: float | str | bool | None) -> Value:
    """A recorded value as conditions compare it: six decimals, booleans as 1 and 0, text without regard to case."""
    if recorded is None:
        return None
    if isinstance(recorded, str):
        return recorded.casefold()
    return Decimal(repr(float(recorded))).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)


def leaf_holds(record: Record) -> bool:
    """A leaf's result, from its operator and recorded values alone."""
    sign, lhs = record["operator"], value_of(record["lhs_value"])
    if sign == "between":
        low, high = map(value_of, record["rhs_value"])
        return None not in (lhs, low, high) and low <= lhs <= high
    rhs = value_of(record["rhs_value"])
    if not _related(sign, lhs, rhs):
        return False
    if not sign.startswith("crosses_"):
        return True
    before = value_of(record["lhs_previous"]), value_of(record["rhs_previous"])
    return None not in before and not _related(sign, *before)


def _related(sign: str, lhs: Value, rhs: Value) -> bool:
    if lhs is None or rhs is None or isinstance(lhs, str) != isinstance(rhs, str):
        return False
    if isinstance(lhs, str) and sign not in ("==", "!="):
        return False
    return bool(_RELATIONS[sign](lhs, rhs))


def tree_holds(tree: Record, results: dict[int, bool]) -> bool:
    """A group over leaf numbers and groups."""
    assert tree["items"], "an empty group decides nothing"
    held = [tree_holds(item, results) if isinstance(item, dict) else results[item] for item in tree["items"]]
    return {"AND": all, "OR": any}[tree["logic"]](held)


def decides(diagnostic: Record) -> bool:
    """Whether the recorded values make the condition true; every leaf must come to the result it was stored with."""
    records = diagnostic["conditions_evaluated"]
    results = {record["leaf"]: leaf_holds(record) for record in records}
    assert results == {record["leaf"]: record["result"] for record in records}, diagnostic
    named = Counter(_leaves(diagnostic["condition_tree"]))
    assert named == Counter(record["leaf"] for record in records), "the tree and the records name the same leaves, once"
    return tree_holds(diagnostic["condition_tree"], results)


def _leaves(tree: Record) -> list[int]:
    return [leaf for item in tree["items"] for leaf in (_leaves(item) if isinstance(item, dict) else [item])]
