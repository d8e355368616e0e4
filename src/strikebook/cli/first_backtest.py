"""The first thing that a newcomer sees done: a demo strategy over two months, run through the server's own API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import httpx

from strikebook.cli.api_calls import API, RefusedError, document_of, follow_job

USER: Final = "user_123"
STRATEGY: Final = "5708424d-5962-4629-978c-05b3a174e104"
FIRST: Final = "2024-10-01"
LAST: Final = "2024-11-30"
_RESULTS: Final = f"{API}/metadata/{USER}/{STRATEGY}"


def run_first_backtest(url: str, log: str, say: Callable[[str], None]) -> None:
    """Run it, unless its results are there, and say where to look; what goes wrong is said, too. Raises nothing."""
    try:
        with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
            metadata = _metadata(client, say)
    except httpx.TransportError:
        say("The server stopped before the first backtest had ended; a job that is not done goes on at the next start.")
    except (RefusedError, httpx.HTTPError, LookupError, TypeError) as error:
        say(f"The first backtest did not complete: {error}")
        say(f"The server goes on. {_where_to_look(log)}")
    else:
        _tell(url, metadata, say)


def _metadata(client: httpx.Client, say: Callable[[str], None]) -> Any:  # noqa: ANN401 — JSON
    """The results of a run that has completed: those that are there, else a new run's. Raises RefusedError."""
    answer = client.get(_RESULTS)
    if answer.status_code == httpx.codes.NOT_FOUND:
        job_id = _submit(client)
    else:
        metadata = document_of(answer)
        if metadata["status"] == "completed":
            return metadata
        begun = metadata["status"] in ("queued", "running")
        job_id = metadata["job_id"] if begun else _submit(client)
    say(f"Running a first backtest: {job_id}")
    status = follow_job(client, job_id, lambda _: None, 0.2)
    if status["status"] != "completed":
        raise RefusedError(f"{job_id} is {status['status']}: {status['error'] or 'no reason is given'}")
    return document_of(client.get(_RESULTS))


def _submit(client: httpx.Client) -> str:
    body = {"user_id": USER, "strategy_id": STRATEGY, "start_date": FIRST, "end_date": LAST}
    return str(document_of(client.post(f"{API}/run", json=body))["job_id"])


def _where_to_look(log: str) -> str:
    return {"-": "The log is above.", "off": "There is no log: STRIKEBOOK_LOG=off."}.get(log, f"The log is {log}")


def _tell(url: str, metadata: Any, say: Callable[[str], None]) -> None:  # noqa: ANN401 — JSON
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
    say(f"  as JSON: {url}{_RESULTS}")
    say("Ctrl-C (or SIGTERM) stops the server, after the days that are being run.")
