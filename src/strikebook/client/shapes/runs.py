"""A run: what is asked for, and what is stored about it (``metadata.json``)."""

# Written by `python -m tests.client.make_shapes` from strikebook.server.wire.runs; a test holds them together.

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from strikebook.client.shapes.remembered import NotesSaid
from strikebook.client.shapes.shape import JobStatus


class Options(TypedDict):
    """The options of a run, with the names of the command line."""

    scale: NotRequired[int | float | str]
    """Multiplies every quantity; above 0, at most 10000."""
    max_price_age_s: NotRequired[int]
    """The oldest price that fills."""
    wait_for_trade_s: NotRequired[int]
    """How long an order waits for one."""
    fill: NotRequired[Literal["last", "next"]]
    """Fill at the last price, or at the next trade's."""
    slippage: NotRequired[str]
    """`0.5 points`, `2 ticks` or `0.1 percent`; at most 10000."""
    stale_slippage: NotRequired[str]
    """As slippage, on top for every ten seconds of a price's age."""
    limit_fill: NotRequired[Literal["touch", "through"]]
    """A resting limit order fills where a price is at its limit, or only beyond it."""
    brokerage: NotRequired[int | float | str]
    """Rupees an order (`20`), `10 per lot`, `0.05 percent`, `0.05 percent max 20`; at most 10000."""
    terms: NotRequired[Literal["as_was", "today"]]
    """Charges at the rates of each day, or at the newest for all days."""
    compression_level: NotRequired[int]
    """Level of gzip of the day files: higher is smaller and slower."""
    ttl_hours: NotRequired[int | float | str]
    """Hours until the results expire, at most what the user may ask for; or `default`."""


class OptionsOfDay(TypedDict):
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
    ttl_hours: str
    """Hours, or `default`: as user and server say."""


class ChargeLines(TypedDict):
    """The lines of a contract note, in rupees."""

    brokerage: float
    stt: float
    exchange: float
    sebi: float
    stamp: float
    gst: float


class Costs(TypedDict):
    """What stands beside a gross profit: its charges, line by line, and what is left of it."""

    charges: float
    net_pnl: float
    charge_lines: ChargeLines


class DayProfit(TypedDict):
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
    closed_positions: NotRequired[int]
    winning_trades: NotRequired[int]
    losing_trades: NotRequired[int]
    flat_trades: NotRequired[int]
    win_rate: NotRequired[float]
    trades: NotRequired[int]
    rejected_orders: NotRequired[int]
    replayed_bars: NotRequired[bool]
    short_history: NotRequired[bool]
    synthetic: NotRequired[bool]
    fingerprint: NotRequired[str]
    warnings: NotRequired[list[str]]
    cumulative_pnl: NotRequired[float | None]
    """Not of a day that failed."""
    drawdown: NotRequired[float | None]
    """Not of a day that failed."""


class MarketOfRun(TypedDict):
    """The market that a run was made on."""

    label: str
    underlying: str
    supporting: str | None


class StrategyWarning(TypedDict):
    """What the check of the strategy warns of."""

    path: str
    what: str
    right: str
    node_id: str | None


class Manifest(TypedDict):
    """Everything beside its prices that a run's bytes follow from; each day's data is known by its fingerprint."""

    strategy_hash: str
    engine_version: str
    options: OptionsUsed
    encoder: NotRequired[str]
    """What compressed the day files, and its version."""
    market: str
    seed: int | None
    """Of the synthetic market."""
    tables: dict[str, str]
    """The dated tables by name, each with a hash of its content."""


class RunFigures(TypedDict):
    """The statistics of a run as a whole, by name: ``docs/statistics.md`` has the definitions, ``reasons`` says why a
    figure has no value. A date is YYYY-MM-DD.
    """

    capital: float | None
    figures: dict[str, float | str | None]
    reasons: dict[str, str]


class StoredRun(TypedDict):
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
    expires_at: str | None
    """`null` for results that are pinned."""
    pinned: NotRequired[bool]
    """Kept until they are unpinned or cleared."""
    ttl_hours: NotRequired[float | None]
    """How many hours they live, where that was said since; else the option's."""
    overall_summary: OverallSummary
    monthly_summaries: list[MonthlySummary]
    options: OptionsUsed
    strategy_hash: str
    engine_version: str
    manifest: Manifest
    market: MarketOfRun
    synthetic: bool
    warnings: list[StrategyWarning]
    trials: list[float | None]
    """Sharpe ratios of the strategy's earlier trials, those of sweeps first."""
    trials_of_sweeps: int
    statistics: NotRequired[RunFigures | None]
    """Of a run that has ended with a day that was run."""


class Metadata(StoredRun):
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


class CostsBefore(TypedDict):
    """What the run itself was charged."""

    brokerage: str
    terms: Literal["as_was", "today"]
    charges: float
    net_pnl: float


class DifferingDay(TypedDict):
    """A day that is not the same, and where it differs first."""

    date: str
    verdict: Literal["different", "data_changed", "missing", "failed"]
    reason: str


class Verdicts(TypedDict):
    """How many days came to what."""

    same: int
    different: int
    data_changed: int
    missing: int
    failed: int


class Verified(TypedDict):
    """A stored run made again and compared byte by byte; nothing that is stored changes."""

    user_id: str
    strategy_id: str
    strategy_name: str
    job_id: str
    synthetic: bool
    verified: bool
    """Every day's file is the same bytes, and there is one."""
    days_compared: int
    counts: Verdicts
    market: str
    manifest: Manifest
    tables_changed: list[str]
    differing: list[DifferingDay]


class Repriced(Costs):
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


class Statistic(TypedDict):
    """A figure with its definition; ``reason`` says why it has no value. A date is YYYY-MM-DD."""

    name: str
    title: str
    unit: Literal["profit", "rupees", "percent", "ratio", "count", "days", "seconds", "date"]
    value: float | str | None
    reason: str | None
    definition: str


class Share(TypedDict):
    """The round trips that have something in common."""

    key: str
    round_trips: int
    won: int
    gross: float
    charges: float
    net: float


class Breakdowns(TypedDict):
    """Round trips by a property of theirs."""

    month: list[Share]
    weekday: list[Share]
    entry_hour: list[Share]
    days_to_expiry: list[Share]
    option_type: list[Share]
    exit_reason: list[Share]
    re_entry: list[Share]


class RunStatistics(TypedDict):
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

    notes: NotesSaid | None
    """Name, note and tags; `null` where nothing is said."""


class DamagedRun(TypedDict):
    """A run whose metadata cannot be read."""

    user_id: str
    strategy_id: str
    problem: str
    notes: NotRequired[NotesSaid | None]


class Results(TypedDict):
    """The runs of a user whose results are there: their metadata without the days."""

    results: list[Run | DamagedRun]
