"""A real server in a process of its own, on a folder of its own, and the questions that tests ask it."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

PROGRAM = Path(sys.executable).with_name("strikebook")
EXAMPLES = Path(__file__).parents[2] / "examples"
API = "/api/v1/backtest"
USER = "user_123"
STRATEGY = "5708424d-5962-4629-978c-05b3a174e104"
DAY = "01-10-2024"
RUN = {"user_id": USER, "strategy_id": STRATEGY, "start_date": "2024-10-01", "end_date": "2024-10-04"}
"""Three sessions: 2 October is a holiday."""
LONG_RUN = {**RUN, "start_date": "2019-01-01", "end_date": "2028-12-31"}
"""Half a minute of work: nothing that waits for its end is meant to use it."""
LONGEST_WAIT_S = 60.0
WEBHOOK_HOST = "http://127.0.0.1:9"
"""Webhooks may be made for it; nothing is ever sent there, because its network is not named."""


@dataclass
class Running:
    """A server that runs; ``client`` asks it, with a key where it was made with one."""

    folder: Path
    url: str
    process: subprocess.Popen[str]
    client: httpx.Client

    @property
    def results(self) -> Path:
        """The folder of results."""
        return self.folder / "results"

    @property
    def strategies(self) -> Path:
        """The folder of strategies."""
        return self.folder / "strategies"

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])

    def log(self) -> str:
        """What it has logged so far, once the line of this moment is there too."""
        mark = f"mark-{time.monotonic_ns()}"
        self.client.get("/health", headers={"X-Request-ID": mark})
        give_up = time.monotonic() + LONGEST_WAIT_S
        while mark not in (text := (self.folder / "server.jsonl").read_text("utf-8")):
            assert time.monotonic() < give_up, "the log is not written"
            time.sleep(0.02)
        return text


@contextlib.contextmanager
def running(folder: Path, program: Sequence[str | Path] = (PROGRAM,), **settings: object) -> Iterator[Running]:
    """A server on ``folder`` with these settings; ended with SIGTERM, after which it must say that it stopped."""
    chosen = {"market": "synthetic", "examples": EXAMPLES, "strategies": "strategies", "results": "results"}
    chosen |= {"port": 0, "workers": 1, "log": "server.jsonl", "webhook_hosts": WEBHOOK_HOST, **settings}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STRIKEBOOK_")}
    environment |= {f"STRIKEBOOK_{name.upper()}": str(value) for name, value in chosen.items()}
    folder.mkdir(parents=True, exist_ok=True)
    with (
        (folder / "stderr.txt").open("w") as errors,
        subprocess.Popen(
            [*program, "serve"], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        try:
            url = _announced(process).replace("localhost", "127.0.0.1")
            with httpx.Client(base_url=url, timeout=LONGEST_WAIT_S, trust_env=False) as client:
                yield Running(folder, url, process, client)
        finally:
            process.terminate()
            last, _ = process.communicate(timeout=LONGEST_WAIT_S)
    assert "Stopped." in last
    assert (folder / "stderr.txt").read_text() == ""


def _announced(process: subprocess.Popen[str]) -> str:
    """The address that a server prints when it is ready, before anything else is read from it."""
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"API Documentation: (http://\S+)/docs", line)
        if found:
            process.stdout.readline()
            return found[1]
    raise AssertionError("the server did not start")


def submitted(client: httpx.Client, body: dict[str, Any], **more: Any) -> str:
    """Submit a run and return its job's id."""
    answer = client.post(f"{API}/run", json=body, **more)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["job_id"])


def ended(client: httpx.Client, job_id: str, **more: Any) -> dict[str, Any]:
    """A job's status once it has ended."""
    return until(client, job_id, ("completed", "failed", "cancelled"), **more)


def until(client: httpx.Client, job_id: str, states: tuple[str, ...], **more: Any) -> dict[str, Any]:
    """A job's status once it has one of these states."""
    give_up = time.monotonic() + LONGEST_WAIT_S
    while (status := client.get(f"{API}/status/{job_id}", **more).json())["status"] not in states:
        assert time.monotonic() < give_up, status
        time.sleep(0.02)
    return dict(status)


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem that an answer is: every error has this envelope, with the id of its request."""
    assert answer.status_code == status, f"{answer.status_code} {answer.text}"
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert {"type", "title", "status", "detail", "where", "right", "request_id"} <= found.keys()
    assert (found["status"], found["request_id"]) == (status, answer.headers["x-request-id"])
    assert found["detail"]
    return dict(found)
