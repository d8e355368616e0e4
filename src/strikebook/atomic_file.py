"""The whole ritual of a write: a reader sees the old file or the new one, never half of either, also after a crash.

1. write to a temporary file beside the target   2. fsync it   3. rename it over the target
4. fsync the folder, so that the rename itself survives. A failure removes the temporary file and names the target.

Market data and results are both written by it; what a killed process leaves is a name that starts with a dot.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from strikebook.errors import StorageError

_UNFINISHED = ".tmp"
_RIGHT = {
    errno.ENOSPC: "free space on that disk, or another folder",
    errno.EDQUOT: "free space within the quota, or another folder",
    errno.EFBIG: "a file size limit (ulimit -f) above the size of the file",
    errno.EACCES: "a folder this user may write to",
    errno.EPERM: "a folder this user may write to",
    errno.EROFS: "a folder on a disk that is mounted for writing",
    errno.ENOTDIR: "a folder; a file stands in its way",
    errno.EEXIST: "a folder; a file stands in its way",
    errno.ELOOP: "a real file or folder: symbolic links are not followed",
    errno.ENAMETOOLONG: "a shorter path",
}


def write_file(
    target: Path, content: bytes, *, sync_name: bool = True, first: Callable[[], object] | None = None
) -> None:
    """Put ``content`` at ``target`` by the ritual above, as ``replace_file`` does."""
    replace_file(target, lambda temporary: temporary.write_bytes(content), sync_name=sync_name, first=first)


def replace_file(
    target: Path,
    write: Callable[[Path], object],
    *,
    sync_name: bool = True,
    first: Callable[[], object] | None = None,
) -> None:
    """Put what ``write`` writes to the path it is given at ``target``. Raises StorageError; then the old file is still
    there. The folder must be there. Without ``sync_name`` the name survives a crash only once the folder is synced.
    ``first``: what must be there before the target is, such as a file that is written meanwhile; what it raises is
    raised.
    """
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}{_UNFINISHED}")
    with storage_errors("write", target):
        try:
            write(temporary)
            _sync(temporary, os.O_RDONLY)
            if first is not None:
                first()
            temporary.rename(target)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        if sync_name:
            sync_folder(target.parent)


def read_regular_file(path: Path, offset: int = 0) -> bytes | None:
    """A regular file's bytes from an offset on; None where there is none, or a symbolic link stands in its place."""
    with storage_errors("read", path):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if error.errno == errno.ELOOP:  # a symbolic link
                return None
            raise
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return None
            file.seek(offset)
            return file.read()


def add_lines(target: Path, lines: bytes) -> None:
    """Add whole lines to a log, all or none of them; a line that a crash left half is removed first. Raises OSError.

    A log has one writer at a time. What is added survives the process at once, and a crash of the machine when the
    system has written it: a reader takes the lines that have their end.
    """
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        size = _whole_lines(descriptor)
        try:
            left = memoryview(lines)
            while left:
                left = left[os.write(descriptor, left) :]
        except BaseException:
            os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)


def _whole_lines(descriptor: int) -> int:
    """Cut a log after its last line end, and say how long it is."""
    size = os.fstat(descriptor).st_size
    if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n":
        return size
    content = os.pread(descriptor, size, 0)
    size = content.rfind(b"\n") + 1
    os.ftruncate(descriptor, size)
    return size


def remove_unfinished(folder: Path) -> None:
    """Delete the temporary files that killed processes left in ``folder``. The caller keeps other writers out."""
    for path in folder.glob(f".*{_UNFINISHED}"):
        with contextlib.suppress(OSError):
            path.unlink()


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, where they are not there. Raises StorageError."""
    with storage_errors("write", folder):
        folder.mkdir(parents=True, exist_ok=True)


def make_real_folder(folder: Path) -> None:
    """Make a folder as ``make_folder`` does; a symbolic link in its place is refused (StorageError)."""
    make_folder(folder)
    with storage_errors("write", folder):
        if folder.is_symlink():
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(folder))


def open_lock(path: Path, mode: int = 0o644) -> int:
    """Open the file at ``path``, made where it is not there, to lock it by its descriptor.

    Raises StorageError, also for a symbolic link in its place.
    """
    with storage_errors("lock", path):
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, mode)


@contextlib.contextmanager
def hold_lock(path: Path, mode: int = 0o644) -> Iterator[None]:
    """Hold the lock at ``path``, also against other processes; wait for it. Its folder must be there; a symbolic link
    in its place is refused. Raises StorageError where there can be no lock.
    """
    descriptor = open_lock(path, mode)
    try:
        with storage_errors("lock", path):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` survive a crash."""
    _sync(folder, os.O_RDONLY | os.O_DIRECTORY)


@contextlib.contextmanager
def storage_errors(verb: str, path: Path) -> Iterator[None]:
    """Turn the operating system's refusals into a StorageError: what could not be done, where, what would help."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else str(error)
        raise StorageError(
            f"cannot {verb}: {reason}", where=str(path), right=_RIGHT.get(error.errno or 0, "")
        ) from error


def is_full(error: StorageError) -> bool:
    """True where the disk (or a quota) had no room left."""
    cause = error.__cause__
    return isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
