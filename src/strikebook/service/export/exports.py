"""A server's exports. Light: the server imports it; a process of its own does the work and ends with it.

1. Two are made at a time, six more may wait; another one is refused. No reader and no run waits for an export.
2. Each is written into a folder of its own below ``.exports`` of the results; what a killed server left there is
   removed at the next start.
3. ``make`` gives the file opened and already without a name: whatever happens, it is gone once it is closed.
4. Whoever asked may go: the process is killed and the folder removed. So it is when the server stops, or after ten
   minutes.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
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
_LONGEST_S: Final = 600.0
_LOOK_EVERY_S: Final = 0.05
_FOLDER: Final = ".exports"
_FILE: Final = "export"


@dataclass(frozen=True, slots=True)
class MadeExport:
    """An export that is ready: what it is, its open file, how many bytes that has."""

    written: Written
    file: BinaryIO
    size: int


class Exports:
    """Makes exports of stored runs."""

    def __init__(self, storage: BacktestStorage, results: Path, minimum_free_bytes: int) -> None:
        self._storage = storage
        self._results = results
        self._minimum_free_bytes = minimum_free_bytes
        self._free = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._present = 0
        self._closing = threading.Event()

    def sweep(self) -> None:
        """Remove what a killed server left. Nobody else may be at work on these results."""
        folder = self._results / _FOLDER
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """End the exports that are being made; whoever waits for one is told."""
        self._closing.set()

    def make(self, key: RunKey, wanted: Wanted, gone: threading.Event) -> MadeExport:
        """Make an export; it blocks, until ``gone`` is set at the latest. The caller closes the file.

        Raises what ``write_export`` does, QueueFullError where too many are asked for, NoSpaceError where the disk has
        no room, BusyError where ``gone`` is set or the server stops.
        """
        with self._turn(gone):
            self._refuse_full_disk()
            make_real_folder(self._results / _FOLDER)
            folder = Path(mkdtemp(dir=self._results / _FOLDER))
            try:
                written = self._work(key, wanted, folder / _FILE, gone)
                with storage_errors("read", folder / _FILE):
                    file = (folder / _FILE).open("rb")
                    return MadeExport(written, file, (folder / _FILE).stat().st_size)
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def _turn(self, gone: threading.Event) -> Iterator[None]:
        with self._lock:
            if self._present >= AT_ONCE + MOST_WAITING:
                raise QueueFullError(
                    f"{self._present} exports are asked for already", where="server", right="ask again in a few seconds"
                )
            self._present += 1
        try:
            while not self._free.acquire(timeout=_LOOK_EVERY_S):
                self._refuse_gone(gone)
            try:
                yield
            finally:
                self._free.release()
        finally:
            with self._lock:
                self._present -= 1

    def _work(self, key: RunKey, wanted: Wanted, target: Path, gone: threading.Event) -> Written:
        """Have it written by a process that is there for nothing else."""
        pool = new_pool(1)
        give_up = time.monotonic() + _LONGEST_S
        try:
            arguments = (self._storage, key, wanted, target)
            future: Future[object] = pool.submit(answer, "strikebook.service.export.write:export_file", arguments)
            while True:
                try:
                    return cast("Written", future.result(timeout=_LOOK_EVERY_S))
                except NotYet:
                    self._refuse_gone(gone)
                    if time.monotonic() > give_up:
                        raise StrikebookError(
                            f"it took longer than {_LONGEST_S:.0f} seconds", where="export", right="fewer days"
                        ) from None
        except BrokenProcessPool:
            raise StrikebookError(
                "the process that made the export died", where="export", right="ask again, or for fewer days"
            ) from None
        finally:
            kill_pool(pool)
            pool.shutdown(wait=True, cancel_futures=True)

    def _refuse_gone(self, gone: threading.Event) -> None:
        if gone.is_set() or self._closing.is_set():
            raise BusyError("the export was given up", where="server", right="ask again")

    def _refuse_full_disk(self) -> None:
        free = self._storage.free_bytes()
        if free is not None and free < self._minimum_free_bytes:
            raise NoSpaceError(
                "too little free space for an export", where=str(self._results), right="free space on that disk"
            )
