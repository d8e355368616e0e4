"""The rules of jobs: one per user, a queue in the order they came, moves by the table, leftovers of dead processes.

1. A user is claimed when a job is submitted, and is free when it has ended, or the process that holds the claim has.
2. A job of this process lives in memory, with its progress; its record on disk is written at each move.
3. What another process runs is seen through its record, and can be asked to stop.
4. A record that says queued or running while nobody holds its user's claim is a leftover: a server goes on with its
   own (``recover``), one of the command line has failed.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from strikebook.errors import BusyError, QueueFullError, StorageError, StrikebookError
from strikebook.jobs.job import FailedDay, Job, JobKind, JobState, Owner, Progress, make_job_id, shared_options
from strikebook.jobs.job_events import EventWriter, missing_end
from strikebook.jobs.job_store import Claim, JobStore

PROCESS_ENDED: Final = "the process that ran it ended before it was done"
_LOOK_EVERY_S: Final = 0.1
_RECORD_EVERY_S: Final = 1.0


class JobManager:
    """The jobs of one process, over a store that others share. Safe to use from several threads.

    ``on_end`` is told of each job of this process that has ended; it may neither wait nor raise.
    """

    def __init__(self, store: JobStore, now: Callable[[], datetime], queue_length: int, owner: Owner) -> None:
        self._store = store
        self._now = now
        self._queue_length = queue_length
        self._owner: Owner = owner
        self._moves = threading.RLock()
        self._own: dict[str, Job] = {}
        self._claims: dict[str, Claim] = {}
        self._stops: set[str] = set()
        self._looked_at: dict[str, float] = {}
        self._events = EventWriter(store, now)
        self._last_order = 0
        self._recorded_at = time.monotonic()
        self.left_alone: tuple[str, ...] = ()
        self.on_end: Callable[[Job], None] = _tell_nobody

    def submit(  # noqa: PLR0913 — a job has that many parts
        self,
        *,
        user_id: str,
        strategy_id: str,
        first: date,
        last: date,
        options: Mapping[str, str | int],
        market: str,
        document: bytes,
        total_days: int,
        kind: JobKind = "run",
    ) -> Job:
        """Queue a job for a user who has none.

        Raises BusyError (the user has one), QueueFullError or StorageError; nothing of the job remains then.
        """
        with self._moves:
            at = self._now()
            job_id = self._new_id(at)
            claim = self._claim(user_id, job_id)
            try:
                self._settle_leftovers(user_id)
                job = Job(
                    job_id,
                    user_id,
                    strategy_id,
                    first,
                    last,
                    shared_options(options),
                    market,
                    self._owner,
                    self._last_place(),
                    at,
                    progress=Progress(total_days=total_days),
                    kind=kind,
                )
                self._store.add(job, document)
            except BaseException:
                claim.release()
                raise
            self._own[job_id] = job
            self._claims[job_id] = claim
            self._tell_places()
            return job

    def resume(self, job_id: str) -> Job:
        """Queue a job again that was cancelled or has failed, under its id; one that is queued or running is returned.

        Raises KeyError where there is none of that id, ValueError for one that is completed, and what ``submit``
        raises; nothing changes then.
        """
        with self._moves:
            job = self.get(job_id)
            if job is None:
                raise KeyError(job_id)
            if job.active:
                return job
            queued = job.moved("queued", self._now())
            claim = self._claim(job.user_id, job_id)
            try:
                self._settle_leftovers(job.user_id)
                queued = replace(queued, owner=self._owner, order=self._last_place())
                self._store.withdraw_stop(job_id)
                self._events.close(job)
                self._events.go_on(job_id)
                self._store.put(queued)
            except BaseException:
                claim.release()
                raise
            self._stops.discard(job_id)
            self._looked_at.pop(job_id, None)
            self._own[job_id] = queued
            self._claims[job_id] = claim
            self._tell_places()
            return queued

    def start(self, job_id: str) -> Job | None:
        """Move a queued job of this process to running; None where it was cancelled meanwhile."""
        with self._moves:
            job = self._own[job_id]
            if job.state != "queued":
                return None
            if self.stop_asked(job_id):
                self.end(job_id, "cancelled")
                return None
            running = job.moved("running", self._now())
            self._store.put(running)
            self._own[job_id] = running
            self._events.tell(running, "started")
            self._tell_places()
            return running

    def progressed(
        self,
        job_id: str,
        progress: Progress,
        failed_days: tuple[FailedDay, ...],
        day: Mapping[str, object] | None = None,
    ) -> None:
        """Note where a running job stands: in memory, and for other processes at most once a second on record.

        A server is asked itself; what a command line runs can be watched only by its record. ``day`` is the summary of
        a day that is dealt with, for the log of events.
        """
        job = self._own[job_id] = replace(self._own[job_id], progress=progress, failed_days=failed_days)
        if day is not None:
            self._events.tell_day(job, day)
        now = time.monotonic()
        if self._owner == "command line" and now - self._recorded_at >= _RECORD_EVERY_S:
            self._recorded_at = now
            with suppress(StorageError):  # a courtesy: a full disk ends the run where its results are stored
                self._store.put(job)

    def end(self, job_id: str, state: JobState, error: str | None = None) -> Job:
        """End a job of this process with the progress it has made; its user is free then, also where the record
        cannot be written (StorageError).
        """
        with self._moves:
            job = self._own[job_id].moved(state, self._now(), error)
            try:
                self._store.put(job)  # first: what anyone has seen ended has ended also after a kill
            finally:
                self._events.tell_end(job)
                self._own[job_id] = job
                self._looked_at.pop(job_id, None)
                self._claims.pop(job_id).release()
                self._tell_places()
                self.on_end(job)
            return job

    def known(self, job_id: str) -> Job | None:
        """A job of this process, without blocking; None for any other."""
        return self._own.get(job_id)

    def get(self, job_id: str) -> Job | None:
        """A job, with its live progress where this process runs it; None where there is none."""
        return self._own.get(job_id) or self._store.get(job_id)

    def jobs(self, user_id: str | None = None) -> list[Job]:
        """All jobs, or a user's, in the order they were submitted."""
        found = [self._own.get(job.job_id, job) for job in self._store.jobs()]
        return [job for job in found if user_id in (None, job.user_id)]

    def document(self, job_id: str) -> bytes | None:
        """The strategy that a job was submitted with."""
        return self._store.document(job_id)

    def events(self, job_id: str, offset: int) -> tuple[bytes, bool]:
        """The lines of a job's log of events from that byte on, and whether no more will come unless it is resumed.

        Raises KeyError where there is no job of that id.
        """
        job = self.get(job_id)  # before its log is read: a job that had ended then had told it
        if job is None:
            raise KeyError(job_id)
        lines = self._store.events(job_id, offset)
        end = b"" if job.active else missing_end(job, lines or self._store.events(job_id, 0))
        return lines + end, not job.active

    def damaged(self) -> tuple[str, ...]:
        """The records that cannot be read, by name."""
        return self._store.damaged()

    def active(self, user_id: str) -> Job | None:
        """The job that a user has queued or running."""
        own = (job for job in list(self._own.values()) if job.active and job.user_id == user_id)
        return next(own, None) or next((job for job in self.jobs(user_id) if job.active), None)

    def position(self, job_id: str) -> int | None:
        """The place of a job of this process in the queue, 1 for the next; None where it does not wait."""
        return next((number for number, job in enumerate(self._queue(), 1) if job.job_id == job_id), None)

    def cancel(self, job_id: str) -> Job:
        """Cancel a job: one that waits ends at once, one that runs is asked to stop; one that has ended is returned.

        Raises KeyError where there is none of that id.
        """
        with self._moves:
            job = self.get(job_id)
            if job is None:
                raise KeyError(job_id)
            if not job.active:
                return job
            if job_id in self._claims:
                if job.state == "queued":
                    return self.end(job_id, "cancelled")
                self._stops.add(job_id)
                self._store.ask_to_stop(job_id)
                return job
            return self._cancel_elsewhere(job)

    def stop_asked(self, job_id: str) -> bool:
        """Whether a job of this process was asked to stop, here or by another process."""
        if job_id in self._stops:
            return True
        now = time.monotonic()
        if now - self._looked_at.get(job_id, -_LOOK_EVERY_S) < _LOOK_EVERY_S:
            return False
        self._looked_at[job_id] = now
        if self._store.asked_to_stop(job_id):
            self._stops.add(job_id)
            return True
        return False

    def cancel_where_asked(self) -> None:
        """End the queued jobs of this process that another one has asked to stop."""
        for job in list(self._own.values()):
            if job.state == "queued" and self._store.asked_to_stop(job.job_id):
                self.cancel(job.job_id)

    def recover(self) -> list[Job]:
        """Take up what an earlier server left: its jobs, those that ran first, then those that waited, in order.

        What a command line left has failed. ``left_alone`` are the jobs that cannot be taken up now: another process
        has claimed their user, or their record cannot be written. To be asked again is harmless.
        """
        taken: list[Job] = []
        left: list[str] = []
        with self._moves:
            for job in self._store.jobs():
                self._last_order = max(self._last_order, job.order)
                if not job.active or job.job_id in self._own:
                    continue
                try:
                    found = self._take_up(job)
                except StrikebookError:
                    left.append(job.job_id)
                else:
                    taken += [] if found is None else [found]
            self._tell_places()
        self.left_alone = tuple(left)
        return sorted(taken, key=lambda job: (job.state != "running", job.order))

    def _take_up(self, job: Job) -> Job | None:
        """Claim a job's user and make the job ours; None where it ends here."""
        claim = self._store.claim(job.user_id, job.job_id)
        now = self._store.get(job.job_id)  # it may have ended before its claim was free
        if now is None or not now.active:
            claim.release()
            return None
        self._own[job.job_id] = now
        self._claims[job.job_id] = claim
        if now.owner != "server":
            self.end(job.job_id, "failed", PROCESS_ENDED)
        elif self._store.document(job.job_id) is None:
            self.end(job.job_id, "failed", "the strategy it was submitted with is gone")
        elif now.state == "queued" and self._store.asked_to_stop(job.job_id):
            self.end(job.job_id, "cancelled")
        else:
            self._events.go_on(now.job_id)
            if now.state == "running":
                self._events.tell(now, "started")
            return now
        return None

    def let_go(self) -> list[str]:
        """Release what is claimed and leave the jobs as they are recorded; returns those that are not done."""
        with self._moves:
            left = sorted(self._claims, key=lambda job_id: self._own[job_id].order)
            for job_id in left:
                self._claims.pop(job_id).release()
                del self._own[job_id]
            return left

    def forget_ended(self, before: datetime, most: int) -> int:
        """Remove the records of jobs that ended before a moment, and of all but the ``most`` that were submitted last;
        how many there were.
        """
        ended = [job for job in self.jobs() if job.completed_at is not None]
        too_many = {job.job_id for job in ended[: max(0, len(ended) - most)]}
        old = [job for job in ended if job.job_id in too_many or (job.completed_at or before) < before]
        forgotten = 0
        for job in old:
            with suppress(StorageError):  # the next time, then
                self._store.remove(job.job_id)
                self._events.forget(job.job_id)
                self._own.pop(job.job_id, None)
                self._stops.discard(job.job_id)
                self._looked_at.pop(job.job_id, None)
                forgotten += 1
        return forgotten

    def _queue(self) -> list[Job]:
        """The jobs of this process that wait, the next one first."""
        return sorted((job for job in list(self._own.values()) if job.state == "queued"), key=lambda job: job.order)

    def _tell_places(self) -> None:
        """Note in the logs of waiting jobs where they stand now."""
        self._events.tell_places(self._queue())

    def _claim(self, user_id: str, job_id: str) -> Claim:
        try:
            return self._store.claim(user_id, job_id)
        except BusyError as error:
            job = self.active(user_id)
            if job is None:
                raise
            raise BusyError(
                f"Job already running: {job.job_id}{' (a sweep)' if job.kind == 'sweep' else ''} of strategy "
                f"{job.strategy_id} is {job.state}, "
                f"{job.progress.percentage} % done",
                where=error.where,
                right=f"wait for it to end, or cancel it: POST /api/v1/backtest/jobs/{job.job_id}/cancel, "
                f"or `strikebook jobs cancel {job.job_id}`",
            ) from None

    def _last_place(self) -> int:
        """The order of a job that goes to the end of the queue. Raises QueueFullError."""
        if sum(job.state == "queued" for job in list(self._own.values())) >= self._queue_length:
            raise QueueFullError(
                f"{self._queue_length} jobs wait already", where="queue", right="try again when some have ended"
            )
        self._last_order = max(self._last_order + 1, time.time_ns())
        return self._last_order

    def _settle_leftovers(self, user_id: str) -> None:
        """Look at what a dead process left of this user, whose claim we hold."""
        for job in self._store.jobs():
            if job.user_id != user_id or not job.active or job.job_id in self._claims:
                continue
            ours = self._own.get(job.job_id)
            if ours is not None:  # it has ended, and that could not be recorded then
                self._store.put(ours)
                continue
            if job.owner == "server":
                raise BusyError(
                    f"Job already running: {job.job_id} was {job.state} when the server stopped",
                    where=user_id,
                    right=f"start the server, which goes on with it, or `strikebook jobs cancel {job.job_id}`",
                )
            failed = job.moved("failed", self._now(), PROCESS_ENDED)
            self._store.put(failed)
            self._events.tell_end(failed)

    def _cancel_elsewhere(self, job: Job) -> Job:
        try:
            claim = self._store.claim(job.user_id, job.job_id)
        except BusyError:
            self._store.ask_to_stop(job.job_id)
            return job
        try:
            now = self._store.get(job.job_id) or job  # it may have ended before its claim was free
            if not now.active:
                return now
            cancelled = now.moved("cancelled", self._now())
            self._store.put(cancelled)
            self._events.tell_end(cancelled)
            return cancelled
        finally:
            claim.release()

    def _new_id(self, at: datetime) -> str:
        for _ in range(100):
            job_id = make_job_id(at, secrets.token_hex(3))
            if self.get(job_id) is None:
                return job_id
        raise StorageError("no free job id", where=self._store.place, right="try again in a second")


def _tell_nobody(_job: Job) -> None:
    """What is done at the end of a job where nobody wants to know."""
