"""The door to what outlives results: one suite for both members, and what only a disk can do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from strikebook.errors import StorageError
from strikebook.storage.beside import Beside
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey
from strikebook.storage.memory_storage import MemoryStorage
from tests.small_disk import mounted_disk

KEY, OTHER = RunKey("ann", "rsi"), RunKey("bob", "rsi")


@pytest.fixture(params=["folder", "memory"])
def beside(request: pytest.FixtureRequest, tmp_path: Path) -> Beside:
    members: dict[str, Callable[[], Beside]] = {
        "folder": lambda: FolderStorage(tmp_path / "results").beside(),
        "memory": lambda: MemoryStorage().beside(),
    }
    return members[request.param]()


def test_what_is_kept_is_read_back_and_deleted(beside: Beside) -> None:
    """Of each user and strategy by itself; what is not there is None, and deleting it is harmless."""
    assert (beside.notes(KEY), beside.history(KEY)) == (None, None)
    beside.change_notes(KEY, lambda before: b"said" if before is None else None)
    beside.add_to_history(KEY, lambda before: b"one\n" if before == b"" else b"")
    beside.add_to_history(KEY, lambda before: before.upper())
    assert (beside.notes(KEY), beside.history(KEY)) == (b"said", b"one\nONE\n")
    assert (beside.notes(OTHER), beside.history(OTHER)) == (None, None)
    beside.change_history(KEY, lambda before: (before or b"")[4:])
    assert beside.history(KEY) == b"ONE\n"
    assert (beside.histories("ann"), beside.histories("bob")) == ((KEY,), ())
    for _ in range(2):
        beside.change_notes(KEY, lambda _: None)
        beside.change_history(KEY, lambda _: None)
    assert (beside.notes(KEY), beside.history(KEY)) == (None, None)


def test_nothing_is_written_for_no_lines(beside: Beside) -> None:
    """A history that gets no line is not there."""
    beside.add_to_history(KEY, lambda _: b"")
    assert beside.history(KEY) is None


def test_changes_at_once_lose_nothing(beside: Beside) -> None:
    """Each sees what those before it wrote."""
    with ThreadPoolExecutor(8) as threads:
        for _ in range(80):
            threads.submit(beside.add_to_history, KEY, lambda before: b"%d\n" % before.count(b"\n"))
    assert (beside.history(KEY) or b"").split() == [b"%d" % number for number in range(80)]


def test_a_line_that_a_crash_left_half_is_not_told_and_goes(tmp_path: Path) -> None:
    """The next line stands where it stood."""
    beside = FolderStorage(tmp_path).beside()
    beside.add_to_history(KEY, lambda _: b"whole\n")
    path = tmp_path / ".history" / "ann" / "rsi.jsonl"
    path.write_bytes(b"whole\nhal")
    assert beside.history(KEY) == b"whole\n"
    beside.add_to_history(KEY, lambda before: before)
    assert path.read_bytes() == b"whole\nwhole\n"


@pytest.mark.parametrize("linked", [".notes", ".notes/ann", ".notes/ann/rsi.json", ".history", ".locks/beside"])
def test_no_link_is_followed(tmp_path: Path, linked: str) -> None:
    """Whatever it stands for is neither read nor written."""
    outside = tmp_path / "outside"
    (outside / "ann").mkdir(parents=True)
    for path in (outside / "rsi.json", outside / "ann" / "rsi.json", outside / "ann" / "rsi.jsonl"):
        path.write_bytes(b"not ours\n")
    before = sorted(outside.rglob("*"))
    place = tmp_path / "results" / linked
    place.parent.mkdir(parents=True)
    place.symlink_to(outside / "rsi.json" if linked.endswith(".json") else outside)
    beside = FolderStorage(tmp_path / "results").beside()
    assert (beside.notes(KEY), beside.history(KEY)) == (None, None)
    for change in (
        lambda: beside.change_notes(KEY, lambda _: b"mine\n"),
        lambda: beside.add_to_history(KEY, lambda _: b"mine\n"),
    ):
        try:
            change()
        except StorageError:
            continue
    assert sorted(outside.rglob("*")) == before
    assert {path.read_bytes() for path in before if path.is_file()} == {b"not ours\n"}


def test_a_full_disk_changes_nothing(tmp_path: Path) -> None:
    """A line is there as a whole or not at all, and notes stay as they were; each says why."""
    with mounted_disk(tmp_path / "disk", "64k") as disk:
        beside = FolderStorage(disk).beside()
        beside.change_notes(KEY, lambda _: b"first")
        beside.add_to_history(KEY, lambda _: b"first\n")
        with pytest.raises(StorageError, match="no space left"):
            beside.add_to_history(KEY, lambda _: b"x" * 100_000 + b"\n")
        with pytest.raises(StorageError, match="no space left"):
            beside.change_notes(KEY, lambda _: b"x" * 100_000)
        assert (beside.notes(KEY), beside.history(KEY)) == (b"first", b"first\n")
        beside.add_to_history(KEY, lambda _: b"second\n")
        assert beside.history(KEY) == b"first\nsecond\n"
