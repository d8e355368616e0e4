"""``strikebook results``, ``pin``, ``unpin`` and ``limits``, through the real command line on stored files."""

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
from tests.cli.program import PROGRAM, RANGE, Place, make_place
from tests.service.made_run import DAYS, STRATEGY_ID, noon

IN = ("--results", "results")


@pytest.fixture
def stored(tmp_path: Path) -> Place:
    """A run of ``me``."""
    place = make_place(tmp_path)
    document = (place.folder / "strategy.json").read_bytes()
    market, storage = open_market(str(place.folder / "market")), FolderStorage(place.folder / "results")
    request = RunRequest("me", document, market, storage, DAYS[0], DAYS[-1])
    assert run_backtest(request, lambda _: None, lambda: False, noon)["status"] == "completed"
    return place


def usage(place: Place) -> dict[str, object]:
    (told,) = json.loads(place.strikebook("results", "me", *IN, "--json").stdout)["users"]
    return dict(told)


def test_results_are_listed_with_size_expiry_and_pin(stored: Place) -> None:
    """For people as a table, for programs as JSON; without a user those of everyone."""
    table = stored.strikebook("results", *IN).stdout
    assert "2024-12-03T03:30:45" in table
    assert "12 h (server's)" in table
    assert "used (no quota)" in table
    size = sum(each.stat().st_size for each in (stored.folder / "results" / "me" / STRATEGY_ID).iterdir())
    assert usage(stored)["used_bytes"] == size
    assert "nobody has no results" in stored.strikebook("results", "nobody", *IN).stdout
    assert stored.strikebook("results", "../me", *IN).returncode == 2
    (stored.folder / "results" / ".limits").mkdir()
    (stored.folder / "results" / ".limits" / "me.json").write_text("{")
    assert "me: the limits of me cannot be read" in stored.strikebook("results", *IN).stdout
    assert stored.strikebook("results", "me", *IN).returncode == 1
    assert "no results in" in stored.strikebook("results", "--results", "nowhere").stdout


def test_pinned_and_unpinned(stored: Place) -> None:
    """A run is refused meanwhile, with what would be right."""
    assert "until it is unpinned or cleared" in stored.strikebook("pin", "me", STRATEGY_ID, *IN).stdout
    assert "pinned" in stored.strikebook("results", "me", *IN).stdout
    again = stored.strikebook("run", "strategy.json", "--market", "market", "--user", "me", *RANGE, *IN)
    assert (again.returncode, "pinned" in again.stderr, "unpin" in again.stderr) == (1, True, True)
    assert "until 2024-12-03T03:30:45" in stored.strikebook("unpin", "me", STRATEGY_ID, *IN).stdout
    missing = stored.strikebook("pin", "me", "nothing", *IN)
    assert (missing.returncode, "no results of me/nothing" in missing.stderr) == (1, True)


def test_results_live_as_long_as_is_said(stored: Place) -> None:
    """Said, listed, taken back; nothing else of the metadata changes."""
    metadata = stored.folder / "results" / "me" / STRATEGY_ID / "metadata.json"
    before = metadata.read_bytes()
    assert (
        "is kept until 2024-12-04T15:30:45: 48 hours (run's)"
        in stored.strikebook("ttl", "me", STRATEGY_ID, "48", *IN).stdout
    )
    assert "48 h (run's)" in stored.strikebook("results", "me", *IN).stdout
    for wrong in (("--as-asked", "3"), (), ("0",), ("-1",), ("500",)):
        assert stored.strikebook("ttl", "me", STRATEGY_ID, *wrong, *IN).returncode == 2, wrong
    stored.strikebook("pin", "me", STRATEGY_ID, *IN)
    told = stored.strikebook("ttl", "me", STRATEGY_ID, "24", *IN).stdout
    assert "is pinned; without the pin it lives 24 hours (run's)" in told
    stored.strikebook("unpin", "me", STRATEGY_ID, *IN)
    assert "12 hours (server's)" in stored.strikebook("ttl", "me", STRATEGY_ID, "--as-asked", *IN).stdout
    assert metadata.read_bytes() == before
    assert stored.strikebook("ttl", "me", "never-run", "5", *IN).returncode == 1


def test_limits_are_set_listed_and_removed(stored: Place) -> None:
    """What is not given stays; what is stored moves at once; a value that makes no sense is refused by name."""
    assert "live 48 hours" in stored.strikebook("limits", "set", "me", "--ttl-hours", "48", *IN).stdout
    assert "0.50 MB in all" in stored.strikebook("limits", "set", "me", "--quota-mb", "0.5", *IN).stdout
    told = usage(stored)
    assert (told["quota_bytes"], told["ttl_hours"], told["longest_ttl_hours"]) == (500_000, 48, 168)
    (run,) = told["results"] if isinstance(told["results"], list) else ()
    assert run["expires_at"] == "2024-12-04T15:30:45"
    listed = stored.strikebook("limits", "list", *IN).stdout
    assert [cell.strip() for cell in listed.splitlines()[3].split("│")[1:-1]] == ["me", "48", "–", "0.5", ""]
    for wrong in (("--ttl-hours", "0"), ("--longest-ttl-hours", "1"), ("--quota-mb", "-1"), ()):
        refused = stored.strikebook("limits", "set", "me", *wrong, *IN)
        assert (refused.returncode, refused.stdout) == (2, "")
    assert "live 12 hours (server's)" in stored.strikebook("limits", "remove", "me", *IN).stdout
    assert "nothing is said" in stored.strikebook("limits", "list", *IN).stdout
    assert usage(stored)["quota_bytes"] is None


def test_a_run_asks_for_a_level_and_a_time(stored: Place) -> None:
    """By the names of the API; the variables say what holds without."""
    run = ("run", "strategy.json", "--market", "market", "--user", "you", *RANGE, *IN, "--workers", "1", "--json")
    asked = stored.strikebook(*run, "--option", "compression_level=9", "--option", "ttl_hours=100")
    options = json.loads(asked.stdout)["manifest"]["options"]
    assert (options["compression_level"], options["ttl_hours"]) == (9, "100")
    for name, value in (("compression_level", "10"), ("ttl_hours", "200"), ("ttl_hours", "0")):
        refused = stored.strikebook(*run, "--option", f"{name}={value}")
        assert (refused.returncode, name in refused.stderr) == (2, True)


def test_the_commands_of_the_page_run(tmp_path: Path) -> None:
    """Every command of docs/retention.md, in its order, in one folder: each does what it is shown for."""
    root = Path(__file__).parents[2]
    blocks = re.findall(r"^```sh\n(.*?)^```", (root / "docs" / "retention.md").read_text("utf-8"), re.M | re.S)
    commands = [shlex.split(line, comments=True) for line in "".join(blocks).splitlines()]
    assert len(commands) == 10
    environment = {**os.environ, "STRIKEBOOK_RESULTS": str(tmp_path), "STRIKEBOOK_WORKERS": "1"}
    for program, *arguments in commands:
        assert program == "strikebook"
        done = subprocess.run(
            [PROGRAM, *arguments], cwd=root, env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), arguments
