"""What only files can get wrong: half-written files, full disks, folders that may not be written."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from strikebook.atomic_file import write_file
from strikebook.errors import StorageError, UsageError
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey, day_text, parse_day, run_folder
from tests.small_disk import mounted_disk

KEY = RunKey("user_123", "strategy-1")
DAY = date(2024, 10, 1)


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    storage = FolderStorage(tmp_path / "results")
    storage.begin(KEY, b"{}", b"{}")
    return storage


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    with mounted_disk(tmp_path / "small", "1m") as place:
        yield place


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_files_are_where_the_brief_says(storage: FolderStorage) -> None:
    """A run is {user}/{strategy}/metadata.json, strategy.json and DD-MM-YYYY.json.gz, and nothing once it is over."""
    storage.put_day(KEY, DAY, b"day")
    storage.finish(KEY, b"{}")
    assert names(storage.root / "user_123" / "strategy-1") == {
        "metadata.json",
        "strategy.json",
        "01-10-2024.json.gz",
    }


def test_reading_creates_nothing(tmp_path: Path) -> None:
    """Looking for results leaves no trace."""
    storage = FolderStorage(tmp_path / "nowhere")
    storage.day(KEY, DAY)
    storage.runs(KEY.user_id)
    storage.users()
    storage.clear(KEY)
    storage.stamp(KEY, DAY)
    storage.folders()
    storage.sweep()
    storage.free_bytes()
    storage.check_writable()
    assert names(tmp_path) == set()


def test_a_full_disk_leaves_nothing_half_written(small_disk: Path) -> None:
    """A day that does not fit is refused with the folder and what would help; the run's last words still fit."""
    storage = FolderStorage(small_disk)
    storage.begin(KEY, b"{}", b"{}")
    storage.put_day(KEY, DAY, os.urandom(700_000))
    with pytest.raises(StorageError, match=r"02-10-2024\.json\.gz: cannot write: no space left.*free space"):
        storage.put_day(KEY, date(2024, 10, 2), os.urandom(700_000))
    assert storage.days(KEY) == (DAY,)
    (small_disk / "filler").write_bytes(os.urandom(1024 * 1024 - _used(small_disk)))
    storage.finish(KEY, b"x" * 20_000)
    assert storage.metadata(KEY) == b"x" * 20_000
    assert all(not name.startswith(".") for name in names(run_folder(small_disk, KEY)))


def test_a_run_that_cannot_begin_leaves_the_old_results(small_disk: Path) -> None:
    """When the new run's first files do not fit, the old run is still there, whole."""
    storage = FolderStorage(small_disk)
    storage.begin(KEY, b"{}", b"old")
    storage.put_day(KEY, DAY, b"day")
    with pytest.raises(StorageError):
        storage.begin(KEY, b"{}", os.urandom(2_000_000))
    assert storage.metadata(KEY) == b"old"
    assert storage.day(KEY, DAY) == b"day"
    assert names(small_disk / KEY.user_id) == {KEY.strategy_id}


def test_a_file_size_limit_is_named(tmp_path: Path) -> None:
    """A file that a process limit cuts off is an error, and is not there."""
    program = (
        "import resource, sys; from pathlib import Path; from strikebook.atomic_file import write_file\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "write_file(Path(sys.argv[1]), b'x' * 5000)"
    )
    ran = subprocess.run([sys.executable, "-c", program, tmp_path / "day"], capture_output=True, text=True, check=False)
    assert "StorageError" in ran.stderr
    assert "file too large" in ran.stderr
    assert names(tmp_path) == set()
    assert resource.RLIM_INFINITY  # the limit was the child's


@pytest.mark.parametrize("root", ["file", "below-a-file"])
def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, root: str) -> None:
    """A results folder that is a file, or lies below one, is refused before a run begins."""
    (tmp_path / "file").write_text("")
    storage = FolderStorage(tmp_path / ("file" if root == "file" else "file/results"))
    with pytest.raises(StorageError, match="cannot"):
        storage.check_writable()


def test_a_folder_that_may_not_be_written_is_named() -> None:
    """A place where this user may not write is refused with its name (/proc refuses even root)."""
    with pytest.raises(StorageError, match="/proc/results: cannot write results"):
        FolderStorage(Path("/proc/results")).check_writable()


def test_a_failed_write_keeps_the_old_file(tmp_path: Path, small_disk: Path) -> None:
    """The file that was there is there still when its successor does not fit."""
    target = small_disk / "metadata.json"
    write_file(target, b"old")
    with pytest.raises(StorageError):
        write_file(target, os.urandom(2_000_000))
    assert target.read_bytes() == b"old"
    assert names(small_disk) == {"metadata.json"}
    assert tmp_path.exists()


def test_what_a_killed_process_left_is_swept(storage: FolderStorage) -> None:
    """Folders on their way in or out, and temporary files, are gone after the next run of that strategy."""
    user = storage.root / KEY.user_id
    (user / ".begin-strategy-1").mkdir()
    (user / ".clear-strategy-1-abc").mkdir()
    (user / KEY.strategy_id / ".01-10-2024.json.gz.abc").write_bytes(b"half")
    assert storage.days(KEY) == ()
    assert storage.runs(KEY.user_id) == (KEY,)
    storage.finish(KEY, b"{}")
    assert names(user / KEY.strategy_id) == {"metadata.json", "strategy.json"}
    storage.begin(KEY, b"{}", b"{}")
    assert names(user) == {KEY.strategy_id}


def test_dates_are_parsed_in_both_forms() -> None:
    """01-10-2024 and 2024-10-01 are the same day; other texts and days that do not exist are refused."""
    assert parse_day("01-10-2024") == parse_day("2024-10-01") == DAY
    assert day_text(DAY) == "01-10-2024"
    for text in ("31-02-2024", "1-10-2024", "01/10/2024", "2024-13-01", "../01-10-2024", "٠١-١٠-٢٠٢٤", "00-00-0000"):
        with pytest.raises(UsageError, match=r"date|day"):
            parse_day(text)


def _used(folder: Path) -> int:
    return sum(-(-path.stat().st_size // 4096) * 4096 for path in folder.rglob("*") if path.is_file())


def test_a_file_in_the_place_of_a_run_is_left_alone(tmp_path: Path) -> None:
    """Something else under the run's name is neither replaced nor deleted."""
    storage = FolderStorage(tmp_path)
    (tmp_path / KEY.user_id).mkdir()
    (tmp_path / KEY.user_id / KEY.strategy_id).write_text("mine")
    with pytest.raises(StorageError, match="a file stands in its way"):
        storage.begin(KEY, b"{}", b"{}")
    with pytest.raises(StorageError, match="a file stands in its way"):
        storage.clear(KEY)
    assert (tmp_path / KEY.user_id / KEY.strategy_id).read_text() == "mine"
    assert names(tmp_path / KEY.user_id) == {KEY.strategy_id}


def test_an_old_file_that_cannot_be_deleted_does_not_stop_a_run(
    storage: FolderStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new run is in place by then; what is left of the old one is out of sight, and goes with the next run."""

    def refuse(*_arguments: object, **_options: object) -> None:
        raise PermissionError

    storage.put_day(KEY, DAY, b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", refuse)
        storage.begin(KEY, b"{}", b"new")
    assert storage.metadata(KEY) == b"new"
    assert storage.days(KEY) == ()
    storage.begin(KEY, b"{}", b"newer")
    assert names(storage.root / KEY.user_id) == {KEY.strategy_id}


def test_a_run_that_is_a_link_loses_the_link_alone(storage: FolderStorage, tmp_path: Path) -> None:
    """What a link points to is not Strikebook's to delete."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "01-10-2024.json.gz").write_bytes(b"day")
    storage.clear(KEY)
    (storage.root / KEY.user_id / KEY.strategy_id).symlink_to(tmp_path / "elsewhere")
    storage.begin(KEY, b"{}", b"{}")
    assert (tmp_path / "elsewhere" / "01-10-2024.json.gz").read_bytes() == b"day"
    assert names(storage.root / KEY.user_id) == {KEY.strategy_id}


def test_symbolic_links_lead_nowhere(tmp_path: Path) -> None:
    """A link in the place of a user, a run or a day is as if it were not there, and what it points to stays."""
    elsewhere = FolderStorage(tmp_path / "elsewhere")
    elsewhere.begin(KEY, b"{}", b"{}")
    elsewhere.put_day(KEY, DAY, b"secret")
    real = elsewhere.root / KEY.user_id
    storage = FolderStorage(tmp_path / "results")
    (storage.root / "u").mkdir(parents=True)
    (storage.root / KEY.user_id).symlink_to(real)
    (storage.root / "u" / KEY.strategy_id).symlink_to(real / KEY.strategy_id)
    file = RunKey("u", "file")
    storage.begin(file, b"{}", b"{}")
    (storage.root / "u" / "file" / "02-10-2024.json.gz").symlink_to(real / KEY.strategy_id / "02-10-2024.json.gz")
    for key in (KEY, RunKey("u", KEY.strategy_id)):
        assert (storage.metadata(key), storage.day(key, DAY), storage.stamp(key, DAY)) == (None, None, None)
        assert storage.days(key) == ()
        storage.clear(key)
    assert (storage.day(file, DAY), storage.stamp(file, DAY)) == (None, None)
    assert storage.folders() == (file,)
    with pytest.raises(StorageError, match="symbolic"):
        storage.begin(KEY, b"{}", b"{}")
    storage.clear(file)
    assert elsewhere.day(KEY, DAY) == b"secret"


def test_what_is_no_file_is_no_day(tmp_path: Path) -> None:
    """A pipe or a folder under a day's name is not read (reading a pipe would wait for ever)."""
    storage = FolderStorage(tmp_path)
    storage.begin(KEY, b"{}", b"{}")
    folder = tmp_path / KEY.user_id / KEY.strategy_id
    os.mkfifo(folder / "02-10-2024.json.gz")
    (folder / "03-10-2024.json.gz").mkdir()
    assert storage.day(KEY, DAY) is None
    assert storage.stamp(KEY, DAY) is None


def test_a_sweep_takes_what_killed_processes_left(tmp_path: Path) -> None:
    """Folders on their way in or out are deleted, runs and strange names stay."""
    storage = FolderStorage(tmp_path)
    storage.begin(KEY, b"{}", b"{}")
    user = tmp_path / KEY.user_id
    for name in (".begin-strategy-1", ".clear-other-0123456789ab", ".mine"):
        (user / name).mkdir()
        (user / name / "file").write_bytes(b"x")
    storage.sweep()
    assert names(user) == {KEY.strategy_id, ".mine"}


def test_what_is_cleared_may_be_deleted_later(tmp_path: Path) -> None:
    """No reader sees it from the moment of the clearing; its files go when the one who took the work does it."""
    storage = FolderStorage(tmp_path)
    storage.begin(KEY, b"{}", b"{}")
    storage.put_day(KEY, DAY, b"day")
    work: list[Callable[[], None]] = []
    cleared = storage.clear(KEY, later=work.append)
    assert (cleared.day_files, cleared.freed_bytes) == (1, len(b"{}" + b"{}" + b"day"))
    assert (storage.metadata(KEY), storage.folders()) == (None, ())
    (left,) = names(tmp_path / KEY.user_id)
    assert left.startswith(".clear-strategy-1-")
    work[0]()
    assert names(tmp_path / KEY.user_id) == set()


def test_links_in_the_place_of_sweeps_and_trials_are_refused(tmp_path: Path) -> None:
    """What they stand for is neither read nor written."""
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / KEY.user_id).mkdir(parents=True)
    (elsewhere / KEY.user_id / f"{KEY.strategy_id}.json").write_bytes(b"not ours")
    storage = FolderStorage(tmp_path / "results")
    storage.root.mkdir()
    for name in (".sweeps", ".trials"):
        (storage.root / name).symlink_to(elsewhere)
    with pytest.raises(StorageError):
        storage.sweeps()
    with pytest.raises(StorageError):
        storage.put_trials(KEY, b"ours")
    assert storage.trials(KEY) is None
    assert (elsewhere / KEY.user_id / f"{KEY.strategy_id}.json").read_bytes() == b"not ours"
