"""A run, from the request to its last day.

1. ``planning.prepare_run`` checks everything; until it returns nothing has changed.
2. The user's lock is taken; the new run replaces the old results (``storage.begin``).
3. Days run in workers, each of which stores its own day and sends back its summary.
4. ``metadata.json`` is rewritten as they come in, at most twice a second, and once more at the end.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from strikebook.errors import StorageError
from strikebook.jobs.user_lock import user_lock
from strikebook.service.day_pool import run_days
from strikebook.service.day_task import DayOutcome, DayWork
from strikebook.service.planning import PreparedRun, RunRequest, prepare_run
from strikebook.service.run_record import RunRecord
from strikebook.storage.codec import encode_metadata

_METADATA_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands: ``day`` is the one that finished last, None before the first."""

    day: date | None
    outcome: DayOutcome | None
    completed_days: int
    total_days: int
    pnl_paise: int


def run_backtest(
    request: RunRequest,
    on_progress: Callable[[Progress], None],
    stop: Callable[[], bool],
    now: Callable[[], datetime],
) -> dict[str, object]:
    """Run a strategy over a range of days and return the run's metadata as it was stored last.

    ``now`` gives exchange time without offset; ``stop`` is asked between days. Raises what ``prepare_run`` raises,
    BusyError when this user has a run going, and StorageError when the run cannot be begun. Once it is begun, what
    goes wrong is in the metadata: ``status`` and ``error``, or the ``reason`` of a day.
    """
    return execute_run(prepare_run(request), on_progress, stop, now)


def execute_run(
    prepared: PreparedRun,
    on_progress: Callable[[Progress], None],
    stop: Callable[[], bool],
    now: Callable[[], datetime],
) -> dict[str, object]:
    """Run what was prepared; see ``run_backtest``."""
    request, key = prepared.request, prepared.key
    with _lock(prepared):
        record = RunRecord(prepared, now(), "running")
        request.storage.begin(key, request.document, encode_metadata(record.document()))
        on_progress(_progress(record, None))
        error = _run_days(record, on_progress, stop)
        record.end(now(), stopped=stop(), error=None if error is None else str(error))
        document = record.document()
        try:
            request.storage.finish(key, encode_metadata(document))
        except StorageError as unfinished:
            raise error or unfinished from None
        return document


def _run_days(
    record: RunRecord, on_progress: Callable[[Progress], None], stop: Callable[[], bool]
) -> StorageError | None:
    """Run all days into the record; the error that ended the run early, if one did."""
    prepared = record.prepared
    request, key = prepared.request, prepared.key
    work = DayWork(key, request.document, request.market, request.storage, request.options)
    workers = request.workers if request.storage.shared_between_processes else 1
    days = [planned.day for planned in prepared.days if planned.has_data]
    failures: list[StorageError] = []
    stored_at = time.monotonic()
    try:
        for outcome in run_days(work, days, workers, lambda: bool(failures) or stop()):
            record.add(outcome)
            on_progress(_progress(record, outcome))
            if not failures and time.monotonic() - stored_at >= _METADATA_EVERY_S:
                try:
                    request.storage.put_metadata(key, encode_metadata(record.document()))
                except StorageError as error:
                    failures.append(error)
                stored_at = time.monotonic()
    except StorageError as error:
        failures.append(error)
    return failures[0] if failures else None


@contextlib.contextmanager
def _lock(prepared: PreparedRun) -> Iterator[None]:
    key = prepared.key
    path = prepared.request.storage.lock_path(key.user_id)
    if path is None:
        yield
        return
    with user_lock(path, key.user_id, key.strategy_id):
        yield


def _progress(record: RunRecord, outcome: DayOutcome | None) -> Progress:
    return Progress(
        None if outcome is None else outcome.day,
        outcome,
        record.completed_days,
        len(record.prepared.days),
        record.totals.pnl_paise,
    )
