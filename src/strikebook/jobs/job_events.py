"""What happened to a job, in the order it happened: a log of one line of JSON for each event, beside its record.

event       when
queued      it was submitted or resumed, and whenever its place in the queue is another
started     its turn came; a server that was stopped goes on with it
day         a day is dealt with: its summary
completed   every day was dealt with                 }
failed      the run ended with an error              }  the last one, unless the job is resumed
cancelled   its user asked; finished days are kept   }

The place of a line in the log, counted from 1, is the number of its event. Whoever has the user's claim writes. A
process that is killed between a job's end and the line of it leaves a log without an end: ``missing_end`` makes the
line from the record, the same for everyone who asks.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, cast

import orjson

from strikebook.errors import StorageError
from strikebook.jobs.job import Job
from strikebook.jobs.job_store import JobStore

EventName = Literal["queued", "started", "day", "completed", "failed", "cancelled"]
LOG = logging.getLogger("strikebook.jobs")

_ENDS: Final[frozenset[object]] = frozenset({"completed", "failed", "cancelled"})


class EventWriter:
    """Adds to the logs of a store; what could not be written is written before what comes next. Holds no lock."""

    def __init__(self, store: JobStore, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now
        self._unwritten: dict[str, bytes] = {}
        self._places: dict[str, int] = {}
        self._told: dict[str, list[object]] = {}

    def tell(self, job: Job, event: EventName) -> None:
        """Note what happened to a job. A log that cannot be written stops no job: that is logged, and tried again."""
        self._write(job.job_id, _line(job, event, self._now()))

    def tell_day(self, job: Job, day: Mapping[str, object]) -> None:
        """Note a day that is dealt with, unless an earlier process has told the very same of it."""
        if day not in self._told.get(job.job_id, ()):
            self._write(job.job_id, _line(job, "day", self._now(), day=day))

    def tell_end(self, job: Job) -> None:
        """Note that a job has ended."""
        self.tell(job, cast("EventName", job.state))
        self._told.pop(job.job_id, None)

    def go_on(self, job_id: str) -> None:
        """Go on with the log of a job that is run for a second time: its days so far are known."""
        events = [orjson.loads(line) for line in self._store.events(job_id, 0).splitlines()]
        self._told[job_id] = [event["day"] for event in events if event["event"] == "day"]

    def tell_places(self, queue: Sequence[Job]) -> None:
        """Note the places of jobs that wait, given in their order, where they are others than were told."""
        told, self._places = self._places, {}
        for place, job in enumerate(queue, 1):
            self._places[job.job_id] = place
            if told.get(job.job_id) != place:
                self._write(job.job_id, _line(job, "queued", self._now(), place=place))

    def close(self, job: Job) -> None:
        """Write the end of a job's log where it is missing."""
        end = missing_end(job, self._store.events(job.job_id, 0))
        if end:
            self._write(job.job_id, end)

    def forget(self, job_id: str) -> None:
        """Try no more to write what is left of a job, and know no more what was told of it."""
        self._unwritten.pop(job_id, None)
        self._told.pop(job_id, None)

    def _write(self, job_id: str, line: bytes) -> None:
        lines = self._unwritten.pop(job_id, b"") + line
        try:
            self._store.add_events(job_id, lines)
        except StorageError as error:
            self._unwritten[job_id] = lines
            LOG.warning("events wait for room", extra={"job_id": job_id, "reason": str(error)})


def missing_end(job: Job, lines: bytes) -> bytes:
    """The line that ends a log, made from the record, where the job has ended and its log has not; else nothing."""
    if job.active:
        return b""
    last = lines.rstrip(b"\n").rpartition(b"\n")[2]
    if last and orjson.loads(last)["event"] in _ENDS:
        return b""
    return _line(job, cast("EventName", job.state), job.completed_at or job.submitted_at)


def _line(
    job: Job, event: EventName, at: datetime, day: Mapping[str, object] | None = None, place: int | None = None
) -> bytes:
    document: dict[str, object] = {
        "event": event,
        "time": at.replace(microsecond=0).isoformat(),
        "job_id": job.job_id,
        "status": job.state,
        "progress": job.progress.document(),
        "queue_position": place,
        "error": None if job.error is None else job.error.encode("utf-8", "backslashreplace").decode(),
        "day": day,
    }
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)
