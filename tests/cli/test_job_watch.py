"""``strikebook jobs watch``: a job's stored events in the terminal, and for programs."""

import json

import pytest

from strikebook.backtest_runner import RunRequest, run_backtest
from strikebook.service.market_choice import open_market
from strikebook.storage.folder_storage import FolderStorage
from tests.cli.program import Place, make_place
from tests.service.made_run import DAYS, STRATEGY_ID, noon


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, str]:
    """A run that is done, and its job."""
    place = make_place(tmp_path_factory.mktemp("watch"))
    market = open_market(str(place.folder / "market"))
    document = (place.folder / "strategy.json").read_bytes()
    storage = FolderStorage(place.folder / "results")
    request = RunRequest("me", document, market, storage, DAYS[0], DAYS[-1])
    metadata = run_backtest(request, lambda _: None, lambda: False, noon)
    return place, str(metadata["job_id"])


def test_a_job_is_told_event_by_event(done: tuple[Place, str]) -> None:
    """Its place, its start, each day with its profit, its end; the status is that of the job."""
    place, job = done
    told = place.strikebook("jobs", "watch", job, "--results", "results")
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert len(lines) == len(DAYS) + 3
    assert "waiting: number 1 in the queue" in lines[0]
    assert f"running: 0 of {len(DAYS)} days" in lines[1]
    metadata = json.loads((place.folder / "results" / "me" / STRATEGY_ID / "metadata.json").read_bytes())
    for line, day in zip(lines[2:-1], metadata["daily_summaries"], strict=True):
        assert f"{day['date']}  {day['positions']} positions" in line
    assert f"completed: {len(DAYS)} of {len(DAYS)} days, profit" in lines[-1]


def test_programs_get_the_events_as_they_are_stored(done: tuple[Place, str]) -> None:
    """A line of JSON each, from any of them on."""
    place, job = done
    stored = (place.folder / "results" / ".jobs" / f"{job}.events.jsonl").read_text("utf-8")
    told = place.strikebook("jobs", "watch", job, "--results", "results", "--json")
    assert (told.returncode, told.stdout) == (0, stored)
    rest = place.strikebook("jobs", "watch", job, "--results", "results", "--json", "--after", "2")
    assert rest.stdout.splitlines() == stored.splitlines()[2:]


def test_a_job_that_never_was_is_refused(done: tuple[Place, str]) -> None:
    """With where to look for those there are."""
    place, _ = done
    told = place.strikebook("jobs", "watch", "bt_20241202_153045_abc123", "--results", "results")
    assert told.returncode == 1
    assert "no job bt_20241202_153045_abc123" in told.stderr
    assert "`strikebook jobs` lists those there are" in " ".join(told.stderr.split())
