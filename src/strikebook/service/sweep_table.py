"""The table of a sweep: a fold of its stored days, a row for each point. Asked of a worker.

Money is added up in whole paise. The figures are those of a run's statistics, by the same functions; the trials of the
deflated Sharpe ratio are the points that were tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson

from strikebook.errors import NotFoundError, StorageError, UsageError
from strikebook.money.statistics import Statistics, TradingDay, chance_of_days, figure_of_days, figures_of_days
from strikebook.service.run_figures import figure_value
from strikebook.service.sweep_request import Objective, SweepRequest, Value, parse_sweep
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_metadata
from strikebook.storage.layout import RunKey, day_file_name, parse_day
from strikebook.storage.summary import Totals, rupees
from strikebook.storage.sweep_days import PointDay, decode_sweep_day

Document = dict[str, Any]
RATIOS: Final = ("sharpe", "return_over_drawdown", "probabilistic_sharpe", "deflated_sharpe")


@dataclass(frozen=True, slots=True)
class Grid:
    """What each point came to on each day that was run, in order."""

    days: tuple[date, ...]
    rows: tuple[tuple[PointDay, ...], ...]

    def of_point(self, number: int) -> list[tuple[date, PointDay]]:
        """A point's days, its number counted from 0."""
        return [(day, row[number]) for day, row in zip(self.days, self.rows, strict=True)]

    def between(self, first: int, stop: int) -> Grid:
        """Some of the days."""
        return Grid(self.days[first:stop], self.rows[first:stop])


@dataclass(frozen=True, slots=True)
class Sweep:
    """A stored sweep: its heading, what was asked, its points, what they came to."""

    heading: Document
    request: SweepRequest
    points: list[tuple[Value, ...]]
    grid: Grid


@dataclass(frozen=True, slots=True)
class PointFigures:
    """What a point came to over some days. ``failed``: on how many it could not be run; ``reason``: the first."""

    totals: Totals
    net_paise: int
    figures: Statistics
    failed: int
    reason: str


def read_sweep(sweeps: BacktestStorage, key: RunKey) -> Sweep:
    """A stored sweep with the days it lists.

    Raises NotFoundError where there is none, StorageError where it, or a day of it, is damaged or gone.
    """
    content = sweeps.metadata(key)
    if content is None:
        raise NotFoundError(f"no sweep {key.strategy_id}", where="sweep_id", right="the sweeps of a user are listed")
    where = f"{sweeps.place}: {key}"
    heading: Document = decode_metadata(content, where)
    with damage_told(where):
        request = parse_sweep(heading["request"])
        points = request.points()
        days = [parse_day(day["date"]) for day in heading["days"] if day["status"] == "run"]
    rows = []
    for day in days:
        stored = sweeps.day(key, day)
        if stored is None:
            raise StorageError(
                "a day of this sweep is gone", where=f"{where}/{day_file_name(day)}", right="sweep again"
            )
        row = decode_sweep_day(stored, f"{where}/{day_file_name(day)}").points
        if len(row) != len(points):
            raise StorageError("a day of other points", where=f"{where}/{day_file_name(day)}", right="sweep again")
        rows.append(row)
    return Sweep(heading, request, points, Grid(tuple(days), tuple(rows)))


@contextmanager
def damage_told(where: str) -> Iterator[None]:
    """Turn what goes wrong with a stored sweep's document into a StorageError: it was whole once."""
    try:
        yield
    except (KeyError, TypeError, AttributeError, UsageError) as error:
        told = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise StorageError(f"the sweep is damaged: {told}", where=where, right="sweep again") from None


def table_of(sweeps: BacktestStorage, key: RunKey) -> bytes:
    """The rows of a stored sweep's points, as JSON."""
    sweep = read_sweep(sweeps, key)
    return orjson.dumps(rows_of(sweep.grid, sweep.points, sweep.request))


def rows_of(grid: Grid, points: Sequence[tuple[Value, ...]], request: SweepRequest) -> list[Document]:
    """A row for each point, in order, ranked by the objective."""
    found = [figures_of(grid.of_point(number)) for number in range(len(points))]
    ranks = ranks_of([value_of(grid.of_point(number), request.objective) for number in range(len(points))])
    ratios = [_ratio(each.figures.figures.get("sharpe")) for each in found]
    names = [parameter.name for parameter in request.parameters]
    rows = []
    for number, (values, each) in enumerate(zip(points, found, strict=True)):
        chance = chance_of_days(
            trading_days(grid.of_point(number)), each.totals.closed, [*ratios[:number], *ratios[number + 1 :]]
        )
        rows.append(
            {
                "point": number + 1,
                "values": dict(zip(names, values, strict=True)),
                "rank": ranks[number],
                **figures_record(each, chance),
            }
        )
    return rows


def figures_of(days: Sequence[tuple[date, PointDay]]) -> PointFigures:
    """What a point came to over some days."""
    ran = [each for _, each in days if not each.reason]
    failed = [each.reason for _, each in days if each.reason]
    totals = Totals(
        positions=sum(each.positions for each in ran),
        closed=sum(each.closed for each in ran),
        winning=sum(each.winning for each in ran),
        losing=sum(each.losing for each in ran),
        pnl_paise=sum(each.pnl_paise for each in ran),
        trades=sum(each.trades for each in ran),
        rejections=sum(each.rejections for each in ran),
    )
    net = sum(each.net_paise for each in ran)
    figures = figures_of_days(trading_days(days), totals.closed)
    return PointFigures(totals, net, figures, len(failed), failed[0] if failed else "")


def value_of(days: Sequence[tuple[date, PointDay]], objective: Objective) -> float | None:
    """What a point is judged by, the more the better; None where that is not defined, or a day could not be run."""
    points = [each for _, each in days]
    if any(each.reason for each in points):
        return None
    closed = sum(each.closed for each in points)
    match objective:
        case "net_pnl":
            return float(sum(each.net_paise for each in points))
        case "total_pnl":
            return float(sum(each.pnl_paise for each in points))
        case "win_rate":
            return sum(each.winning for each in points) / closed if closed else None
        case _:
            figure = figure_of_days(objective, trading_days(days), closed)
            return float(figure) if isinstance(figure, (int, float)) else None


def trading_days(days: Sequence[tuple[date, PointDay]]) -> list[TradingDay]:
    """A point's days as the statistics take them, without those on which it could not be run."""
    return [
        TradingDay(day, each.pnl_paise, each.charges_paise, each.positions > 0) for day, each in days if not each.reason
    ]


def figures_record(found: PointFigures, chance: Statistics | None = None) -> Document:
    """The figures of a point as documents have them. ``chance``: its Sharpe ratio against chance."""
    totals = found.totals
    figures = {**found.figures.figures, **({} if chance is None else chance.figures)}
    reasons = {**found.figures.reasons, **({} if chance is None else chance.reasons)}
    ratios = [name for name in RATIOS if name in figures]
    return {
        "total_pnl": rupees(totals.pnl_paise),
        "charges": rupees(totals.pnl_paise - found.net_paise),
        "net_pnl": rupees(found.net_paise),
        "positions": totals.positions,
        "trades": totals.trades,
        "winning_trades": totals.winning,
        "losing_trades": totals.losing,
        "win_rate": totals.win_rate,
        "rejected_orders": totals.rejections,
        "max_drawdown": figure_value(figures["max_drawdown"], "profit"),
        **{name: figure_value(figures[name], "ratio") for name in ratios},
        "reasons": {name: reasons[name] for name in ratios if name in reasons},
        "failed_days": found.failed,
        "failed_reason": found.reason,
    }


def ranks_of(values: Sequence[float | None]) -> list[int | None]:
    """The rank of each value, 1 for the largest; the same for equal ones, None for none."""
    ordered = sorted((value for value in values if value is not None), reverse=True)
    places: dict[float, int] = {}
    for place, value in enumerate(ordered, 1):
        places.setdefault(value, place)
    return [None if value is None else places[value] for value in values]


def best_of(values: Sequence[float | None]) -> int | None:
    """The number, from 0, of the largest value, the first of equal ones; None where there is none."""
    known = [(value, -number) for number, value in enumerate(values) if value is not None]
    return -max(known)[1] if known else None


def _ratio(figure: object) -> float | None:
    """A Sharpe ratio as trials are remembered: to four decimals."""
    return round(figure, 4) if isinstance(figure, (int, float)) else None
