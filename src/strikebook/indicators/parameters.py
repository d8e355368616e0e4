"""An indicator's parameters as a strategy gives them, settled: defaults filled in, aliases read, limits held."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from strikebook.indicators.indicator import Indicator, Parameter, ParameterValue, Values

ALIASES: Mapping[str, str] = MappingProxyType({"timeperiod": "length", "period": "length", "field": "price_field"})
# What the builder keeps beside the parameters and what changes no value.
NOT_PARAMETERS = frozenset({"indicator_name", "display_name", "id", "key", "category", "color", "visible"})
_LARGEST_SHOWN = 10**18
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Problem:
    """A parameter that makes no sense: its key as given, what was found, and what would be right."""

    key: str
    what: str
    right: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """Every parameter of an indicator, stated in the catalogue's order, and the problems found on the way.

    A parameter with a problem has its default here; use the values only where there is no problem.
    """

    parameters: Values
    problems: tuple[Problem, ...]


def resolve(indicator: Indicator, raw: Mapping[str, object]) -> Resolved:
    """Settle raw parameters: names in any case, null and "" as absent, numbers also as text."""
    known = {parameter.name: parameter for parameter in indicator.parameters}
    given: dict[str, ParameterValue] = {}
    named: set[str] = set()
    problems: list[Problem] = []
    for key, value in raw.items():
        name = str(key).strip().lower()
        if value is None or value == "" or name in NOT_PARAMETERS or name.startswith("_"):
            continue
        name = name if name in known else ALIASES.get(name, name)
        if name not in known:
            if not (name == "price_field" and isinstance(value, str) and value.strip().lower() == "close"):
                right = "one of " + ", ".join(known) if known else "no parameters"
                problems.append(Problem(str(key), f"{indicator.name} has no parameter {str(key)[:60]!r}", right))
            continue
        named.add(name)
        settled = _settle(known[name], value)
        if settled is None:
            problems.append(Problem(str(key), f"{_shown(value)} is no {name} of {indicator.name}", _right(known[name])))
        elif given.setdefault(name, settled) != settled:
            problems.append(Problem(str(key), f"{name} is given twice, and differently", "one of the two"))
    for name, parameter in known.items():
        if parameter.required and name not in named:
            problems.append(Problem(name, f"{indicator.name} needs a {name}", _right(parameter)))
    values = {name: given.get(name, parameter.default) for name, parameter in known.items()}
    return Resolved(MappingProxyType(values), tuple(problems))


def _settle(parameter: Parameter, value: object) -> ParameterValue | None:
    if parameter.kind == "boolean":
        if isinstance(value, str):
            return _FLAGS.get(value.strip().lower())
        return value if isinstance(value, bool) else None
    if parameter.kind in ("choice", "text"):
        if not isinstance(value, str):
            return None
        text = value.strip()
        if parameter.kind == "text":
            return text
        return next((option for option in parameter.options if option.lower() == text.lower()), None)
    number = _number(value)
    if number is None or (parameter.kind == "integer" and number != int(number)):
        return None
    low, high = parameter.minimum, parameter.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        return None
    return int(number) if parameter.kind == "integer" else number


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _right(parameter: Parameter) -> str:
    if parameter.kind == "choice":
        return "one of " + ", ".join(parameter.options)
    if parameter.kind in ("text", "boolean"):
        return "a text" if parameter.kind == "text" else "true or false"
    noun = "a whole number" if parameter.kind == "integer" else "a number"
    if parameter.minimum is not None and parameter.maximum is not None:
        if parameter.minimum == parameter.maximum:
            return f"{parameter.minimum:g}, the only one there is"
        return f"{noun} from {parameter.minimum:g} to {parameter.maximum:g}"
    return noun


def _shown(value: object) -> str:
    if isinstance(value, int) and abs(value) > _LARGEST_SHOWN:
        return "a huge number"
    return repr(value)[:60] if isinstance(value, str | float | int) else f"this {type(value).__name__}"
