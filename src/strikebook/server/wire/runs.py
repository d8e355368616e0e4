"""A run: what is asked for, and what is stored about it (``metadata.json``)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StrictFloat, StrictInt, StrictStr

from strikebook.server.wire.examples import RUN
from strikebook.server.wire.patterns import (
    BROKERAGE_PATTERN,
    DATE_PATTERN,
    ID_PATTERN,
    SCALE_PATTERN,
    SLIPPAGE_PATTERN,
    TTL_PATTERN,
)
from strikebook.server.wire.remembered import NotesSaid
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
    stale_slippage: StrictStr | None = Field(
        None, pattern=SLIPPAGE_PATTERN, description="As slippage, on top for every ten seconds of a price's age."
    )
    limit_fill: Literal["touch", "through"] | None = Field(
        None, description="A resting limit order fills where a price is at its limit, or only beyond it."
    )
    brokerage: (
        Annotated[StrictInt, Field(ge=0, le=10_000)]
        | Annotated[StrictFloat, Field(ge=0, le=10_000)]
        | Annotated[StrictStr, Field(pattern=BROKERAGE_PATTERN)]
        | None
    ) = Field(
        None, description="Rupees an order (`20`), `10 per lot`, `0.05 percent`, `0.05 percent max 20`; at most 10000."
    )
    terms: Literal["as_was", "today"] | None = Field(
        None, description="Charges at the rates of each day, or at the newest for all days."
    )

    compression_level: StrictInt | None = Field(
        None, ge=0, le=9, description="Level of gzip of the day files: higher is smaller and slower."
    )
    ttl_hours: (
        Annotated[StrictInt, Field(ge=1, le=87_600)]
        | Annotated[StrictFloat, Field(gt=0, le=87_600)]
        | Annotated[StrictStr, Field(pattern=TTL_PATTERN)]
        | None
    ) = Field(None, description="Hours until the results expire, at most what the user may ask for; or `default`.")

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


class OptionsOfDay(Part):
    """The options that a day's numbers follow from."""

    scale: str
    max_price_age_s: int
    wait_for_trade_s: int
    fill: Literal["last", "next"]
    slippage: str
    stale_slippage: str
    limit_fill: Literal["touch", "through"]
    brokerage: str
    terms: Literal["as_was", "today"]


class OptionsUsed(OptionsOfDay):
    """The options that a run was made with, all of them."""

    compression_level: int
    ttl_hours: str = Field(description="Hours, or `default`: as user and server say.")


class ChargeLines(Part):
    """The lines of a contract note, in rupees."""

    brokerage: float
    stt: float
    exchange: float
    sebi: float
    stamp: float
    gst: float


class Costs(Part):
    """What stands beside a gross profit: its charges, line by line, and what is left of it."""

    charges: float
    net_pnl: float
    charge_lines: ChargeLines


class DayProfit(Part):
    """A day and its profit."""

    date: str
    pnl: float


class OverallSummary(Costs):
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


class MonthlySummary(Costs):
    """A fold of the days of a month that were run."""

    month: str
    days: int
    traded_days: int
    winning_days: int
    losing_days: int
    positions: int
    pnl: float
    win_rate: float


class DailySummary(Costs):
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


class Manifest(Part):
    """Everything beside its prices that a run's bytes follow from; each day's data is known by its fingerprint."""

    strategy_hash: str
    engine_version: str
    options: OptionsUsed
    encoder: str = Field("", description="What compressed the day files, and its version.")
    market: str
    seed: int | None = Field(description="Of the synthetic market.")
    tables: dict[str, str] = Field(description="The dated tables by name, each with a hash of its content.")


class RunFigures(Part):
    """The statistics of a run as a whole, by name: ``docs/statistics.md`` has the definitions, ``reasons`` says why a
    figure has no value. A date is YYYY-MM-DD.
    """

    capital: float | None
    figures: dict[str, float | str | None]
    reasons: dict[str, str]


class StoredRun(Part):
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
    expires_at: str | None = Field(description="`null` for results that are pinned.")
    pinned: bool = Field(default=False, description="Kept until they are unpinned or cleared.")
    ttl_hours: float | None = Field(
        None, description="How many hours they live, where that was said since; else the option's."
    )
    overall_summary: OverallSummary
    monthly_summaries: list[MonthlySummary]
    options: OptionsUsed
    strategy_hash: str
    engine_version: str
    manifest: Manifest
    market: MarketOfRun
    synthetic: bool
    warnings: list[StrategyWarning]
    trials: list[float | None] = Field(
        description="Sharpe ratios of the strategy's earlier trials, those of sweeps first."
    )
    trials_of_sweeps: int
    statistics: RunFigures | None = Field(None, description="Of a run that has ended with a day that was run.")


class Metadata(StoredRun, Answer):
    """A run with every day of its plan: ``docs/format-results.md`` has every member."""

    daily_summaries: list[DailySummary]


class PricedMonth(Costs):
    """A month of a run under other terms."""

    month: str
    pnl: float


class PricedDay(Costs):
    """A day of a run under other terms."""

    date: str
    pnl: float


class CostsBefore(Part):
    """What the run itself was charged."""

    brokerage: str
    terms: Literal["as_was", "today"]
    charges: float
    net_pnl: float


class DifferingDay(Part):
    """A day that is not the same, and where it differs first."""

    date: str
    verdict: Literal["different", "data_changed", "missing", "failed"]
    reason: str


class Verdicts(Part):
    """How many days came to what."""

    same: int
    different: int
    data_changed: int
    missing: int
    failed: int


class Verified(Answer):
    """A stored run made again and compared byte by byte; nothing that is stored changes."""

    user_id: str
    strategy_id: str
    strategy_name: str
    job_id: str
    synthetic: bool
    verified: bool = Field(description="Every day's file is the same bytes, and there is one.")
    days_compared: int
    counts: Verdicts
    market: str
    manifest: Manifest
    tables_changed: list[str]
    differing: list[DifferingDay]


class Repriced(Costs, Answer):
    """A stored run charged again; nothing that is stored changes."""

    user_id: str
    strategy_id: str
    strategy_name: str
    job_id: str
    synthetic: bool
    brokerage: str
    terms: Literal["as_was", "today"]
    total_pnl: float
    as_run: CostsBefore
    months: list[PricedMonth]
    days: list[PricedDay]
    warnings: list[str]


class Statistic(Part):
    """A figure with its definition; ``reason`` says why it has no value. A date is YYYY-MM-DD."""

    name: str
    title: str
    unit: Literal["profit", "rupees", "percent", "ratio", "count", "days", "seconds", "date"]
    value: float | str | None
    reason: str | None
    definition: str


class Share(Part):
    """The round trips that have something in common."""

    key: str
    round_trips: int
    won: int
    gross: float
    charges: float
    net: float


class Breakdowns(Part):
    """Round trips by a property of theirs."""

    month: list[Share]
    weekday: list[Share]
    entry_hour: list[Share]
    days_to_expiry: list[Share]
    option_type: list[Share]
    exit_reason: list[Share]
    re_entry: list[Share]


class RunStatistics(Answer):
    """A run's statistics, on net profit: ``docs/statistics.md`` has the definitions."""

    user_id: str
    strategy_id: str
    strategy_name: str
    job_id: str
    synthetic: bool
    capital: float | None
    failed_days: int
    trials_of_sweeps: int
    statistics: list[Statistic]
    breakdowns: Breakdowns


class Run(StoredRun):
    """A run in a list: with what its user says of it."""

    notes: NotesSaid | None = Field(description="Name, note and tags; `null` where nothing is said.")


class DamagedRun(Part):
    """A run whose metadata cannot be read."""

    user_id: str
    strategy_id: str
    problem: str
    notes: NotesSaid | None = None


class Results(Answer):
    """The runs of a user whose results are there: their metadata without the days."""

    results: list[Run | DamagedRun]
