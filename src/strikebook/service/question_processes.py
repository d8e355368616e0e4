"""Two processes for questions. They are replaced when one dies; what was out then is asked once more.

1. Only as many questions are out as there are processes; the others wait here, and no more than a limit of them do.
2. A question may take half a minute, counted from when it is out; then the processes are killed, and it is not asked
   again.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Final

from strikebook.errors import QueueFullError, StrikebookError
from strikebook.service.worker import answer, kill_pool, new_pool

_PROCESSES: Final = 2
_MOST_WAITING: Final = 64
_LONGEST_ANSWER_S: Final = 30.0


@dataclass(eq=False, slots=True)
class _Asked:
    """A question: what, since when it is out, how often it may still be asked, whether it took too long."""

    question: str
    arguments: tuple[object, ...]
    answer: Future[object] = field(default_factory=Future)
    since: float = 0.0
    tries: int = 2
    too_long: bool = False


class Questions:
    """Answers questions by name, in turn."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._waiting: deque[_Asked] = deque()
        self._out: set[_Asked] = set()
        self._closing = threading.Event()
        self._watchdog = threading.Thread(target=self._watch, name="questions", daemon=True)
        self._watchdog.start()

    def ask(self, question: str, arguments: tuple[object, ...]) -> Future[object]:
        """Ask; the answer comes later. Raises QueueFullError where too many wait already."""
        asked = _Asked(question, arguments)
        with self._lock:
            if len(self._waiting) >= _MOST_WAITING:
                raise QueueFullError(
                    f"{_MOST_WAITING} questions wait already", where="server", right="try again in a few seconds"
                )
            self._waiting.append(asked)
        self._send_next()
        return asked.answer

    def close(self) -> None:
        """End the processes at once: nobody waits for an answer any more."""
        self._closing.set()
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            kill_pool(pool)
            pool.shutdown(wait=True, cancel_futures=True)
        self._send_next()

    def _send_next(self) -> None:
        """Hand out what waits, while a process is free."""
        while True:
            with self._lock:
                if not self._waiting or (len(self._out) >= _PROCESSES and not self._closing.is_set()):
                    return
                asked = self._waiting.popleft()
                if not self._closing.is_set():
                    asked.since = time.monotonic()
                    self._out.add(asked)
                    if self._pool is None:
                        self._pool = new_pool(_PROCESSES)
                pool = self._pool
            if pool is None:
                asked.answer.set_exception(StrikebookError("the workers have ended", where=asked.question))
            else:
                self._send(asked, pool)

    def _send(self, asked: _Asked, pool: ProcessPoolExecutor) -> None:
        try:
            future = pool.submit(answer, asked.question, asked.arguments)
        except (BrokenProcessPool, RuntimeError) as error:  # RuntimeError: it has been shut down meanwhile
            future = Future()
            future.set_exception(BrokenProcessPool(str(error)))
        future.add_done_callback(lambda done: self._back(done, asked, pool))

    def _back(self, done: Future[object], asked: _Asked, pool: ProcessPoolExecutor) -> None:
        error = CancelledError() if done.cancelled() else done.exception()
        broken = isinstance(error, BrokenProcessPool)
        again = False
        with self._lock:
            self._out.discard(asked)
            if broken:
                if self._pool is pool:
                    self._pool = None
                asked.tries -= 1
                again = bool(asked.tries) and not asked.too_long and not self._closing.is_set()
                if again:
                    self._waiting.appendleft(asked)
        if error is None:
            asked.answer.set_result(done.result())
        elif not broken:
            asked.answer.set_exception(error)
        elif not again:
            reason = "the worker process died over this"
            if asked.too_long:
                reason = f"it took longer than {_LONGEST_ANSWER_S:.0f} seconds"
            asked.answer.set_exception(StrikebookError(reason, where=asked.question, right="a smaller request"))
        if self._waiting:
            threading.Thread(target=self._send_next, daemon=True).start()  # this one belongs to the pool

    def _watch(self) -> None:
        while not self._closing.wait(1.0):
            late = [asked for asked in list(self._out) if time.monotonic() - asked.since > _LONGEST_ANSWER_S]
            if late:
                for asked in late:
                    asked.too_long = True
                with self._lock:
                    pool, self._pool = self._pool, None
                if pool is not None:
                    kill_pool(pool)
