"""Job records in memory: for tests, and for runs whose results are in memory too."""

from __future__ import annotations

import threading

from strikebook.errors import BusyError, StorageError, UsageError
from strikebook.jobs.job import Job, is_job_id, is_safe_name


class _Claimed:
    """A name that is taken until it is released."""

    def __init__(self, taken: dict[str, str], name: str) -> None:
        self._taken = taken
        self._name: str | None = name

    def release(self) -> None:
        """Give it up; again is harmless."""
        name, self._name = self._name, None
        if name is not None:
            self._taken.pop(name, None)


class MemoryJobs:
    """A member of JobStore that is gone with its process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[str, tuple[Job, bytes]] = {}
        self._taken: dict[str, str] = {}
        self._stops: set[str] = set()
        self._events: dict[str, bytes] = {}

    @property
    def place(self) -> str:
        """Where the records are, for a message."""
        return "memory"

    def claim(self, user_id: str, holder: str) -> _Claimed:
        """Claim a user for one job. Raises BusyError, which names the holder, without waiting."""
        if not is_safe_name(user_id):
            raise UsageError(f"{user_id[:60]!r} cannot be an id", where="user_id", right="letters, digits and . _ - @")
        return self._claim(f"user {user_id}", user_id, holder, "Job already running: ")

    def claim_server(self) -> _Claimed:
        """Claim these records for one server. Raises BusyError where another one has them."""
        return self._claim("server", "memory", "this process", "another server has these results: ")

    def _claim(self, name: str, where: str, holder: str, words: str) -> _Claimed:
        with self._lock:
            if name in self._taken:
                raise BusyError(words + self._taken[name], where=where, right="wait for it to end, or stop it")
            self._taken[name] = holder
        return _Claimed(self._taken, name)

    def add(self, job: Job, document: bytes) -> None:
        """Record a new job and the strategy it is to run."""
        with self._lock:
            self._jobs[job.job_id] = (job, document)

    def put(self, job: Job) -> None:
        """Replace a job's record."""
        with self._lock:
            if job.job_id not in self._jobs:
                raise StorageError("this job was never recorded", where=job.job_id, right="submit it")
            self._jobs[job.job_id] = (job, self._jobs[job.job_id][1])

    def get(self, job_id: str) -> Job | None:
        """A job; None where there is none of that id."""
        found = self._jobs.get(job_id)
        return None if found is None else found[0]

    def document(self, job_id: str) -> bytes | None:
        """The strategy that a job was submitted with."""
        found = self._jobs.get(job_id)
        return None if found is None else found[1]

    def jobs(self) -> tuple[Job, ...]:
        """All jobs in the order they were submitted."""
        with self._lock:
            return tuple(sorted((job for job, _ in self._jobs.values()), key=lambda job: (job.order, job.job_id)))

    def damaged(self) -> tuple[str, ...]:
        """None: nothing is damaged in memory."""
        return ()

    def ask_to_stop(self, job_id: str) -> None:
        """Ask whoever runs a job to stop it."""
        if is_job_id(job_id) and job_id in self._jobs:
            self._stops.add(job_id)

    def asked_to_stop(self, job_id: str) -> bool:
        """Whether that was asked."""
        return job_id in self._stops

    def withdraw_stop(self, job_id: str) -> None:
        """Ask it no more."""
        self._stops.discard(job_id)

    def add_events(self, job_id: str, lines: bytes) -> None:
        """Add whole lines to a job's log."""
        with self._lock:
            self._events[job_id] = self._events.get(job_id, b"") + lines

    def events(self, job_id: str, offset: int) -> bytes:
        """The whole lines of a job's log from that byte on."""
        return self._events.get(job_id, b"")[offset:]

    def remove(self, job_id: str) -> None:
        """Forget a job; one that is not there is forgotten already."""
        with self._lock:
            self._jobs.pop(job_id, None)
            self._events.pop(job_id, None)
            self._stops.discard(job_id)

    def sweep(self) -> None:
        """Nothing is half recorded in memory."""
