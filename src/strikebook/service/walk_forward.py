"""Walk-forward: choose a point on some days, look at it on the days after them, go on. A fold of a sweep's table.

1. The days are those that were run, in order. A window trains on ``train_days`` of them (``anchored``: on all days so
   far, at least so many) and tests on the next ``test_days``; the next window begins ``test_days`` later.
2. The point is the best by the objective **on the train days alone**; of equal ones the first.
3. The last window may have fewer test days than the others, never none.
4. What all test days came to, each with the point chosen before it, is the out-of-sample result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from strikebook.errors import UsageError
from strikebook.service.point_course import PointCourse
from strikebook.service.sweep_request import Objective, Value, WalkForward, windows_document
from strikebook.service.sweep_table import Grid, best_of, figures_of, figures_record, read_sweep
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.layout import RunKey
from strikebook.storage.summary import rupees
from strikebook.storage.sweep_days import PointDay

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Window:
    """Places of days: trained on [train, test), tested on [test, stop)."""

    train: int
    test: int
    stop: int


def windows_over(days: int, asked: WalkForward) -> list[Window]:
    """The windows over so many days."""
    windows = []
    for test in range(asked.train_days, days, asked.test_days):
        train = 0 if asked.anchored else test - asked.train_days
        windows.append(Window(train, test, min(test + asked.test_days, days)))
    return windows


def walk_forward_of(
    sweeps: BacktestStorage, key: RunKey, asked: WalkForward | None, objective: Objective | None
) -> bytes:
    """A stored sweep's walk-forward, as JSON; what is not given is as the sweep was asked.

    Raises UsageError where no windows are given, or there are not enough days for one.
    """
    sweep = read_sweep(sweeps, key)
    windows = asked or sweep.request.walk_forward
    if windows is None:
        right = "train_days and test_days: the sweep itself was asked for none"
        raise UsageError("no windows", where="train_days", right=right)
    names = [parameter.name for parameter in sweep.request.parameters]
    chosen = objective or sweep.request.objective
    return orjson.dumps(
        {
            "user_id": key.user_id,
            "sweep_id": key.strategy_id,
            "strategy_id": sweep.heading["strategy_id"],
            "synthetic": sweep.heading["synthetic"],
            **walk_forward(sweep.grid, names, sweep.points, windows, chosen),
        }
    )


def walk_forward(
    grid: Grid, names: Sequence[str], points: Sequence[tuple[Value, ...]], asked: WalkForward, objective: Objective
) -> Document:
    """The windows of a table, and what the test days came to together."""
    windows = windows_over(len(grid.days), asked)
    if not windows:
        raise UsageError(
            f"{len(grid.days)} days",
            where="train_days",
            right=f"more than {asked.train_days} days, or fewer to train on",
        )
    courses = [PointCourse([row[number] for row in grid.rows]) for number in range(len(points))]
    outside: list[tuple[date, PointDay]] = []
    told = []
    for window in windows:
        train, test = grid.between(window.train, window.test), grid.between(window.test, window.stop)
        best = best_of([course.value(window.train, window.test, objective) for course in courses])
        tested = [] if best is None else test.of_point(best)
        outside += tested
        told.append(
            {
                "train": _span(train),
                "test": _span(test),
                "point": None if best is None else best + 1,
                "values": None if best is None else dict(zip(names, points[best], strict=True)),
                "train_result": None if best is None else figures_record(figures_of(train.of_point(best))),
                "test_result": None if best is None else figures_record(figures_of(tested)),
                "reason": "" if best is not None else f"no point has a value of {objective} on the train days",
            }
        )
    return {
        "objective": objective,
        "windows_asked": windows_document(asked),
        "windows": told,
        "out_of_sample": {"days": len(outside), **figures_record(figures_of(outside))},
        "out_of_sample_days": [{"date": day.isoformat(), "net_pnl": rupees(each.net_paise)} for day, each in outside],
    }


def _span(grid: Grid) -> Document:
    return {"from": grid.days[0].isoformat(), "to": grid.days[-1].isoformat(), "days": len(grid.days)}
