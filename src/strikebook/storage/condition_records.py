"""Evaluated conditions as the day file has them: both values, the result, the sentence, and the sentence with values.

A record's values are rounded to six decimals, the precision conditions compare at, so that re-evaluating the
record gives the decision that was taken. ``condition_tree`` says how the leaves' results combine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from strikebook.model.day_result import ConditionSetName, Reading, Trip, Value
from strikebook.model.session import SECONDS_PER_DAY, clock_text
from strikebook.strategy.expression import (
    Arithmetic,
    ConditionSet,
    CurrentTime,
    Expression,
    Group,
    Leaf,
    TimeOfDay,
)
from strikebook.strategy.node import SignalNode, Strategy

SetKey = tuple[str, ConditionSetName]

_WATCHED = {
    "price": "Position[{}].currentPrice",
    "underlying": "TI.underlying_ltp",
    "profit": "Position[{}].pnl",
    "combined": "PnL[{}, all legs]",
    "day": "PnL[day]",
    "time": "Current Time",
}


@dataclass(frozen=True, slots=True)
class LeafFacts:
    """What does not change about a leaf from one evaluation to the next."""

    fixed: Mapping[str, object]
    operator: str
    lhs_clock: bool
    rhs_clock: bool
    crosses: bool


@dataclass(frozen=True, slots=True)
class SetFacts:
    """What does not change about a condition set: its tree over leaf numbers, its text, its leaves.

    ``template``: the text with a placeholder for each leaf; ``texts``: the leaves' own.
    """

    tree: Mapping[str, object]
    text: str
    template: str
    leaves: tuple[LeafFacts, ...]
    texts: tuple[str, ...]

    def evaluated(self, readings: Sequence[Reading]) -> tuple[list[dict[str, object]], str]:
        """Return ``conditions_evaluated`` for those readings, and the set's text with the values in place."""
        records = []
        sentences = list(self.texts)
        for reading in readings:
            record = _record(self.leaves[reading.leaf], reading)
            sentences[reading.leaf] = str(record["substituted_text"])
            records.append(record)
        return records, self.template.format(*sentences)


def facts_of(strategy: Strategy) -> dict[SetKey, SetFacts]:
    """The facts of every condition set of a strategy, by signal and set name."""
    facts: dict[SetKey, SetFacts] = {}
    for node in strategy.nodes.values():
        if isinstance(node, SignalNode):
            facts[node.id, "base"] = _set_facts(node.conditions)
            if node.re_entry_conditions is not None:
                facts[node.id, "re_entry"] = _set_facts(node.re_entry_conditions)
    return facts


def trip_record(trip: Trip) -> dict[str, object]:
    """What was reached, as a condition that held: what was watched, against its level."""
    seen, level = plain(trip.seen), plain(trip.level)
    of_clock = trip.watched == "time"
    reached = f"{trip.operator} {_shown(level, clock=of_clock)}"
    since = "" if trip.watched in ("day", "time") else f", from {_shown(trip.origin, clock=False)}"
    return {
        "lhs_value": seen,
        "rhs_value": level,
        "operator": trip.operator,
        "result": True,
        "condition_type": "time" if of_clock else "live",
        "text": f"{_WATCHED[trip.watched].format(trip.vpi)} {reached} ({trip.text}{since})",
        "leaf": 0,
        "path": trip.path,
        "substituted_text": f"{_shown(seen, clock=of_clock)} {reached}",
    }


def plain(value: Value) -> Value:
    """A value as it is stored: numbers rounded to six decimals, half to even."""
    if value is None or isinstance(value, str):
        return value
    return round(value * 1e6) / 1e6 if -1e9 < value < 1e9 else float(value)


def _set_facts(conditions: ConditionSet) -> SetFacts:
    numbers = iter(range(len(conditions.leaves)))
    tree, template = _tree(conditions.root, numbers, top=True)
    leaves = tuple(_leaf_facts(number, leaf) for number, leaf in enumerate(conditions.leaves))
    return SetFacts(tree, conditions.text, template, leaves, tuple(leaf.text for leaf in conditions.leaves))


def _tree(group: Group, numbers: Iterator[int], *, top: bool = False) -> tuple[dict[str, object], str]:
    items: list[object] = []
    texts = []
    for item in group.items:
        if isinstance(item, Group):
            branch, text = _tree(item, numbers)
            items.append(branch)
        else:
            number = next(numbers)
            items.append(number)
            text = f"{{{number}}}"
        texts.append(text)
    joined = f" {group.logic} ".join(texts)
    return {"logic": group.logic, "items": items}, joined if top or len(texts) == 1 else f"({joined})"


def _leaf_facts(number: int, leaf: Leaf) -> LeafFacts:
    rhs = leaf.rhs if isinstance(leaf.rhs, tuple) else (leaf.rhs,)
    fixed = {"condition_type": leaf.kind, "text": leaf.text, "leaf": number, "path": leaf.path}
    return LeafFacts(
        fixed,
        leaf.operator,
        _is_time(leaf.lhs),
        any(_is_time(side) for side in rhs),
        leaf.operator in ("crosses_above", "crosses_below"),
    )


def _is_time(expression: Expression) -> bool:
    if isinstance(expression, Arithmetic):
        return _is_time(expression.left) or _is_time(expression.right)
    return isinstance(expression, CurrentTime | TimeOfDay)


def _record(facts: LeafFacts, reading: Reading) -> dict[str, object]:
    _, lhs_value, rhs_value, result, lhs_previous, rhs_previous, missing = reading
    lhs = plain(lhs_value)
    rhs: object
    if isinstance(rhs_value, tuple):
        low, high = plain(rhs_value[0]), plain(rhs_value[1])
        rhs = (low, high)
        rhs_text = f"{_shown(low, clock=facts.rhs_clock)} and {_shown(high, clock=facts.rhs_clock)}"
    else:
        rhs = plain(rhs_value)
        rhs_text = _shown(rhs, clock=facts.rhs_clock)
    record: dict[str, object] = {
        "lhs_value": lhs,
        "rhs_value": rhs,
        "operator": facts.operator,
        "result": result,
        **facts.fixed,
        "substituted_text": f"{_shown(lhs, clock=facts.lhs_clock)} {facts.operator} {rhs_text}",
    }
    if facts.crosses:
        record["lhs_previous"] = plain(lhs_previous)
        record["rhs_previous"] = plain(rhs_previous)
    if missing:
        record["missing"] = missing
    return record


def _shown(value: Value, *, clock: bool) -> str:
    if value is None:
        return "no value"
    if isinstance(value, str):
        return value
    if clock and 0 <= value < SECONDS_PER_DAY and value == int(value):
        return clock_text(int(value))
    return f"{value:.6f}".rstrip("0").rstrip(".")
