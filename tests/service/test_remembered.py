"""Runs leave a record that outlives their results, whatever happens to the process, the disk or the results."""

from __future__ import annotations

import logging
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import orjson
import pytest

from strikebook.backtest_runner import resume_backtest, run_backtest
from strikebook.errors import NotFoundError, StorageError
from strikebook.jobs.job_manager import PROCESS_ENDED
from strikebook.service.remembered import Remembered, note_stored
from strikebook.service.trials import note_trials
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey
from strikebook.storage.memory_storage import MemoryStorage
from strikebook.storage.notes import Notes, checked_notes
from tests.service.made_run import STRATEGY_ID, noon, small_request

KEY = RunKey("user_123", STRATEGY_ID)
LOG = Path(".history") / "user_123" / f"{STRATEGY_ID}.jsonl"


def run(storage: BacktestStorage, stop_after: int | None = None) -> dict[str, Any]:
    """The metadata of a run; with ``stop_after`` it is stopped after so many days."""
    asked = repeat(False) if stop_after is None else chain(repeat(False, stop_after), repeat(True))
    return run_backtest(small_request(storage), lambda _: None, lambda: next(asked), noon)


def remembered(storage: BacktestStorage) -> Remembered:
    return Remembered(storage, noon, lambda _: False)


def runs(storage: BacktestStorage) -> list[dict[str, Any]]:
    """The records of the history, the newest first."""
    return list(remembered(storage).history(KEY)["runs"])


def test_a_run_is_in_the_history_as_it_ended() -> None:
    """With its totals; a second one before it, and a cancelled one too."""
    storage = MemoryStorage()
    first, second = run(storage), run(storage, stop_after=2)
    newest, oldest = runs(storage)
    assert (oldest["job_id"], oldest["status"], newest["status"]) == (first["job_id"], "completed", "cancelled")
    for record, metadata in ((oldest, first), (newest, second)):
        for name in ("options", "strategy_hash", "engine_version", "start_date", "completed_days", "completed_at"):
            assert record[name] == metadata[name], name
        for name in ("total_positions", "total_pnl", "charges", "net_pnl", "win_rate", "max_drawdown"):
            assert record[name] == metadata["overall_summary"][name], name
        assert record["market"] == metadata["market"]["label"]


def test_trials_are_remembered_when_results_are_cleared() -> None:
    """They were lost with the metadata before; now the next run counts them all."""
    storage = MemoryStorage()
    run(storage)
    run(storage)
    storage.clear(KEY)
    third = run(storage)
    assert third["trials"] == [None, None]
    assert third["statistics"]["figures"]["trials"] == 3
    assert [record["trials"] for record in runs(storage)] == [3, 2, 1]


def test_trials_of_results_from_before_there_was_a_history_are_carried_over(tmp_path: Path) -> None:
    """A run whose metadata knew of two earlier ones is the third, and the next one the fourth."""
    storage = FolderStorage(tmp_path)
    run(storage)
    (tmp_path / LOG).unlink()
    metadata = orjson.loads(storage.metadata(KEY) or b"")
    storage.put_metadata(KEY, orjson.dumps({**metadata, "trials": [0.5, None]}))
    assert run(storage)["trials"] == [0.5, None, None]
    storage.clear(KEY)
    assert run(storage)["trials"] == [0.5, None, None, None]


def test_a_resumed_job_is_one_run(tmp_path: Path) -> None:
    """Cancelled, then gone on with to its end: one record, completed, and no trial of its own before it."""
    storage = FolderStorage(tmp_path)
    cancelled = run(storage, stop_after=2)
    request = small_request(storage)
    resumed = resume_backtest(cancelled["job_id"], request.market, storage, 1, lambda _: None, lambda: False, noon)
    assert (resumed["status"], resumed["trials"]) == ("completed", [])
    (record,) = runs(storage)
    assert (record["status"], record["job_id"]) == ("completed", cancelled["job_id"])


def test_a_run_killed_before_its_line_gets_it_later(tmp_path: Path) -> None:
    """At the next look at what is stored, or when the next run begins; once."""
    storage = FolderStorage(tmp_path)
    first = run(storage)
    (tmp_path / LOG).unlink()
    for _ in range(2):
        remembered(storage).note_all_stored()
        assert [record["job_id"] for record in runs(storage)] == [first["job_id"]]
    (tmp_path / LOG).write_bytes((tmp_path / LOG).read_bytes()[:-20])  # the line itself is torn
    assert runs(storage) == []
    second = run(storage)
    assert second["trials"] == [None]
    assert [record["job_id"] for record in runs(storage)] == [second["job_id"], first["job_id"]]


def test_a_run_that_never_ended_has_failed_when_the_next_one_begins() -> None:
    """Its process was killed in the middle; of one that is at work nothing is said."""
    storage = MemoryStorage()
    first = run(storage)
    storage.beside().change_history(KEY, lambda _: None)
    left = {name: value for name, value in first.items() if name != "statistics"}
    storage.put_metadata(KEY, orjson.dumps({**left, "status": "running", "completed_at": None}))
    note_stored(storage, KEY, lambda job_id: job_id == first["job_id"])
    assert runs(storage) == []
    run(storage)
    killed = runs(storage)[1]
    assert (killed["job_id"], killed["status"], killed["error"]) == (first["job_id"], "failed", PROCESS_ENDED)


def test_a_history_that_cannot_be_written_stops_no_run(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged; the line is written once it can be."""
    storage = FolderStorage(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / ".history").symlink_to(elsewhere)
    with caplog.at_level(logging.WARNING, "strikebook.backtests"):
        metadata = run(storage)
    assert metadata["status"] == "completed"
    assert "waits for its line" in caplog.text
    assert list(elsewhere.iterdir()) == []
    (tmp_path / ".history").unlink()
    remembered(storage).note_all_stored()
    assert [record["job_id"] for record in runs(storage)] == [metadata["job_id"]]


def test_a_deleted_history_stays_deleted() -> None:
    """What is stored by then is not noted again, also by the run after it; trials begin anew."""
    storage = MemoryStorage()
    run(storage)
    run(storage)
    told = remembered(storage)
    assert told.forget_history(KEY)["deleted_runs"] == 2
    told.note_all_stored()
    assert runs(storage) == []
    assert run(storage)["trials"] == []
    assert len(runs(storage)) == 1
    assert told.forget_history(RunKey("nobody", "x"))["deleted_runs"] == 0
    assert storage.beside().history(RunKey("nobody", "x")) is None


def test_a_history_is_cut_where_it_is_long() -> None:
    """After a thousand and a hundred lines the oldest go: here with the stored run's; the new one's is one more."""
    storage = MemoryStorage()
    run(storage)
    line = (storage.beside().history(KEY) or b"").replace(b'"kind":"run","job_id":"', b'"kind":"run","job_id":"x%d')
    many = b"".join(line.replace(b"x%d", b"x%d" % number) for number in range(1_100))
    storage.beside().change_history(KEY, lambda _: many)
    last = run(storage)
    lines = (storage.beside().history(KEY) or b"").splitlines()
    assert (len(lines), orjson.loads(lines[-1])["job_id"]) == (1_001, last["job_id"])
    assert len(last["trials"]) == 1_000


def test_notes_leave_results_as_they_are(tmp_path: Path) -> None:
    """Not a byte of them changes; notes survive a new run and a clearing, and go when they are deleted."""
    storage = FolderStorage(tmp_path)
    run(storage)
    folder = tmp_path / "user_123" / STRATEGY_ID
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    told = remembered(storage)
    said = checked_notes({"name": "first", "tags": ["rsi"]})
    assert told.change_notes(KEY, lambda _: said)["changed_at"] == "2024-12-02T15:30:45"
    assert {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()} == before
    run(storage)
    storage.clear(KEY)
    assert told.notes(KEY)["name"] == "first"
    assert told.change_notes(KEY, lambda _: Notes())["name"] is None
    assert told.notes_or_none(KEY) is None
    assert not (tmp_path / ".notes" / "user_123" / f"{STRATEGY_ID}.json").exists()


def test_notes_are_of_what_there_is() -> None:
    """Of a strategy that was never run nothing is said: notes cannot pile up for ids that anyone makes up."""
    with pytest.raises(NotFoundError):
        remembered(MemoryStorage()).change_notes(KEY, lambda _: Notes("name"))
    storage = MemoryStorage()
    run(storage)
    storage.clear(KEY)
    assert remembered(storage).change_notes(KEY, lambda _: Notes("of its history"))["name"] == "of its history"


def test_damaged_notes_hide_nothing_and_are_replaced() -> None:
    """A list of results has none of them; asked for by name they are refused, and what is written next is whole."""
    storage = MemoryStorage()
    run(storage)
    storage.beside().change_notes(KEY, lambda _: b"{")
    told = remembered(storage)
    assert told.notes_or_none(KEY) is None
    with pytest.raises(StorageError):
        told.notes(KEY)
    told.change_notes(KEY, lambda before: Notes("new", before.note))
    assert told.notes(KEY)["name"] == "new"


def test_points_of_sweeps_are_counted_once() -> None:
    """They stand first in a run's metadata, and are in no history: the next run has them from the sweeps alone."""
    storage = MemoryStorage()
    note_trials(storage, KEY, "sweep", noon(), [0.25, None])
    assert (run(storage)["trials"], run(storage)["trials"]) == ([0.25, None], [0.25, None, None])
    storage.beside().change_history(KEY, lambda _: None)  # as by a version that kept none: taken from the metadata
    third = run(storage)
    assert (third["trials"], third["trials_of_sweeps"]) == ([0.25, None, None, None], 2)
    assert remembered(storage).history(KEY)["trials"] == [None, None, third["statistics"]["figures"]["sharpe"]]
