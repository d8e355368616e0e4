"""The statistics in a run's metadata: there once it has ended, and those that its stored days come to."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from strikebook.backtest_runner import Progress, run_backtest
from strikebook.errors import StorageError
from strikebook.money.statistics import NOT_REDRAWN, REDRAWN
from strikebook.service.abandoned import close_abandoned
from strikebook.service.here_executor import HereExecutor
from strikebook.service.results import read_run
from strikebook.service.statistics import statistics
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_metadata
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey
from strikebook.storage.memory_storage import MemoryStorage
from tests.service.made_run import DAYS, MANY_DAYS, STRATEGY_ID, Trouble, noon, small_market, small_request

Document = dict[str, Any]
KEY = RunKey("user_123", STRATEGY_ID)
LATER = datetime(2024, 12, 3, 9, 0)  # noqa: DTZ001 — exchange time


def of_the_days(storage: BacktestStorage) -> Document:
    """What the stored days come to, in the form of the metadata, which leaves out what takes a moment."""
    found = statistics(HereExecutor(), storage, KEY, None)
    for each in found["statistics"]:
        if each["name"] in REDRAWN:
            assert each["value"] is not None
            each |= {"value": None, "reason": NOT_REDRAWN}
    return {
        "capital": None,
        "figures": {each["name"]: each["value"] for each in found["statistics"]},
        "reasons": {each["name"]: each["reason"] for each in found["statistics"] if each["reason"] is not None},
    }


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("trouble", [None, "raise"])
def test_a_run_that_has_ended_has_those_of_its_days(tmp_path: Path, workers: int, trouble: str | None) -> None:
    """Also where a day failed: it is in none of them. The figures are those that the API answers."""
    storage = FolderStorage(tmp_path)
    market = small_market() if trouble is None else Trouble(small_market(), trouble)
    metadata: Document = run_backtest(
        small_request(storage, market, workers=workers), lambda _: None, lambda: False, noon
    )
    found = metadata["statistics"]
    assert found == of_the_days(storage) == read_run(storage, KEY)["statistics"]
    assert (found["figures"]["days"], found["figures"]["round_trips"]) == ((4, 3) if trouble is None else (3, 2))
    assert found["figures"]["net"] == metadata["overall_summary"]["net_pnl"]
    assert found["figures"]["sharpe"] is None
    assert "fewer than 30" in found["reasons"]["sharpe"]


def test_a_run_that_goes_on_has_none() -> None:
    """They appear with its end, and stand beside the members that were there before."""
    storage = MemoryStorage()
    seen: list[Document] = []

    def look(_: Progress) -> None:
        seen.append(read_run(storage, KEY))

    request = small_request(storage, Trouble(small_market(), "sleep"))
    ended = run_backtest(request, look, lambda: False, noon)
    assert len(seen) == 5
    assert [each for each in seen if "statistics" in each] == []
    assert ended.keys() - seen[0].keys() == {"statistics"}


def test_a_run_that_was_stopped_has_those_of_its_finished_days() -> None:
    """Cancelled after three days: the statistics of three days."""
    storage = MemoryStorage()
    finished: list[Progress] = []
    request = replace(small_request(storage, small_market(MANY_DAYS)), first=MANY_DAYS[0], last=MANY_DAYS[-1])
    metadata: Document = run_backtest(request, finished.append, lambda: len(finished) > 3, noon)
    assert (metadata["status"], metadata["statistics"]["figures"]["days"]) == ("cancelled", 3)
    assert metadata["statistics"] == of_the_days(storage)


def test_a_run_without_a_finished_day_has_none() -> None:
    """There is nothing to say of it."""
    stopped = run_backtest(small_request(MemoryStorage()), lambda _: None, lambda: True, noon)
    broken = run_backtest(
        small_request(MemoryStorage(), Trouble(small_market(), "bug", DAYS[0].max)), lambda _: None, lambda: False, noon
    )
    assert (stopped["status"], broken["status"]) == ("cancelled", "failed")
    assert "statistics" not in stopped.keys() | broken.keys()


def left_running(storage: MemoryStorage) -> Document:
    """The metadata of a run, put back to what a killed process left of it after its last day."""
    metadata: Document = run_backtest(small_request(storage), lambda _: None, lambda: False, noon)
    left = {name: value for name, value in metadata.items() if name != "statistics"}
    storage.put_metadata(KEY, orjson.dumps({**left, "status": "running", "completed_at": None}))
    return metadata


def test_results_of_a_killed_process_get_theirs_when_they_are_closed() -> None:
    """The statistics of the days that it had finished and listed."""
    storage = MemoryStorage()
    metadata = left_running(storage)
    assert close_abandoned(storage, lambda _: False, LATER, HereExecutor()) == []
    closed = read_run(storage, KEY)
    assert (closed["status"], closed["statistics"]) == ("failed", metadata["statistics"])
    assert close_abandoned(storage, lambda _: False, LATER, HereExecutor()) == []


def test_results_of_a_running_job_are_left_alone() -> None:
    """It will end them itself."""
    storage = MemoryStorage()
    left_running(storage)
    before = storage.metadata(KEY)
    assert close_abandoned(storage, lambda _: True, LATER, HereExecutor()) == []
    assert storage.metadata(KEY) == before


def test_results_with_a_damaged_day_are_closed_without_any() -> None:
    """A figure without that day would be wrong; which day it is, is told."""
    storage = MemoryStorage()
    left_running(storage)
    storage.put_day(KEY, DAYS[0], b"damaged")
    ((where, what),) = close_abandoned(storage, lambda _: False, LATER, HereExecutor())
    assert where == str(KEY)
    assert "no statistics" in what
    assert "30-09-2024" in what
    closed = read_run(storage, KEY)
    assert closed["status"] == "failed"
    assert "statistics" not in closed


def test_metadata_without_them_still_reads() -> None:
    """That of a run from before there were any: its statistics are worked out of its days all the same."""
    storage = MemoryStorage()
    run_backtest(small_request(storage), lambda _: None, lambda: False, noon)
    before = of_the_days(storage)
    metadata = decode_metadata(storage.metadata(KEY) or b"")
    del metadata["statistics"]
    storage.put_metadata(KEY, orjson.dumps(metadata))
    assert read_run(storage, KEY)["status"] == "completed"
    assert of_the_days(storage) == before
    storage.put_day(KEY, DAYS[0], b"damaged")
    with pytest.raises(StorageError):
        of_the_days(storage)
