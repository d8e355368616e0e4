"""The bytes that a user's results may take, and results that nothing may replace: what a run is refused or stopped by.

A run counts its own days as they come in; what the user's other results take is looked at when it begins, and once more
before it is stopped, for they may have expired meanwhile.
"""

from __future__ import annotations

from contextlib import suppress

from strikebook.errors import BusyError, NoSpaceError, StorageError
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_metadata
from strikebook.storage.keeping import Keeping, is_pinned, keeping_of, said_hours
from strikebook.storage.layout import RunKey


class Space:
    """What is left of a user's quota to a run or a sweep.

    ``own_bytes``: what is stored of it, but for its metadata. Days count as they come in: one whose file is there and
    that has not come in yet would count twice.
    """

    def __init__(
        self, storage: BacktestStorage, key: RunKey, server: Keeping, own_bytes: int, *, swept: bool = False
    ) -> None:
        self._storage = storage
        self._key = key
        self._server = server
        self._own = storage.sweeps() if swept else storage
        self._bytes = own_bytes
        self._metadata_bytes = len(self._own.metadata(key) or b"")
        self._swept = swept
        self._quota = keeping_of(storage, server, key.user_id).quota_bytes
        self._others = 0 if self._quota is None else self._used_by_others()

    def put_metadata(self, content: bytes) -> None:
        """Store its metadata, which counts from then on as it is. Raises StorageError."""
        self._own.put_metadata(self._key, content)
        self._metadata_bytes = len(content)

    def refused(self, more: int) -> NoSpaceError | None:
        """Count a day of so many bytes; the error that ends the run, where it takes more than there is."""
        self._bytes += more
        if self._quota is None or self._used() <= self._quota:
            return None
        self._quota = keeping_of(self._storage, self._server, self._key.user_id).quota_bytes
        self._others = self._used_by_others()
        used = self._used()
        return None if self._quota is None or used <= self._quota else _full(self._key.user_id, used, self._quota)

    def _used(self) -> int:
        return self._others + self._bytes + self._metadata_bytes

    def _used_by_others(self) -> int:
        if not self._swept:
            return used_by_others(self._storage, self._key)
        return used_in_all(self._storage, self._key.user_id) - self._own.size(self._key).stored_bytes


def used_in_all(storage: BacktestStorage, user_id: str) -> int:
    """What the user's results and sweeps take. Also what cannot be read takes its space."""
    runs = sum(storage.size(key).stored_bytes for key in storage.folders(user_id))
    return runs + used_by_sweeps(storage, user_id)


def used_by_others(storage: BacktestStorage, key: RunKey) -> int:
    """The same without the results of one strategy."""
    return used_in_all(storage, key.user_id) - storage.size(key).stored_bytes


def used_by_sweeps(storage: BacktestStorage, user_id: str) -> int:
    """What the user's sweeps take."""
    sweeps = storage.sweeps()
    return sum(sweeps.size(key).stored_bytes for key in sweeps.folders(user_id))


def refuse_used_up(storage: BacktestStorage, user_id: str, server: Keeping) -> None:
    """Raise NoSpaceError where a sweep, which replaces nothing, has no room in its user's quota."""
    quota_bytes = keeping_of(storage, server, user_id).quota_bytes
    if quota_bytes is None:
        return
    used = used_in_all(storage, user_id)
    if used >= quota_bytes:
        raise _full(user_id, used, quota_bytes)


def refuse_over_quota(storage: BacktestStorage, key: RunKey, quota_bytes: int | None, own_bytes: int = 0) -> None:
    """Raise NoSpaceError where a user's quota is used up, without the results that a run would replace."""
    used = 0 if quota_bytes is None else used_by_others(storage, key) + own_bytes
    if quota_bytes is not None and used >= quota_bytes:
        raise _full(key.user_id, used, quota_bytes)


def refuse_full(storage: BacktestStorage, key: RunKey, server: Keeping) -> None:
    """Raise NoSpaceError where a run that is to go on has no room left: its own days stay."""
    quota_bytes = keeping_of(storage, server, key.user_id).quota_bytes
    refuse_over_quota(storage, key, quota_bytes, storage.size(key).stored_bytes)


def refuse_pinned(metadata: bytes | None, key: RunKey) -> None:
    """Raise BusyError where a run would replace results that are pinned. Damaged ones are no obstacle."""
    try:
        pinned = metadata is not None and is_pinned(decode_metadata(metadata))
    except StorageError:
        return
    if pinned:
        raise BusyError(
            f"the results of {key} are pinned: a run would replace them",
            where="strategy_id",
            right="unpin or clear them first, or run a strategy of another id",
        )


def kept_as(storage: BacktestStorage, key: RunKey) -> tuple[bool, float | None]:
    """Whether a run that goes on is pinned, and how many hours were said of it; from now on only a job's end can change
    that.

    It is read under the lock that these are written under: who changes them afterwards sees that the job is running.
    """
    found: list[tuple[bool, float | None]] = []

    def look(text: bytes) -> None:
        metadata = decode_metadata(text)
        said = None
        with suppress(ValueError):  # somebody's edit of the hours: as if none were said; a pin is a pin all the same
            said = said_hours(metadata)
        found.append((is_pinned(metadata), said))

    storage.change_metadata(key, look)
    return found[0] if found else (False, None)


def _full(user_id: str, used: int, quota_bytes: int) -> NoSpaceError:
    return NoSpaceError(
        f"{user_id} has used {used / 1e6:.2f} MB of {quota_bytes / 1e6:.2f} MB",
        where="quota_mb",
        right="clear results, wait for some to expire, or ask an administrator for a larger quota_mb",
    )
