"""``strikebook sweep``: how a sweep is written, its tables, a point that is kept and run, a sweep that goes on."""

from __future__ import annotations

import json
import re
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest

from strikebook.backtest_runner import RunRequest, run_sweep
from strikebook.cli.sweep_texts import parameter_of, windows_of_text
from strikebook.errors import UsageError
from strikebook.service.market_choice import open_market
from strikebook.service.sweep_request import parse_sweep
from strikebook.storage.folder_storage import FolderStorage
from tests.cli.program import RANGE, Place, make_place
from tests.service.made_run import DAYS, noon
from tests.service.test_sweep import quantity_path

WHERE = ("--results", "results")


@pytest.mark.parametrize(
    ("text", "path", "values"),
    [
        ("a=$.x:1,2,3", "$.x", [1, 2, 3]),
        ("a=$.x:10..30..10", "$.x", [10, 20, 30]),
        ("a=$.x:0.1..0.3..0.1", "$.x", [0.1, 0.2, 0.3]),
        ("a = $.nodes[a:b].y : 09:20, 09:25", "$.nodes[a:b].y", ["09:20", "09:25"]),
        ('a=$.x:"5",true,ATM', "$.x", ["5", True, "ATM"]),
    ],
)
def test_a_parameter_is_read_from_its_text(text: str, path: str, values: list[object]) -> None:
    """The colon after the path is the first outside brackets; ranges are exact."""
    assert parameter_of(text) == {"name": "a", "path": path, "values": values}


@pytest.mark.parametrize("text", ["", "a", "a=", "a=$.x", "a=$.x:", "=$.x:1", "a=$.x:1,,2", "a=$.x:3..1", "a=$.x:[1]"])
def test_a_text_that_is_no_parameter_is_refused(text: str) -> None:
    """With what would be right."""
    with pytest.raises(UsageError) as found:
        parameter_of(text)
    assert (found.value.where, bool(found.value.right)) == ("--set", True)


def test_windows_are_read_from_their_text() -> None:
    """Rolling or anchored; anything else is refused."""
    assert windows_of_text("10/5") == {"train_days": 10, "test_days": 5, "anchored": False}
    assert windows_of_text("10/5/anchored")["anchored"] is True
    for text in ("10", "10/", "a/b", "10/5/rolling"):
        with pytest.raises(UsageError):
            windows_of_text(text)


def sweep(place: Place, *more: str) -> Any:
    """A sweep of two quantities of the small strategy."""
    chosen = ("--set", f"quantity={quantity_path()}:1,2", "--set", "start=$.nodes[start].data.label:a,b")
    return place.strikebook(
        "sweep", "strategy.json", "--market", "market", *RANGE, "--user", "me", "--workers", "1", *WHERE, *chosen, *more
    )


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """The small market and strategy, whose start has a label: it decides nothing."""
    made = make_place(tmp_path)
    document = json.loads((made.folder / "strategy.json").read_bytes())
    start = next(node for node in document["nodes"] if node["type"] == "startNode")
    start["id"], before = "start", start["id"]
    start["data"]["label"] = "begin"
    for edge in document["edges"]:
        edge["source"] = "start" if edge["source"] == before else edge["source"]
    (made.folder / "strategy.json").write_text(json.dumps(document))
    return made


def test_a_sweep_prints_its_best_points_a_heat_map_and_its_walk_forward(place: Place) -> None:
    """And what means the same; then it is listed, shown, kept, run and deleted."""
    done = sweep(place, "--walk-forward", "1/1")
    assert done.returncode == 0, done.stderr
    out = " ".join(done.stdout.split())
    assert "completed, 5 of 5 days, 4 points" in out
    assert "Best by net profit" in out
    assert "Net profit, rupees" in out
    assert "start ↓ quantity →" in out
    assert "2 points mean the same as another" in out
    assert re.search(r"out of sample, \d days, \d+ positions: net", out)
    found = re.search(r"bt_\d{8}_\d{6}_[0-9a-f]{6}", out)
    assert found is not None
    sweep_id = found[0]
    assert sweep_id in place.strikebook("sweep", "list", "--user", "me", *WHERE).stdout
    shown = place.strikebook("sweep", "show", sweep_id, "--user", "me", "--json", *WHERE)
    points = json.loads(shown.stdout)["points"]
    assert [point["values"] for point in points][:2] == [
        {"quantity": 1, "start": "a"},
        {"quantity": 1, "start": "b"},
    ]
    walked = place.strikebook(
        "sweep", "show", sweep_id, "--user", "me", "--walk-forward", "2/1/anchored", "--objective", "win_rate", *WHERE
    )
    assert "anchored, chosen by win rate" in walked.stdout
    heat = place.strikebook("sweep", "show", sweep_id, "--user", "me", "--heat", "start,quantity", *WHERE)
    assert "quantity ↓ start →" in " ".join(heat.stdout.split())
    kept = place.strikebook("sweep", "keep", sweep_id, "3", "--user", "me", "--id", "kept-one", *WHERE)
    assert kept.returncode == 0, kept.stderr
    file = place.folder / "strategies" / "me" / "kept-one.json"
    ran = place.strikebook("run", str(file), "--market", "market", *RANGE, "--user", "me", "--json", *WHERE)
    assert json.loads(ran.stdout)["overall_summary"]["net_pnl"] == points[2]["net_pnl"]
    deleted = place.strikebook("sweep", "delete", sweep_id, "--user", "me", *WHERE)
    assert "deleted" in deleted.stdout
    with pytest.raises(AssertionError):
        assert sweep_id in place.strikebook("sweep", "list", "--user", "me", *WHERE).stdout


def test_what_makes_no_sense_is_one_message(place: Place) -> None:
    """With the exit status of usage, and nothing stored."""
    for more, said in (
        (("--heat", "quantity"), "--heat"),
        (("--objective", "luck"), "objective"),
        (("--walk-forward", "x"), "--walk-forward"),
        (("--set", "more=$.nodes[start].data.lable:1"), "nearest: $.nodes[0].data.label"),
    ):
        done = sweep(place, *more)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    gone = place.strikebook("sweep", "show", "nothing", "--user", "me", *WHERE)
    assert (gone.returncode, "no sweep nothing" in gone.stderr) == (1, True)


def test_a_stopped_sweep_goes_on_with_the_command_for_jobs(place: Place) -> None:
    """``strikebook jobs resume`` knows the kind of a job."""
    market = open_market(str(place.folder / "market"))
    document = (place.folder / "strategy.json").read_bytes()
    storage = FolderStorage(place.folder / "results")
    steps = chain((False,), repeat(True))
    asked = parse_sweep({"parameters": [{"name": "q", "path": quantity_path(), "values": [1, 2]}]})
    request = RunRequest("me", document, market, storage, DAYS[0], DAYS[-1])
    stopped = run_sweep(request, asked, lambda _: None, lambda: next(steps), noon)
    assert (stopped["status"], stopped["completed_days"]) == ("cancelled", 1)
    done = place.strikebook("jobs", "resume", str(stopped["sweep_id"]), "--workers", "1", "--market", "market", *WHERE)
    assert done.returncode == 0, done.stderr
    assert "completed, 4 of 4 days, 2 points" in done.stdout
