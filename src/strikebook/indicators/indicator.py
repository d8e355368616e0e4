"""What an indicator is: its names, its parameters with their limits, its formula's source and its computation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Days: TypeAlias = NDArray[np.int64]
ParameterValue: TypeAlias = float | int | str | bool
ParameterKind: TypeAlias = Literal["integer", "number", "choice", "text", "boolean"]
Values: TypeAlias = Mapping[str, ParameterValue]

LONGEST = 500
PRICE_FIELDS = ("close", "open", "high", "low")
# What an indicator reads. "price" is the column that its parameter price_field names, the close where it has none.
PRICE = ("price",)
RANGE = ("high", "low")
CANDLE = ("high", "low", "close")
CLOSE_AND_VOLUME = ("close", "volume")


@dataclass(frozen=True, slots=True)
class Columns:
    """Completed candles as columns of equal length; prices in rupees. ``volume`` is None where there is none.

    ``day`` numbers the candle's day, in any order; a negative one is a day whose first candles are not in the
    series. None: not known.
    """

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats | None
    day: Days | None = None

    def __len__(self) -> int:
        return len(self.close)

    def price(self, values: Values) -> Floats:
        """The column that the parameter ``price_field`` names; the close for an indicator without one."""
        field = str(values.get("price_field", "close"))
        return {"open": self.open, "high": self.high, "low": self.low, "close": self.close}[field]

    def column(self, name: str, values: Values) -> Floats | None:
        """One of the columns an indicator reads; None where there is none."""
        if name == "volume":
            return self.volume
        return self.price(values) if name == "price" else self.price({"price_field": name})

    def traded(self) -> Floats:
        """The volume, for an indicator that reads it and so is only called where there is one."""
        if self.volume is None:
            raise ValueError("an indicator that does not read the volume asked for it")
        return self.volume

    def between(self, first: int, stop: int) -> Columns:
        """The candles from ``first`` to before ``stop``."""
        part = slice(first, stop)
        return Columns(
            self.open[part],
            self.high[part],
            self.low[part],
            self.close[part],
            None if self.volume is None else self.volume[part],
            None if self.day is None else self.day[part],
        )


@dataclass(frozen=True, slots=True)
class Parameter:
    """A setting of an indicator. ``minimum`` and ``maximum`` are included; ``options`` are those of a choice.

    A choice whose default is none of its options must be given.
    """

    name: str
    default: ParameterValue
    kind: ParameterKind = "integer"
    minimum: float | None = None
    maximum: float | None = None
    options: tuple[str, ...] = ()

    @property
    def required(self) -> bool:
        """There is no default, a strategy must state it."""
        return self.kind == "choice" and self.default not in self.options


Compute: TypeAlias = Callable[[Columns, Values], tuple[Floats, ...]]


@dataclass(frozen=True, slots=True)
class Indicator:
    """An indicator the catalogue offers.

    ``compute`` gives one column per output, in their order, aligned with the candles; NaN is no value.
    It is called with at least one candle, with every parameter stated, and only with candles at which every
    column in ``reads`` has a value. ``source`` is where the formula is from, with its seeds and its gaps.
    """

    name: str
    category: str
    description: str
    parameters: tuple[Parameter, ...]
    outputs: tuple[str, ...]
    reads: tuple[str, ...]
    compute: Compute
    source: str


def length(default: int, *, minimum: int = 1, maximum: int = LONGEST, name: str = "length") -> Parameter:
    """A number of candles, at most as many as a day's history has."""
    return Parameter(name, default, "integer", minimum, maximum)


def number(name: str, default: float, minimum: float, maximum: float) -> Parameter:
    """A factor, within limits that are included."""
    return Parameter(name, default, "number", minimum, maximum)


def price_field() -> Parameter:
    """The candle's price an indicator is computed from."""
    return Parameter("price_field", "close", "choice", options=PRICE_FIELDS)


def of_price_and_length(function: Callable[[Floats, int], Floats]) -> Compute:
    """The computation of an indicator that is one function of a price and a length."""

    def compute(columns: Columns, values: Values) -> tuple[Floats, ...]:
        return (function(columns.price(values), int(values["length"])),)

    return compute
