"""Why something happened: conditions with both values, candles, variables, prices; and why something did not."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, RootModel

from strikebook.server.wire.shape import Part

Value: TypeAlias = float | bool | str | None
ConditionType: TypeAlias = Literal["live", "non_live", "time"]
ConditionSet: TypeAlias = Literal["base", "re_entry"]


class ConditionTree(Part):
    """How conditions combine: the items are numbers of conditions, or groups."""

    logic: Literal["AND", "OR"]
    items: list["int | ConditionTree"]  # noqa: UP037 — it refers to itself


class Condition(Part):
    """A condition as it was evaluated; a pair of values for ``between``."""

    lhs_value: Value
    rhs_value: Value | list[Value]
    operator: str
    result: bool
    condition_type: ConditionType
    text: str
    substituted_text: str
    leaf: int
    path: str
    lhs_previous: Value = Field(None, description="Of a crossing: the value at the last earlier step that had both.")
    rhs_previous: Value = Field(None, description="Of a crossing.")
    missing: str = Field("", description="Why a side has no value, where one has none.")


class Candle(Part):
    """A candle by its start; ``volume`` where there are quantities."""

    timestamp: str
    open: float
    high: float
    low: float
    close: float
    volume: int | None = Field(None, description="Where there are quantities.")


class CompletedCandle(Candle):
    """The last candle that was completed, with the indicators at it."""

    indicators: dict[str, float | None]


class Candles(Part):
    """The forming candle (``null`` before its first trade) and the last completed one."""

    timeframe: str
    current: Candle | None
    previous: CompletedCandle | None


class InstrumentCandles(Candles):
    """Those of the shortest timeframe, and beside it of all by name."""

    timeframes: dict[str, Candles]


class LastPrice(Part):
    """The last trade's price and how old it was."""

    price: float
    age_s: int


Variables: TypeAlias = Annotated[
    dict[str, dict[str, Value]], Field(description="By node, then by name; `null` where one could not be computed.")
]


class Seen(Part):
    """What the market and the strategy looked like at a moment."""

    candle_data: dict[str, InstrumentCandles]
    node_variables: Variables
    last_prices: dict[str, LastPrice]


class Reason(Seen):
    """Why a node acted."""

    conditions_evaluated: list[Condition]
    condition_tree: ConditionTree | None
    condition_set: ConditionSet | None
    condition_text: str
    substituted_text: str
    evaluated_at: str
    node_id: str
    execution_id: str


class WhyEvent(Part):
    """A firing of the node."""

    execution_id: str
    time: str
    label: str
    note: str
    condition_text: str
    substituted_text: str


class WhyLeaf(Part):
    """A condition: for how many of the armed seconds it held."""

    leaf: int
    text: str
    condition_type: ConditionType
    held_seconds: int
    held_percent: float
    last_held_at: str | None


class NearMiss(Part):
    """A stretch at which everything but one condition held."""

    begin: str = Field(alias="from")
    to: str
    missing_leaf: int
    missing: str


class WhySet(Part):
    """One of a signal's condition sets."""

    condition_set: ConditionSet
    text: str
    condition_tree: ConditionTree
    armed_seconds: int
    leaves: list[WhyLeaf]
    near_misses: list[NearMiss]


class Rejection(Part):
    """An order that was refused."""

    time: str
    sent_time: str
    node_id: str
    vpi: str
    order: Literal["entry", "exit"]
    symbol: str | None
    reason: str
    retried: bool
    event_id: str | None
    detail: str


class Cancellation(Part):
    """An order that still waited at the end."""

    time: str
    sent_time: str
    node_id: str
    vpi: str
    order: Literal["entry", "exit"]
    symbol: str | None


class WhySignal(Part):
    """What a signal did on a day, and why it did no more."""

    date: str
    node_id: str
    kind: Literal["signal"]
    label: str
    fired_at: list[str]
    limit: str | None
    limit_at: str | None
    armed_seconds: int
    sets: list[WhySet]
    near_misses_total: int
    near_misses_shown: int
    events: list[WhyEvent]


class WhyOrder(Part):
    """What an order node did on a day, and what failed."""

    date: str
    node_id: str
    kind: Literal["order"]
    label: str
    events: list[WhyEvent]
    rejections: list[Rejection]
    cancellations: list[Cancellation]


class Why(RootModel[WhySignal | WhyOrder]):
    """What a node did on a day, and why it did no more."""
