"""``strikebook note`` and ``history``, and what ``results`` shows of notes; the commands of docs/history.md are run."""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from strikebook.backtest_runner import RunRequest, run_backtest
from strikebook.service.market_choice import open_market
from strikebook.storage.folder_storage import FolderStorage
from tests.cli.program import PROGRAM, Place, make_place
from tests.service.made_run import DAYS, STRATEGY_ID, noon

IN = ("--results", "results")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def stored(tmp_path: Path) -> Place:
    """Two runs of ``me``."""
    place = make_place(tmp_path)
    document = (place.folder / "strategy.json").read_bytes()
    market, storage = open_market(str(place.folder / "market")), FolderStorage(place.folder / "results")
    for _ in range(2):
        request = RunRequest("me", document, market, storage, DAYS[0], DAYS[-1])
        assert run_backtest(request, lambda _: None, lambda: False, noon)["status"] == "completed"
    return place


def test_something_is_said_and_what_is_not_given_stays(stored: Place) -> None:
    """A name, then tags, then a note; shown, listed with the results, and deleted."""
    me = ("note", "me", STRATEGY_ID, *IN)
    assert "nothing is said" in stored.strikebook(*me).stdout
    stored.strikebook(*me, "--name", "[red]first[/red]")
    stored.strikebook(*me, "--tag", "rsi", "--tag", "october")
    shown = stored.strikebook(*me, "--note", "one\ntwo").stdout
    assert shown == "name  [red]first[/red]\ntags  rsi, october\nnote  one\n      two\n"
    (user,) = json.loads(stored.strikebook("results", "me", *IN, "--json").stdout)["users"]
    assert (user["results"][0]["notes"]["name"], user["results"][0]["notes"]["tags"]) == (
        "[red]first[/red]",
        ["rsi", "october"],
    )
    table = stored.strikebook("results", "me", *IN).stdout
    assert "[red]" in table
    assert "october" in table
    assert json.loads(stored.strikebook(*me, "--tag", "", "--json").stdout)["tags"] == []
    assert "nothing is said" in stored.strikebook(*me, "--delete").stdout


def test_what_makes_no_sense_is_refused(stored: Place) -> None:
    """With the exit status of a usage error, or of a failure."""
    me = ("note", "me", STRATEGY_ID, *IN)
    assert stored.strikebook(*me, "--name", "\x1b[31m").returncode == 2
    assert stored.strikebook(*me, "--name", "x", "--delete").returncode == 2
    assert stored.strikebook("note", "../me", STRATEGY_ID, *IN, "--name", "x").returncode == 2
    assert stored.strikebook("note", "me", "never-run", *IN, "--name", "x").returncode == 1
    assert stored.strikebook("history", "me", "..", *IN).returncode == 2


def test_the_history_is_a_table(stored: Place) -> None:
    """And JSON; deleted it is empty."""
    me = ("history", "me", STRATEGY_ID, *IN)
    table = stored.strikebook(*me).stdout
    assert "runs: 2, versions of the strategy: 1" in table
    assert "Sharpe" in table
    told = json.loads(stored.strikebook(*me, "--json").stdout)
    assert (told["total_runs"], told["trials"]) == (2, [None, None])
    every = stored.strikebook("history", "me", *IN).stdout
    assert (STRATEGY_ID in every, "there" in every) == (True, True)
    (past,) = json.loads(stored.strikebook("history", "me", *IN, "--json").stdout)["strategies"]
    assert (past["total_runs"], past["has_results"], past["last"]) == (2, True, told["runs"][0])
    long = "i" * 100
    (stored.folder / "results" / ".history" / "me" / f"{long}.jsonl").write_text(
        json.dumps({"kind": "run", **told["runs"][0]}) + "\n"
    )
    shown = stored.strikebook("history", "me", *IN).stdout
    assert (shown.count("i" * 10) > 2, "…" in shown) == (True, False)
    (stored.folder / "results" / ".history" / "me" / f"{long}.jsonl").unlink()
    assert "no run of nobody has ended yet" in stored.strikebook("history", "nobody", *IN).stdout
    assert stored.strikebook("history", "me", *IN, "--delete").returncode == 2
    assert "2 runs deleted" in stored.strikebook(*me, "--delete").stdout
    assert "no run of" in stored.strikebook(*me).stdout


def test_the_commands_of_the_page_are_run(tmp_path: Path) -> None:
    """Every command of docs/history.md, in its order, in one folder."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs" / "history.md").read_text("utf-8"), re.M | re.S)
    lines = [line for block in blocks for line in block.splitlines() if line]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("STRIKEBOOK_")}
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    said = []
    for line in lines:
        name, *arguments = shlex.split(line, comments=True)
        assert name == "strikebook"
        done = subprocess.run(
            [PROGRAM, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
        )
        assert done.returncode == 0, (line, done.stderr)
        said.append(done.stdout)
    assert len(said) > 4
    assert any("RSI 30, first try" in text for text in said)
    assert any("runs: 2, versions of the strategy: 1" in text for text in said)
