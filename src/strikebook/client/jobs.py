"""A job of a server: followed to its end, stopped, taken up again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar, cast

from strikebook.client.asking import Asking
from strikebook.client.endpoint import endpoint, feed
from strikebook.client.exchange import BACKTEST, post
from strikebook.client.follow import PATIENCE_S, Waiting, ended, events, job_path
from strikebook.client.progress import OnProgress
from strikebook.client.refusals import ReplacedError
from strikebook.client.shapes.events import JobEvent
from strikebook.client.shapes.jobs import Status
from strikebook.client.steps import Steps
from strikebook.errors import UsageError

ResultT = TypeVar("ResultT")
_EVERY_S: Final = 1.0


class FollowedCalls(Asking):
    """What can be asked of whatever is a job; ``job_id`` is the server's name for it."""

    def __init__(self, job_id: str, retries: int) -> None:
        super().__init__(retries)
        self.job_id = job_id

    def __repr__(self) -> str:
        """Say which job it is."""
        return f"{type(self).__name__}({self.job_id!r})"

    @endpoint
    def status(self) -> Steps[Status]:
        """The job: its state, its progress, when it will be done."""
        return self._ask(job_path(self.job_id))

    @feed(JobEvent)
    def events(self, after: int = 0, *, patience_s: float = PATIENCE_S) -> Steps[None]:
        """What happened to the job and what happens, event by event, until it has ended; not the first ``after``.

        A stream that breaks goes on after the last event that came, also when the server was started anew. Raises
        UnreachableError where nobody was reached for ``patience_s``.
        """
        return events(self.job_id, after, patience_s)

    @endpoint
    def wait(
        self,
        *,
        progress: bool | OnProgress = False,
        timeout_s: float | None = None,
        check: bool = True,
        every_s: float = _EVERY_S,
        patience_s: float = PATIENCE_S,
    ) -> Steps[Status]:
        """Wait until the job has ended; its last status.

        With ``progress=True`` a person sees how far it is, in a notebook and where stderr is a terminal; a function
        gets documents with ``status`` and ``progress``. Raises NotCompletedError when it ended otherwise than
        completed, unless ``check`` is False, and after ``timeout_s``: with that its status is asked for every
        ``every_s`` seconds, else it is followed by its events. Raises UnreachableError where nobody was reached for
        ``patience_s``.
        """
        waiting = Waiting(progress, timeout_s, check, every_s, patience_s)
        return ended(self.job_id, waiting)

    @endpoint
    def cancel(self) -> Steps[Status]:
        """Cancel it; the days that are finished stay. The answer is its status, ``running`` while it stops."""
        return self._do(post(f"{BACKTEST}/jobs/{self.job_id}/cancel"))

    @endpoint
    def resume(self) -> Steps[Status]:
        """Go on with a job that was cancelled or has failed, from its first missing day."""
        return self._do(post(f"{BACKTEST}/jobs/{self.job_id}/resume"))


class JobCalls(FollowedCalls, Generic[ResultT]):
    """What can be asked of the job of a run."""

    def __init__(self, job_id: str, retries: int, result_of: Callable[[str, str], Steps[ResultT]]) -> None:
        super().__init__(job_id, retries)
        self._result_of = result_of

    @endpoint
    def result(self) -> Steps[ResultT]:
        """The result of its user and strategy. Raises ReplacedError where that is of another job by now.

        Raises UsageError for the job of a sweep, which has a table.
        """
        status = cast("Status", (yield from self._ask(job_path(self.job_id))))
        if status["kind"] == "sweep":
            right = f"sweep({status['user_id']!r}, {self.job_id!r}).table()"
            raise UsageError("a sweep has a table, and no result", where=self.job_id, right=right)
        found = yield from self._result_of(status["user_id"], status["strategy_id"])
        metadata = getattr(found, "metadata", {})
        if metadata.get("job_id") != self.job_id:
            what = f"the results are those of {metadata.get('job_id')}"
            right = "wait() until a job has begun; a later run replaces its results"
            raise ReplacedError(what, where=self.job_id, right=right)
        return found
