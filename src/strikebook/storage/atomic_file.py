"""The whole ritual of a write: a reader sees the old file or the new one, never half of either, also after a crash.

1. write to a temporary file beside the target   2. flush and fsync it   3. rename it over the target
4. fsync the folder, so that the rename itself survives. A failure removes the temporary file and names the target.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from strikebook.errors import StorageError

_RIGHT = {
    errno.ENOSPC: "free space on that disk, or choose another --results folder",
    errno.EDQUOT: "free space within the quota, or choose another --results folder",
    errno.EFBIG: "a file size limit (ulimit -f) above the size of a day file",
    errno.EACCES: "a folder this user may write to",
    errno.EPERM: "a folder this user may write to",
    errno.EROFS: "a folder on a disk that is mounted for writing",
    errno.ENOTDIR: "a folder; a file stands in its way",
    errno.EEXIST: "a folder; a file stands in its way",
    errno.ENAMETOOLONG: "a shorter path",
}


def write_file(target: Path, content: bytes) -> None:
    """Put ``content`` at ``target`` by the ritual above. Raises StorageError; then the old file is still there."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    with storage_errors("write", target):
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.rename(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` survive a crash."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
