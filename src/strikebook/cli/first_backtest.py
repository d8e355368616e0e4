"""The first thing that a newcomer sees done: a demo strategy over two months, run through the server's own API."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import httpx

USER: Final = "user_123"
STRATEGY: Final = "5708424d-5962-4629-978c-05b3a174e104"
FIRST: Final = "2024-10-01"
LAST: Final = "2024-11-30"
_API: Final = "/api/v1/backtest"


def run_first_backtest(url: str, say: Callable[[str], None]) -> None:
    """Run it, unless its results are there, and say where to look; what goes wrong is said, too."""
    try:
        with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
            if client.get(f"{_API}/metadata/{USER}/{STRATEGY}").status_code == httpx.codes.NOT_FOUND:
                _run(client, say)
            metadata = client.get(f"{_API}/metadata/{USER}/{STRATEGY}").raise_for_status().json()
    except httpx.HTTPError as error:
        say(f"the first backtest did not run: {error}; the server goes on")
        return
    overall = metadata["overall_summary"]
    say(
        f"First backtest: {metadata['strategy_name']}, {metadata['start_date']} to {metadata['end_date']}, "
        f"{overall['total_positions']} positions, profit ₹{overall['total_pnl']:,.2f} (synthetic prices)"
    )
    day = next((each["date"] for each in metadata["daily_summaries"] if each["positions"]), None)
    say(f"Open {url}/docs, or look at the results:")
    say(f"  {url}{_API}/metadata/{USER}/{STRATEGY}")
    if day is not None:
        say(f"  {url}{_API}/day/{USER}/{STRATEGY}/{day}")
    say("Ctrl-C stops the server.")


def _run(client: httpx.Client, say: Callable[[str], None]) -> None:
    body = {"user_id": USER, "strategy_id": STRATEGY, "start_date": FIRST, "end_date": LAST}
    job_id = client.post(f"{_API}/run", json=body).raise_for_status().json()["job_id"]
    say(f"Running a first backtest: {job_id}")
    while True:
        status = client.get(f"{_API}/status/{job_id}").raise_for_status().json()
        if status["status"] not in ("queued", "running"):
            return
        time.sleep(0.2)
