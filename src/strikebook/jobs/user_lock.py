"""One job per user, across processes: a lock of the operating system, so that a crash releases it.

The lock is on a file that nobody ever clears. Its text only says who holds it, for the message of those who have
to wait; the lock itself is the kernel's (``flock``), and ends with the process that holds it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from strikebook.atomic_file import make_real_folder, open_lock, storage_errors
from strikebook.errors import BusyError


class UserLock:
    """A lock that is held, until it is released or its process ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Give it up; again is harmless."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def take_lock(path: Path, where: str, holder: str) -> UserLock:
    """Take the lock at ``path``; ``holder`` says who has it, ``where`` is named in the error.

    Raises BusyError, which names the holder, without waiting; StorageError where the file cannot be made.
    """
    make_real_folder(path.parent)
    descriptor = open_lock(path)
    try:
        with storage_errors("lock", path):
            if not _taken(descriptor):
                raise BusyError(
                    f"Job already running: {_holder(descriptor)}",
                    where=where,
                    right="wait for it to end, or stop it; one job per user at a time",
                )
    except BaseException:
        os.close(descriptor)
        raise
    with contextlib.suppress(OSError):  # who holds it is a courtesy: a full disk must not stop the run here
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {holder}".encode(), 0)
    return UserLock(descriptor)


def _taken(descriptor: int) -> bool:
    """Take the lock; False where somebody has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(descriptor: int) -> str:
    pid, _, holder = os.pread(descriptor, 400, 0).decode(errors="replace").partition(" ")
    return f"{holder}, process {pid}" if holder else "another process has just begun one"
