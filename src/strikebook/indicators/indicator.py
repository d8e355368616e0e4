"""What an indicator is: its names, its parameters with their limits, and its computation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
ParameterValue: TypeAlias = float | int | str | bool
ParameterKind: TypeAlias = Literal["integer", "number", "choice", "text", "boolean"]
Values: TypeAlias = Mapping[str, ParameterValue]

LONGEST = 500
PRICE_FIELDS = ("close", "open", "high", "low")


@dataclass(frozen=True, slots=True)
class Columns:
    """Completed candles as columns of equal length; prices in rupees. ``volume`` is None where there is none."""

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats | None

    def __len__(self) -> int:
        return len(self.close)

    def price(self, values: Values) -> Floats:
        """The column that the parameter ``price_field`` names."""
        return {"open": self.open, "high": self.high, "low": self.low, "close": self.close}[str(values["price_field"])]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A setting of an indicator. ``minimum`` and ``maximum`` are included; ``options`` are those of a choice."""

    name: str
    default: ParameterValue
    kind: ParameterKind = "integer"
    minimum: float | None = None
    maximum: float | None = None
    options: tuple[str, ...] = ()


Compute: TypeAlias = Callable[[Columns, Values], tuple[Floats, ...]]


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator the catalogue offers.

    ``compute`` gives one column per output, in their order, aligned with the candles; NaN is no value.
    It is called with at least one candle and with every parameter stated.
    """

    name: str
    parameters: tuple[Parameter, ...]
    outputs: tuple[str, ...]
    compute: Compute


def length(default: int, *, minimum: int = 1, name: str = "length") -> Parameter:
    """A number of candles, at most as many as a day's history has."""
    return Parameter(name, default, "integer", minimum, LONGEST)


def price_field() -> Parameter:
    """The candle's price an indicator is computed from."""
    return Parameter("price_field", "close", "choice", options=PRICE_FIELDS)
