"""The door to job records. Its members: a folder of files, and one in memory; one suite holds for both.

Promises of every member:

* A record is seen whole or not at all, and is there after a crash once ``add`` or ``put`` has returned.
* One damaged record hides no other: it is left out of ``jobs`` and named by ``damaged``.
* A user's claim is held by one process (and one job in it) at a time, and ends with the process that holds it.
* What was asked of a job by another process (``ask_to_stop``) survives until it is withdrawn or the job is removed.
"""

from __future__ import annotations

from typing import Protocol

from strikebook.jobs.job import Job


class Claim(Protocol):
    """The right to have a job queued or running for a user."""

    def release(self) -> None:
        """Give it up; again is harmless."""


class JobStore(Protocol):
    """Where jobs are recorded."""

    @property
    def place(self) -> str:
        """Where the records are, for a message."""

    def claim(self, user_id: str, holder: str) -> Claim:
        """Claim a user for one job. ``holder`` says who has it, for those who have to wait.

        Raises BusyError, which names the holder, without waiting; StorageError where it cannot be recorded.
        """

    def claim_server(self) -> Claim:
        """Claim these records for one server. Raises BusyError where another one has them."""

    def add(self, job: Job, document: bytes) -> None:
        """Record a new job and the strategy it is to run. Raises StorageError; then nothing of it remains."""

    def put(self, job: Job) -> None:
        """Replace a job's record. Raises StorageError (also for a job that was never added); the old one stays then."""

    def get(self, job_id: str) -> Job | None:
        """A job; None where there is none of that id (or the text is no job id). Raises StorageError if damaged."""

    def document(self, job_id: str) -> bytes | None:
        """The strategy that a job was submitted with."""

    def jobs(self) -> tuple[Job, ...]:
        """All jobs in the order they were submitted."""

    def damaged(self) -> tuple[str, ...]:
        """The records that cannot be read, by name."""

    def ask_to_stop(self, job_id: str) -> None:
        """Ask whoever runs a job to stop it."""

    def asked_to_stop(self, job_id: str) -> bool:
        """Whether that was asked."""

    def withdraw_stop(self, job_id: str) -> None:
        """Ask it no more."""

    def add_events(self, job_id: str, lines: bytes) -> None:
        """Add whole lines to a job's log, all or none. Raises StorageError. The caller has the user's claim."""

    def events(self, job_id: str, offset: int) -> bytes:
        """The whole lines of a job's log from that byte on; nothing where there is no log, or no more of it."""

    def remove(self, job_id: str) -> None:
        """Forget a job; one that is not there is forgotten already."""

    def sweep(self) -> None:
        """Remove what killed processes left half recorded. The caller has claimed the server's place."""
