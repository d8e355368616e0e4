"""The two clients: one whose calls come back with their answers, one whose calls are awaited."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from strikebook.client.api import Calls
from strikebook.client.carriers import AsyncCarrier, Carrier, Exchanged, Way
from strikebook.client.endpoint import AtOnce, Awaited
from strikebook.client.exchange import identified
from strikebook.client.jobs import JobCalls
from strikebook.client.results import ResultCalls
from strikebook.client.shapes.runs import Metadata
from strikebook.client.steps import Steps
from strikebook.client.sweeps import SweepCalls

DEFAULT_URL: Final = "http://localhost:8000"
_TIMEOUT_S: Final = 30.0
_RETRIES: Final = 3


class Result(ResultCalls, AtOnce):
    """A stored result."""

    def __init__(self, metadata: Metadata, retries: int, carrier: Carrier) -> None:
        super().__init__(metadata, retries)
        self._carrier = carrier


class AsyncResult(ResultCalls, Awaited):
    """A stored result; what asks the server is awaited."""

    def __init__(self, metadata: Metadata, retries: int, carrier: AsyncCarrier) -> None:
        super().__init__(metadata, retries)
        self._carrier = carrier


class Job(JobCalls[Result], AtOnce):
    """A job of the server."""

    def __init__(
        self, job_id: str, retries: int, result_of: Callable[[str, str], Steps[Result]], carrier: Carrier
    ) -> None:
        super().__init__(job_id, retries, result_of)
        self._carrier = carrier


class AsyncJob(JobCalls[AsyncResult], Awaited):
    """A job of the server; its calls are awaited."""

    def __init__(
        self, job_id: str, retries: int, result_of: Callable[[str, str], Steps[AsyncResult]], carrier: AsyncCarrier
    ) -> None:
        super().__init__(job_id, retries, result_of)
        self._carrier = carrier


class Sweep(SweepCalls, AtOnce):
    """A sweep of the server."""

    def __init__(self, user_id: str, sweep_id: str, retries: int, carrier: Carrier) -> None:
        super().__init__(user_id, sweep_id, retries)
        self._carrier = carrier


class AsyncSweep(SweepCalls, Awaited):
    """A sweep of the server; its calls are awaited."""

    def __init__(self, user_id: str, sweep_id: str, retries: int, carrier: AsyncCarrier) -> None:
        super().__init__(user_id, sweep_id, retries)
        self._carrier = carrier


class Client(Calls[Job, Result, Sweep], AtOnce):
    """A Strikebook server, asked from Python: ``with Client("http://localhost:8000", key) as client: …``.

    ``key`` is sent as ``Authorization: Bearer``, and to no other address: redirects are not followed. ``timeout_s`` is
    how long a silence may be; what takes as long as a run may be silent longer. What changes nothing is sent again up
    to ``retries`` times where no server was reached. ``trust_env`` lets proxies of the environment be used.
    ``on_answer`` is told of each answer. Threads may share it.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        key: str | None = None,
        *,
        timeout_s: float = _TIMEOUT_S,
        retries: int = _RETRIES,
        trust_env: bool = False,
        on_answer: Callable[[Exchanged], None] | None = None,
    ) -> None:
        super().__init__(retries)
        self._carrier = Carrier(Way(url, key, timeout_s, trust_env, on_answer))

    @property
    def url(self) -> str:
        """Where the server is."""
        return self._carrier.way.url

    def job(self, job_id: str) -> Job:
        """A job by its id; nothing is asked yet."""
        return Job(identified("job_id", job_id), self._retries, self._found_result, self._carrier)

    def sweep(self, user_id: str, sweep_id: str) -> Sweep:
        """A sweep by its id; nothing is asked yet."""
        return Sweep(identified("user_id", user_id), identified("sweep_id", sweep_id), self._retries, self._carrier)

    def close(self) -> None:
        """Close the connections; nothing can be asked then."""
        self._carrier.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _made_result(self, metadata: Metadata) -> Result:
        return Result(metadata, self._retries, self._carrier)


class AsyncClient(Calls[AsyncJob, AsyncResult, AsyncSweep], Awaited):
    """The same for asyncio: ``async with AsyncClient(url) as client: await client.market()``. See Client."""

    def __init__(
        self,
        url: str = DEFAULT_URL,
        key: str | None = None,
        *,
        timeout_s: float = _TIMEOUT_S,
        retries: int = _RETRIES,
        trust_env: bool = False,
        on_answer: Callable[[Exchanged], None] | None = None,
    ) -> None:
        super().__init__(retries)
        self._carrier = AsyncCarrier(Way(url, key, timeout_s, trust_env, on_answer))

    @property
    def url(self) -> str:
        """Where the server is."""
        return self._carrier.way.url

    def job(self, job_id: str) -> AsyncJob:
        """A job by its id; nothing is asked yet."""
        return AsyncJob(identified("job_id", job_id), self._retries, self._found_result, self._carrier)

    def sweep(self, user_id: str, sweep_id: str) -> AsyncSweep:
        """A sweep by its id; nothing is asked yet."""
        return AsyncSweep(
            identified("user_id", user_id), identified("sweep_id", sweep_id), self._retries, self._carrier
        )

    async def close(self) -> None:
        """Close the connections; nothing can be asked then."""
        await self._carrier.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _made_result(self, metadata: Metadata) -> AsyncResult:
        return AsyncResult(metadata, self._retries, self._carrier)
