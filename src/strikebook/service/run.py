"""A run of a job, from the first day to the last.

1. Where the stored results are this job's own (``kept_days``), what is still good of them is kept; else the new run
   replaces the old results (``storage.begin``).
2. Days run in workers, each of which stores its own day and sends back its summary.
3. ``metadata.json`` is rewritten as they come in, at most twice a second and for a twentieth of the time, and once more
   at the end; then the run is noted in its strategy's history (``remembered``), and its job ends.
4. It stops where the disk or its user's quota has no room left; finished days stay.
5. A run that is left (the server drains) stays running in its record, and goes on from there at the next start.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from strikebook.errors import NoSpaceError, StorageError, StrikebookError
from strikebook.jobs.job import FailedDay, Job
from strikebook.jobs.job import Progress as JobProgress
from strikebook.jobs.job_manager import JobManager
from strikebook.service.day_executor import DayExecutor
from strikebook.service.day_work import DayOutcome, DayWork, Outcome
from strikebook.service.intervals import Intervals
from strikebook.service.kept_days import kept_days
from strikebook.service.remembered import known_trials, note_run
from strikebook.service.run_plan import RunPlan
from strikebook.service.run_record import RunRecord, day_told
from strikebook.service.space import Space, kept_as, refuse_over_quota, refuse_pinned
from strikebook.service.trials import trials_with
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_metadata, encode_metadata
from strikebook.storage.keeping import SERVER_DEFAULTS, Keeping, keeping_of, refuse_longer
from strikebook.storage.retention import bring_in_line

if TYPE_CHECKING:
    from strikebook.market.source import MarketSource  # loads numpy; a worker has it, the server need not

METADATA_EVERY_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands: ``day`` is the one that finished last, None before the first."""

    day: date | None
    outcome: Outcome | None
    completed_days: int
    total_days: int
    pnl_paise: int


@dataclass(frozen=True, slots=True)
class RunLimits:
    """How results are kept where an administrator says nothing of their user, and the free space a run must leave."""

    keeping: Keeping = SERVER_DEFAULTS
    minimum_free_bytes: int = 0


@dataclass(frozen=True, slots=True)
class RunPlace:
    """Where a run is made: market, results, jobs, workers, and the clock (exchange time without offset)."""

    market: MarketSource
    storage: BacktestStorage
    jobs: JobManager
    executor: DayExecutor
    now: Callable[[], datetime]
    limits: RunLimits = RunLimits()


def submit_run(plan: RunPlan, place: RunPlace) -> Job:
    """Record a job for a plan. Every run begins here, from the command line and from the server.

    Raises BusyError where the user has a job queued or running or the earlier results are pinned, UsageError where it
    asks to be kept too long, QueueFullError, or StorageError; nothing is changed then. That results can be written
    shows where the job is recorded among them.
    """
    storage, user_id = place.storage, plan.key.user_id
    refuse_full_disk(storage, place.limits)
    keeping = keeping_of(storage, place.limits.keeping, user_id)
    refuse_longer(keeping, plan.options.ttl_hours, user_id)
    refuse_pinned(storage.metadata(plan.key), plan.key)
    refuse_over_quota(storage, plan.key, keeping.quota_bytes)
    return place.jobs.submit(
        user_id=user_id,
        strategy_id=plan.key.strategy_id,
        first=plan.first,
        last=plan.last,
        options=plan.options.as_document(),
        market=plan.market_label,
        document=plan.document,
        total_days=len(plan.days),
    )


def carry_out(
    job: Job,
    plan: RunPlan,
    place: RunPlace,
    on_progress: Callable[[Progress], None],
    stop: Callable[[], bool] = lambda: False,
    leave: Callable[[], bool] = lambda: False,
) -> dict[str, object]:
    """Run a job that has been started, and return the run's metadata as it was stored last.

    ``stop`` and ``leave`` are asked between days, from another thread. A run that is stopped, also by
    ``JobManager.cancel``, is cancelled; one that is left can be carried out again. What goes wrong once the run is
    begun is in the metadata (``status`` and ``error``, or the ``reason`` of a day); StorageError is raised, and the
    job failed, where that cannot be stored.
    """

    def cancelled() -> bool:
        return stop() or place.jobs.stop_asked(job.job_id)

    try:
        record = _begin(job, plan, place)
        _tell(record, None, place, on_progress)
        error = _run_days(record, place, on_progress, lambda: cancelled() or leave())
        stopped = cancelled()
        if error is None and not stopped and record.completed_days < len(plan.days) and leave():
            return _leave(record, place)
        return _end(record, place, error, stopped=stopped)
    except BaseException as error:
        fail_if_active(job, place, error)
        raise


def refuse_full_disk(storage: BacktestStorage, limits: RunLimits) -> None:
    """Raise NoSpaceError where less is free than a run must leave."""
    free = storage.free_bytes() if limits.minimum_free_bytes else None
    if free is not None and free < limits.minimum_free_bytes:
        raise NoSpaceError(
            f"only {free // 1_000_000} MB are free",
            where=storage.place,
            right=f"at least {limits.minimum_free_bytes // 1_000_000} MB; clear results, or lower minimum_free_mb",
        )


def _begin(job: Job, plan: RunPlan, place: RunPlace) -> RunRecord:
    """The record of a run that begins, or goes on."""
    kept = kept_days(job.job_id, plan, place.market, place.storage, place.executor)
    keeping = keeping_of(place.storage, place.limits.keeping, plan.key.user_id)
    record = RunRecord(plan, job.job_id, place.now(), keeping.of_run(plan.options.ttl_hours)[0], "running")
    if kept is None:
        of_runs = known_trials(place.storage, plan.key, job.job_id)
        record.trials, record.trials_of_sweeps = trials_with(place.storage, plan.key, of_runs)
        metadata = encode_metadata(record.document())
        place.storage.begin(plan.key, plan.document, metadata, lambda text: refuse_pinned(text, plan.key))
        return record
    record.created_at, record.trials, record.trials_of_sweeps = kept.created_at, kept.trials, kept.trials_of_sweeps
    record.pinned, record.said_hours = kept_as(place.storage, plan.key)
    if record.said_hours is not None:
        record.time_to_live = keeping.of_run(Decimal(str(record.said_hours)))[0]
    for outcome in kept.outcomes:
        record.add(outcome)
        _note(record, outcome, place)
    return record


def _run_days(
    record: RunRecord, place: RunPlace, on_progress: Callable[[Progress], None], stop: Callable[[], bool]
) -> StrikebookError | None:
    """Run all days into the record; the error that ended the run early, if one did."""
    plan, storage = record.plan, place.storage
    work = DayWork(plan.key, plan.document, place.market, storage, plan.options)
    days = [day for day in plan.days_to_run if day not in record.outcomes]
    failures: list[StrikebookError] = []
    space = Space(storage, plan.key, place.limits.keeping, record.stored_bytes + len(plan.document))
    every = Intervals(METADATA_EVERY_S)
    try:
        for outcome in place.executor.run(work, days, lambda: bool(failures) or stop()):
            record.add(outcome)
            _tell(record, outcome, place, on_progress)
            if not failures and (full := space.refused(outcome.file_bytes)) is not None:
                failures.append(full)
            if not failures:
                put_in_passing(record.document, space, place, every, failures)
    except StrikebookError as error:
        failures.append(error)
    return failures[0] if failures else None


def put_in_passing(
    document: Callable[[], dict[str, Any]],
    space: Space,
    place: RunPlace,
    every: Intervals,
    failures: list[StrikebookError],
) -> None:
    """Store the metadata of a run or sweep that goes on, where it is due; what refuses it, or a full disk, ends it."""
    if not every.due():
        return
    with every.at_work():
        try:
            space.put_metadata(encode_metadata(document()))
            refuse_full_disk(place.storage, place.limits)
        except StorageError as error:
            failures.append(error)


def _end(record: RunRecord, place: RunPlace, error: StrikebookError | None, *, stopped: bool) -> dict[str, object]:
    record.end(place.now(), stopped=stopped, error=None if error is None else str(error))
    document = record.document()
    try:
        place.storage.finish(record.plan.key, encode_metadata(document))
    except StorageError as unfinished:
        raise error or unfinished from None
    note_run(place.storage, record.plan.key, document)
    state = record.status
    assert state in ("completed", "failed", "cancelled")  # noqa: S101 — for the type checker
    place.jobs.end(record.job_id, state, record.error)
    return _in_line(record, place, document)


def _in_line(record: RunRecord, place: RunPlace, document: dict[str, object]) -> dict[str, object]:
    """The metadata of a run that has ended, with when it expires by now: limits may have been changed meanwhile.

    Once the job has ended: who changes them leaves those alone that are running. Where that cannot be done the run is
    as it ended; every cleanup tries again, and reports it.
    """
    key = record.plan.key
    try:
        bring_in_line(place.storage, place.limits.keeping, key, record.job_id)
        stored = place.storage.metadata(key)
        now = {} if stored is None else decode_metadata(stored)
    except StorageError:
        return document
    return now if now.get("job_id") == record.job_id else document


def _leave(record: RunRecord, place: RunPlace) -> dict[str, object]:
    document = record.document()
    place.storage.put_metadata(record.plan.key, encode_metadata(document))
    return document


def fail_if_active(job: Job, place: RunPlace, error: BaseException) -> None:
    """End a job that broke, where nothing has ended it yet."""
    known = place.jobs.get(job.job_id)
    if known is not None and known.active:
        place.jobs.end(job.job_id, "failed", error=str(error) or type(error).__name__)


def _tell(
    record: RunRecord, outcome: DayOutcome | None, place: RunPlace, on_progress: Callable[[Progress], None]
) -> None:
    _note(record, outcome, place)
    on_progress(
        Progress(
            None if outcome is None else outcome.day,
            outcome,
            record.completed_days,
            len(record.plan.days),
            record.totals.pnl_paise,
        )
    )


def _note(record: RunRecord, outcome: DayOutcome | None, place: RunPlace) -> None:
    day = None if outcome is None else day_told(outcome)
    place.jobs.progressed(record.job_id, _job_progress(record), _failed(record), day)


def _job_progress(record: RunRecord) -> JobProgress:
    return JobProgress(
        total_days=len(record.plan.days),
        completed_days=record.completed_days,
        failed_days=record.failed_days,
        current_day=max(record.outcomes, default=None),
        pnl_paise=record.totals.pnl_paise,
    )


def _failed(record: RunRecord) -> tuple[FailedDay, ...]:
    if not record.failed_days:
        return ()
    return tuple(FailedDay(each.day, each.reason) for each in record.in_order() if each.status == "failed")
