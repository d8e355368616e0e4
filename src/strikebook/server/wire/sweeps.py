"""Sweeps: what is asked for, and what is stored and folded about them."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from strikebook.server.wire.patterns import DATE_PATTERN, ID_PATTERN
from strikebook.server.wire.runs import Manifest, MarketOfRun, Options, OptionsUsed
from strikebook.server.wire.shape import Answer, Asked, JobStatus, Part
from strikebook.server.wire.sweep_examples import KEEP, SWEEP
from strikebook.service.sweep_request import (
    LARGEST_SEED,
    MOST_PARAMETERS,
    MOST_POINTS,
    MOST_VALUES,
    MOST_WINDOW_DAYS,
    Objective,
)

PARAMETER_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_ .\-]{0,39}$"


def _whole(value: object) -> object:
    """7.0 is a whole number, as JSON Schema has it; a text is none."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = Annotated[StrictInt, BeforeValidator(_whole)]
Value: TypeAlias = StrictBool | StrictInt | StrictFloat | StrictStr


class ParameterBody(Asked):
    """A place in the strategy's document, and the values it is to have."""

    name: Annotated[StrictStr, Field(pattern=PARAMETER_PATTERN, description="What it is called in the table.")]
    path: Annotated[
        StrictStr,
        Field(
            min_length=2,
            max_length=300,
            description="Its JSON path, as findings have them; an element of a list also by its id or vpi: "
            "`$.nodes[bullish-signal].data.maxEntries`.",
        ),
    ]
    values: list[Value] = Field(min_length=1, max_length=MOST_VALUES)


class SampleBody(Asked):
    """So many of all combinations, drawn by a seed."""

    size: StrictInt = Field(ge=1, le=MOST_POINTS)
    seed: StrictInt = Field(1, ge=0, le=LARGEST_SEED)


class WindowsBody(Asked):
    """Days to choose a point on, and days after them to look at it."""

    train_days: StrictInt = Field(ge=1, le=MOST_WINDOW_DAYS)
    test_days: StrictInt = Field(ge=1, le=MOST_WINDOW_DAYS)
    anchored: StrictBool = Field(default=False, description="Train on all days so far.")


class SweepBody(Asked):
    """A sweep to be queued."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, json_schema_extra={"example": SWEEP})

    user_id: Annotated[StrictStr, Field(pattern=ID_PATTERN)]
    strategy_id: Annotated[StrictStr, Field(pattern=ID_PATTERN)]
    start_date: Annotated[StrictStr, Field(pattern=DATE_PATTERN, description="The first day, YYYY-MM-DD.")]
    end_date: Annotated[StrictStr, Field(pattern=DATE_PATTERN, description="The last day, included.")]
    options: Options | None = None
    parameters: list[ParameterBody] = Field(min_length=1, max_length=MOST_PARAMETERS)
    sample: SampleBody | None = None
    objective: Objective = Field("net_pnl", description="What points are ranked by, the more the better.")
    walk_forward: WindowsBody | None = None


class KeepBody(Asked):
    """A point that is worth keeping."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, json_schema_extra={"example": KEEP})

    point: Whole = Field(ge=1, le=MOST_POINTS)
    strategy_id: Annotated[StrictStr, Field(pattern=ID_PATTERN)] | None = Field(
        None, description="The id it is to have; else the strategy's, with the sweep's mark and the point's number."
    )
    strategy_name: Annotated[StrictStr, Field(min_length=1, max_length=200)] | None = None


class SweepQueued(Answer):
    """A sweep that was queued; ``sweep_id`` is its job's id."""

    job_id: str
    sweep_id: str
    status: Literal["queued"]
    message: str
    points_total: int
    points_same: int
    total_days: int


class ParameterUsed(Part):
    """A parameter; ``was``: what the strategy itself has there."""

    name: str
    path: str
    was: bool | int | float | str | None
    values: list[bool | int | float | str]


class SweepDay(Part):
    """A day of the plan."""

    date: str
    status: Literal["pending", "run", "failed", "no_data"]
    reason: str


class PointFigures(Part):
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


class SweepHeading(Part):
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


class WindowsUsed(Part):
    """Walk-forward windows."""

    train_days: int
    test_days: int
    anchored: bool


class SampleUsed(Part):
    """How a sample was drawn."""

    size: int
    seed: int


class SweepAnswer(SweepHeading, Answer):
    """A sweep: its days, and a row for each point."""

    manifest: Manifest
    days: list[SweepDay]
    points: list[Point]


class DamagedSweep(Part):
    """A sweep that cannot be read."""

    user_id: str
    sweep_id: str
    problem: str


class SweepList(Answer):
    """The sweeps of a user, the newest first."""

    sweeps: list[SweepHeading | DamagedSweep]


class Span(Part):
    """Days in a row that were run."""

    from_: str = Field(alias="from")
    to: str
    days: int


class WindowFound(Part):
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


class OutsideDay(Part):
    """A test day, with the point that was chosen before it."""

    date: str
    net_pnl: float


class WalkedForward(Answer):
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


class Kept(Answer):
    """A point that is a strategy of its user's shelf now."""

    user_id: str
    sweep_id: str
    point: int
    values: dict[str, bool | int | float | str]
    strategy_id: str
    strategy_name: str


class SweepDeleted(Answer):
    """What was removed; ``deleted_files`` counts days."""

    message: str
    deleted_files: int
    freed_space_mb: float
