"""The columns of the tables beside a run's own: points and windows of a sweep, past runs, what is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from strikebook.client.rows import Column, Kind, column
from strikebook.client.shapes.sweeps import ParameterUsed

_LARGEST_COUNT: Final = 2**63 - 1

KEPT_COLUMNS: Final = (
    *column("text", "strategy_id", "strategy_name"),
    *column("choice", "status"),
    *column("count", "stored_bytes", "days"),
    *column("time", "created_at", "expires_at"),
    *column("flag", "pinned"),
    *column("number", "ttl_hours"),
    *column("choice", "ttl_from"),
    *column("text", "problem"),
)

PAST_RUN_COLUMNS: Final = (
    *column("text", "job_id"),
    *column("choice", "status"),
    *column("text", "error"),
    *column("time", "created_at", "completed_at"),
    *column("date", "start_date", "end_date"),
    *column("count", "total_days", "completed_days", "failed_days"),
    *column("text", "strategy_name", "strategy_hash"),
    *column("choice", "engine_version"),
    *column("flag", "synthetic"),
    *column("choice", "market"),
    *column("count", "total_positions", "closed_positions"),
    *column("number", "total_pnl", "charges", "net_pnl", "win_rate", "max_drawdown", "sharpe"),
    *column("count", "trials"),
    *column("number", "deflated_sharpe"),
)

_MONEY: Final = ("total_pnl", "charges", "net_pnl")
_COUNTS: Final = ("positions", "trades", "winning_trades", "losing_trades", "rejected_orders")
_RATIOS: Final = ("max_drawdown", "sharpe", "return_over_drawdown")


def _was_traded(row: Mapping[str, Any]) -> bool:
    return bool(row.get("trades"))


POINT_COLUMNS: Final = (
    *column("count", "point", "rank"),
    *column("number", *_MONEY),
    *column("count", *_COUNTS),
    *column("number", "win_rate", known=_was_traded),
    *column("number", *_RATIOS, "probabilistic_sharpe", "deflated_sharpe"),
    *column("count", "failed_days"),
    *column("text", "failed_reason"),
)
_WINDOW_COLUMNS: Final = (
    *column("date", "from", "to", within="train", prefix="train_"),
    *column("count", "days", within="train", prefix="train_"),
    *column("date", "from", "to", within="test", prefix="test_"),
    *column("count", "days", within="test", prefix="test_"),
    *column("count", "point"),
    *column("number", *_MONEY, *_RATIOS, within="train_result", prefix="train_"),
    *column("number", *_MONEY, *_RATIOS, within="test_result", prefix="test_"),
    *column("text", "reason"),
)


def point_columns(parameters: Sequence[ParameterUsed]) -> list[Column]:
    """The columns of a sweep's points: its parameters, each by its name, stand before what they came to."""
    return _with_values(POINT_COLUMNS, {each["name"]: each["values"] for each in parameters}, after=2)


def window_columns(values: Iterable[Mapping[str, Any] | None]) -> list[Column]:
    """The columns of walk-forward windows, with the values of the points that were chosen."""
    found: dict[str, list[Any]] = {}
    for point in values:
        for name, value in (point or {}).items():
            found.setdefault(name, []).append(value)
    return _with_values(_WINDOW_COLUMNS, found, after=7)


def _with_values(columns: Sequence[Column], values: Mapping[str, Sequence[Any]], *, after: int) -> list[Column]:
    """A parameter that is called as a figure is gets ``parameter_`` before its name: no column hides another."""
    taken = {each.name for each in columns}
    own = []
    for name, seen in values.items():
        title = name
        while title in taken:
            title = f"parameter_{title}"
        taken.add(title)
        own.append(Column(title, _kind_of(seen), ("values", name)))
    return [*columns[:after], *own, *columns[after:]]


def _kind_of(values: Sequence[Any]) -> Kind:
    """The kind of cell that holds all of a parameter's values; texts where they are of several kinds."""
    kinds = {type(each) for each in values}
    if kinds == {bool}:
        return "flag"
    if kinds == {int} and all(abs(each) <= _LARGEST_COUNT for each in values):
        return "count"
    return "number" if kinds <= {int, float} else "text"
