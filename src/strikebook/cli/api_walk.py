"""The brief's walk through all endpoints, against a server that runs: each call, its answer, its time."""

from __future__ import annotations

import time
from datetime import date
from typing import Annotated, Any, Final, NoReturn

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from strikebook.cli.api_calls import API, RefusedError, document_of, follow_job
from strikebook.cli.app import run_program
from strikebook.cli.first_backtest import FIRST, LAST, STRATEGY
from strikebook.cli.settings_reader import read_settings
from strikebook.cli.texts import make_console
from strikebook.errors import UsageError

_START: Final = "python backtest_file_api_server.py"
_SHOWN_POSITIONS: Final = 10


class _Walk:
    """The calls made so far."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.calls = Table("call", "status", "time", "answer", title="The walk", title_justify="left")
        self.calls.columns[2].justify = "right"

    def call(self, method: str, path: str, told: str = "", *, expected: int = 200, **options: Any) -> Any:  # noqa: ANN401 — JSON
        """Make a call and note it. Raises RefusedError for another status than expected, or for what is no JSON."""
        begun = time.perf_counter()
        answer = self.client.request(method, path, **options)
        took = f"{(time.perf_counter() - begun) * 1e3:.1f} ms"
        try:
            document = document_of(answer, expected)
        except RefusedError:
            self.calls.add_row(f"{method} {path}", str(answer.status_code), took, "not as expected")
            raise
        text = told or str(document.get("message") or document.get("detail") or "")
        self.calls.add_row(f"{method} {path}", str(answer.status_code), took, text)
        return document


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
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    try:
        with httpx.Client(base_url=address, headers=headers, timeout=60, trust_env=False) as client:
            made = _Walk(client)
            ended = _how_it_ended(made, user, strategy, first, last)
    except httpx.InvalidURL as error:
        raise UsageError(f"{address!r}: {error}", where="--url", right="like http://127.0.0.1:8000") from None
    if made.calls.row_count:
        console.print(made.calls)
    if ended is not None:
        make_console(stderr=True).print(ended, soft_wrap=True)
        raise typer.Exit(1)
    console.print("All endpoints answered as the guide says.")


def _how_it_ended(made: _Walk, user: str, strategy: str, first: str, last: str) -> str | None:
    """Walk; None where all is well, else what a person is told."""
    address = str(made.client.base_url).rstrip("/")
    try:
        _go(made, user, strategy, first, last)
    except httpx.TransportError as error:
        why = str(error) or type(error).__name__
        if not made.calls.row_count:
            return f"no server at {address} ({why}). Start it: {_START}"
        return f"the walk ended: the server at {address} does not answer any more ({why}). Start it again: {_START}"
    except RefusedError as error:
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
    console = make_console()
    body = {"user_id": user, "strategy_id": strategy, "start_date": first, "end_date": last}
    job_id = made.call("POST", f"{API}/run", json=body)["job_id"]
    status = _watch(made, job_id)
    if status["status"] != "completed":
        raise RefusedError(f"the backtest is {status['status']}: {status['error']}")
    days = status["progress"]["completed_days"]
    made.call("GET", f"{API}/status/{job_id}", f"{days} days, {status['progress']['percentage']} %")
    metadata = made.call("GET", f"{API}/metadata/{user}/{strategy}", "the calendar")
    overall = metadata["overall_summary"]
    console.print(
        f"{metadata['strategy_name']}: {overall['total_positions']} positions, {overall['win_rate']} % won, "
        f"profit ₹{overall['total_pnl']:,.2f}; expires {metadata['expires_at']}"
    )
    stored = [each for each in metadata["daily_summaries"] if each["has_data"]]
    if stored:
        most = max(stored, key=lambda each: each["positions"])
        day = made.call("GET", f"{API}/day/{user}/{strategy}/{most['date']}", f"{most['positions']} positions")
        console.print(_positions(day))
    missing = date(1999, 1, 2).strftime("%d-%m-%Y")
    made.call("GET", f"{API}/day/{user}/{strategy}/{missing}", expected=404)
    made.call("GET", f"{API}/cleanup/status")
    if made.call("GET", "/health").get("version"):
        made.call("POST", f"{API}/cleanup/run")
    cleared = made.call("DELETE", f"{API}/clear/{user}/{strategy}")
    console.print(f"cleared {cleared['deleted_files']} day files, {cleared['freed_space_mb']} MB")


def _watch(made: _Walk, job_id: str) -> Any:  # noqa: ANN401 — JSON
    """Follow a job until it has ended, with a bar; the last status."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=make_console(stderr=True), transient=True) as bar:
        task = bar.add_task(job_id, total=None)

        def on_progress(status: Any) -> None:  # noqa: ANN401 — JSON
            progress = status["progress"]
            bar.update(task, completed=progress["completed_days"], total=progress["total_days"])

        return follow_job(made.client, job_id, on_progress, 0.1)


def _positions(day: Any) -> Table:  # noqa: ANN401 — JSON
    table = Table(
        "#", "symbol", "side", "units", "in", "at", "out", "at", "profit", "why in", title=f"Positions of {day['date']}"
    )
    for position in day["positions"][:_SHOWN_POSITIONS]:
        closed = position["exit_time"] is not None
        table.add_row(
            str(position["position_num"]),
            position["symbol"],
            position["side"],
            str(position["quantity"]),
            f"{position['entry_price']:.2f}",
            position["entry_time"][11:],
            f"{position['exit_price']:.2f}" if closed else "",
            position["exit_time"][11:] if closed else "open",
            f"{position['pnl']:,.2f}",
            position["condition_preview"],
        )
    return table


def main() -> NoReturn:
    """Run the walk as a program."""
    run_program(lambda: typer.run(walk))
