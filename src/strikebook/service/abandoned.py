"""Results that say they are running although nobody is at work on them: the process that ran them was killed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from strikebook.errors import StorageError
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_metadata, encode_metadata

WHAT_HAPPENED = "the process that ran it ended before it was done"


def close_abandoned(storage: BacktestStorage, is_active: Callable[[str], bool], now: datetime) -> list[tuple[str, str]]:
    """Mark such results failed; their finished days stay. Returns (where, what) of those that cannot be looked at.

    ``is_active`` knows whether a job, by its id, is queued or running.
    """

    def closed(metadata: bytes) -> bytes | None:
        document = decode_metadata(metadata)
        if document.get("status") not in ("queued", "running") or is_active(str(document.get("job_id"))):
            return None
        ended = {"status": "failed", "error": WHAT_HAPPENED, "completed_at": now.replace(microsecond=0).isoformat()}
        return encode_metadata({**document, **ended})

    failed = []
    for key in storage.folders():
        try:
            storage.change_metadata(key, closed)
        except StorageError as error:
            failed.append((str(key), str(error)))
    return failed
