"""What is kept beside results, of a user's strategy: notes, and the history of its runs. No run, clearing or expiry
touches it.

    {root}/.notes/{user_id}/{strategy_id}.json      a name, a note and tags; replaced whole
    {root}/.history/{user_id}/{strategy_id}.jsonl   a line of JSON for each run that has ended; added to, cut when long
    {root}/.locks/beside/{user_id}.lock             held for the moment of a change

Promises of both members, on disk and in memory: changes exclude each other, also between processes; a reader sees
whole lines; what fails raises StorageError and leaves what was there; no link is followed.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from strikebook.atomic_file import add_lines, make_real_folder, storage_errors, sync_folder, write_file
from strikebook.storage.layout import RunKey, is_id
from strikebook.storage.real_files import locked, read_real_file

Change = Callable[[bytes | None], bytes | None]
Additions = Callable[[bytes], bytes]
_NOTES = ".notes"
_HISTORY = ".history"
_LINES = ".jsonl"


class Beside(Protocol):
    """The door to it. What is moved are bytes; ``storage.notes`` and ``storage.run_history`` say what they mean."""

    def notes(self, key: RunKey) -> bytes | None:
        """The notes of a strategy; None where there are none."""

    def change_notes(self, key: RunKey, change: Change) -> None:
        """Replace the notes by what ``change`` makes of them (None: there are none any more)."""

    def history(self, key: RunKey) -> bytes | None:
        """The whole lines of a strategy's history; None where it has none."""

    def histories(self, user_id: str) -> tuple[RunKey, ...]:
        """The strategies of a user that have a history, by id; also those whose results are gone."""

    def add_to_history(self, key: RunKey, additions: Additions) -> None:
        """Add the lines that ``additions`` makes of those that are there, all or none of them."""

    def change_history(self, key: RunKey, change: Change) -> None:
        """Replace the history by what ``change`` makes of it (None: there is none any more)."""


@dataclass(frozen=True, slots=True)
class FolderBeside:
    """A member on disk: ``root`` is that of the results."""

    root: Path

    def notes(self, key: RunKey) -> bytes | None:
        """The notes of a strategy; None where there are none."""
        return self._read(self._notes_path(key))

    def change_notes(self, key: RunKey, change: Change) -> None:
        """Replace the notes by what ``change`` makes of them (None: there are none any more)."""
        with locked(self._lock_path(key)):
            self._replace(self._notes_path(key), change(self.notes(key)))

    def history(self, key: RunKey) -> bytes | None:
        """The whole lines of a strategy's history; what a crash left half of a line is not told."""
        content = self._read(self._history_path(key))
        return None if content is None else content[: content.rfind(b"\n") + 1]

    def histories(self, user_id: str) -> tuple[RunKey, ...]:
        """The strategies of a user that have a history, by id: regular files alone, and no link in their way."""
        folder = self.root / _HISTORY / user_id
        if folder.parent.is_symlink() or folder.is_symlink():
            return ()
        with storage_errors("read", folder):
            try:
                with os.scandir(folder) as found:
                    names = [each.name for each in found if each.is_file(follow_symlinks=False)]
            except (FileNotFoundError, NotADirectoryError):
                return ()
        ids = (name.removesuffix(_LINES) for name in names if name.endswith(_LINES))
        return tuple(RunKey(user_id, strategy_id) for strategy_id in sorted(filter(is_id, ids)))

    def add_to_history(self, key: RunKey, additions: Additions) -> None:
        """Add the lines that ``additions`` makes of those that are there, all or none of them."""
        with locked(self._lock_path(key)):
            lines = additions(self.history(key) or b"")
            if lines:
                path = self._history_path(key)
                _make_folder_of(path)
                with storage_errors("write", path):
                    add_lines(path, lines)

    def change_history(self, key: RunKey, change: Change) -> None:
        """Replace the history by what ``change`` makes of it (None: there is none any more)."""
        with locked(self._lock_path(key)):
            self._replace(self._history_path(key), change(self.history(key)))

    def _replace(self, path: Path, content: bytes | None) -> None:
        if content is not None:
            _make_folder_of(path)
            write_file(path, content)
        elif self._read(path) is not None:
            with storage_errors("remove", path):
                path.unlink(missing_ok=True)
                sync_folder(path.parent)

    def _read(self, path: Path) -> bytes | None:
        return None if path.parent.parent.is_symlink() else read_real_file(path)

    def _notes_path(self, key: RunKey) -> Path:
        return self.root / _NOTES / key.user_id / f"{key.strategy_id}.json"

    def _history_path(self, key: RunKey) -> Path:
        return self.root / _HISTORY / key.user_id / f"{key.strategy_id}{_LINES}"

    def _lock_path(self, key: RunKey) -> Path:
        return self.root / ".locks" / "beside" / f"{key.user_id}.lock"


@dataclass(slots=True)
class MemoryBeside:
    """A member that is gone with its process."""

    _notes: dict[RunKey, bytes] = field(default_factory=dict)
    _histories: dict[RunKey, bytes] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def notes(self, key: RunKey) -> bytes | None:
        """The notes of a strategy; None where there are none."""
        return self._notes.get(key)

    def change_notes(self, key: RunKey, change: Change) -> None:
        """Replace the notes by what ``change`` makes of them (None: there are none any more)."""
        with self._lock:
            _put(self._notes, key, change(self._notes.get(key)))

    def history(self, key: RunKey) -> bytes | None:
        """The lines of a strategy's history; None where it has none."""
        return self._histories.get(key)

    def histories(self, user_id: str) -> tuple[RunKey, ...]:
        """The strategies of a user that have a history, by id."""
        with self._lock:
            keys = [key for key in self._histories if key.user_id == user_id]
        return tuple(sorted(keys, key=lambda key: key.strategy_id))

    def add_to_history(self, key: RunKey, additions: Additions) -> None:
        """Add the lines that ``additions`` makes of those that are there."""
        with self._lock:
            there = self._histories.get(key, b"")
            lines = additions(there)
            if lines:
                self._histories[key] = there + lines

    def change_history(self, key: RunKey, change: Change) -> None:
        """Replace the history by what ``change`` makes of it (None: there is none any more)."""
        with self._lock:
            _put(self._histories, key, change(self._histories.get(key)))


def _put(kept: dict[RunKey, bytes], key: RunKey, content: bytes | None) -> None:
    kept.pop(key, None)
    if content is not None:
        kept[key] = content


def _make_folder_of(path: Path) -> None:
    make_real_folder(path.parent.parent)
    make_real_folder(path.parent)
