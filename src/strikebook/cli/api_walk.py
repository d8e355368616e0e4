"""The brief's walk through all endpoints, against a server that runs: each call, its answer, its time."""

from __future__ import annotations

import time
from datetime import date
from typing import Annotated, Any, Final

import httpx
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from strikebook.cli.first_backtest import FIRST, LAST, STRATEGY
from strikebook.cli.texts import make_console

_API: Final = "/api/v1/backtest"
_START: Final = "python backtest_file_api_server.py"
_SHOWN_POSITIONS: Final = 10


class _UnexpectedError(Exception):
    """An answer that the walk cannot go on from."""


class _Walk:
    """The calls made so far."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.calls = Table("call", "status", "time", "answer", title="The walk", title_justify="left")
        self.calls.columns[2].justify = "right"

    def call(self, method: str, path: str, told: str = "", *, expected: int = 200, **options: Any) -> Any:  # noqa: ANN401 — JSON
        """Make a call and note it. Raises _UnexpectedError for another status than expected."""
        begun = time.perf_counter()
        answer = self._client.request(method, path, **options)
        took = f"{(time.perf_counter() - begun) * 1e3:.1f} ms"
        document = answer.json()
        text = told or str(document.get("message") or document.get("detail") or "")
        self.calls.add_row(f"{method} {path}", str(answer.status_code), took, text)
        if answer.status_code != expected:
            detail = document.get("detail", answer.text[:200])
            raise _UnexpectedError(f"{method} {path}: {answer.status_code}, {detail} ({document.get('right', '')})")
        return document


def walk(
    url: Annotated[str, typer.Option(envvar="STRIKEBOOK_URL", help="Where the server is.")] = "http://127.0.0.1:8000",
    user: Annotated[str, typer.Option(help="The user to run as.")] = "test_client",
    strategy: Annotated[str, typer.Option(help="The strategy to run.")] = STRATEGY,
    first: Annotated[str, typer.Option("--from", help="The first day.")] = FIRST,
    last: Annotated[str, typer.Option("--to", help="The last day.")] = LAST,
    key: Annotated[
        str | None, typer.Option(envvar="STRIKEBOOK_KEY", help="A key, where the server wants one.", show_default=False)
    ] = None,
) -> None:
    """Walk through every endpoint of a running server: run, status, metadata, day, cleanup, clear."""
    console = make_console()
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
        made = _Walk(client)
        try:
            _go(made, user, strategy, first, last)
        except httpx.TransportError as error:
            console.print(f"no server at {url} ({error}). Start it: {_START}", soft_wrap=True)
            raise typer.Exit(1) from None
        except (_UnexpectedError, ValueError, KeyError) as error:
            console.print(made.calls)
            console.print(f"the walk ended: {error}", soft_wrap=True)
            raise typer.Exit(1) from None
        console.print(made.calls)
    console.print("All endpoints answered as the guide says.")


def _go(made: _Walk, user: str, strategy: str, first: str, last: str) -> None:
    console = make_console()
    body = {"user_id": user, "strategy_id": strategy, "start_date": first, "end_date": last}
    job_id = made.call("POST", f"{_API}/run", json=body)["job_id"]
    status = _watch(made, job_id)
    if status["status"] != "completed":
        raise _UnexpectedError(f"the backtest is {status['status']}: {status['error']}")
    days = status["progress"]["completed_days"]
    made.call("GET", f"{_API}/status/{job_id}", f"{days} days, {status['progress']['percentage']} %")
    metadata = made.call("GET", f"{_API}/metadata/{user}/{strategy}", "the calendar")
    overall = metadata["overall_summary"]
    console.print(
        f"{metadata['strategy_name']}: {overall['total_positions']} positions, {overall['win_rate']} % won, "
        f"profit ₹{overall['total_pnl']:,.2f}; expires {metadata['expires_at']}"
    )
    stored = [each for each in metadata["daily_summaries"] if each["has_data"]]
    if stored:
        most = max(stored, key=lambda each: each["positions"])
        day = made.call("GET", f"{_API}/day/{user}/{strategy}/{most['date']}", f"{most['positions']} positions")
        console.print(_positions(day))
    missing = date(1999, 1, 2).strftime("%d-%m-%Y")
    made.call("GET", f"{_API}/day/{user}/{strategy}/{missing}", expected=404)
    made.call("GET", f"{_API}/cleanup/status")
    if made.call("GET", "/health").get("version"):
        made.call("POST", f"{_API}/cleanup/run")
    cleared = made.call("DELETE", f"{_API}/clear/{user}/{strategy}")
    console.print(f"cleared {cleared['deleted_files']} day files, {cleared['freed_space_mb']} MB")


def _watch(made: _Walk, job_id: str) -> Any:  # noqa: ANN401 — JSON
    """Poll a job until it has ended, with a bar; the last status."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(compact=True))
    client = made._client  # noqa: SLF001 — polls are not listed one by one
    with Progress(*columns, console=make_console(stderr=True), transient=True) as bar:
        task = bar.add_task(job_id, total=None)
        while True:
            status = client.get(f"{_API}/status/{job_id}").json()
            if status.get("status") not in ("queued", "running"):
                return status
            progress = status["progress"]
            bar.update(task, completed=progress["completed_days"], total=progress["total_days"])
            time.sleep(0.1)


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


def main() -> None:
    """Run the walk as a program."""
    typer.run(walk)
