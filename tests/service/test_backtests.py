"""The server's use cases, on members in memory: submit, watch, cancel, clear, expire, leave and go on."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from strikebook.errors import (
    BusyError,
    NoDataError,
    NotFoundError,
    QueueFullError,
    StrategyError,
    StrikebookError,
    UsageError,
)
from strikebook.jobs.job import Job
from strikebook.jobs.job_manager import JobManager
from strikebook.jobs.job_store import JobStore
from strikebook.jobs.memory_jobs import MemoryJobs
from strikebook.market.memory import MemoryMarket
from strikebook.market.source import MarketSource
from strikebook.service.backtests import Backtests
from strikebook.service.compare import MOST_AT_A_TIME
from strikebook.service.here_executor import HereExecutor
from strikebook.service.results import read_day, read_run
from strikebook.service.run import RunLimits, RunPlace
from strikebook.service.strategy_shelf import StrategyShelf
from strikebook.settings import Settings
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.keeping import Keeping
from strikebook.storage.layout import RunKey
from strikebook.storage.memory_storage import MemoryStorage
from tests.service.made_run import DAYS, MANY_DAYS, STRATEGY_ID, Trouble, small_day, small_market, small_strategy

RANGE = (date(2024, 9, 30), date(2024, 10, 7))
LONG_RANGE = (MANY_DAYS[0], MANY_DAYS[-1])
KEY = RunKey("user_123", STRATEGY_ID)


class Clock:
    """Exchange time that moves by a second at each look, from a fixed start, and can be set forward."""

    def __init__(self) -> None:
        self.at = datetime(2024, 12, 2, 15, 30, 45)  # noqa: DTZ001 — exchange time

    def __call__(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


class Place:
    """The stores of a server that is started again and again on them."""

    def __init__(self, folder: Path) -> None:
        self.storage: BacktestStorage = MemoryStorage()
        self.jobs: JobStore = MemoryJobs()
        self.clock = Clock()
        self.market: MarketSource = small_market(DAYS + MANY_DAYS)
        self.settings = Settings(cleanup_every_s=3600, _env_file=None)
        self.started: list[Backtests] = []
        self.shelf = StrategyShelf(folder / "strategies")
        (folder / "strategies").mkdir()
        (folder / "strategies" / f"{STRATEGY_ID}.json").write_bytes(orjson.dumps(small_strategy()))

    def start(self, **settings: object) -> Backtests:
        chosen = self.settings.model_copy(update=settings)
        manager = JobManager(self.jobs, self.clock, chosen.queue_length, "server")
        limits = RunLimits(Keeping(timedelta(hours=chosen.ttl_hours)))
        place = RunPlace(self.market, self.storage, manager, HereExecutor(), self.clock, limits)
        backtests = Backtests(chosen, place, self.shelf, "memory")
        backtests.start()
        self.started.append(backtests)
        return backtests


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    for backtests in made.started:
        backtests.drain()


def until(happened: Callable[[], object]) -> None:
    """Wait for what another thread does; a minute is more than it ever takes."""
    give_up = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.005)


def ended(backtests: Backtests, job_id: str) -> dict[str, Any]:
    """The status of a job once it has ended."""
    until(lambda: backtests.status(job_id)["status"] not in ("queued", "running"))
    return backtests.status(job_id)


def slow(place: Place) -> None:
    """Make every day take a third of a second."""
    place.market = Trouble(small_market(DAYS + MANY_DAYS), "sleep")


def test_a_job_runs_from_the_queue_to_its_end(place: Place) -> None:
    """It is queued, then all its days are dealt with; its status has the brief's fields and the results are there."""
    backtests = place.start()
    job = backtests.submit("user_123", STRATEGY_ID, *RANGE, {"scale": 2})
    assert job.state == "queued"
    status = ended(backtests, job.job_id)
    assert status["status"] == "completed"
    assert status["progress"]["completed_days"] == status["progress"]["total_days"] == 5
    assert (status["progress"]["percentage"], status["error"], status["failed_days"]) == (100.0, None, [])
    assert status["started_at"] < status["completed_at"]
    assert status["options"]["scale"] == "2"
    metadata = read_run(place.storage, KEY)
    assert (metadata["status"], metadata["job_id"]) == ("completed", job.job_id)
    assert place.storage.days(KEY) == DAYS
    assert [each["strategy_id"] for each in backtests.results("user_123")] == [STRATEGY_ID]


@pytest.mark.parametrize(
    ("change", "error", "word"),
    [
        ({"strategy_id": "unknown"}, NotFoundError, "unknown"),
        ({"first": date(2024, 10, 8)}, UsageError, "not after"),
        ({"last": date(2094, 10, 8)}, UsageError, "days"),
        ({"options": {"speed": 1}}, UsageError, "speed"),
        ({"options": {"scale": -1}}, UsageError, "scale"),
        ({"first": date(2025, 1, 1), "last": date(2025, 1, 2)}, NoDataError, "2024-09-02 to 2024-10-04"),
        ({"user_id": "../up"}, UsageError, "user_id"),
        ({"strategy_id": ".."}, UsageError, "strategy_id"),
    ],
)
def test_a_refused_run_changes_nothing(
    place: Place, change: dict[str, object], error: type[StrikebookError], word: str
) -> None:
    """What is wrong is said; there is no job, the user is free, and the old results are as they were."""
    backtests = place.start()
    ended(backtests, backtests.submit("user_123", STRATEGY_ID, *RANGE, {}).job_id)
    before, jobs = place.storage.metadata(KEY), backtests.jobs(None)
    asked = {"user_id": "user_123", "strategy_id": STRATEGY_ID, "first": RANGE[0], "last": RANGE[1], "options": {}}
    with pytest.raises(error, match=word):
        backtests.submit(**{**asked, **change})
    assert place.storage.metadata(KEY) == before
    assert backtests.jobs(None) == jobs
    assert backtests.active_job("user_123") is None


def test_a_file_under_another_strategys_name_is_refused(place: Place) -> None:
    """A strategy is run under its own id, never under that of a file."""
    place.shelf.put("user_123", "other", orjson.dumps(small_strategy()))
    with pytest.raises(StrategyError, match=STRATEGY_ID):
        place.start().submit("user_123", "other", *RANGE, {})


def test_one_job_per_user_and_users_side_by_side(place: Place) -> None:
    """A second job of a user is refused with the running one's id; another user's job runs beside it."""
    slow(place)
    backtests = place.start()
    first = backtests.submit("a", STRATEGY_ID, *RANGE, {})
    with pytest.raises(BusyError, match=f"Job already running.*{first.job_id}"):
        backtests.submit("a", STRATEGY_ID, *RANGE, {})
    second = backtests.submit("b", STRATEGY_ID, *RANGE, {})
    until(lambda: backtests.status(second.job_id)["status"] == "running")
    assert backtests.active_job("a")["job_id"] == first.job_id
    assert {ended(backtests, each.job_id)["status"] for each in (first, second)} == {"completed"}
    ended(backtests, backtests.submit("a", STRATEGY_ID, *RANGE, {}).job_id)


def test_old_results_stay_until_the_new_job_leaves_the_queue(place: Place) -> None:
    """While a job waits its place is told, and what it will replace can be read."""
    quick = place.start()
    old = quick.submit("user_123", STRATEGY_ID, *RANGE, {})
    ended(quick, old.job_id)
    quick.drain()
    slow(place)
    backtests = place.start(running_jobs=1)
    ahead = backtests.submit("a", STRATEGY_ID, *LONG_RANGE, {})
    waiting = backtests.submit("user_123", STRATEGY_ID, *RANGE, {})
    last = backtests.submit("c", STRATEGY_ID, *RANGE, {})
    until(lambda: backtests.status(ahead.job_id)["status"] == "running")
    assert [backtests.status(each.job_id)["queue_position"] for each in (ahead, waiting, last)] == [None, 1, 2]
    assert read_run(place.storage, KEY)["job_id"] == old.job_id
    assert backtests.cancel(waiting.job_id)["status"] == "cancelled"
    assert backtests.status(last.job_id)["queue_position"] == 1
    assert read_run(place.storage, KEY)["status"] == "completed"
    backtests.cancel(ahead.job_id)
    backtests.cancel(last.job_id)


def test_a_full_queue_refuses(place: Place) -> None:
    """As many jobs wait as may wait: the next is refused, and its user is free."""
    slow(place)
    backtests = place.start(running_jobs=1, queue_length=1)
    running = backtests.submit("a", STRATEGY_ID, *LONG_RANGE, {})
    until(lambda: backtests.status(running.job_id)["status"] == "running")
    backtests.submit("b", STRATEGY_ID, *RANGE, {})
    with pytest.raises(QueueFullError):
        backtests.submit("c", STRATEGY_ID, *RANGE, {})
    assert backtests.active_job("c") is None
    for user in ("b", "a"):
        backtests.clear(RunKey(user, STRATEGY_ID))


def cancelled_after_a_day(place: Place) -> tuple[Backtests, Job]:
    """A server, and a job of many days that was cancelled when some were finished."""
    slow(place)
    backtests = place.start()
    job = backtests.submit("user_123", STRATEGY_ID, *LONG_RANGE, {})
    until(lambda: backtests.status(job.job_id)["progress"]["completed_days"])
    backtests.cancel(job.job_id)
    ended(backtests, job.job_id)
    return backtests, job


def test_a_cancelled_job_keeps_its_finished_days(place: Place) -> None:
    """It stops after the day it is at; what is stored is what is listed."""
    backtests, job = cancelled_after_a_day(place)
    status = backtests.status(job.job_id)
    metadata: dict[str, Any] = read_run(place.storage, KEY)
    assert status["status"] == metadata["status"] == "cancelled"
    listed = [day["date"] for day in metadata["daily_summaries"] if day["has_data"]]
    assert listed == [day.strftime("%d-%m-%Y") for day in place.storage.days(KEY)]
    assert 1 <= len(listed) < len(MANY_DAYS)
    assert backtests.cancel(job.job_id)["status"] == "cancelled"


def test_a_cancelled_job_goes_on_from_its_first_missing_day(place: Place) -> None:
    """Days that were finished are not run again, and in the end all is as if it had never been cancelled."""
    backtests, job = cancelled_after_a_day(place)
    kept = {day: (place.storage.stamp(KEY, day), place.storage.day(KEY, day)) for day in place.storage.days(KEY)}
    assert backtests.resume(job.job_id)["status"] in ("queued", "running")
    assert ended(backtests, job.job_id)["status"] == "completed"
    metadata: dict[str, Any] = read_run(place.storage, KEY)
    assert (metadata["job_id"], metadata["status"], metadata["completed_days"]) == (
        job.job_id,
        "completed",
        len(MANY_DAYS),
    )
    for day, (stamp, content) in kept.items():
        assert (place.storage.stamp(KEY, day), place.storage.day(KEY, day)) == (stamp, content)
    made = {day: place.storage.day(KEY, day) for day in place.storage.days(KEY)}
    again = backtests.submit("user_123", STRATEGY_ID, *LONG_RANGE, {})
    ended(backtests, again.job_id)
    assert {day: place.storage.day(KEY, day) for day in place.storage.days(KEY)} == made


def test_a_job_whose_results_are_not_its_own_any_more_is_not_resumed(place: Place) -> None:
    """Another run has taken their place; they were cleared; it is completed; there is no such job."""
    backtests, first = cancelled_after_a_day(place)
    second = backtests.submit("user_123", STRATEGY_ID, *RANGE, {})
    ended(backtests, second.job_id)
    with pytest.raises(BusyError, match=f"replaced by those of {second.job_id}"):
        backtests.resume(first.job_id)
    with pytest.raises(BusyError, match="is completed"):
        backtests.resume(second.job_id)
    assert read_run(place.storage, KEY)["job_id"] == second.job_id
    backtests.clear(KEY)
    with pytest.raises(NotFoundError, match="are gone"):
        backtests.resume(first.job_id)
    with pytest.raises(NotFoundError):
        backtests.resume("bt_20241202_120001_000000")


def test_a_run_that_comes_between_is_not_written_over(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run begins and ends after a resume has looked at the results, and before it has its user."""
    backtests, first = cancelled_after_a_day(place)
    resume, between = backtests.place.jobs.resume, []

    def resume_late(job_id: str) -> Any:
        job = backtests.submit("user_123", STRATEGY_ID, *RANGE, {})
        ended(backtests, job.job_id)
        between.append(job.job_id)
        return resume(job_id)

    monkeypatch.setattr(backtests.place.jobs, "resume", resume_late)
    with pytest.raises(BusyError, match="were replaced"):
        backtests.resume(first.job_id)
    assert read_run(place.storage, KEY)["job_id"] == between[0]
    assert backtests.status(first.job_id)["status"] == "cancelled"
    assert backtests.active_job("user_123") is None


def test_a_server_verifies_one_run_at_a_time(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second one is refused while the first goes on, and is done when that is over."""
    backtests = place.start()
    job = backtests.submit("user_123", STRATEGY_ID, *RANGE, {})
    ended(backtests, job.job_id)
    refused: list[str] = []
    executor = backtests.place.executor
    ask = executor.ask

    def ask_meanwhile(question: str, *arguments: object) -> Any:
        if question.endswith("compare_days"):
            with pytest.raises(BusyError, match="being verified"):
                backtests.verify(KEY)
            refused.append(question)
        return ask(question, *arguments)

    monkeypatch.setattr(executor, "ask", ask_meanwhile)
    assert backtests.verify(KEY)["verified"]
    assert refused
    assert backtests.verify(KEY)["verified"]


def test_a_server_makes_a_few_comparisons_at_a_time(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is refused while as many as may go on, and is made when they are done."""
    backtests = place.start()
    for strategy in (STRATEGY_ID, "twin"):
        document = orjson.dumps(small_strategy() | {"strategy_id": strategy})
        backtests.shelf.put("user_123", strategy, document)
        ended(backtests, backtests.submit("user_123", strategy, *RANGE, {}).job_id)
    keys = [KEY, RunKey("user_123", "twin")]
    going: list[str] = []
    executor = backtests.place.executor
    ask = executor.ask

    def ask_meanwhile(question: str, *arguments: object) -> Any:
        if question.endswith("planned_run") and len(going) < MOST_AT_A_TIME:
            going.append("one within another")
            if len(going) < MOST_AT_A_TIME:
                assert backtests.compare(keys)["days_differing"] == 0
            else:
                with pytest.raises(BusyError, match="comparisons are being made"):
                    backtests.compare(keys)
        return ask(question, *arguments)

    monkeypatch.setattr(executor, "ask", ask_meanwhile)
    assert backtests.compare(keys)["days_differing"] == 0
    assert len(going) == MOST_AT_A_TIME
    assert backtests.compare(keys)["days_compared"] > 0


def test_clearing_a_running_strategy_cancels_it_first(place: Place) -> None:
    """The job ends cancelled, and then nothing of its results is there; another strategy's results stay."""
    slow(place)
    backtests = place.start()
    other = RunKey("user_123", "other")
    place.storage.begin(other, b"{}", b'{"created_at": "2024-12-02T15:00:00", "expires_at": "2024-12-03T03:00:00"}')
    job = backtests.submit("user_123", STRATEGY_ID, *LONG_RANGE, {})
    until(lambda: backtests.status(job.job_id)["progress"]["completed_days"])
    backtests.clear(other)
    assert backtests.status(job.job_id)["status"] == "running"
    assert backtests.clear(KEY).day_files >= 1
    assert backtests.status(job.job_id)["status"] == "cancelled"
    assert place.storage.folders() == ()
    assert backtests.clear(KEY).day_files == 0


def test_days_that_fail_are_in_the_status(place: Place) -> None:
    """The job completes, and says which days failed and why."""
    place.market = Trouble(small_market(), "raise")
    backtests = place.start()
    status = ended(backtests, backtests.submit("user_123", STRATEGY_ID, *RANGE, {}).job_id)
    assert (status["status"], status["progress"]["failed_days"]) == ("completed", 1)
    (failed,) = status["failed_days"]
    assert failed["date"] == DAYS[1].isoformat()
    assert "damaged" in failed["reason"]


def test_a_drained_server_goes_on_at_the_next_start(place: Place) -> None:
    """Its jobs stay as they are; the next server finishes them to the bytes of an undisturbed run, day by day."""
    slow(place)
    first = place.start(running_jobs=1)
    running = first.submit("user_123", STRATEGY_ID, *LONG_RANGE, {})
    queued = first.submit("b", STRATEGY_ID, *RANGE, {})
    until(lambda: first.status(running.job_id)["progress"]["completed_days"])
    assert set(first.drain()) == {running.job_id, queued.job_id}
    done = place.storage.days(KEY)
    stamps = [place.storage.stamp(KEY, day) for day in done]
    assert 1 <= len(done) < len(MANY_DAYS)
    with pytest.raises(QueueFullError, match="stopping"):
        first.submit("c", STRATEGY_ID, *RANGE, {})
    place.market = small_market(DAYS + MANY_DAYS)
    second = place.start()
    assert {ended(second, each.job_id)["status"] for each in (running, queued)} == {"completed"}
    assert [place.storage.stamp(KEY, day) for day in done] == stamps
    quiet = RunKey("quiet", STRATEGY_ID)
    ended(second, second.submit("quiet", STRATEGY_ID, *LONG_RANGE, {}).job_id)
    assert [place.storage.day(KEY, day) for day in MANY_DAYS] == [place.storage.day(quiet, day) for day in MANY_DAYS]
    assert read_run(place.storage, KEY)["overall_summary"] == read_run(place.storage, quiet)["overall_summary"]
    assert read_run(place.storage, KEY)["daily_summaries"] == read_run(place.storage, quiet)["daily_summaries"]
    assert read_run(place.storage, KEY)["statistics"] == read_run(place.storage, quiet)["statistics"]


def test_days_are_run_again_where_their_data_changed(place: Place) -> None:
    """After an interruption a day is kept only if its data is still the same."""
    slow(place)
    first = place.start()
    job = first.submit("user_123", STRATEGY_ID, *LONG_RANGE, {})
    until(lambda: first.status(job.job_id)["progress"]["completed_days"])
    first.drain()
    (done, *_) = place.storage.days(KEY)
    before = read_day(place.storage, KEY, done)["summary"]["total_pnl"]
    days = {("NIFTY", day): small_day(day) for day in DAYS + MANY_DAYS}
    changed = days["NIFTY", done]
    symbol = "NIFTY:2024-10-10:OPT:25000:CE"
    dearer = replace(changed.rows[symbol], price_paise=changed.rows[symbol].price_paise * 2)
    days["NIFTY", done] = replace(changed, rows={**changed.rows, symbol: dearer})
    place.market = MemoryMarket(days)
    second = place.start()
    ended(second, job.job_id)
    assert read_day(place.storage, KEY, done)["summary"]["total_pnl"] == 2 * before


def test_what_has_expired_goes_and_what_runs_stays(place: Place) -> None:
    """A cleanup clears results after their hours; ttl_hours=0 takes all but those of a running job."""
    backtests = place.start()
    ended(backtests, backtests.submit("user_123", STRATEGY_ID, *RANGE, {}).job_id)
    assert backtests.cleanup(None)["deleted_strategies"] == 0
    expiry = backtests.cleanup_status()["next_expiry"]
    assert (expiry["user_id"], expiry["expires_at"]) == ("user_123", read_run(place.storage, KEY)["expires_at"])
    place.clock.at += timedelta(hours=12)
    report = backtests.cleanup(None)
    assert (report["message"], report["deleted_strategies"], report["deleted_files"]) == ("Cleanup completed", 1, 4)
    assert place.storage.folders() == ()
    backtests.drain()
    slow(place)
    again = place.start()
    job = again.submit("user_123", STRATEGY_ID, *LONG_RANGE, {})
    until(lambda: again.status(job.job_id)["progress"]["completed_days"])
    assert again.cleanup(0)["deleted_strategies"] == 0
    assert place.storage.days(KEY) != ()
    again.clear(KEY)


@pytest.mark.parametrize("hours", [-1, -0.001, float("nan"), float("inf"), 1e9])
def test_an_age_that_makes_no_sense_is_refused(place: Place, hours: float) -> None:
    """Negative, endless or no number: nothing is cleared."""
    backtests = place.start()
    ended(backtests, backtests.submit("user_123", STRATEGY_ID, *RANGE, {}).job_id)
    with pytest.raises(UsageError, match="ttl_hours"):
        backtests.cleanup(hours)
    assert place.storage.folders() == (KEY,)


def test_results_of_a_killed_process_are_closed(place: Place) -> None:
    """Metadata that says running although no job is at work on it is failed at the next start; its days stay."""
    place.storage.begin(
        KEY,
        b"{}",
        orjson.dumps(
            {
                "job_id": "bt_20241202_153000_000000",
                "status": "running",
                "created_at": "2024-12-02T15:30:00",
                "expires_at": "2024-12-03T03:30:00",
            }
        ),
    )
    place.storage.put_day(KEY, DAYS[0], b"day")
    place.start()
    metadata = read_run(place.storage, KEY)
    assert (metadata["status"], metadata["error"]) == ("failed", "the process that ran it ended before it was done")
    assert place.storage.day(KEY, DAYS[0]) == b"day"


def test_an_unknown_job_is_not_found(place: Place) -> None:
    """Whatever the text is."""
    backtests = place.start()
    for text in ("bt_20241202_153045_abc123", "", "../x", "bt_\0", "x" * 10_000):
        with pytest.raises(NotFoundError, match="no job"):
            backtests.status(text)
        with pytest.raises(NotFoundError, match="no job"):
            backtests.cancel(text)
        assert backtests.known_status(text) is None


def test_a_job_whose_strategy_is_gone_fails_with_that_reason(place: Place) -> None:
    """What was queued when the server stopped, and can no longer be begun, ends failed; the user is free."""
    slow(place)
    first = place.start(running_jobs=1)
    first.submit("a", STRATEGY_ID, *LONG_RANGE, {})
    queued = first.submit("b", STRATEGY_ID, *RANGE, {})
    first.drain()
    place.market = small_market(MANY_DAYS)
    second = place.start()
    status = ended(second, queued.job_id)
    assert status["status"] == "failed"
    assert "no data of NIFTY" in status["error"]
    assert second.active_job("b") is None


def test_periodic_work_that_breaks_stops_no_other(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leftovers that cannot be taken up are no reason to let results expire unnoticed."""
    cleaned: list[str] = []
    backtests = place.start(cleanup_every_s=0.01)
    monkeypatch.setattr(backtests, "_take_up", lambda: {}["a fault"])
    monkeypatch.setattr(backtests, "cleanup", lambda _: cleaned.append("cleaned"))
    until(lambda: len(cleaned) > 1)
