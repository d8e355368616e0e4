"""The catalogue of indicators: find one by name, settle its parameters, compute it.

Each category has a module with its ``INDICATORS``; this one only puts them together.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from strikebook.indicators import (
    advanced_momentum,
    candle_shapes,
    momentum,
    moving_averages,
    statistics,
    trend,
    volatility,
)
from strikebook.indicators import (
    volume as volumes,
)
from strikebook.indicators.indicator import (
    Columns,
    Days,
    Floats,
    Indicator,
    Parameter,
    ParameterKind,
    ParameterValue,
    Values,
)
from strikebook.indicators.not_offered import NOT_OFFERED
from strikebook.indicators.parameters import Problem, Resolved, resolve

__all__ = [
    "ALIASES",
    "CATALOGUE",
    "NOT_OFFERED",
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
    "why_not_offered",
]

_MODULES = (
    momentum,
    advanced_momentum,
    moving_averages,
    trend,
    volatility,
    volumes,
    statistics,
    candle_shapes,
)
CATALOGUE: Mapping[str, Indicator] = MappingProxyType(
    {indicator.name: indicator for module in _MODULES for indicator in module.INDICATORS}
)
# Other names of the same indicators.
ALIASES: Mapping[str, str] = MappingProxyType({"KELTNER": "KC"})


def find(name: str) -> Indicator | None:
    """The indicator of that name, in any case; None where the catalogue has none."""
    known = name.strip().upper()
    return CATALOGUE.get(ALIASES.get(known, known))


def why_not_offered(name: str) -> str | None:
    """Why the catalogue lacks a name that the builder offers, in any case; None for every other name."""
    return NOT_OFFERED.get(name.strip().upper())


def compute(
    indicator: Indicator,
    params: Values,
    open: Floats,  # noqa: A002 — a candle's four prices have these names everywhere
    high: Floats,
    low: Floats,
    close: Floats,
    volume: Floats | None,
    day: Days | None = None,
) -> dict[str, Floats]:
    """Compute every output over completed candles, float64 columns of equal length, prices in rupees.

    Each output is aligned with the candles and NaN where there is no value. A value uses only candles up
    to its own. ``params`` are those that ``resolve`` gave. ``day`` is a number per candle, the same for the
    candles of a day, negative where the day's first candles are not in the series; VWAP has no value without.

    Of what the indicator reads, missing values at the beginning are passed over; from a later one on there
    is no value, since most indicators carry what they have seen.
    """
    candles = Columns(open, high, low, close, volume, day)
    first, stop = _known(indicator, params, candles)
    found = {output: np.full(len(candles), np.nan) for output in indicator.outputs}
    if first < stop:
        whole = stop - first == len(candles)
        columns = indicator.compute(candles if whole else candles.between(first, stop), params)
        for output, column in zip(indicator.outputs, columns, strict=True):
            found[output][first:stop] = column
    return found


def _known(indicator: Indicator, params: Values, candles: Columns) -> tuple[int, int]:
    """The first candle at which every column read has a value, and the next at which one has none."""
    missing = np.zeros(len(candles), dtype=np.bool_)
    for name in indicator.reads:
        column = candles.column(name, params)
        if column is None:
            return 0, 0
        missing |= ~np.isfinite(column)
    if not missing.any():
        return 0, len(candles)
    first = int(np.argmin(missing))
    gaps = np.flatnonzero(missing[first:])
    return first, first + int(gaps[0]) if len(gaps) else len(candles)


def display_name(indicator: Indicator, params: Values) -> str:
    """The indicator with its parameters as the builder writes it, such as ``rsi(14,close)``."""
    values = [params[parameter.name] for parameter in indicator.parameters]
    inside = ",".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)
    return f"{indicator.name.lower()}({inside})" if inside else indicator.name.lower()
