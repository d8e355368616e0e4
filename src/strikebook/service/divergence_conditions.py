"""Conditions of two results beside each other: as both recorded them, or one's beside what the other's came to.

Where only one result fired, the other recorded no values then. What its condition came to is worked out where that
needs no guess: a constant and a time are what they are; what is read from the market has the value that the first
result recorded, if the data of that day is the same and the indicator has the same parameters; and where its report
says that this one condition alone was missing then, it did not hold. What a variable or a position of the other result
was is not known, and is said to be so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from strikebook.strategy.expression import (
    Arithmetic,
    CandleField,
    ConditionSet,
    Constant,
    CurrentTime,
    Expression,
    Group,
    IndicatorValue,
    Leaf,
    LiveValue,
    TimeOfDay,
)
from strikebook.strategy.node import IndicatorUse, InstrumentUse, SignalNode, Strategy

Document = dict[str, Any]
_SIMPLE: Final = {
    "<": lambda one, two: one < two,
    "<=": lambda one, two: one <= two,
    ">": lambda one, two: one > two,
    ">=": lambda one, two: one >= two,
    "==": lambda one, two: one == two,
    "!=": lambda one, two: one != two,
}


@dataclass(frozen=True, slots=True)
class Fired:
    """What one result fired and the other did not: the node, when, and its recorded reason."""

    node_id: str
    time: str
    reason: Document


def recorded_pairs(base: Mapping[str, Any], other: Mapping[str, Any]) -> list[Document]:
    """The conditions of an event that both results have, leaf by leaf."""
    mine, theirs = base["conditions_evaluated"], other["conditions_evaluated"]
    texts = [[leaf["text"] for leaf in leaves] for leaves in (mine, theirs)]
    return [
        _pair(
            None if one is None else _recorded(mine[one]),
            None if two is None else _recorded(theirs[two]),
        )
        for one, two in _matched(texts[0], texts[1], texts[0], texts[1])
    ]


def worked_out_pairs(
    fired: Fired,
    actor: Strategy | None,
    idle: Strategy | None,
    signals: Sequence[Mapping[str, Any]],
    *,
    same_data: bool,
) -> tuple[list[Document], str | None]:
    """The conditions that fired beside what the other result's came to, and why it did not fire, in a few words.

    ``base`` of a pair is the result that fired. ``signals``: the other's reports of that day.
    """
    recorded = fired.reason["conditions_evaluated"]
    alone = [_pair(_recorded(record), None) for record in recorded]
    name = fired.reason["condition_set"]
    if name is None:
        return alone, None
    own, theirs = (_set_of(strategy, fired.node_id, name) for strategy in (actor, idle))
    if idle is None or own is None or len(own.leaves) != len(recorded):
        return alone, "not_known"
    if theirs is None:
        return alone, "no_such_signal"
    report = next((each for each in signals if each["node_id"] == fired.node_id), None)
    missing = None if report is None else _missing_leaf(report, name, fired.time)
    known = _market_values(own, recorded, actor, idle) if same_data else []
    texts = [[leaf.text for leaf in leaves.leaves] for leaves in (own, theirs)]
    sides = [[leaf.lhs_text for leaf in leaves.leaves] for leaves in (own, theirs)]
    others = [
        _worked_out(leaf, known, fired.time, missing=missing == number) for number, leaf in enumerate(theirs.leaves)
    ]
    pairs = [
        _pair(None if one is None else _recorded(recorded[one]), None if two is None else others[two])
        for one, two in _matched(texts[0], texts[1], sides[0], sides[1])
    ]
    held = None if missing is None else False
    if held is None:
        held = _holds(theirs.root, iter([leaf["result"] for leaf in others]))
    return pairs, _why_not(report, name, fired.time, held)


def _holds(group: Group, results: Iterator[bool | None]) -> bool | None:
    """Whether a group held, by the results of its leaves in document order; None where that is not known."""
    found = [_holds(item, results) if isinstance(item, Group) else next(results) for item in group.items]
    decides = group.logic == "OR"
    if decides in found:
        return decides
    return None if None in found else not decides


def _why_not(report: Mapping[str, Any] | None, name: str, time: str, held: bool | None) -> str:  # noqa: FBT001
    if report is None:
        return "no_such_signal"
    if report["limit_at"] is not None and report["limit_at"] <= time:
        return "at_its_limit"
    if held is False:
        return "condition"
    part = next((each for each in report["sets"] if each["condition_set"] == name), None)
    if part is None or not part["armed_steps"]:
        return "never_armed"
    return "not_armed_then" if held else "not_known"


def _set_of(strategy: Strategy | None, node_id: str, name: str) -> ConditionSet | None:
    node = None if strategy is None else strategy.nodes.get(node_id)
    if not isinstance(node, SignalNode):
        return None
    return node.re_entry_conditions if name == "re_entry" else node.conditions


def _missing_leaf(report: Mapping[str, Any], name: str, time: str) -> int | None:
    """The one condition that alone was missing at a moment, by the report of the day."""
    for part in report["sets"]:
        if part["condition_set"] == name:
            for begin, end, leaf in part["near_misses"]:
                if begin <= time <= end:
                    return int(leaf)
    return None


def _matched(
    mine: Sequence[str], theirs: Sequence[str], my_sides: Sequence[str], their_sides: Sequence[str]
) -> list[tuple[int | None, int | None]]:
    """Which leaf stands beside which: those of the same text, then those of the same left side, then by their order."""
    found: dict[int, int] = {}
    for one, two in ((mine, theirs), (my_sides, their_sides)):
        for at, text in enumerate(one):
            free = (number for number, other in enumerate(two) if other == text and number not in found.values())
            if at not in found and (match := next(free, None)) is not None:
                found[at] = match
    left = [number for number in range(len(theirs)) if number not in found.values()]
    for at in range(len(mine)):
        if at not in found and left:
            found[at] = left.pop(0)
    return [*((at, found.get(at)) for at in range(len(mine))), *((None, number) for number in left)]


def _market_values(
    own: ConditionSet, recorded: Sequence[Mapping[str, Any]], actor: Strategy | None, idle: Strategy | None
) -> list[tuple[Expression, object]]:
    """What the recorded conditions read from the market, and read alike in both strategies."""
    known: list[tuple[Expression, object]] = []
    for leaf, record in zip(own.leaves, recorded, strict=True):
        sides: list[tuple[Expression, object]] = [(leaf.lhs, record["lhs_value"])]
        if isinstance(leaf.rhs, tuple):
            sides += zip(leaf.rhs, record["rhs_value"], strict=True)
        else:
            sides.append((leaf.rhs, record["rhs_value"]))
        known += [(side, value) for side, value in sides if _is_of_market(side, actor, idle)]
    return known


def _is_of_market(side: Expression, actor: Strategy | None, idle: Strategy | None) -> bool:
    if isinstance(side, Arithmetic):
        return _is_of_market(side.left, actor, idle) and _is_of_market(side.right, actor, idle)
    if isinstance(side, IndicatorValue | CandleField | LiveValue):
        symbols = {_symbol(strategy, side.role) for strategy in (actor, idle)}
        if len(symbols) > 1 or None in symbols:
            return False
        return not isinstance(side, IndicatorValue) or _same_indicator(side, actor, idle)
    return isinstance(side, Constant | CurrentTime | TimeOfDay)


def _same_indicator(side: IndicatorValue, actor: Strategy | None, idle: Strategy | None) -> bool:
    one, two = _indicator(side, actor), _indicator(side, idle)
    return one is not None and two is not None and (one.name, one.parameters) == (two.name, two.parameters)


def _indicator(side: IndicatorValue, strategy: Strategy | None) -> IndicatorUse | None:
    instrument = _instrument(strategy, side.role)
    timeframe = None if instrument is None else instrument.timeframes.get(side.timeframe_s)
    return None if timeframe is None else timeframe.indicators.get(side.key)


def _symbol(strategy: Strategy | None, role: str) -> str | None:
    instrument = _instrument(strategy, role)
    return None if instrument is None else instrument.symbol


def _instrument(strategy: Strategy | None, role: str) -> InstrumentUse | None:
    if strategy is None:
        return None
    return strategy.trading if role == "TI" else strategy.supporting


def _worked_out(leaf: Leaf, known: Sequence[tuple[Expression, object]], time: str, *, missing: bool) -> Document:
    lhs = _value(leaf.lhs, known, time)
    rhs: object
    if isinstance(leaf.rhs, tuple):
        rhs = [_value(side, known, time) for side in leaf.rhs]
    else:
        rhs = _value(leaf.rhs, known, time)
    result = _result(leaf.operator, lhs, rhs)
    return {
        "text": leaf.text,
        "lhs_value": lhs,
        "rhs_value": rhs,
        "operator": leaf.operator,
        "result": False if missing else result,
        "condition_type": leaf.kind,
        "source": "reported" if missing else "worked_out" if result is not None else "not_known",
    }


def _value(side: Expression, known: Sequence[tuple[Expression, object]], time: str) -> object:
    if isinstance(side, Constant):
        return side.value
    if isinstance(side, TimeOfDay):
        return side.second
    if isinstance(side, CurrentTime):
        hours, minutes, seconds = map(int, time.partition("T")[2].split(":"))
        return hours * 3600 + minutes * 60 + seconds
    return next((value for expression, value in known if expression == side), None)


def _result(operator: str, lhs: object, rhs: object) -> bool | None:
    """Whether it held; None where a value is not known, and for a crossing, which needs what was before."""
    if operator == "between" and isinstance(rhs, list):
        inside = [_result(">=", lhs, rhs[0]), _result("<=", lhs, rhs[1])]
        return None if None in inside else all(inside)
    if operator not in _SIMPLE or isinstance(lhs, str) != isinstance(rhs, str):
        return None
    if not isinstance(lhs, int | float | str) or not isinstance(rhs, int | float | str):
        return None
    return bool(_SIMPLE[operator](lhs, rhs))


def _recorded(record: Mapping[str, Any]) -> Document:
    names = ("text", "lhs_value", "rhs_value", "operator", "result", "condition_type")
    return {name: record[name] for name in names} | {"source": "recorded"}


def _pair(base: Document | None, other: Document | None) -> Document:
    compared = ("text", "lhs_value", "rhs_value", "operator", "result")
    known = base is not None and other is not None and other["source"] != "not_known"
    differs = (
        [base[name] for name in compared] != [other[name] for name in compared]
        if base is not None and other is not None and known
        else base is None or other is None or base["text"] != other["text"]
    )
    return {"differs": differs, "base": base, "other": other}
