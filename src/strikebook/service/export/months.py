"""The calendar of a report: a block a month, a row a week, a cell a day."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from strikebook.money.amounts import rupees_text, short_rupees_text
from strikebook.service.export.rows import DayRow
from strikebook.storage.summary import rupees

_SATURDAY = 5
_SHADES = 4
_WORDS = {"no_data": "no data", "no_trades": "no trades", "failed": "failed", "pending": "not run", "traded": ""}


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of the month: what it shows, its shade (``gain-1`` … ``loss-4``, or its status), all of it in words."""

    number: int
    text: str
    shade: str
    title: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month: its name, its totals in rupees, the names of its weekdays, its weeks (None: not a day of it)."""

    name: str
    gross: float
    net: float
    weekdays: tuple[str, ...]
    weeks: tuple[tuple[Cell | None, ...], ...]


def months_of(days: Sequence[DayRow]) -> Iterator[Month]:
    """The months of some days, which are in order."""
    most = max((abs(day.totals.pnl_paise) for day in days if day.totals is not None), default=0)
    for (year, month), grouped in groupby(days, lambda day: (day.day.year, day.day.month)):
        inside = {day.day: day for day in grouped}
        wide = 7 if any(day.weekday() >= _SATURDAY for day in inside) else 5
        run = [day.totals for day in inside.values() if day.totals is not None]
        yield Month(
            f"{calendar.month_name[month]} {year}",
            rupees(sum(each.pnl_paise for each in run)),
            rupees(sum(each.net_paise for each in run)),
            tuple(calendar.day_abbr[:wide]),
            tuple(_weeks(year, month, wide, inside, most)),
        )


def _weeks(
    year: int, month: int, wide: int, inside: dict[date, DayRow], most: int
) -> Iterator[tuple[Cell | None, ...]]:
    first = date(year, month, 1)
    monday = first - timedelta(days=first.weekday())
    while (monday.year, monday.month) <= (year, month):
        week = [monday + timedelta(days=at) for at in range(wide)]
        if any(day.month == month for day in week):
            yield tuple(_cell(day, inside.get(day), most) if day.month == month else None for day in week)
        monday += timedelta(days=7)


def _cell(day: date, row: DayRow | None, most: int) -> Cell:
    if row is None:
        return Cell(day.day, "", "none", "")
    status, totals = str(row.told["status"]), row.totals
    if totals is None:
        return Cell(day.day, _WORDS.get(status, status), status, f"{day:%d-%m-%Y}: {row.told['reason'] or status}")
    if not totals.positions:
        return Cell(day.day, "no trades", "no_trades", f"{day:%d-%m-%Y}: no trades")
    gross, net = rupees(totals.pnl_paise), rupees(totals.net_paise)
    shade = "flat"
    if totals.pnl_paise:
        strength = -(-abs(totals.pnl_paise) * _SHADES // most)
        shade = f"{'gain' if totals.pnl_paise > 0 else 'loss'}-{strength}"
    title = (
        f"{day:%d-%m-%Y}: gross {rupees_text(gross, sign=True)}, net {rupees_text(net, sign=True)}, "
        f"{totals.positions} positions"
    )
    return Cell(day.day, short_rupees_text(gross), shade, title)
