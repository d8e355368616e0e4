"""A run's days and trades, read from its stored files a day at a time; no more than a day is held.

1. ``Source.days`` opens each day's ledger and gives its trades: a row a closing, and one for what is open still.
2. What filters leave out is in no row, no day and no total; without filters a day's figures are those of its file.
3. Totals are folded in whole paise; those of a whole run must be the metadata's, else the export is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from strikebook.errors import NotFoundError, StorageError
from strikebook.money.charges import Charges
from strikebook.money.statistics import STILL, RoundTrip, TradingDay
from strikebook.service.export.wanted import Filters, Wanted
from strikebook.service.results import missing_day
from strikebook.service.stored_days import StoredRun, refuse_replaced, stored_ledgers, usable_run
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.layout import RunKey, day_text, parse_day
from strikebook.storage.round_trips import day_course, round_trips
from strikebook.storage.summary import Totals

Document = dict[str, Any]
ENDED = ("completed", "failed", "cancelled")


class TradeRow(NamedTuple):
    """A row of the ledger with the position it belongs to; for what is open still, ``row`` is None.

    ``last``: it closes the position, or is what is open of it: the row that has what belongs to the position once.
    """

    run: Mapping[str, Any]
    day: date
    life: Mapping[str, Any]
    row: Mapping[str, Any] | None
    last: bool


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day of the plan: ``told`` is what the metadata says of it, ``summary`` its file's (None where trades are left
    out or there is no file), ``totals`` its fold (None without a file); the running profit from the first day on.
    """

    run: Mapping[str, Any]
    day: date
    told: Mapping[str, Any]
    summary: Mapping[str, Any] | None = None
    totals: Totals | None = None
    running: int | None = None
    running_net: int | None = None
    fall: int | None = None


class Source:
    """The days of a run that are to be exported. ``days`` may be gone through more than once."""

    def __init__(
        self, storage: BacktestStorage, key: RunKey, wanted: Wanted, on_days: Callable[[int], None] = lambda _: None
    ) -> None:
        """Read the run's metadata. Raises NotFoundError without such a run or day, StorageError for another version."""
        self._storage = storage
        self._on_days = on_days
        self.key = key
        self.wanted = wanted
        self.run: Document = usable_run(storage, key)
        planned = [(parse_day(told["date"]), told) for told in self.run["daily_summaries"]]
        self.told = [(day, told) for day, told in planned if _inside(day, wanted)]
        self._refuse_nothing()
        self._filtered = bool(wanted.filters.given())
        self.whole = len(self.told) == len(planned) and not self._filtered
        self.totals = Totals()
        self.rows = 0

    @property
    def first(self) -> date:
        """The first day of it."""
        return self.told[0][0]

    @property
    def last(self) -> date:
        """The last day of it."""
        return self.told[-1][0]

    @property
    def missing(self) -> list[tuple[date, Mapping[str, Any]]]:
        """The days that were not run, or failed: they are in no total."""
        return [(day, told) for day, told in self.told if told["status"] in ("pending", "failed")]

    @property
    def partial(self) -> bool:
        """Whether the run has not come to the end of its plan."""
        return bool(self.run["status"] != "completed")

    def days(self) -> Iterator[tuple[DayRow, list[TradeRow]]]:
        """Every day in order with its trades. Raises StorageError for a day that is missing, damaged or does not add
        up, or where the whole does not; BusyError where another run has taken its place meanwhile.
        """
        self.totals, self.rows = Totals(), 0
        highest = 0
        for number, (day, told) in enumerate(self.told, 1):
            read = self._read(day, told)
            if read is None:
                yield DayRow(self.run, day, told), []
            else:
                summary, totals, trades = read
                self.totals += totals
                self.rows += len(trades)
                running = self.totals.pnl_paise
                highest = max(highest, running)
                net = self.totals.net_paise
                yield DayRow(self.run, day, told, summary, totals, running, net, running - highest), trades
            self._on_days(number)
        self._refuse_other()

    def figured(self, day: DayRow, trades: list[TradeRow]) -> tuple[TradingDay, list[RoundTrip]] | None:
        """What statistics need of a day; None of one that was not run."""
        if day.totals is None:
            return None
        course = STILL if day.summary is None else day_course({"summary": day.summary})
        gross, charges = day.totals.pnl_paise, day.totals.charges.total
        closed = [trade.life for trade in trades if trade.last and trade.row is not None]
        return TradingDay(day.day, gross, charges, bool(trades), course), list(
            round_trips(day.day, {"positions": closed})
        )

    def _read(
        self, day: date, told: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any] | None, Totals, list[TradeRow]] | None:
        if not told["has_data"]:
            return None
        ((_, ledger),) = stored_ledgers(self._storage, self.key, (day,))
        trades = list(_trades(self.run, day, ledger))
        if self._filtered:
            kept = [trade for trade in trades if _passes(trade, self.wanted.filters)]
            return None, _folded(kept), kept
        stored = _stored_totals(ledger["summary"])
        if _folded(trades).pnl_paise != stored.pnl_paise:
            raise StorageError(
                "the trades of this day do not add up to its profit", where=f"{self.key}/{day_text(day)}", right=_AGAIN
            )
        return ledger["summary"], stored, trades

    def _refuse_nothing(self) -> None:
        if self.told:
            return
        wanted, run = self.wanted, self.run
        if wanted.first is not None and wanted.first == wanted.last:
            raise missing_day(self._storage, self.key, wanted.first)
        raise NotFoundError(
            f"no day of this run from {wanted.first or 'its first'} to {wanted.last or 'its last'}",
            where=str(self.key),
            right=f"the run is from {run['start_date']} to {run['end_date']}",
        )

    def _refuse_other(self) -> None:
        refuse_replaced(self._storage, StoredRun(self.key, self.run, (), ()))
        if self.whole and self.run["status"] in ENDED:
            overall = self.run["overall_summary"]
            stated = round(overall["total_pnl"] * 100), round(overall["charges"] * 100), overall["total_trades"]
            found = self.totals.pnl_paise, self.totals.charges.total, self.totals.trades
            if stated != found:
                raise StorageError(
                    "the stored days do not add up to the run's totals", where=str(self.key), right=_AGAIN
                )


_AGAIN = "run it again; strikebook verify names the days that are not what they were"


def _inside(day: date, wanted: Wanted) -> bool:
    return (wanted.first is None or wanted.first <= day) and (wanted.last is None or day <= wanted.last)


def _trades(run: Document, day: date, ledger: Document) -> Iterator[TradeRow]:
    """The ledger's rows in the order they were closed, then what is open still, in the order it was opened."""
    lives = {(life["vpi"], life["position_num"]): life for life in ledger["positions"]}
    for row in ledger["trades"]:
        life = lives[row["vpi"], row["position_num"]]
        yield TradeRow(run, day, life, row, last=row["part"] is None)
    for life in ledger["positions"]:
        if life["status"] == "OPEN":
            yield TradeRow(run, day, life, None, last=True)


def _passes(trade: TradeRow, filters: Filters) -> bool:
    life, row = trade.life, trade.row
    for wanted, found in (
        (filters.leg, life["vpi"]),
        (filters.symbol, life["symbol"]),
        (filters.side, life["side"]),
        (filters.exit_reason, None if row is None else row["exit_reason"]),
        (filters.exit_node, None if row is None else row["exit_node_id"]),
        (filters.result, _result(life)),
    ):
        if wanted is not None and wanted != found:
            return False
    return True


def _result(life: Mapping[str, Any]) -> str | None:
    """How a position ended, before charges, as the day's file counts it."""
    if life["status"] == "OPEN":
        return None
    return "winners" if life["pnl"] > 0 else "losers" if life["pnl"] < 0 else "flat"


def _folded(trades: list[TradeRow]) -> Totals:
    """The fold of some rows: profit and charges of the rows, wins and losses of the positions that they close."""
    pnl = 0
    lines: defaultdict[str, int] = defaultdict(int)
    rows = [trade.row for trade in trades if trade.row is not None]
    for row in rows:
        pnl += round(row["pnl"] * 100)
        for name, amount in row["charge_lines"].items():
            lines[name] += round(amount * 100)
    results = [_result(trade.life) for trade in trades if trade.last and trade.row is not None]
    return Totals(
        positions=len({(trade.life["vpi"], trade.life["position_num"]) for trade in trades}),
        closed=len(results),
        winning=results.count("winners"),
        losing=results.count("losers"),
        pnl_paise=pnl,
        trades=len(rows),
        charges=Charges(**lines),
    )


def _stored_totals(summary: Document) -> Totals:
    """A day's totals as its file has them."""
    return Totals(
        positions=summary["total_positions"],
        closed=summary["closed_positions"],
        winning=summary["winning_trades"],
        losing=summary["losing_trades"],
        pnl_paise=round(summary["total_pnl"] * 100),
        trades=summary["trades"],
        rejections=summary["rejected_orders"],
        charges=Charges(**{name: round(amount * 100) for name, amount in summary["charge_lines"].items()}),
    )
