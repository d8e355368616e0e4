"""The points of a sweep as strategies: made by replacing values in the document, read and checked in a worker."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Sequence
from typing import Final

from strikebook.errors import StrategyError, UsageError
from strikebook.service.planning import known_strategy
from strikebook.service.strategy_file import decode_document
from strikebook.service.sweep_plan import PointPart
from strikebook.service.sweep_request import Value
from strikebook.strategy.node import Strategy
from strikebook.strategy.parse import finding_text, parse_strategy
from strikebook.strategy.places import Place, Scalar, find_place, path_text, replaced, value_at

_POINTS_TOLD: Final = 5
_FINDINGS_TOLD: Final = 3


def values_now(document: bytes, name: str, paths: Sequence[str]) -> tuple[Scalar, ...]:
    """What stands at the paths in the strategy as it is.

    Raises UsageError for a path that is not there, one that holds no scalar, and two that are the same place.
    """
    decoded = decode_document(document, name)
    return tuple(value for _, value in _places(decoded, paths))


def check_points(
    document: bytes,
    name: str,
    names: Sequence[str],
    paths: Sequence[str],
    points: Sequence[tuple[Value, ...]],
    first_number: int,
) -> PointPart:
    """Read and check some points, numbered from ``first_number``.

    Raises StrategyError where one cannot run, or is another strategy or of another underlying.
    """
    decoded, base = decode_document(document, name), known_strategy(document, name)
    places = [place for place, _ in _places(decoded, paths)]
    strategies: list[Strategy] = []
    wrong: list[str] = []
    for number, values in enumerate(points, first_number):
        parsed = parse_strategy(replaced(decoded, dict(zip(places, values, strict=True))))
        strategy = parsed.strategy
        found = [finding_text(each) for each in parsed.errors[:_FINDINGS_TOLD]]
        if strategy is not None:
            found = _other(base, strategy)
            strategies.append(strategy)
        if found:
            wrong.append(f"point {number} ({told(names, values)}): {'; '.join(found)}")
    if wrong:
        more = f"; and {len(wrong) - _POINTS_TOLD} more points" if len(wrong) > _POINTS_TOLD else ""
        raise StrategyError(
            "; ".join(wrong[:_POINTS_TOLD]) + more, where="parameters", right="values with which the strategy can run"
        )
    return PointPart(
        zlib.compress(pickle.dumps(strategies, pickle.HIGHEST_PROTOCOL), 1),
        tuple(each.hash for each in strategies),
    )


def unpacked(part: PointPart) -> list[Strategy]:
    """The strategies of a part."""
    found: list[Strategy] = pickle.loads(zlib.decompress(part.packed))  # noqa: S301 — made by ``check_points``
    return found


def point_document(document: bytes, name: str, paths: Sequence[str], values: Sequence[Scalar]) -> object:
    """The strategy's document with a point's values."""
    decoded = decode_document(document, name)
    places = [place for place, _ in _places(decoded, paths)]
    return replaced(decoded, dict(zip(places, values, strict=True)))


def told(names: Sequence[str], values: Sequence[object]) -> str:
    """A point in words: ``fast 5, slow 20``."""
    return ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))


def _places(decoded: object, paths: Sequence[str]) -> list[tuple[Place, Scalar]]:
    found: list[tuple[Place, Scalar]] = []
    for number, path in enumerate(paths):
        where = f"parameters[{number}].path"
        place = find_place(decoded, path, where)
        value = value_at(decoded, place)
        if not (value is None or isinstance(value, (str, int, float, bool))):
            raise UsageError(f"{path} is no single value", where=where, right="the path of a number, a text or a flag")
        if any(place == other for other, _ in found):
            raise UsageError(f"{path} is there twice", where=where, right=f"{path_text(place)} once")
        found.append((place, value))
    return found


def _other(base: Strategy, strategy: Strategy) -> list[str]:
    """How a point is not the strategy that is swept: a sweep is of one strategy, on the same data."""
    if strategy.id != base.id:
        return [f"it is the strategy {strategy.id}, not {base.id}"]
    mine, others = (_symbols(each) for each in (strategy, base))
    return [f"it reads {' and '.join(mine)}, not {' and '.join(others)}"] if mine != others else []


def _symbols(strategy: Strategy) -> list[str]:
    return [strategy.trading.symbol, *([] if strategy.supporting is None else [strategy.supporting.symbol])]
