"""The rules of jobs: who may have one, who is next, what is left of a dead process."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from strikebook.errors import BusyError, QueueFullError, StorageError
from strikebook.jobs.folder_jobs import FolderJobs
from strikebook.jobs.job import FailedDay, Job, Owner, Progress
from strikebook.jobs.job_manager import PROCESS_ENDED, JobManager
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


def manager(store: JobStore, owner: Owner = "server", queue_length: int = 10) -> JobManager:
    return JobManager(store, now, queue_length, owner)


def submit(jobs: JobManager, user_id: str = "a") -> Job:
    return jobs.submit(
        user_id=user_id,
        strategy_id="strategy-1",
        first=date(2024, 10, 1),
        last=date(2024, 10, 31),
        options={},
        market="synthetic:1",
        document=b"{}",
        total_days=22,
    )


def test_a_user_has_one_job_at_a_time(store: JobStore) -> None:
    """A second one is refused with the first one's id and how to cancel it, until the first has ended."""
    jobs = manager(store)
    job = submit(jobs)
    with pytest.raises(BusyError, match=rf"Job already running: {job.job_id} .*queued.*cancel"):
        submit(jobs)
    jobs.start(job.job_id)
    jobs.progressed(job.job_id, Progress(22, 11), ())
    with pytest.raises(BusyError, match=r"running, 50\.0 % done"):
        submit(jobs)
    jobs.end(job.job_id, "completed")
    assert submit(jobs).job_id != job.job_id


def test_two_processes_share_the_rule(store: JobStore) -> None:
    """What one has queued, the other sees, refuses to double, and can ask to stop."""
    server, command_line = manager(store), manager(store, "command line")
    job = submit(server)
    with pytest.raises(BusyError, match=job.job_id):
        submit(command_line)
    assert command_line.active("a") == job
    server.start(job.job_id)
    assert not server.stop_asked(job.job_id)
    command_line.cancel(job.job_id)
    other = manager(store)
    other._own[job.job_id] = job
    assert other.stop_asked(job.job_id)


def test_the_queue_is_first_come_first_served(store: JobStore) -> None:
    """Positions count from one; a job that leaves the queue moves the others up."""
    jobs = manager(store)
    first, second, third = (submit(jobs, user) for user in "abc")
    assert [jobs.position(job.job_id) for job in (first, second, third)] == [1, 2, 3]
    jobs.start(first.job_id)
    jobs.cancel(second.job_id)
    assert [jobs.position(job.job_id) for job in (first, second, third)] == [None, None, 1]
    assert [job.job_id for job in jobs.jobs()] == [first.job_id, second.job_id, third.job_id]
    assert jobs.jobs("b")[0].state == "cancelled"


def test_a_full_queue_refuses_and_leaves_the_user_free(store: JobStore) -> None:
    """Running jobs do not count; a refused user can submit when there is room."""
    jobs = manager(store, queue_length=1)
    first = submit(jobs, "a")
    jobs.start(first.job_id)
    second = submit(jobs, "b")
    with pytest.raises(QueueFullError, match="jobs wait"):
        submit(jobs, "c")
    jobs.start(second.job_id)
    submit(jobs, "c")


def test_a_cancelled_job_is_not_started(store: JobStore) -> None:
    """Its turn comes and passes; cancelling again, or one that has ended, is harmless; an unknown one is an error."""
    jobs = manager(store)
    job = submit(jobs)
    assert jobs.cancel(job.job_id).state == "cancelled"
    assert jobs.start(job.job_id) is None
    assert jobs.cancel(job.job_id).state == "cancelled"
    with pytest.raises(KeyError):
        jobs.cancel("bt_20241202_120001_000000")


def test_a_running_job_is_asked_to_stop(store: JobStore) -> None:
    """It goes on until its runner looks, and then ends cancelled with the progress it has made."""
    jobs = manager(store)
    job = submit(jobs)
    jobs.start(job.job_id)
    progress, failed = Progress(22, 5, 1, date(2024, 10, 7), 100), (FailedDay(date(2024, 10, 3), "damaged"),)
    jobs.progressed(job.job_id, progress, failed)
    assert jobs.cancel(job.job_id).state == "running"
    assert jobs.stop_asked(job.job_id)
    ended = jobs.end(job.job_id, "cancelled")
    assert store.get(job.job_id) == ended
    assert (ended.progress, ended.failed_days) == (progress, failed)


def test_a_server_takes_up_what_another_left(store: JobStore) -> None:
    """Running jobs first, then the queue in order; their users are claimed; what it knows is live."""
    first = manager(store)
    queued, running, later = submit(first, "a"), submit(first, "b"), submit(first, "c")
    first.start(running.job_id)
    assert manager(store).recover() == []
    assert first.let_go() == [queued.job_id, running.job_id, later.job_id]
    second = manager(store)
    assert [job.job_id for job in second.recover()] == [running.job_id, queued.job_id, later.job_id]
    with pytest.raises(BusyError):
        submit(second, "a")
    assert second.known(running.job_id) == store.get(running.job_id)


def test_jobs_of_living_processes_are_left_alone(store: JobStore) -> None:
    """A command line at work keeps its job; a dead one's has failed, and its user is free."""
    living, dead = manager(store, "command line"), manager(store, "command line")
    kept, lost = submit(living, "a"), submit(dead, "b")
    dead.start(lost.job_id)
    dead.let_go()
    server = manager(store)
    assert server.recover() == []
    assert server.left_alone == (kept.job_id,)
    found = store.get(lost.job_id)
    assert found is not None
    assert (found.state, found.error) == ("failed", PROCESS_ENDED)
    submit(server, "b")


def test_a_cancel_survives_the_server(store: JobStore) -> None:
    """A job that was asked to stop before the server died is cancelled by the next one."""
    first = manager(store)
    running, queued = submit(first, "a"), submit(first, "b")
    first.start(running.job_id)
    first.cancel(running.job_id)
    store.ask_to_stop(queued.job_id)
    first.let_go()
    second = manager(store)
    assert [job.job_id for job in second.recover()] == [running.job_id]
    assert second.stop_asked(running.job_id)
    assert second.get(queued.job_id) == store.get(queued.job_id)
    assert second.jobs("b")[0].state == "cancelled"


def test_a_dead_servers_job_is_not_run_over(store: JobStore) -> None:
    """A command line is told to start the server or to cancel; after a cancel the user is free."""
    server = manager(store)
    job = submit(server)
    server.let_go()
    command_line = manager(store, "command line")
    with pytest.raises(BusyError, match=f"{job.job_id} was queued when the server stopped.*jobs cancel"):
        submit(command_line)
    assert command_line.cancel(job.job_id).state == "cancelled"
    submit(command_line)


def test_a_dead_command_lines_job_stands_in_nobodys_way(store: JobStore) -> None:
    """The next submission of its user marks it failed and goes on."""
    dead = manager(store, "command line")
    job = submit(dead)
    dead.let_go()
    submit(manager(store, "command line"))
    found = store.get(job.job_id)
    assert found is not None
    assert found.state == "failed"


def test_a_job_that_cannot_be_recorded_leaves_nothing(tmp_path: Path) -> None:
    """The user is free again, and there is no job."""
    store = FolderJobs(tmp_path)
    (tmp_path / ".jobs").write_bytes(b"a file in the way")
    jobs = manager(store)
    with pytest.raises(StorageError, match=r"\.jobs"):
        submit(jobs)
    (tmp_path / ".jobs").unlink()
    assert jobs.jobs() == []
    submit(jobs)


def test_old_records_are_forgotten(store: JobStore) -> None:
    """Those of jobs that ended before a moment; active ones stay, however old."""
    jobs = manager(store)
    ended, active = submit(jobs, "a"), submit(jobs, "b")
    jobs.cancel(ended.job_id)
    assert jobs.forget_ended(NOON, 10) == 0
    assert jobs.forget_ended(NOON + timedelta(seconds=1), 10) == 1
    assert [job.job_id for job in jobs.jobs()] == [active.job_id]
    assert jobs.get(ended.job_id) is None


def test_only_so_many_ended_jobs_are_kept(store: JobStore) -> None:
    """The oldest go first, whatever their age; one that is active is not counted."""
    jobs = manager(store)
    made = [submit(jobs, f"user{number}") for number in range(4)]
    for job in made[:3]:
        jobs.cancel(job.job_id)
    assert jobs.forget_ended(NOON, 2) == 1
    assert [job.job_id for job in jobs.jobs()] == [job.job_id for job in made[1:]]
    assert jobs.forget_ended(NOON, 0) == 2
    assert [job.job_id for job in jobs.jobs()] == [made[3].job_id]


def test_a_job_without_its_strategy_cannot_go_on(tmp_path: Path) -> None:
    """It fails with that reason when a server takes it up."""
    store = FolderJobs(tmp_path)
    store.add(make_job(), b"{}")
    (tmp_path / ".jobs" / f"{make_job().job_id}.strategy.json").unlink()
    jobs = manager(store)
    assert jobs.recover() == []
    found = jobs.get(make_job().job_id)
    assert found is not None
    assert (found.state, found.error) == ("failed", "the strategy it was submitted with is gone")


def test_a_cancelled_job_is_queued_again_under_its_id(store: JobStore) -> None:
    """It goes to the end of the queue; that it was asked to stop is forgotten; its user is claimed."""
    jobs = manager(store)
    job, other = submit(jobs, "a"), submit(jobs, "b")
    jobs.start(job.job_id)
    jobs.cancel(job.job_id)
    assert jobs.stop_asked(job.job_id)
    jobs.end(job.job_id, "cancelled")
    resumed = jobs.resume(job.job_id)
    assert (resumed.job_id, resumed.state, resumed.completed_at) == (job.job_id, "queued", None)
    assert [jobs.position(each.job_id) for each in (other, job)] == [1, 2]
    assert not jobs.stop_asked(job.job_id)
    with pytest.raises(BusyError):
        submit(jobs, "a")
    assert jobs.resume(job.job_id) == resumed
    assert (jobs.start(job.job_id) or job).state == "running"


def test_what_cannot_be_resumed_is_left_as_it_is(store: JobStore) -> None:
    """A completed job, one whose user has another, one that a full queue has no place for, one that is not there."""
    jobs = manager(store, queue_length=1)
    done = submit(jobs, "a")
    jobs.start(done.job_id)
    jobs.end(done.job_id, "completed")
    with pytest.raises(ValueError, match="completed -> queued"):
        jobs.resume(done.job_id)
    cancelled = submit(jobs, "b")
    jobs.cancel(cancelled.job_id)
    waiting = submit(jobs, "b")
    with pytest.raises(BusyError, match=waiting.job_id):
        jobs.resume(cancelled.job_id)
    jobs.cancel(waiting.job_id)
    submit(jobs, "c")
    with pytest.raises(QueueFullError):
        jobs.resume(cancelled.job_id)
    assert [job.state for job in jobs.jobs("b")] == ["cancelled", "cancelled"]
    with pytest.raises(KeyError):
        jobs.resume("bt_20241202_120001_000000")


def test_a_job_of_the_command_line_is_taken_over_by_who_resumes_it(store: JobStore) -> None:
    """A server that goes on with it owns it, so that its next start would take it up."""
    command_line = manager(store, "command line")
    job = submit(command_line)
    command_line.cancel(job.job_id)
    assert manager(store, "server").resume(job.job_id).owner == "server"
