"""Files and locks that are what they seem: no symbolic link stands in for one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from strikebook.atomic_file import hold_lock, make_real_folder, read_regular_file


def read_real_file(path: Path) -> bytes | None:
    """The content of a regular file; None where there is none, or a link in its place or its folder's."""
    content = read_regular_file(path)
    return None if path.parent.is_symlink() else content


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock at ``path``, also against other processes; wait for it. Its folder and that one's are made."""
    make_real_folder(path.parent.parent)
    make_real_folder(path.parent)
    with hold_lock(path):
        yield
