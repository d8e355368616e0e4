"""How long results live: what has expired is cleared, and every run says truly when it will.

A cleanup looks at every folder, never stops at a bad one, and never touches the results of a job that is running.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from strikebook.errors import StorageError
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_metadata, encode_metadata
from strikebook.storage.layout import RunKey


@dataclass(slots=True)
class CleanupReport:
    """What a cleanup did. ``failed``: (where, what) of what it could not look at or clear.

    ``cutoff``: what was created before it is gone. ``next_expiry``: what expires next, and when.
    """

    at: datetime
    cutoff: datetime
    deleted: list[RunKey] = field(default_factory=list)
    day_files: int = 0
    freed_bytes: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    next_expiry: tuple[datetime, RunKey] | None = None


def clean_up(
    storage: BacktestStorage,
    now: datetime,
    time_to_live: timedelta,
    is_running: Callable[[RunKey], bool],
    older_than: timedelta | None = None,
) -> CleanupReport:
    """Clear the results that have expired, or with ``older_than`` those created longer ago than that.

    What stays has its ``expires_at`` brought in line with ``time_to_live``. Times are exchange time.
    """
    age = time_to_live if older_than is None else older_than
    report = CleanupReport(now, now - age)
    try:
        storage.sweep()
        folders = storage.folders()
    except StorageError as error:
        report.failed.append((storage.place, str(error)))
        return report
    for key in folders:
        try:
            _look_at(key, storage, time_to_live, is_running, report)
        except (StorageError, KeyError, ValueError) as error:
            missing = isinstance(error, KeyError)
            report.failed.append((str(key), f"metadata.json has no {error}" if missing else str(error)))
    return report


def _look_at(
    key: RunKey,
    storage: BacktestStorage,
    time_to_live: timedelta,
    is_running: Callable[[RunKey], bool],
    report: CleanupReport,
) -> None:
    content = storage.metadata(key)
    if content is None:
        raise StorageError("no metadata.json", where=str(key), right="clear it, or remove it by hand")
    created_at = _created_at(content)
    if created_at > report.cutoff:
        if not is_running(key):
            storage.change_metadata(key, lambda text: _with_expiry(text, time_to_live))
            expiry = (created_at + time_to_live, key)
            report.next_expiry = min(report.next_expiry or expiry, expiry)
        return

    def is_due(metadata: bytes | None) -> bool:
        """Asked while no run can begin: a run that began since is either running or younger."""
        return metadata is not None and _created_at(metadata) <= report.cutoff and not is_running(key)

    before = storage.stamp(key, None)
    cleared = storage.clear(key, is_due)
    if before is not None and storage.stamp(key, None) is None:
        report.deleted.append(key)
        report.day_files += cleared.day_files
        report.freed_bytes += cleared.freed_bytes


def _created_at(metadata: bytes) -> datetime:
    return datetime.fromisoformat(str(decode_metadata(metadata)["created_at"]))


def _with_expiry(metadata: bytes, time_to_live: timedelta) -> bytes | None:
    """The metadata with the time at which it expires; None where that is what it says."""
    document = decode_metadata(metadata)
    expires_at = (datetime.fromisoformat(str(document["created_at"])) + time_to_live).replace(microsecond=0).isoformat()
    if document["expires_at"] == expires_at:
        return None
    return encode_metadata({**document, "expires_at": expires_at})
