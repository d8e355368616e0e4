"""A run as a calendar: a month a block, a week a row, a day its number and profit. Signs and words, then colour."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from strikebook.cli.texts import net, profit, short_rupees_text
from strikebook.storage.layout import parse_day
from strikebook.storage.summary import rupees

_WORDS = {"no_data": "no data", "no_trades": "no trades", "failed": "FAILED", "pending": "pending"}
_SATURDAY = 5


def print_calendar(console: Console, metadata: Mapping[str, Any]) -> None:
    """Print a run's months, its totals, and the days that failed with their reasons."""
    days = {parse_day(summary["date"]): summary for summary in metadata["daily_summaries"]}
    _print_head(console, metadata)
    for year, month in sorted({(day.year, day.month) for day in days}):
        inside = {day: summary for day, summary in days.items() if (day.year, day.month) == (year, month)}
        console.print()
        console.print(Text(f"{calendar.month_name[month]} {year}  ", "bold"), profit(_sum(inside)), sep="")
        console.print(_month(year, month, inside))
    overall = metadata["overall_summary"]
    console.print()
    console.print(
        f"{overall['total_positions']} positions, {overall['total_winning_trades']} won, "
        f"{overall['total_losing_trades']} lost, {overall['win_rate']:.2f} % won; total ",
        profit(overall["total_pnl"]),
        net(overall),
        sep="",
    )
    for day, summary in sorted(days.items()):
        if summary["status"] == "failed":
            console.print(f"{day:%d-%m-%Y} failed: {summary['reason']}")
    if metadata["error"]:
        console.print(f"the run {metadata['status']}: {metadata['error']}")


def _print_head(console: Console, metadata: Mapping[str, Any]) -> None:
    made_up = ", synthetic prices" if metadata["synthetic"] else ""
    console.print(f"{metadata['strategy_name']}  ({metadata['user_id']}/{metadata['strategy_id']})", style="bold")
    console.print(
        f"{metadata['start_date']} to {metadata['end_date']} on {metadata['market']['label']}{made_up}: "
        f"{metadata['status']}, {metadata['completed_days']} of {metadata['total_days']} days, "
        f"{metadata['failed_days']} failed; kept until {metadata['expires_at'].replace('T', ' ')}"
    )


def _month(year: int, month: int, days: Mapping[date, Mapping[str, Any]]) -> Table:
    columns = 7 if any(day.weekday() >= _SATURDAY for day in days) else 5
    table = Table(*calendar.day_abbr[:columns], box=box.SIMPLE, padding=(0, 1), pad_edge=False)
    for column in table.columns:
        column.justify = "right"
        column.min_width = 9
    first = date(year, month, 1)
    day = first - timedelta(days=first.weekday())
    while day.year * 12 + day.month <= year * 12 + month:
        week = [day + timedelta(days=number) for number in range(columns)]
        if any(other.month == month for other in week):
            table.add_row(*(_cell(other, days.get(other)) if other.month == month else "" for other in week))
        day += timedelta(days=7)
    return table


def _cell(day: date, summary: Mapping[str, Any] | None) -> Text:
    number = Text(f"{day.day}\n", "dim")
    if summary is None:
        return number + Text("·", "dim")
    if summary["status"] == "traded":
        return number + profit(summary["pnl"], short_rupees_text(summary["pnl"]))
    return number + Text(_WORDS[summary["status"]], "bold red" if summary["status"] == "failed" else "dim")


def _sum(days: Mapping[date, Mapping[str, Any]]) -> float:
    return rupees(sum(round(summary["pnl"] * 100) for summary in days.values()))
