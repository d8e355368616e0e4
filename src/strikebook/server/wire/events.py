"""An event of a job."""

from __future__ import annotations

from typing import Literal

from strikebook.server.wire.jobs import Progress
from strikebook.server.wire.runs import Costs
from strikebook.server.wire.shape import Answer, JobStatus
from strikebook.server.wire.sweeps import SweepDay


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


class JobEvent(Answer):
    """What happened to a job: ``day`` is there for a day, ``queue_position`` while it waits."""

    event: Literal["queued", "started", "day", "completed", "failed", "cancelled"]
    time: str
    job_id: str
    status: JobStatus
    progress: Progress
    queue_position: int | None
    error: str | None
    day: DayDone | SweepDay | None
