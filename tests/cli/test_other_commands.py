"""Help, checks and lists: the commands beside run and show."""

import json
from pathlib import Path

import pytest

from tests.cli.program import Place, make_place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return make_place(tmp_path_factory.mktemp("place"))


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("run",),
        ("show",),
        ("strategy",),
        ("strategy", "check"),
        ("strategy", "show"),
        ("data",),
        ("data", "import"),
        ("data", "check"),
        ("data", "info"),
        ("data", "demo"),
        ("indicators",),
    ],
)
def test_help_teaches(place: Place, command: tuple[str, ...]) -> None:
    """Every command has help; those that do something show how they are called."""
    done = place.strikebook(*command, "--help")
    assert done.returncode == 0
    if command not in {("strategy",), ("data",)}:
        assert f"strikebook {' '.join(command)}".strip() in done.stdout.replace("Usage: strikebook", "")


def test_no_command_is_usage(place: Place) -> None:
    """Without a command the help is shown, with status 2; an unknown command is refused."""
    assert place.strikebook().returncode == 2
    assert place.strikebook("rum").returncode == 2


def test_a_good_strategy_passes_the_check(place: Place) -> None:
    """Status 0, and the findings as JSON for other programs."""
    done = place.strikebook("strategy", "check", "strategy.json")
    assert done.returncode == 0
    assert "it can run" in done.stdout
    assert json.loads(place.strikebook("strategy", "check", "strategy.json", "--json").stdout)["can_run"] is True


def test_a_strategy_is_shown_in_sentences(place: Place) -> None:
    """The graph, each condition in words."""
    done = place.strikebook("strategy", "show", "strategy.json")
    assert done.returncode == 0
    for text in ("entry signal a-go", "Current Time >= 09:16", "BUY 1 lot CE ATM W0 as a-pos1", "closes a-pos1"):
        assert text in done.stdout


def test_market_data_is_described(place: Place) -> None:
    """What there is, as a table and as JSON; a folder that is none is named."""
    done = place.strikebook("data", "info", "market")
    assert done.returncode == 0
    for text in ("NIFTY", "30-09-2024", "04-10-2024"):
        assert text in done.stdout
    assert json.loads(place.strikebook("data", "info", "market", "--json").stdout)["underlyings"][0]["days"] == 4
    assert place.strikebook("data", "info", "nowhere").returncode == 1


def test_market_data_is_checked(place: Place) -> None:
    """A row a day, and the sessions that are missing."""
    done = place.strikebook("data", "check", "market")
    assert done.returncode in {0, 1}
    assert "03-10-2024" in done.stdout
    assert len(json.loads(place.strikebook("data", "check", "market", "--json").stdout)["days"]) == 4


def test_prices_are_imported(tmp_path: Path) -> None:
    """A small file becomes a day of market data; the same again changes nothing."""
    rows = [f"NIFTY,2024-10-01 09:{15 + n // 60:02d}:{n % 60:02d},{25000 + n}" for n in range(300)]
    (tmp_path / "ticks.csv").write_text("\n".join(["symbol,timestamp,ltp", *rows, ""]))
    place = Place(tmp_path)
    first = place.strikebook("data", "import", "ticks.csv", "--to", "market", "--session", "09:15-09:20")
    assert first.returncode == 0, first.stderr
    assert "written" in first.stdout
    again = place.strikebook("data", "import", "ticks.csv", "--to", "market", "--session", "09:15-09:20")
    assert "unchanged" in again.stdout
    assert place.strikebook("data", "import", "ticks.csv", "--to", "market", "--session", "9").returncode == 2


def test_a_demo_market_is_written(tmp_path: Path) -> None:
    """Two days of made-up prices, labelled so; the same again changes nothing."""
    place = Place(tmp_path)
    arguments = ("data", "demo", "--from", "2024-10-01", "--days", "2", "--seed", "3", "--to", "market")
    assert place.strikebook(*arguments).returncode == 0
    assert "unchanged" in place.strikebook(*arguments).stdout
    assert "made up (synthetic:3)" in place.strikebook("data", "info", "market").stdout
    assert place.strikebook("data", "demo", "--from", "2024-10-01", "--days", "0", "--to", "x").returncode == 2


def test_indicators_are_listed(place: Place) -> None:
    """All of them, or one by its name."""
    done = place.strikebook("indicators")
    assert done.returncode == 0
    assert "rsi" in done.stdout
    one = place.strikebook("indicators", "RSI")
    assert "14; 2 to 500" in one.stdout
    assert place.strikebook("indicators", "nothing").returncode == 2
    assert "looks ahead" in place.strikebook("indicators", "zigzag").stderr
