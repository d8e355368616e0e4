"""The door to whoever does the work: one suite, every member."""

import os
import signal
import threading
from collections.abc import Iterator
from datetime import date
from multiprocessing import forkserver
from pathlib import Path
from unittest.mock import DEFAULT, Mock

import orjson
import pytest

from strikebook.errors import QueueFullError, StrikebookError, UsageError
from strikebook.market.source import MarketSource
from strikebook.model.options import RunOptions
from strikebook.service import question_processes
from strikebook.service.day_executor import DayExecutor
from strikebook.service.day_work import DayOutcome, DayWork
from strikebook.service.here_executor import HereExecutor
from strikebook.service.process_executor import ProcessExecutor
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey
from tests.service.made_run import DAYS, MANY_DAYS, STRATEGY_ID, Trouble, small_market, small_strategy


@pytest.fixture(params=["here", "processes"])
def executor(request: pytest.FixtureRequest) -> Iterator[DayExecutor]:
    made: DayExecutor = HereExecutor() if request.param == "here" else ProcessExecutor(2)
    yield made
    made.close()


def work(folder: Path, user: str = "user_123", market: MarketSource | None = None) -> DayWork:
    """A run of the small strategy that was begun in ``folder``."""
    key, storage, document = RunKey(user, STRATEGY_ID), FolderStorage(folder), orjson.dumps(small_strategy())
    storage.begin(key, document, b"{}")
    return DayWork(key, document, small_market() if market is None else market, storage, RunOptions())


def never() -> bool:
    return False


def test_every_day_is_run_once_and_stored(executor: DayExecutor, tmp_path: Path) -> None:
    """Each day comes back with its outcome, and its file is there by then."""
    wanted = work(tmp_path)
    outcomes = []
    for outcome in executor.run(wanted, DAYS, never):
        assert wanted.storage.day(wanted.key, outcome.day) is not None
        outcomes.append(outcome)
    assert sorted(outcome.day for outcome in outcomes) == list(DAYS)
    assert {outcome.status for outcome in outcomes} == {"traded", "no_trades"}


def test_no_days_are_no_work(executor: DayExecutor, tmp_path: Path) -> None:
    """A run without days ends at once."""
    assert list(executor.run(work(tmp_path), [], never)) == []


def test_after_a_stop_no_day_is_begun(executor: DayExecutor, tmp_path: Path) -> None:
    """What is being run comes back and is stored; the rest is not there."""
    wanted = work(tmp_path, market=Trouble(small_market(MANY_DAYS), "sleep"))
    finished: list[DayOutcome] = []
    stop = threading.Event()
    for outcome in executor.run(wanted, MANY_DAYS, stop.is_set):
        finished.append(outcome)
        stop.set()
    assert 1 <= len(finished) < len(MANY_DAYS)
    assert sorted(outcome.day for outcome in finished) == list(wanted.storage.days(wanted.key))


def test_a_fault_of_its_own_ends_every_run_with_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits for days that nobody will hand out any more: neither who is there, nor who comes later."""
    executor = ProcessExecutor(1)

    def stop() -> bool:
        raise ZeroDivisionError("a fault")

    for asked in (stop, never):
        with pytest.raises(ZeroDivisionError, match="a fault"):
            list(executor.run(work(tmp_path), DAYS, asked))
    executor.close()
    assert "no more days are handed out" in caplog.text


def test_the_process_that_workers_come_from_may_die_as_one_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first pool cannot start a worker; another one runs every day, and the run does not notice."""
    started = forkserver.connect_to_new_process
    starts = Mock(side_effect=[EOFError("unexpected EOF"), *[DEFAULT] * 9], wraps=started)
    monkeypatch.setattr(forkserver, "connect_to_new_process", starts)
    executor, wanted = ProcessExecutor(2), work(tmp_path)
    outcomes = list(executor.run(wanted, DAYS, never))
    executor.close()
    assert sorted(outcome.day for outcome in outcomes) == list(DAYS)
    assert sorted(wanted.storage.days(wanted.key)) == list(DAYS)
    assert starts.call_count > 1


def test_runs_side_by_side_get_all_their_days(executor: DayExecutor, tmp_path: Path) -> None:
    """Three runs at once end with each its own four days."""
    counts: dict[str, int] = {}

    def go(user: str) -> None:
        counts[user] = len(list(executor.run(work(tmp_path, user), DAYS, never)))

    threads = [threading.Thread(target=go, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == {"a": 4, "b": 4, "c": 4}


def test_a_day_that_cannot_be_stored_ends_its_run(executor: DayExecutor, tmp_path: Path) -> None:
    """The storage's error is raised, not listed as a failed day."""
    wanted = work(tmp_path)
    wanted.storage.clear(wanted.key)
    with pytest.raises(StrikebookError, match=r"json\.gz"):
        list(executor.run(wanted, DAYS, never))


def test_a_stop_that_breaks_is_that_runs_error(executor: DayExecutor, tmp_path: Path) -> None:
    """The run raises what its stop raised; another run goes on."""

    def broken() -> bool:
        raise UsageError("no stop today")

    with pytest.raises(UsageError, match="no stop today"):
        list(executor.run(work(tmp_path), DAYS, broken))
    assert len(list(executor.run(work(tmp_path, "other"), DAYS, never))) == 4


def test_a_question_is_answered_or_refused(executor: DayExecutor) -> None:
    """A function's value comes back, and so does its error; only our service modules can be asked."""
    question = "strikebook.service.planning:check_range"
    assert executor.ask(question, date(2024, 1, 1), date(2024, 1, 2)).result() is None
    with pytest.raises(UsageError, match="not after"):
        executor.ask(question, date(2024, 1, 2), date(2024, 1, 1)).result()
    with pytest.raises(ValueError, match="os:getpid"):
        executor.ask("os:getpid").result()


def test_a_short_run_overtakes_a_long_one(tmp_path: Path) -> None:
    """Days of two runs are handed out in turn: one day of a second run does not wait for all of the first."""
    executor = ProcessExecutor(1)
    order: list[str] = []
    begun = threading.Event()

    def go(user: str, days: tuple[date, ...]) -> None:
        market = Trouble(small_market(MANY_DAYS), "sleep")
        for _ in executor.run(work(tmp_path, user, market), days, never):
            order.append(user)
            begun.set()

    long = threading.Thread(target=go, args=("long", MANY_DAYS))
    long.start()
    begun.wait()
    go("short", MANY_DAYS[:1])
    long.join()
    executor.close()
    assert order.index("short") < len(order) - 1


def test_a_question_survives_the_death_of_its_process() -> None:
    """The process that answers is killed: the next question is answered by another one."""
    executor = ProcessExecutor(1)
    try:
        question = "strikebook.service.planning:warm_up"
        assert executor.ask(question).result() == executor.ask(question).result()
        (pool,) = [executor._asked._pool]
        assert pool is not None
        for pid in list(pool._processes):
            os.kill(pid, signal.SIGKILL)
        assert executor.ask(question).result() == 249
    finally:
        executor.close()


def test_a_question_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its process is killed and it is refused with the limit; the next question is answered."""
    question = "strikebook.service.planning:warm_up"
    executor = ProcessExecutor(1)
    try:
        executor.ask(question).result()
        (pool,) = [executor._asked._pool]
        assert pool is not None
        for pid in list(pool._processes):
            os.kill(pid, signal.SIGSTOP)
        monkeypatch.setattr(question_processes, "_LONGEST_ANSWER_S", 0.2)
        with pytest.raises(StrikebookError, match="longer than"):
            executor.ask(question).result(20)
        monkeypatch.undo()
        assert executor.ask(question).result(20) == 249
    finally:
        executor.close()


def test_only_so_many_questions_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits in line is not timed; who comes when the line is full is told so, and the others are answered."""
    question = "strikebook.service.planning:warm_up"
    executor = ProcessExecutor(1)
    try:
        executor.ask(question).result()
        pool = executor._asked._pool
        assert pool is not None
        processes = list(pool._processes)
        for pid in processes:
            os.kill(pid, signal.SIGSTOP)
        monkeypatch.setattr(question_processes, "_MOST_WAITING", 3)
        asked = [executor.ask(question) for _ in range(5)]
        with pytest.raises(QueueFullError, match="3 questions wait"):
            executor.ask(question)
        for pid in processes:
            os.kill(pid, signal.SIGCONT)
        assert [each.result(20) for each in asked] == [249] * 5
    finally:
        executor.close()


def test_closing_finishes_what_is_being_run(tmp_path: Path) -> None:
    """A close in the middle of a run lets the days that are out end, and begins no other."""
    executor = ProcessExecutor(1)
    wanted = work(tmp_path, market=Trouble(small_market(MANY_DAYS), "sleep"))
    days = executor.run(wanted, MANY_DAYS, never)
    first = next(days)
    executor.close()
    finished = [first, *days]
    assert len(finished) < len(MANY_DAYS)
    assert sorted(outcome.day for outcome in finished) == list(wanted.storage.days(wanted.key))
    assert list(executor.run(wanted, MANY_DAYS, never)) == []
