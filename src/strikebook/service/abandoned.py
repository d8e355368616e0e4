"""Results that say they are running although nobody is at work on them: the process that ran them was killed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

import orjson

from strikebook.errors import StorageError, StrikebookError
from strikebook.service.day_executor import DayExecutor
from strikebook.service.statistics import stored_figures
from strikebook.service.trials import note_trials
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_metadata, encode_metadata
from strikebook.storage.layout import RunKey

WHAT_HAPPENED = "the process that ran it ended before it was done"


def close_abandoned(
    storage: BacktestStorage, is_active: Callable[[str], bool], now: datetime, executor: DayExecutor
) -> list[tuple[str, str]]:
    """Mark such results failed, with their statistics; their finished days stay.

    ``is_active`` knows whether a job, by its id, is queued or running. Returns (where, what) of those that cannot be
    looked at, and of those whose statistics cannot be worked out (they are closed without).
    """
    failed = []
    for key in storage.folders():
        try:
            if _abandoned(storage.metadata(key), is_active) is not None:
                figures, problem = _figures(storage, key, executor)
                storage.change_metadata(key, _closing(is_active, now, figures))
                if problem:
                    failed.append((str(key), problem))
        except StorageError as error:
            failed.append((str(key), str(error)))
    return failed


def close_abandoned_sweeps(
    storage: BacktestStorage, is_active: Callable[[str], bool], now: datetime, executor: DayExecutor
) -> list[tuple[str, str]]:
    """Mark sweeps of a process that was killed failed, with what their finished days came to; they count as trials."""
    failed = []
    sweeps = storage.sweeps()
    for key in sweeps.folders():
        try:
            found = _abandoned(sweeps.metadata(key), is_active)
            if found is not None:
                asked = executor.ask("strikebook.service.sweep_table:table_of", sweeps, key)
                points = orjson.loads(cast("bytes", asked.result()))
                if any(day["status"] == "run" for day in found["days"]):
                    ratios = [row["sharpe"] for row in points]
                    swept = RunKey(key.user_id, str(found["strategy_id"]))
                    note_trials(storage, swept, key.strategy_id, now, ratios)
                sweeps.change_metadata(key, _closing(is_active, now, {"points": points}))
        except (StrikebookError, LookupError, TypeError) as error:
            failed.append((f"sweep {key}", str(error)))
    return failed


def _abandoned(metadata: bytes | None, is_active: Callable[[str], bool]) -> dict[str, Any] | None:
    """The document of a run that nobody is at work on, though it has not ended."""
    document: dict[str, Any] | None = None if metadata is None else decode_metadata(metadata)
    if document is None or document.get("status") not in ("queued", "running"):
        return None
    return None if is_active(str(document.get("job_id"))) else document


def _closing(
    is_active: Callable[[str], bool], now: datetime, figures: dict[str, Any]
) -> Callable[[bytes], bytes | None]:
    """The change that ends a run, if it is still abandoned then."""

    def closed(metadata: bytes) -> bytes | None:
        document = _abandoned(metadata, is_active)
        if document is None:
            return None
        ended = {"status": "failed", "error": WHAT_HAPPENED, "completed_at": now.replace(microsecond=0).isoformat()}
        return encode_metadata({**document, **ended, **figures})

    return closed


def _figures(storage: BacktestStorage, key: RunKey, executor: DayExecutor) -> tuple[dict[str, Any], str]:
    """The member that holds a run's statistics, where it has days that were run; and why that cannot be made."""
    try:
        figures = stored_figures(executor, storage, key)
    except StrikebookError as error:
        return {}, f"no statistics: {error}"
    except (LookupError, TypeError, ValueError) as error:  # JSON of another shape: somebody else's, or edited
        return {}, f"no statistics: {type(error).__name__}: {error}"
    return ({"statistics": figures} if figures["figures"]["days"] else {}), ""
