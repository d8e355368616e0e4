"""What the server does: submit, watch, cancel, read, clear, clean up. The doors meet here, and nothing else does.

1. ``start``: what an earlier server left is taken up, what has expired is cleared, and a thread cleans up periodically.
2. ``submit`` checks and plans in a worker process; only then is anything changed.
3. Jobs are carried out by ``JobRunner``; their live progress is in the ``JobManager``'s memory.
4. ``drain``: days that are being run are finished, jobs that are not done stay running in their records.

Everything but ``known_status`` may block: on the disk, or on a worker.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, cast

from strikebook import __version__
from strikebook.errors import (
    BusyError,
    NotFoundError,
    StorageError,
    StrategyError,
    StrikebookError,
    UsageError,
)
from strikebook.jobs.job import MOVES, Job, is_job_id
from strikebook.model.options import parse_options
from strikebook.service.abandoned import close_abandoned, close_abandoned_sweeps
from strikebook.service.at_work import works_on_run
from strikebook.service.charts import ChartCache
from strikebook.service.compare import MOST_AT_A_TIME, compare
from strikebook.service.export.exports import Exports
from strikebook.service.job_runner import JobRunner, plan_in_worker, stopping
from strikebook.service.job_status import Document, Pace, status_document
from strikebook.service.remembered import Remembered
from strikebook.service.reprice import reprice
from strikebook.service.results import missing_day, read_run
from strikebook.service.resume import queue_again, refuse_other_market, refuse_to_resume
from strikebook.service.retained import Retained
from strikebook.service.run import RunPlace, submit_run
from strikebook.service.space import refuse_full
from strikebook.service.statistics import statistics
from strikebook.service.stored_days import as_documented
from strikebook.service.strategy_shelf import StrategyShelf
from strikebook.service.sweep_plan import SweepPlan
from strikebook.service.sweeps import Sweeps
from strikebook.service.verify import verify
from strikebook.service.webhooks import Webhooks
from strikebook.service.why import why
from strikebook.settings import Settings
from strikebook.storage.backtest_storage import BacktestStorage, Cleared
from strikebook.storage.codec import decode_day, decode_metadata
from strikebook.storage.keeping import is_pinned
from strikebook.storage.layout import RunKey, check_id, day_text
from strikebook.storage.retention import CleanupReport, clean_up

LOG = logging.getLogger("strikebook.backtests")
_LONGEST_STOP_S: Final = 30.0
_LOOK_AT_QUEUE_EVERY_S: Final = 0.25
_LARGEST_TTL_HOURS: Final = 87_600
_MEGABYTE: Final = 1024 * 1024
_ERRORS_TOLD: Final = 10


@dataclass(slots=True)
class _Cleaning:
    """When cleanups were and will be."""

    last: CleanupReport | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Jobs by state, days dealt with by status, damaged records, stored runs, free space (None: it is not known)."""

    jobs: Mapping[str, int]
    days: Mapping[str, int]
    damaged: int
    results: int
    free_bytes: int | None


class Backtests:
    """The use cases over one market, one folder of results and its jobs, one shelf of strategies."""

    def __init__(self, settings: Settings, place: RunPlace, shelf: StrategyShelf, market_name: str) -> None:
        self.settings = settings
        self.place = place
        self.shelf = shelf
        self.market_name = market_name
        self.webhooks = Webhooks(settings, place.jobs, place.now)
        self.retained = Retained(place.storage, place.jobs, place.limits.keeping)
        self.remembered = Remembered(place.storage, place.now, self._is_active)
        self._runner = JobRunner(place, settings.running_jobs)
        self._charts = ChartCache(place, market_name)
        self.exports = Exports(place.storage, settings.results.absolute(), place.limits.minimum_free_bytes)
        self._cleaning = _Cleaning()
        self._one_cleanup = threading.Lock()
        self._one_verification = threading.Lock()
        self._comparisons = threading.BoundedSemaphore(MOST_AT_A_TIME)
        self._deletions = ThreadPoolExecutor(1, "deletions")
        self.sweeps = Sweeps(place, shelf, settings, self._runner, self._deletions.submit)
        self._closing = threading.Event()
        self._cleaner = threading.Thread(target=self._clean_periodically, name="cleanup", daemon=True)
        self._watcher = threading.Thread(target=self._watch_the_queue, name="queue", daemon=True)

    @property
    def storage(self) -> BacktestStorage:
        """The door to results."""
        return self.place.storage

    def start(self) -> Document:
        """Take up what an earlier server left, clean up once, and go on doing so. Returns what the cleanup did."""
        self.webhooks.start()
        self.exports.sweep()
        self._take_up()
        cleaned = self.cleanup(None)
        self._cleaner.start()
        self._watcher.start()
        self.place.executor.ask("strikebook.service.planning:warm_up")
        return cleaned

    def drain(self) -> list[str]:
        """Stop: finish the days that are being run, and return the jobs that go on at the next start."""
        self._closing.set()
        self.exports.close()
        self._runner.leave()
        self.place.executor.close()
        self._deletions.shutdown()
        self.webhooks.stop()
        return self.place.jobs.let_go()

    def health(self) -> Document:
        """How the server is: its version, what it serves, how many jobs run and wait."""
        states = [job.state for job in self.place.jobs.jobs()]
        return {
            "status": "ok",
            "version": __version__,
            "market": self.market_name,
            "running_jobs": states.count("running"),
            "queued_jobs": states.count("queued"),
            "damaged_records": list(self.place.jobs.damaged()),
            "jobs_left_alone": list(self.place.jobs.left_alone),
            "time": _stamp(self.place.now()),
        }

    def figures(self) -> Figures:
        """How much there is of everything, for an operator."""
        states = Counter(str(job.state) for job in self.place.jobs.jobs())
        return Figures(
            jobs={state: states[state] for state in MOVES},
            days=dict(self._runner.days),
            damaged=len(self.place.jobs.damaged()),
            results=len(self.storage.folders()),
            free_bytes=self.storage.free_bytes(),
        )

    def submit(self, user_id: str, strategy_id: str, first: date, last: date, options: dict[str, object]) -> Job:
        """Queue a run. Raises what is wrong with it; nothing is changed then."""
        key = RunKey(user_id, strategy_id)
        if self._runner.leaving:
            raise stopping()
        document = self.shelf.get(user_id, strategy_id)
        chosen = parse_options({"compression_level": self.settings.compression_level, **options})
        longest = self.settings.longest_range_days
        if first <= last and (last - first).days > longest:
            raise UsageError(f"a run from {first} to {last}", where="dates", right=f"at most {longest} days")
        plan = plan_in_worker(self.place, user_id, document, first, last, chosen)
        if plan.key != key:
            raise StrategyError(
                f"the file of {strategy_id} holds the strategy {plan.key.strategy_id}",
                where="strategy_id",
                right="a file named for the id of its strategy",
            )
        job = submit_run(plan, self.place)
        self._runner.enqueue(job, plan)
        return job

    def status(self, job_id: str) -> Document:
        """A job's status document. Raises NotFoundError."""
        return self._document(self._job(job_id))

    def known_status(self, job_id: str) -> Document | None:
        """The status document of a job of this server, without blocking; None where only the disk may know it."""
        job = self.place.jobs.known(job_id)
        return None if job is None else self._document(job)

    def job_events(self, job_id: str, offset: int) -> tuple[bytes, bool]:
        """The lines of a job's log of events from that byte on, and whether no more will come. Raises NotFoundError."""
        self._job(job_id)
        try:
            return self.place.jobs.events(job_id, offset)
        except KeyError:
            raise unknown_job(job_id) from None

    def jobs(self, user_id: str | None) -> list[Document]:
        """The status documents of a user's jobs, or of all, the newest first."""
        if user_id is not None:
            check_id(user_id, "user_id")
        return [self._document(job) for job in reversed(self.place.jobs.jobs(user_id))]

    def active_job(self, user_id: str) -> Document | None:
        """The status document of the job that a user has queued or running."""
        job = self.place.jobs.active(user_id)
        return None if job is None else self._document(job)

    def cancel(self, job_id: str) -> Document:
        """Cancel a job: a queued one at once, a running one after the days that are being run."""
        self._job(job_id)
        return self._document(self.place.jobs.cancel(job_id))

    def resume(self, job_id: str) -> Document:
        """Go on with a job that was cancelled or has failed, from its first missing day; one that goes on is left.

        Raises NotFoundError, MarketDataError or BusyError where it cannot, and what ``submit`` raises; nothing changes
        then.
        """
        job = self._job(job_id)
        if not job.active:
            if self._runner.leaving:
                raise stopping()
            refuse_to_resume(job, self.storage)
            plan = self._runner.plan(job)
            refuse_other_market(job, plan.run if isinstance(plan, SweepPlan) else plan)
            key = RunKey(job.user_id, job_id) if isinstance(plan, SweepPlan) else plan.key
            refuse_full(self.storage, key, self.place.limits.keeping)
            job = queue_again(job, self.place.jobs, self.storage)
            self._runner.enqueue(job, plan)
        return self._document(job)

    def clear(self, key: RunKey) -> Cleared:
        """Remove the results of a strategy; a job that is at work on them, or waits to be, is cancelled first."""
        give_up = time.monotonic() + _LONGEST_STOP_S
        while True:
            job = self.place.jobs.active(key.user_id)
            if job is not None and job.kind == "run" and job.strategy_id == key.strategy_id:
                self.place.jobs.cancel(job.job_id)
                self._wait_for_end(job, give_up)
            self.remembered.note_stored(key)
            cleared = self.storage.clear(key, lambda _: not self._is_running(key), self._deletions.submit)
            if self.storage.stamp(key, None) is None or not self._is_running(key):
                return cleared  # else a new job began in between: it is the next to be cancelled

    def cleanup(self, ttl_hours: float | None) -> Document:
        """Clear what has expired, or what was created longer ago than ``ttl_hours``."""
        older_than = None
        if ttl_hours is not None:
            if not (math.isfinite(ttl_hours) and 0 <= ttl_hours <= _LARGEST_TTL_HOURS):
                raise UsageError(
                    f"ttl_hours {ttl_hours}", where="ttl_hours", right=f"hours from 0 to {_LARGEST_TTL_HOURS}"
                )
            older_than = timedelta(hours=ttl_hours)
        with self._one_cleanup:
            now = self.place.now()
            self.remembered.note_all_stored()
            keeping = self.place.limits.keeping
            report = clean_up(self.storage, now, keeping, self._is_running, older_than)
            sweeps = clean_up(self.storage.sweeps(), now, keeping, self.sweeps.is_running, older_than)
            report.failed += [(f"sweep {where}", what) for where, what in sweeps.failed]
            self.place.jobs.forget_ended(now - timedelta(hours=self.settings.keep_jobs_hours), self.settings.keep_jobs)
            self._cleaning.last = report
        for where, what in report.failed:
            LOG.warning("cleanup could not look at it", extra={"where": where, "what": what})
        return {
            "message": "Cleanup completed",
            "deleted_strategies": len(report.deleted),
            "deleted_sweeps": len(sweeps.deleted),
            "deleted_files": report.day_files + sweeps.day_files,
            "freed_space_mb": round((report.freed_bytes + sweeps.freed_bytes) / _MEGABYTE, 2),
            "cutoff_time": _stamp(report.cutoff),
            "kept_pinned": [{"user_id": key.user_id, "strategy_id": key.strategy_id} for key in report.kept],
            "failed": [{"where": where, "what": what} for where, what in report.failed],
        }

    def cleanup_status(self) -> Document:
        """What the retention is, when the last cleanup was and the next will be, and what expires next."""
        last = self._cleaning.last
        following, pinned = self._expiries()
        return {
            "cleanup_enabled": True,
            "ttl_hours": _whole(self.settings.ttl_hours),
            "message": "Cleanup runs automatically on startup and periodically",
            "last_run": None if last is None else _stamp(last.at),
            "next_run": None if self._cleaning.next_at is None else _stamp(self._cleaning.next_at),
            "next_expiry": following,
            "pinned": pinned,
            "failed": [] if last is None else [{"where": where, "what": what} for where, what in last.failed],
        }

    def results(self, user_id: str) -> list[Document]:
        """The runs of a user whose results are there: their metadata without the days."""
        found = []
        for key in self.storage.runs(user_id):
            content = self.storage.metadata(key)
            if content is None:
                continue  # it has been cleared a moment ago
            try:
                document = decode_metadata(content, str(key))
            except StorageError as error:  # one that is damaged hides no other
                document = {"user_id": key.user_id, "strategy_id": key.strategy_id, "problem": error.what}
            document.pop("daily_summaries", None)
            found.append({**document, "notes": self.remembered.notes_or_none(key)})
        return found

    def missing_day(self, key: RunKey, day: date) -> NotFoundError:
        """Why a day is not there, and which are nearest."""
        return missing_day(self.storage, key, day)

    def why(self, key: RunKey, day: date, node_id: str) -> Document:
        """What a node did on a day, and why it did no more. Raises NotFoundError."""
        content = self.storage.day(key, day)
        if content is None:
            raise self.missing_day(key, day)
        with as_documented(f"{key}/{day_text(day)}"):
            return why(decode_day(content, f"{key}/{day_text(day)}"), node_id)

    def chart(self, key: RunKey, day: date, timeframe: str | None, symbol: str | None) -> bytes:
        """Candles, indicators and prices of a day of a run, as JSON. Raises NotFoundError, UsageError, or
        MarketDataError where the market's data of that day is not what the run was made from.
        """
        if self.storage.stamp(key, day) is None:
            raise self.missing_day(key, day)
        return self._charts.chart(key, day, timeframe, symbol)

    def reprice(self, key: RunKey, brokerage: str | None, terms: str | None) -> Document:
        """A run charged again under other terms. Raises NotFoundError, UsageError, StorageError, BusyError."""
        with as_documented(str(key)):
            return reprice(self.place.executor, self.storage, key, brokerage, terms)

    def statistics(self, key: RunKey, capital: str | None) -> Document:
        """A run's statistics. Raises NotFoundError, UsageError, StorageError, BusyError."""
        with as_documented(str(key)):
            return statistics(self.place.executor, self.storage, key, capital)

    def verify(self, key: RunKey) -> Document:
        """A run made again and compared with what is stored, one at a time: it is as much work as a run.

        Raises NotFoundError, StorageError, BusyError.
        """
        if not self._one_verification.acquire(blocking=False):
            raise BusyError("another run is being verified", where="server", right="ask again when that is done")
        try:
            with as_documented(str(key)):
                return verify(self.place.executor, self.storage, self.place.market, key)
        finally:
            self._one_verification.release()

    def compare(self, keys: Sequence[RunKey]) -> Document:
        """Results beside each other, a few comparisons at a time. Raises NotFoundError, UsageError, StorageError,
        BusyError.
        """
        if not self._comparisons.acquire(blocking=False):
            raise BusyError(
                f"{MOST_AT_A_TIME} comparisons are being made", where="server", right="ask again in a few seconds"
            )
        try:
            with as_documented(" and ".join(map(str, keys))):
                return compare(self.place.executor, self.storage, keys)
        finally:
            self._comparisons.release()

    def market(self) -> Document:
        """What data there is, per underlying and day."""
        asked = self.place.executor.ask("strikebook.service.desk:market_overview", self.market_name)
        return cast("Document", asked.result())

    def check_strategy(self, content: bytes, where: str = "strategy") -> Document:
        """All findings about a strategy, as ``strikebook strategy check`` has them."""
        asked = self.place.executor.ask("strikebook.service.desk:check_strategy", content, where)
        return cast("Document", asked.result())

    def save_strategy(self, user_id: str, strategy_id: str, content: bytes) -> Document:
        """Put a strategy on a user's shelf and return its findings.

        Raises StrategyError for one that cannot run, UsageError where its own id is another; nothing is stored then.
        """
        key = RunKey(user_id, strategy_id)
        found = self.check_strategy(content)
        if not found["runnable"]:
            errors = [each for each in cast("list[dict[str, str]]", found["findings"]) if each["severity"] == "error"]
            raise StrategyError(
                "; ".join(f"{each['path']}: {each['what']}" for each in errors[:_ERRORS_TOLD])
                + (f"; and {len(errors) - _ERRORS_TOLD} more" if len(errors) > _ERRORS_TOLD else ""),
                where="strategy",
                right="POST it to /api/v1/strategies/validate for all findings",
            )
        if found["strategy_id"] != key.strategy_id:
            raise UsageError(
                f"the document is the strategy {found['strategy_id']}, not {strategy_id}",
                where="strategy_id",
                right="the same id in the path and in the document",
            )
        self.shelf.put(user_id, strategy_id, content)
        return found

    def _take_up(self) -> None:
        """Go on with jobs that nobody is at work on, and close results whose process was killed."""
        executor = self.place.executor
        for job in self.place.jobs.recover():
            LOG.info("job goes on", extra={"job_id": job.job_id, "user_id": job.user_id, "state": job.state})
            self._runner.enqueue(job)
        asked = (self.storage, self._is_active, self.place.now(), executor)
        for where, what in (*close_abandoned(*asked), *close_abandoned_sweeps(*asked)):
            LOG.warning("results could not be looked at", extra={"where": where, "what": what})

    def _watch_the_queue(self) -> None:
        """Cancel queued jobs that a command line asks to stop."""
        while not self._closing.wait(_LOOK_AT_QUEUE_EVERY_S):
            try:
                self.place.jobs.cancel_where_asked()
            except StrikebookError:
                LOG.exception("the queue could not be looked at")

    def _job(self, job_id: str) -> Job:
        job = self.place.jobs.get(job_id) if is_job_id(job_id) else None
        if job is None:
            raise unknown_job(job_id)
        return job

    def _document(self, job: Job) -> Document:
        position = self.place.jobs.position(job.job_id) if job.state == "queued" else None
        return status_document(job, position, self.place.now(), self._pace(job))

    def _pace(self, job: Job) -> Pace | None:
        if job.owner == "server":
            return self._runner.pace(job.job_id)
        return None if job.started_at is None else Pace(job.started_at, 0)

    def _wait_for_end(self, job: Job, give_up: float) -> None:
        while (known := self.place.jobs.get(job.job_id)) is not None and known.active:
            if time.monotonic() > give_up:
                raise BusyError(f"{job.job_id} is still stopping", where=job.strategy_id, right="try again in a moment")
            time.sleep(0.01)

    def _is_active(self, job_id: str) -> bool:
        job = self.place.jobs.get(job_id) if is_job_id(job_id) else None
        return job is not None and job.active

    def _is_running(self, key: RunKey) -> bool:
        return works_on_run(self.place.jobs, key)

    def _expiries(self) -> tuple[Document | None, list[Document]]:
        """What expires next, of what is there now; and what is pinned."""
        found: list[tuple[str, str, str]] = []
        pinned: list[Document] = []
        for key in self.storage.folders():
            try:
                metadata = read_run(self.storage, key)
            except (StorageError, NotFoundError):
                continue  # a bad folder never expires by itself; the cleanup reports it
            if is_pinned(metadata):
                pinned.append({"user_id": key.user_id, "strategy_id": key.strategy_id})
            elif not self._is_running(key):
                found.append((str(metadata.get("expires_at")), key.user_id, key.strategy_id))
        if not found:
            return None, pinned
        expires_at, user_id, strategy_id = min(found)
        return {"user_id": user_id, "strategy_id": strategy_id, "expires_at": expires_at}, pinned

    def _clean_periodically(self) -> None:
        every = timedelta(seconds=self.settings.cleanup_every_s)
        while True:
            self._cleaning.next_at = self.place.now() + every
            if self._closing.wait(every.total_seconds()):
                return
            for work in (self._take_up, partial(self.cleanup, None)):
                try:
                    work()
                except Exception:  # neither keeps the other from being done, now or the next time
                    LOG.exception("cleanup broke")


def unknown_job(job_id: str) -> NotFoundError:
    """The error of a job that is not there."""
    right = "the job_id that run returned; jobs?user_id= lists them"
    return NotFoundError(f"no job {job_id[:60]}", where="job_id", right=right)


def _stamp(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()


def _whole(number: float) -> float | int:
    """Twelve as the brief prints it: 12, not 12.0."""
    return int(number) if number == int(number) else number
