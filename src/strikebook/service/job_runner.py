"""The threads that carry out a server's jobs: so many side by side, the others wait in the order they came.

A job is planned again when a server goes on with it: its strategy is the one it was submitted with, its market the
server's now. A job that cannot be begun any more fails with the reason.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import cast

from strikebook.errors import QueueFullError, StrikebookError
from strikebook.jobs.job import Job
from strikebook.model.options import parse_options
from strikebook.service.job_status import Pace
from strikebook.service.run import Progress, RunPlace, carry_out
from strikebook.service.run_plan import RunPlan
from strikebook.service.sweep_plan import StrategyAsked, SweepPlan, plan_sweep
from strikebook.service.sweep_request import unpack_sweep
from strikebook.service.sweep_run import carry_out_sweep

LOG = logging.getLogger("strikebook.jobs")


class JobRunner:
    """Carries out jobs, ``side_by_side`` at a time."""

    def __init__(self, place: RunPlace, side_by_side: int) -> None:
        self._place = place
        self._threads = ThreadPoolExecutor(side_by_side, thread_name_prefix="job")
        self._leaving = threading.Event()
        self._paces: dict[str, Pace] = {}
        self.days: Counter[str] = Counter()
        """The days that were dealt with, by their status."""

    @property
    def leaving(self) -> bool:
        """True once it was told to leave its jobs."""
        return self._leaving.is_set()

    def enqueue(self, job: Job, plan: RunPlan | SweepPlan | None = None) -> None:
        """Carry out a job when its turn comes; without a plan it is planned then. Once it is told to leave, the job
        stays as it is recorded: the next server goes on with it.
        """
        try:
            self._threads.submit(self._carry_out, job, plan)
        except RuntimeError:  # the threads take no more
            if not self.leaving:
                raise

    def leave(self) -> None:
        """Finish the days that are being run and stop; what is not done goes on at the next start."""
        self._leaving.set()
        self._threads.shutdown(wait=True, cancel_futures=True)

    def pace(self, job_id: str) -> Pace | None:
        """From when the rate of a running job is measured; None before it began."""
        return self._paces.get(job_id)

    def _carry_out(self, job: Job, plan: RunPlan | SweepPlan | None) -> None:
        jobs = self._place.jobs
        known = jobs.known(job.job_id)
        if known is None or not known.active or self.leaving:
            return
        LOG.info("job begins", extra={"job_id": job.job_id, "user_id": job.user_id})
        try:
            ready = self.plan(known) if plan is None else plan
            running = jobs.start(job.job_id) if known.state == "queued" else known
            if running is None:
                return
            how = (self._place, self._noting_pace(job.job_id))
            if isinstance(ready, SweepPlan):
                document = carry_out_sweep(running, ready, *how, leave=self._leaving.is_set)
            else:
                document = carry_out(running, ready, *how, leave=self._leaving.is_set)
            LOG.info("job ends", extra={"job_id": job.job_id, "user_id": job.user_id, "state": document["status"]})
        except StrikebookError as error:
            self._fail(job, str(error))
        except Exception as error:
            LOG.exception("job broke", extra={"job_id": job.job_id, "user_id": job.user_id})
            self._fail(job, f"internal error: {type(error).__name__}: {error}")
        finally:
            self._paces.pop(job.job_id, None)

    def _fail(self, job: Job, reason: str) -> None:
        """End a job that nothing else has ended."""
        known = self._place.jobs.get(job.job_id)
        if known is not None and known.active:
            LOG.error("job failed", extra={"job_id": job.job_id, "user_id": job.user_id, "reason": reason})
            try:
                self._place.jobs.end(job.job_id, "failed", error=reason)
            except StrikebookError:
                LOG.exception("the end of a job could not be recorded", extra={"job_id": job.job_id})

    def plan(self, job: Job) -> RunPlan | SweepPlan:
        """Plan a job again from what it was submitted with. Raises what is wrong with it by now."""
        document = self._place.jobs.document(job.job_id)
        if document is None:
            raise StrikebookError(
                "the strategy it was submitted with is gone", where=job.job_id, right="submit it again"
            )
        options = parse_options(dict(job.options))
        if job.kind == "sweep":
            strategy, asked = unpack_sweep(document, job.job_id)
            swept = StrategyAsked(job.user_id, strategy, "strategy", job.first, job.last, options)
            return plan_sweep(self._place.executor, self._place.market, swept, asked)
        return plan_in_worker(self._place, job.user_id, document, job.first, job.last, options)

    def _noting_pace(self, job_id: str) -> Callable[[Progress], None]:
        def on_progress(progress: Progress) -> None:
            if progress.outcome is not None:
                self.days[progress.outcome.status] += 1
            else:
                self._paces[job_id] = Pace(self._place.now(), progress.completed_days)

        return on_progress


def plan_in_worker(place: RunPlace, user_id: str, document: bytes, *request: object) -> RunPlan:
    """Check and plan a run where the strategy language and the market are loaded; raises what ``plan_run`` raises."""
    question = "strikebook.service.planning:plan_run"
    asked = place.executor.ask(question, user_id, document, "strategy", place.market, *request)
    return cast("RunPlan", asked.result())


def stopping() -> QueueFullError:
    """The error of what is submitted to a server that stops."""
    return QueueFullError("the server is stopping", where="server", right="submit it when it is up again")
