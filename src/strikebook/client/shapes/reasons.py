"""Why something happened: conditions with both values, candles, variables, prices; and why something did not."""

# Written by `python -m tests.client.make_shapes` from strikebook.server.wire.reasons; a test holds them together.

from __future__ import annotations

from typing import Literal, NotRequired, TypeAlias, TypedDict

Value: TypeAlias = float | bool | str | None

ConditionType: TypeAlias = Literal["live", "non_live", "time"]

ConditionSet: TypeAlias = Literal["base", "re_entry"]


class ConditionTree(TypedDict):
    """How conditions combine: the items are numbers of conditions, or groups."""

    logic: Literal["AND", "OR"]
    items: list[int | ConditionTree]


class Condition(TypedDict):
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
    lhs_previous: NotRequired[Value]
    """Of a crossing: the value at the last earlier step that had both."""
    rhs_previous: NotRequired[Value]
    """Of a crossing."""
    missing: NotRequired[str]
    """Why a side has no value, where one has none."""


class Candle(TypedDict):
    """A candle by its start; ``volume`` where there are quantities."""

    timestamp: str
    open: float
    high: float
    low: float
    close: float
    volume: NotRequired[int | None]
    """Where there are quantities."""


class CompletedCandle(Candle):
    """The last candle that was completed, with the indicators at it."""

    indicators: dict[str, float | None]


class Candles(TypedDict):
    """The forming candle (``null`` before its first trade) and the last completed one."""

    timeframe: str
    current: Candle | None
    previous: CompletedCandle | None


class InstrumentCandles(Candles):
    """Those of the shortest timeframe, and beside it of all by name."""

    timeframes: dict[str, Candles]


class LastPrice(TypedDict):
    """The last trade's price and how old it was."""

    price: float
    age_s: int


Variables: TypeAlias = dict[str, dict[str, Value]]


class Seen(TypedDict):
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


class WhyEvent(TypedDict):
    """A firing of the node."""

    execution_id: str
    time: str
    label: str
    note: str
    condition_text: str
    substituted_text: str


class WhyLeaf(TypedDict):
    """A condition: for how many of the armed seconds it held."""

    leaf: int
    text: str
    condition_type: ConditionType
    held_seconds: int
    held_percent: float
    last_held_at: str | None


NearMiss = TypedDict("NearMiss", {"from": "str", "to": "str", "missing_leaf": "int", "missing": "str"})
"""A stretch at which everything but one condition held."""


class WhySet(TypedDict):
    """One of a signal's condition sets."""

    condition_set: ConditionSet
    text: str
    condition_tree: ConditionTree
    armed_seconds: int
    leaves: list[WhyLeaf]
    near_misses: list[NearMiss]


class Rejection(TypedDict):
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


class Cancellation(TypedDict):
    """An order that still waited at the end."""

    time: str
    sent_time: str
    node_id: str
    vpi: str
    order: Literal["entry", "exit"]
    symbol: str | None


class WhySignal(TypedDict):
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


class WhyOrder(TypedDict):
    """What an order node did on a day, and what failed."""

    date: str
    node_id: str
    kind: Literal["order"]
    label: str
    events: list[WhyEvent]
    rejections: list[Rejection]
    cancellations: list[Cancellation]


Why: TypeAlias = WhySignal | WhyOrder
"""What a node did on a day, and why it did no more."""
