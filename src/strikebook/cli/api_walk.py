"""The brief's walk through all endpoints, against a server that runs: each call, its answer, its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Final, NoReturn, TypeVar

import typer
from rich.table import Table

from strikebook.cli.app import run_program
from strikebook.cli.first_backtest import FIRST, LAST, STRATEGY
from strikebook.cli.settings_reader import read_settings
from strikebook.cli.texts import make_console
from strikebook.client import AnswerError, Client, ClientError, Exchanged, NotFoundError, UnreachableError
from strikebook.client.shapes.days import Day
from strikebook.client.shapes.jobs import Status

T = TypeVar("T")
_START: Final = "python backtest_file_api_server.py"
_SHOWN_POSITIONS: Final = 10


class _Walk:
    """The calls made so far."""

    def __init__(self, url: str, key: str | None) -> None:
        self.client = Client(url, key, timeout_s=60, retries=0, on_answer=self._note)
        self.calls = Table("call", "status", "time", "answer", title="The walk", title_justify="left")
        self.calls.columns[2].justify = "right"
        self._answered: Exchanged | None = None

    def call(self, make: Callable[[], T], told: Callable[[T], str]) -> T:
        """Make a call and note it. Raises ClientError where it does not come to its answer."""
        self._answered = None
        try:
            found = make()
        except ClientError:
            self._add("not as expected")
            raise
        self._add(told(found))
        return found

    def refused(self, make: Callable[[], object]) -> None:
        """Make a call for something that is not there and note what the server says. Raises ClientError otherwise."""

        def expect() -> str:
            try:
                make()
            except NotFoundError as error:
                return error.detail
            raise AnswerError("there is an answer where there can be none", where="the walk")

        self.call(expect, str)

    def _note(self, answered: Exchanged) -> None:
        self._answered = answered

    def _add(self, text: str) -> None:
        made = self._answered
        if made is not None:
            self.calls.add_row(f"{made.method} {made.path}", str(made.status), f"{made.took_s * 1e3:.1f} ms", text)


def walk(
    url: Annotated[
        str | None,
        typer.Option(
            envvar="STRIKEBOOK_URL",
            help="Where the server is.",
            show_default="http://127.0.0.1:8000, or as STRIKEBOOK_HOST and STRIKEBOOK_PORT say",
        ),
    ] = None,
    user: Annotated[str, typer.Option(help="The user to run as.")] = "test_client",
    strategy: Annotated[str, typer.Option(help="The strategy to run.")] = STRATEGY,
    first: Annotated[str, typer.Option("--from", help="The first day.")] = FIRST,
    last: Annotated[str, typer.Option("--to", help="The last day.")] = LAST,
    key: Annotated[
        str | None, typer.Option(envvar="STRIKEBOOK_KEY", help="A key, where the server wants one.", show_default=False)
    ] = None,
) -> None:
    """Walk through every endpoint of a running server: run, status, metadata, day, cleanup, clear.

    \b
    python backtest_file_api_server.py     (in another terminal)
    python test_file_api_client.py
    python test_file_api_client.py --url http://127.0.0.1:8001 --from 2024-10-01 --to 2024-10-31

    It clears what it ran. Exit status: 0 every answer was right, 1 one was not or no server answered, 2 usage.
    """  # noqa: D301 — \b is the mark of lines to be left as they are
    console = make_console()
    address = _own_address() if url is None else url
    made = _Walk(address, key)
    with made.client:
        ended = _how_it_ended(made, user, strategy, first, last)
    if made.calls.row_count:
        console.print(made.calls)
    if ended is not None:
        make_console(stderr=True).print(ended, soft_wrap=True)
        raise typer.Exit(1)
    console.print("All endpoints answered as the guide says.")


def _how_it_ended(made: _Walk, user: str, strategy: str, first: str, last: str) -> str | None:
    """Walk; None where all is well, else what a person is told."""
    address = made.client.url.rstrip("/")
    try:
        _go(made, user, strategy, first, last)
    except UnreachableError as error:
        why = str(error.__cause__) or type(error.__cause__).__name__
        if not made.calls.row_count:
            return f"no server at {address} ({why}). Start it: {_START}"
        return f"the walk ended: the server at {address} does not answer any more ({why}). Start it again: {_START}"
    except ClientError as error:
        return f"the walk ended: {error}"
    except (LookupError, TypeError, AttributeError) as error:
        return f"the walk ended: an answer is not of the documented shape: {type(error).__name__}: {error}"
    return None


def _own_address() -> str:
    """The address that a server with our settings has."""
    settings = read_settings({})
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 — asked, not opened
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port or 8000}"


def _go(made: _Walk, user: str, strategy: str, first: str, last: str) -> None:
    console, client = make_console(), made.client
    job = made.call(lambda: client.run(user, strategy, first, last), lambda job: f"queued: {job.job_id}")
    job.wait(progress=True, patience_s=0)
    made.call(job.status, _days_done)
    result = made.call(lambda: client.result(user, strategy), lambda _: "the calendar")
    metadata = result.metadata
    overall = metadata["overall_summary"]
    console.print(
        f"{metadata['strategy_name']}: {overall['total_positions']} positions, {overall['win_rate']} % won, "
        f"profit ₹{overall['total_pnl']:,.2f}; expires {metadata['expires_at']}"
    )
    stored = [each for each in metadata["daily_summaries"] if each["has_data"]]
    if stored:
        most = max(stored, key=lambda each: each["positions"])
        day = made.call(lambda: result.day(most["date"]), lambda day: f"{len(day['positions'])} positions")
        console.print(_positions(day))
    made.refused(lambda: result.day(date(1999, 1, 2)))
    made.call(client.cleanup_status, lambda status: status["message"])
    if made.call(client.health, lambda health: health["status"]).get("version"):
        made.call(client.cleanup, lambda done: done["message"])
    cleared = made.call(lambda: client.clear(user, strategy), lambda cleared: cleared["message"])
    console.print(f"cleared {cleared['deleted_files']} day files, {cleared['freed_space_mb']} MB")


def _days_done(status: Status) -> str:
    progress = status["progress"]
    return f"{progress['completed_days']} days, {progress['percentage']} %"


def _positions(day: Day) -> Table:
    table = Table(
        "#", "symbol", "side", "units", "in", "at", "out", "at", "profit", "why in", title=f"Positions of {day['date']}"
    )
    for position in day["positions"][:_SHOWN_POSITIONS]:
        exit_time = position["exit_time"]
        table.add_row(
            str(position["position_num"]),
            position["symbol"],
            position["side"],
            str(position["quantity"]),
            f"{position['entry_price']:.2f}",
            position["entry_time"][11:],
            f"{position['exit_price']:.2f}" if exit_time is not None else "",
            "open" if exit_time is None else exit_time[11:],
            f"{position['pnl']:,.2f}",
            position["condition_preview"],
        )
    return table


def main() -> NoReturn:
    """Run the walk as a program."""
    run_program(lambda: typer.run(walk))
