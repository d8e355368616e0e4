"""The one shape of all errors."""

from __future__ import annotations

from pydantic import BaseModel, Field

from strikebook.server.wire.jobs import Status
from strikebook.server.wire.shape import Answer


class Mistake(BaseModel):
    """One of several mistakes of a request."""

    where: str
    what: str
    right: str


class Problem(Answer):
    """An error: what, where, and what would be right. The members with a default stand there where they apply."""

    type: str
    title: str
    status: int
    detail: str
    where: str
    right: str
    request_id: str
    errors: list[Mistake] = Field([], description="422: every mistake of the request.")
    job: Status | None = Field(None, description="409: the job that is running.")
    cancel: str | None = Field(None, description="409: POST it to stop that job.")
    nearest_dates: list[str] = Field([], description="404 of a day: the stored days that are nearest.")
