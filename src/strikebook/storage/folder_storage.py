"""Results as folders of files, laid out as ``storage.layout`` says, every write by ``atomic_file``."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from strikebook.atomic_file import is_full, storage_errors, sync_folder, write_file
from strikebook.errors import StorageError
from strikebook.storage.backtest_storage import Cleared
from strikebook.storage.layout import (
    METADATA_NAME,
    RESERVE_NAME,
    STRATEGY_NAME,
    RunKey,
    check_id,
    day_file_name,
    day_of_file,
    is_id,
    lock_path,
    run_folder,
)

_RESERVE_BYTES = 64 * 1024
_ON_ITS_WAY_IN = ".begin-"
_ON_ITS_WAY_OUT = ".clear-"


@dataclass(frozen=True, slots=True)
class FolderStorage:
    """A member of BacktestStorage: ``root`` holds a folder per user with a folder per strategy."""

    root: Path

    @property
    def place(self) -> str:
        """Where the results are, for a message."""
        return str(self.root)

    @property
    def shared_between_processes(self) -> bool:
        """True: the files are there for everyone."""
        return True

    def lock_path(self, user_id: str) -> Path:
        """The file whose lock keeps a user's runs apart."""
        return lock_path(self.root, user_id)

    def check_writable(self) -> None:
        """Raise StorageError where a file could not be written to the root, or to the first folder above it that
        exists; nothing remains.
        """
        folder = self.root
        while not os.path.lexists(folder) and folder.parent != folder:
            folder = folder.parent
        with storage_errors("write results", self.root):
            probe = folder / f".probe-{secrets.token_hex(6)}"
            try:
                probe.write_bytes(b"")
            finally:
                with contextlib.suppress(OSError):
                    probe.unlink(missing_ok=True)

    def begin(self, key: RunKey, strategy: bytes, metadata: bytes) -> Cleared:
        """Start a run: build its folder aside, move the old one out of the way, move the new one in.

        A little space is reserved in it, so that a disk that fills up can still be told about (``finish``).
        """
        folder = run_folder(self.root, key)
        with storage_errors("create", folder.parent):
            folder.parent.mkdir(parents=True, exist_ok=True)
            sync_folder(self.root)
            self._sweep(key)
            coming = folder.parent / f"{_ON_ITS_WAY_IN}{key.strategy_id}"
            try:
                coming.mkdir()
                write_file(coming / STRATEGY_NAME, strategy)
                write_file(coming / METADATA_NAME, metadata)
                write_file(coming / RESERVE_NAME, os.urandom(max(_RESERVE_BYTES, 2 * len(metadata))))
                gone = self._move_away(key)
                coming.rename(folder)
            except BaseException:
                shutil.rmtree(coming, ignore_errors=True)
                raise
            sync_folder(folder.parent)
            return _deleted(gone)

    def put_day(self, key: RunKey, day: date, content: bytes) -> None:
        """Store a day's compressed document. Raises StorageError where the run was never begun."""
        write_file(run_folder(self.root, key) / day_file_name(day), content)

    def put_metadata(self, key: RunKey, content: bytes) -> None:
        """Replace the run's metadata. Raises StorageError where the run was never begun."""
        write_file(run_folder(self.root, key) / METADATA_NAME, content)

    def finish(self, key: RunKey, metadata: bytes) -> None:
        """Store the run's last metadata; on a full disk, in the space that ``begin`` reserved for it."""
        folder = run_folder(self.root, key)
        try:
            self.put_metadata(key, metadata)
        except StorageError as error:
            if not is_full(error):
                raise
            (folder / RESERVE_NAME).unlink(missing_ok=True)
            self.put_metadata(key, metadata)
        for name in _names(folder):
            if name.startswith("."):  # the reserve, and what a killed worker was writing
                (folder / name).unlink(missing_ok=True)

    def day(self, key: RunKey, day: date) -> bytes | None:
        """The day's compressed document as it was stored; None where there is none."""
        return _read(run_folder(self.root, key) / day_file_name(day))

    def metadata(self, key: RunKey) -> bytes | None:
        """The run's metadata; None where there is no such run."""
        return _read(run_folder(self.root, key) / METADATA_NAME)

    def strategy(self, key: RunKey) -> bytes | None:
        """The strategy as it was run; None where there is no such run."""
        return _read(run_folder(self.root, key) / STRATEGY_NAME)

    def days(self, key: RunKey) -> tuple[date, ...]:
        """The days that have a file, by date."""
        days = (day_of_file(name) for name in _names(run_folder(self.root, key)))
        return tuple(sorted(day for day in days if day is not None))

    def runs(self, user_id: str) -> tuple[RunKey, ...]:
        """The runs of a user that can be read, by strategy id."""
        folder = self.root / check_id(user_id, "user_id")
        names = sorted(name for name in _names(folder) if is_id(name))
        return tuple(RunKey(user_id, name) for name in names if (folder / name / METADATA_NAME).is_file())

    def users(self) -> tuple[str, ...]:
        """The users who have results, sorted."""
        return tuple(name for name in sorted(_names(self.root)) if is_id(name) and self.runs(name))

    def clear(self, key: RunKey) -> Cleared:
        """Remove a run: rename it out of its readers' sight, then delete it. Not there: nothing is cleared."""
        folder = run_folder(self.root, key)
        with storage_errors("clear", folder):
            gone = self._move_away(key)
            if gone is not None:
                sync_folder(folder.parent)
            return _deleted(gone)

    def _move_away(self, key: RunKey) -> Path | None:
        folder = run_folder(self.root, key)
        if folder.exists() and not folder.is_dir():  # not ours: it is neither replaced nor deleted
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        gone = folder.parent / f"{_ON_ITS_WAY_OUT}{key.strategy_id}-{secrets.token_hex(6)}"
        try:
            return folder.rename(gone)
        except FileNotFoundError:
            return None

    def _sweep(self, key: RunKey) -> None:
        """Delete what an earlier process of this run left on its way in or out when it was killed."""
        user_folder = self.root / key.user_id
        shutil.rmtree(user_folder / f"{_ON_ITS_WAY_IN}{key.strategy_id}", ignore_errors=True)
        mark = f"{_ON_ITS_WAY_OUT}{key.strategy_id}-"
        for name in _names(user_folder):
            if name.startswith(mark):
                shutil.rmtree(user_folder / name, ignore_errors=True)


def _read(path: Path) -> bytes | None:
    with storage_errors("read", path):
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None


def _names(folder: Path) -> list[str]:
    with storage_errors("read", folder):
        try:
            return os.listdir(folder)  # noqa: PTH208 — names are all that is wanted, 230 Paths cost a millisecond
        except (FileNotFoundError, NotADirectoryError):
            return []


def _deleted(folder: Path | None) -> Cleared:
    """Delete a run's folder that no reader sees any more, and count what was in it.

    A file that cannot be deleted stays, out of sight: the new run is in place already, and the next one tries again.
    """
    if folder is None:
        return Cleared(0, 0)
    if folder.is_symlink():
        folder.unlink()  # what it points to is not ours
        return Cleared(0, 0)
    days = freed = 0
    with contextlib.suppress(OSError):
        for entry in os.scandir(folder):
            days += day_of_file(entry.name) is not None
            if not entry.name.startswith("."):
                freed += entry.stat(follow_symlinks=False).st_size
    shutil.rmtree(folder, ignore_errors=True)
    return Cleared(days, freed)
