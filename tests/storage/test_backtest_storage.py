"""The door to results: one suite, every member."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from strikebook.errors import StorageError, UsageError
from strikebook.storage.backtest_storage import BacktestStorage, Cleared
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey
from strikebook.storage.memory_storage import MemoryStorage

KEY = RunKey("user_123", "5708424d-5962-4629-978c-05b3a174e104")
OTHER = RunKey("user_123", "another")
FIRST, SECOND, THIRD = date(2024, 10, 1), date(2024, 9, 30), date(2025, 1, 2)


@pytest.fixture(params=["folder", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> BacktestStorage:
    members: dict[str, Callable[[], BacktestStorage]] = {
        "folder": lambda: FolderStorage(tmp_path / "results"),
        "memory": MemoryStorage,
    }
    return members[request.param]()


def begin(storage: BacktestStorage, key: RunKey = KEY) -> None:
    storage.begin(key, b'{"strategy": 1}', b'{"status": "running"}')


def test_what_is_stored_is_read_back(storage: BacktestStorage) -> None:
    """Strategy, metadata and days come back byte for byte."""
    begin(storage)
    storage.put_day(KEY, FIRST, b"\x1f\x8b\x00 bytes")
    storage.put_metadata(KEY, b'{"status": "completed"}')
    assert storage.strategy(KEY) == b'{"strategy": 1}'
    assert storage.metadata(KEY) == b'{"status": "completed"}'
    assert storage.day(KEY, FIRST) == b"\x1f\x8b\x00 bytes"


def test_days_are_ordered_by_date(storage: BacktestStorage) -> None:
    """30-09-2024 comes before 01-10-2024, which as text it does not."""
    begin(storage)
    for day in (THIRD, FIRST, SECOND):
        storage.put_day(KEY, day, b"day")
    assert storage.days(KEY) == (SECOND, FIRST, THIRD)


def test_what_is_not_there_is_none(storage: BacktestStorage) -> None:
    """Reading what was never stored gives None or nothing, for runs, days, users and clearing."""
    assert storage.metadata(KEY) is None
    assert storage.strategy(KEY) is None
    assert storage.day(KEY, FIRST) is None
    assert storage.days(KEY) == ()
    assert storage.runs("user_123") == ()
    assert storage.users() == ()
    assert storage.clear(KEY) == Cleared(0, 0)


def test_a_new_run_replaces_the_old_results(storage: BacktestStorage) -> None:
    """Beginning again leaves no day of the run before, and says what was cleared; other strategies stay."""
    begin(storage)
    begin(storage, OTHER)
    storage.put_day(KEY, FIRST, b"old")
    storage.put_day(OTHER, FIRST, b"other")
    cleared = storage.begin(KEY, b"{}", b"{}")
    assert cleared.day_files == 1
    assert cleared.freed_bytes == len(b'{"strategy": 1}' + b'{"status": "running"}' + b"old")
    assert storage.days(KEY) == ()
    assert storage.metadata(KEY) == b"{}"
    assert storage.day(OTHER, FIRST) == b"other"


def test_a_day_can_be_stored_again(storage: BacktestStorage) -> None:
    """A day that is run a second time replaces its file."""
    begin(storage)
    storage.put_day(KEY, FIRST, b"one")
    storage.put_day(KEY, FIRST, b"two")
    assert storage.day(KEY, FIRST) == b"two"
    assert storage.days(KEY) == (FIRST,)


def test_storing_needs_a_begun_run(storage: BacktestStorage) -> None:
    """A day or metadata for a run that was never begun is refused."""
    with pytest.raises(StorageError):
        storage.put_day(KEY, FIRST, b"day")
    with pytest.raises(StorageError):
        storage.put_metadata(KEY, b"{}")
    assert storage.runs("user_123") == ()


def test_clearing_removes_a_run_whole(storage: BacktestStorage) -> None:
    """After a clearing there is no such run; it counts day files and bytes."""
    begin(storage)
    storage.put_day(KEY, FIRST, b"x" * 100)
    storage.finish(KEY, b"{}")
    cleared = storage.clear(KEY)
    assert cleared == Cleared(1, 100 + len(b'{"strategy": 1}') + 2)
    assert storage.metadata(KEY) is None
    assert storage.days(KEY) == ()


def test_users_and_runs_are_listed(storage: BacktestStorage) -> None:
    """Users and their runs are those that have metadata, sorted."""
    begin(storage, OTHER)
    begin(storage)
    begin(storage, RunKey("a@b.example", "x"))
    assert storage.users() == ("a@b.example", "user_123")
    assert storage.runs("user_123") == (KEY, OTHER)


@pytest.mark.parametrize(
    "text", ["", ".", "..", ".locks", "a/b", "a\\b", "a\0", "ü", "a b", "x" * 129, "a\n", "%2e%2e"]
)
def test_an_id_that_could_leave_its_place_is_refused(storage: BacktestStorage, text: str) -> None:
    """Ids are letters, digits and . _ - @, not starting with a dot; all else is refused before a path is built."""
    with pytest.raises(UsageError):
        RunKey(text, "strategy")
    with pytest.raises(UsageError):
        RunKey("user", text)
    with pytest.raises(UsageError):
        storage.lock_path(text)
    with pytest.raises(UsageError):
        storage.runs(text)


def test_the_longest_id_works(storage: BacktestStorage) -> None:
    """128 signs are an id like any other."""
    key = RunKey("u" * 128, "s" * 128)
    begin(storage, key)
    storage.put_day(key, FIRST, b"day")
    begin(storage, key)
    assert storage.runs("u" * 128) == (key,)
