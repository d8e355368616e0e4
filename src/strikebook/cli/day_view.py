"""A day: its positions in a table, the orders that were refused, and how often each signal fired."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from strikebook.cli.texts import InertConsole, clock_of, inert, net, price_text, profit


def print_day(console: InertConsole, day: Mapping[str, Any]) -> None:
    """Print a day's document."""
    print_head(console, day)
    if day["positions"]:
        wide = _positions(day)
        console.print(wide if console.least_width_of(wide) <= console.width else _narrow_positions(day))
    else:
        console.print("no position was opened")
    for rejection in day["rejections"]:
        contract = f" {rejection['symbol']}" if rejection["symbol"] else ""
        again = ", tried again until it filled" if rejection["retried"] else ""
        console.print(
            f"{clock_of(rejection['time'])} {rejection['order']} {rejection['vpi']}{contract} rejected: "
            f"{rejection['reason']}{again}. {rejection['detail']}".rstrip(". ")
        )
    for order in day["cancellations"]:
        console.print(f"{clock_of(order['time'])} {order['order']} {order['vpi']} cancelled: still waiting at the end")
    console.print(_signals(day))
    console.print("one position: --position N     one signal: --why NODE")


def print_head(console: Console, day: Mapping[str, Any]) -> None:
    """Print which day of what it is, and what has to be known about its prices."""
    session, summary = day["session"], day["summary"]
    console.print(f"{day['date']}  {day['strategy_name']} on {day['underlying']}", style="bold")
    facts = [f"session {clock_of(session['open'])} to {clock_of(session['close'])}", f"source {day['source']}"]
    facts += ["synthetic prices"] if day["synthetic"] else []
    facts += ["made from bars: the order of a bar's extremes is a convention"] if day["replayed_bars"] else []
    facts += ["less history than 500 candles"] if day["short_history"] else []
    facts += [f"{name} {value}" for name, value in day["options"].items()]
    console.print("; ".join(facts), style="dim")
    for warning in day["warnings"]:
        console.print(f"warning: {warning}")
    console.print(
        f"{summary['total_positions']} positions, {summary['winning_trades']} won, {summary['losing_trades']} lost, "
        f"{summary['win_rate']:.2f} % won; profit ",
        profit(summary["total_pnl"]),
        net(summary),
        sep="",
    )


def _positions(day: Mapping[str, Any]) -> Table:
    names = ("#", "position", "contract", "side", "units", "in", "at", "out", "at", "profit", "net", "closed by")
    table = Table(*names)
    for number in (0, 4, 6, 8, 9, 10):
        table.columns[number].justify = "right"
    for number, position in enumerate(day["positions"], start=1):
        table.add_row(
            str(number),
            position["trade_id"],
            position["symbol"],
            position["side"],
            str(position["quantity"]),
            clock_of(position["entry_time"]),
            price_text(position["entry_price"]),
            clock_of(position["exit_time"]),
            price_text(position["exit_price"]),
            profit(position["pnl"]),
            profit(position["net_pnl"]),
            position["exit_reason"] or "still open",
        )
    return table


def _narrow_positions(day: Mapping[str, Any]) -> Table:
    """The same for a terminal that is not wide enough: a contract cut off before its strike would say nothing."""
    table = Table("#", "position", "order", "in", "out", "profit", box=box.SIMPLE, padding=(0, 1, 0, 0))
    for number in (0, 2, 3, 4, 5):
        table.columns[number].justify = "right"
        table.columns[number].no_wrap = True
    for number, position in enumerate(day["positions"], start=1):
        table.add_row(
            str(number),
            Text(
                f"{inert(position['symbol'])}\n{inert(position['trade_id'])}\n{position['exit_reason'] or 'still open'}"
            ),
            Text(f"{position['side']}\n{position['quantity']}"),
            Text(f"{clock_of(position['entry_time'])}\n{price_text(position['entry_price'])}"),
            Text(f"{clock_of(position['exit_time'])}\n{price_text(position['exit_price'])}"),
            profit(position["pnl"]) + Text("\nnet ") + profit(position["net_pnl"]),
        )
    return table


def _signals(day: Mapping[str, Any]) -> Table:
    table = Table("signal", "name", "fired", "armed for", "moments one leaf was missing", "limit")
    for signal in day["signals"]:
        armed = sum(part["armed_steps"] for part in signal["sets"])
        limit = f"{signal['limit']} at {clock_of(signal['limit_at'])}" if signal["limit"] else ""
        table.add_row(
            signal["node_id"],
            signal["label"],
            f"{len(signal['fired_at'])}×",
            f"{armed} s",
            str(signal["near_misses_total"]),
            limit,
        )
    return table
