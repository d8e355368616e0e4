"""``strikebook compare`` through the real command line, and the example of its page."""

import json
import re
from pathlib import Path

import pytest

from strikebook.cli.compare_command import sparkline
from strikebook.storage.folder_storage import FolderStorage
from tests.cli.program import Place, make_place
from tests.service.made_run import DAYS, STRATEGY_ID, small_strategy
from tests.worked_days.making import leg, make_strategy, round_trip

ROOT = Path(__file__).parents[2]
DOC = ROOT / "docs" / "compare.md"
ON = ("--results", "results")
BASE, LATER = f"me/{STRATEGY_ID}", "me/later"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """The small run, and one that buys 30 seconds later."""
    made = make_place(tmp_path)
    made.run(begins=False)
    nodes, paths = round_trip("a", "09:16:30", leg("buy", "CE"), "09:18:00")
    later = make_strategy(nodes, paths) | {"strategy_id": "later", "strategy_name": "Later"}
    (tmp_path / "later.json").write_text(json.dumps(later), "utf-8")
    done = made.strikebook(
        "run", "later.json", "--market", "market", "--from", str(DAYS[0]), "--to", "2024-10-07", *ON,
        "--user", "me", "--workers", "1",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return made


def test_two_results_are_told_side_by_side_and_where_they_part(place: Place) -> None:
    """Tables for people: 90.00 and 67.50 a day, on three days; the time of the entry is what differs."""
    done = place.strikebook("compare", BASE, LATER, *ON)
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert re.search(r"│ Gross profit │ ≠ │ \+₹270\.00 │ \+₹202\.50 │", said)
    assert re.search(r"│ 30-09-2024 │ \+₹90\.00 │ \+₹67\.50 trades │", said)
    assert "me/later from me/worked-day: first divergence, 30-09-2024" in said
    assert "Current Time >= 09:16 was 09:16:00 >= 09:16:00: held" in said
    assert "Current Time >= 09:16:30 was 09:16:00 >= 09:16:30: did not hold" in said
    assert "in at 09:16:30 for 100.90, out at 09:18:00 for 101.80" in said
    assert "▁" in done.stdout
    assert "█" in done.stdout


def test_the_whole_answer_is_json_and_nothing_stored_changes(place: Place) -> None:
    """What the API answers, and the files are the same bytes."""
    files = {path: path.read_bytes() for path in (place.folder / "results" / "me").rglob("*") if path.is_file()}
    found = json.loads(place.strikebook("compare", BASE, LATER, *ON, "--json").stdout)
    assert [each["result"] for each in found["results"]] == [BASE, LATER]
    assert found["divergences"][0]["divergence"]["time"] == "2024-09-30T09:16:00"
    assert len(FolderStorage(place.folder / "results").runs("me")) == 2
    assert files == {path: path.read_bytes() for path in files}


@pytest.mark.parametrize(
    ("named", "status", "said"),
    [
        ((BASE,), 2, "1 results"),
        ((BASE, BASE), 2, "is there twice"),
        ((BASE, "me/nothing"), 1, "no results of me/nothing"),
        ((BASE, "nothing"), 2, "'nothing' is no result"),
        ((BASE, "../me"), 2, "user_id"),
        ((BASE, "me/../../x"), 2, "strategy_id"),
    ],
)
def test_what_cannot_be_compared_is_said(place: Place, named: tuple[str, ...], status: int, said: str) -> None:
    """One, the same twice, one that is not there, and what is no result."""
    done = place.strikebook("compare", *named, *ON)
    assert done.returncode == status
    assert said in done.stderr


def test_the_same_results_are_said_to_be_the_same(place: Place) -> None:
    """A strategy under another id, run alike."""
    twin = small_strategy() | {"strategy_id": "twin"}
    (place.folder / "strategy.json").write_text(json.dumps(twin), "utf-8")
    place.run(begins=False)
    said = " ".join(place.strikebook("compare", BASE, "me/twin", *ON).stdout.split())
    assert "run alike" in said
    assert "no day differs: 4 days are in all of them" in said
    assert "the same as me/worked-day on every day that both have" in said


def test_a_sparkline_has_a_gap_where_there_is_no_value_and_is_never_wider_than_the_screen() -> None:
    """Eight heights between the limits; the last value of several days."""
    assert sparkline([0.0, None, 7.0, 3.0], 0.0, 7.0) == "▁ █▄"
    assert sparkline([5.0, 5.0], 5.0, 5.0) == "▁▁"
    assert len(sparkline([1.0] * 500, 0.0, 1.0)) == 60
    assert sparkline([], 0.0, 0.0) == ""


def test_the_example_of_the_page_is_what_is_said(tmp_path: Path) -> None:
    """Its lines are run as they stand, and what it shows stands in what they print."""
    commands, shown = re.findall(r"^```(?:sh|text)\n(.*?)^```", DOC.read_text("utf-8"), re.S | re.M)
    place = Place(tmp_path)
    edit, *lines = commands.strip().splitlines()
    pattern = re.fullmatch(r"sed '0,/(.+)/s//(.+)/; s/(.+)/(.+)/' (\S+) > (\S+)", edit)
    assert pattern
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    text = (tmp_path / pattern[5]).read_text("utf-8").replace(pattern[1], pattern[2], 1)
    (tmp_path / pattern[6]).write_text(text.replace(pattern[3], pattern[4]), "utf-8")
    for line in lines:
        done = place.strikebook(*line.split()[1:])
        assert done.returncode == 0, done.stderr
    assert " ".join(shown.split()) in " ".join(done.stdout.split())
