"""Steps carried out over httpx: in this thread, or on an event loop (asyncio's). Both do the same, and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import httpx
import httpx_sse

from strikebook.client.exchange import EVENT_STREAM, Reply, Request
from strikebook.client.refusals import AnswerError, UnreachableError
from strikebook.client.steps import Course, Hear, Heard, Listen, Pause, Send, Steps, Tell
from strikebook.errors import UsageError

T = TypeVar("T")
_CONNECT_S: Final = 10.0
_SLOWEST_S: Final = 24 * 3600.0


@dataclass(frozen=True)
class Exchanged:
    """A request that was answered: for a log, or a clock."""

    method: str
    path: str
    status: int
    took_s: float


@dataclass(frozen=True)
class Way:
    """The way to a server. ``key`` is in no text that is made of it."""

    url: str
    key: str | None = field(repr=False)
    timeout_s: float
    trust_env: bool
    on_answer: Callable[[Exchanged], None] | None

    def options(self) -> dict[str, Any]:
        """What httpx is told of it. Raises UsageError for what is no address."""
        right = "like http://localhost:8000"
        try:
            address, parts = httpx.URL(self.url), urlsplit(self.url)
            whole = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except (httpx.InvalidURL, ValueError) as error:
            raise UsageError(f"{self.url!r}: {error}", where="url", right=right) from None
        if not whole:
            raise UsageError(f"{self.url!r} is no address of a server", where="url", right=right)
        if self.key is not None and not (self.key.isascii() and self.key.isprintable() and self.key):
            raise UsageError("not a key", where="key", right="as `strikebook keys add` showed it")
        headers = {} if self.key is None else {"Authorization": f"Bearer {self.key}"}
        timeout = httpx.Timeout(self.timeout_s, connect=min(_CONNECT_S, self.timeout_s))
        return {"base_url": address, "headers": headers, "timeout": timeout, "trust_env": self.trust_env}

    def asked(self, request: Request, read_s: float | None = None) -> dict[str, Any]:
        """What httpx is told of a request."""
        found: dict[str, Any] = {"method": request.method, "url": request.path, "headers": dict(request.headers)}
        if request.query:
            found["params"] = list(request.query)
        if request.content is not None:
            found["content"] = request.content
        wait_s = _SLOWEST_S if request.slow else read_s
        if wait_s is not None:
            found["timeout"] = httpx.Timeout(self.timeout_s, connect=min(_CONNECT_S, self.timeout_s), read=wait_s)
        return found

    @contextlib.contextmanager
    def timed(self, request: Request) -> Iterator[Callable[[httpx.Response], None]]:
        """Tell who listens of an answer; what httpx raises becomes ours."""
        begun = time.perf_counter()

        def came(response: httpx.Response) -> None:
            if self.on_answer is not None:
                took = time.perf_counter() - begun
                self.on_answer(Exchanged(request.method, request.path, response.status_code, took))

        with self.told_as_ours(f"{request.method} {request.path}"):
            yield came

    @contextlib.contextmanager
    def told_as_ours(self, asked: str) -> Iterator[None]:
        """Turn what httpx raises into errors of the client."""
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            why = str(error) or type(error).__name__
            raise UnreachableError(f"no server at {self.url} ({why})", where=asked, right="is it running?") from error
        except httpx.TimeoutException as error:
            what = f"the server at {self.url} was silent for too long ({type(error).__name__})"
            raise UnreachableError(what, where=asked, right="a longer timeout_s", sent=True, silent=True) from error
        except (httpx.RemoteProtocolError, httpx.NetworkError, httpx.StreamError) as error:
            what = f"the server at {self.url} does not answer any more ({str(error) or type(error).__name__})"
            raise UnreachableError(what, where=asked, right="is it running still?", sent=True) from error
        except (httpx.HTTPError, httpx_sse.SSEError, httpx.InvalidURL) as error:
            raise AnswerError(str(error), where=asked, right="is this a Strikebook server?") from error


class Carrier:
    """Carries steps out in this thread, one after the other. Threads may share it."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self.http = httpx.Client(**way.options())

    def perform(self, steps: Steps[T]) -> T:
        """What steps come to."""
        course = Course(steps)
        for _ in self._carry(course):
            pass
        return course.result

    def tell(self, steps: Steps[None]) -> Iterator[Any]:
        """What steps tell, as they tell it."""
        return self._carry(Course(steps))

    def _carry(self, course: Course[Any]) -> Iterator[Any]:
        with contextlib.ExitStack() as opened, contextlib.closing(iter(course)) as effects:
            events: Iterator[Heard] = iter(())
            for effect in effects:
                try:
                    match effect:
                        case Tell():
                            yield effect.value
                        case Pause():
                            time.sleep(effect.seconds)
                        case Send():
                            course.answer = self._send(effect)
                        case Listen():
                            opened.close()
                            course.answer, events = self._listen(effect, opened)
                        case Hear():
                            with self.way.told_as_ours("events"):
                                course.answer = next(events, None)
                except (UnreachableError, AnswerError) as error:
                    course.error = error

    def _send(self, effect: Send) -> Reply:
        request = effect.request
        with self.way.timed(request) as came, self.http.stream(**self.way.asked(request)) as response:
            if effect.into is not None and response.is_success:
                for piece in response.iter_bytes():
                    effect.into.write(piece)
                content = b""
            else:
                content = response.read()
            came(response)
        return _reply(request, response, content)

    def _listen(self, effect: Listen, opened: contextlib.ExitStack) -> tuple[Reply, Iterator[Heard]]:
        request = effect.request
        with self.way.timed(request) as came:
            response = opened.enter_context(self.http.stream(**self.way.asked(request, effect.silence_s)))
            content = b"" if _has_events(response) else response.read()
            came(response)
        events = httpx_sse.EventSource(response).iter_sse() if _has_events(response) else iter(())
        return _reply(request, response, content), (_heard(event) for event in events)


class AsyncCarrier:
    """Carries steps out on an event loop."""

    def __init__(self, way: Way) -> None:
        self.way = way
        self.http = httpx.AsyncClient(**way.options())

    async def perform(self, steps: Steps[T]) -> T:
        """What steps come to."""
        course = Course(steps)
        async for _ in self._carry(course):
            pass
        return course.result

    def tell(self, steps: Steps[None]) -> AsyncIterator[Any]:
        """What steps tell, as they tell it."""
        return self._carry(Course(steps))

    async def _carry(self, course: Course[Any]) -> AsyncIterator[Any]:
        async with contextlib.AsyncExitStack() as opened:
            with contextlib.closing(iter(course)) as effects:
                events: AsyncIterator[httpx_sse.ServerSentEvent] | None = None
                for effect in effects:
                    try:
                        match effect:
                            case Tell():
                                yield effect.value
                            case Pause():
                                await asyncio.sleep(effect.seconds)
                            case Send():
                                course.answer = await self._send(effect)
                            case Listen():
                                await opened.aclose()
                                course.answer, events = await self._listen(effect, opened)
                            case Hear():
                                with self.way.told_as_ours("events"):
                                    found = None if events is None else await anext(events, None)
                                    course.answer = None if found is None else _heard(found)
                    except (UnreachableError, AnswerError) as error:
                        course.error = error

    async def _send(self, effect: Send) -> Reply:
        request = effect.request
        with self.way.timed(request) as came:
            async with self.http.stream(**self.way.asked(request)) as response:
                if effect.into is not None and response.is_success:
                    async for piece in response.aiter_bytes():
                        await asyncio.to_thread(effect.into.write, piece)
                    content = b""
                else:
                    content = await response.aread()
                came(response)
        return _reply(request, response, content)

    async def _listen(
        self, effect: Listen, opened: contextlib.AsyncExitStack
    ) -> tuple[Reply, AsyncIterator[httpx_sse.ServerSentEvent] | None]:
        request = effect.request
        with self.way.timed(request) as came:
            streamed = self.http.stream(**self.way.asked(request, effect.silence_s))
            response = await opened.enter_async_context(streamed)
            content = b"" if _has_events(response) else await response.aread()
            came(response)
        events = httpx_sse.EventSource(response).aiter_sse() if _has_events(response) else None
        return _reply(request, response, content), events


def _has_events(response: httpx.Response) -> bool:
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return response.status_code == httpx.codes.OK and kind == EVENT_STREAM


def _heard(event: httpx_sse.ServerSentEvent) -> Heard:
    return Heard(event.id, event.data, event.retry)


def _reply(request: Request, response: httpx.Response, content: bytes) -> Reply:
    headers: Mapping[str, str] = {name.lower(): value for name, value in response.headers.items()}
    return Reply(f"{request.method} {request.path}", response.status_code, headers, content)
