"""Where two documents differ first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

_ABSENT = object()
_LONGEST_SHOWN = 60


def first_difference(stored: object, made: object) -> str:
    """The first place where two JSON documents differ and what stands there: ``positions[3].exit_price: …``.

    Where they say the same, only their bytes differ, as after another compression; it says so.
    """
    return next(_differences("", stored, made), "the same document in other bytes")


def _differences(place: str, stored: object, made: object) -> Iterator[str]:
    if isinstance(stored, dict) and isinstance(made, dict):
        for name in dict.fromkeys((*stored, *made)):
            inside = f"{place}.{name}" if place else str(name)
            yield from _differences(inside, stored.get(name, _ABSENT), made.get(name, _ABSENT))
    elif isinstance(stored, list) and isinstance(made, list):
        for number, (before, now) in enumerate(zip_longest(stored, made, fillvalue=_ABSENT)):
            yield from _differences(f"{place}[{number}]", before, now)
    elif stored != made:
        yield f"{place}: {_shown(stored)} stored, {_shown(made)} now"


def _shown(value: object) -> str:
    if value is _ABSENT:
        return "nothing"
    text = str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
