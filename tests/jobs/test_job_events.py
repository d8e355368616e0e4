"""The log of what happens to a job: nothing lost, nothing twice, also after a kill or on a full disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from strikebook.errors import StorageError
from strikebook.jobs.folder_jobs import FolderJobs
from strikebook.jobs.job import Job, Owner, Progress
from strikebook.jobs.job_manager import JobManager
from strikebook.jobs.job_store import JobStore
from strikebook.jobs.memory_jobs import MemoryJobs
from tests.jobs.made_job import NOON, make_job


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> JobStore:
    members: dict[str, Callable[[], JobStore]] = {
        "folder": lambda: FolderJobs(tmp_path / "results"),
        "memory": MemoryJobs,
    }
    return members[request.param]()


def now() -> datetime:
    return NOON


def manager(store: JobStore, owner: Owner = "server") -> JobManager:
    return JobManager(store, now, 10, owner)


def submit(jobs: JobManager, user_id: str = "a") -> Job:
    return jobs.submit(
        user_id=user_id,
        strategy_id="strategy-1",
        first=date(2024, 10, 1),
        last=date(2024, 10, 31),
        options={},
        market="synthetic:1",
        document=b"{}",
        total_days=2,
    )


def told(jobs: JobManager, job: Job) -> list[str]:
    """A job's events in a word each; a waiting one with its place, a day with its date."""
    lines, _ = jobs.events(job.job_id, 0)
    return [_word(orjson.loads(line)) for line in lines.splitlines()]


def _word(event: Any) -> str:
    more = {"queued": event["queue_position"], "day": event["day"] and event["day"]["date"]}.get(event["event"])
    return event["event"] if more is None else f"{event['event']} {more}"


def dealt_with(jobs: JobManager, job: Job, number: int) -> None:
    day = date(2024, 10, number)
    jobs.progressed(job.job_id, Progress(2, number, 0, day, -1050), (), {"date": f"{number:02d}-10-2024"})


def test_a_job_tells_its_course(store: JobStore) -> None:
    """From the queue to its end, each event with the progress of that moment in rupees, and then no more comes."""
    jobs = manager(store)
    job = submit(jobs)
    assert jobs.events(job.job_id, 0)[1] is False
    jobs.start(job.job_id)
    dealt_with(jobs, job, 1)
    dealt_with(jobs, job, 2)
    jobs.end(job.job_id, "completed")
    assert told(jobs, job) == ["queued 1", "started", "day 01-10-2024", "day 02-10-2024", "completed"]
    lines, ended = jobs.events(job.job_id, 0)
    assert ended
    events = [orjson.loads(line) for line in lines.splitlines()]
    assert [event["progress"]["percentage"] for event in events] == [0.0, 0.0, 50.0, 100.0, 100.0]
    assert events[-1]["progress"]["pnl"] == -10.5
    assert {event["time"] for event in events} == {"2024-12-02T12:00:00"}
    assert jobs.events(job.job_id, len(lines)) == (b"", True)


def test_a_waiting_job_tells_each_place_once(store: JobStore) -> None:
    """Those behind move up when one starts, is cancelled, or ends; a place that stays the same is not told again."""
    jobs = manager(store)
    first, second, third = (submit(jobs, user) for user in "abc")
    jobs.start(first.job_id)
    jobs.cancel(second.job_id)
    jobs.end(first.job_id, "failed", "no reason")
    assert told(jobs, first) == ["queued 1", "started", "failed"]
    assert told(jobs, second) == ["queued 2", "queued 1", "cancelled"]
    assert told(jobs, third) == ["queued 3", "queued 2", "queued 1"]


def test_a_resumed_job_goes_on_in_its_log(store: JobStore) -> None:
    """What came before stays, with its numbers; a day is told once, unless it has become another."""
    jobs = manager(store)
    job = submit(jobs)
    jobs.start(job.job_id)
    dealt_with(jobs, job, 1)
    jobs.end(job.job_id, "cancelled")
    jobs.resume(job.job_id)
    assert jobs.events(job.job_id, 0)[1] is False
    jobs.start(job.job_id)
    before = ["queued 1", "started", "day 01-10-2024", "cancelled", "queued 1", "started"]
    assert told(jobs, job) == before
    dealt_with(jobs, job, 1)
    dealt_with(jobs, job, 2)
    jobs.progressed(job.job_id, Progress(2, 2), (), {"date": "01-10-2024", "pnl": 1.0})
    assert told(jobs, job) == [*before, "day 02-10-2024", "day 01-10-2024"]


def test_a_log_without_an_end_is_ended_from_the_record(store: JobStore) -> None:
    """A process that was killed between the record and the line of its end: everyone reads the same line, and resuming
    writes it down.
    """
    job = make_job().moved("running", NOON).moved("cancelled", NOON)
    store.add(job, b"{}")
    store.add_events(job.job_id, b'{"event":"started"}\n')
    jobs = manager(store)
    lines, ended = jobs.events(job.job_id, 0)
    assert ended
    assert [orjson.loads(line)["event"] for line in lines.splitlines()] == ["started", "cancelled"]
    assert manager(store).events(job.job_id, 0) == (lines, True)
    begin = len(b'{"event":"started"}\n')
    assert jobs.events(job.job_id, begin) == (lines[begin:], True)
    jobs.resume(job.job_id)
    assert store.events(job.job_id, 0).startswith(lines)
    assert jobs.events(job.job_id, 0)[0].count(b"\n") == 3


def test_what_a_dead_server_ran_is_started_again(store: JobStore) -> None:
    """The next server says that it goes on, and tells the places of those that wait."""
    before = manager(store)
    running, waiting = submit(before, "a"), submit(before, "b")
    before.start(running.job_id)
    before.let_go()
    after = manager(store)
    after.recover()
    assert told(after, running) == ["queued 1", "started", "started"]
    assert told(after, waiting)[-1] == "queued 1"


def test_a_torn_line_is_read_by_nobody_and_cut(tmp_path: Path) -> None:
    """What a crash has left half is not shown, and the next line begins on a line of its own."""
    store = FolderJobs(tmp_path)
    job = make_job()
    store.add(job, b"{}")
    path = tmp_path / ".jobs" / f"{job.job_id}.events.jsonl"
    path.write_bytes(b'{"event":"queued"}\n{"event":"sta')
    assert store.events(job.job_id, 0) == b'{"event":"queued"}\n'
    store.add_events(job.job_id, b'{"event":"started"}\n')
    assert path.read_bytes() == b'{"event":"queued"}\n{"event":"started"}\n'
    path.write_bytes(b"\0" * 10)
    store.add_events(job.job_id, b"x\n")
    assert path.read_bytes() == b"x\n"


def test_a_log_that_is_a_link_is_neither_read_nor_written(tmp_path: Path) -> None:
    """Nothing outside the folder of jobs is touched."""
    outside = tmp_path / "outside.txt"
    outside.write_bytes(b"secret\n")
    store = FolderJobs(tmp_path / "results")
    job = make_job()
    store.add(job, b"{}")
    (tmp_path / "results" / ".jobs" / f"{job.job_id}.events.jsonl").symlink_to(outside)
    assert store.events(job.job_id, 0) == b""
    with pytest.raises(StorageError):
        store.add_events(job.job_id, b"x\n")
    assert outside.read_bytes() == b"secret\n"


def test_lines_for_which_there_is_no_room_come_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that cannot be written stops no job, and loses nothing once there is room."""
    store = MemoryJobs()
    jobs = manager(store)
    job = submit(jobs)
    add = store.add_events

    def full(job_id: str, _lines: bytes) -> None:
        raise StorageError("cannot write: no space left on device", where=job_id)

    monkeypatch.setattr(store, "add_events", full)
    jobs.start(job.job_id)
    dealt_with(jobs, job, 1)
    monkeypatch.setattr(store, "add_events", add)
    dealt_with(jobs, job, 2)
    assert told(jobs, job) == ["queued 1", "started", "day 01-10-2024", "day 02-10-2024"]


def test_a_half_written_line_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up in the middle of a line leaves the log as it was."""
    store = FolderJobs(tmp_path)
    job = make_job()
    store.add(job, b"{}")
    store.add_events(job.job_id, b"1\n")
    write = os.write
    room = [3]

    def nearly_full(descriptor: int, data: bytes) -> int:
        if not room:
            raise OSError(28, "no space left on device")
        return write(descriptor, data[: room.pop()])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", nearly_full)
        with pytest.raises(StorageError, match="no space left"):
            store.add_events(job.job_id, b"22222222\n")
    assert store.events(job.job_id, 0) == b"1\n"
    assert (tmp_path / ".jobs" / f"{job.job_id}.events.jsonl").read_bytes() == b"1\n"
