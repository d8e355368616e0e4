"""What is kept, for how long, of how many bytes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StrictFloat, StrictInt

from strikebook.server.wire.jobs import NotCleaned
from strikebook.server.wire.shape import Answer, Asked, JobStatus, Part

Whose = Literal["run", "user", "server"]
_Hours = Annotated[StrictInt, Field(ge=1, le=87_600)] | Annotated[StrictFloat, Field(ge=1e-6, le=87_600)] | None
_Megabytes = (
    Annotated[StrictInt, Field(ge=0, le=1_000_000_000)] | Annotated[StrictFloat, Field(ge=0, le=1_000_000_000)] | None
)


class LimitsBody(Asked):
    """What an administrator says of a user; what is left out, or null, is as the server says."""

    model_config = ConfigDict(
        extra="forbid", allow_inf_nan=False, json_schema_extra={"example": {"ttl_hours": 48, "quota_mb": 500}}
    )

    ttl_hours: _Hours = Field(None, description="Hours after which results expire that ask for none.")
    longest_ttl_hours: _Hours = Field(None, description="The most hours that a run may ask for.")
    quota_mb: _Megabytes = Field(None, description="Megabytes that all results may take; 0 for no limit.")


class SaidLimits(Part):
    """What an administrator says of a user; null is what the server says."""

    ttl_hours: float | None
    longest_ttl_hours: float | None
    quota_mb: float | None


class Pinned(Answer):
    """Results that are pinned, or are so no more."""

    user_id: str
    strategy_id: str
    job_id: str | None
    created_at: str | None
    expires_at: str | None = Field(description="`null` for results that are pinned.")
    pinned: bool


class LivesBody(Asked):
    """How long results are to live, from when their run was created; ``null``: as long as it asked for."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, json_schema_extra={"example": {"ttl_hours": 48}})

    ttl_hours: _Hours = Field(description="At most the longest that a run of this user may ask for.")


class Lives(Pinned, Answer):
    """Results with how long they live, and who says so."""

    ttl_hours: float = Field(description="How long they live where they are not pinned.")
    ttl_from: Whose


class UserLimits(Answer):
    """What an administrator says of a user, and what follows from it and the server's settings."""

    user_id: str
    limits: SaidLimits
    ttl_hours: float
    ttl_from: Whose
    longest_ttl_hours: float
    quota_bytes: int | None
    failed: list[NotCleaned] = Field([], description="What the next cleanup brings in line.")


class DamagedLimits(Part):
    """Limits whose file cannot be read: until they are set again nothing of that user is deleted, and no run begins."""

    user_id: str
    problem: str


class AllLimits(Answer):
    """The users of whom an administrator says something."""

    limits: list[UserLimits | DamagedLimits]


class KeptResult(Part):
    """What a result takes, and when it expires; ``problem`` says why its metadata cannot be read."""

    strategy_id: str
    strategy_name: str | None
    status: JobStatus | None
    stored_bytes: int
    days: int
    created_at: str | None
    expires_at: str | None
    pinned: bool
    ttl_hours: float | None = Field(description="How long it lives if it is not pinned.")
    ttl_from: Whose | None = Field(description="Who says so: the run's own option, its user's limits, or the server.")
    problem: str | None


class Usage(Answer):
    """The bytes that a user's results take, and each of them, the first to expire first."""

    user_id: str
    used_bytes: int
    sweeps_bytes: int
    pinned_bytes: int
    quota_bytes: int | None
    free_bytes: int | None = Field(description="What is left of the quota; `null` without one.")
    ttl_hours: float
    ttl_from: Whose
    longest_ttl_hours: float
    limits: SaidLimits
    results: list[KeptResult]
