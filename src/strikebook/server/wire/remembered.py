"""What outlives results: notes, and the history of runs."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, StrictStr

from strikebook.server.wire.shape import Answer, Asked, JobStatus, Part
from strikebook.storage.notes import LONGEST_NAME, LONGEST_NOTE, LONGEST_TAG, MOST_TAGS

_TAG_FORM = r"^[^,]*$"


class NotesBody(Asked):
    """What a user says of a strategy's results, in place of what was said; plain text. Space around it is dropped."""

    model_config = ConfigDict(
        extra="forbid",
        allow_inf_nan=False,
        json_schema_extra={"example": {"name": "RSI 30, first try", "note": "Loses on expiry days.", "tags": ["rsi"]}},
    )

    name: Annotated[StrictStr, Field(max_length=LONGEST_NAME)] | None = Field(None, description="A name of one's own.")
    note: Annotated[StrictStr, Field(max_length=LONGEST_NOTE)] | None = Field(
        None, description="Plain text; it may have several lines."
    )
    tags: list[Annotated[StrictStr, Field(min_length=1, max_length=LONGEST_TAG, pattern=_TAG_FORM)]] | None = Field(
        None, max_length=MOST_TAGS, description="Each tag once, whatever its case; no commas."
    )


class NotesSaid(Part):
    """A name, a note and tags."""

    name: str | None
    note: str | None
    tags: list[str]
    changed_at: str | None = Field(description="`null` where nothing is said.")


class NotesTold(NotesSaid, Answer):
    """What a user says of a strategy's results."""

    user_id: str
    strategy_id: str


class PastRun(Part):
    """A run that has ended, as its metadata had it; `null` for what it did not have."""

    job_id: str
    status: JobStatus
    error: str | None
    created_at: str | None
    completed_at: str | None = Field(description="`null` for a run whose process was killed.")
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
    trials: int | None = Field(description="How many trials its deflated Sharpe ratio goes by, itself included.")
    deflated_sharpe: float | None


class RunHistory(Answer):
    """The runs of a strategy that have ended, the newest first; they outlive its results."""

    user_id: str
    strategy_id: str
    total_runs: int
    runs: list[PastRun]
    trials: list[float | None] = Field(
        description="The Sharpe ratios of all runs, the oldest first: what the next run's statistics go by."
    )
    damaged_lines: int = Field(description="Lines that cannot be read; they hide no other.")


class PastStrategy(Part):
    """A strategy of which a run has ended. ``last``: its newest; ``name``: the user's own name of its results."""

    strategy_id: str
    name: str | None
    total_runs: int
    last: PastRun | None = Field(description="`null` where its history cannot be read.")
    has_results: bool = Field(description="Whether its results are still there.")
    problem: str | None


class Histories(Answer):
    """Every strategy of a user that has a history, the one whose run ended last first."""

    user_id: str
    strategies: list[PastStrategy]


class HistoryDeleted(Answer):
    """A history that is gone."""

    message: str
    user_id: str
    strategy_id: str
    deleted_runs: int
