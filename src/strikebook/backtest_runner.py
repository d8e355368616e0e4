"""The brief's name for the way into a run from Python: ``run_backtest`` returns its metadata.

It is the same submission as the server's, under the same rule of one job per user; only that the job runs at once, in
this process or in workers of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from strikebook.errors import BusyError, NotFoundError
from strikebook.jobs.folder_jobs import FolderJobs
from strikebook.jobs.job import Job
from strikebook.jobs.job_manager import JobManager
from strikebook.jobs.job_store import JobStore
from strikebook.jobs.memory_jobs import MemoryJobs
from strikebook.model.options import parse_options
from strikebook.service.day_executor import DayExecutor
from strikebook.service.here_executor import HereExecutor
from strikebook.service.planning import RunRequest, prepare_run
from strikebook.service.process_executor import ProcessExecutor
from strikebook.service.resume import queue_again, refuse_other_market, refuse_to_resume
from strikebook.service.run import Progress, RunLimits, RunPlace, carry_out, submit_run
from strikebook.service.run_plan import RunPlan
from strikebook.service.space import refuse_full
from strikebook.service.sweep_plan import StrategyAsked, SweepPlan, plan_sweep
from strikebook.service.sweep_request import SweepRequest, unpack_sweep
from strikebook.service.sweep_run import carry_out_sweep, submit_sweep
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.folder_storage import FolderStorage

if TYPE_CHECKING:
    from strikebook.market.source import MarketSource

__all__ = ["Progress", "RunRequest", "SweepRequest", "resume_backtest", "run_backtest", "run_sweep"]


def run_backtest(
    request: RunRequest,
    on_progress: Callable[[Progress], None],
    stop: Callable[[], bool],
    now: Callable[[], datetime],
    limits: RunLimits | None = None,
) -> dict[str, object]:
    """Run a strategy over a range of days and return the run's metadata as it was stored last.

    ``now`` gives exchange time without offset; ``stop`` is asked between days. Raises what ``prepare_run`` raises,
    BusyError when this user has a job queued or running, and StorageError when the run cannot be begun. Once it is
    begun, what goes wrong is in the metadata: ``status`` and ``error``, or the ``reason`` of a day.
    """
    plan = prepare_run(request)
    return _carried_out(request, plan, lambda place: submit_run(plan, place), on_progress, stop, now, limits)


def run_sweep(
    request: RunRequest,
    asked: SweepRequest,
    on_progress: Callable[[Progress], None],
    stop: Callable[[], bool],
    now: Callable[[], datetime],
    limits: RunLimits | None = None,
) -> dict[str, object]:
    """Run a strategy once for every point of a sweep and return the sweep's document; otherwise as ``run_backtest``.

    Raises also what ``plan_sweep`` raises.
    """
    plan = prepare_sweep(request, asked)
    return _sweep_carried_out(request, plan, lambda place: submit_sweep(plan, place), on_progress, stop, now, limits)


def prepare_sweep(request: RunRequest, asked: SweepRequest) -> SweepPlan:
    """Check everything about a sweep and plan it, in this process."""
    swept = StrategyAsked(
        request.user_id, request.document, request.document_name, request.first, request.last, request.options
    )
    plan = plan_sweep(HereExecutor(), request.market, swept, asked)
    request.storage.check_writable()
    return plan


def resume_backtest(
    job_id: str,
    market: MarketSource,
    storage: BacktestStorage,
    workers: int,
    on_progress: Callable[[Progress], None],
    stop: Callable[[], bool],
    now: Callable[[], datetime],
    limits: RunLimits | None = None,
) -> dict[str, object]:
    """Go on with a job that was cancelled or has failed, from its first missing day; otherwise as ``run_backtest``.

    Raises NotFoundError where there is no such job or its results are gone, MarketDataError where it was made on
    another market, BusyError where it goes on already, is completed, another run has taken its place, or the server
    it belongs to is up: that would not see it.
    """
    store = jobs_beside(storage)
    job = store.get(job_id)
    document = store.document(job_id)
    if job is None or document is None:
        raise NotFoundError(f"no job {job_id[:60]}", where=store.place, right="`strikebook jobs` lists those there are")
    if job.active:
        raise BusyError(f"{job_id} is {job.state}", where=job.user_id, right="wait for it to end, or cancel it")
    if job.owner == "server":
        _refuse_beside_its_server(job_id, store)
    refuse_to_resume(job, storage)
    options = parse_options(dict(job.options))
    how = (on_progress, stop, now, limits)
    if job.kind == "sweep":
        strategy, asked = unpack_sweep(document, job_id)
        request = RunRequest(job.user_id, strategy, market, storage, job.first, job.last, options, workers)
        swept = prepare_sweep(request, asked)
        refuse_other_market(job, swept.run)
        return _sweep_carried_out(request, swept, lambda place: queue_again(job, place.jobs, storage), *how)
    request = RunRequest(job.user_id, document, market, storage, job.first, job.last, options, workers)
    plan = prepare_run(request)
    refuse_other_market(job, plan)
    refuse_full(storage, plan.key, (limits or RunLimits()).keeping)
    return _carried_out(request, plan, lambda place: queue_again(job, place.jobs, storage), *how)


def _refuse_beside_its_server(job_id: str, store: JobStore) -> None:
    """Raise BusyError where a server is up: it remembers how its own jobs ended, and reads no record of them again."""
    try:
        store.claim_server().release()
    except BusyError as error:
        raise BusyError(
            f"{job_id} belongs to the server that is up",
            where=error.where,
            right=f"resume it there: POST /api/v1/backtest/jobs/{job_id}/resume, or Go on on its page",
        ) from None


Progressed = Callable[[Progress], None]
Queue = Callable[[RunPlace], Job]


def _carried_out(
    request: RunRequest,
    plan: RunPlan,
    queue: Queue,
    on_progress: Progressed,
    stop: Callable[[], bool],
    now: Callable[[], datetime],
    limits: RunLimits | None,
) -> dict[str, object]:
    """Carry a plan out at once, with the job that ``queue`` makes of it."""
    with _begun(request, plan, queue, now, limits) as (job, place):
        return carry_out(job, plan, place, on_progress, stop)


def _sweep_carried_out(
    request: RunRequest,
    plan: SweepPlan,
    queue: Queue,
    on_progress: Progressed,
    stop: Callable[[], bool],
    now: Callable[[], datetime],
    limits: RunLimits | None,
) -> dict[str, object]:
    """The same for a sweep."""
    with _begun(request, plan.run, queue, now, limits) as (job, place):
        return carry_out_sweep(job, plan, place, on_progress, stop)


@contextmanager
def _begun(
    request: RunRequest, plan: RunPlan, queue: Queue, now: Callable[[], datetime], limits: RunLimits | None
) -> Iterator[tuple[Job, RunPlace]]:
    """A job that has been started, and where it is carried out."""
    jobs = JobManager(jobs_beside(request.storage), now, queue_length=1, owner="command line")
    executor = _executor(request, len(plan.days_to_run))
    try:
        place = RunPlace(request.market, request.storage, jobs, executor, now, limits or RunLimits())
        job = jobs.start(queue(place).job_id)
        if job is None:
            raise BusyError("cancelled before it began", where=plan.key.user_id, right="submit it again")
        yield job, place
    finally:
        executor.close()


def jobs_beside(storage: BacktestStorage) -> JobStore:
    """Where the jobs of a storage's runs are recorded: in its folder; for one in memory, in memory."""
    return FolderJobs(storage.root) if isinstance(storage, FolderStorage) else MemoryJobs()


def _executor(request: RunRequest, days: int) -> DayExecutor:
    workers = min(request.workers, days) if request.storage.shared_between_processes else 1
    return HereExecutor() if workers == 1 else ProcessExecutor(workers)
