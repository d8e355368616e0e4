"""Jobs, and what is kept for how long."""

# Written by `python -m tests.client.make_shapes` from strikebook.server.wire.jobs; a test holds them together.

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from strikebook.client.shapes.shape import JobStatus


class Queued(TypedDict):
    """A job that was queued."""

    job_id: str
    status: Literal["queued"]
    message: str


class Progress(TypedDict):
    """Where a job stands; ``current_date`` is the day finished last."""

    current_date: str | None
    completed_days: int
    total_days: int
    percentage: float
    failed_days: int
    pnl: float


class FailedDay(TypedDict):
    """A day that could not be run."""

    date: str
    reason: str


class Status(TypedDict):
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


class Jobs(TypedDict):
    """Jobs, the newest first."""

    jobs: list[Status]


class ClearedAnswer(TypedDict):
    """What a clearing removed; ``deleted_files`` counts day files."""

    message: str
    deleted_files: int
    freed_space_mb: float


class NextExpiry(TypedDict):
    """What expires next."""

    user_id: str
    strategy_id: str
    expires_at: str


class NotCleaned(TypedDict):
    """What a cleanup could not look at."""

    where: str
    what: str


class ResultName(TypedDict):
    """Whose results of which strategy."""

    user_id: str
    strategy_id: str


class CleanupStatus(TypedDict):
    """The retention."""

    cleanup_enabled: bool
    ttl_hours: float
    message: str
    last_run: str | None
    next_run: str | None
    next_expiry: NextExpiry | None
    pinned: list[ResultName]
    """What never expires; of the caller, or of all for an administrator."""
    failed: list[NotCleaned]


class CleanupDone(TypedDict):
    """What a cleanup did."""

    message: str
    deleted_strategies: int
    deleted_sweeps: int
    deleted_files: int
    freed_space_mb: float
    cutoff_time: str
    kept_pinned: list[ResultName]
    """What was old enough to go, and stays because it is pinned."""
    failed: list[NotCleaned]


class Health(TypedDict):
    """How the server is; all but ``status`` is for an administrator."""

    status: Literal["ok"]
    version: NotRequired[str]
    market: NotRequired[str]
    running_jobs: NotRequired[int]
    queued_jobs: NotRequired[int]
    damaged_records: NotRequired[list[str]]
    jobs_left_alone: NotRequired[list[str]]
    time: NotRequired[str]


class Me(TypedDict):
    """Who asks. ``user_id`` is ``null`` for an administrator, and for everyone where the server wants no keys."""

    user_id: str | None
    admin: bool
    keys: bool
