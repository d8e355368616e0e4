"""What a sweep is asked to do, checked as far as that goes without its strategy: parameters, sample, what it is
judged by, walk-forward windows.

Its points are all combinations of the parameters' values, the last parameter changing fastest, numbered from 1; or so
many of them, drawn by a seed. Light: the server reads it from a request, and a worker from a job's document.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, cast, get_args

import orjson

from strikebook.errors import StorageError, UsageError

Value: TypeAlias = str | int | float | bool
Objective = Literal["net_pnl", "total_pnl", "sharpe", "win_rate", "return_over_drawdown", "max_drawdown"]
OBJECTIVES: Final[tuple[Objective, ...]] = get_args(Objective)

MOST_POINTS: Final = 1_000
MOST_PARAMETERS: Final = 8
MOST_VALUES: Final = 1_000
MOST_POINT_DAYS: Final = 500_000
MOST_COMBINATIONS: Final = 2**53
"""Of which a sample may be drawn: as many as a number of JSON can count."""
LARGEST_SEED: Final = 2**31 - 1
MOST_WINDOW_DAYS: Final = 3_660
_LONGEST_TEXT: Final = 200
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .\-]{0,39}")


@dataclass(frozen=True, slots=True)
class SweepParameter:
    """A place in the strategy's document, by its JSON path, and the values it is to have in turn."""

    name: str
    path: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """So many of all combinations, drawn by a seed."""

    size: int
    seed: int


@dataclass(frozen=True, slots=True)
class WalkForward:
    """Days to choose a point on, and the days after them on which it is looked at. ``anchored``: from the first day."""

    train_days: int
    test_days: int
    anchored: bool = False


@dataclass(frozen=True, slots=True)
class SweepRequest:
    """What is varied, and what a point is judged by."""

    parameters: tuple[SweepParameter, ...]
    sample: Sample | None = None
    objective: Objective = "net_pnl"
    walk_forward: WalkForward | None = None

    def as_document(self) -> dict[str, Any]:
        """As a sweep's document, and its job, have it."""
        sample, windows = self.sample, self.walk_forward
        return {
            "parameters": [
                {"name": each.name, "path": each.path, "values": list(each.values)} for each in self.parameters
            ],
            "sample": None if sample is None else {"size": sample.size, "seed": sample.seed},
            "objective": self.objective,
            "walk_forward": None if windows is None else windows_document(windows),
        }

    def points(self) -> list[tuple[Value, ...]]:
        """The values of every point, a value for each parameter."""
        sizes = [len(each.values) for each in self.parameters]
        everything = math.prod(sizes)
        chosen: Sequence[int] = range(everything)
        if self.sample is not None and self.sample.size < everything:
            drawn = random.Random(self.sample.seed)  # noqa: S311 — the same points for the same seed, no secret
            chosen = sorted(drawn.sample(chosen, self.sample.size))
        return [self._point(number, sizes) for number in chosen]

    def _point(self, number: int, sizes: list[int]) -> tuple[Value, ...]:
        values: list[Value] = []
        for parameter, size in zip(reversed(self.parameters), reversed(sizes), strict=True):
            number, at = divmod(number, size)
            values.append(parameter.values[at])
        return tuple(reversed(values))


def windows_document(windows: WalkForward) -> dict[str, Any]:
    """Walk-forward windows as documents have them."""
    return {"train_days": windows.train_days, "test_days": windows.test_days, "anchored": windows.anchored}


def parse_sweep(asked: Mapping[str, Any]) -> SweepRequest:
    """Read what a sweep is asked to do. Raises UsageError for the first thing that makes no sense."""
    listed = asked.get("parameters")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_PARAMETERS:
        raise UsageError("parameters", where="parameters", right=f"a list of 1 to {MOST_PARAMETERS}")
    parameters = tuple(_parameter(each, f"parameters[{number}]") for number, each in enumerate(listed))
    for name in ("name", "path"):
        texts = [getattr(each, name) for each in parameters]
        repeated = next((text for text in texts if texts.count(text) > 1), None)
        if repeated is not None:
            raise UsageError(f"{repeated!r} is there twice", where="parameters", right=f"each {name} once")
    objective = asked.get("objective") or "net_pnl"
    if objective not in OBJECTIVES:
        raise UsageError(f"objective {str(objective)[:40]!r}", where="objective", right=", ".join(OBJECTIVES))
    request = SweepRequest(parameters, _sample(asked.get("sample")), objective, _windows(asked.get("walk_forward")))
    count = math.prod(len(each.values) for each in parameters)
    if count > MOST_COMBINATIONS:
        raise UsageError(
            f"{count} combinations", where="parameters", right=f"at most {MOST_COMBINATIONS}, also for a sample"
        )
    if request.sample is None and count > MOST_POINTS:
        raise UsageError(
            f"{count} points", where="parameters", right=f"at most {MOST_POINTS}: fewer values, or a sample of them"
        )
    return request


def windows_of(train_days: int, test_days: int, *, anchored: bool) -> WalkForward:
    """Checked walk-forward windows. Raises UsageError."""
    for name, days in (("train_days", train_days), ("test_days", test_days)):
        if not _is_whole(days) or not 1 <= days <= MOST_WINDOW_DAYS:
            raise UsageError(f"{name} {days!r}", where=name, right=f"whole days from 1 to {MOST_WINDOW_DAYS}")
    return WalkForward(train_days, test_days, anchored)


def objective_of(text: str) -> Objective:
    """A checked objective. Raises UsageError."""
    if text not in OBJECTIVES:
        raise UsageError(f"objective {text[:40]!r}", where="objective", right=", ".join(OBJECTIVES))
    return text


def pack_sweep(strategy: bytes, request: SweepRequest) -> bytes:
    """The document of a sweep's job: the strategy as text, byte for byte, and what is asked of it."""
    return orjson.dumps({"sweep": request.as_document(), "strategy": strategy.decode()})


def unpack_sweep(content: bytes, where: str) -> tuple[bytes, SweepRequest]:
    """The strategy and the request of a sweep's job. Raises StorageError where it is none."""
    try:
        document = orjson.loads(content)
        return document["strategy"].encode(), parse_sweep(document["sweep"])
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, UsageError) as error:
        raise StorageError(f"it holds no sweep: {error}", where=where, right="submit it again") from None


def _parameter(given: object, where: str) -> SweepParameter:
    if not isinstance(given, dict):
        raise UsageError("a parameter", where=where, right="an object with name, path and values")
    name, path, values = given.get("name"), given.get("path"), given.get("values")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        right = "1 to 40 letters, digits, spaces and . _ -"
        raise UsageError(f"{str(name)[:40]!r} cannot name a parameter", where=f"{where}.name", right=right)
    if not isinstance(path, str):
        raise UsageError("no path", where=f"{where}.path", right="a JSON path in the strategy's document")
    if not isinstance(values, list) or not 1 <= len(values) <= MOST_VALUES:
        raise UsageError(f"the values of {name}", where=f"{where}.values", right=f"a list of 1 to {MOST_VALUES}")
    for number, value in enumerate(values):
        if not _is_value(value):
            right = f"a number, true, false, or a text of at most {_LONGEST_TEXT} characters"
            raise UsageError(f"the value {str(value)[:40]!r}", where=f"{where}.values[{number}]", right=right)
    told = [(type(value) is bool, value) for value in values]
    if len(set(told)) < len(told):
        repeated = next(value for value in values if told.count((type(value) is bool, value)) > 1)
        raise UsageError(f"the value {repeated!r} is there twice", where=f"{where}.values", right="each value once")
    return SweepParameter(name, path, tuple(values))


def _is_value(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST_TEXT and value.isprintable()
    if isinstance(value, (bool, int)):
        return abs(value) < 2**53
    return isinstance(value, float) and math.isfinite(value)


def _sample(given: object) -> Sample | None:
    if given is None:
        return None
    size, seed = (given.get("size"), given.get("seed", 1)) if isinstance(given, dict) else (None, None)
    if not _is_whole(size) or not 1 <= cast("int", size) <= MOST_POINTS:
        raise UsageError(f"a sample of {str(size)[:20]}", where="sample.size", right=f"1 to {MOST_POINTS}")
    if not _is_whole(seed) or not 0 <= cast("int", seed) <= LARGEST_SEED:
        raise UsageError(f"seed {str(seed)[:20]}", where="sample.seed", right=f"0 to {LARGEST_SEED}")
    return Sample(cast("int", size), cast("int", seed))


def _windows(given: object) -> WalkForward | None:
    if given is None:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("anchored", False), bool):
        right = "an object with train_days, test_days and anchored"
        raise UsageError("walk_forward", where="walk_forward", right=right)
    train, test = given.get("train_days"), given.get("test_days")
    return windows_of(cast("int", train), cast("int", test), anchored=given.get("anchored", False))


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
