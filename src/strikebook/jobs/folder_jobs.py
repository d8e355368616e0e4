"""Job records as files, and claims as locks of the operating system.

    {root}/.jobs/{job_id}.json            the record
    {root}/.jobs/{job_id}.strategy.json   the strategy it was submitted with
    {root}/.jobs/{job_id}.stop            it was asked to stop
    {root}/.jobs/{job_id}.events.jsonl    what happened to it, a line for each event; only added to
    {root}/.jobs/.server.lock             held by the server of these results
    {root}/.locks/{user_id}.lock          held while a job of that user is queued or running

A new job's strategy is written beside its record, and is there first: a record without strategy is one that lost it.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from pathlib import Path

from strikebook.atomic_file import (
    add_lines,
    make_real_folder,
    read_regular_file,
    storage_errors,
    write_file,
)
from strikebook.errors import BusyError, StorageError, UsageError
from strikebook.jobs.job import Job, is_job_id, is_safe_name
from strikebook.jobs.job_document import decode_job, encode_job
from strikebook.jobs.user_lock import UserLock, take_lock

_RECORD = ".json"
_STRATEGY = ".strategy.json"
_STOP = ".stop"
_EVENTS = ".events.jsonl"

_CLOCK_TICK_NS = 100_000_000
"""More than a file system's clock takes from one tick to the next: what changed within one would not show."""

_RECORDING_S = 60.0

_Stamp = tuple[int, int, int]


class FolderJobs:
    """A member of JobStore: ``root`` is the folder of results. Records are read again only when their file changed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folder = root / ".jobs"
        self._lock = threading.Lock()
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="record")
        self._read: dict[str, tuple[_Stamp, Job | None]] = {}
        self._quiet_since_ns: int | None = None

    @property
    def place(self) -> str:
        """Where the records are, for a message."""
        return str(self._folder)

    def claim(self, user_id: str, holder: str) -> UserLock:
        """Claim a user for one job. Raises BusyError, which names the holder, without waiting."""
        if not is_safe_name(user_id):
            raise UsageError(f"{user_id[:60]!r} cannot be an id", where="user_id", right="letters, digits and . _ - @")
        return take_lock(self.root / ".locks" / f"{user_id}.lock", user_id, holder)

    def claim_server(self) -> UserLock:
        """Claim these results for one server. Raises BusyError where another one has them."""
        try:
            return take_lock(self._folder / ".server.lock", str(self.root), "server")
        except BusyError as error:
            holder = error.what.rpartition(", ")[2]
            raise BusyError(
                f"another server has these results ({holder})",
                where=str(self.root),
                right="stop it, or serve another folder (--results)",
            ) from None

    def add(self, job: Job, document: bytes) -> None:
        """Record a new job and the strategy it is to run. Raises StorageError; then nothing of it remains."""
        make_real_folder(self._folder)
        strategy = self._path(job.job_id, _STRATEGY)
        written = self._beside.submit(write_file, strategy, document, sync_name=False)  # the record's sync does both
        try:
            self._write(job, first=written.result)
        except BaseException:
            wait([written])
            self.remove(job.job_id)
            raise

    def put(self, job: Job) -> None:
        """Replace a job's record. Raises StorageError; then the old one is still there."""
        if not self._path(job.job_id, _RECORD).exists():
            raise StorageError("this job was never recorded", where=job.job_id, right="submit it")
        self._write(job)

    def _write(self, job: Job, first: Callable[[], object] | None = None) -> None:
        """Write a record. Its job is known from then on as the very same object: nothing is held twice."""
        path = self._path(job.job_id, _RECORD)
        write_file(path, encode_job(job), first=first)
        with self._lock, storage_errors("read", path), suppress(FileNotFoundError):
            self._read[job.job_id] = (_stamp_of(path.lstat()), job)

    def get(self, job_id: str) -> Job | None:
        """A job; None where there is none of that id. Raises StorageError for a damaged record."""
        if not is_job_id(job_id):
            return None
        content = read_regular_file(self._path(job_id, _RECORD))
        return None if content is None else self._decoded(job_id, content)

    def document(self, job_id: str) -> bytes | None:
        """The strategy that a job was submitted with."""
        return read_regular_file(self._path(job_id, _STRATEGY)) if is_job_id(job_id) else None

    def jobs(self) -> tuple[Job, ...]:
        """All jobs in the order they were submitted."""
        with self._lock:
            self._look()
            found = [job for _, job in self._read.values() if job is not None]
        return tuple(sorted(found, key=lambda job: (job.order, job.job_id)))

    def damaged(self) -> tuple[str, ...]:
        """The records that cannot be read, by name."""
        with self._lock:
            self._look()
            return tuple(sorted(job_id + _RECORD for job_id, (_, job) in self._read.items() if job is None))

    def ask_to_stop(self, job_id: str) -> None:
        """Ask whoever runs a job to stop it."""
        if is_job_id(job_id) and self._path(job_id, _RECORD).exists():
            write_file(self._path(job_id, _STOP), b"")

    def asked_to_stop(self, job_id: str) -> bool:
        """Whether that was asked."""
        return is_job_id(job_id) and self._path(job_id, _STOP).exists()

    def withdraw_stop(self, job_id: str) -> None:
        """Ask it no more."""
        if is_job_id(job_id):
            with storage_errors("remove", self._folder):
                self._path(job_id, _STOP).unlink(missing_ok=True)

    def add_events(self, job_id: str, lines: bytes) -> None:
        """Add whole lines to a job's log, all or none. Raises StorageError. The caller has the user's claim."""
        if is_job_id(job_id):
            path = self._path(job_id, _EVENTS)
            with storage_errors("write", path):
                add_lines(path, lines)

    def events(self, job_id: str, offset: int) -> bytes:
        """The whole lines of a job's log from that byte on."""
        found = read_regular_file(self._path(job_id, _EVENTS), offset) if is_job_id(job_id) else None
        return b"" if found is None else found[: found.rfind(b"\n") + 1]

    def remove(self, job_id: str) -> None:
        """Forget a job, its record first; one that is not there is forgotten already."""
        if is_job_id(job_id):
            with storage_errors("remove", self._folder):
                for suffix in (_RECORD, _STRATEGY, _STOP, _EVENTS):
                    self._path(job_id, suffix).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Delete temporary files and what belongs to no record, where it is older than a job takes to be recorded."""
        long_ago = time.time() - _RECORDING_S
        with storage_errors("read", self._folder):
            for path in self._folder.glob("*") if self._folder.is_dir() and not self._folder.is_symlink() else ():
                job_id = path.name.partition(".")[0]
                unfinished = path.name.startswith(".bt_")
                orphan = path.name.endswith((_STRATEGY, _STOP, _EVENTS)) and is_job_id(job_id)
                if orphan and self._path(job_id, _RECORD).exists():
                    continue
                if (unfinished or orphan) and path.lstat().st_mtime < long_ago:
                    path.unlink(missing_ok=True)

    def _path(self, job_id: str, suffix: str) -> Path:
        return self._folder / f"{job_id}{suffix}"

    def _decoded(self, job_id: str, content: bytes) -> Job:
        where = str(self._path(job_id, _RECORD))
        job = decode_job(content, where)
        if job.job_id != job_id:
            raise StorageError(f"it is the record of {job.job_id}", where=where, right="remove it by hand")
        return job

    def _look(self) -> None:
        """Bring what is known of the records up to date: those whose file changed are read.

        Every change renames or removes a file and so touches the folder: one that has been quiet is not looked through.
        """
        touched_ns = self._touched_ns()
        if touched_ns is not None and touched_ns == self._quiet_since_ns:
            return
        rested = touched_ns is not None and time.time_ns() - touched_ns > _CLOCK_TICK_NS
        self._quiet_since_ns = None
        names = self._names()
        for job_id in self._read.keys() - names:
            del self._read[job_id]
        for job_id in names:
            known = self._read.get(job_id)
            if known is None or known[1] is None or known[1].active:  # the record of an ended job does not change
                self._look_at(job_id, known)
        if rested:
            self._quiet_since_ns = touched_ns

    def _names(self) -> set[str]:
        with storage_errors("read", self._folder):
            try:
                names = os.listdir(self._folder)  # noqa: PTH208 — names are all that is wanted
            except (FileNotFoundError, NotADirectoryError):
                return set()
        found = (name.removesuffix(_RECORD) for name in names if name.endswith(_RECORD))
        return {job_id for job_id in found if is_job_id(job_id)}

    def _look_at(self, job_id: str, known: tuple[_Stamp, Job | None] | None) -> None:
        path = self._path(job_id, _RECORD)
        with storage_errors("read", path):
            try:
                found = path.lstat()
            except FileNotFoundError:
                self._read.pop(job_id, None)
                return
        stamp = _stamp_of(found)
        if known is None or known[0] != stamp:
            content = read_regular_file(path)
            try:
                self._read[job_id] = (stamp, None if content is None else self._decoded(job_id, content))
            except StorageError:
                self._read[job_id] = (stamp, None)

    def _touched_ns(self) -> int | None:
        with storage_errors("read", self._folder):
            try:
                return self._folder.stat().st_mtime_ns
            except (FileNotFoundError, NotADirectoryError):
                return None


def _stamp_of(found: os.stat_result) -> _Stamp:
    return found.st_ino, found.st_mtime_ns, found.st_size
