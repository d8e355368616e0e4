"""A stored result: its calendar, its days, its trades, and what can be asked about them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

from strikebook.client.asking import Asking
from strikebook.client.endpoint import endpoint
from strikebook.client.exchange import BACKTEST, JSON_HEADERS, Request, day_part, get, identified, json_bytes
from strikebook.client.files import saved
from strikebook.client.refusals import ReplacedError
from strikebook.client.remembered import history_request, notes_request, past_runs, set_notes_request
from strikebook.client.rows import DAY_COLUMNS, POSITION_COLUMNS, TRADE_COLUMNS, Column, Rows, day_of
from strikebook.client.shapes.days import Chart, Day, Position, Trade
from strikebook.client.shapes.jobs import ClearedAnswer
from strikebook.client.shapes.reasons import Why
from strikebook.client.shapes.remembered import NotesTold, PastRun, RunHistory
from strikebook.client.shapes.retention import Lives, Pinned
from strikebook.client.shapes.runs import DailySummary, Metadata, Repriced, RunStatistics, Verified
from strikebook.client.shapes.strategies import Findings
from strikebook.client.steps import Steps
from strikebook.errors import UsageError

DayGiven = date | str
"""A date, DD-MM-YYYY or YYYY-MM-DD."""
ExportFormat = Literal["csv", "xlsx", "parquet", "html"]
_WHOLE: Final = ("job_id", "created_at")


class DatedTrade(Trade):
    """A row of the ledger, and its day."""

    date: str


class DatedPosition(Position):
    """A position with its reasons, and its day."""

    date: str


def _format_of(place: Path) -> str:
    """The format that a file's name has. Raises UsageError where that says nothing."""
    found = place.suffix.removeprefix(".").lower()
    if found not in get_args(ExportFormat):
        formats = ", ".join(get_args(ExportFormat))
        raise UsageError("the name has no format", where=str(place), right=f"format=… or a name that ends in {formats}")
    return found


def metadata_request(user_id: str, strategy_id: str) -> Request:
    """The request for a result's metadata."""
    return get(_path("metadata", user_id, strategy_id))


def clear_request(user_id: str, strategy_id: str) -> Request:
    """The request that clears a result."""
    return Request("DELETE", _path("clear", user_id, strategy_id), slow=True)


def _path(what: str, user_id: str, strategy_id: str) -> str:
    return f"{BACKTEST}/{what}/{identified('user_id', user_id)}/{identified('strategy_id', strategy_id)}"


class ResultCalls(Asking):
    """What can be asked of a result. ``metadata`` is what the server said of it when this was made."""

    def __init__(self, metadata: Metadata, retries: int) -> None:
        super().__init__(retries)
        self.metadata = metadata
        self.user_id = metadata["user_id"]
        self.strategy_id = metadata["strategy_id"]

    def __repr__(self) -> str:
        """Say whose result of what it is."""
        return f"{type(self).__name__}({self.user_id!r}, {self.strategy_id!r}, {self.metadata['status']!r})"

    def days(self) -> Rows[DailySummary]:
        """The calendar: a row for every day of the plan, also for those that were not run."""
        return Rows(self.metadata["daily_summaries"], DAY_COLUMNS)

    @endpoint
    def day(self, day: DayGiven) -> Steps[Day]:
        """A day: its positions, and the reason for each."""
        return self._ask(self._day_path(day))

    @endpoint
    def trades(self, first: DayGiven | None = None, last: DayGiven | None = None) -> Steps[Rows[DatedTrade]]:
        """The ledger: a row for each closing, in their order, of all days or of those from first to last.

        Each day is asked for, one after the other. Raises ReplacedError where another run took the results' place.
        """
        return cast("Steps[Rows[DatedTrade]]", self._of_days("trades", TRADE_COLUMNS, first, last))

    @endpoint
    def positions(self, first: DayGiven | None = None, last: DayGiven | None = None) -> Steps[Rows[DatedPosition]]:
        """The positions with their reasons, of all days or some; else as ``trades``.

        A frame has no column of the reasons themselves: ``condition_preview`` is there, the document has the rest.
        """
        return cast("Steps[Rows[DatedPosition]]", self._of_days("positions", POSITION_COLUMNS, first, last))

    @endpoint
    def statistics(self, capital: float | None = None) -> Steps[RunStatistics]:
        """The statistics, each with its definition; with a capital in rupees also what is a share of it."""
        return self._ask(self._path("statistics"), {"capital": capital}, slow=True)

    @endpoint
    def why(self, day: DayGiven, node: str) -> Steps[Why]:
        """What a node did on a day, and why it did no more."""
        return self._ask(f"{self._day_path(day)}/why", {"node": node})

    @endpoint
    def chart(self, day: DayGiven, *, timeframe: str | None = None, symbol: str | None = None) -> Steps[Chart]:
        """Candles, indicators and prices of a day."""
        return self._ask(f"{self._day_path(day)}/chart", {"timeframe": timeframe, "symbol": symbol})

    @endpoint
    def graph(self) -> Steps[Findings]:
        """The strategy as it was run, each node in sentences."""
        return self._ask(f"{self._path('results')}/graph")

    @endpoint
    def reprice(
        self, *, brokerage: str | float | None = None, terms: Literal["as_was", "today"] | None = None
    ) -> Steps[Repriced]:
        """The run charged again under other terms; nothing that is stored changes."""
        return self._ask(self._path("reprice"), {"brokerage": brokerage, "terms": terms}, slow=True)

    @endpoint
    def verify(self) -> Steps[Verified]:
        """The run made again and compared byte by byte; it takes as long as the run took."""
        return self._ask(self._path("verify"), slow=True)

    @endpoint
    def download(self, day: DayGiven, to: str | os.PathLike[str], *, replace: bool = False) -> Steps[Path]:
        """Save a day's file as it is stored: under that name, or in that folder as ``01-10-2024.json.gz``; its path."""
        return saved(get(f"{self._day_path(day)}/download"), self._retries, to, replace=replace)

    @endpoint
    def export(  # noqa: PLR0913 — the filters of an export, each of which may be left out
        self,
        to: str | os.PathLike[str],
        *,
        format: ExportFormat | None = None,  # noqa: A002 — as the API has it
        table: Literal["trades", "days"] | None = None,
        first: DayGiven | None = None,
        last: DayGiven | None = None,
        leg: str | None = None,
        symbol: str | None = None,
        exit_reason: str | None = None,
        exit_node: str | None = None,
        result: Literal["winners", "losers", "flat"] | None = None,
        side: Literal["BUY", "SELL"] | None = None,
        replace: bool = False,
    ) -> Steps[Path]:
        """Save the run, or some of it, as a file for other programs or a report: under that name, or in that folder.

        Without a format the file's name has it: ``.csv``, ``.xlsx``, ``.parquet``, ``.html``. All filters have to fit.
        """
        query = {"format": format or _format_of(Path(to)), "table": table, "from": first, "to": last, "leg": leg}
        query |= {"symbol": symbol, "exit_reason": exit_reason, "exit_node": exit_node, "result": result, "side": side}
        return saved(get(self._path("export"), query, slow=True), self._retries, to, replace=replace)

    @endpoint
    def pin(self) -> Steps[Pinned]:
        """Keep the results until they are unpinned or cleared: they do not expire, and no run replaces them."""
        return self._do(Request("PUT", self._path("pin")))

    @endpoint
    def unpin(self) -> Steps[Pinned]:
        """Let the results expire again, when they would have without the pin."""
        return self._do(Request("DELETE", self._path("pin")))

    @endpoint
    def notes(self) -> Steps[NotesTold]:
        """What its user says of it: a name, a note, tags."""
        return self._do(notes_request(self.user_id, self.strategy_id))

    @endpoint
    def set_notes(
        self, *, name: str | None = None, note: str | None = None, tags: Sequence[str] = ()
    ) -> Steps[NotesTold]:
        """Say something of it, in place of what was said: what is left out is said no more. It outlives the result."""
        return self._do(set_notes_request(self.user_id, self.strategy_id, name, note, tags))

    @endpoint
    def history(self, limit: int | None = None) -> Steps[RunHistory]:
        """The newest runs of its strategy that have ended, also those whose results are gone; and all their trials."""
        return self._do(history_request(self.user_id, self.strategy_id, limit))

    @endpoint
    def past_runs(self, limit: int | None = None) -> Steps[Rows[PastRun]]:
        """The runs of ``history`` as rows, the newest first."""
        return past_runs(history_request(self.user_id, self.strategy_id, limit), self._retries)

    @endpoint
    def live(self, hours: float | None) -> Steps[Lives]:
        """Let the results live so many hours from when they were made, or (None) as long as their run asked."""
        return self._do(Request("PUT", self._path("ttl"), (), JSON_HEADERS, json_bytes({"ttl_hours": hours})))

    @endpoint
    def clear(self) -> Steps[ClearedAnswer]:
        """Remove the results from the server; a job that is at work on them is cancelled first."""
        return self._do(clear_request(self.user_id, self.strategy_id))

    def _path(self, what: str) -> str:
        return _path(what, self.user_id, self.strategy_id)

    def _day_path(self, day: DayGiven) -> str:
        return f"{self._path('day')}/{day_part(day)}"

    def _of_days(
        self, member: str, columns: tuple[Column, ...], first: DayGiven | None, last: DayGiven | None
    ) -> Steps[Rows[Any]]:
        rows: list[dict[str, Any]] = []
        for summary in self._stored_days(first, last):
            document = yield from self._ask(self._day_path(summary["date"]))
            rows += [{"date": document["date"], **row} for row in document[member]]
        now = yield from self._do(metadata_request(self.user_id, self.strategy_id))
        if any(now[name] != self.metadata[name] for name in _WHOLE):
            what = f"the results are those of {now['job_id']} by now, not of {self.metadata['job_id']}"
            raise ReplacedError(what, where=f"{self.user_id}/{self.strategy_id}", right="ask for the result again")
        return Rows(rows, columns)

    def _stored_days(self, first: DayGiven | None, last: DayGiven | None) -> Iterator[DailySummary]:
        begin = date.min if first is None else day_of(first)
        end = date.max if last is None else day_of(last)
        for summary in self.metadata["daily_summaries"]:
            if summary["has_data"] and begin <= day_of(summary["date"]) <= end:
                yield summary
