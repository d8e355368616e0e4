"""What an export says beside its rows: what was run and how, what is left out, and what it all amounts to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from strikebook.money.figures import Definition, definitions
from strikebook.money.statistics import RoundTrip, TradingDay
from strikebook.service.export.columns import Kind, Value
from strikebook.service.export.rows import DayRow, Source, TradeRow
from strikebook.service.run_figures import run_figures
from strikebook.storage.layout import day_text
from strikebook.storage.summary import rupees

Document = dict[str, Any]
KINDS: Final[dict[str, Kind]] = {
    "profit": "money", "rupees": "money", "percent": "number", "ratio": "number", "count": "count", "days": "count",
    "seconds": "number", "date": "date",
}  # fmt: skip
"""Units of figures -> what their cells are."""
_OF_ALL_TRADES: Final = (
    *(each.name for each in definitions() if each.name.startswith("intraday_drawdown")),
    "time_in_market",
    "peak_margin",
    "return_on_margin",
)
_OF_WHOLE_RUNS: Final = ("trials", "probabilistic_sharpe", "deflated_sharpe")
_LATER: Final = "not told yet when the run ended; its statistics have it"
_REASON_SHOWN: Final = 3
WARNING: Final = "Warning"


@dataclass(frozen=True, slots=True)
class Said:
    """A line beside the rows: a name, its value, what kind that is, what it means."""

    name: str
    value: Value
    kind: Kind = "text"
    text: str = ""
    unit: str = ""


class Figures:
    """The statistics of what is exported: those of the metadata for a whole run, else folded as its days go by."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._stored: Document | None = source.run.get("statistics") if source.whole else None
        self._days: list[TradingDay] = []
        self._trips: list[RoundTrip] = []

    def add(self, day: DayRow, trades: list[TradeRow]) -> None:
        """Take a day in."""
        found = None if self._stored is not None else self._source.figured(day, trades)
        if found is not None:
            self._days.append(found[0])
            self._trips += found[1]

    def said(self) -> list[Said]:
        """Every figure that has a value or a reason for having none."""
        found = self._found()
        return [
            Said(
                each.title,
                found["figures"].get(each.name),
                KINDS[each.unit],
                _meaning(each, found),
                each.unit,
            )
            for each in definitions()
        ]

    def _found(self) -> Document:
        if self._stored is not None:
            return _with_later_figures(self._stored)
        if not self._days:
            return {"figures": {}, "reasons": {each.name: "no day was run" for each in definitions()}}
        found = run_figures(self._days, self._trips, ())
        left_out = dict.fromkeys(() if self._source.whole else _OF_WHOLE_RUNS, "of a whole run only")
        if self._source.wanted.filters.given():
            left_out |= dict.fromkeys(_OF_ALL_TRADES, "of all trades of a day only")
        found["figures"] |= dict.fromkeys(left_out)
        found["reasons"] |= left_out
        return found


def _with_later_figures(stored: Document) -> Document:
    """The stored figures of a run, and a reason for those that were not told yet when it ended."""
    absent = [each.name for each in definitions() if each.name not in stored["figures"]]
    return {**stored, "reasons": {**stored["reasons"], **dict.fromkeys(absent, _LATER)}}


def _meaning(figure: Definition, found: Document) -> str:
    reason = found["reasons"].get(figure.name)
    return figure.text if reason is None else f"{figure.text} ({reason})"


def totals_said(source: Source) -> list[Said]:
    """What the rows add up to; after the days have gone by."""
    totals = source.totals
    win_rate = totals.win_rate if totals.closed else None
    return [
        Said("Positions", totals.positions, "count", "positions that were opened", "count"),
        Said("Trades", totals.trades, "count", "closings, parts included", "count"),
        Said("Won, before charges", totals.winning, "count", "positions with a gross profit above 0", "count"),
        Said("Lost, before charges", totals.losing, "count", "positions with one below 0", "count"),
        Said("Won, of closed", win_rate, "number", "before charges; empty without one", "percent"),
        Said("Gross profit", rupees(totals.pnl_paise), "money", "the sum of the trades, before charges", "profit"),
        Said("Charges", rupees(totals.charges.total), "money", "brokerage, taxes and fees of the trades", "rupees"),
        Said("Net profit", rupees(totals.net_paise), "money", "what is left of it", "profit"),
    ]


def notes(source: Source) -> list[str]:
    """What must be known before a number is believed: an unfinished run, failed days, made-up prices, filters."""
    run, found = source.run, []
    if source.partial:
        found.append(
            f"PARTIAL: the run is {run['status']}, {run['completed_days']} of {run['total_days']} days are done; "
            "the others are in no number"
        )
    failed = [day_text(day) for day, told in source.missing if told["status"] == "failed"]
    if failed:
        more = f" and {len(failed) - _REASON_SHOWN} more" if len(failed) > _REASON_SHOWN else ""
        found.append(f"FAILED DAYS: {', '.join(failed[:_REASON_SHOWN])}{more} could not be run and are in no number")
    if run["synthetic"]:
        found.append("SYNTHETIC PRICES: the market's prices are made up")
    given = source.wanted.filters.given()
    if given:
        texts = ", ".join(f"{name} {value}" for name, value in given.items())
        found.append(f"FILTERED: only trades with {texts}; every number is of these alone")
    return found


def settings(source: Source) -> Iterator[Said]:
    """What was run, how, on what, and what of it is here."""
    run, wanted = source.run, source.wanted
    yield Said("Strategy", run["strategy_name"])
    yield Said("Strategy id", run["strategy_id"])
    yield Said("User", run["user_id"])
    yield Said("Job", run["job_id"])
    yield Said("Status of the run", run["status"])
    if run["error"]:
        yield Said("Error of the run", run["error"])
    yield Said("Run from", run["start_date"], "date")
    yield Said("Run to", run["end_date"], "date")
    yield Said("Days of the run", run["total_days"], "count")
    yield Said("Days done", run["completed_days"], "count")
    yield Said("Days failed", run["failed_days"], "count")
    yield Said("Exported from", source.first.isoformat(), "date")
    yield Said("Exported to", source.last.isoformat(), "date")
    yield Said("Exported days", len(source.told), "count")
    for name, value in wanted.filters.given().items():
        yield Said(f"Filter: {name.replace('_', ' ')}", value)
    yield Said("Market", run["market"]["label"])
    yield Said("Underlying", run["market"]["underlying"])
    yield Said("Supporting instrument", run["market"]["supporting"])
    yield Said("Synthetic prices", run["synthetic"], "flag")
    for name, value in run["options"].items():
        yield Said(f"Option: {name}", value, "count" if isinstance(value, int) else "text")
    yield Said("Strategy hash", run["strategy_hash"])
    yield Said("Engine version", run["engine_version"])
    yield Said("Run at", run["created_at"], "time")
    for warning in warnings(source):
        yield Said(WARNING, warning)


def warnings(source: Source) -> list[str]:
    """What the check of the strategy warned of."""
    return [f"{warning['what']} ({warning['right']})" for warning in source.run["warnings"]]
