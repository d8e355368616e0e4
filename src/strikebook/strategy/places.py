"""Places in a strategy's document by their JSON paths, as findings name them: ``$.nodes[3].data.maxEntries``.

An element of a list may also be named by its ``id`` or ``vpi``: ``$.nodes[bullish-signal].data.maxEntries``. What
stands at a place can be exchanged; the document that is given is left as it is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias, cast

from strikebook.errors import UsageError

Step: TypeAlias = str | int
Place: TypeAlias = tuple[Step, ...]
Scalar: TypeAlias = str | int | float | bool | None
"""What a place of a sweep holds: a text, a number, true, false or null."""

LONGEST_PATH: Final = 300
_STEP: Final = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d{1,6})\]|\['([^']*)'\]|\[\"([^\"]*)\"\]|\[([^\[\]'\"]+)\]")
_NAMED: Final = ("id", "vpi")
_NEAREST: Final = 3


def find_place(document: object, path: str, where: str) -> Place:
    """The place that a path names. Raises UsageError where there is none, with the nearest there is."""
    steps = _steps(path, where)
    place: list[Step] = []
    value = document
    for number, step in enumerate(steps):
        found = _into(value, step)
        if found is None:
            left = [each[0] if isinstance(each, tuple) else each for each in steps[number:]]
            right = _nearest(document, path_text((*place, *left)))
            raise UsageError(f"the strategy has nothing at {path}", where=where, right=right)
        place.append(found)
        value = _child(value, found)
    return tuple(place)


def value_at(document: object, place: Place) -> object:
    """What stands at a place that is there."""
    value = document
    for step in place:
        value = _child(value, step)
    return value


def replaced(document: object, values: Mapping[Place, Scalar]) -> object:
    """The document with other values at some places, which must be there; only what leads to them is copied."""
    copies: dict[Place, object] = {(): _copy(document)}
    for place, value in values.items():
        for length in range(1, len(place)):
            inner = place[:length]
            if inner not in copies:
                copies[inner] = _copy(value_at(document, inner))
                _put(copies[inner[:-1]], inner[-1], copies[inner])
        _put(copies[place[:-1]], place[-1], value)
    return copies[()]


def scalar_paths(document: object) -> Iterator[tuple[str, Scalar]]:
    """Every place that holds a scalar, by its path, in the document's order."""
    stack: list[tuple[str, object]] = [("$", document)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            stack += [(path + step_text(name), each) for name, each in reversed(value.items())]
        elif isinstance(value, list):
            stack += [(f"{path}[{number}]", each) for number, each in reversed(list(enumerate(value)))]
        else:
            yield path, cast("Scalar", value)


def step_text(step: Step) -> str:
    """A step as it stands in a path."""
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", step) else f"[{step!r}]"


def path_text(place: Place) -> str:
    """The path of a place."""
    return "$" + "".join(map(step_text, place))


def _steps(path: str, where: str) -> list[Step | tuple[str]]:
    """The steps of a path; a text in brackets without quotes is a tuple: a name of either kind."""
    right = "a JSON path such as $.nodes[3].data.positions[0].quantity"
    if not path.startswith("$") or len(path) > LONGEST_PATH:
        raise UsageError(f"{path[:60]!r} is no path", where=where, right=right)
    steps: list[Step | tuple[str]] = []
    at = 1
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            raise UsageError(f"{path[:60]!r} is no path from {path[at : at + 20]!r} on", where=where, right=right)
        member, number, single, double, name = found.groups()
        if number is not None:
            steps.append(int(number))
        elif name is not None:
            steps.append((name,))
        else:
            steps.append(next(text for text in (member, single, double) if text is not None))
        at = found.end()
    if not steps:
        raise UsageError("'$' is the whole strategy", where=where, right=right)
    return steps


def _into(value: object, step: Step | tuple[str]) -> Step | None:
    """The step as the value has it; None where it has none such."""
    if isinstance(value, dict):
        name = step[0] if isinstance(step, tuple) else step
        return name if isinstance(name, str) and name in value else None
    if not isinstance(value, list):
        return None
    if isinstance(step, int):
        return step if step < len(value) else None
    if isinstance(step, tuple):
        for number, each in enumerate(value):
            if isinstance(each, dict) and any(each.get(member) == step[0] for member in _NAMED):
                return number
    return None


def _child(value: object, step: Step) -> object:
    return value[step] if isinstance(value, dict) else cast("list[object]", value)[cast("int", step)]


def _copy(value: object) -> object:
    return {**value} if isinstance(value, dict) else list(cast("list[object]", value))


def _put(container: object, step: Step, value: object) -> None:
    cast("dict[Step, object]", container)[step] = value


def _nearest(document: object, path: str) -> str:
    known = [text for text, _ in scalar_paths(document)]
    near = difflib.get_close_matches(path, known, _NEAREST, 0.5)
    return f"nearest: {', '.join(near)}" if near else "a path that the strategy has"
