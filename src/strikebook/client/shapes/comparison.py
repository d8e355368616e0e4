"""Results beside each other, and where each first went another way than the first of them."""

# Written by `python -m tests.client.make_shapes` from strikebook.server.wire.comparison; a test holds them together.

from __future__ import annotations

from typing import Literal, TypedDict

from strikebook.client.shapes.reasons import ConditionSet, ConditionType, Value
from strikebook.client.shapes.runs import OptionsUsed
from strikebook.client.shapes.shape import JobStatus


class ComparedResult(TypedDict):
    """A result; its running profit, before and after charges, on each of the answer's ``dates``."""

    result: str
    """user/strategy"""
    user_id: str
    strategy_id: str
    strategy_name: str
    job_id: str
    status: JobStatus
    created_at: str
    start_date: str
    end_date: str
    synthetic: bool
    strategy_hash: str
    options: OptionsUsed
    market: str
    days: int
    failed_days: int
    total_pnl: float
    charges: float
    net_pnl: float
    gross: list[float | None]
    """`null` on a day that this result does not have."""
    net: list[float | None]


class ComparedSetting(TypedDict):
    """A setting that the results were not run alike with: its value in each, in their order."""

    name: str
    values: list[str | None]


class ComparedStatistic(TypedDict):
    """A statistic of every result, in their order; ``reasons`` say why one has no value."""

    name: str
    title: str
    unit: Literal["profit", "rupees", "percent", "ratio", "count", "days", "seconds", "date"]
    definition: str
    values: list[float | str | None]
    reasons: list[str | None]
    differs: bool


class DayOfResult(TypedDict):
    """A day in one of the results, and in what it differs from the base's."""

    status: Literal["pending", "traded", "no_trades", "no_data", "failed", "absent"]
    pnl: float | None
    net_pnl: float | None
    differs: list[Literal["failed", "absent", "trades", "prices", "terms", "reasons"]]


class ComparedDay(TypedDict):
    """A day on which the results are not all the same."""

    date: str
    results: list[DayOfResult]


class ComparedLeaf(TypedDict):
    """A condition in one result: as it was recorded, as its report has it, or worked out from what was recorded."""

    text: str
    lhs_value: Value
    rhs_value: Value | list[Value]
    operator: str
    result: bool | None
    """`null` where it is not known."""
    condition_type: ConditionType
    source: Literal["recorded", "reported", "worked_out", "not_known"]


class ComparedCondition(TypedDict):
    """A condition in both results, `null` in one that does not have it."""

    differs: bool
    base: ComparedLeaf | None
    other: ComparedLeaf | None


class Did(TypedDict):
    """What a node did at that second."""

    node_id: str
    label: str
    note: str
    execution_id: str
    rejected: str | None


class ComparedPosition(TypedDict):
    """The position that it was about."""

    trade_id: str
    vpi: str
    position_num: int
    symbol: str
    side: Literal["BUY", "SELL"]
    quantity: int
    entry_time: str
    entry_price: float
    exit_time: str | None
    exit_price: float | None
    exit_reason: str | None
    pnl: float
    net_pnl: float
    condition_preview: str
    exit_condition_preview: str


class DivergedSide(TypedDict):
    """What one result did at the divergence; ``did`` is empty where it did nothing."""

    did: list[Did]
    position: ComparedPosition | None


class DivergedField(TypedDict):
    """Something of the fill, or of what was seen, that is not the same."""

    name: str
    base: Value
    other: Value


class SeenField(TypedDict):
    """What was seen by both and is not the same."""

    what: str
    base: Value
    other: Value


class Divergence(TypedDict):
    """The first difference of a result from the base: of positions if there is one, else of terms, else of reasons."""

    kind: Literal["trades", "prices", "terms", "reasons"]
    date: str
    same_data: bool
    """The market's data of that day is the same in both."""
    time: str
    node_id: str | None
    label: str
    vpi: str | None
    end: Literal["entry", "exit"] | None
    acted: Literal["base", "other", "both"]
    base: DivergedSide
    other: DivergedSide
    fields: list[DivergedField]
    condition_set: ConditionSet | None
    conditions: list[ComparedCondition]
    not_fired: (
        Literal["no_such_signal", "at_its_limit", "never_armed", "condition", "not_armed_then", "not_known"] | None
    )
    fired_later_at: str | None
    seen: list[SeenField]
    told: list[str]
    """The same in sentences."""


class DivergenceOfResult(TypedDict):
    """A result and where it first differs from the base; `null` where no day that both have does."""

    result: str
    divergence: Divergence | None


class Compared(TypedDict):
    """Two to ten results beside each other; the first is the base that the others are compared with."""

    results: list[ComparedResult]
    settings: list[ComparedSetting]
    statistics: list[ComparedStatistic]
    dates: list[str]
    days_compared: int
    """Days that all of them have."""
    days_differing: int
    differing: list[ComparedDay]
    divergences: list[DivergenceOfResult]
