"""The door to stored results. Its members: folders on disk, and one in memory; one suite holds for both.

Promises of every member:

* Reading never creates anything, and sees a file whole or not at all.
* ``begin`` replaces an earlier run in one move: until it returns, the old results are all there; after it, none.
* Beginning, clearing and changing a run's metadata or a user's limits exclude each other, also between processes.
* Nothing is read, written or removed through a symbolic link: what one stands for is not there, or is refused.
* A write that fails raises StorageError and leaves what was there before.
* What is moved are bytes; ``storage.codec`` says what they mean.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from strikebook.storage.beside import Beside
from strikebook.storage.layout import RunKey

Stamp = tuple[int, ...]
Later = Callable[[Callable[[], None]], object]
"""Takes a piece of work that may be done in a moment: a thread pool's ``submit``."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a clearing removed: day files, and bytes in all."""

    day_files: int
    freed_bytes: int


@dataclass(frozen=True, slots=True)
class Size:
    """What a run takes: day files, and bytes in all."""

    day_files: int
    stored_bytes: int


class BacktestStorage(Protocol):
    """Where results are kept. Members on disk are picklable, so that a worker process stores its own days."""

    @property
    def place(self) -> str:
        """Where the results are, for a message."""

    @property
    def shared_between_processes(self) -> bool:
        """True where another process sees what this one stores."""

    def beside(self) -> Beside:
        """The door to notes and histories, which outlive results."""

    def sweeps(self) -> BacktestStorage:
        """The door to sweeps, beside the runs and laid out as they are: a sweep's id stands where a strategy's would.

        Raises StorageError where something else is in its place.
        """

    def trials(self, key: RunKey) -> bytes | None:
        """What is remembered of a strategy's trials, whatever became of their results; None where there were none."""

    def put_trials(self, key: RunKey, content: bytes) -> None:
        """Replace what is remembered of a strategy's trials."""

    def check_writable(self) -> None:
        """Raise StorageError where a run could not be stored; nothing of it remains."""

    def free_bytes(self) -> int | None:
        """The space that is left for results; None where there is no such limit."""

    def begin(
        self, key: RunKey, strategy: bytes, metadata: bytes, refuse: Callable[[bytes], None] | None = None
    ) -> Cleared:
        """Start a run: its strategy and metadata replace all earlier results of ``key``.

        ``refuse`` gets the metadata of those results while nothing can change it; what it raises leaves them there.
        """

    def put_day(self, key: RunKey, day: date, content: bytes) -> None:
        """Store a day's compressed document. Raises StorageError where the run was never begun."""

    def put_metadata(self, key: RunKey, content: bytes) -> None:
        """Replace the run's metadata. Raises StorageError where the run was never begun."""

    def finish(self, key: RunKey, metadata: bytes) -> None:
        """Store the run's last metadata, also on a disk that has just filled up, and drop what only a run needs."""

    def day(self, key: RunKey, day: date) -> bytes | None:
        """The day's compressed document as it was stored; None where there is none."""

    def metadata(self, key: RunKey) -> bytes | None:
        """The run's metadata; None where there is no such run."""

    def strategy(self, key: RunKey) -> bytes | None:
        """The strategy as it was run; None where there is no such run."""

    def days(self, key: RunKey) -> tuple[date, ...]:
        """The days that have a file, by date."""

    def stamp(self, key: RunKey, day: date | None) -> Stamp | None:
        """What changes whenever a day's document (the metadata, for None) does; None where there is none. Cheap."""

    def runs(self, user_id: str) -> tuple[RunKey, ...]:
        """The runs of a user that can be read, by strategy id."""

    def users(self) -> tuple[str, ...]:
        """The users who have results, sorted."""

    def is_unchanged(self, key: RunKey, day: date | None, stamp: Stamp) -> bool:
        """Whether what had that stamp is still what is there: the cheapest question of all."""

    def folders(self, user_id: str | None = None) -> tuple[RunKey, ...]:
        """Everything that stands where a run's results would (of a user), readable or not, in order."""

    def clear(
        self, key: RunKey, only_if: Callable[[bytes | None], bool] | None = None, later: Later | None = None
    ) -> Cleared:
        """Remove a run, in one move for its readers. A run that is not there clears nothing.

        ``only_if`` is asked with the run's metadata (None where it has none) while no new run can begin. ``later``
        takes what remains to be done once no reader sees the run any more; without it that is done here.
        """

    def change_metadata(self, key: RunKey, change: Callable[[bytes], bytes | None]) -> None:
        """Replace the metadata of a run by what ``change`` makes of it (None: leave it) while no new run can begin."""

    def size(self, key: RunKey) -> Size:
        """What a run takes by now; nothing where it is not there."""

    def limits(self, user_id: str) -> bytes | None:
        """What an administrator allows a user; None where nothing was said."""

    def change_limits(self, user_id: str, change: Callable[[bytes | None], bytes | None]) -> None:
        """Replace a user's limits by what ``change`` makes of them (None: there are none any more)."""

    def limited_users(self) -> tuple[str, ...]:
        """The users who have limits of their own, sorted."""

    def sweep(self) -> None:
        """Remove what killed processes left of results on their way in or out."""
