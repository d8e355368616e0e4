"""A run as one HTML file that needs nothing else: no script, no font, no picture from anywhere.

Its days are read twice: for the calendar, the curve and the statistics above, then for the trades below, which go into
the file day by day. Texts are escaped by the template, whoever wrote them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, BinaryIO, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from strikebook.money.amounts import grouped, rupees_text
from strikebook.service.export.columns import trade_columns
from strikebook.service.export.curve import Point, curve_of
from strikebook.service.export.months import months_of
from strikebook.service.export.rows import DayRow, Source, TradeRow
from strikebook.service.export.told import Figures, Said, notes, settings, totals_said
from strikebook.storage.summary import rupees

_SHOWN: Final = (
    "trade_id", "symbol", "side", "quantity", "entry_time", "entry_price", "exit_time", "exit_price", "exit_reason",
    "exit_node", "pnl", "charges", "net_pnl", "unrealized_pnl", "status", "entry_condition", "exit_condition",
)  # fmt: skip
_PIECES: Final = 200


def write_html(source: Source, file: BinaryIO) -> None:
    """Write the report."""
    figures = Figures(source)
    days: list[DayRow] = []
    first_trades: list[TradeRow] = []
    for day, trades in source.days():
        figures.add(day, trades)
        days.append(day)
        if len(source.told) == 1:
            first_trades = trades
    page = _environment().get_template("report.html.jinja")
    stream = page.stream(
        run=source.run,
        first=source.first,
        last=source.last,
        notes=notes(source),
        partial=source.partial,
        totals=totals_said(source),
        months=list(months_of(days)),
        curve=curve_of(_of_trades(first_trades) if len(days) == 1 else _of_days(days)),
        curve_of_day=len(days) == 1,
        figures=figures.said(),
        days=days,
        traded=_traded(source),
        settings=list(settings(source)),
    )
    stream.enable_buffering(_PIECES)
    for piece in stream:
        file.write(piece.encode())


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("strikebook.service.export", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "said": _said, "money": _money, "price": _price, "clock": _clock, "day": _day, "rupees": rupees, "tone": _tone,
    }  # fmt: skip
    return environment


def _traded(source: Source) -> Iterator[tuple[DayRow, list[dict[str, Any]]]]:
    """The days that have trades, each with what the report shows of them; read as the template asks for them."""
    cells: list[tuple[str, Callable[[TradeRow], Any]]] = [
        (column.name, column.of) for column in trade_columns() if column.name in _SHOWN
    ]
    for day, trades in source.days():
        if trades:
            yield day, [{name: of(trade) for name, of in cells} for trade in trades]


def _of_days(days: list[DayRow]) -> list[Point]:
    return [
        Point(f"{day.day:%d-%m-%y}", day.running, day.running_net)
        for day in days
        if day.running is not None and day.running_net is not None
    ]


def _of_trades(trades: list[TradeRow]) -> list[Point]:
    points, gross, net = [], 0, 0
    for trade in trades:
        if trade.row is not None:
            gross += round(trade.row["pnl"] * 100)
            net += round(trade.row["net_pnl"] * 100)
            points.append(Point(_clock(trade.row["exit_time"]), gross, net))
    return points


def _said(each: Said) -> str:
    """A line's value as people write it."""
    value = each.value
    if value is None:
        return "–"
    if each.kind == "money":
        return rupees_text(float(value), sign=each.unit == "profit")
    if each.kind == "flag":
        return "yes" if value else "no"
    if each.kind == "count" and each.unit == "count":
        return grouped(int(value))
    if each.kind == "date":
        return _day(date.fromisoformat(str(value)))
    if each.unit == "percent":
        return f"{value:.2f} %"
    if each.unit == "ratio":
        return f"{value:.2f}"
    return f"{value} {each.unit}" if each.unit in ("days", "seconds") else str(value).replace("T", " ")


def _money(value: float | None) -> str:
    return "–" if value is None else rupees_text(value, sign=True)


def _price(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _clock(stamp: str | None) -> str:
    return "–" if stamp is None else stamp.partition("T")[2]


def _day(day: date) -> str:
    return f"{day:%d-%m-%Y}"


def _tone(value: float | None) -> str:
    return "gain" if value and value > 0 else "loss" if value and value < 0 else ""
