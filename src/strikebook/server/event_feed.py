"""What happens to jobs, as server-sent events (the HTML standard, 9.2): stored logs, followed for all their readers.

A job that somebody reads is followed once: its log is looked at ten times a second, in a thread, and what came is put
into the form of the wire once for all its readers. A reader has no queue, only a place in the log, so that one who is
slow costs nothing and loses nothing, and one who comes back (``Last-Event-ID``) goes on where it was.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Final

import orjson

from strikebook.errors import QueueFullError, StrikebookError, UsageError

LOG = logging.getLogger("strikebook.server")
LARGEST_READERS: Final = 1000
_LOOK_EVERY_S: Final = 0.1
_STILL_HERE_EVERY_S: Final = 15.0
_WOKEN_AT_ONCE: Final = 20
"""Readers that are woken in one turn of the event loop: whoever asks for something else waits for no more of them."""
_RETRY: Final = b"retry: 1000\n"
"""Milliseconds until a browser asks again; a part of the first event, for some clients take it for one of its own."""
_STILL_HERE: Final = b": still here\n\n"

LinesOf = Callable[[str, int], tuple[bytes, bool]]
"""The lines of a job's log from a byte on, and whether no more will come. It may block."""


class EventFeed:
    """The logs that are being read. For one event loop."""

    def __init__(self, lines_of: LinesOf) -> None:
        self._lines_of = lines_of
        self._followed: dict[str, _Followed] = {}
        self._readers = 0
        self._closing = False

    def close(self) -> None:
        """End what is being read: the server stops. A reader that comes back to the next one goes on. Any thread."""
        self._closing = True

    def readers(self) -> int:
        """How many read now."""
        return self._readers

    async def open(self, job_id: str, after: int) -> EventReader | None:
        """Read a job's log after that event; None where all of it was read, and no more will come.

        Raises UsageError where there is no such event, QueueFullError where too many read, and what looking at the log
        does. The reader must be closed.
        """
        if self._readers >= LARGEST_READERS:
            raise QueueFullError(
                f"{LARGEST_READERS} readers are served already", where="server", right="ask for the status now and then"
            )
        self._readers += 1
        followed = self._followed.get(job_id)
        if followed is None or followed.over:
            followed = self._followed[job_id] = _Followed(job_id, self._lines_of, lambda: self._closing)
        followed.readers += 1
        reader = EventReader(followed, after, self._left)
        try:
            await followed.begun()
            if after > len(followed.frames):
                raise UsageError(
                    f"there is no event {after}",
                    where="Last-Event-ID",
                    right=f"the id of the last event that came, at most {len(followed.frames)}; without it, all come",
                )
        except BaseException:
            reader.close()
            raise
        if followed.over and after == len(followed.frames):
            reader.close()
            return None
        return reader

    def _left(self, followed: _Followed) -> None:
        self._readers -= 1
        followed.readers -= 1
        if followed.readers == 0:
            followed.leave()
            if self._followed.get(followed.job_id) is followed:
                del self._followed[followed.job_id]


class EventReader:
    """One reader's place in a log."""

    def __init__(self, followed: _Followed, after: int, left: Callable[[_Followed], None]) -> None:
        self._followed = followed
        self._at = after
        self._left: Callable[[_Followed], None] | None = left
        self._woken: asyncio.Future[bool] | None = None

    async def parts(self) -> AsyncIterator[bytes]:
        """What is to be sent, until the log has ended, or the server stops."""
        opening = _RETRY
        try:
            while True:
                fresh = self._followed.after(self._at)
                if fresh:
                    self._at = len(self._followed.frames)
                    yield opening + fresh
                    opening = b""
                elif self._followed.over or self._left is None:
                    return
                elif not await self._more():
                    yield _STILL_HERE
        finally:
            self.close()

    async def _more(self) -> bool:
        """Wait for more; False where there was none for a while."""
        self._woken = self._followed.waiter()
        return await self._woken

    def close(self) -> None:
        """Leave; again is harmless. Who waits for parts gets no more."""
        left, self._left = self._left, None
        if left is not None:
            left(self._followed)
        if self._woken is not None and not self._woken.done():
            self._woken.set_result(True)


class _Followed:
    """A log that is being read: its events in the form of the wire. ``over``: no more will come."""

    def __init__(self, job_id: str, lines_of: LinesOf, closing: Callable[[], bool]) -> None:
        self.job_id = job_id
        self.frames: list[bytes] = []
        self.over = False
        self.readers = 0
        self._lines_of = lines_of
        self._closing = closing
        self._offset = 0
        self._joined: dict[int, bytes] = {}
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[asyncio.Future[bool]] = deque()
        self._first: asyncio.Future[None] = self._loop.create_future()
        self._task = asyncio.create_task(self._follow())

    async def begun(self) -> None:
        """Wait until the log was looked at once. Raises what that raised."""
        await asyncio.shield(self._first)

    def after(self, place: int) -> bytes:
        """The events after a place, as one part: they are joined once for all readers that are there."""
        if place >= len(self.frames):
            return b""
        if place not in self._joined:
            self._joined[place] = b"".join(self.frames[place:])
        return self._joined[place]

    def waiter(self) -> asyncio.Future[bool]:
        """What is done when more has come (True), or nothing has for a while (False)."""
        waiter: asyncio.Future[bool] = self._loop.create_future()
        self._waiting.append(waiter)
        return waiter

    def leave(self) -> None:
        """Look no more."""
        self._task.cancel()
        if self._first.done() and not self._first.cancelled():
            self._first.exception()  # it was told to who waited, if anyone still did
        self._first.cancel()

    async def _follow(self) -> None:
        woken = time.monotonic()
        try:
            while not self.over:
                lines, ended = await asyncio.to_thread(self._lines_of, self.job_id, self._offset)
                self._add(lines)
                self.over = ended or self._closing()
                if lines or time.monotonic() - woken > _STILL_HERE_EVERY_S:
                    woken = time.monotonic()
                    self._wake(more=bool(lines))
                if not self._first.done():
                    self._first.set_result(None)
                await asyncio.sleep(_LOOK_EVERY_S)
        except Exception as error:
            if not isinstance(error, StrikebookError):  # else its record is gone, or cannot be read
                LOG.exception("events broke", extra={"job_id": self.job_id})
            if not self._first.done():
                self._first.set_exception(error)
        finally:  # the readers end, and will ask again
            self.over = True
            self._wake(more=True)

    def _wake(self, *, more: bool) -> None:
        """Wake all that wait, some in each turn of the event loop."""
        waiting, self._waiting = self._waiting, deque()
        self._wake_some(waiting, more=more)

    def _wake_some(self, waiting: deque[asyncio.Future[bool]], *, more: bool) -> None:
        for _ in range(min(_WOKEN_AT_ONCE, len(waiting))):
            waiter = waiting.popleft()
            if not waiter.done():  # else its reader has left
                waiter.set_result(more)
        if waiting:
            self._loop.call_soon(partial(self._wake_some, waiting, more=more))

    def _add(self, lines: bytes) -> None:
        self._offset += len(lines)
        if lines:
            self._joined.clear()
        for line in lines.splitlines():
            number, name = len(self.frames) + 1, orjson.loads(line)["event"]
            self.frames.append(b"id: %d\nevent: %b\ndata: %b\n\n" % (number, name.encode("ascii"), line))
