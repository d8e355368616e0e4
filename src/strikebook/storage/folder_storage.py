"""Results as folders of files, laid out as ``storage.layout`` says, every write by ``atomic_file``."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from strikebook.atomic_file import (
    is_full,
    make_real_folder,
    storage_errors,
    sync_folder,
    write_file,
)
from strikebook.errors import StorageError
from strikebook.storage.backtest_storage import Cleared, Later, Size, Stamp
from strikebook.storage.beside import FolderBeside
from strikebook.storage.layout import (
    METADATA_NAME,
    RESERVE_NAME,
    STRATEGY_NAME,
    SWEEPS_NAME,
    RunKey,
    check_id,
    day_file_name,
    day_of_file,
    is_id,
    limits_path,
    moves_lock_path,
    run_folder,
    trials_path,
)
from strikebook.storage.real_files import locked, read_real_file

_RESERVE_BYTES = 64 * 1024
_LAST_TO_FIRST = 3
"""How much longer a run's last metadata may be than its first: with every day told and a few warnings, 2.4 times."""
_ON_ITS_WAY_IN = ".begin-"
_ON_ITS_WAY_OUT = ".clear-"


@dataclass(frozen=True, slots=True)
class FolderStorage:
    """A member of BacktestStorage: ``root`` holds a folder per user with a folder per strategy.

    ``limits_root``: where the limits of users are, if not there.
    """

    root: Path
    limits_root: Path | None = None

    @property
    def place(self) -> str:
        """Where the results are, for a message."""
        return str(self.root)

    @property
    def shared_between_processes(self) -> bool:
        """True: the files are there for everyone."""
        return True

    def beside(self) -> FolderBeside:
        """The door to notes and histories, which outlive results."""
        return FolderBeside(self.root)

    def sweeps(self) -> FolderStorage:
        """The door to sweeps. Raises StorageError where a symbolic link stands in its place."""
        folder = self.root / SWEEPS_NAME
        with storage_errors("look at", folder):
            _refuse_link(folder)
        return FolderStorage(folder, self.root)

    def trials(self, key: RunKey) -> bytes | None:
        """What is remembered of a strategy's trials; None where there were none."""
        path = trials_path(self.root, key)
        content = read_real_file(path)
        return None if _is_linked(path.parent) else content

    def put_trials(self, key: RunKey, content: bytes) -> None:
        """Replace what is remembered of a strategy's trials."""
        path = trials_path(self.root, key)
        make_real_folder(path.parent.parent)
        make_real_folder(path.parent)
        write_file(path, content)

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

    def free_bytes(self) -> int | None:
        """The space that is left on the disk of the root, or of the first folder above it that exists."""
        folder = self.root
        while not folder.exists() and folder.parent != folder:
            folder = folder.parent
        with storage_errors("look at", folder):
            return shutil.disk_usage(folder).free

    def begin(
        self, key: RunKey, strategy: bytes, metadata: bytes, refuse: Callable[[bytes], None] | None = None
    ) -> Cleared:
        """Start a run: build its folder aside, move the old one out of the way, move the new one in.

        A little space is reserved in it, so that a disk that fills up can still be told about (``finish``).
        """
        folder = run_folder(self.root, key)
        with storage_errors("create", folder.parent):
            folder.parent.mkdir(parents=True, exist_ok=True)
            _refuse_link(folder.parent)
            sync_folder(self.root)
        with self._moving(key.user_id), storage_errors("create", folder.parent):
            earlier = None if refuse is None else self.metadata(key)
            if refuse is not None and earlier is not None:
                refuse(earlier)
            coming = folder.parent / f"{_ON_ITS_WAY_IN}{key.strategy_id}"
            mark = f"{_ON_ITS_WAY_OUT}{key.strategy_id}-"
            for name in _names(folder.parent):  # what a killed process of this run left
                if name == coming.name or name.startswith(mark):
                    shutil.rmtree(folder.parent / name, ignore_errors=True)
            try:
                coming.mkdir()
                write_file(coming / STRATEGY_NAME, strategy)
                write_file(coming / METADATA_NAME, metadata)
                write_file(coming / RESERVE_NAME, os.urandom(max(_RESERVE_BYTES, _LAST_TO_FIRST * len(metadata))))
                gone = self._move_away(key)
                coming.rename(folder)
            except BaseException:
                shutil.rmtree(coming, ignore_errors=True)
                raise
            sync_folder(folder.parent)
            if gone is None:
                return Cleared(0, 0)
            cleared = _content(gone)
            _delete(gone)
            return cleared

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
        return self._read(key, day_file_name(day))

    def metadata(self, key: RunKey) -> bytes | None:
        """The run's metadata; None where there is no such run."""
        return self._read(key, METADATA_NAME)

    def strategy(self, key: RunKey) -> bytes | None:
        """The strategy as it was run; None where there is no such run."""
        return self._read(key, STRATEGY_NAME)

    def stamp(self, key: RunKey, day: date | None) -> Stamp | None:
        """Inode, time of change and size of a day's file (of the metadata, for None); None where there is none."""
        folder = run_folder(self.root, key)
        name = METADATA_NAME if day is None else day_file_name(day)
        with storage_errors("look at", folder):
            try:
                found = (folder / name).lstat()
            except (FileNotFoundError, NotADirectoryError):
                return None
        if not stat.S_ISREG(found.st_mode) or _is_linked(folder):
            return None
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def days(self, key: RunKey) -> tuple[date, ...]:
        """The days that have a file, by date."""
        folder = run_folder(self.root, key)
        days = (day_of_file(name) for name in ([] if _is_linked(folder) else _names(folder)))
        return tuple(sorted(day for day in days if day is not None))

    def runs(self, user_id: str) -> tuple[RunKey, ...]:
        """The runs of a user that can be read, by strategy id."""
        keys = self._keys(check_id(user_id, "user_id"))
        return tuple(key for key in keys if (run_folder(self.root, key) / METADATA_NAME).is_file())

    def users(self) -> tuple[str, ...]:
        """The users who have results, sorted."""
        return tuple(name for name in sorted(_names(self.root)) if is_id(name) and self.runs(name))

    def is_unchanged(self, key: RunKey, day: date | None, stamp: Stamp) -> bool:
        """Whether what had that stamp is still what is there: one look at the file, which no link can pass for."""
        name = METADATA_NAME if day is None else day_file_name(day)
        try:
            found = os.lstat(f"{self.root}/{key.user_id}/{key.strategy_id}/{name}")
        except OSError:
            return False
        return (found.st_ino, found.st_mtime_ns, found.st_size) == stamp

    def folders(self, user_id: str | None = None) -> tuple[RunKey, ...]:
        """Every folder where a run's results would be (of a user), readable or not, in order."""
        if user_id is not None:
            return tuple(self._keys(check_id(user_id, "user_id")))
        return tuple(key for user in sorted(_names(self.root)) if is_id(user) for key in self._keys(user))

    def clear(
        self, key: RunKey, only_if: Callable[[bytes | None], bool] | None = None, later: Later | None = None
    ) -> Cleared:
        """Remove a run: rename it out of its readers' sight, then delete it. Not there: nothing is cleared.

        Deleting takes most of the time, a file system writes for each file; ``later`` may do it.
        """
        folder = run_folder(self.root, key)
        if not os.path.lexists(folder) or _is_linked(folder.parent):
            return Cleared(0, 0)
        with self._moving(key.user_id), storage_errors("clear", folder):
            if only_if is not None and not only_if(self.metadata(key)):
                return Cleared(0, 0)
            gone = self._move_away(key)
            if gone is None:
                return Cleared(0, 0)
            sync_folder(folder.parent)
            cleared = _content(gone)  # under the lock: a sweep deletes what it finds
        if later is None:
            _delete(gone)
        else:
            later(lambda: _delete(gone))
        return cleared

    def change_metadata(self, key: RunKey, change: Callable[[bytes], bytes | None]) -> None:
        """Replace the metadata of a run by what ``change`` makes of it (None: leave it)."""
        if self.stamp(key, None) is None:
            return
        with self._moving(key.user_id):
            content = self.metadata(key)
            changed = None if content is None else change(content)
            if changed is not None:
                self.put_metadata(key, changed)

    def size(self, key: RunKey) -> Size:
        """What a run takes by now; nothing where it is not there."""
        folder = run_folder(self.root, key)
        found = Cleared(0, 0) if _is_linked(folder) else _content(folder)
        return Size(found.day_files, found.freed_bytes)

    def limits(self, user_id: str) -> bytes | None:
        """What an administrator allows a user; None where nothing was said."""
        return read_real_file(limits_path(self.limits_root or self.root, user_id))

    def change_limits(self, user_id: str, change: Callable[[bytes | None], bytes | None]) -> None:
        """Replace a user's limits by what ``change`` makes of them (None: there are none any more)."""
        path = limits_path(self.root, user_id)
        with self._moving(user_id):
            changed = change(self.limits(user_id))
            make_real_folder(path.parent)
            if changed is not None:
                write_file(path, changed)
                return
            with storage_errors("remove", path):
                path.unlink(missing_ok=True)
                sync_folder(path.parent)

    def limited_users(self) -> tuple[str, ...]:
        """The users who have limits of their own, sorted."""
        folder = self.root / ".limits"
        names = [] if folder.is_symlink() else _names(folder)
        users = (name.removesuffix(".json") for name in names if name.endswith(".json"))
        return tuple(sorted(filter(is_id, users)))

    def sweep(self) -> None:
        """Delete what killed processes left of results on their way in or out."""
        for user in filter(is_id, _names(self.root)):
            folder = self.root / user
            if not folder.is_symlink() and any(map(_is_on_its_way, _names(folder))):
                with self._moving(user):
                    for name in filter(_is_on_its_way, _names(folder)):
                        shutil.rmtree(folder / name, ignore_errors=True)

    @contextlib.contextmanager
    def _moving(self, user_id: str) -> Iterator[None]:
        """Hold the lock under which results of a user are replaced, cleared or changed; it is held for moments."""
        with locked(moves_lock_path(self.root, user_id)):
            yield

    def _keys(self, user_id: str) -> list[RunKey]:
        folder = self.root / user_id
        names = [] if folder.is_symlink() else sorted(name for name in _names(folder) if is_id(name))
        return [
            RunKey(user_id, name) for name in names if not (folder / name).is_symlink() and (folder / name).is_dir()
        ]

    def _read(self, key: RunKey, name: str) -> bytes | None:
        folder = run_folder(self.root, key)
        content = read_real_file(folder / name)
        return None if _is_linked(folder) else content

    def _move_away(self, key: RunKey) -> Path | None:
        folder = run_folder(self.root, key)
        if folder.exists() and not folder.is_dir():  # not ours: it is neither replaced nor deleted
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        gone = folder.parent / f"{_ON_ITS_WAY_OUT}{key.strategy_id}-{secrets.token_hex(6)}"
        try:
            return folder.rename(gone)
        except FileNotFoundError:
            return None


def _is_on_its_way(name: str) -> bool:
    return name.startswith((_ON_ITS_WAY_IN, _ON_ITS_WAY_OUT))


def _is_linked(folder: Path) -> bool:
    """Whether a run's folder, or its user's, is a symbolic link: what that stands for is not ours."""
    return folder.is_symlink() or folder.parent.is_symlink()


def _refuse_link(folder: Path) -> None:
    if folder.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(folder))


def _names(folder: Path) -> list[str]:
    with storage_errors("read", folder):
        try:
            return os.listdir(folder)  # noqa: PTH208 — names are all that is wanted, 230 Paths cost a millisecond
        except (FileNotFoundError, NotADirectoryError):
            return []


def _content(folder: Path) -> Cleared:
    """What is in a run's folder: its day files, and bytes in all."""
    if folder.is_symlink():
        return Cleared(0, 0)  # what it points to is not ours
    days = size = 0
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for each in found:
            days += day_of_file(each.name) is not None
            size += 0 if each.name.startswith(".") else each.stat(follow_symlinks=False).st_size
    return Cleared(days, size)


def _delete(folder: Path) -> None:
    """Delete a run's folder that no reader sees any more.

    A file that cannot be deleted stays, out of sight: the next run, or the next cleanup, tries again.
    """
    if folder.is_symlink():
        folder.unlink(missing_ok=True)
    else:
        shutil.rmtree(folder, ignore_errors=True)
