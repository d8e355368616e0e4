"""A server's exports. Light: the server imports it; processes that are there for nothing else do the work.

1. Two are made at a time, six more may wait, three of one user; another one is refused. No reader and no run waits
   for an export. A file counts until it is sent: so many may be open, that slow clients fill no disk.
2. Each is written into a folder of its own below ``.exports`` of the results; what a killed server left there is
   removed at the next start.
3. ``make`` gives the file opened and already without a name: whatever happens, it is gone once it is closed.
4. Whoever asked may go: the process is killed and the folder removed. So it is when the server stops, or after ten
   minutes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import mkdtemp
from typing import BinaryIO, Final, cast

from strikebook.atomic_file import make_real_folder, storage_errors
from strikebook.errors import BusyError, NoSpaceError, QueueFullError, StrikebookError
from strikebook.service.export.wanted import Wanted, Written
from strikebook.service.worker import answer, kill_pool, new_pool
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.layout import RunKey

AT_ONCE: Final = 2
MOST_WAITING: Final = 6
MOST_OF_ONE_USER: Final = 3
MOST_OPEN: Final = 32
_LONGEST_S: Final = 600.0
_LOOK_EVERY_S: Final = 0.05
_FOLDER: Final = ".exports"
_FILE: Final = "export"
_WRITE: Final = "strikebook.service.export.write:export_file"


@dataclass(frozen=True, slots=True)
class MadeExport:
    """An export that is ready: what it is, its open file, how many bytes that has. To be closed."""

    written: Written
    file: BinaryIO
    size: int
    on_close: Callable[[], None]

    def close(self) -> None:
        """Close the file, which is then gone."""
        if not self.file.closed:
            self.file.close()
            self.on_close()


@dataclass(slots=True)
class _Turn:
    """The right to work: a process, or None where one is to be begun."""

    pool: ProcessPoolExecutor | None


class Exports:
    """Makes exports of stored runs."""

    def __init__(self, storage: BacktestStorage, results: Path, minimum_free_bytes: int) -> None:
        self._storage = storage
        self._results = results
        self._minimum_free_bytes = minimum_free_bytes
        self._pools: SimpleQueue[ProcessPoolExecutor | None] = SimpleQueue()
        for _ in range(AT_ONCE):
            self._pools.put(None)  # a process is begun when there is work for it
        self._lock = threading.Lock()
        self._present: Counter[str] = Counter()
        self._open = 0
        self._closing = threading.Event()

    def sweep(self) -> None:
        """Remove what a killed server left. Nobody else may be at work on these results."""
        folder = self._results / _FOLDER
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """End the exports that are being made; whoever waits for one is told."""
        if self._closing.is_set():
            return
        self._closing.set()
        for _ in range(AT_ONCE):
            pool = self._pools.get()
            if pool is not None:
                _end(pool)

    def make(self, key: RunKey, wanted: Wanted, gone: threading.Event) -> MadeExport:
        """Make an export; it blocks, until ``gone`` is set at the latest. The caller closes the file.

        Raises what ``write_export`` does, QueueFullError where too many are asked for, NoSpaceError where the disk has
        no room, BusyError where ``gone`` is set or the server stops.
        """
        with self._turn(key.user_id, gone) as turn:
            self._refuse_full_disk()
            make_real_folder(self._results / _FOLDER)
            folder = Path(mkdtemp(dir=self._results / _FOLDER))
            try:
                written = self._work(turn, (self._storage, key, wanted, folder / _FILE), gone)
                with storage_errors("read", folder / _FILE):
                    file = (folder / _FILE).open("rb")
                    size = os.fstat(file.fileno()).st_size
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            with self._lock:
                self._open += 1
            return MadeExport(written, file, size, self._closed)

    def _closed(self) -> None:
        with self._lock:
            self._open -= 1

    @contextlib.contextmanager
    def _turn(self, user_id: str, gone: threading.Event) -> Iterator[_Turn]:
        """Wait for a process; give it back afterwards."""
        self._come(user_id)
        try:
            turn = _Turn(self._wait(gone))
            try:
                yield turn
            finally:
                self._pools.put(turn.pool)
        finally:
            with self._lock:
                self._present[user_id] -= 1
                self._present += Counter()  # drops who has none

    def _wait(self, gone: threading.Event) -> ProcessPoolExecutor | None:
        while True:
            self._refuse_gone(gone)
            with contextlib.suppress(Empty):
                return self._pools.get(timeout=_LOOK_EVERY_S)

    def _come(self, user_id: str) -> None:
        """Count an export in. Raises QueueFullError."""
        with self._lock:
            asked = self._present.total()
            why = ""
            if asked >= AT_ONCE + MOST_WAITING:
                why = f"{asked} exports are asked for already"
            elif self._present[user_id] >= MOST_OF_ONE_USER:
                why = f"{MOST_OF_ONE_USER} exports of this user are asked for already"
            elif self._open >= MOST_OPEN:
                why = f"{MOST_OPEN} exports are being sent"
            if why:
                raise QueueFullError(why, where="server", right="ask again in a few seconds")
            self._present[user_id] += 1

    def _work(self, turn: _Turn, arguments: tuple[object, ...], gone: threading.Event) -> Written:
        """Have it written. A process that is not done when nobody waits any more is killed."""
        pool, turn.pool = turn.pool or new_pool(1), None
        give_up = time.monotonic() + _LONGEST_S
        try:
            try:
                future = pool.submit(answer, _WRITE, arguments)
            except BrokenProcessPool:  # it was killed while it had nothing to do
                _end(pool)
                pool = new_pool(1)
                future = pool.submit(answer, _WRITE, arguments)
            while not future.done():
                wait([future], timeout=_LOOK_EVERY_S)
                self._refuse_gone(gone)
                if time.monotonic() > give_up:
                    raise StrikebookError(
                        f"it took longer than {_LONGEST_S:.0f} seconds", where="export", right="fewer days"
                    )
        except BaseException:
            _end(pool)
            raise
        error = future.exception()
        if isinstance(error, BrokenProcessPool):
            _end(pool)
            raise StrikebookError("the process that made it died", where="export", right="ask again, or for fewer days")
        turn.pool = pool
        return cast("Written", future.result())

    def _refuse_gone(self, gone: threading.Event) -> None:
        if gone.is_set() or self._closing.is_set():
            raise BusyError("the export was given up", where="server", right="ask again")

    def _refuse_full_disk(self) -> None:
        free = self._storage.free_bytes()
        if free is not None and free < self._minimum_free_bytes:
            raise NoSpaceError(
                "too little free space for an export", where=str(self._results), right="free space on that disk"
            )


def _end(pool: ProcessPoolExecutor) -> None:
    kill_pool(pool)
    pool.shutdown(wait=True, cancel_futures=True)
