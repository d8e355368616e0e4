"""Whether a job is at work on what is stored: a run's results are its strategy's, a sweep's are its own job's."""

from __future__ import annotations

from strikebook.jobs.job_manager import JobManager
from strikebook.storage.layout import RunKey


def works_on_run(jobs: JobManager, key: RunKey) -> bool:
    """Whether a run is at work on the results of a strategy."""
    job = jobs.active(key.user_id)
    return job is not None and job.state == "running" and job.kind == "run" and job.strategy_id == key.strategy_id


def works_on_sweep(jobs: JobManager, key: RunKey) -> bool:
    """Whether a sweep's job is running; in the place of the strategy the key has the sweep's id."""
    job = jobs.active(key.user_id)
    return job is not None and job.state == "running" and job.kind == "sweep" and job.job_id == key.strategy_id
