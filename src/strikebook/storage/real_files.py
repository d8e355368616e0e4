"""Files and locks that are what they seem: no symbolic link stands in for one."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from strikebook.atomic_file import make_real_folder, read_regular_file, storage_errors


def read_real_file(path: Path) -> bytes | None:
    """The content of a regular file; None where there is none, or a link in its place or its folder's."""
    content = read_regular_file(path)
    return None if path.parent.is_symlink() else content


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
