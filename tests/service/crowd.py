"""Many users at once, each running, polling, reading and clearing, while cleanups go on:
``python -m tests.service.crowd 20 600`` (users, seconds).

Each result must equal that of the same run made alone; nothing may block; the server's memory must stay flat: what it
may keep for later is set so small that it is full after the first minute, and what grows then is a leak.
"""

from __future__ import annotations

import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from tests.service.kill_server import API, STRATEGY, Storm, day_files, server, wait_for_all

RANGES = (("2024-10-01", "2024-10-11"), ("2024-10-07", "2024-10-18"), ("2024-11-04", "2024-11-08"))
LONGEST_WAIT_S = 120.0
KEPT = {"STRIKEBOOK_CACHE_MB": "2", "STRIKEBOOK_KEEP_JOBS": "50"}

Seen = dict[tuple[str, str], dict[str, bytes]]


def main(users: int, seconds: float) -> None:
    """Let them at it, and say what was seen."""
    with tempfile.TemporaryDirectory() as place:
        expected = alone(Storm(Path(place) / "alone", random.Random(1)))
        storm = Storm(Path(place) / "crowd", random.Random(1), settings=KEPT)
        rounds, memory = crowd(storm, users, seconds, expected)
        shown = ", ".join(f"{each:.0f}" for each in memory)
        print(f"{users} users, {seconds:.0f} s: {rounds} runs, each as alone; server's memory (PSS, MB): {shown}")


def alone(storm: Storm) -> Seen:
    """The day files of each range, run by one user after the other ranges."""
    seen: Seen = {}
    with server(storm) as (client, _):
        for first, last in RANGES:
            _run(client, "solo", first, last)
            seen[first, last] = {name: content for name, (_, content) in day_files(storm, "solo").items()}
    return seen


def crowd(storm: Storm, users: int, seconds: float, expected: Seen) -> tuple[int, list[float]]:
    """Run the users' threads for so long; how many runs there were, and the memory at ten moments."""
    errors: list[BaseException] = []
    runs = [0] * users
    with server(storm) as (client, process):
        over = time.monotonic() + seconds

        def live(number: int) -> None:
            randomness = random.Random(number)
            with httpx.Client(base_url=client.base_url, timeout=60, trust_env=False) as own:
                while time.monotonic() < over and not errors:
                    _one_round(own, f"user{number}", randomness, expected)
                    runs[number] += 1

        def clean() -> None:
            with httpx.Client(base_url=client.base_url, timeout=60, trust_env=False) as own:
                while time.monotonic() < over and not errors:
                    own.post(f"{API}/cleanup/run").raise_for_status()
                    own.get(f"{API}/cleanup/status").raise_for_status()
                    time.sleep(0.1)

        jobs: list[Callable[[], None]] = [clean, *(partial(live, number) for number in range(users))]
        threads = [threading.Thread(target=_caught, args=(job, errors)) for job in jobs]
        for thread in threads:
            thread.start()
        memory = []
        for _ in range(10):
            time.sleep(seconds / 10)
            memory.append(_pss(process.pid))
        for thread in threads:
            thread.join(LONGEST_WAIT_S)
            assert not thread.is_alive(), "a user is stuck"
        wait_for_all(client)
    if errors:
        raise errors[0]
    return sum(runs), memory


def _one_round(client: httpx.Client, user: str, randomness: random.Random, expected: Seen) -> None:
    first, last = randomness.choice(RANGES)
    _run(client, user, first, last)
    metadata = client.get(f"{API}/metadata/{user}/{STRATEGY}").raise_for_status().json()
    days = {name.removesuffix(".json.gz"): content for name, content in expected[first, last].items()}
    assert metadata["status"] == "completed", metadata["error"]
    assert {day["date"] for day in metadata["daily_summaries"] if day["has_data"]} == days.keys()
    for day, content in days.items():
        answer = client.get(f"{API}/day/{user}/{STRATEGY}/{day}/download").raise_for_status()
        assert answer.content == content, f"{user} {day}: other bytes than alone"
    if randomness.random() < 0.5:
        cleared: Any = client.delete(f"{API}/clear/{user}/{STRATEGY}").raise_for_status().json()
        assert cleared["deleted_files"] == len(days)
        assert client.get(f"{API}/metadata/{user}/{STRATEGY}").status_code == 404


def _run(client: httpx.Client, user: str, first: str, last: str) -> None:
    body = {"user_id": user, "strategy_id": STRATEGY, "start_date": first, "end_date": last}
    job_id = client.post(f"{API}/run", json=body).raise_for_status().json()["job_id"]
    give_up = time.monotonic() + LONGEST_WAIT_S
    while client.get(f"{API}/status/{job_id}").raise_for_status().json()["status"] in ("queued", "running"):
        assert time.monotonic() < give_up, f"{job_id} is stuck"
        time.sleep(0.05)


def _caught(job: Callable[[], None], errors: list[BaseException]) -> None:
    try:
        job()
    except BaseException as error:  # noqa: BLE001 — a thread's error is raised by the one that waits
        errors.append(error)


def _pss(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    return int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1]) / 1e3


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20, float(sys.argv[2]) if len(sys.argv) > 2 else 600.0)
