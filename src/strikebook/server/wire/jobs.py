"""Jobs, and what is kept for how long."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from strikebook.server.wire.shape import Answer, JobStatus, Part


class Queued(Answer):
    """A job that was queued."""

    job_id: str
    status: Literal["queued"]
    message: str


class Progress(Part):
    """Where a job stands; ``current_date`` is the day finished last."""

    current_date: str | None
    completed_days: int
    total_days: int
    percentage: float
    failed_days: int
    pnl: float


class FailedDay(Part):
    """A day that could not be run."""

    date: str
    reason: str


class Status(Answer):
    """A job."""

    job_id: str
    kind: Literal["run", "sweep"]
    user_id: str
    strategy_id: str
    status: JobStatus
    progress: Progress
    submitted_at: str
    started_at: str | None
    completed_at: str | None
    estimated_completion: str | None
    queue_position: int | None
    error: str | None
    failed_days: list[FailedDay]
    start_date: str
    end_date: str
    options: dict[str, str | int]
    market: str
    owner: Literal["server", "command line"]


class Jobs(Answer):
    """Jobs, the newest first."""

    jobs: list[Status]


class ClearedAnswer(Answer):
    """What a clearing removed; ``deleted_files`` counts day files."""

    message: str
    deleted_files: int
    freed_space_mb: float


class NextExpiry(Part):
    """What expires next."""

    user_id: str
    strategy_id: str
    expires_at: str


class NotCleaned(Part):
    """What a cleanup could not look at."""

    where: str
    what: str


class ResultName(Part):
    """Whose results of which strategy."""

    user_id: str
    strategy_id: str


class CleanupStatus(Answer):
    """The retention."""

    cleanup_enabled: bool
    ttl_hours: float
    message: str
    last_run: str | None
    next_run: str | None
    next_expiry: NextExpiry | None
    pinned: list[ResultName] = Field(description="What never expires; of the caller, or of all for an administrator.")
    failed: list[NotCleaned]


class CleanupDone(Answer):
    """What a cleanup did."""

    message: str
    deleted_strategies: int
    deleted_sweeps: int
    deleted_files: int
    freed_space_mb: float
    cutoff_time: str
    kept_pinned: list[ResultName] = Field(description="What was old enough to go, and stays because it is pinned.")
    failed: list[NotCleaned]


class Health(Answer):
    """How the server is; all but ``status`` is for an administrator."""

    status: Literal["ok"]
    version: str = ""
    market: str = ""
    running_jobs: int = 0
    queued_jobs: int = 0
    damaged_records: list[str] = Field([])
    jobs_left_alone: list[str] = Field([])
    time: str = ""


class Me(Answer):
    """Who asks. ``user_id`` is ``null`` for an administrator, and for everyone where the server wants no keys."""

    user_id: str | None
    admin: bool
    keys: bool
