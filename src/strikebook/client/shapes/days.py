"""A day: its positions, its ledger, its events, and why signals did not fire."""

# Written by `python -m tests.client.make_shapes` from strikebook.server.wire.days; a test holds them together.

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

from strikebook.client.shapes.reasons import (
    Cancellation,
    Candle,
    Condition,
    ConditionSet,
    ConditionTree,
    ConditionType,
    Reason,
    Rejection,
    Seen,
    Variables,
)
from strikebook.client.shapes.runs import Costs, OptionsOfDay

Side: TypeAlias = Literal["BUY", "SELL"]


class DaySummary(Costs):
    """The totals of a day."""

    total_positions: int
    closed_positions: int
    open_positions: int
    total_pnl: float
    winning_trades: int
    losing_trades: int
    flat_trades: int
    win_rate: float
    trades: int
    rejected_orders: int
    margin_estimate: float
    """The most margin its positions took: an estimate."""
    highest_pnl: float
    """Of the day's realised and unrealised profit, before charges."""
    lowest_pnl: float
    intraday_drawdown: float
    """The largest fall of the day's profit from an earlier highest."""
    time_in_market_s: int
    session_s: int


class Greeks(TypedDict):
    """Estimates at a fill, by Black's model on the synthetic forward."""

    iv: float
    """Implied volatility a year: 0.14 is 14 percent."""
    delta: float
    gamma: float
    theta: float
    """Rupees a day."""
    vega: float
    """Rupees by a percent point of volatility."""
    forward: float


class Fills(Costs):
    """What was traded and at which prices; of an open position without an exit."""

    trade_id: str
    vpi: str
    position_num: int
    symbol: str
    side: Side
    quantity: int
    lots: int
    lot_size: int
    entry_price: float
    entry_time: str
    entry_sent_time: str
    entry_market_price: float
    entry_price_age_s: int
    entry_slippage: float
    entry_limit_price: NotRequired[float | None]
    """Of an order that filled as a limit order."""
    exit_price: float | None
    exit_time: str | None
    exit_sent_time: str | None
    exit_market_price: float | None
    exit_price_age_s: int | None
    exit_slippage: float | None
    exit_limit_price: NotRequired[float | None]
    pnl: float
    exit_reason: str | None
    exit_node_id: str | None
    entry_flow_ids: list[str]
    exit_flow_ids: list[str]


class Row(Fills):
    """A row of the ledger as it stands in a position's parts."""

    part: int | None
    exit_event_id: str | None


class Trade(Row):
    """A row of the ledger."""

    cumulative_pnl: float


class Position(Fills):
    """A life of a leg."""

    position_id: str
    re_entry_num: int
    status: Literal["OPEN", "CLOSED"]
    strike: float
    option_type: Literal["CE", "PE"]
    expiry: str
    expiry_code: str
    strike_code: str
    choice_reason: str
    """What the contract was found by as the order was sent."""
    mfe: float
    """The most of its profit while it was open, before charges."""
    mae: float
    """The least of it."""
    entry_greeks: Greeks | None
    exit_greeks: Greeks | None
    nifty_spot_at_entry: float | None
    nifty_spot_at_exit: float | None
    unrealized_pnl: NotRequired[float | None]
    """Of an open position."""
    parts: list[Row]
    diagnostic_data: Reason
    exit_diagnostic_data: Reason | None
    entry_trigger: NotRequired[Condition | None]
    """The price that the entry order waited for."""
    condition_preview: str
    exit_condition_preview: str
    node_variables: Variables


class Event(TypedDict):
    """A firing of a node."""

    execution_id: str
    parent_execution_id: str | None
    time: str
    node_id: str
    node_type: str
    node_label: str
    note: str
    diagnostic_data: Reason


class SignalLeaf(TypedDict):
    """For how many armed seconds a condition held."""

    leaf: int
    text: str
    path: str
    condition_type: ConditionType
    true_steps: int
    last_true_at: str | None


class SignalSet(TypedDict):
    """One of a signal's condition sets; a near miss is ``[from, to, leaf]``."""

    condition_set: ConditionSet
    text: str
    condition_tree: ConditionTree
    armed_steps: int
    leaves: list[SignalLeaf]
    near_misses: list[tuple[str, str, int]]


class Signal(TypedDict):
    """How often a signal fired, and why it did not."""

    node_id: str
    label: str
    fired_at: list[str]
    limit: str | None
    limit_at: str | None
    near_misses_total: int
    sets: list[SignalSet]


class Session(TypedDict):
    """When a session opened and closed, and when the graph stopped."""

    open: str
    close: str
    ended_at: str


class Day(TypedDict):
    """A day with its positions and their reasons: ``docs/format-results.md`` has every member."""

    date: str
    summary: DaySummary
    positions: list[Position]
    trades: list[Trade]
    events: list[Event]
    rejections: list[Rejection]
    cancellations: list[Cancellation]
    signals: list[Signal]
    closing: Seen
    strategy_id: str
    strategy_name: str
    strategy_hash: str
    underlying: str
    session: Session
    options: OptionsOfDay
    source: str
    synthetic: bool
    replayed_bars: bool
    short_history: bool
    warnings: list[str]
    engine_version: str


class Hours(TypedDict):
    """When a session opened and closed."""

    open: str
    close: str


class Chart(TypedDict):
    """Candles of a day, indicators (a value for each candle), and the last price of every minute."""

    date: str
    symbol: str
    timeframe: str
    timeframes: list[str]
    session: Hours
    candles: list[Candle]
    indicators: dict[str, list[float | None]]
    prices: list[float | None]
    source: str
    synthetic: bool
