"""A run from the request to its last day: what is stored, what is refused, what survives."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from strikebook.backtest_runner import Progress, RunRequest, run_backtest
from strikebook.errors import NoDataError, NotFoundError, StorageError, StrategyError, StrikebookError, UsageError
from strikebook.market.memory import MemoryMarket
from strikebook.model.options import parse_options
from strikebook.service.results import read_day, read_run
from strikebook.storage import folder_storage
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RESERVE_NAME, RunKey
from strikebook.storage.memory_storage import MemoryStorage
from tests.service.made_run import (
    DAYS,
    MANY_DAYS,
    STRATEGY_ID,
    Trouble,
    noon,
    small_day,
    small_market,
    small_request,
    small_strategy,
)
from tests.small_disk import mounted_disk
from tests.storage.shapes import BRIEF_METADATA, assert_same_shape

KEY = RunKey("user_123", STRATEGY_ID)


def ignore(_: Progress) -> None:
    """Progress that nobody watches."""


def go(
    request: RunRequest, on_progress: Callable[[Progress], None] = ignore, stop: Callable[[], bool] = lambda: False
) -> dict[str, Any]:
    return run_backtest(request, on_progress, stop, noon)


def statuses(metadata: dict[str, Any]) -> list[str]:
    return [day["status"] for day in metadata["daily_summaries"]]


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def anonymous(stored: bytes) -> bytes:
    """What was stored without the job's id, which no two runs share."""
    return re.sub(rb'"job_id": "bt_[0-9_]+_[0-9a-f]{6}"', b'"job_id": ""', stored)


def test_the_metadata_has_the_briefs_fields() -> None:
    """Every field of the brief's metadata, with its type; the times are those of the clock that was passed in."""
    storage = MemoryStorage()
    metadata = go(small_request(storage))
    assert_same_shape(BRIEF_METADATA, metadata)
    assert metadata == read_run(storage, KEY)
    assert (metadata["created_at"], metadata["expires_at"]) == ("2024-12-02T15:30:45", "2024-12-03T03:30:45")
    assert (metadata["start_date"], metadata["end_date"], metadata["total_days"]) == ("2024-09-30", "2024-10-07", 5)


def test_every_day_of_the_plan_has_its_status() -> None:
    """Traded, without trades (a file with the rejection), without data (no file); holidays are no days of the plan."""
    storage = MemoryStorage()
    metadata = go(small_request(storage))
    days = metadata["daily_summaries"]
    assert [day["date"] for day in days] == ["30-09-2024", "01-10-2024", "03-10-2024", "04-10-2024", "07-10-2024"]
    assert statuses(metadata) == ["traded", "traded", "traded", "no_trades", "no_data"]
    assert [day["has_data"] for day in days] == [True, True, True, True, False]
    assert days[3]["reason"] == "1 order was rejected"
    assert (metadata["status"], metadata["completed_days"], metadata["failed_days"]) == ("completed", 5, 0)
    assert storage.days(KEY) == DAYS
    assert read_day(storage, KEY, DAYS[3])["rejections"][0]["reason"] == "no_expiry"


def test_totals_are_folds_of_the_days() -> None:
    """Each round trip gains 1.20 rupees on 75 units; the run's profit is the sum of its days', theirs of trades."""
    storage = MemoryStorage()
    metadata = go(small_request(storage))
    assert [day["pnl"] for day in metadata["daily_summaries"]] == [90.0, 90.0, 90.0, 0.0, 0.0]
    overall = metadata["overall_summary"]
    assert (overall["total_pnl"], overall["total_positions"], overall["win_rate"]) == (270.0, 3, 100.0)
    for day in storage.days(KEY):
        document: dict[str, Any] = read_day(storage, KEY, day)
        assert sum(trade["pnl"] for trade in document["trades"]) == document["summary"]["total_pnl"]


def test_the_options_reach_the_day() -> None:
    """A run with scale and slippage trades twice the units, at worse prices, and says so."""
    options = parse_options({"scale": "2", "slippage": "0.1 points"})
    storage = MemoryStorage()
    metadata = go(replace(small_request(storage), options=options))
    assert metadata["options"]["scale"] == "2"
    assert metadata["daily_summaries"][0]["pnl"] == (1.20 - 0.20) * 150


def test_any_number_of_workers_gives_the_same_bytes(tmp_path: Path) -> None:
    """One worker, two, four, or memory: the same files, metadata included."""
    stored = []
    for workers in (1, 2, 4):
        folder = tmp_path / str(workers)
        go(small_request(FolderStorage(folder), workers=workers))
        stored.append({name: anonymous(data) for name, data in files(folder).items() if not name.startswith(".")})
    assert stored[0] == stored[1] == stored[2]
    memory = MemoryStorage()
    go(small_request(memory, workers=2))
    assert memory.day(KEY, DAYS[0]) == stored[0]["user_123/worked-day/30-09-2024.json.gz"]
    assert anonymous(memory.metadata(KEY) or b"") == stored[0]["user_123/worked-day/metadata.json"]


def test_the_strategy_is_kept_as_it_was_run(tmp_path: Path) -> None:
    """strategy.json is the document of the request, byte for byte."""
    storage = FolderStorage(tmp_path)
    request = small_request(storage)
    go(request)
    assert storage.strategy(KEY) == request.document


def refused_requests() -> dict[str, tuple[Callable[[RunRequest], RunRequest], type[StrikebookError], str]]:
    """Name -> (what is wrong with the request, the error, a word of its message)."""
    unknown = small_strategy()
    unknown["nodes"][1]["data"]["conditions"][0]["conditions"][0]["operator"] = "=>"
    far = {"first": date(2025, 3, 3), "last": date(2025, 3, 7)}
    broken = b'{"nodes": [\n  1,\n  oops]}'
    return {
        "reversed dates": (lambda r: replace(r, first=r.last, last=r.first), UsageError, "not after"),
        "unknown operator": (lambda r: replace(r, document=orjson.dumps(unknown)), StrategyError, "=>"),
        "no json": (lambda r: replace(r, document=broken), StrategyError, "line 3, column 3"),
        "a bad user id": (lambda r: replace(r, user_id="../up"), UsageError, "user_id"),
        "no data in the range": (lambda r: replace(r, **far), NoDataError, "2024-09-30 to 2024-10-04"),
        "no workers": (lambda r: replace(r, workers=0), UsageError, "workers"),
        "unwritable results": (lambda r: replace(r, storage=FolderStorage(Path("/proc/x"))), StorageError, "/proc/x"),
        "a hundred years": (lambda r: replace(r, first=date(1925, 1, 1)), UsageError, "thirty years"),
    }


@pytest.mark.parametrize("name", refused_requests())
def test_a_refused_request_changes_nothing(tmp_path: Path, name: str) -> None:
    """What is wrong is named, and every file of the earlier run is as it was."""
    request = small_request(FolderStorage(tmp_path))
    go(request)
    before = files(tmp_path)
    change, error, word = refused_requests()[name]
    with pytest.raises(error, match=word):
        go(change(request))
    assert files(tmp_path) == before


def test_a_first_request_that_is_refused_creates_nothing(tmp_path: Path) -> None:
    """Not even the results folder."""
    request = small_request(FolderStorage(tmp_path / "results"))
    with pytest.raises(UsageError):
        go(replace(request, first=request.last, last=request.first))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("kind", "reason"), [("raise", "2024-10-01: damaged"), ("bug", "ZeroDivisionError: a fault")])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_day_that_breaks_is_that_days_failure(tmp_path: Path, kind: str, reason: str, workers: int) -> None:
    """The day is listed with its reason and has no file; the others run."""
    storage = FolderStorage(tmp_path)
    metadata = go(small_request(storage, Trouble(small_market(), kind), workers=workers))
    assert statuses(metadata) == ["traded", "failed", "traded", "no_trades", "no_data"]
    assert reason in metadata["daily_summaries"][1]["reason"]
    assert (metadata["status"], metadata["failed_days"], metadata["completed_days"]) == ("completed", 1, 5)
    assert DAYS[1] not in storage.days(KEY)


def test_a_run_of_which_no_day_could_run_has_failed() -> None:
    """It says so, with the first day's reason."""
    metadata = go(small_request(MemoryStorage(), Trouble(small_market(), "raise", date.max)))
    assert metadata["status"] == "failed"
    assert "no day could run" in metadata["error"]
    assert "damaged" in metadata["error"]


def test_a_killed_worker_costs_nothing_when_it_was_chance(tmp_path: Path) -> None:
    """The day that was out is run again, alone, and the result is that of a quiet run."""
    quiet = go(small_request(FolderStorage(tmp_path / "quiet"), workers=2))
    market = Trouble(small_market(), "kill once", mark=tmp_path / "mark")
    metadata = go(small_request(FolderStorage(tmp_path / "killed"), market, workers=2))
    assert (tmp_path / "mark").exists()
    assert metadata | {"job_id": ""} == quiet | {"job_id": ""}


def test_a_day_that_kills_its_worker_is_that_days_failure(tmp_path: Path) -> None:
    """Twice is no chance: the day fails, the others are there."""
    storage = FolderStorage(tmp_path)
    metadata = go(small_request(storage, Trouble(small_market(), "kill"), workers=2))
    assert statuses(metadata) == ["traded", "failed", "traded", "no_trades", "no_data"]
    assert "worker process died" in metadata["daily_summaries"][1]["reason"]
    assert storage.days(KEY) == (DAYS[0], DAYS[2], DAYS[3])


@pytest.mark.parametrize("workers", [1, 2])
def test_a_stopped_run_keeps_its_finished_days(tmp_path: Path, workers: int) -> None:
    """After the first day it is told to stop: finished days are whole and listed, the rest is pending."""
    storage = FolderStorage(tmp_path)
    finished: list[Progress] = []
    request = small_request(storage, Trouble(small_market(MANY_DAYS), "sleep"), workers=workers)
    metadata = go(
        replace(request, first=MANY_DAYS[0], last=MANY_DAYS[-1]),
        finished.append,
        lambda: len(finished) > 1,
    )
    assert metadata["status"] == "cancelled"
    assert "pending" in statuses(metadata)
    ran = [day["date"] for day in metadata["daily_summaries"] if day["has_data"]]
    assert ran == [day.strftime("%d-%m-%Y") for day in storage.days(KEY)]
    assert 1 <= len(ran) < len(MANY_DAYS)
    assert read_run(storage, KEY) == metadata


def test_the_metadata_grows_while_the_run_goes_on() -> None:
    """A reader sees a running run with its first days before the last one is done."""
    storage = MemoryStorage()
    seen: list[dict[str, Any]] = []

    def look(progress: Progress) -> None:
        seen.append(read_run(storage, KEY) | {"at": progress.completed_days})

    go(small_request(storage, Trouble(small_market(), "sleep")), look)
    assert seen[0]["status"] == "running"
    assert statuses(seen[0]) == ["pending"] * 4 + ["no_data"]
    assert statuses(seen[-1])[:2] == ["traded", "traded"]
    assert [each["at"] for each in seen] == [1, 2, 3, 4, 5]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 300 kilobytes."""
    with mounted_disk(tmp_path / "small", "300k") as place:
        yield place


@pytest.mark.parametrize("workers", [1, 2])
def test_a_disk_that_fills_ends_the_run_with_its_reason(small_disk: Path, workers: int) -> None:
    """The run has failed and says why, in its metadata too; finished days are whole, no half of one is left."""
    storage = FolderStorage(small_disk)
    filled = []

    def fill(progress: Progress) -> None:
        if progress.completed_days >= 2 and not filled:
            filled.append(True)
            size = os.statvfs(small_disk)
            (small_disk / "filler").write_bytes(b"x" * (size.f_bavail * size.f_frsize))

    metadata = go(small_request(storage, Trouble(small_market(), "sleep"), workers=workers), fill)
    assert metadata["status"] == "failed"
    assert "no space left on device" in metadata["error"]
    assert read_run(storage, KEY) == metadata
    for day in storage.days(KEY):
        assert read_day(storage, KEY, day)["date"] == day.strftime("%d-%m-%Y")
    assert not [path for path in (small_disk / "user_123" / STRATEGY_ID).iterdir() if path.name.startswith(".")]


def test_what_is_reserved_holds_the_last_metadata(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also that of a run of many days, which is longer than twice its first."""
    monkeypatch.setattr(folder_storage, "_RESERVE_BYTES", 0)
    storage = FolderStorage(tmp_path)
    reserved = set()

    def look(_: Progress) -> None:
        reserved.add((tmp_path / "user_123" / STRATEGY_ID / RESERVE_NAME).stat().st_size)

    request = small_request(storage, small_market(MANY_DAYS))
    metadata = go(replace(request, first=MANY_DAYS[0], last=MANY_DAYS[-1]), look)
    assert metadata["status"] == "completed"
    (size,) = reserved
    assert size >= len(storage.metadata(KEY) or b"")


def test_a_day_that_is_not_there_says_why_and_what_is() -> None:
    """The message has the day's status and the nearest days; a run that is not there names those that are."""
    storage = MemoryStorage()
    go(small_request(storage))
    with pytest.raises(NotFoundError, match=r"No data found for date 07-10-2024: no_data.*nearest days: .*04-10-2024"):
        read_day(storage, KEY, date(2024, 10, 7))
    with pytest.raises(NotFoundError, match="not a day of this run"):
        read_day(storage, KEY, date(2030, 1, 1))
    with pytest.raises(NotFoundError, match="user_123 has worked-day"):
        read_run(storage, RunKey("user_123", "other"))


def test_a_supporting_instrument_may_have_no_data_on_a_day() -> None:
    """What reads it has no value then; the day runs, and says so."""
    document = small_strategy()
    start = document["nodes"][0]["data"]
    start["supportingInstrumentEnabled"] = True
    start["supportingInstrumentConfig"] = {**start["tradingInstrumentConfig"], "symbol": "INDIAVIX"}
    vix = replace(small_day(DAYS[0]), underlying="INDIAVIX", rows={"INDIAVIX": small_day(DAYS[0]).rows["NIFTY"]})
    days = {("NIFTY", day): small_day(day) for day in DAYS[:2]} | {("INDIAVIX", DAYS[0]): vix}
    storage = MemoryStorage()
    metadata = go(small_request(storage, MemoryMarket(days), document=document))
    assert statuses(metadata)[:2] == ["traded", "traded"]
    said = [str(read_day(storage, KEY, day)["warnings"]) for day in DAYS[:2]]
    assert ["INDIAVIX has no trades on this day" in text for text in said] == [False, True]


def test_a_run_knows_how_often_the_strategy_was_tried(tmp_path: Path) -> None:
    """Each run that takes the place of another remembers the Sharpe ratio of that one, and of those before it."""
    request = small_request(FolderStorage(tmp_path))
    assert go(request)["trials"] == []
    second = go(request)
    assert second["trials"] == [None]  # four round trips say nothing
    assert second["statistics"]["figures"]["trials"] == 2
    assert go(request)["trials"] == [None, None]
    assert orjson.loads((tmp_path / "user_123" / STRATEGY_ID / "metadata.json").read_bytes())["trials"] == [None, None]
