"""Rows of a result: a list of the server's documents, which can become a frame of pandas or polars.

A frame has a column for each member, and for each member of a member, with its own kind of cell. What does not exist is
missing (NaN, NaT, NA, None), never 0: the exit of what is open, the profit of a day that was not run. Times are
exchange time, without an offset.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, SupportsIndex, TypeVar, cast, overload

from strikebook.client.refusals import MissingPackageError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

RowT = TypeVar("RowT")
Kind = Literal["date", "time", "number", "count", "flag", "text", "choice", "texts"]
_PANDAS: Final[Mapping[Kind, str]] = {
    "date": "datetime64[ns]",
    "time": "datetime64[ns]",
    "number": "float64",
    "count": "Int64",
    "flag": "boolean",
    "text": "string",
    "choice": "category",
    "texts": "object",
}


def _always(_row: Mapping[str, Any]) -> bool:
    return True


@dataclass(frozen=True)
class Column:
    """A column of a frame: where its value stands in a row, and of which rows it says something."""

    name: str
    kind: Kind
    path: tuple[str, ...]
    known: Callable[[Mapping[str, Any]], bool] = _always

    def of(self, row: Mapping[str, Any]) -> Any:  # noqa: ANN401 — a cell
        """The cell of a row; None where there is no value."""
        if not self.known(row):
            return None
        found: Any = row
        for name in self.path:
            if not isinstance(found, Mapping):
                return None
            found = found.get(name)
        if found is None or self.kind not in ("date", "time"):
            return self._plain(found)
        return moment(found) if self.kind == "time" else moment(found).date()

    def _plain(self, found: Any) -> Any:  # noqa: ANN401 — a cell
        if self.kind == "number" and found is not None:
            return float(found)
        return json.dumps(found) if self.kind == "text" and isinstance(found, bool | int | float) else found


def column(kind: Kind, *names: str, within: str = "", prefix: str = "", known: Any = _always) -> list[Column]:  # noqa: ANN401 — a function
    """Columns of a kind, with the names of their members; of a member that has members, ``within`` that."""
    return [Column(f"{prefix}{name}", kind, (within, name) if within else (name,), known) for name in names]


def moment(text: str) -> datetime:
    """A time or a day as the API writes it: ISO, or DD-MM-YYYY."""
    return datetime.strptime(text, "%d-%m-%Y") if text[2:3] == "-" else datetime.fromisoformat(text)  # noqa: DTZ007 — exchange time


class Rows(list[RowT]):
    """A list of documents; ``to_pandas`` and ``to_polars`` make a frame of it."""

    def __init__(self, rows: Iterable[RowT], columns: Sequence[Column]) -> None:
        super().__init__(rows)
        self.columns = tuple(columns)

    @overload
    def __getitem__(self, at: SupportsIndex) -> RowT: ...
    @overload
    def __getitem__(self, at: slice) -> Rows[RowT]: ...
    def __getitem__(self, at: SupportsIndex | slice) -> RowT | Rows[RowT]:
        """A row, or some of them."""
        return Rows(super().__getitem__(at), self.columns) if isinstance(at, slice) else super().__getitem__(at)

    def to_pandas(self) -> pd.DataFrame:
        """A pandas frame: days and times as ``datetime64``, counts as ``Int64``. Raises MissingPackageError."""
        pandas = _package("pandas", "to_pandas")
        made = {
            each.name: pandas.Series(self._cells(each), dtype="object").astype(_PANDAS[each.kind])
            for each in self.columns
        }
        return cast("pd.DataFrame", pandas.DataFrame(made))

    def to_polars(self) -> pl.DataFrame:
        """A polars frame: days as Date, times as Datetime, counts as Int64. Raises MissingPackageError."""
        polars = _package("polars", "to_polars")
        kinds = {
            "date": polars.Date,
            "time": polars.Datetime("us"),
            "number": polars.Float64,
            "count": polars.Int64,
            "flag": polars.Boolean,
            "text": polars.String,
            "choice": polars.Categorical,
            "texts": polars.List(polars.String),
        }
        schema = {each.name: kinds[each.kind] for each in self.columns}
        return cast("pl.DataFrame", polars.DataFrame({each.name: self._cells(each) for each in self.columns}, schema))

    def _cells(self, wanted: Column) -> list[Any]:
        return [wanted.of(cast("Mapping[str, Any]", row)) for row in self]


def _package(name: str, needed_by: str) -> Any:  # noqa: ANN401 — a module
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingPackageError(f"{needed_by} needs {name}", right=f"pip install {name}") from error


def _was_run(row: Mapping[str, Any]) -> bool:
    return row.get("status") in ("traded", "no_trades")


def _had_closings(row: Mapping[str, Any]) -> bool:
    return _was_run(row) and bool(row.get("closed_positions"))


def _has_file(row: Mapping[str, Any]) -> bool:
    return bool(row.get("has_data"))


_CHARGES: Final = ("brokerage", "stt", "exchange", "sebi", "stamp", "gst")
DAY_COLUMNS: Final = (
    *column("date", "date"),
    *column("choice", "status"),
    *column("text", "reason"),
    *column("count", "positions", "closed_positions", "trades", known=_was_run),
    *column("count", "winning_trades", "losing_trades", "flat_trades", known=_was_run),
    *column("number", "win_rate", known=_had_closings),
    *column("number", "pnl", "charges", known=_was_run),
    *column("number", *_CHARGES, within="charge_lines", known=_was_run),
    *column("number", "net_pnl", known=_was_run),
    *column("number", "cumulative_pnl", "drawdown"),
    *column("count", "rejected_orders", known=_was_run),
    *column("flag", "has_data", "replayed_bars", "short_history", "synthetic"),
    *column("texts", "warnings"),
    *column("text", "fingerprint"),
    *column("number", "file_size_kb", known=_has_file),
)
_FILLS: Final = (
    *column("text", "symbol"),
    *column("choice", "side"),
    *column("count", "quantity", "lots", "lot_size"),
    *column("time", "entry_time"),
    *column("number", "entry_price"),
    *column("time", "entry_sent_time"),
    *column("number", "entry_market_price", "entry_slippage", "entry_limit_price"),
    *column("count", "entry_price_age_s"),
    *column("time", "exit_time"),
    *column("number", "exit_price"),
    *column("time", "exit_sent_time"),
    *column("number", "exit_market_price", "exit_slippage", "exit_limit_price"),
    *column("count", "exit_price_age_s"),
    *column("number", "pnl", "charges"),
    *column("number", *_CHARGES, within="charge_lines"),
    *column("number", "net_pnl"),
)
_ENDS: Final = (*column("choice", "exit_reason", "exit_node_id"), *column("texts", "entry_flow_ids", "exit_flow_ids"))
TRADE_COLUMNS: Final = (
    *column("date", "date"),
    *column("text", "trade_id"),
    *column("choice", "vpi"),
    *column("count", "position_num", "part"),
    *_FILLS,
    *column("number", "cumulative_pnl"),
    *_ENDS,
    *column("text", "exit_event_id"),
)


_GREEKS: Final = ("iv", "delta", "gamma", "theta", "vega", "forward")
POSITION_COLUMNS: Final = (
    *column("date", "date"),
    *column("text", "trade_id"),
    *column("choice", "status", "position_id", "vpi"),
    *column("count", "position_num", "re_entry_num"),
    *column("number", "strike"),
    *column("choice", "option_type"),
    *column("date", "expiry"),
    *column("choice", "expiry_code", "strike_code"),
    *column("text", "choice_reason"),
    *_FILLS,
    *column("number", "unrealized_pnl", "mfe", "mae", "nifty_spot_at_entry", "nifty_spot_at_exit"),
    *column("number", *_GREEKS, within="entry_greeks", prefix="entry_"),
    *column("number", *_GREEKS, within="exit_greeks", prefix="exit_"),
    *_ENDS,
    *column("text", "condition_preview", "exit_condition_preview"),
)


def day_of(text: date | str) -> date:
    """A day that a caller gives: a date, DD-MM-YYYY or YYYY-MM-DD."""
    if isinstance(text, str):
        return moment(text).date()
    return text.date() if isinstance(text, datetime) else text
