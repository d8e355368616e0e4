"""How often a strategy was tried: every point of its sweeps is a trial, and so is every run.

What sweeps tried is remembered beside the results (``BacktestStorage.trials``), for good: clearing a sweep does not
make its trials undone. What runs tried is in the strategy's history (``remembered``). A run's metadata has both, the
sweeps' first.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from strikebook.errors import StorageError
from strikebook.service.run_figures import MOST_TRIALS
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_metadata, encode_metadata
from strikebook.storage.layout import RunKey

Ratios = list[float | None]


class Trials(NamedTuple):
    """The Sharpe ratios of earlier trials, None for one without; the first ``of_sweeps`` of them are of sweeps."""

    ratios: Ratios
    of_sweeps: int


def trials_with(storage: BacktestStorage, key: RunKey, of_runs: Ratios) -> Trials:
    """All trials of a strategy, given those of its runs; at most 1,000, the newest."""
    ratios = [*sweep_trials(storage, key), *of_runs][-MOST_TRIALS:]
    return Trials(ratios, max(len(ratios) - len(of_runs), 0))


def sweep_trials(storage: BacktestStorage, key: RunKey) -> Ratios:
    """The Sharpe ratios of all points that were ever tried, the oldest first; none where that cannot be read."""
    return [ratio for sweep in _remembered(storage, key) for ratio in sweep["ratios"]]


def note_trials(
    storage: BacktestStorage, key: RunKey, sweep_id: str, at: datetime, ratios: Sequence[float | None]
) -> None:
    """Remember the points of a sweep; of one that goes on and ends again, its last ones."""
    kept = [sweep for sweep in _remembered(storage, key) if sweep["sweep_id"] != sweep_id]
    ended_at = at.replace(microsecond=0).isoformat()
    kept.append({"sweep_id": sweep_id, "ended_at": ended_at, "ratios": list(ratios)[-MOST_TRIALS:]})
    _remember(storage, key, kept)


def hand_on_trials(storage: BacktestStorage, swept: RunKey, kept: RunKey, sweep_id: str, point: int) -> None:
    """Remember for a point that is kept as a strategy of its own what it was chosen from: all that was tried of the
    strategy it comes from, without itself. ``point``: its number in that sweep, from 1.
    """
    if kept == swept:
        return
    handed = _remembered(storage, swept)
    for sweep in handed:
        if sweep["sweep_id"] == sweep_id:
            sweep["ratios"] = [ratio for number, ratio in enumerate(sweep["ratios"], 1) if number != point]
    known = {sweep["sweep_id"] for sweep in handed}
    own = [sweep for sweep in _remembered(storage, kept) if sweep["sweep_id"] not in known]
    if handed:
        _remember(storage, kept, sorted([*handed, *own], key=lambda sweep: str(sweep.get("ended_at"))))


def _remember(storage: BacktestStorage, key: RunKey, kept: list[dict[str, Any]]) -> None:
    while len(kept) > 1 and sum(len(sweep["ratios"]) for sweep in kept) > MOST_TRIALS:
        del kept[0]  # what is left is at least as many as are ever counted, or the newest sweep alone
    storage.put_trials(key, encode_metadata({"sweeps": kept}))


def _remembered(storage: BacktestStorage, key: RunKey) -> list[dict[str, Any]]:
    content = storage.trials(key)
    if content is None:
        return []
    try:
        document: dict[str, Any] = decode_metadata(content)
        sweeps: list[dict[str, Any]] = document["sweeps"]
        return [sweep for sweep in sweeps if isinstance(sweep["sweep_id"], str) and isinstance(sweep["ratios"], list)]
    except (StorageError, KeyError, TypeError):
        return []  # damaged: as with damaged results, it counts as not there
