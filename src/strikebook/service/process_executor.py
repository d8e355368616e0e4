"""The member of DayExecutor that works in processes: days of all runs share the workers, a day each in turn.

1. One thread (``_Desk``) owns all that changes; everyone else sends it messages, so nothing here needs a lock.
2. At most ``workers`` days and one more are handed out; the rest wait, so that a stop takes effect at once. Of the runs
   that have days waiting, the one that was served longest ago is next.
3. A worker that dies takes the pool with it: the pool is rebuilt, and the days that were out are run once more, each
   alone. A day that kills its worker again is that day's failure.
4. On a stop, days that are being run are finished and kept; no other is begun. Where the stop took the workers too, a
   day that one had stored and not reported is run once more, so that what is stored is what is listed.
5. Questions have processes of their own, so that they do not wait for days.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from queue import Empty, SimpleQueue
from typing import Final, cast

from strikebook.errors import StrikebookError
from strikebook.service.day_executor import Went
from strikebook.service.day_work import Outcome, Work, pack
from strikebook.service.question_processes import Questions
from strikebook.service.worker import new_pool, run_packed_day

LOG = logging.getLogger("strikebook.jobs")
_SPARE_DAYS: Final = 1
_LOOK_AROUND_S: Final = 0.1
_DIED: Final = "the worker process died while it ran this day, twice (killed, or out of memory)"


@dataclass(eq=False, slots=True)
class _Run:
    """A run's days that wait, and where its outcomes go: outcomes, an error that ends it, None at its end."""

    work: Work[Outcome]
    packed: bytes
    waiting: deque[date]
    stop: Callable[[], bool]
    outcomes: SimpleQueue[Outcome | BaseException | None] = field(default_factory=SimpleQueue)
    out: int = 0
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class _Handed:
    """A day that is out."""

    run: _Run
    day: date


class ProcessExecutor:
    """Runs days in ``workers`` processes that are forked from one that has imported the engine."""

    def __init__(self, workers: int) -> None:
        self._desk = _Desk(workers)
        self._asked = Questions()

    def run(self, work: Work[Went], days: Sequence[date], stop: Callable[[], bool]) -> Iterator[Went]:
        """Run days and yield them as they are finished; see ``DayExecutor``."""
        run = _Run(work, pack(work), deque(days), stop)
        self._desk.inbox.put(run)
        if self._desk.closed:
            run.outcomes.put(self._desk.failure)
            run.outcomes.put(None)
        failure: BaseException | None = None
        try:
            while (outcome := run.outcomes.get()) is not None:
                if isinstance(outcome, BaseException):
                    failure = failure or outcome
                else:
                    yield cast("Went", outcome)
        finally:
            run.stopped = True
        if failure is not None:
            raise failure

    def ask(self, question: str, *arguments: object) -> Future[object]:
        """Call ``question`` (``module:name``) in a process kept for questions."""
        return self._asked.ask(question, arguments)

    def close(self) -> None:
        """Finish the days that are being run, begin no other, and end the workers."""
        self._desk.close()
        self._asked.close()


class _Desk:
    """The thread that hands out days. Messages: a run begins, a day's future is done, None: close."""

    def __init__(self, workers: int) -> None:
        self.inbox: SimpleQueue[_Run | Future[Outcome] | None] = SimpleQueue()
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._runs: deque[_Run] = deque()
        self._out: dict[Future[Outcome], _Handed] = {}
        self._suspects: deque[_Handed] = deque()
        self._broken: list[_Handed] = []
        self._alone: _Handed | None = None
        self._closing = False
        self.closed = False
        self.failure: Exception | None = None
        self._thread = threading.Thread(target=self._work, name="days", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let the days that are out finish, then end."""
        self.inbox.put(None)
        self._thread.join()

    def _work(self) -> None:
        try:
            self._serve()
        except Exception as error:
            self.failure = error
            LOG.exception("the desk broke: no more days are handed out")
        finally:
            self.closed = True
            self._leave()
            if self._pool is not None:
                self._pool.shutdown(wait=True, cancel_futures=True)

    def _leave(self) -> None:
        """End every run that is still here: nobody would serve it, and it would wait for good."""
        while not self.inbox.empty():
            message = self.inbox.get()
            if isinstance(message, _Run):
                self._runs.append(message)
        for run in self._runs:
            run.outcomes.put(self.failure)
            run.outcomes.put(None)

    def _serve(self) -> None:
        while not (self._closing and not self._out and not self._broken):
            with suppress(Empty):  # nothing came for a while: look at the stops
                self._take(self.inbox.get(timeout=_LOOK_AROUND_S if self._runs else None))
            self._look_at_stops()
            self._hand_out()
            self._let_go()

    def _take(self, message: _Run | Future[Outcome] | None) -> None:
        if message is None:
            self._closing = True
        elif isinstance(message, _Run):
            self._runs.append(message)
        else:
            self._back(message)

    def _back(self, future: Future[Outcome]) -> None:
        handed = self._out.pop(future)
        error = future.exception()
        if isinstance(error, BrokenProcessPool):
            self._broken.append(handed)
        else:
            handed.run.out -= 1
            handed.run.outcomes.put(future.result() if error is None else error)
            if error is not None:
                handed.run.stopped = True
            if handed is self._alone:
                self._alone = None
        if self._broken and not self._out:
            self._after_a_death()

    def _after_a_death(self) -> None:
        """All that was out has come back: sort out the day known to kill and the suspects, and begin a new pool."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
            self._pool = None
        for handed in sorted(self._broken, key=lambda each: each.day):
            if handed is self._alone:
                handed.run.out -= 1
                handed.run.outcomes.put(handed.run.work.failed(handed.day, _DIED))
            else:
                self._suspects.append(handed)
        self._broken.clear()
        self._alone = None

    def _look_at_stops(self) -> None:
        for run in self._runs:
            if self._closing or run.stopped or _wants_to_stop(run):
                run.stopped = True
                run.waiting.clear()
        for handed in [each for each in self._suspects if each.run.stopped]:
            if not _is_stored(handed):
                self._suspects.remove(handed)
                handed.run.out -= 1

    def _hand_out(self) -> None:
        if self._broken:
            return
        if self._suspects:
            if not self._out:
                self._alone = self._suspects.popleft()
                self._submit(self._alone)
            return
        while self._alone is None and len(self._out) < self._workers + _SPARE_DAYS:
            run = next((run for run in self._runs if run.waiting), None)
            if run is None:
                return
            self._runs.remove(run)
            self._runs.append(run)
            run.out += 1
            self._submit(_Handed(run, run.waiting.popleft()))

    def _submit(self, handed: _Handed) -> None:
        if self._pool is None:
            self._pool = new_pool(self._workers)
        try:
            future = self._pool.submit(run_packed_day, handed.run.packed, handed.day)
        except BrokenProcessPool as error:
            future = Future()
            future.set_exception(error)
        self._out[future] = handed
        future.add_done_callback(self.inbox.put)

    def _let_go(self) -> None:
        """End the runs that have nothing waiting and nothing out."""
        for run in [run for run in self._runs if not run.waiting and not run.out]:
            self._runs.remove(run)
            run.outcomes.put(None)


def _wants_to_stop(run: _Run) -> bool:
    try:
        return run.stop()
    except StrikebookError as error:  # the run's own affair: it ends with that, and the others go on
        run.outcomes.put(error)
        return True


def _is_stored(handed: _Handed) -> bool:
    work = handed.run.work
    try:
        return handed.day in work.storage.days(work.key)
    except StrikebookError as error:
        handed.run.outcomes.put(error)
        return False
