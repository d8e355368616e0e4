"""A sweep about which everything was checked. Light: the server has it, and asks workers for what it takes.

Points are checked some at a time: a thousand take seconds, and questions of other users need not wait for them.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, cast

import orjson

from strikebook import __version__
from strikebook.errors import UsageError
from strikebook.model.options import RunOptions
from strikebook.service.day_executor import DayExecutor
from strikebook.service.run_plan import RunPlan
from strikebook.service.sweep_request import MOST_POINT_DAYS, SweepRequest, Value

if TYPE_CHECKING:
    from strikebook.market.source import MarketSource  # loads numpy; a worker has it, the server need not

_HERE: Final = "strikebook.service.sweep_planning"
_POINTS_A_PART: Final = 50
"""Half a second's work."""
_PARTS_OUT: Final = 2


@dataclass(frozen=True, slots=True)
class StrategyAsked:
    """The strategy that is swept, whose sweep it is, and its days, both included. ``name``: of its file."""

    user_id: str
    document: bytes
    name: str
    first: date
    last: date
    options: RunOptions


@dataclass(frozen=True, slots=True)
class PointPart:
    """Some points in a row that can run: their strategies, packed by the worker that read them, and their hashes."""

    packed: bytes
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """What a sweep will do. ``run``: the plan of the strategy as it is. ``points``: the values of each.

    ``was``: what the parameters are in the strategy as it is. ``same``: how many points mean the same as another.
    """

    run: RunPlan
    request: SweepRequest
    points: tuple[tuple[Value, ...], ...]
    was: tuple[Value | None, ...]
    parts: tuple[PointPart, ...]

    @property
    def same(self) -> int:
        """How many points mean the same to the engine as a point before them."""
        hashes = [each for part in self.parts for each in part.hashes]
        return len(hashes) - len(set(hashes))

    @property
    def sweep_hash(self) -> str:
        """What a stored day must have been made from: every point, the options, this version."""
        told = {
            "points": [each for part in self.parts for each in part.hashes],
            "options": self.run.options.as_document(),
            "engine_version": __version__,
        }
        return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def plan_sweep(executor: DayExecutor, market: MarketSource, asked: StrategyAsked, request: SweepRequest) -> SweepPlan:
    """Check everything about a sweep and plan it.

    Raises what ``planning.plan_run`` raises, UsageError for a path that the strategy does not have or for too much
    work, and StrategyError for points that cannot run, each with its values, the path and what is wrong.
    """
    document, name = asked.document, asked.name
    question = "strikebook.service.planning:plan_run"
    rest = (market, asked.first, asked.last, asked.options)
    run = cast("RunPlan", executor.ask(question, asked.user_id, document, name, *rest).result())
    points = tuple(request.points())
    if len(points) * len(run.days_to_run) > MOST_POINT_DAYS:
        raise UsageError(
            f"{len(points)} points over {len(run.days_to_run)} days",
            where="parameters",
            right=f"at most {MOST_POINT_DAYS} runs of a day in all: fewer points, a sample, or fewer days",
        )
    paths = tuple(each.path for each in request.parameters)
    names = tuple(each.name for each in request.parameters)
    was = cast("tuple[Value | None, ...]", executor.ask(f"{_HERE}:values_now", document, name, paths).result())
    parts = tuple(_parts(executor, document, name, (names, paths), points))
    return SweepPlan(run, request, points, was, parts)


def _parts(
    executor: DayExecutor,
    document: bytes,
    name: str,
    parameters: tuple[tuple[str, ...], tuple[str, ...]],
    points: tuple[tuple[Value, ...], ...],
) -> Iterator[PointPart]:
    out: deque[Future[object]] = deque()
    for at in range(0, len(points), _POINTS_A_PART):
        if len(out) == _PARTS_OUT:
            yield cast("PointPart", out.popleft().result())
        some = points[at : at + _POINTS_A_PART]
        out.append(executor.ask(f"{_HERE}:check_points", document, name, *parameters, some, at + 1))
    while out:
        yield cast("PointPart", out.popleft().result())
