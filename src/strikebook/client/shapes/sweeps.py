"""Sweeps: what is asked for, and what is stored and folded about them."""

# Written by `python -m tests.client.make_shapes` from strikebook.server.wire.sweeps; a test holds them together.

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from strikebook.client.shapes.runs import Manifest, MarketOfRun, OptionsUsed
from strikebook.client.shapes.shape import JobStatus

Objective: TypeAlias = Literal["net_pnl", "total_pnl", "sharpe", "win_rate", "return_over_drawdown", "max_drawdown"]

Value: TypeAlias = bool | int | float | str


class ParameterBody(TypedDict):
    """A place in the strategy's document, and the values it is to have."""

    name: str
    path: str
    values: list[Value]


class SampleBody(TypedDict):
    """So many of all combinations, drawn by a seed."""

    size: int
    seed: NotRequired[int]


class WindowsBody(TypedDict):
    """Days to choose a point on, and days after them to look at it."""

    train_days: int
    test_days: int
    anchored: NotRequired[bool]
    """Train on all days so far."""


class SweepQueued(TypedDict):
    """A sweep that was queued; ``sweep_id`` is its job's id."""

    job_id: str
    sweep_id: str
    status: Literal["queued"]
    message: str
    points_total: int
    points_same: int
    total_days: int


class ParameterUsed(TypedDict):
    """A parameter; ``was``: what the strategy itself has there."""

    name: str
    path: str
    was: bool | int | float | str | None
    values: list[bool | int | float | str]


class SweepDay(TypedDict):
    """A day of the plan."""

    date: str
    status: Literal["pending", "run", "failed", "no_data"]
    reason: str


class PointFigures(TypedDict):
    """What a point came to. Figures without a value have their reason in ``reasons``."""

    total_pnl: float
    charges: float
    net_pnl: float
    positions: int
    trades: int
    winning_trades: int
    losing_trades: int
    win_rate: float
    rejected_orders: int
    max_drawdown: float
    sharpe: float | None
    return_over_drawdown: float | None
    reasons: dict[str, str]
    failed_days: int
    failed_reason: str


class Point(PointFigures):
    """A point with its parameters. ``rank``: 1 is the best; ``null`` where it could not be judged."""

    point: int
    values: dict[str, bool | int | float | str]
    rank: int | None
    probabilistic_sharpe: float | None
    deflated_sharpe: float | None


class SweepHeading(TypedDict):
    """A sweep without its days and points."""

    sweep_id: str
    job_id: str
    user_id: str
    strategy_id: str
    strategy_name: str
    start_date: str
    end_date: str
    status: JobStatus
    error: str | None
    total_days: int
    completed_days: int
    failed_days: int
    created_at: str
    completed_at: str | None
    expires_at: str
    parameters: list[ParameterUsed]
    objective: Objective
    walk_forward: WindowsUsed | None
    sample: SampleUsed | None
    points_total: int
    points_same: int
    options: OptionsUsed
    strategy_hash: str
    sweep_hash: str
    engine_version: str
    market: MarketOfRun
    synthetic: bool


class WindowsUsed(TypedDict):
    """Walk-forward windows."""

    train_days: int
    test_days: int
    anchored: bool


class SampleUsed(TypedDict):
    """How a sample was drawn."""

    size: int
    seed: int


class SweepAnswer(SweepHeading):
    """A sweep: its days, and a row for each point."""

    manifest: Manifest
    days: list[SweepDay]
    points: list[Point]


class DamagedSweep(TypedDict):
    """A sweep that cannot be read."""

    user_id: str
    sweep_id: str
    problem: str


class SweepList(TypedDict):
    """The sweeps of a user, the newest first."""

    sweeps: list[SweepHeading | DamagedSweep]


Span = TypedDict("Span", {"from": "str", "to": "str", "days": "int"})
"""Days in a row that were run."""


class WindowFound(TypedDict):
    """A window: the point chosen on its train days, and what it came to on both."""

    train: Span
    test: Span
    point: int | None
    values: dict[str, bool | int | float | str] | None
    train_result: PointFigures | None
    test_result: PointFigures | None
    reason: str


class OutOfSample(PointFigures):
    """What all test days came to."""

    days: int


class OutsideDay(TypedDict):
    """A test day, with the point that was chosen before it."""

    date: str
    net_pnl: float


class WalkedForward(TypedDict):
    """The windows of a sweep, and its out-of-sample result."""

    user_id: str
    sweep_id: str
    strategy_id: str
    synthetic: bool
    objective: Objective
    windows_asked: WindowsUsed
    windows: list[WindowFound]
    out_of_sample: OutOfSample
    out_of_sample_days: list[OutsideDay]


class Kept(TypedDict):
    """A point that is a strategy of its user's shelf now."""

    user_id: str
    sweep_id: str
    point: int
    values: dict[str, bool | int | float | str]
    strategy_id: str
    strategy_name: str


class SweepDeleted(TypedDict):
    """What was removed; ``deleted_files`` counts days."""

    message: str
    deleted_files: int
    freed_space_mb: float
