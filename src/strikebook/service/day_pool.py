"""Days over worker processes, in any order, with a worker's death being at most one day's failure.

1. At most ``workers`` days and one more are handed out; the rest wait, so that a stop takes effect at once.
2. A worker that dies takes its pool with it: the pool is rebuilt, and the days that were out are run once more, each
   alone. A day that kills its worker again is that day's failure.
3. On a stop, days that are being run are finished and kept; no other is begun. Where the stop took the workers too, a
   day that one had stored and not reported is run once more here, so that what is stored is what is listed.
4. A worker ends with its parent (also when that is killed) and leaves Ctrl-C to it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import connection

from strikebook.errors import StorageError
from strikebook.service.day_task import DayOutcome, DayRunner, DayWork, pack, run_stored_day, settle_memory
from strikebook.service.worker_server import worker_context

_SPARE_DAYS = 1
_LOOK_AROUND_S = 0.1
_DIED = "the worker process died while it ran this day, twice (killed, or out of memory)"


def run_days(work: DayWork, days: Sequence[date], workers: int, stop: Callable[[], bool]) -> Iterator[DayOutcome]:
    """Run the days of a run and yield each as it is finished; ``workers`` 1 runs them here, in order.

    Raises StorageError when a day could not be stored, after the days that were out have come back.
    """
    if workers == 1:
        runner = DayRunner(work)
        for day in days:
            if stop():
                return
            yield runner.run(day)
    else:
        pool = _Pool(pack(work), min(workers, len(days)), deque(days))
        yield from pool.run(stop)
        if stored := sorted(set(pool.unreported).intersection(work.storage.days(work.key))):
            runner = DayRunner(work)
            yield from (runner.run(day) for day in stored)


@dataclass(slots=True)
class _Pool:
    """Days that wait, those that are out, and those that were out when a worker died (``unreported``: at a stop)."""

    packed: bytes
    workers: int
    waiting: deque[date]
    suspects: deque[date] = field(default_factory=deque)
    alone: date | None = None
    out: dict[Future[DayOutcome], date] = field(default_factory=dict)
    unreported: list[date] = field(default_factory=list)

    def run(self, stop: Callable[[], bool]) -> Iterator[DayOutcome]:
        unstored: StorageError | None = None
        executor = self._executor()
        try:
            while self.waiting or self.suspects or self.out:
                if unstored is not None or stop():
                    self.waiting.clear()
                    self.unreported += self.suspects
                    self.suspects.clear()
                self._hand_out(executor)
                done, _ = wait(self.out, timeout=_LOOK_AROUND_S, return_when=FIRST_COMPLETED)
                broken = False
                for future in done:
                    try:
                        outcome = future.result()
                    except BrokenProcessPool:
                        broken = True
                        continue
                    except StorageError as error:
                        unstored = error
                    else:
                        yield outcome
                    self._back(future)
                if broken:
                    executor.shutdown(wait=True)
                    yield from self._after_a_death()
                    if self.waiting or self.suspects:
                        executor = self._executor()
        finally:
            executor.shutdown(wait=True, cancel_futures=True)
        if unstored is not None:
            raise unstored

    def _hand_out(self, executor: ProcessPoolExecutor) -> None:
        if self.suspects:
            if not self.out:
                self.alone = self.suspects.popleft()
                self._submit(executor, self.alone)
        elif self.alone is None:
            while self.waiting and len(self.out) < self.workers + _SPARE_DAYS:
                self._submit(executor, self.waiting.popleft())

    def _submit(self, executor: ProcessPoolExecutor, day: date) -> None:
        try:
            future = executor.submit(run_stored_day, self.packed, day)
        except BrokenProcessPool as error:
            future = Future()
            future.set_exception(error)
        self.out[future] = day

    def _back(self, future: Future[DayOutcome]) -> None:
        if self.out.pop(future) == self.alone:
            self.alone = None

    def _after_a_death(self) -> Iterator[DayOutcome]:
        """Sort the days that were out: those that came back after all, the one known to kill, the suspects."""
        for future, day in sorted(self.out.items(), key=lambda item: item[1]):
            if not isinstance(future.exception(), BrokenProcessPool):
                yield future.result()
            elif day == self.alone:
                yield DayOutcome(day, "failed", _DIED)
            else:
                self.suspects.append(day)
        self.out.clear()
        self.alone = None

    def _executor(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.workers, worker_context(), initializer=_begin_worker)


def _begin_worker() -> None:
    settle_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
