"""How a sweep is written on a command line: ``name=PATH:1,2,3`` for a parameter, ``10/5`` for windows."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any, Final

from strikebook.errors import UsageError

_RANGE: Final = re.compile(r"(-?\d+(?:\.\d+)?)\.\.(-?\d+(?:\.\d+)?)(?:\.\.(\d+(?:\.\d+)?))?")
_WINDOWS: Final = re.compile(r"(\d{1,4})/(\d{1,4})(/anchored)?")
_MOST_OF_A_RANGE: Final = 1_000
_SET_RIGHT: Final = "name=PATH:values, such as 'length=$.nodes[0].data.length:9,14,21' or ...:10..30..5"


def parameter_of(text: str) -> dict[str, Any]:
    """A parameter from its text. Raises UsageError."""
    name, sign, rest = text.partition("=")
    path, values = _split(rest)
    if not sign or not name.strip() or not path or not values:
        raise UsageError(f"{text[:80]!r}", where="--set", right=_SET_RIGHT)
    listed = [value for part in values.split(",") for value in _values(part.strip(), text)]
    return {"name": name.strip(), "path": path.strip(), "values": listed}


def windows_of_text(text: str) -> dict[str, Any]:
    """Walk-forward windows from ``10/5`` or ``10/5/anchored``. Raises UsageError."""
    found = _WINDOWS.fullmatch(text.strip())
    if found is None:
        right = "train days/test days, such as 10/5, or 10/5/anchored"
        raise UsageError(f"{text[:40]!r}", where="--walk-forward", right=right)
    return {"train_days": int(found[1]), "test_days": int(found[2]), "anchored": found[3] is not None}


def _split(text: str) -> tuple[str, str]:
    """Path and values: at the first colon that stands in no bracket."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "[") - (letter == "]")
        if letter == ":" and depth == 0:
            return text[:at], text[at + 1 :]
    return text, ""


def _values(part: str, whole: str) -> list[bool | int | float | str]:
    span = _RANGE.fullmatch(part)
    if span is not None:
        return _range(span, whole)
    try:
        value = json.loads(part)
    except ValueError:
        value = part
    if not part or not isinstance(value, (bool, int, float, str)):
        raise UsageError(f"the value {part[:40]!r} of {whole[:60]!r}", where="--set", right=_SET_RIGHT)
    return [value]


def _range(span: re.Match[str], whole: str) -> list[bool | int | float | str]:
    first, last, step = Decimal(span[1]), Decimal(span[2]), Decimal(span[3] or "1")
    count = (last - first) // step + 1 if step > 0 else Decimal(0)
    if not 1 <= count <= _MOST_OF_A_RANGE:
        right = f"first..last..step with 1 to {_MOST_OF_A_RANGE} values"
        raise UsageError(f"the range {span[0][:40]!r} of {whole[:60]!r}", where="--set", right=right)
    values = [first + number * step for number in range(int(count))]
    return [int(value) if value == value.to_integral_value() else float(value) for value in values]
