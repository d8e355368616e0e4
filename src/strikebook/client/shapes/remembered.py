"""What outlives results: notes, and the history of runs."""

# Written by `python -m tests.client.make_shapes` from strikebook.server.wire.remembered; a test holds them together.

from __future__ import annotations

from typing import Any, TypedDict

from strikebook.client.shapes.shape import JobStatus


class NotesSaid(TypedDict):
    """A name, a note and tags."""

    name: str | None
    note: str | None
    tags: list[str]
    changed_at: str | None
    """`null` where nothing is said."""


class NotesTold(NotesSaid):
    """What a user says of a strategy's results."""

    user_id: str
    strategy_id: str


class PastRun(TypedDict):
    """A run that has ended, as its metadata had it; `null` for what it did not have."""

    job_id: str
    status: JobStatus
    error: str | None
    created_at: str | None
    completed_at: str | None
    """`null` for a run whose process was killed."""
    start_date: str | None
    end_date: str | None
    total_days: int | None
    completed_days: int | None
    failed_days: int | None
    strategy_name: str | None
    strategy_hash: str | None
    engine_version: str | None
    synthetic: bool | None
    options: dict[str, Any] | None
    market: str | None
    total_positions: int | None
    closed_positions: int | None
    total_pnl: float | None
    charges: float | None
    net_pnl: float | None
    win_rate: float | None
    max_drawdown: float | None
    sharpe: float | None
    trials: int | None
    """How many trials its deflated Sharpe ratio goes by, itself included."""
    deflated_sharpe: float | None


class RunHistory(TypedDict):
    """The runs of a strategy that have ended, the newest first; they outlive its results."""

    user_id: str
    strategy_id: str
    total_runs: int
    runs: list[PastRun]
    trials: list[float | None]
    """The Sharpe ratios of all runs, the oldest first: what the next run's statistics go by."""
    damaged_lines: int
    """Lines that cannot be read; they hide no other."""


class PastStrategy(TypedDict):
    """A strategy of which a run has ended. ``last``: its newest; ``name``: the user's own name of its results."""

    strategy_id: str
    name: str | None
    total_runs: int
    last: PastRun | None
    """`null` where its history cannot be read."""
    has_results: bool
    """Whether its results are still there."""
    problem: str | None


class Histories(TypedDict):
    """Every strategy of a user that has a history, the one whose run ended last first."""

    user_id: str
    strategies: list[PastStrategy]


class HistoryDeleted(TypedDict):
    """A history that is gone."""

    message: str
    user_id: str
    strategy_id: str
    deleted_runs: int
