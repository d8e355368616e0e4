"""The door to results: one suite, every member."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from strikebook.errors import StorageError, UsageError
from strikebook.storage.backtest_storage import BacktestStorage, Cleared, Size
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
        storage.runs(text)


def test_the_longest_id_works(storage: BacktestStorage) -> None:
    """128 signs are an id like any other."""
    key = RunKey("u" * 128, "s" * 128)
    begin(storage, key)
    storage.put_day(key, FIRST, b"day")
    begin(storage, key)
    assert storage.runs("u" * 128) == (key,)


def test_a_stamp_changes_with_what_it_is_of(storage: BacktestStorage) -> None:
    """The stamp of a day or of the metadata is the same until that is stored again; what is not there has none."""
    assert storage.stamp(KEY, None) is None
    begin(storage)
    storage.put_day(KEY, FIRST, b"day")
    metadata, day = storage.stamp(KEY, None), storage.stamp(KEY, FIRST)
    assert storage.stamp(KEY, SECOND) is None
    assert day is not None
    assert storage.is_unchanged(KEY, FIRST, day)
    storage.put_day(KEY, FIRST, b"another day")
    assert not storage.is_unchanged(KEY, FIRST, day)
    assert not storage.is_unchanged(KEY, SECOND, day)
    assert storage.stamp(KEY, None) == metadata is not None
    assert storage.stamp(KEY, FIRST) != day
    storage.put_metadata(KEY, b'{"status": "completed"}')
    assert storage.stamp(KEY, None) != metadata


def test_a_run_is_cleared_only_if_its_metadata_says_so(storage: BacktestStorage) -> None:
    """The condition is asked with the metadata of that moment; what it refuses stays as it was."""
    begin(storage)
    storage.put_day(KEY, FIRST, b"day")
    asked: list[bytes | None] = []
    assert storage.clear(KEY, lambda metadata: bool(asked.append(metadata))) == Cleared(0, 0)
    assert asked == [b'{"status": "running"}']
    assert storage.day(KEY, FIRST) == b"day"
    assert storage.clear(KEY, lambda metadata: metadata == b'{"status": "running"}').day_files == 1
    assert storage.folders() == ()


def test_metadata_is_changed_in_its_place(storage: BacktestStorage) -> None:
    """A change replaces the metadata by what it makes of it; None, or no such run, changes nothing."""
    begin(storage)
    storage.change_metadata(KEY, lambda metadata: metadata + b" ")
    storage.change_metadata(KEY, lambda _: None)
    storage.change_metadata(OTHER, lambda _: b"{}")
    assert storage.metadata(KEY) == b'{"status": "running"} '
    assert storage.metadata(OTHER) is None


def test_folders_are_listed_in_order(storage: BacktestStorage) -> None:
    """Everything that stands where results would is listed; sweeping takes none of it."""
    begin(storage, RunKey("b", "x"))
    begin(storage, OTHER)
    begin(storage)
    storage.sweep()
    assert storage.folders() == (RunKey("b", "x"), KEY, OTHER)
    assert storage.free_bytes() is None or (storage.free_bytes() or 0) > 0


def test_what_refuses_a_run_leaves_the_old_results(storage: BacktestStorage) -> None:
    """It is asked with their metadata, and not at all where there are none; what it raises is raised."""
    asked: list[bytes] = []
    storage.begin(KEY, b"{}", b"first", asked.append)
    storage.put_day(KEY, FIRST, b"day")
    assert asked == []

    def refuse(metadata: bytes) -> None:
        asked.append(metadata)
        raise StorageError("pinned")

    with pytest.raises(StorageError, match="pinned"):
        storage.begin(KEY, b"{}", b"second", refuse)
    assert asked == [b"first"]
    assert (storage.metadata(KEY), storage.day(KEY, FIRST)) == (b"first", b"day")
    storage.begin(KEY, b"{}", b"second", asked.append)
    assert (storage.metadata(KEY), storage.day(KEY, FIRST)) == (b"second", None)


def test_the_size_of_a_run_is_that_of_its_files(storage: BacktestStorage) -> None:
    """Days, metadata and strategy, and nothing where there is no run; what is reserved does not count."""
    assert storage.size(KEY) == Size(0, 0)
    storage.begin(KEY, b"123", b"12345")
    storage.put_day(KEY, FIRST, b"1234567")
    assert storage.size(KEY) == Size(1, 15)


def test_limits_of_users_outlive_their_results(storage: BacktestStorage) -> None:
    """They are changed in one step from what they were, taken back with None, and listed by user."""
    assert (storage.limits("ann"), storage.limited_users()) == (None, ())
    storage.change_limits("bob", lambda before: b"b" if before is None else b"?")
    storage.change_limits("ann", lambda _: b"a")
    storage.change_limits("ann", lambda before: (before or b"") + b"1")
    begin(storage, RunKey("ann", "x"))
    storage.clear(RunKey("ann", "x"))
    assert (storage.limits("ann"), storage.limited_users()) == (b"a1", ("ann", "bob"))
    assert storage.users() == ()
    assert storage.folders() == ()
    storage.change_limits("ann", lambda _: None)
    storage.change_limits("cy", lambda _: None)
    assert storage.limited_users() == ("bob",)
    for read in (storage.limits, lambda user: storage.change_limits(user, lambda _: b"")):
        with pytest.raises(UsageError, match="user_id"):
            read("../ann")


def test_the_folders_of_a_user(storage: BacktestStorage) -> None:
    """Those of one user alone, or of all."""
    mine, theirs = RunKey("ann", "x"), RunKey("bob", "x")
    begin(storage, mine)
    begin(storage, theirs)
    assert (storage.folders("ann"), storage.folders()) == ((mine,), (mine, theirs))


def test_sweeps_lie_beside_the_runs(storage: BacktestStorage) -> None:
    """A sweep and a run of the same name are two things; each door lists its own; a sweep is cleared alone."""
    begin(storage)
    sweeps = storage.sweeps()
    begin(sweeps, OTHER)
    sweeps.put_day(OTHER, FIRST, b"table")
    assert (storage.folders(), sweeps.folders(), storage.users()) == ((KEY,), (OTHER,), (KEY.user_id,))
    assert storage.sweeps().day(OTHER, FIRST) == b"table"
    assert storage.day(OTHER, FIRST) is None
    sweeps.clear(OTHER)
    assert (storage.folders(), storage.sweeps().folders()) == ((KEY,), ())


def test_trials_are_remembered_whatever_is_cleared(storage: BacktestStorage) -> None:
    """By user and strategy; none where there were none."""
    begin(storage)
    assert storage.trials(KEY) is None
    storage.put_trials(KEY, b"one")
    storage.put_trials(KEY, b"two")
    storage.clear(KEY)
    assert (storage.trials(KEY), storage.trials(OTHER)) == (b"two", None)
    assert storage.folders() == ()
