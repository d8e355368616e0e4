"""Files and locks that are what they seem: no symbolic link stands in for one."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from strikebook.atomic_file import make_real_folder, storage_errors


def read_real_file(path: Path) -> bytes | None:
    """The content of a regular file; None where there is none, or a link in its place or its folder's."""
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
            if not stat.S_ISREG(os.fstat(descriptor).st_mode) or path.parent.is_symlink():
                return None
            return file.read()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock at ``path``, also against other processes; wait for it. Its folder and that one's are made."""
    make_real_folder(path.parent.parent)
    make_real_folder(path.parent)
    with storage_errors("lock", path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        with storage_errors("lock", path):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
