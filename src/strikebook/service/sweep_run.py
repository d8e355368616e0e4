"""A sweep of a job, from the first day to the last: the same course as a run's (``service.run``).

1. What is good of this job's earlier work is kept: a day whose table is whole, of the same points, options, version
   and data (``whole_sweep_days``).
2. Days run in workers, each of which stores the table of its day.
3. The sweep's document is rewritten as they come in, at most twice a second. At the end the points are folded from the
   stored days, and how often the strategy was tried is remembered.
4. A sweep that is left (the server drains) stays running in its document, and goes on from there at the next start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Final, cast

import orjson

from strikebook.atomic_file import is_full
from strikebook.errors import StorageError, StrikebookError, UsageError
from strikebook.jobs.job import FailedDay, Job
from strikebook.jobs.job import Progress as JobProgress
from strikebook.service.intervals import Intervals
from strikebook.service.run import (
    METADATA_EVERY_S,
    Progress,
    RunPlace,
    fail_if_active,
    put_in_passing,
    refuse_full_disk,
)
from strikebook.service.space import Space, refuse_used_up
from strikebook.service.stored_days import ask_of_data, ask_of_days
from strikebook.service.sweep_plan import SweepPlan
from strikebook.service.sweep_record import DoneDay, SweepRecord
from strikebook.service.sweep_request import pack_sweep
from strikebook.service.sweep_work import SweepWork
from strikebook.service.trials import note_trials
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_metadata, encode_metadata
from strikebook.storage.keeping import keeping_of, refuse_longer
from strikebook.storage.layout import RunKey
from strikebook.storage.retention import bring_in_line
from strikebook.storage.sweep_days import SweepDay, decode_sweep_day

Document = dict[str, Any]
MOST_SWEEPS_PER_USER: Final = 100
_HERE: Final = "strikebook.service.sweep_run"


def submit_sweep(plan: SweepPlan, place: RunPlace) -> Job:
    """Record a job for a sweep. Raises as ``submit_run``, and UsageError where its user has too many sweeps stored."""
    place.storage.check_writable()
    refuse_full_disk(place.storage, place.limits)
    user_id = plan.run.key.user_id
    keeping = keeping_of(place.storage, place.limits.keeping, user_id)
    refuse_longer(keeping, plan.run.options.ttl_hours, user_id)
    refuse_used_up(place.storage, user_id, place.limits.keeping)
    if len(place.storage.sweeps().runs(user_id)) >= MOST_SWEEPS_PER_USER:
        raise UsageError(f"{MOST_SWEEPS_PER_USER} sweeps are stored", where=user_id, right="delete one first")
    return place.jobs.submit(
        user_id=user_id,
        strategy_id=plan.run.key.strategy_id,
        first=plan.run.first,
        last=plan.run.last,
        options=plan.run.options.as_document(),
        market=plan.run.market_label,
        document=pack_sweep(plan.run.document, plan.request),
        total_days=len(plan.run.days),
        kind="sweep",
    )


def carry_out_sweep(
    job: Job,
    plan: SweepPlan,
    place: RunPlace,
    on_progress: Callable[[Progress], None],
    stop: Callable[[], bool] = lambda: False,
    leave: Callable[[], bool] = lambda: False,
) -> Document:
    """Carry out a sweep's job that has been started, and return its document as it was stored last.

    As ``run.carry_out``: what goes wrong once it is begun is in the document.
    """

    def cancelled() -> bool:
        return stop() or place.jobs.stop_asked(job.job_id)

    try:
        sweeps = place.storage.sweeps()
        record = _begin(job, plan, place, sweeps)
        _tell(record, None, place, on_progress)
        error = _run_days(record, place, sweeps, on_progress, lambda: cancelled() or leave())
        stopped = cancelled()
        if error is None and not stopped and record.completed_days < len(plan.run.days) and leave():
            sweeps.put_metadata(record.key, encode_metadata(record.document()))
            return record.document()
        return _end(record, place, sweeps, error, stopped=stopped)
    except BaseException as error:
        fail_if_active(job, place, error)
        raise


def whole_sweep_days(
    sweeps: BacktestStorage,
    key: RunKey,
    days: Sequence[date],
    sweep_hash: str,
    fingerprints: Mapping[date, str],
) -> dict[date, tuple[int, ...]]:
    """Those of some days whose stored table is whole, of that sweep and of that data: what each point made."""
    found: dict[date, tuple[int, ...]] = {}
    for day in days:
        content = sweeps.day(key, day)
        if content is None:
            continue
        with suppress(StorageError):  # a damaged day is run again
            stored = decode_sweep_day(content)
            same = stored.sweep_hash == sweep_hash and stored.fingerprint == fingerprints.get(day)
            if same and stored.day == day:
                found[day] = tuple(each.pnl_paise for each in stored.points)
    return found


def _begin(job: Job, plan: SweepPlan, place: RunPlace, sweeps: BacktestStorage) -> SweepRecord:
    keeping = keeping_of(place.storage, place.limits.keeping, job.user_id)
    record = SweepRecord(plan, job.job_id, place.now(), keeping.of_run(plan.run.options.ttl_hours)[0])
    content = sweeps.metadata(record.key)
    if content is None:
        sweeps.begin(record.key, plan.run.document, encode_metadata(record.document()))
        return record
    with suppress(StorageError, KeyError, ValueError):  # damaged: the days tell what is done
        record.created_at = datetime.fromisoformat(str(decode_metadata(content)["created_at"]))
    stored = set(sweeps.days(record.key))
    wanted = tuple(day for day in plan.run.days_to_run if day in stored)
    now = ask_of_data(
        place.executor, "strikebook.service.day_data:sweep_fingerprints", place.market, plan.parts, wanted
    )
    for part in ask_of_days(
        place.executor, f"{_HERE}:whole_sweep_days", sweeps, record.key, wanted, plan.sweep_hash, now
    ):
        for day, profits in cast("dict[date, tuple[int, ...]]", part).items():
            record.note(day, DoneDay("run"), profits)
            _note(record, day, place)
    return record


def _run_days(
    record: SweepRecord,
    place: RunPlace,
    sweeps: BacktestStorage,
    on_progress: Callable[[Progress], None],
    stop: Callable[[], bool],
) -> StrikebookError | None:
    """Run all days into the record; the error that ended the sweep early, if one did."""
    plan = record.plan
    work = SweepWork(record.key, plan.parts, place.market, sweeps, plan.run.options, plan.sweep_hash)
    days = [day for day in plan.run.days_to_run if day not in record.days]
    failures: list[StrikebookError] = []
    space = _space(record, place, sweeps)
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


def _end(
    record: SweepRecord, place: RunPlace, sweeps: BacktestStorage, error: StrikebookError | None, *, stopped: bool
) -> Document:
    """Close the sweep: its points are folded from the days that are stored, then it is told to have ended."""
    try:
        sweeps.put_metadata(record.key, encode_metadata(record.document()))
        asked = place.executor.ask("strikebook.service.sweep_table:table_of", sweeps, record.key)
        record.points = orjson.loads(cast("bytes", asked.result()))
    except StrikebookError as untold:
        error = error or untold
    record.end(place.now(), stopped=stopped, error=None if error is None else str(error))
    document = record.document()
    try:
        if record.points is not None and any(done.status == "run" for done in record.days.values()):
            ratios = [row.get("sharpe") for row in record.points]
            note_trials(place.storage, record.plan.run.key, record.sweep_id, place.now(), ratios)
        _finish(record, place, sweeps, document)
    except StorageError as unfinished:
        raise error or unfinished from None
    state = record.status
    assert state in ("completed", "failed", "cancelled")  # noqa: S101 — for the type checker
    place.jobs.end(record.sweep_id, state, record.error)
    with suppress(StorageError):  # limits may have been changed meanwhile; every cleanup tries again
        bring_in_line(sweeps, place.limits.keeping, record.key, record.sweep_id)
    return document


def _finish(record: SweepRecord, place: RunPlace, sweeps: BacktestStorage, document: Document) -> None:
    """Store the last document; without its points where the quota or the disk has no room for them: they can be folded
    anew from the days.
    """
    bare = encode_metadata({name: each for name, each in document.items() if name != "points"})
    whole = encode_metadata(document)
    try:
        if _space(record, place, sweeps).refused(len(whole) - len(bare)) is not None:
            whole = bare
    except StorageError:  # the user's limits cannot be read: what they are is not known
        whole = bare
    try:
        sweeps.finish(record.key, whole)
    except StorageError as error:
        if not is_full(error):
            raise
        sweeps.finish(record.key, bare)


def _space(record: SweepRecord, place: RunPlace, sweeps: BacktestStorage) -> Space:
    own_bytes = sweeps.size(record.key).stored_bytes - len(sweeps.metadata(record.key) or b"")
    return Space(place.storage, record.key, place.limits.keeping, own_bytes, swept=True)


def _tell(
    record: SweepRecord, outcome: SweepDay | None, place: RunPlace, on_progress: Callable[[Progress], None]
) -> None:
    day = None if outcome is None else outcome.day
    _note(record, day, place)
    on_progress(Progress(day, outcome, record.completed_days, len(record.plan.run.days), record.best_paise))


def _note(record: SweepRecord, day: date | None, place: RunPlace) -> None:
    """Note where the job stands, and that a day is dealt with."""
    failed = tuple(
        FailedDay(each, done.reason) for each, done in sorted(record.days.items()) if done.status == "failed"
    )
    progress = JobProgress(
        total_days=len(record.plan.run.days),
        completed_days=record.completed_days,
        failed_days=record.failed_days,
        current_day=max(record.days, default=None),
        pnl_paise=record.best_paise,
    )
    place.jobs.progressed(record.sweep_id, progress, failed, None if day is None else record.day_told(day))
