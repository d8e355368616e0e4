"""``strikebook run`` as a user meets it: output, exit status, Ctrl-C."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from strikebook.cli.run_command import warnings_of_days
from strikebook.jobs.folder_jobs import FolderJobs
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey
from tests.cli.program import PROGRAM, Place, make_place
from tests.service.made_run import small_strategy

EXAMPLES = Path(__file__).parents[2] / "examples"
KEY = RunKey("me", "worked-day")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return make_place(tmp_path / "place")


def test_a_run_prints_days_and_totals(place: Place) -> None:
    """All well is status 0: a row a day, the totals, what to do next."""
    done = place.run()
    assert done.returncode == 0, done.stderr
    assert "worked-day" not in done.stderr
    for text in ("30-09-2024", "+₹90.00", "no trades: 1 order was rejected", "no data", "3 positions, 100.00 % won"):
        assert text in done.stdout
    assert "total +₹270.00" in done.stdout
    assert "strikebook show me worked-day --results results" in done.stdout


def test_json_prints_the_metadata_and_nothing_else(place: Place) -> None:
    """The standard output is metadata.json, byte for byte."""
    done = place.run("--json")
    assert done.returncode == 0
    stored = (place.folder / "results" / "me" / "worked-day" / "metadata.json").read_text()
    assert done.stdout == stored
    assert json.loads(stored)["status"] == "completed"


def test_warnings_of_days_are_printed_once(tmp_path: Path) -> None:
    """What four of five days say of the rates that they are charged by is one line; the JSON has it with each day."""
    place = make_place(tmp_path / "place")
    strategy = EXAMPLES / "two_sided_rsi.json"
    asked = ("run", strategy, "--market", "synthetic", "--from", "2020-06-25", "--to", "2020-07-01", "--user", "me")
    done = place.strikebook(*map(str, asked), "--results", "results")
    assert done.returncode == 0, done.stderr
    weak = "charges: stamp duty was each state's own before 1-Jul-2020: the uniform rate from then"
    lines = done.stdout.splitlines()
    assert [line for line in lines if line.startswith("warning: ")] == [f"warning: {weak} (4 days)"]
    assert lines[-1].startswith("next: ")
    (stored,) = (place.folder / "results" / "me").rglob("metadata.json")
    told = [day["warnings"] for day in json.loads(stored.read_text())["daily_summaries"]]
    assert told == [[weak], [weak], [weak], [weak], []]


def test_different_warnings_are_counted_each() -> None:
    """In order of their first day; one day is one day, however often it says it; a day without any is none."""
    days: list[dict[str, object]] = [
        {"warnings": ["a", "b", "a"]},
        {},
        {"warnings": []},
        {"warnings": ["b"]},
    ]
    assert warnings_of_days(days) == {"a": 1, "b": 2}


def test_workers_do_not_change_the_files(place: Place) -> None:
    """One worker and three give the same day files."""
    folder = place.folder / "results" / "me" / "worked-day"
    stored = []
    for workers in ("1", "3"):
        assert place.run("--workers", workers).returncode == 0
        stored.append({path.name: path.read_bytes() for path in folder.glob("*.gz")})
    assert len(stored[0]) == 4
    assert stored[0] == stored[1]


def test_options_are_taken_and_kept(place: Place) -> None:
    """Each --option is key=value; the run states all of them."""
    done = place.run("--option", "slippage=2 ticks", "--option", "scale=3", "--json")
    assert json.loads(done.stdout)["options"] == {
        "scale": "3",
        "max_price_age_s": 60,
        "wait_for_trade_s": 60,
        "stale_slippage": "0 points",
        "limit_fill": "touch",
        "fill": "last",
        "slippage": "2 ticks",
        "brokerage": "20 per order",
        "terms": "as_was",
        "compression_level": 1,
        "ttl_hours": "default",
    }


def test_some_failed_days_are_status_3(place: Place) -> None:
    """A damaged day is listed with its reason; the others run."""
    damaged = place.folder / "market" / "NIFTY" / "2024-10-01.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-400])
    done = place.run()
    assert done.returncode == 3
    assert "failed: " in done.stdout
    assert "2024-10-01.parquet" in done.stdout
    assert "total +₹180.00" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("--from", "2024-10-07", "--to", "2024-09-30"), 2, "not after"),
        (("--from", "2024-31-12"), 2, "there is no day '2024-31-12'"),
        (("--option", "fil=next"), 2, "unknown option 'fil'"),
        (("--option", "scale"), 2, "key=value"),
        (("--option", "scale=1", "--option", "scale=2"), 2, "twice"),
        (("--option", "scale=-1"), 2, "a number above 0"),
        (("--user", "../me"), 2, "user_id: '../me' cannot be an id"),
        (("--workers", "-1"), 2, "should be greater than or equal to 0"),
        (("--frm", "2024-10-01"), 2, "No such option"),
        (("--market", "nowhere"), 1, "nowhere: no such folder"),
        (("--market", "strategy.json"), 1, "strategy.json: is no folder"),
        (("--market", "."), 1, "no market data in it"),
        (("--market", "synthetic:x"), 2, "seed 'x'"),
        (("--from", "2026-01-01", "--to", "2026-01-31"), 1, "its data goes from 2024-09-30 to 2024-10-04"),
        (("--results", "/proc/x"), 1, "/proc/x: cannot write"),
        (("--results", "strategy.json"), 1, "strategy.json: cannot write"),
    ],
)
def test_what_is_wrong_is_one_message(place: Place, arguments: tuple[str, ...], status: int, message: str) -> None:
    """Usage is status 2, everything else that keeps a run from starting 1; nothing is written to the results."""
    done = place.run(*arguments, begins=False)
    assert done.returncode == status, done.stderr
    assert message in " ".join(done.stderr.replace("│", " ").split())
    assert done.stdout == ""
    assert not (place.folder / "results").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{\n  oops}", "strategy.json: not JSON: unexpected character, expected a string key at line 2, column 3"),
        (b"[]", "the strategy cannot run"),
        (b'{"nodes": [], "edges": [], "nodes": []}', "an object has the member 'nodes' twice"),
        (b"", "strategy.json: not JSON"),
        (None, "strategy.json: cannot read: no such file"),
    ],
)
def test_a_file_that_is_no_strategy_is_refused(place: Place, content: bytes | None, message: str) -> None:
    """With the file, and the line and column where it is no JSON."""
    file = place.folder / "strategy.json"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    done = place.run(begins=False)
    assert done.returncode == 1
    assert message in done.stderr


def test_an_unknown_operator_is_named_with_its_path(tmp_path: Path) -> None:
    """The message has the JSON path, what was found and what would be right; the check command says the same."""
    document = small_strategy()
    document["nodes"][1]["data"]["conditions"][0]["conditions"][0]["operator"] = "=>"
    place = make_place(tmp_path / "place", document)
    ran, checked = place.run(), place.strikebook("strategy", "check", "strategy.json", "--json")
    assert (ran.returncode, checked.returncode) == (1, 1)
    finding = json.loads(checked.stdout)["findings"][0]
    assert finding["path"].startswith("$.nodes[1].data.conditions[0]")
    for text in (finding["path"], "=>", "crosses_above"):
        assert text in ran.stderr


@pytest.mark.parametrize(("number", "to_all"), [(signal.SIGINT, True), (signal.SIGTERM, True), (signal.SIGTERM, False)])
def test_a_stop_keeps_the_finished_days(place: Place, number: signal.Signals, *, to_all: bool) -> None:
    """Ctrl-C and SIGTERM, to the program alone or to its workers too, end a long run with status 130; every day that
    was stored is whole and listed.
    """
    arguments = [PROGRAM, "run", "strategy.json", "--market", "synthetic:7", "--from", "2019-01-01",
                 "--to", "2023-12-31", "--results", "results", "--user", "me", "--workers", "2", "--json"]  # fmt: skip
    storage = FolderStorage(place.folder / "results")
    with popen_killed(arguments, place.folder, subprocess.PIPE) as process:
        deadline = time.monotonic() + 60
        while len(storage.days(KEY)) < 5 and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.05)
        os.killpg(process.pid, number) if to_all else process.send_signal(number)
        output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    metadata = json.loads(output)
    assert metadata["status"] == "cancelled"
    listed = [day["date"] for day in metadata["daily_summaries"] if day["has_data"]]
    assert listed == [day.strftime("%d-%m-%Y") for day in storage.days(KEY)]
    assert len(listed) >= 5
    assert metadata["daily_summaries"][-1]["status"] == "pending"


def test_a_second_run_of_a_user_is_refused(place: Place) -> None:
    """While a user's run goes on, another one is told which it is; killed, its lock is free."""
    arguments = [PROGRAM, "run", "strategy.json", "--market", "synthetic", "--from", "2019-01-01", "--to", "2023-12-31",
                 "--results", "results", "--user", "me", "--workers", "1"]  # fmt: skip
    with popen_killed(arguments, place.folder):
        storage = FolderStorage(place.folder / "results")
        deadline = time.monotonic() + 60
        while not storage.days(KEY) and time.monotonic() < deadline:
            time.sleep(0.05)
        (job,) = FolderJobs(place.folder / "results").jobs()
        second = place.run()
        assert second.returncode == 1
        assert f"Job already running: {job.job_id} of strategy worked-day is running" in second.stderr
        assert f"`strikebook jobs cancel {job.job_id} --results results`" in second.stderr
        assert place.run("--user", "another").returncode == 0
    assert place.run().returncode == 0


@contextlib.contextmanager
def popen_killed(
    arguments: list[str | Path], folder: Path, output: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[str]]:
    """A program in a session of its own, killed at the end, whatever happened; its workers end with it."""
    with subprocess.Popen(
        arguments, cwd=folder, stdout=output, stderr=output, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def test_workers_end_with_a_killed_program(place: Place) -> None:
    """After SIGKILL no process of the run is left within a few seconds."""
    arguments = [PROGRAM, "run", "strategy.json", "--market", "synthetic", "--from", "2019-01-01", "--to", "2023-12-31",
                 "--results", "results", "--user", "me", "--workers", "2"]  # fmt: skip
    with popen_killed(arguments, place.folder) as process:
        storage = FolderStorage(place.folder / "results")
        deadline = time.monotonic() + 60
        while not storage.days(KEY) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert len(of_session(process.pid)) >= 4
    while of_session(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert of_session(process.pid) == []


def of_session(session: int) -> list[int]:
    """The processes of a session, by id."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            found.append(int(path.parent.name))
    return found
