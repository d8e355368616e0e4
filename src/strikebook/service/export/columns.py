"""The columns of the two tables: the one definition that every format writes and ``docs/export.md`` lists.

A value is what the day files have: a number, a text, ``2024-10-17``, ``2024-10-01T09:16:59``, true or false; None is an
empty cell, never a zero. What belongs to a whole position stands once, in the row that ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, Literal, TypeVar

from strikebook.service.export.rows import DayRow, TradeRow
from strikebook.storage.summary import Totals, rupees

Kind = Literal["text", "date", "time", "money", "number", "count", "flag"]
"""``money``: rupees, two decimals; ``number``: any other that need not be whole."""
Value = str | int | float | bool | None
_Row = TypeVar("_Row")

LINES: Final = ("brokerage", "stt", "exchange", "sebi", "stamp", "gst")
_GREEKS: Final = {
    "iv": ("a year", "implied volatility, 0.14 is 14 percent"),
    "delta": ("", "delta"),
    "gamma": ("", "gamma"),
    "theta": ("rupees a day", "theta"),
    "vega": ("rupees by a percent point", "vega"),
}


@dataclass(frozen=True, slots=True)
class Column(Generic[_Row]):
    """A column: its name, what its cells are, in which unit, what it says, and where a row has it."""

    name: str
    kind: Kind
    unit: str
    text: str
    of: Callable[[_Row], Value]


def trade_columns() -> tuple[Column[TradeRow], ...]:
    """A row of trades: a closing of a position, or of a part of it, or what is open of it when the day ended."""
    return (*_which(), *_fills("entry"), *_fills("exit"), *_money(), *_marks(), *_reasons(), *_run_columns())


def day_columns() -> tuple[Column[DayRow], ...]:
    """A row of days: every day of the plan."""
    return (*_day_itself(), *_day_totals(), *_day_course(), *_run_columns())


def _which() -> tuple[Column[TradeRow], ...]:
    life, either = _life, _either
    return (
        Column("date", "date", "", "the day", lambda trade: trade.day.isoformat()),
        Column("trade_id", "text", "", "leg and re-entry number, a part with its number", either("trade_id")),
        Column("status", "text", "", "CLOSED; OPEN is what was not closed on that day", _status),
        Column("leg", "text", "", "the leg", life("vpi")),
        Column("position_num", "count", "", "1, 2, 3 … of the leg on that day", life("position_num")),
        Column("re_entry_num", "count", "", "0 for the first, then its re-entries", life("re_entry_num")),
        Column("part", "count", "", "which part was closed; empty for the closing row", _row("part")),
        Column("symbol", "text", "", "the contract", life("symbol")),
        Column("option_type", "text", "", "CE or PE", life("option_type")),
        Column("strike", "number", "rupees", "its strike", life("strike")),
        Column("expiry", "date", "", "its expiry", life("expiry")),
        Column("expiry_code", "text", "", "how the expiry was chosen", life("expiry_code")),
        Column("strike_code", "text", "", "how the strike was chosen", life("strike_code")),
        Column("side", "text", "", "BUY or SELL, to open", life("side")),
        Column("quantity", "count", "units", "of this row", lambda trade: _left(trade, "quantity")),
        Column("lots", "count", "lots", "of this row", lambda trade: _left(trade, "lots")),
        Column("lot_size", "count", "units", "of a lot", life("lot_size")),
    )


def _fills(end: Literal["entry", "exit"]) -> tuple[Column[TradeRow], ...]:
    of = _life if end == "entry" else _row
    spot = _life("nifty_spot_at_entry") if end == "entry" else _of_closed("nifty_spot_at_exit")
    return (
        Column(f"{end}_time", "time", "", "the fill", of(f"{end}_time")),
        Column(f"{end}_price", "money", "rupees", "the fill", of(f"{end}_price")),
        Column(f"{end}_sent_time", "time", "", "when the order was sent", of(f"{end}_sent_time")),
        Column(f"{end}_market_price", "money", "rupees", "the price before slippage", of(f"{end}_market_price")),
        Column(f"{end}_slippage", "money", "rupees", "how much worse the fill was", of(f"{end}_slippage")),
        Column(f"{end}_limit_price", "money", "rupees", "the limit, of a limit order", of(f"{end}_limit_price")),
        Column(f"{end}_price_age_s", "count", "seconds", "how old that price was", of(f"{end}_price_age_s")),
        Column(f"{end}_underlying", "money", "rupees", "the underlying's last price", spot),
    )


def _money() -> tuple[Column[TradeRow], ...]:
    return (
        Column("held_s", "count", "seconds", "from the entry to the exit", _held),
        Column("pnl", "money", "rupees", "gross profit", _row("pnl")),
        Column("charges", "money", "rupees", "the sum of the six charges after it", _row("charges")),
        *(Column(name, "money", "rupees", f"charges: {name}", _charge(name)) for name in LINES),
        Column("net_pnl", "money", "rupees", "profit after charges", _row("net_pnl")),
        Column("unrealized_pnl", "money", "rupees", "of what is OPEN, at its last price; in no total", _unrealized),
    )


def _marks() -> tuple[Column[TradeRow], ...]:
    estimates: list[Column[TradeRow]] = []
    for end in ("entry", "exit"):
        for name, (unit, text) in _GREEKS.items():
            estimates.append(
                Column(f"{end}_{name}", "number", unit, f"{text} at the fill, estimated", _greek(end, name))
            )
    return (
        Column("mfe", "money", "rupees", "the most of the position's profit while it was open", _of_last("mfe")),
        Column("mae", "money", "rupees", "the least of it", _of_last("mae")),
        *estimates,
    )


def _reasons() -> tuple[Column[TradeRow], ...]:
    return (
        Column("exit_reason", "text", "", "what closed it", _row("exit_reason")),
        Column("exit_node", "text", "", "the node that closed it; empty at the close of the day", _row("exit_node_id")),
        Column("entry_node", "text", "", "the node that opened it", _life("position_id")),
        Column("entry_condition", "text", "", "the condition that opened it", _life("condition_preview")),
        Column("exit_condition", "text", "", "the condition that closed it", _of_closed("exit_condition_preview")),
    )


def _run_columns() -> tuple[Column[Any], ...]:
    """What has to be known of the run wherever a row of it goes."""
    return (
        Column("run_status", "text", "", "of the run; unless it is completed, days are missing", _run("status")),
        Column("synthetic", "flag", "", "true where the market's prices are made up", _run("synthetic")),
    )


def _day_itself() -> tuple[Column[DayRow], ...]:
    return (
        Column("date", "date", "", "the day", lambda day: day.day.isoformat()),
        Column("status", "text", "", "traded, no_trades, no_data, failed or pending", lambda day: day.told["status"]),
        Column(
            "reason", "text", "", "why it is so, where there is more to say", lambda day: day.told["reason"] or None
        ),
    )


def _day_totals() -> tuple[Column[DayRow], ...]:
    total = _total
    return (
        Column("positions", "count", "", "positions that were opened", total(lambda of: of.positions)),
        Column("closed_positions", "count", "", "of these closed", total(lambda of: of.closed)),
        Column("trades", "count", "", "closings, parts included", total(lambda of: of.trades)),
        Column("winning_trades", "count", "", "positions with a gross profit above 0", total(lambda of: of.winning)),
        Column("losing_trades", "count", "", "positions with one below 0", total(lambda of: of.losing)),
        Column("flat_trades", "count", "", "positions with neither", total(lambda of: of.flat)),
        Column("win_rate", "number", "percent", "winning of closed; empty without one", _win_rate),
        Column("pnl", "money", "rupees", "gross profit", total(lambda of: rupees(of.pnl_paise))),
        Column("charges", "money", "rupees", "the sum of the six charges after it", total(_all_charges)),
        *(Column(name, "money", "rupees", f"charges: {name}", _day_charge(name)) for name in LINES),
        Column("net_pnl", "money", "rupees", "profit after charges", total(lambda of: rupees(of.net_paise))),
    )


def _day_course() -> tuple[Column[DayRow], ...]:
    whole = _summary
    return (
        Column("cumulative_pnl", "money", "rupees", "gross, from this table's first day on", _paise("running")),
        Column("cumulative_net_pnl", "money", "rupees", "net, likewise", _paise("running_net")),
        Column(
            "drawdown",
            "money",
            "rupees",
            "cumulative_pnl below its highest so far, which is at least 0",
            _paise("fall"),
        ),
        Column("highest_pnl", "money", "rupees", "of the day, second by second, before charges", whole("highest_pnl")),
        Column("lowest_pnl", "money", "rupees", "likewise", whole("lowest_pnl")),
        Column("intraday_drawdown", "money", "rupees", "its largest fall", whole("intraday_drawdown")),
        Column(
            "margin_estimate", "money", "rupees", "the most that positions took, estimated", whole("margin_estimate")
        ),
        Column("time_in_market_s", "count", "seconds", "at which something was open", whole("time_in_market_s")),
        Column("session_s", "count", "seconds", "from the open to the day's end", whole("session_s")),
        Column("rejected_orders", "count", "", "orders that were refused", whole("rejected_orders")),
        Column("replayed_bars", "flag", "", "a price comes from a bar", lambda day: day.told.get("replayed_bars")),
        Column("short_history", "flag", "", "fewer than 500 candles before", lambda day: day.told.get("short_history")),
        Column("warnings", "text", "", "what to know about the day", _warnings),
    )


# Where a row of trades has it.


def _life(name: str) -> Callable[[TradeRow], Value]:
    return lambda trade: trade.life[name]


def _row(name: str) -> Callable[[TradeRow], Value]:
    return lambda trade: None if trade.row is None else trade.row[name]


def _either(name: str) -> Callable[[TradeRow], Value]:
    return lambda trade: (trade.life if trade.row is None else trade.row)[name]


def _of_last(name: str) -> Callable[[TradeRow], Value]:
    return lambda trade: trade.life[name] if trade.last else None


def _of_closed(name: str) -> Callable[[TradeRow], Value]:
    return lambda trade: trade.life[name] if trade.last and trade.row is not None else None


def _status(trade: TradeRow) -> Value:
    return "OPEN" if trade.row is None else "CLOSED"


def _left(trade: TradeRow, name: str) -> Value:
    """The quantity of a row; of what is open, the position's without the parts that were closed."""
    if trade.row is not None:
        return int(trade.row[name])
    return int(trade.life[name]) - sum(int(part[name]) for part in trade.life["parts"])


def _held(trade: TradeRow) -> Value:
    if trade.row is None:
        return None
    opened, closed = (datetime.fromisoformat(trade.row[f"{end}_time"]) for end in ("entry", "exit"))
    return int((closed - opened).total_seconds())


def _charge(name: str) -> Callable[[TradeRow], Value]:
    return lambda trade: None if trade.row is None else trade.row["charge_lines"][name]


def _unrealized(trade: TradeRow) -> Value:
    return trade.life["unrealized_pnl"] if trade.row is None else None


def _greek(end: str, name: str) -> Callable[[TradeRow], Value]:
    def of(trade: TradeRow) -> Value:
        found: Mapping[str, float] | None = trade.life[f"{end}_greeks"]
        missing = found is None or (end == "exit" and not (trade.last and trade.row is not None))
        return None if missing or found is None else found[name]

    return of


def _run(name: str) -> Callable[[TradeRow | DayRow], Value]:
    return lambda row: row.run[name]


# Where a row of days has it.


def _total(of: Callable[[Totals], Value]) -> Callable[[DayRow], Value]:
    return lambda day: None if day.totals is None else of(day.totals)


def _all_charges(totals: Totals) -> Value:
    return rupees(totals.charges.total)


def _win_rate(day: DayRow) -> Value:
    return day.totals.win_rate if day.totals is not None and day.totals.closed else None


def _day_charge(name: str) -> Callable[[DayRow], Value]:
    return _total(lambda totals: rupees(totals.charges.lines()[name]))


def _paise(name: str) -> Callable[[DayRow], Value]:
    def of(day: DayRow) -> Value:
        paise: int | None = getattr(day, name)
        return None if paise is None else rupees(paise)

    return of


def _summary(name: str) -> Callable[[DayRow], Value]:
    return lambda day: None if day.summary is None else day.summary[name]


def _warnings(day: DayRow) -> Value:
    return "; ".join(day.told.get("warnings", ())) or None
