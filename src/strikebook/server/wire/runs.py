"""A run: what is asked for, and what is stored about it (``metadata.json``)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StrictFloat, StrictInt, StrictStr

from strikebook.server.wire.examples import RUN
from strikebook.server.wire.patterns import DATE_PATTERN, ID_PATTERN, SCALE_PATTERN, SLIPPAGE_PATTERN
from strikebook.server.wire.shape import Answer, Asked, JobStatus, Part


class Options(Asked):
    """The options of a run, with the names of the command line."""

    scale: (
        Annotated[StrictInt, Field(ge=1, le=10_000)]
        | Annotated[StrictFloat, Field(gt=0, le=10_000)]
        | Annotated[StrictStr, Field(pattern=SCALE_PATTERN)]
        | None
    ) = Field(None, description="Multiplies every quantity; above 0, at most 10000.")
    max_price_age_s: StrictInt | None = Field(None, ge=0, le=86_400, description="The oldest price that fills.")
    wait_for_trade_s: StrictInt | None = Field(None, ge=0, le=86_400, description="How long an order waits for one.")
    fill: Literal["last", "next"] | None = Field(None, description="Fill at the last price, or at the next trade's.")
    slippage: StrictStr | None = Field(
        None, pattern=SLIPPAGE_PATTERN, description="`0.5 points`, `2 ticks` or `0.1 percent`; at most 10000."
    )

    def given(self) -> dict[str, object]:
        """The options that were given."""
        return {name: value for name, value in self.model_dump().items() if value is not None}


class RunBody(Asked):
    """A run to be queued."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, json_schema_extra={"example": RUN})

    user_id: Annotated[StrictStr, Field(pattern=ID_PATTERN)]
    strategy_id: Annotated[StrictStr, Field(pattern=ID_PATTERN)]
    start_date: Annotated[StrictStr, Field(pattern=DATE_PATTERN, description="The first day, YYYY-MM-DD.")]
    end_date: Annotated[StrictStr, Field(pattern=DATE_PATTERN, description="The last day, included.")]
    options: Options | None = None


class OptionsUsed(Part):
    """The options that a run was made with, all of them."""

    scale: str
    max_price_age_s: int
    wait_for_trade_s: int
    fill: Literal["last", "next"]
    slippage: str


class DayProfit(Part):
    """A day and its profit."""

    date: str
    pnl: float


class OverallSummary(Part):
    """Folds of the days' totals."""

    total_positions: int
    closed_positions: int
    total_pnl: float
    win_rate: float
    total_winning_trades: int
    total_losing_trades: int
    total_flat_trades: int
    total_trades: int
    rejected_orders: int
    traded_days: int
    winning_days: int
    losing_days: int
    best_day: DayProfit | None
    worst_day: DayProfit | None
    max_drawdown: float


class MonthlySummary(Part):
    """A fold of the days of a month that were run."""

    month: str
    days: int
    traded_days: int
    winning_days: int
    losing_days: int
    positions: int
    pnl: float
    win_rate: float


class DailySummary(Part):
    """A day of the plan. The members that may be left out are there once the day was run."""

    date: str
    positions: int
    pnl: float
    has_data: bool
    file_size_kb: float
    status: Literal["pending", "traded", "no_trades", "no_data", "failed"]
    reason: str
    closed_positions: int = 0
    winning_trades: int = 0
    losing_trades: int = 0
    flat_trades: int = 0
    win_rate: float = 0.0
    trades: int = 0
    rejected_orders: int = 0
    replayed_bars: bool = False
    short_history: bool = False
    synthetic: bool = False
    fingerprint: str = ""
    warnings: list[str] = Field([])
    cumulative_pnl: float | None = Field(None, description="Not of a day that failed.")
    drawdown: float | None = Field(None, description="Not of a day that failed.")


class MarketOfRun(Part):
    """The market that a run was made on."""

    label: str
    underlying: str
    supporting: str | None


class StrategyWarning(Part):
    """What the check of the strategy warns of."""

    path: str
    what: str
    right: str
    node_id: str | None


class Run(Part):
    """What is known about a run as a whole."""

    strategy_id: str
    strategy_name: str
    user_id: str
    job_id: str
    start_date: str
    end_date: str
    total_days: int
    completed_days: int
    failed_days: int
    status: JobStatus
    error: str | None
    created_at: str
    completed_at: str | None
    expires_at: str
    overall_summary: OverallSummary
    monthly_summaries: list[MonthlySummary]
    options: OptionsUsed
    strategy_hash: str
    engine_version: str
    market: MarketOfRun
    synthetic: bool
    warnings: list[StrategyWarning]


class Metadata(Run, Answer):
    """A run with every day of its plan: ``docs/format-results.md`` has every member."""

    daily_summaries: list[DailySummary]


class DamagedRun(Part):
    """A run whose metadata cannot be read."""

    user_id: str
    strategy_id: str
    problem: str


class Results(Answer):
    """The runs of a user whose results are there: their metadata without the days."""

    results: list[Run | DamagedRun]
