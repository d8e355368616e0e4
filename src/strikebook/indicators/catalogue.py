"""The catalogue of indicators: find one by name, settle its parameters, compute it.

Each category has a module with its ``INDICATORS``; this one only puts them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from strikebook.indicators import momentum, moving_averages
from strikebook.indicators.indicator import (
    Columns,
    Floats,
    Indicator,
    Parameter,
    ParameterKind,
    ParameterValue,
    Values,
)
from strikebook.indicators.parameters import Problem, Resolved, resolve

__all__ = [
    "CATALOGUE",
    "Indicator",
    "Parameter",
    "ParameterKind",
    "ParameterValue",
    "Problem",
    "Resolved",
    "compute",
    "display_name",
    "find",
    "resolve",
]

CATALOGUE: Mapping[str, Indicator] = MappingProxyType(
    {indicator.name: indicator for module in (momentum, moving_averages) for indicator in module.INDICATORS}
)


def find(name: str) -> Indicator | None:
    """The indicator of that name, in any case; None where the catalogue has none."""
    return CATALOGUE.get(name.strip().upper())


def compute(
    indicator: Indicator,
    params: Values,
    open: Floats,  # noqa: A002 — a candle's four prices have these names everywhere
    high: Floats,
    low: Floats,
    close: Floats,
    volume: Floats | None,
) -> dict[str, Floats]:
    """Compute every output over completed candles, float64 columns of equal length, prices in rupees.

    Each output is aligned with the candles and NaN where there is no value. A value uses only candles up
    to its own. ``params`` are those that ``resolve`` gave.
    """
    if not len(close):
        return {output: np.empty(0) for output in indicator.outputs}
    columns = indicator.compute(Columns(open, high, low, close, volume), params)
    return dict(zip(indicator.outputs, columns, strict=True))


def display_name(indicator: Indicator, params: Values) -> str:
    """The indicator with its parameters as the builder writes it, such as ``rsi(14,close)``."""
    values = [params[parameter.name] for parameter in indicator.parameters]
    inside = ",".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)
    return f"{indicator.name.lower()}({inside})" if inside else indicator.name.lower()
