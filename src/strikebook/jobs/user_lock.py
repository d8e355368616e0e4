"""One run per user, across processes: a lock of the operating system, so that a crash releases it.

The lock is on a file that nobody ever clears. Its text only says who holds it, for the message of those who have
to wait; the lock itself is the kernel's (``flock``), and ends with the process that holds it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from strikebook.atomic_file import storage_errors
from strikebook.errors import BusyError


@contextlib.contextmanager
def user_lock(path: Path, user_id: str, strategy_id: str) -> Iterator[None]:
    """Hold the lock at ``path`` for a run of ``user_id``.

    Raises BusyError, which names the run that has it, without waiting; StorageError where the file cannot be made.
    """
    with storage_errors("lock", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                f"Job already running: {_holder(descriptor)}",
                where=user_id,
                right="wait for it to end, or stop it (Ctrl-C there, or kill that process); one run per user at a time",
            ) from None
        with contextlib.suppress(OSError):  # who holds it is a courtesy: a full disk must not stop the run here
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()} {strategy_id}".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> str:
    pid, _, strategy_id = os.pread(descriptor, 400, 0).decode(errors="replace").partition(" ")
    return f"strategy {strategy_id}, process {pid}" if strategy_id else "another process has just begun one"
