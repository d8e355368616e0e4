"""What a call can come to that is not its answer.

ClientError                     of all these; a StrikebookError: what, where, and what would be right
├── UnreachableError            no server answered, or not in time
├── AnswerError                 an answer came that no Strikebook server gives
├── RefusedError                the server refused, with the problem in its own words
│   ├── KeyRefusedError         401, 403: a key is needed, or is not for this
│   ├── NotFoundError           404
│   ├── BusyError               409: something else is at work, which ``job`` may name
│   ├── InvalidError            422: the request makes no sense; ``errors`` has every mistake
│   └── FullError               429, 503: too much is asked of the server; ``retry_after_s``
├── NotCompletedError           a job ended otherwise than completed, or has not ended in time
├── ReplacedError               another run took the place of these results while they were read
└── MissingPackageError         a package that is not installed is needed
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from strikebook.client.shapes.jobs import Status
from strikebook.client.shapes.problems import Mistake
from strikebook.errors import StrikebookError


class ClientError(StrikebookError):
    """A call that did not come to its answer."""


class UnreachableError(ClientError):
    """No server answered, or not in time. ``sent``: it may have got the request, and done what that asks for;
    ``silent``: it was reached, and said nothing for too long.
    """

    def __init__(
        self, what: str, *, where: str = "", right: str = "", sent: bool = False, silent: bool = False
    ) -> None:
        super().__init__(what, where=where, right=right)
        self.sent = sent
        self.silent = silent

    def __reduce__(self) -> tuple[object, ...]:
        """Keep what is known through pickle and copy."""
        return (_unreachable, (self.what, self.where, self.right, {"sent": self.sent, "silent": self.silent}))


def _unreachable(what: str, where: str, right: str, known: Mapping[str, bool]) -> UnreachableError:
    return UnreachableError(what, where=where, right=right, **known)


class AnswerError(ClientError):
    """An answer came that no Strikebook server gives: something else is at this address, or stands before it."""


class RefusedError(ClientError):
    """The server refused: ``status``, ``detail``, ``where``, ``right``, ``request_id``; ``problem`` has all it said."""

    def __init__(self, asked: str, status: int, problem: Mapping[str, Any]) -> None:
        detail, where, right = (str(problem.get(name) or "") for name in ("detail", "where", "right"))
        super().__init__(detail or "without a word", where=where, right=right)
        self.asked = asked
        self.status = status
        self.detail = self.what
        self.request_id = str(problem.get("request_id") or "")
        self.problem = dict(problem)

    def __str__(self) -> str:
        """Return what was asked, the status, and what the server says about it."""
        return f"{self.asked}: {self.status}, {super().__str__()}"

    def __reduce__(self) -> tuple[object, ...]:
        """Keep what the server said through pickle and copy."""
        return (type(self), (self.asked, self.status, self.problem))


class KeyRefusedError(RefusedError):
    """A key is needed, or the key is not for this."""


class NotFoundError(RefusedError):
    """There is no such job, result, day or strategy."""

    @property
    def nearest_dates(self) -> list[str]:
        """Of a day that is not there: the stored days that are nearest, as DD-MM-YYYY."""
        return [str(each) for each in self.problem.get("nearest_dates") or ()]


class BusyError(RefusedError):
    """Something else is at work."""

    @property
    def job(self) -> Status | None:
        """The user's job that is queued or running, where it is that."""
        found = self.problem.get("job")
        return cast("Status", found) if isinstance(found, dict) else None


class InvalidError(RefusedError):
    """The request makes no sense."""

    @property
    def errors(self) -> list[Mistake]:
        """Every mistake with ``where``, ``what`` and ``right``."""
        return [cast("Mistake", each) for each in self.problem.get("errors") or () if isinstance(each, dict)]


class FullError(RefusedError):
    """Too much is asked of the server: by this caller in a minute, or by all at once."""

    retry_after_s: float | None = None
    """In how many seconds it may be asked again, where it said that."""

    def __reduce__(self) -> tuple[object, ...]:
        """Keep what the server said through pickle and copy."""
        return (*cast("tuple[object, object]", super().__reduce__()), {"retry_after_s": self.retry_after_s})


class NotCompletedError(ClientError):
    """A job ended otherwise than completed, or has not ended in time: ``job`` is its last status."""

    def __init__(self, what: str, *, where: str = "", right: str = "", job: Status) -> None:
        super().__init__(what, where=where, right=right)
        self.job = job

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the job through pickle and copy."""
        return (_not_completed, (self.what, self.where, self.right, self.job))


def _not_completed(what: str, where: str, right: str, job: Status) -> NotCompletedError:
    return NotCompletedError(what, where=where, right=right, job=job)


class ReplacedError(ClientError):
    """Another run took the place of these results while they were read."""


class MissingPackageError(ClientError):
    """A package that is not installed is needed."""


_KINDS: Mapping[int, type[RefusedError]] = {
    401: KeyRefusedError,
    403: KeyRefusedError,
    404: NotFoundError,
    409: BusyError,
    422: InvalidError,
    429: FullError,
    503: FullError,
}


def refusal(asked: str, status: int, problem: Mapping[str, Any], retry_after: str | None) -> RefusedError:
    """The error that a problem document is."""
    error = _KINDS.get(status, RefusedError)(asked, status, problem)
    if isinstance(error, FullError) and retry_after is not None and retry_after.isascii() and retry_after.isdigit():
        error.retry_after_s = float(retry_after)
    return error
