"""What counts for the engine, as one text: two strategies that mean the same have the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal

from strikebook.strategy.expression import IndicatorValue
from strikebook.strategy.node import IndicatorUse, InstrumentUse, Strategy

# Names for people and places in the document: they change nothing that the engine decides.
_LEFT_OUT = frozenset({"path", "label", "lhs_text", "rhs_text", "text", "leaves"})


def strategy_hash(strategy: Strategy) -> str:
    """The SHA-256, in hex, of what counts for the engine."""
    instruments = [instrument for instrument in (strategy.trading, strategy.supporting) if instrument]
    keys: dict[tuple[str, int, str], str] = {
        (instrument.role, seconds, key): _indicator(use)
        for instrument in instruments
        for seconds, timeframe in instrument.timeframes.items()
        for key, use in timeframe.indicators.items()
    }
    lines = [_instrument(instrument) for instrument in instruments]
    for node_id, node in strategy.nodes.items():
        lines.append(f"{_text(node, keys)} -> {_text(strategy.children[node_id], keys)}")
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def _instrument(instrument: InstrumentUse) -> str:
    timeframes = [
        f"{seconds}:{sorted({_indicator(use) for use in timeframe.indicators.values()})}"
        for seconds, timeframe in sorted(instrument.timeframes.items())
    ]
    return f"{instrument.role} {instrument.symbol} {' '.join(timeframes)}"


def _indicator(use: IndicatorUse) -> str:
    return f"{use.name}{[(name, _text(value, {})) for name, value in sorted(use.parameters.items())]}"


def _text(value: object, keys: Mapping[tuple[str, int, str], str]) -> str:
    if isinstance(value, IndicatorValue):
        named = keys[value.role, value.timeframe_s, value.key]
        return f"Indicator({value.role},{value.timeframe_s},{named},{value.output},{value.offset})"
    if is_dataclass(value):
        members = [
            f"{member.name}={_text(getattr(value, member.name), keys)}"
            for member in fields(value)
            if member.name not in _LEFT_OUT
        ]
        return f"{type(value).__name__}({','.join(members)})"
    if isinstance(value, tuple):
        return f"({','.join(_text(item, keys) for item in value)})"
    if isinstance(value, Decimal | float) and not isinstance(value, bool):
        number = Decimal(repr(value)) if isinstance(value, float) else value
        return f"{number.normalize():f}"
    return repr(value)
