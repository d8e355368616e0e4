"""Records as files: what damaged ones do, what links lead to, what is read again."""

from pathlib import Path

import pytest

from strikebook.errors import StorageError, UsageError
from strikebook.jobs.folder_jobs import FolderJobs
from strikebook.jobs.job_document import encode_job
from tests.jobs.made_job import NOON, make_job
from tests.small_disk import mounted_disk


def test_reading_creates_nothing(tmp_path: Path) -> None:
    """Looking for jobs leaves no trace."""
    store = FolderJobs(tmp_path / "results")
    store.jobs()
    store.damaged()
    store.get("bt_20241202_120001_abc123")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"x" * 200_000, b"{}"])
def test_a_job_that_does_not_fit_leaves_nothing(tmp_path: Path, content: bytes) -> None:
    """A full disk refuses a job whichever of its two files does not fit: neither is there then."""
    with mounted_disk(tmp_path / "small", "100k") as disk:
        store = FolderJobs(disk)
        (disk / "filler").write_bytes(b"x" * (0 if len(content) > 2 else 97_000))
        with pytest.raises(StorageError, match="no space left"):
            store.add(make_job(1), content)
        assert list((disk / ".jobs").iterdir()) == []
        assert store.jobs() == ()


def test_one_damaged_record_hides_no_other(tmp_path: Path) -> None:
    """Cut off, empty, of another job, or a link: it is named, and the others are there."""
    store = FolderJobs(tmp_path)
    store.add(make_job(1), b"{}")
    folder = tmp_path / ".jobs"
    names = [f"bt_20241202_12000{number}_00000{number}.json" for number in range(2, 6)]
    (folder / names[0]).write_bytes(encode_job(make_job(2))[:50])
    (folder / names[1]).write_bytes(b"")
    (folder / names[2]).write_bytes(encode_job(make_job(1)))
    (folder / names[3]).symlink_to("/etc/passwd")
    (folder / "notes.json").write_bytes(b"not ours")
    assert store.jobs() == (make_job(1),)
    assert store.damaged() == tuple(names)
    with pytest.raises(StorageError, match="damaged"):
        store.get(names[0].removesuffix(".json"))


def test_what_another_process_records_is_seen(tmp_path: Path) -> None:
    """A second store on the same folder sees each move of the first at once."""
    ours, theirs = FolderJobs(tmp_path), FolderJobs(tmp_path)
    assert theirs.jobs() == ()
    for number in range(1, 30):
        job = make_job(number)
        ours.add(job, b"{}")
        assert theirs.jobs()[-1] == job
        ours.put(job.moved("running", NOON))
        assert theirs.jobs()[-1].state == "running"
    ours.remove(make_job(7).job_id)
    assert len(theirs.jobs()) == 28


@pytest.mark.parametrize("user_id", ["", "..", "a/b", ".hidden", "a\0b", "x" * 200])
def test_a_claim_reaches_no_other_place(tmp_path: Path, user_id: str) -> None:
    """A user that is no id is refused before a path is built."""
    with pytest.raises(UsageError, match="user_id"):
        FolderJobs(tmp_path / "results").claim(user_id, "job")
    assert list(tmp_path.iterdir()) == []
