"""A server that is killed again and again while several users' jobs run: ``python -m tests.service.kill_server 100``.

After every kill: each stored day is whole. After every restart each job goes on; a day that its metadata listed is not
run again (its file is the same). In the end no job is stuck, all bytes are those of an undisturbed run, the statistics
in each metadata are those of its days, and each job's events tell every day once.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import orjson

from strikebook.service.here_executor import HereExecutor
from strikebook.service.statistics import stored_figures
from strikebook.storage.codec import decode_day
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey

PROGRAM = Path(sys.executable).with_name("strikebook")
EXAMPLES = Path(__file__).parents[2] / "examples"
STRATEGY = "5708424d-5962-4629-978c-05b3a174e104"
USERS = ("ann", "bob", "cy")
API = "/api/v1/backtest"
RANGE = {"start_date": "2024-10-01", "end_date": "2024-11-15"}

Files = dict[str, tuple[int, bytes]]


@dataclass
class Storm:
    """A results folder, the seed of the kills, settings of its servers, and what was found so far."""

    folder: Path
    randomness: random.Random
    kills: int = 0
    finished_jobs: int = 0
    kept: dict[str, dict[str, int]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    def results(self) -> Path:
        return self.folder / "results"


def main(kills: int, seed: int) -> None:
    """Kill a server so many times, and say what was seen."""
    with tempfile.TemporaryDirectory() as place:
        quiet = Storm(Path(place) / "quiet", random.Random(seed))
        expected = undisturbed(quiet)
        storm = Storm(Path(place) / "storm", random.Random(seed))
        begun = time.monotonic()
        rage(storm, kills, expected)
        print(
            f"{storm.kills} kills in {time.monotonic() - begun:.0f} s, seed {seed}: {storm.finished_jobs} jobs were "
            f"finished, no day lost or torn, no job stuck, all bytes as in an undisturbed run"
        )


def undisturbed(storm: Storm) -> dict[str, bytes]:
    """The day files of a run that nobody kills."""
    with server(storm) as (client, _):
        submit(client, USERS[0])
        wait_for_all(client)
    return {name: content for name, (_, content) in day_files(storm, USERS[0]).items()}


def rage(storm: Storm, kills: int, expected: dict[str, bytes]) -> None:
    """Kill, look, start again; in the end let all jobs finish and compare."""
    while storm.kills < kills:
        with server(storm) as (client, process):
            for user in USERS:
                submit(client, user)
            time.sleep(storm.randomness.uniform(0.0, 1.2))
            process.send_signal(signal.SIGKILL)
            process.wait()
        storm.kills += 1
        look(storm, expected)
    with server(storm) as (client, _):
        for user in USERS:
            submit(client, user)
        wait_for_all(client)
        health = client.get("/health").json()
        assert (health["running_jobs"], health["queued_jobs"], health["damaged_records"]) == (0, 0, [])
        jobs = client.get(f"{API}/jobs").json()["jobs"]
        assert {job["status"] for job in jobs} == {"completed"}, jobs
        storm.finished_jobs = len(jobs)
        for job in jobs:
            check_events(client, job["job_id"])
    look(storm, expected)
    for user in USERS:
        stored = {name: content for name, (_, content) in day_files(storm, user).items()}
        assert stored == expected, f"{user}: other days, or other bytes"
        statistics = figures_of(storm, user)  # with the user's own trials: one may have finished more runs than another
        assert metadata_of(storm, user)["statistics"] == statistics, f"{user}: other statistics"


def look(storm: Storm, expected: dict[str, bytes]) -> None:
    """Every stored day is whole and as expected; what its job had listed as finished is still the same file."""
    for user in USERS:
        files = day_files(storm, user)
        for name, (_, content) in files.items():
            decode_day(content, name)
            assert content == expected[name], f"{user} {name}: other bytes"
        metadata = metadata_of(storm, user)
        job_id = str(metadata.get("job_id"))
        for name, inode in storm.kept.get(job_id, {}).items():
            assert name in files, f"{user}: {name} of {job_id} is lost"
            assert files[name][0] == inode, f"{user}: {name} of {job_id} was run again"
        listed = {f"{day['date']}.json.gz" for day in metadata.get("daily_summaries", []) if day["has_data"]}
        storm.kept[job_id] = {name: inode for name, (inode, _) in files.items() if name in listed}


def check_events(client: httpx.Client, job_id: str) -> None:
    """The log of a job tells each of its days once, and ends."""
    lines = client.get(f"{API}/status/{job_id}/events").text.splitlines()
    events = [orjson.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert events[-1]["event"] == "completed", f"{job_id}: its log ends with {events[-1]}"
    days = [event["day"]["date"] for event in events if event["event"] == "day"]
    assert len(days) == len(set(days)) == events[-1]["progress"]["completed_days"], f"{job_id}: {sorted(days)}"


def submit(client: httpx.Client, user: str) -> None:
    """Submit a job, unless the user has one going."""
    answer = client.post(f"{API}/run", json={"user_id": user, "strategy_id": STRATEGY, **RANGE})
    assert answer.status_code in (200, 409), answer.text


def wait_for_all(client: httpx.Client) -> None:
    """Wait until no job is queued or running."""
    give_up = time.monotonic() + 120
    while any(job["status"] in ("queued", "running") for job in client.get(f"{API}/jobs").json()["jobs"]):
        assert time.monotonic() < give_up, "a job is stuck"
        time.sleep(0.1)


def day_files(storm: Storm, user: str) -> Files:
    folder = storm.results() / user / STRATEGY
    found = folder.glob("*.json.gz") if folder.is_dir() else ()
    return {path.name: (path.stat().st_ino, path.read_bytes()) for path in found}


def metadata_of(storm: Storm, user: str) -> dict[str, Any]:
    path = storm.results() / user / STRATEGY / "metadata.json"
    return dict(orjson.loads(path.read_bytes())) if path.exists() else {}


def figures_of(storm: Storm, user: str) -> dict[str, Any]:
    """The statistics that a user's stored days come to."""
    return stored_figures(HereExecutor(), FolderStorage(storm.results()), RunKey(user, STRATEGY))


@contextlib.contextmanager
def server(storm: Storm) -> Iterator[tuple[httpx.Client, subprocess.Popen[bytes]]]:
    """A server on the storm's folder; ended with SIGTERM where it still runs."""
    storm.folder.mkdir(exist_ok=True)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [str(PROGRAM), "serve", "--port", str(port), "--market", "synthetic", "--examples", str(EXAMPLES)]
    command += ["--results", "results", "--strategies", "strategies", "--workers", "2", "--log", "server.jsonl"]
    with (
        (storm.folder / "stderr.txt").open("ab") as errors,
        subprocess.Popen(
            command,
            cwd=storm.folder,
            env={**os.environ, **storm.settings},
            stdout=subprocess.DEVNULL,
            stderr=errors,
        ) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client,
    ):
        try:
            wait_for_server(client, process)
            yield client, process
        finally:
            process.terminate()


def wait_for_server(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + 60
    while True:
        assert process.poll() is None, "the server did not start"
        assert time.monotonic() < give_up, "the server does not answer"
        with contextlib.suppress(httpx.TransportError):
            if client.get("/health").status_code == 200:
                return
        time.sleep(0.05)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
