"""One job per user, across processes; a crash releases the lock."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from strikebook.errors import BusyError, StorageError
from strikebook.jobs.user_lock import take_lock

_HOLDER = """
import sys, time
from pathlib import Path
from strikebook.jobs.user_lock import take_lock
lock = take_lock(Path(sys.argv[1]), "user_123", "job 1")
print("held", flush=True)
time.sleep(60)
"""


def hold(path: Path) -> subprocess.Popen[str]:
    """A process that holds the lock."""
    process = subprocess.Popen([sys.executable, "-c", _HOLDER, path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_process_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    """It is refused at once, with the holder, its process and what to do; a killed holder frees the lock."""
    path = tmp_path / ".locks" / "user_123.lock"
    holder = hold(path)
    try:
        with pytest.raises(BusyError, match=rf"Job already running: job 1, process {holder.pid}.*stop it"):
            take_lock(path, "user_123", "job 2")
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
    take_lock(path, "user_123", "job 2").release()
    assert path.exists()


def test_one_process_cannot_take_a_lock_twice(tmp_path: Path) -> None:
    """A second job of the same process is refused like that of another one; releasing twice is harmless."""
    lock = take_lock(tmp_path / "a.lock", "a", "job 1")
    with pytest.raises(BusyError, match="job 1"):
        take_lock(tmp_path / "a.lock", "a", "job 2")
    lock.release()
    second = take_lock(tmp_path / "a.lock", "a", "job 2")
    lock.release()
    with pytest.raises(BusyError, match="job 2"):
        take_lock(tmp_path / "a.lock", "a", "job 3")
    second.release()


def test_users_do_not_wait_for_each_other(tmp_path: Path) -> None:
    """Another user's lock is another file."""
    locks = [take_lock(tmp_path / f"{user}.lock", user, "job") for user in ("a", "b")]
    assert len(locks) == 2
    for lock in locks:
        lock.release()


def test_a_lock_that_cannot_be_made_is_named() -> None:
    """A results folder that cannot be written is a storage error."""
    with pytest.raises(StorageError, match="/proc/x"):
        take_lock(Path("/proc/x/a.lock"), "a", "job")


def test_a_disk_without_locks_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some network disks have none: that is no accident of the server, and nothing stays open."""
    opened: list[int] = []

    def refuse(descriptor: int, _how: int) -> None:
        opened.append(descriptor)
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(StorageError, match="cannot lock: no locks available"):
        take_lock(tmp_path / "user.lock", "user", "job")
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])
