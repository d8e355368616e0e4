"""Expressions and conditions as the builder's previews write them, made from the tree."""

from __future__ import annotations

from collections.abc import Mapping

from strikebook.indicators import catalogue
from strikebook.model.session import clock_text
from strikebook.strategy.expression import (
    Arithmetic,
    CandleField,
    Constant,
    CurrentTime,
    Expression,
    Group,
    IndicatorValue,
    InstrumentRole,
    Leaf,
    LiveValue,
    NodeVariable,
    PositionField,
    ProfitValue,
    TimeOfDay,
)
from strikebook.strategy.node import IndicatorUse, InstrumentUse

_LIVE_NAMES = {"ltp": "underlying_ltp", "volume": "volume", "oi": "oi"}

Instruments = Mapping[InstrumentRole, InstrumentUse]


def expression_text(expression: Expression, instruments: Instruments, *, inner: bool = False) -> str:
    """Such as ``Previous[TI.1m.rsi(14,close)]``; ``inner`` puts arithmetic in parentheses."""
    match expression:
        case Constant(value):
            return number_text(value) if isinstance(value, float | int) else f'"{value}"'
        case CurrentTime():
            return "Current Time"
        case TimeOfDay(second):
            return time_text(second)
        case CandleField(role, seconds, field, offset):
            return f"{_moment(offset)}[{role}.{timeframe_text(seconds)}.{field.capitalize()}]"
        case IndicatorValue(role, seconds, key, output, offset):
            name = _indicator(instruments[role].timeframes[seconds].indicators[key], output)
            return f"{_moment(offset)}[{role}.{timeframe_text(seconds)}.{name}]"
        case LiveValue(role, field):
            return f"{role}.{_LIVE_NAMES[field]}"
        case NodeVariable(node_id, name):
            return f"{node_name(node_id)}.{name}"
        case PositionField(vpi, field):
            return f"Position[{vpi}].{field}"
        case ProfitValue(vpi, kind):
            return f"PnL[{vpi or 'overall'}].{kind}"
        case Arithmetic(operation, left, right):
            first = expression_text(left, instruments, inner=True)
            text = f"{first} {operation} {expression_text(right, instruments, inner=True)}"
            return f"({text})" if inner else text


def group_text(group: Group, *, inner: bool = False) -> str:
    """The items joined by AND or OR; an inner group of several items stands in parentheses."""
    several = len(group.items) > 1
    parts = [item.text if isinstance(item, Leaf) else group_text(item, inner=several or inner) for item in group.items]
    text = f" {group.logic} ".join(parts)
    return f"({text})" if inner and several else text


def timeframe_text(seconds: int) -> str:
    """``1m``, ``1h``, ``1d``."""
    if seconds == 86_400:
        return "1d"
    return f"{seconds // 3600}h" if seconds % 3600 == 0 else f"{seconds // 60}m"


def time_text(second: int) -> str:
    """``09:17``, with seconds only where there are some."""
    return clock_text(second) if second % 60 else clock_text(second)[:5]


def number_text(value: float) -> str:
    """A number without a needless fraction: ``30``, ``0.5``."""
    return str(int(value)) if value == int(value) else repr(float(value))


def node_name(node_id: str) -> str:
    """A node's id as a name in a sentence: ``entry_condition_1``."""
    return "".join(sign if sign.isalnum() else "_" for sign in node_id)


def _moment(offset: int) -> str:
    if offset == 0:
        return "Current"
    return "Previous" if offset == -1 else f"Previous({-offset})"


def _indicator(use: IndicatorUse, output: str) -> str:
    found = catalogue.find(use.name)
    several = found is not None and len(found.outputs) > 1
    return f"{use.display_name}.{output}" if several else use.display_name
