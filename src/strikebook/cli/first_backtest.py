"""The first thing that a newcomer sees done: a demo strategy over two months, run through the server's own API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from strikebook.client import Client, ClientError, NotFoundError, UnreachableError
from strikebook.client.exchange import BACKTEST
from strikebook.client.shapes.runs import Metadata

USER: Final = "user_123"
STRATEGY: Final = "5708424d-5962-4629-978c-05b3a174e104"
FIRST: Final = "2024-10-01"
LAST: Final = "2024-11-30"


def run_first_backtest(url: str, log: str, say: Callable[[str], None]) -> None:
    """Run it, unless its results are there, and say where to look; what goes wrong is said, too. Raises nothing."""
    try:
        with Client(url, retries=0) as client:
            metadata = _metadata(client, say)
    except UnreachableError:
        say("The server stopped before the first backtest had ended; a job that is not done goes on at the next start.")
    except (ClientError, LookupError, TypeError) as error:
        say(f"The first backtest did not complete: {error}")
        say(f"The server goes on. {_where_to_look(log)}")
    else:
        _tell(url, metadata, say)


def _metadata(client: Client, say: Callable[[str], None]) -> Metadata:
    """The results of a run that has completed: those that are there, else a new run's. Raises ClientError."""
    try:
        found = client.result(USER, STRATEGY).metadata
    except NotFoundError:
        job = client.run(USER, STRATEGY, FIRST, LAST)
    else:
        if found["status"] == "completed":
            return found
        begun = found["status"] in ("queued", "running")
        job = client.job(found["job_id"]) if begun else client.run(USER, STRATEGY, FIRST, LAST)
    say(f"Running a first backtest: {job.job_id}")
    job.wait(patience_s=0)
    return client.result(USER, STRATEGY).metadata


def _where_to_look(log: str) -> str:
    return {"-": "The log is above.", "off": "There is no log: STRIKEBOOK_LOG=off."}.get(log, f"The log is {log}")


def _tell(url: str, metadata: Metadata, say: Callable[[str], None]) -> None:
    overall = metadata["overall_summary"]
    prices = "synthetic prices" if metadata["synthetic"] else f"prices of {metadata['market']['label']}"
    failed = f", {metadata['failed_days']} days FAILED" if metadata["failed_days"] else ""
    say(
        f"First backtest: {metadata['strategy_name']}, {metadata['start_date']} to {metadata['end_date']}, "
        f"{overall['total_positions']} positions, profit ₹{overall['total_pnl']:,.2f} ({prices}){failed}"
    )
    day = next((each["date"] for each in metadata["daily_summaries"] if each["positions"]), None)
    say(f"Open it: {url}/r/{USER}/{STRATEGY}")
    if day is not None:
        say(f"  a day: {url}/r/{USER}/{STRATEGY}/{day}")
    say(f"  as JSON: {url}{BACKTEST}/metadata/{USER}/{STRATEGY}")
    say("Ctrl-C (or SIGTERM) stops the server, after the days that are being run.")
