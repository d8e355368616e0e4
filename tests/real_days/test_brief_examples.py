"""The examples of the brief, word for word, against a real server: on the synthetic market and on June 2022.

Only the port and the literal ``strategy_id`` of two addresses are replaced; on the real days also the dates.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

PROGRAM = Path(sys.executable).with_name("strikebook")
EXAMPLES = Path(__file__).parents[2] / "examples"
STRATEGY = "5708424d-5962-4629-978c-05b3a174e104"
JUNE = {"2024-02-01": "2022-06-01", "2024-12-31": "2022-06-30", "01-10-2024": "08-06-2022"}


@pytest.fixture(scope="module")
def brief(data: Path) -> str:
    """The text of the brief."""
    return (data.parent / "brief" / "FILE_STORAGE_API_GUIDE.md").read_text("utf-8")


@pytest.fixture(scope="module")
def synthetic_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server as ``make run`` starts it, on a port of its own."""
    with running(tmp_path_factory.mktemp("synthetic"), "synthetic") as client:
        yield client


@pytest.fixture(scope="module")
def june_server(tmp_path_factory: pytest.TempPathFactory, june: Path) -> Iterator[httpx.Client]:
    """A server on the real days."""
    with running(tmp_path_factory.mktemp("june"), str(june)) as client:
        yield client


def test_the_python_example_runs_on_the_synthetic_market(brief: str, synthetic_server: httpx.Client) -> None:
    """The brief's program ends by itself and prints what the stored day holds."""
    printed = run_python(example(brief, "python", "requests", synthetic_server, {}))
    compare(printed, day_of(synthetic_server, "01-10-2024"))


def test_the_python_example_runs_on_real_days(brief: str, june_server: httpx.Client) -> None:
    """With the dates of June 2022 the same program prints that day's real trades."""
    printed = run_python(example(brief, "python", "requests", june_server, JUNE))
    day = day_of(june_server, "08-06-2022")
    compare(printed, day)
    assert day["summary"]["total_positions"] > 0


def test_the_javascript_example_runs_on_the_synthetic_market(brief: str, synthetic_server: httpx.Client) -> None:
    """Node's fetch gets plain JSON and prints each position of the day with its profit."""
    printed = run_javascript(example(brief, "javascript", "fetch", synthetic_server, {}))
    assert position_lines(printed) == expected_lines(day_of(synthetic_server, "01-10-2024"))


def test_the_javascript_example_runs_on_real_days(brief: str, june_server: httpx.Client) -> None:
    """The same on a day of June 2022."""
    printed = run_javascript(example(brief, "javascript", "fetch", june_server, JUNE))
    lines = position_lines(printed)
    assert lines
    assert lines == expected_lines(day_of(june_server, "08-06-2022"))


def example(brief: str, language: str, must_have: str, client: httpx.Client, dates: dict[str, str]) -> str:
    """The brief's code block of that language, with the replacements the module names."""
    blocks = re.findall(rf"```{language}\n(.*?)```", brief, re.DOTALL)
    (code,) = [block for block in blocks if must_have in block]
    assert code.count("/user_123/strategy_id") >= 1
    code = code.replace("/user_123/strategy_id", f"/user_123/{STRATEGY}")
    code = code.replace("http://localhost:8000", str(client.base_url).rstrip("/"))
    for old, new in dates.items():
        assert old in code
        code = code.replace(old, new)
    return code


def run_python(code: str) -> str:
    """What the example prints; its wait between two looks is shortened, nothing else."""
    return run([sys.executable, "-c", code.replace("time.sleep(5)", "time.sleep(0.2)")])


def run_javascript(code: str) -> str:
    """What the example prints; its ``checkStatus`` is called until it says true, as the brief leaves to the caller."""
    place = code.index("// 3. Get metadata")
    polling = "while (!(await checkStatus())) await new Promise(resolve => setTimeout(resolve, 200));\n\n"
    node = shutil.which("node")
    assert node is not None, "node is needed for the brief's JavaScript example: apt install nodejs"
    return run([node, "--input-type=module", "-e", code[:place] + polling + code[place:]])


def run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def day_of(client: httpx.Client, date: str) -> dict:
    answer = client.get(f"/api/v1/backtest/day/user_123/{STRATEGY}/{date}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def compare(printed: str, day: dict) -> None:
    """The Python example's last two lines hold the day's figures."""
    assert printed.splitlines()[-2:] == [
        f"Positions: {len(day['positions'])}",
        f"Total P&L: {day['summary']['total_pnl']}",
    ]


def position_lines(printed: str) -> list[tuple[str, float]]:
    found = re.findall(r"^Position (\d+): P&L = (\S+)$", printed, re.MULTILINE)
    return [(number, float(profit)) for number, profit in found]


def expected_lines(day: dict) -> list[tuple[str, float]]:
    return [(str(position["position_num"]), position["pnl"]) for position in day["positions"]]


@contextlib.contextmanager
def running(place: Path, market: str) -> Iterator[httpx.Client]:
    """A server on that market with the demo strategies, stopped at the end."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    command = [str(PROGRAM), "serve", "--port", str(port), "--market", market, "--examples", str(EXAMPLES)]
    command += ["--results", "results", "--strategies", "strategies", "--workers", "2", "--log", "server.jsonl"]
    with (
        subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL) as process,
        httpx.Client(base_url=f"http://localhost:{port}", timeout=30, trust_env=False) as client,
    ):
        try:
            give_up = time.monotonic() + 60
            while not answers(client):
                assert process.poll() is None, "the server did not start"
                assert time.monotonic() < give_up, "the server does not answer"
                time.sleep(0.05)
            yield client
        finally:
            process.terminate()
            process.wait(30)


def answers(client: httpx.Client) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return client.get("/health").status_code == 200
    return False
