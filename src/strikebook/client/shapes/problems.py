"""The one shape of all errors."""

# Written by `python -m tests.client.make_shapes` from strikebook.server.wire.problems; a test holds them together.

from __future__ import annotations

from typing import NotRequired, TypedDict

from strikebook.client.shapes.jobs import Status


class Mistake(TypedDict):
    """One of several mistakes of a request."""

    where: str
    what: str
    right: str


class Problem(TypedDict):
    """An error: what, where, and what would be right. The members with a default stand there where they apply."""

    type: str
    title: str
    status: int
    detail: str
    where: str
    right: str
    request_id: str
    errors: NotRequired[list[Mistake]]
    """422: every mistake of the request."""
    job: NotRequired[Status | None]
    """409: the job that is running."""
    cancel: NotRequired[str | None]
    """409: POST it to stop that job."""
    nearest_dates: NotRequired[list[str]]
    """404 of a day: the stored days that are nearest."""
