"""Quotas, pins and levels in whole runs: what is refused, what stops, what stays, also when things happen at once."""

from __future__ import annotations

import gzip
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import orjson
import pytest

from strikebook.backtest_runner import RunRequest, jobs_beside, resume_backtest, run_backtest
from strikebook.errors import BusyError, NoSpaceError, NotFoundError, StorageError, UsageError
from strikebook.jobs.job_manager import JobManager
from strikebook.model.options import parse_options
from strikebook.service.here_executor import HereExecutor
from strikebook.service.retained import Retained
from strikebook.service.run import RunLimits
from strikebook.service.space import kept_as
from strikebook.service.verify import verify
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.keeping import Keeping, UserLimits
from strikebook.storage.layout import RunKey
from strikebook.storage.memory_storage import MemoryStorage
from strikebook.storage.retention import clean_up
from tests.service.made_run import DAYS, STRATEGY_ID, noon, small_market, small_request
from tests.worked_days.making import Json

KEY = RunKey("user_123", STRATEGY_ID)
PROGRAM = Path(sys.executable).with_name("strikebook")


def ran(request: RunRequest, limits: RunLimits | None = None, *, stop_after: int | None = None) -> Json:
    """The metadata of a run; with ``stop_after`` it is stopped after so many days."""
    asked = repeat(False) if stop_after is None else chain(repeat(False, stop_after), repeat(True))
    return run_backtest(request, lambda _: None, lambda: next(asked), noon, limits)


def with_options(storage: BacktestStorage, **options: object) -> RunRequest:
    return replace(small_request(storage), options=parse_options(options))


def retained(storage: BacktestStorage, server: Keeping = Keeping()) -> Retained:  # noqa: B008 — a frozen value
    return Retained(storage, JobManager(jobs_beside(storage), noon, 1, "command line"), server)


def quota(megabytes: float) -> RunLimits:
    return RunLimits(Keeping(quota_bytes=round(megabytes * 1e6)))


# Levels.


def test_a_pin_outlives_hours_that_somebody_has_spoilt() -> None:
    """A run that goes on is as pinned as it was; hours that make no sense are as if none were said."""
    storage = MemoryStorage()
    storage.begin(KEY, b"{}", b'{"pinned": true, "ttl_hours": "soon"}')
    assert kept_as(storage, KEY) == (True, None)


@pytest.mark.parametrize("level", [0, 4, 9])
def test_a_level_is_stated_and_verify_takes_it(tmp_path: Path, level: int) -> None:
    """Only the packing differs from a run at the default; the run made again gives the same bytes."""
    storage, plain = FolderStorage(tmp_path / "level"), FolderStorage(tmp_path / "plain")
    metadata, default = ran(with_options(storage, compression_level=level)), ran(small_request(plain))
    assert metadata["manifest"]["options"]["compression_level"] == level
    assert metadata["manifest"]["encoder"].startswith("zlib" if level > 3 else "igzip")
    for day in storage.days(KEY):
        packed, other = storage.day(KEY, day) or b"", plain.day(KEY, day) or b""
        assert packed != other
        assert gzip.decompress(packed) == gzip.decompress(other)
    assert metadata["overall_summary"] == default["overall_summary"]
    verified = verify(HereExecutor(), storage, small_market(), KEY)
    assert (verified["verified"], verified["days_compared"]) == (True, len(storage.days(KEY)))


def test_a_job_that_goes_on_takes_its_level_from_its_record(tmp_path: Path) -> None:
    """Whatever the default is by then: all days are packed alike."""
    begun, undisturbed = FolderStorage(tmp_path / "begun"), FolderStorage(tmp_path / "undisturbed")
    ran(with_options(undisturbed, compression_level=9))
    job = ran(with_options(begun, compression_level=9), stop_after=2)["job_id"]
    done = resume_backtest(job, small_market(), begun, 1, lambda _: None, lambda: False, noon)
    assert done["status"] == "completed"
    assert [begun.day(KEY, day) for day in DAYS] == [undisturbed.day(KEY, day) for day in DAYS]


# Quotas.


def test_a_run_stops_at_its_quota_with_its_finished_days(tmp_path: Path) -> None:
    """It fails with the reason; what was stored is whole, and once there is room it goes on to the same bytes."""
    storage, free = FolderStorage(tmp_path / "full"), FolderStorage(tmp_path / "free")
    whole = ran(small_request(free))
    day_bytes = len(free.day(KEY, DAYS[0]) or b"")
    metadata = ran(small_request(storage), quota(1.5 * day_bytes / 1e6))
    assert metadata["status"] == "failed"
    assert "user_123 has used" in metadata["error"]
    assert 0 < metadata["completed_days"] < whole["completed_days"]
    stored = storage.days(KEY)
    assert [storage.day(KEY, day) for day in stored] == [free.day(KEY, day) for day in stored]
    goes_on = (metadata["job_id"], small_market(), storage, 1, lambda _: None, lambda: False, noon)
    with pytest.raises(NoSpaceError, match="has used"):
        resume_backtest(*goes_on, quota(0.0001))
    assert storage.days(KEY) == stored
    assert resume_backtest(*goes_on, quota(100))["status"] == "completed"
    assert [storage.day(KEY, day) for day in DAYS] == [free.day(KEY, day) for day in DAYS]


def test_a_run_is_refused_where_the_quota_is_used_up() -> None:
    """By other results, pinned ones too; those that it replaces do not count, and nothing changes by a refusal."""
    storage = MemoryStorage()
    ran(small_request(storage))
    used = storage.size(KEY).stored_bytes
    other = RunKey("user_123", "other")
    storage.begin(other, b"x" * used, b'{"pinned": true}')
    with pytest.raises(NoSpaceError, match=r"user_123 has used.*larger quota_mb"):
        ran(small_request(storage), quota(used / 1e6))
    assert len(storage.days(KEY)) == len(DAYS)
    assert ran(small_request(storage, user_id="another"), quota(used / 1e6 * 2))["status"] == "completed"
    storage.clear(other)
    assert ran(small_request(storage), quota(used / 1e6 + 1))["status"] == "completed"


def test_what_is_said_of_a_user_goes_before_the_server() -> None:
    """Also none at all."""
    storage = MemoryStorage()
    retained(storage).change_limits("user_123", lambda _: UserLimits(quota_mb=0))
    assert ran(small_request(storage), quota(0.000001))["status"] == "completed"
    retained(storage).change_limits("user_123", lambda _: UserLimits(quota_mb=0.000001))
    assert ran(small_request(storage))["status"] == "failed"


# How long.


def test_a_run_says_how_long_it_lives_within_bounds() -> None:
    """Its own hours, else its user's; more than the longest is refused, and nothing changes."""
    storage = MemoryStorage()
    assert lives(ran(with_options(storage, ttl_hours=100))) == timedelta(hours=100)
    with pytest.raises(UsageError, match="longer than user_123 may ask for"):
        ran(with_options(storage, ttl_hours=200))
    told = retained(storage).change_limits("user_123", lambda _: UserLimits(longest_ttl_hours=24))
    assert (told["failed"], lives(orjson.loads(storage.metadata(KEY) or b""))) == ([], timedelta(hours=24))
    retained(storage).change_limits("user_123", lambda _: UserLimits(ttl_hours=36))
    assert lives(ran(small_request(storage))) == timedelta(hours=36)


def test_a_change_while_a_run_is_going_holds_when_it_ends() -> None:
    """The job is left alone meanwhile."""
    storage = MemoryStorage()
    during: list[Any] = []

    def on_progress(_: object) -> None:
        if not during:
            during.append(retained(storage).change_limits("user_123", lambda _: UserLimits(ttl_hours=72)))

    metadata = run_backtest(small_request(storage), on_progress, lambda: False, noon)
    assert during
    assert lives(metadata) == lives(orjson.loads(storage.metadata(KEY) or b"")) == timedelta(hours=72)


def lives(metadata: Json) -> timedelta:
    return datetime.fromisoformat(metadata["expires_at"]) - datetime.fromisoformat(metadata["created_at"])


# Pins.


def test_a_pin_keeps_results_from_cleanups_and_runs(tmp_path: Path) -> None:
    """The days stay the same bytes; a run is refused, clear is not, and unpinned they expire as they would have."""
    storage = FolderStorage(tmp_path)
    created = ran(small_request(storage))
    before = {day: storage.day(KEY, day) for day in DAYS}
    keeping = retained(storage)
    assert (keeping.pin(KEY, pinned=True)["expires_at"], keeping.pin(KEY, pinned=True)["pinned"]) == (None, True)
    later = noon() + timedelta(days=1000)
    assert clean_up(storage, later, Keeping(), lambda _: False).kept == [KEY]
    with pytest.raises(BusyError, match=r"pinned.*unpin or clear"):
        ran(small_request(storage))
    assert {day: storage.day(KEY, day) for day in DAYS} == before
    usage = keeping.usage("user_123")
    assert usage["pinned_bytes"] == usage["used_bytes"] == storage.size(KEY).stored_bytes
    assert keeping.pin(KEY, pinned=False)["expires_at"] == created["expires_at"]
    assert clean_up(storage, later, Keeping(), lambda _: False).deleted == [KEY]
    with pytest.raises(NotFoundError):
        keeping.pin(KEY, pinned=True)


def test_what_is_pinned_while_its_replacement_waits_stays() -> None:
    """The job fails with the reason when its turn comes."""
    storage = MemoryStorage()
    first = ran(small_request(storage))

    def pins(key: RunKey, *more: Any) -> Any:
        retained(storage).pin(KEY, pinned=True)
        return begin(key, *more)

    begin, storage.begin = storage.begin, pins  # type: ignore[method-assign]
    with pytest.raises(BusyError, match="pinned"):
        ran(small_request(storage))
    stored = orjson.loads(storage.metadata(KEY) or b"")
    assert (stored["job_id"], stored["pinned"]) == (first["job_id"], True)


def test_a_running_job_is_not_pinned_and_one_that_goes_on_stays_pinned(tmp_path: Path) -> None:
    """Pinned when it was stopped, it is so when it has gone on to its end."""
    storage = FolderStorage(tmp_path)
    refused: list[BusyError] = []

    def on_progress(_: object) -> None:
        with pytest.raises(BusyError, match="is running") as error:
            retained(storage).pin(KEY, pinned=True)
        refused.append(error.value)

    asked = chain(repeat(False, 2), repeat(True))
    job = run_backtest(small_request(storage), on_progress, lambda: next(asked), noon)["job_id"]
    assert refused
    retained(storage).pin(KEY, pinned=True)
    retained(storage).live(KEY, 30.0)
    done = resume_backtest(job, small_market(), storage, 1, lambda _: None, lambda: False, noon)
    assert (done["status"], done["pinned"], done["expires_at"]) == ("completed", True, None)
    assert done["ttl_hours"] == 30
    assert retained(storage).pin(KEY, pinned=False)["expires_at"] == "2024-12-03T21:30:45"


@pytest.mark.parametrize("metadata", [b"{", b"[]", b"{}", b'{"created_at": "soon"}'])
def test_damaged_results_are_not_pinned_but_counted(tmp_path: Path, metadata: bytes) -> None:
    """It says what is wrong with them; their bytes are in the usage, with their problem where they cannot be read."""
    storage = FolderStorage(tmp_path)
    storage.begin(KEY, b"{}", metadata)
    with pytest.raises(StorageError):
        retained(storage).pin(KEY, pinned=True)
    usage = retained(storage).usage("user_123")
    assert usage["used_bytes"] == len(metadata) + 2
    assert [run["strategy_id"] for run in usage["results"]] == [STRATEGY_ID]


# At once, and killed.


def test_pins_and_cleanups_at_once_lose_nothing_that_was_pinned(tmp_path: Path) -> None:
    """Whoever was told that results are pinned finds them; whoever was told they are gone finds none."""
    storage, threads = FolderStorage(tmp_path), 40
    keys = [RunKey("user_123", f"run-{number}") for number in range(threads)]
    document = {"job_id": "bt_20240101_000000_abcdef", "created_at": "2020-01-01T00:00:00", "expires_at": "x"}
    for key in keys:
        storage.begin(key, b"{}", orjson.dumps(document))
        storage.put_day(key, DAYS[0], b"day")
    outcome: dict[RunKey, bool] = {}

    def pin(key: RunKey) -> None:
        try:
            outcome[key] = bool(retained(storage).pin(key, pinned=True)["pinned"])
        except NotFoundError:
            outcome[key] = False

    reports: list[Any] = []

    def clean() -> None:
        reports.extend(clean_up(storage, noon(), Keeping(), lambda _: False) for _ in range(2))

    working = [threading.Thread(target=pin, args=(key,)) for key in reversed(keys)]
    working.insert(3, threading.Thread(target=clean))
    for each in working:
        each.start()
    for each in working:
        each.join()
    assert outcome.keys() == set(keys)
    for key, pinned in outcome.items():
        assert (storage.day(key, DAYS[0]) == b"day") is pinned, key
    deleted = [key for report in reports for key in report.deleted]
    assert sorted(deleted) == sorted(key for key, pinned in outcome.items() if not pinned)
    assert [report.failed for report in reports] == [[], []]


def test_killed_commands_leave_metadata_and_limits_whole(tmp_path: Path) -> None:
    """Whatever moment they are killed at: results are pinned or not, limits old or new, and nothing is half written."""
    storage = FolderStorage(tmp_path)
    ran(small_request(storage))
    days = {day: storage.day(KEY, day) for day in DAYS}
    retained(storage).change_limits("user_123", lambda _: UserLimits(1))
    loop = (
        "import sys; from pathlib import Path; from strikebook.cli.results_command import retained_in;"
        "from strikebook.storage.layout import RunKey; from strikebook.storage.keeping import UserLimits;"
        "kept = retained_in(Path(sys.argv[1])); key = RunKey(sys.argv[2], sys.argv[3]); print('ready', flush=True);"
        "[(kept.pin(key, pinned=n % 2 == 0), kept.change_limits(key.user_id, lambda _: UserLimits(1 + n)))"
        " for n in range(10**6)]"
    )
    seen: set[bool] = set()
    for round_ in range(8):
        command = [sys.executable, "-c", loop, str(tmp_path), KEY.user_id, KEY.strategy_id]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.03 + 0.017 * round_)
            process.send_signal(signal.SIGKILL)
        metadata = orjson.loads(storage.metadata(KEY) or b"")
        seen.add(metadata["pinned"])
        assert (metadata["expires_at"] is None) is metadata["pinned"]
        assert retained(storage).limits("user_123")["limits"]["ttl_hours"] >= 1
    assert {day: storage.day(KEY, day) for day in DAYS} == days
    retained(storage).pin(KEY, pinned=True)
    assert clean_up(storage, noon(), Keeping(), lambda _: False).failed == []
