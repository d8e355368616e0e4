"""A job's moves, its progress, its id and its record."""

import re
from itertools import product
from pathlib import Path

import orjson
import pytest

from strikebook.errors import StorageError
from strikebook.jobs.job import ACTIVE, MOVES, JobState, Progress, is_job_id, make_job_id
from strikebook.jobs.job_document import decode_job, encode_job
from tests.jobs.made_job import NOON, make_job


@pytest.mark.parametrize(("before", "to"), list(product(MOVES, MOVES)))
def test_only_the_moves_of_the_table_are_made(before: JobState, to: JobState) -> None:
    """Every pair of states: a move of the table is made and stamped, any other is refused."""
    job = make_job(state=before)
    allowed = {
        "queued": {"running", "cancelled", "failed"},
        "running": {"completed", "failed", "cancelled"},
        "failed": {"queued"},
        "cancelled": {"queued"},
    }.get(before, set())
    if to not in allowed:
        with pytest.raises(ValueError, match=f"{before} -> {to}"):
            job.moved(to, NOON)
        return
    moved = job.moved(to, NOON, None if to in ACTIVE else "why")
    assert moved.state == to
    if to == "queued":
        assert (moved.completed_at, moved.error) == (None, None)
    else:
        assert (moved.started_at if to == "running" else moved.completed_at) == NOON
    assert moved.active == (to in ACTIVE)


def test_queued_and_running_jobs_are_active() -> None:
    """These two, and no others."""
    assert {"queued", "running"} == ACTIVE


def test_the_percentage_is_the_briefs() -> None:
    """150 of 230 days are 65.2 percent; the last day alone makes it 100; a job without a plan has none."""
    assert Progress(230, 150).percentage == 65.2
    assert Progress(100_000, 99_999).percentage == 99.9
    assert Progress(3, 3).percentage == 100.0
    assert Progress().percentage == 0.0


def test_an_id_has_the_briefs_form() -> None:
    """bt_YYYYMMDD_HHMMSS_xxxxxx; nothing else is one."""
    assert make_job_id(NOON, "abc123") == "bt_20241202_120000_abc123"
    assert is_job_id("bt_20241202_153045_abc123")
    for text in (
        "",
        "bt_20241202_153045_abc12",
        "../bt_20241202_153045_abc123",
        "bt_20241202_153045_ABC123",
        "bt_20241202_153045_abc123\n",
        "bt_٢0241202_153045_abc123",
        "bt_20241202_153045_abc123/",
    ):
        assert not is_job_id(text)


def test_a_record_is_read_as_it_was_written() -> None:
    """Every field, in every state."""
    job = make_job()
    for each in (
        job,
        job.moved("running", NOON),
        job.moved("failed", NOON, "no space"),
        make_job(owner="command line"),
    ):
        assert decode_job(encode_job(each), "here") == each


@pytest.mark.parametrize(
    "change",
    [
        {"status": "done"},
        {"job_id": "../../etc/passwd"},
        {"owner": "nobody"},
        {"start_date": "soon"},
        {"progress": None},
        {"progress": {"total_days": "many"}},
        {"order": True},
        {"failed_days": [1]},
        {"user_id": 5},
        {"options": []},
    ],
)
def test_a_damaged_record_is_named(change: dict[str, object]) -> None:
    """A record with a wrong field is refused with its place, and so is one that is cut off or no object."""
    document = orjson.loads(encode_job(make_job()))
    for content in (orjson.dumps({**document, **change}), encode_job(make_job())[:-20], b"[]", b"", b"\xff"):
        with pytest.raises(StorageError, match="here: the job record is damaged"):
            decode_job(content, "here")


def test_every_field_and_move_is_documented() -> None:
    """docs/format-jobs.md names each member of a record, and its table of moves is the code's."""
    page = (Path(__file__).parents[2] / "docs" / "format-jobs.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z_]+)`", page))
    document = orjson.loads(encode_job(make_job()))
    assert {*document, *document["progress"], "date", "reason"} - named == set()
    moves = set(re.findall(r"^\| `(\w+)` \| `(\w+)` \|", page, re.MULTILINE))
    assert moves == {(before, after) for before, afters in MOVES.items() for after in afters}
