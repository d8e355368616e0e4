"""Results in memory: for tests, and for runs whose results are only looked at."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from strikebook.errors import StorageError
from strikebook.storage.backtest_storage import Cleared, Later, Size, Stamp
from strikebook.storage.beside import MemoryBeside
from strikebook.storage.layout import RunKey, check_id


@dataclass(slots=True)
class _Run:
    strategy: bytes
    metadata: bytes
    days: dict[date, bytes] = field(default_factory=dict)
    stamps: dict[date | None, int] = field(default_factory=dict)

    def cleared(self) -> Cleared:
        freed = len(self.strategy) + len(self.metadata) + sum(map(len, self.days.values()))
        return Cleared(len(self.days), freed)


class MemoryStorage:
    """A member of BacktestStorage that is gone with its process."""

    def __init__(self, limits: dict[str, bytes] | None = None) -> None:
        self._runs: dict[RunKey, _Run] = {}
        self._limits: dict[str, bytes] = {} if limits is None else limits
        self._moving = threading.RLock()
        self._numbers = itertools.count(1)
        self._beside = MemoryBeside()
        self._trials: dict[RunKey, bytes] = {}
        self._sweeps: MemoryStorage | None = None

    @property
    def place(self) -> str:
        """Where the results are, for a message."""
        return "memory"

    @property
    def shared_between_processes(self) -> bool:
        """False: only this process sees it."""
        return False

    def beside(self) -> MemoryBeside:
        """The door to notes and histories, which outlive results."""
        return self._beside

    def sweeps(self) -> MemoryStorage:
        """The door to sweeps."""
        with self._moving:
            if self._sweeps is None:
                self._sweeps = MemoryStorage(self._limits)
            return self._sweeps

    def trials(self, key: RunKey) -> bytes | None:
        """What is remembered of a strategy's trials."""
        return self._trials.get(key)

    def put_trials(self, key: RunKey, content: bytes) -> None:
        """Replace what is remembered of a strategy's trials."""
        self._trials[key] = content

    def check_writable(self) -> None:
        """Memory can always be written to."""

    def free_bytes(self) -> int | None:
        """None: memory has no limit of ours."""
        return None

    def begin(
        self, key: RunKey, strategy: bytes, metadata: bytes, refuse: Callable[[bytes], None] | None = None
    ) -> Cleared:
        """Start a run: its strategy and metadata replace all earlier results of ``key``, unless ``refuse`` raises."""
        with self._moving:
            earlier = self._runs.get(key)
            if refuse is not None and earlier is not None:
                refuse(earlier.metadata)
            cleared = self.clear(key)
            self._runs[key] = _Run(strategy, metadata, stamps={None: next(self._numbers)})
            return cleared

    def put_day(self, key: RunKey, day: date, content: bytes) -> None:
        """Store a day's compressed document. Raises StorageError where the run was never begun."""
        run = self._begun(key)
        run.days[day] = content
        run.stamps[day] = next(self._numbers)

    def put_metadata(self, key: RunKey, content: bytes) -> None:
        """Replace the run's metadata. Raises StorageError where the run was never begun."""
        run = self._begun(key)
        run.metadata = content
        run.stamps[None] = next(self._numbers)

    def finish(self, key: RunKey, metadata: bytes) -> None:
        """Store the run's last metadata."""
        self.put_metadata(key, metadata)

    def day(self, key: RunKey, day: date) -> bytes | None:
        """The day's compressed document as it was stored; None where there is none."""
        run = self._runs.get(key)
        return None if run is None else run.days.get(day)

    def metadata(self, key: RunKey) -> bytes | None:
        """The run's metadata; None where there is no such run."""
        run = self._runs.get(key)
        return None if run is None else run.metadata

    def strategy(self, key: RunKey) -> bytes | None:
        """The strategy as it was run; None where there is no such run."""
        run = self._runs.get(key)
        return None if run is None else run.strategy

    def days(self, key: RunKey) -> tuple[date, ...]:
        """The days that have a file, by date."""
        run = self._runs.get(key)
        return () if run is None else tuple(sorted(run.days))

    def runs(self, user_id: str) -> tuple[RunKey, ...]:
        """The runs of a user that can be read, by strategy id."""
        check_id(user_id, "user_id")
        return tuple(sorted(key for key in self._runs if key.user_id == user_id))

    def users(self) -> tuple[str, ...]:
        """The users who have results, sorted."""
        return tuple(sorted({key.user_id for key in self._runs}))

    def stamp(self, key: RunKey, day: date | None) -> Stamp | None:
        """What changes whenever a day's document (the metadata, for None) does; None where there is none."""
        run = self._runs.get(key)
        number = None if run is None else run.stamps.get(day)
        return None if number is None else (number,)

    def is_unchanged(self, key: RunKey, day: date | None, stamp: Stamp) -> bool:
        """Whether what had that stamp is still what is there."""
        return self.stamp(key, day) == stamp

    def folders(self, user_id: str | None = None) -> tuple[RunKey, ...]:
        """All runs (of a user), in order."""
        return tuple(sorted(key for key in self._runs if user_id in (None, key.user_id)))

    def clear(
        self,
        key: RunKey,
        only_if: Callable[[bytes | None], bool] | None = None,
        later: Later | None = None,  # noqa: ARG002 — nothing remains to be done
    ) -> Cleared:
        """Remove a run. A run that is not there clears nothing."""
        with self._moving:
            run = self._runs.get(key)
            if run is None or not (only_if is None or only_if(run.metadata)):
                return Cleared(0, 0)
            return self._runs.pop(key).cleared()

    def change_metadata(self, key: RunKey, change: Callable[[bytes], bytes | None]) -> None:
        """Replace the metadata of a run by what ``change`` makes of it (None: leave it)."""
        with self._moving:
            run = self._runs.get(key)
            content = None if run is None else change(run.metadata)
            if content is not None:
                self.put_metadata(key, content)

    def size(self, key: RunKey) -> Size:
        """What a run takes by now; nothing where it is not there."""
        run = self._runs.get(key)
        whole = Cleared(0, 0) if run is None else run.cleared()
        return Size(whole.day_files, whole.freed_bytes)

    def limits(self, user_id: str) -> bytes | None:
        """What an administrator allows a user; None where nothing was said."""
        return self._limits.get(check_id(user_id, "user_id"))

    def change_limits(self, user_id: str, change: Callable[[bytes | None], bytes | None]) -> None:
        """Replace a user's limits by what ``change`` makes of them (None: there are none any more)."""
        with self._moving:
            changed = change(self.limits(user_id))
            self._limits.pop(user_id, None)
            if changed is not None:
                self._limits[user_id] = changed

    def limited_users(self) -> tuple[str, ...]:
        """The users who have limits of their own, sorted."""
        return tuple(sorted(self._limits))

    def sweep(self) -> None:
        """Nothing is left behind in memory."""

    def _begun(self, key: RunKey) -> _Run:
        run = self._runs.get(key)
        if run is None:
            raise StorageError("no run was begun there", where=f"{self.place}: {key}", right="begin it first")
        return run
