"""``strikebook jobs resume`` and ``strikebook verify``, through the real command line on stored files."""

import json
from itertools import chain, repeat
from pathlib import Path

import pytest

from strikebook.backtest_runner import RunRequest, run_backtest
from strikebook.jobs.folder_jobs import FolderJobs
from strikebook.service.market_choice import open_market
from strikebook.storage.folder_storage import FolderStorage
from tests.cli.program import Place, make_place
from tests.service.made_run import DAYS, STRATEGY_ID, noon

ON_MARKET = ("--market", "market", "--results", "results")


@pytest.fixture
def stopped(tmp_path: Path) -> tuple[Place, str]:
    """A run that was stopped after its first day, and its job."""
    place = make_place(tmp_path)
    market = open_market(str(place.folder / "market"))
    document = (place.folder / "strategy.json").read_bytes()
    storage = FolderStorage(place.folder / "results")
    asked = chain((False,), repeat(True))
    request = RunRequest("me", document, market, storage, DAYS[0], DAYS[-1])
    metadata = run_backtest(request, lambda _: None, lambda: next(asked), noon)
    assert (metadata["status"], metadata["completed_days"]) == ("cancelled", 1)
    return place, str(metadata["job_id"])


def test_a_stopped_run_goes_on_and_is_then_the_same_bytes_again(stopped: tuple[Place, str]) -> None:
    """Its first day stays, the others come; verify finds every day the same and says so."""
    place, job = stopped
    first = next((place.folder / "results" / "me" / STRATEGY_ID).glob("*.json.gz"))
    before = first.stat()
    done = place.strikebook("jobs", "resume", job, "--workers", "1", *ON_MARKET)
    assert done.returncode == 0, done.stderr
    assert first.stat().st_mtime_ns == before.st_mtime_ns
    metadata = json.loads((first.parent / "metadata.json").read_bytes())
    assert (metadata["status"], metadata["job_id"], metadata["completed_days"]) == ("completed", job, len(DAYS))
    assert "completed" in place.strikebook("jobs", "--results", "results").stdout
    verified = place.strikebook("verify", "me", STRATEGY_ID, *ON_MARKET)
    assert (verified.returncode, "4 of 4 days: the same bytes" in verified.stdout) == (0, True)
    again = place.strikebook("jobs", "resume", job, "--workers", "1", *ON_MARKET)
    assert (again.returncode, "is completed" in again.stderr) == (1, True)


def test_a_file_that_was_changed_is_named_and_the_status_is_1(stopped: tuple[Place, str]) -> None:
    """As a table for people, and whole as JSON."""
    place, job = stopped
    place.strikebook("jobs", "resume", job, "--workers", "1", *ON_MARKET)
    folder = place.folder / "results" / "me" / STRATEGY_ID
    (folder / "01-10-2024.json.gz").write_bytes((folder / "30-09-2024.json.gz").read_bytes())
    told = place.strikebook("verify", "me", STRATEGY_ID, *ON_MARKET)
    assert told.returncode == 1
    assert "3 of 4 days: the same bytes" in told.stdout
    assert "date: 30-09-2024 stored, 01-10-2024 now" in " ".join(told.stdout.split())
    whole = json.loads(place.strikebook("verify", "me", STRATEGY_ID, *ON_MARKET, "--json").stdout)
    assert [day["date"] for day in whole["differing"]] == ["01-10-2024"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("jobs", "resume", "bt_20241202_153045_abc123"), "no job bt_20241202_153045_abc123"),
        (("jobs", "resume", "../../etc/passwd"), "no job ../../etc/passwd"),
        (("verify", "me", "nothing"), "nothing"),
    ],
)
def test_what_is_not_there_is_said(stopped: tuple[Place, str], command: tuple[str, ...], said: str) -> None:
    """With status 1, and nothing changes."""
    place, _ = stopped
    done = place.strikebook(*command, *ON_MARKET)
    assert done.returncode == 1
    assert said in done.stderr


def test_a_job_of_a_server_that_is_up_is_resumed_there(stopped: tuple[Place, str]) -> None:
    """The server remembers how it ended and would go on showing that; once it is down, the command line may."""
    place, job = stopped
    record = place.folder / "results" / ".jobs" / f"{job}.json"
    record.write_text(record.read_text("utf-8").replace('"command line"', '"server"'), "utf-8")
    claim = FolderJobs(place.folder / "results").claim_server()
    refused = place.strikebook("jobs", "resume", job, "--workers", "1", *ON_MARKET)
    assert (refused.returncode, f"jobs/{job}/resume" in refused.stderr) == (1, True)
    assert "cancelled" in record.read_text("utf-8")
    claim.release()
    assert place.strikebook("jobs", "resume", job, "--workers", "1", *ON_MARKET).returncode == 0
