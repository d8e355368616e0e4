"""Going on with a job that was cancelled or has failed: what must still be as it was then."""

from __future__ import annotations

from strikebook.errors import BusyError, MarketDataError, NotFoundError, StorageError, StrikebookError
from strikebook.jobs.job import Job
from strikebook.jobs.job_manager import JobManager
from strikebook.service.run_plan import RunPlan
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_metadata
from strikebook.storage.layout import RunKey


def refuse_to_resume(job: Job, storage: BacktestStorage) -> None:
    """Raise what stands in the way of going on with a job.

    NotFoundError where its results are gone, BusyError where it is completed, or the results of another run have taken
    their place (a sweep has a folder of its own, which none takes). Damaged results are no obstacle: they are made
    anew.
    """
    swept = job.kind == "sweep"
    key = RunKey(job.user_id, job.job_id if swept else job.strategy_id)
    if job.state == "completed":
        raise BusyError(
            f"{job.job_id} is completed", where="job_id", right=f"submit a {job.kind} to have it made again"
        )
    content = (storage.sweeps() if swept else storage).metadata(key)
    if content is None:
        if job.started_at is None:
            return  # it never left the queue
        raise NotFoundError(f"the results of {job.job_id} are gone", where=str(key), right=f"submit a {job.kind}")
    try:
        held_by = decode_metadata(content).get("job_id")
    except StorageError:
        return
    if held_by != job.job_id and job.started_at is not None:
        raise BusyError(
            f"the results of {job.job_id} were replaced by those of {held_by}", where=str(key), right="submit a run"
        )


def queue_again(job: Job, jobs: JobManager, storage: BacktestStorage) -> Job:
    """Queue a job again. What stood in its way may have come meanwhile, so that is looked at once more when its user is
    claimed: nothing newer is written over.

    Raises what ``refuse_to_resume`` and ``JobManager.resume`` raise; the job is what it was then.
    """
    queued = jobs.resume(job.job_id)
    try:
        refuse_to_resume(job, storage)
    except StrikebookError:
        jobs.end(job.job_id, job.state, job.error)
        raise
    return queued


def refuse_other_market(job: Job, plan: RunPlan) -> None:
    """Raise MarketDataError where a job would go on with prices of another market than it began with."""
    if plan.market_label != job.market:
        raise MarketDataError(
            f"{job.job_id} was made on {job.market}, this is {plan.market_label}",
            where="market",
            right=f"resume it on {job.market}",
        )
