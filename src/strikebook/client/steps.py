"""A call as steps: a generator that yields what is to be done, and is sent what came of it.

So everything a call means (what is sent, when it is tried again, how a broken stream goes on) is written once, and
does nothing itself. ``carriers`` carries steps out: one waits in this thread, one on an event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import IO, Any, Final, Generic, TypeAlias, TypeVar

from strikebook.client.exchange import Reply, Request
from strikebook.client.refusals import ClientError, UnreachableError

T = TypeVar("T")
TOO_MANY: Final = 429
_LONGEST_PAUSE_S: Final = 60.0
_PAUSES_S: Final = (0.2, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Send:
    """Send a request; comes to its Reply. With a file, the body of an answer is written into that."""

    request: Request
    into: IO[bytes] | None = None


@dataclass(frozen=True)
class Listen:
    """Open a stream of events; comes to its Reply. The one that was open is closed."""

    request: Request
    silence_s: float


@dataclass(frozen=True)
class Hear:
    """Wait for the open stream's next event; comes to a Heard, or to None where the stream ended."""


@dataclass(frozen=True)
class Heard:
    """An event of a stream. ``retry_ms``: after how long one may come back, where it says so."""

    id: str
    data: str
    retry_ms: int | None


@dataclass(frozen=True)
class Pause:
    """Wait."""

    seconds: float


@dataclass(frozen=True)
class Tell:
    """Give a value to who iterates over the call."""

    value: Any


Effect: TypeAlias = Send | Listen | Hear | Pause | Tell
Steps: TypeAlias = Generator[Effect, Any, T]


class Course(Generic[T]):
    """Steps on their way: put what came of the last one into ``answer`` or ``error``, then ask for the next."""

    def __init__(self, steps: Steps[T]) -> None:
        self._steps = steps
        self.answer: Any = None
        self.error: ClientError | None = None
        self.result: T

    def __iter__(self) -> Generator[Effect, None, None]:
        """What is to be done, one after the other, until there is a ``result``; raises what the steps raise."""
        try:
            while True:
                answer, error = self.answer, self.error
                self.answer = self.error = None
                try:
                    effect = self._steps.send(answer) if error is None else self._steps.throw(error)
                except StopIteration as end:
                    self.result = end.value
                    return
                yield effect
        finally:
            self._steps.close()


def overheard(steps: Steps[T], on_told: Callable[[Any], None]) -> Steps[T]:
    """The same steps; what they tell goes to ``on_told`` and no further."""
    course = Course(steps)
    for effect in course:
        if isinstance(effect, Tell):
            on_told(effect.value)
            continue
        try:
            course.answer = yield effect
        except ClientError as error:
            course.error = error
    return course.result


def sent(request: Request, retries: int, into: IO[bytes] | None = None) -> Steps[Reply]:
    """Send a request. One that changes nothing is sent again, so many times, where no server was reached."""
    again = retries if request.safe else 0
    while True:
        try:
            reply: Reply = yield Send(request, into)
        except UnreachableError:
            if again == 0:
                raise
            yield Pause(_PAUSES_S[min(retries - again, len(_PAUSES_S) - 1)])
            again -= 1
            if into is not None:
                into.seek(0)
                into.truncate()
        else:
            return reply


def asked(request: Request, retries: int) -> Steps[Any]:
    """Send a request, for the JSON of its answer. A question too many a minute waits for as long as the server says."""
    again = retries if request.safe else 0
    while True:
        reply = yield from sent(request, retries)
        if reply.status != TOO_MANY or again == 0:
            return reply.document()
        again -= 1
        after = reply.headers.get("retry-after", "")
        yield Pause(min(float(after), _LONGEST_PAUSE_S) if after.isascii() and after.isdigit() else _PAUSES_S[-1])
