"""What outlives results: a user's notes on them, and the history of a strategy's runs.

A run is noted by whoever ran it, between its last metadata and the end of its job. Where that could not be written, or
the process was killed before it, ``note_stored`` makes the line from the stored metadata: when the next run begins,
before results are cleared, and at every cleanup, so also when a server starts.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from strikebook.errors import NotFoundError, StorageError
from strikebook.jobs.job_manager import PROCESS_ENDED
from strikebook.service.run_figures import MOST_TRIALS
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_metadata
from strikebook.storage.layout import RunKey, check_id
from strikebook.storage.notes import Notes, encode_notes, read_notes
from strikebook.storage.run_history import (
    ENDED,
    MOST_RUNS,
    History,
    forgotten_before,
    is_long,
    lines_of,
    read_history,
    record_of,
    shortened,
)

Document = dict[str, Any]
IsActive = Callable[[str], bool]
LOG = logging.getLogger("strikebook.backtests")


class Remembered:
    """The use cases over the notes and histories of a server, or of a folder that a command looks at."""

    def __init__(self, storage: BacktestStorage, now: Callable[[], datetime], is_active: IsActive) -> None:
        self._storage = storage
        self._now = now
        self._is_active = is_active

    def notes(self, key: RunKey) -> Document:
        """What a user says of a strategy's results; nothing where nothing was said. Raises StorageError."""
        return _told(key, read_notes(self._storage.beside().notes(key), str(key)))

    def notes_or_none(self, key: RunKey) -> Document | None:
        """The same without the ids, None where nothing was said: damaged notes hide no result."""
        try:
            notes = read_notes(self._storage.beside().notes(key), str(key))
        except StorageError as error:
            LOG.warning("notes could not be read", extra={"where": str(key), "reason": str(error)})
            return None
        return notes.as_document() if notes.said else None

    def change_notes(self, key: RunKey, change: Callable[[Notes], Notes]) -> Document:
        """Say something in place of what was said; to say nothing is to delete it.

        Damaged notes count as none. Raises NotFoundError for a strategy of which the user has no results, no history
        and no notes, so that notes cannot pile up for what is not there.
        """
        done = [Notes()]

        def changed(content: bytes | None) -> bytes | None:
            try:
                before = read_notes(content, str(key))
            except StorageError:
                before = Notes()
            after = change(before)
            if not after.said:
                return None
            if content is None:
                self._refuse_unknown(key)
            done[0] = Notes(after.name, after.note, after.tags, self._now().replace(microsecond=0).isoformat())
            return encode_notes(done[0])

        self._storage.beside().change_notes(key, changed)
        return _told(key, done[0])

    def history(self, key: RunKey, most: int = MOST_RUNS) -> Document:
        """The runs of a strategy that have ended, the newest first, and the Sharpe ratios of all of them in order."""
        found = read_history(self._storage.beside().history(key))
        return {
            "user_id": key.user_id,
            "strategy_id": key.strategy_id,
            "total_runs": len(found.runs),
            "runs": [dict(run) for run in reversed(found.runs)][:most],
            "trials": found.trials()[-MOST_TRIALS:],
            "damaged_lines": found.damaged,
        }

    def histories(self, user_id: str) -> Document:
        """Every strategy of a user of which a run has ended, whether its results are there or gone: its newest run, how
        many there are, the user's own name of it. The newest first; one that cannot be read has its ``problem``.
        """
        check_id(user_id, "user_id")
        told = [self._past(key) for key in self._storage.beside().histories(user_id)]
        found = [each for each in told if each["last"] is not None or each["problem"] is not None]
        return {"user_id": user_id, "strategies": sorted(found, key=_ended_last, reverse=True)}

    def _past(self, key: RunKey) -> Document:
        """What the list of histories says of one."""
        problem, found = None, History()
        try:
            found = read_history(self._storage.beside().history(key))
            problem = None if found.damaged == 0 else f"lines that cannot be read: {found.damaged}"
        except StorageError as error:
            problem = error.what
        notes = self.notes_or_none(key)
        return {
            "strategy_id": key.strategy_id,
            "name": None if notes is None else notes["name"],
            "total_runs": len(found.runs),
            "last": dict(found.runs[-1]) if found.runs else None,
            "has_results": self._storage.stamp(key, None) is not None,
            "problem": problem,
        }

    def forget_history(self, key: RunKey) -> Document:
        """Delete the history of a strategy, and with it its trials; results and notes stay. What is stored by now is
        not noted again.
        """
        gone = [0]
        metadata = _stored(self._storage, key)

        def changed(content: bytes | None) -> bytes | None:
            gone[0] = len(read_history(content).runs)
            return None if content is None and metadata is None else forgotten_before(metadata)

        self._storage.beside().change_history(key, changed)
        return {
            "message": "History deleted",
            "user_id": key.user_id,
            "strategy_id": key.strategy_id,
            "deleted_runs": gone[0],
        }

    def note_stored(self, key: RunKey) -> None:
        """Note the run whose results are stored, where it has ended and that is missing."""
        note_stored(self._storage, key, self._is_active)

    def note_all_stored(self) -> None:
        """The same for all results there are."""
        try:
            for key in self._storage.folders():
                self.note_stored(key)
        except StorageError as error:
            LOG.warning("results could not be looked at", extra={"reason": str(error)})

    def _refuse_unknown(self, key: RunKey) -> None:
        if self._storage.stamp(key, None) is None and not read_history(self._storage.beside().history(key)).lines:
            raise NotFoundError(
                f"no results of {key}, and no history", where=str(key), right="run the strategy, then say something"
            )


def note_run(storage: BacktestStorage, key: RunKey, metadata: Mapping[str, Any]) -> None:
    """Add a run that has ended to its strategy's history, unless it is there.

    What cannot be written stops nothing: that is logged, and tried again from the stored metadata.
    """
    beside = storage.beside()
    long: list[bool] = []

    def additions(lines: bytes) -> bytes:
        history = read_history(lines)
        long.append(is_long(history))
        return lines_of(record_of(metadata), metadata, history)

    try:
        beside.add_to_history(key, additions)
        if long[0]:
            beside.change_history(key, lambda lines: None if lines is None else shortened(read_history(lines)))
    except StorageError as error:
        LOG.warning("a run waits for its line in the history", extra={"where": str(key), "reason": str(error)})


def note_stored(storage: BacktestStorage, key: RunKey, is_active: IsActive) -> None:
    """Note the run whose results are stored, where that is missing. One that has not ended, although nobody is at work
    on it, has failed: its process was killed.
    """
    metadata = _stored(storage, key)
    if metadata is not None and metadata.get("status") not in ENDED:
        if is_active(str(metadata.get("job_id"))):
            return
        metadata = _stored(storage, key)  # it may have ended a moment ago: its metadata is stored before its job ends
        if metadata is not None and metadata.get("status") not in ENDED:
            metadata = {**metadata, "status": "failed", "error": PROCESS_ENDED}
    if metadata is not None:
        note_run(storage, key, metadata)


def known_trials(storage: BacktestStorage, key: RunKey, job_id: str) -> list[float | None]:
    """The Sharpe ratios of a strategy's runs before that job, the oldest first; none of a history that cannot be read.

    The run whose results are replaced is noted first, where it was not.
    """
    note_stored(storage, key, lambda active: active == job_id)
    try:
        return read_history(storage.beside().history(key)).trials(without=job_id)[-MOST_TRIALS:]
    except StorageError as error:
        LOG.warning("the history cannot be read", extra={"where": str(key), "reason": str(error)})
        return []


def _stored(storage: BacktestStorage, key: RunKey) -> Document | None:
    try:
        content = storage.metadata(key)
        return None if content is None else decode_metadata(content)
    except StorageError:
        return None  # damaged: nothing can be said of that run; whoever looks at results reports it


def _ended_last(past: Document) -> str:
    last = past["last"] or {}
    return str(last.get("completed_at") or last.get("created_at") or "")


def _told(key: RunKey, notes: Notes) -> Document:
    return {"user_id": key.user_id, "strategy_id": key.strategy_id, **notes.as_document()}
