"""The door to job records: one suite, every member."""

from collections.abc import Callable
from pathlib import Path

import pytest

from strikebook.errors import BusyError
from strikebook.jobs.folder_jobs import FolderJobs
from strikebook.jobs.job_store import JobStore
from strikebook.jobs.memory_jobs import MemoryJobs
from tests.jobs.made_job import NOON, make_job

HOSTILE = ["", ".", "..", "../x", "bt_20241202_120001_abc123/../x", "bt_\0", "x" * 5000, ".server", "%2e%2e"]


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> JobStore:
    members: dict[str, Callable[[], JobStore]] = {
        "folder": lambda: FolderJobs(tmp_path / "results"),
        "memory": MemoryJobs,
    }
    return members[request.param]()


def test_what_is_recorded_is_read_back(store: JobStore) -> None:
    """A job and its strategy; a move replaces the record and leaves the strategy."""
    job = make_job()
    store.add(job, b"{}")
    assert store.get(job.job_id) == job
    assert store.document(job.job_id) == b"{}"
    running = job.moved("running", NOON)
    store.put(running)
    assert store.get(job.job_id) == running
    assert store.jobs() == (running,)
    assert store.document(job.job_id) == b"{}"


def test_jobs_are_in_the_order_they_came(store: JobStore) -> None:
    """By their number in the queue, whatever their ids are."""
    for number, order in ((1, 3), (2, 1), (3, 2)):
        store.add(make_job(number, order=order), b"{}")
    assert [job.order for job in store.jobs()] == [1, 2, 3]


def test_what_is_not_there_is_none(store: JobStore) -> None:
    """Looking for jobs that are not there, under any name, gives None and makes nothing."""
    for text in ["bt_20241202_120001_abc123", *HOSTILE]:
        assert store.get(text) is None
        assert store.document(text) is None
        store.ask_to_stop(text)
        assert not store.asked_to_stop(text)
        store.remove(text)
    assert store.jobs() == ()
    assert store.damaged() == ()


def test_a_job_is_forgotten_whole(store: JobStore) -> None:
    """Its record, its strategy, and what was asked of it."""
    job = make_job()
    store.add(job, b"{}")
    store.ask_to_stop(job.job_id)
    assert store.asked_to_stop(job.job_id)
    store.remove(job.job_id)
    assert (store.get(job.job_id), store.document(job.job_id), store.asked_to_stop(job.job_id)) == (None, None, False)
    assert store.jobs() == ()


def test_a_user_is_claimed_once(store: JobStore) -> None:
    """A second claim is refused, naming the holder; another user is free; a released one can be claimed again."""
    claim = store.claim("a", "job 1")
    with pytest.raises(BusyError, match="Job already running: job 1"):
        store.claim("a", "job 2")
    store.claim("b", "job 3").release()
    claim.release()
    claim.release()
    store.claim("a", "job 2").release()


def test_one_server_has_the_records(store: JobStore) -> None:
    """A second server is refused until the first has let go."""
    claim = store.claim_server()
    with pytest.raises(BusyError, match="another server"):
        store.claim_server()
    claim.release()
    store.claim_server().release()


def test_a_log_is_only_added_to(store: JobStore) -> None:
    """Lines come back from any byte on, in their order; a job without a log has none, and it goes with its job."""
    job = make_job()
    store.add(job, b"{}")
    assert store.events(job.job_id, 0) == b""
    store.add_events(job.job_id, b"1\n")
    store.add_events(job.job_id, b"2\n3\n")
    assert [store.events(job.job_id, offset) for offset in (0, 2, 6, 100)] == [b"1\n2\n3\n", b"2\n3\n", b"", b""]
    assert store.jobs() == (job,)
    store.remove(job.job_id)
    assert store.events(job.job_id, 0) == b""
    for text in HOSTILE:
        assert store.events(text, 0) == b""
