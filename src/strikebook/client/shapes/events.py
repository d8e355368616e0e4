"""An event of a job."""

# Written by `python -m tests.client.make_shapes` from strikebook.server.wire.events; a test holds them together.

from __future__ import annotations

from typing import Literal, TypedDict

from strikebook.client.shapes.jobs import Progress
from strikebook.client.shapes.runs import Costs
from strikebook.client.shapes.shape import JobStatus
from strikebook.client.shapes.sweeps import SweepDay


class DayDone(Costs):
    """A day that is dealt with: what its summary in the run's metadata says of the day itself."""

    date: str
    positions: int
    pnl: float
    has_data: bool
    file_size_kb: float
    status: Literal["traded", "no_trades", "no_data", "failed"]
    reason: str
    closed_positions: int
    winning_trades: int
    losing_trades: int
    flat_trades: int
    win_rate: float
    trades: int
    rejected_orders: int


class JobEvent(TypedDict):
    """What happened to a job: ``day`` is there for a day, ``queue_position`` while it waits."""

    event: Literal["queued", "started", "day", "completed", "failed", "cancelled"]
    time: str
    job_id: str
    status: JobStatus
    progress: Progress
    queue_position: int | None
    error: str | None
    day: DayDone | SweepDay | None
