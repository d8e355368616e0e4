"""How long results live: what has expired is cleared, and every run says truly when it will (``storage.keeping``).

A cleanup looks at every folder, never stops at a bad one, and never touches the results of a job that is running, nor
those that are pinned. What it decides by is read once more under the lock that pinning and limits are changed under.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from strikebook.errors import StorageError
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_metadata, encode_metadata
from strikebook.storage.keeping import Keeping, is_pinned, keeping_of
from strikebook.storage.layout import RunKey

IsRunning = Callable[[RunKey], bool]


@dataclass(slots=True)
class CleanupReport:
    """What a cleanup did. ``failed``: (where, what) of what it could not look at or clear.

    ``cutoff``: what was created before it is gone, where nobody said another time for it. ``next_expiry``: what
    expires next, and when. ``kept``: what was old enough to go, and stays because it is pinned.
    """

    at: datetime
    cutoff: datetime
    deleted: list[RunKey] = field(default_factory=list)
    kept: list[RunKey] = field(default_factory=list)
    day_files: int = 0
    freed_bytes: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    next_expiry: tuple[datetime, RunKey] | None = None


@dataclass(frozen=True, slots=True)
class _Cleanup:
    storage: BacktestStorage
    server: Keeping
    is_running: IsRunning
    older_than: timedelta | None
    report: CleanupReport

    def look_at(self, key: RunKey) -> None:
        storage, report = self.storage, self.report
        content = storage.metadata(key)
        if content is None:
            raise StorageError("no metadata.json", where=str(key), right="clear it, or remove it by hand")
        if self._is_due(key, content):
            before = storage.stamp(key, None)
            cleared = storage.clear(key, lambda text: text is not None and self._may_go(key, text))
            if before is not None and storage.stamp(key, None) is None:
                report.deleted.append(key)
                report.day_files += cleared.day_files
                report.freed_bytes += cleared.freed_bytes
                return
        if not self.is_running(key):
            expiry = bring_in_line(storage, self.server, key)
            if expiry is None:
                self._note_kept(key)
            else:
                report.next_expiry = min(report.next_expiry or (expiry, key), (expiry, key))

    def _note_kept(self, key: RunKey) -> None:
        content = self.storage.metadata(key)
        if content is not None and is_pinned(decode_metadata(content)) and self._is_old(key, content):
            self.report.kept.append(key)

    def _may_go(self, key: RunKey, metadata: bytes) -> bool:
        """Asked while no run can begin: a run that began since is either running or younger."""
        return self._is_due(key, metadata) and not self.is_running(key)

    def _is_due(self, key: RunKey, metadata: bytes) -> bool:
        return not is_pinned(decode_metadata(metadata)) and self._is_old(key, metadata)

    def _is_old(self, key: RunKey, metadata: bytes) -> bool:
        """Whether a run would go if it were not pinned."""
        document = {**decode_metadata(metadata), "pinned": False}
        if self.older_than is not None:
            return datetime.fromisoformat(str(document["created_at"])) <= self.report.cutoff
        expires_at = keeping_of(self.storage, self.server, key.user_id).expires_at(document)
        return expires_at is not None and expires_at <= self.report.at


def clean_up(
    storage: BacktestStorage,
    now: datetime,
    server: Keeping,
    is_running: IsRunning,
    older_than: timedelta | None = None,
) -> CleanupReport:
    """Clear the results that have expired, or with ``older_than`` those created longer ago than that; none that is
    pinned.

    What stays has its ``expires_at`` brought in line. Times are exchange time.
    """
    age = server.time_to_live if older_than is None else older_than
    report = CleanupReport(now, now - age)
    try:
        storage.sweep()
        folders = storage.folders()
    except StorageError as error:
        report.failed.append((storage.place, str(error)))
        return report
    cleanup = _Cleanup(storage, server, is_running, older_than, report)
    for key in folders:
        try:
            cleanup.look_at(key)
        except (StorageError, KeyError, ValueError, OverflowError) as error:
            missing = isinstance(error, KeyError)
            report.failed.append((str(key), f"metadata.json has no {error}" if missing else str(error)))
    return report


def bring_in_line(storage: BacktestStorage, server: Keeping, key: RunKey, job_id: str | None = None) -> datetime | None:
    """Make a run say when it expires now, as limits and pin are; with ``job_id`` only if it is still that job's.

    Returns when that is: None for what is pinned, or not there. Raises what ``Keeping.expires_at`` does, StorageError.
    """
    found: list[datetime | None] = []

    def changed(metadata: bytes) -> bytes | None:
        document = decode_metadata(metadata)
        if job_id is not None and document.get("job_id") != job_id:
            return None
        expires_at = keeping_of(storage, server, key.user_id).expires_at(document)
        found.append(expires_at)
        told = None if expires_at is None else expires_at.replace(microsecond=0).isoformat()
        return None if document["expires_at"] == told else encode_metadata({**document, "expires_at": told})

    storage.change_metadata(key, changed)
    return found[0] if found else None
