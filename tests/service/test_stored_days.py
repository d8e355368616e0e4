"""All days of a stored run, worked with in parts: what comes of it, who waits, what is refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from strikebook.backtest_runner import run_backtest
from strikebook.errors import BusyError, NotFoundError, StorageError, UsageError
from strikebook.service import stored_days
from strikebook.service.day_data import fingerprints
from strikebook.service.day_executor import DayExecutor
from strikebook.service.here_executor import HereExecutor
from strikebook.service.process_executor import ProcessExecutor
from strikebook.service.reprice import reprice
from strikebook.service.statistics import statistics
from strikebook.service.stored_days import ask_of_data
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_day, encode_day
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey
from strikebook.storage.memory_storage import MemoryStorage
from tests.service.made_run import DAYS, MANY_DAYS, STRATEGY_ID, noon, small_market, small_request, small_strategy

Document = dict[str, Any]
KEY = RunKey("user_123", STRATEGY_ID)
RANGE = (date(2024, 9, 2), date(2024, 10, 4))
WORKED_OUT: dict[str, Callable[[DayExecutor, BacktestStorage], Document]] = {
    "statistics": lambda executor, storage: statistics(executor, storage, KEY, "150000"),
    "reprice": lambda executor, storage: reprice(executor, storage, KEY, "10 per lot", "today"),
}


def stored(storage: BacktestStorage) -> Document:
    """Run fourteen days; the last has no trade."""
    request = small_request(storage, small_market(DAYS + MANY_DAYS))
    return run_backtest(replace(request, first=RANGE[0], last=RANGE[1]), lambda _: None, lambda: False, noon)


@dataclass
class Counting:
    """An executor that holds back what is asked until its answer is waited for, and counts what is out."""

    most_out: int = 0
    out: int = 0
    asked: list[int] = field(default_factory=list)

    def ask(self, question: str, *arguments: Any) -> Future[object]:
        self.out += 1
        self.most_out = max(self.most_out, self.out)
        self.asked.append(len(arguments[2]))
        counting, real = self, HereExecutor().ask(question, *arguments)

        class Waited(Future[object]):
            def result(self, timeout: float | None = None) -> object:
                counting.out -= 1
                return real.result(timeout)

        return Waited()


@pytest.fixture(params=[1, 4, 60])
def days_a_part(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Parts of one day, of some, of all."""
    monkeypatch.setattr(stored_days, "DAYS_A_PART", request.param)
    return int(request.param)


@pytest.mark.parametrize("name", WORKED_OUT)
def test_parts_of_any_size_come_to_the_same(days_a_part: int, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the byte, whatever a part is."""
    storage = MemoryStorage()
    stored(storage)
    found = orjson.dumps(WORKED_OUT[name](HereExecutor(), storage))
    monkeypatch.setattr(stored_days, "DAYS_A_PART", 1000)
    assert found == orjson.dumps(WORKED_OUT[name](HereExecutor(), storage)), days_a_part


@pytest.mark.parametrize("name", WORKED_OUT)
def test_processes_come_to_the_same(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes that share the parts answer what this one does."""
    monkeypatch.setattr(stored_days, "DAYS_A_PART", 3)
    storage = FolderStorage(tmp_path)
    stored(storage)
    executor = ProcessExecutor(1)
    try:
        assert WORKED_OUT[name](executor, storage) == WORKED_OUT[name](HereExecutor(), storage)
    finally:
        executor.close()


def test_the_figures_are_those_of_the_whole_documents() -> None:
    """Net, days and round trips as the run's own totals have them."""
    storage = MemoryStorage()
    metadata = stored(storage)
    found = {each["name"]: each["value"] for each in statistics(HereExecutor(), storage, KEY, None)["statistics"]}
    overall = metadata["overall_summary"]
    assert (found["net"], found["gross"]) == (overall["net_pnl"], overall["total_pnl"])
    assert (found["days"], found["round_trips"]) == (14, overall["closed_positions"])
    assert found["holding_time"] == 120


def test_as_many_parts_are_out_as_there_are_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than two at a time, so that what others ask comes next; every day is in one part."""
    monkeypatch.setattr(stored_days, "DAYS_A_PART", 3)
    storage = MemoryStorage()
    stored(storage)
    days = stored_days.stored_run(storage, KEY).days
    executor: Any = Counting()
    question = "strikebook.service.statistics:fold_days"
    assert len(list(stored_days.ask_of_days(executor, question, storage, KEY, days))) == 5
    assert (executor.most_out, executor.asked) == (2, [3, 3, 3, 3, 2])


def listed_again(storage: MemoryStorage, metadata: Document, dates: Sequence[str]) -> None:
    """Put metadata in place that lists these days, without their files."""
    days = [{**metadata["daily_summaries"][0], "date": day} for day in dates]
    storage.begin(KEY, b"{}", orjson.dumps({**metadata, "daily_summaries": days}))


@pytest.mark.parametrize("name", WORKED_OUT)
def test_a_run_that_is_not_whole_is_refused(name: str) -> None:
    """A day that is gone, one that is damaged, a run that is not there."""
    storage = MemoryStorage()
    with pytest.raises(NotFoundError):
        WORKED_OUT[name](HereExecutor(), storage)
    metadata = stored(storage)
    storage.put_day(KEY, DAYS[0], (storage.day(KEY, DAYS[0]) or b"")[:-1])
    with pytest.raises(StorageError, match=r"30-09-2024.*cut off"):
        WORKED_OUT[name](HereExecutor(), storage)
    listed_again(storage, metadata, ["02-01-2020"])
    with pytest.raises(StorageError, match=r"02-01-2020.*a day of this run is gone.*run it again"):
        WORKED_OUT[name](HereExecutor(), storage)


@pytest.mark.parametrize("name", WORKED_OUT)
def test_a_run_that_is_replaced_meanwhile_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its days may be those of two runs: nothing is told of them."""
    storage = MemoryStorage()
    metadata = stored(storage)
    content = storage.day

    def replacing(key: RunKey, day: date) -> bytes | None:
        storage.put_metadata(key, orjson.dumps({**metadata, "job_id": "bt_another"}))
        return content(key, day)

    monkeypatch.setattr(storage, "day", replacing)
    with pytest.raises(BusyError, match="took its place"):
        WORKED_OUT[name](HereExecutor(), storage)


@pytest.mark.parametrize("capital", ["0", "-1", "1e13", "much", "nan"])
def test_a_capital_that_makes_no_sense_is_refused(capital: str) -> None:
    """It is above nothing, and a number."""
    storage = MemoryStorage()
    stored(storage)
    with pytest.raises(UsageError, match="capital"):
        statistics(HereExecutor(), storage, KEY, capital)


def test_a_day_of_another_layout_is_read_too() -> None:
    """The order of its members does not matter."""
    storage = MemoryStorage()
    stored(storage)
    before = statistics(HereExecutor(), storage, KEY, None)
    for day in storage.days(KEY):
        document = decode_day(storage.day(KEY, day) or b"")
        storage.put_day(KEY, day, encode_day(dict(reversed(document.items()))))
    assert statistics(HereExecutor(), storage, KEY, None) == before


@pytest.mark.parametrize(
    "change",
    [
        {"options": None}, {"options": []}, {"overall_summary": 5}, {"market": None}, {"manifest": None},
        {"warnings": None}, {"job_id": 1}, {"engine_version": None}, {"daily_summaries": None},
        {"daily_summaries": [{}]},
        {"daily_summaries": [{"date": "never", "has_data": False, "status": "failed"}]},
        {"daily_summaries": [{"date": 1, "has_data": False, "status": "failed"}]},
        {"daily_summaries": [{"date": "01-10-2024", "has_data": True, "status": "traded"}]},
    ],
)  # fmt: skip
def test_metadata_that_somebody_edited_is_said_to_be_so(change: Document) -> None:
    """By name, before anything is worked out of it."""
    storage = MemoryStorage()
    changed = {name: value for name, value in {**stored(storage), **change}.items() if value is not None}
    storage.put_metadata(KEY, orjson.dumps(changed))
    for usable in (stored_days.usable_run, stored_days.stored_run):
        with pytest.raises(StorageError, match=next(iter(change)).replace("engine_", "")) as found:
            usable(storage, KEY)
        assert found.value.right == "run it again"


def test_what_data_is_known_by_is_asked_some_days_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """All days come back, and no question is about more than it may be; a day that has gone is left out."""
    monkeypatch.setattr(stored_days, "_DAYS_OF_DATA", 5)
    market, executor, document = small_market(DAYS + MANY_DAYS), Counting(), orjson.dumps(small_strategy())
    days = (*sorted(DAYS + MANY_DAYS), date(2024, 11, 1))
    found = ask_of_data(executor, "strikebook.service.day_data:fingerprints", market, document, days)
    assert executor.asked == [5, 5, 5]
    assert found == fingerprints(market, document, days)
    assert list(found) == list(days[:-1])
