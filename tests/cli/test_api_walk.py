"""The brief's walk through a server, and the first backtest of one that starts: both through the client."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from strikebook.cli.first_backtest import STRATEGY, USER, run_first_backtest
from tests.client.shaky import between
from tests.server.running import Running, running

ROOT = Path(__file__).parents[2]
CALLS = (
    ("POST", "/run", 200),
    ("GET", "/status/", 200),
    ("GET", "/metadata/", 200),
    ("GET", "/day/", 200),
    ("GET", "/day/", 404),
    ("GET", "/cleanup/status", 200),
    ("GET", "/health", 200),
    ("POST", "/cleanup/run", 200),
    ("DELETE", "/clear/", 200),
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Running:  # type: ignore[misc] — a generator
    with running(tmp_path_factory.mktemp("walk")) as made:
        yield made


def walk(*options: str) -> subprocess.CompletedProcess[str]:
    """``python test_file_api_client.py``, as wide as it needs."""
    program = [sys.executable, "test_file_api_client.py", *options]
    environment = {"COLUMNS": "300", "PATH": "/usr/bin:/bin"}
    return subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_the_walk_calls_every_endpoint_of_the_brief(server: Running) -> None:
    """Each call with its status and its time; it says what the run came to, and clears it."""
    done = walk("--url", server.url, "--from", "2024-10-01", "--to", "2024-10-04", "--user", "walker")
    assert (done.returncode, done.stderr) == (0, "")
    rows = re.findall(r"(GET|POST|DELETE)\b[^│┃\n]*[│┃]\s+(\d{3})\s+[│┃]\s+[\d.]+ ms", done.stdout)
    assert [(method, int(status)) for method, status in rows] == [(method, status) for method, _, status in CALLS]
    assert [path for _, path, _ in CALLS if path not in done.stdout] == []
    assert "Two-sided RSI with re-entries: 55 positions" in done.stdout
    assert "cleared 3 day files" in done.stdout
    assert "All endpoints answered as the guide says." in done.stdout
    assert server.client.get("/api/v1/backtest/results/walker").json() == {"results": []}


def test_a_walk_without_a_server_says_how_to_start_one() -> None:
    """And ends with 1; an address that is none is told too."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = walk("--url", url)
    assert done.returncode == 1
    assert f"no server at {url} (" in done.stderr
    assert "python backtest_file_api_server.py" in done.stderr
    assert walk("--url", "no address").returncode == 2


def test_a_walk_that_is_refused_tells_the_server_s_words(server: Running) -> None:
    """With the calls that were made; something else at the address is named as such."""
    done = walk("--url", server.url, "--strategy", "none-of-these")
    assert done.returncode == 1
    assert "the walk ended: POST /api/v1/backtest/run: 404, " in done.stderr
    assert "not as expected" in done.stdout
    with between(server.url) as way:
        way.answer = (200, {"Content-Type": "text/html"}, b"<html>")
        done = walk("--url", way.url)
    assert done.returncode == 1
    assert "is this a Strikebook server?" in done.stderr


def test_the_first_backtest_is_run_once(server: Running) -> None:
    """It says where to look; with its results there it runs nothing."""
    said: list[str] = []
    run_first_backtest(server.url, "-", said.append)
    assert said[0].startswith("Running a first backtest: bt_")
    assert said[1].startswith("First backtest: Two-sided RSI with re-entries, 2024-10-01 to 2024-11-30, 573 positions")
    assert f"Open it: {server.url}/r/{USER}/{STRATEGY}" in said
    again: list[str] = []
    run_first_backtest(server.url, "-", again.append)
    assert again == said[1:]


def test_a_first_backtest_that_goes_wrong_stops_nothing(server: Running) -> None:
    """What answers oddly, or not at all, is said."""
    said: list[str] = []
    with between(server.url) as way:
        way.answer = (500, {"Content-Type": "application/problem+json"}, b'{"detail": "the server made a mistake"}')
        run_first_backtest(way.url, "off", said.append)
    run_first_backtest(way.url, "off", said.append)
    assert said[0].startswith("The first backtest did not complete: GET /api/v1/backtest/metadata/")
    assert "the server made a mistake" in said[0]
    assert "STRIKEBOOK_LOG=off" in said[1]
    assert said[2].startswith("The server stopped before the first backtest had ended")
