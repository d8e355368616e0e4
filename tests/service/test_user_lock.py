"""One run per user, across processes; a crash releases the lock."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from strikebook.errors import BusyError, StorageError
from strikebook.jobs.user_lock import user_lock

_HOLDER = """
import sys, time
from pathlib import Path
from strikebook.jobs.user_lock import user_lock
with user_lock(Path(sys.argv[1]), "user_123", "strategy-1"):
    print("held", flush=True)
    time.sleep(60)
"""


def hold(path: Path) -> subprocess.Popen[str]:
    """A process that holds the lock."""
    process = subprocess.Popen([sys.executable, "-c", _HOLDER, path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    """It is refused at once, with the strategy, the process and what to do; a killed holder frees the lock."""
    path = tmp_path / ".locks" / "user_123.lock"
    holder = hold(path)
    try:
        with (
            pytest.raises(BusyError, match=rf"Job already running: strategy strategy-1, process {holder.pid}.*stop it"),
            user_lock(path, "user_123", "strategy-2"),
        ):
            pass
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.communicate()
    with user_lock(path, "user_123", "strategy-2"):
        assert path.exists()


def test_users_do_not_wait_for_each_other(tmp_path: Path) -> None:
    """Another user's lock is another file."""
    with user_lock(tmp_path / "a.lock", "a", "s"), user_lock(tmp_path / "b.lock", "b", "s"):
        pass


def test_the_lock_is_free_after_the_run(tmp_path: Path) -> None:
    """One run after the other takes the same lock, also when the first ended in an error."""
    with pytest.raises(ZeroDivisionError), user_lock(tmp_path / "a.lock", "a", "s"):
        raise ZeroDivisionError
    with user_lock(tmp_path / "a.lock", "a", "s"):
        pass


def test_a_lock_that_cannot_be_made_is_named() -> None:
    """A results folder that cannot be written is a storage error."""
    with pytest.raises(StorageError, match="/proc/x"), user_lock(Path("/proc/x/a.lock"), "a", "s"):
        pass
