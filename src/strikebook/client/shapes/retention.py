"""What is kept, for how long, of how many bytes."""

# Written by `python -m tests.client.make_shapes` from strikebook.server.wire.retention; a test holds them together.

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from strikebook.client.shapes.jobs import NotCleaned
from strikebook.client.shapes.shape import JobStatus

Whose: TypeAlias = Literal["run", "user", "server"]


class SaidLimits(TypedDict):
    """What an administrator says of a user; null is what the server says."""

    ttl_hours: float | None
    longest_ttl_hours: float | None
    quota_mb: float | None


class Pinned(TypedDict):
    """Results that are pinned, or are so no more."""

    user_id: str
    strategy_id: str
    job_id: str | None
    created_at: str | None
    expires_at: str | None
    """`null` for results that are pinned."""
    pinned: bool


class Lives(Pinned):
    """Results with how long they live, and who says so."""

    ttl_hours: float
    """How long they live where they are not pinned."""
    ttl_from: Whose


class UserLimits(TypedDict):
    """What an administrator says of a user, and what follows from it and the server's settings."""

    user_id: str
    limits: SaidLimits
    ttl_hours: float
    ttl_from: Whose
    longest_ttl_hours: float
    quota_bytes: int | None
    failed: NotRequired[list[NotCleaned]]
    """What the next cleanup brings in line."""


class DamagedLimits(TypedDict):
    """Limits whose file cannot be read: until they are set again nothing of that user is deleted, and no run begins."""

    user_id: str
    problem: str


class AllLimits(TypedDict):
    """The users of whom an administrator says something."""

    limits: list[UserLimits | DamagedLimits]


class KeptResult(TypedDict):
    """What a result takes, and when it expires; ``problem`` says why its metadata cannot be read."""

    strategy_id: str
    strategy_name: str | None
    status: JobStatus | None
    stored_bytes: int
    days: int
    created_at: str | None
    expires_at: str | None
    pinned: bool
    ttl_hours: float | None
    """How long it lives if it is not pinned."""
    ttl_from: Whose | None
    """Who says so: the run's own option, its user's limits, or the server."""
    problem: str | None


class Usage(TypedDict):
    """The bytes that a user's results take, and each of them, the first to expire first."""

    user_id: str
    used_bytes: int
    sweeps_bytes: int
    pinned_bytes: int
    quota_bytes: int | None
    free_bytes: int | None
    """What is left of the quota; `null` without one."""
    ttl_hours: float
    ttl_from: Whose
    longest_ttl_hours: float
    limits: SaidLimits
    results: list[KeptResult]
