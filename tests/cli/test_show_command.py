"""``strikebook show``: the calendar, a day, a position with its reasons, a signal that did not fire."""

import io
import json
from pathlib import Path

import pytest

from strikebook.cli.day_view import print_day
from strikebook.cli.position_view import print_position
from strikebook.cli.texts import InertConsole, grouped, rupees_text, short_rupees_text
from tests.cli.program import Place, make_place


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = make_place(tmp_path_factory.mktemp("place"))
    assert place.run().returncode == 0
    return place


def test_the_calendar_has_every_day(place: Place) -> None:
    """Profit with its sign, and a word for each day without."""
    done = place.show()
    assert done.returncode == 0
    for text in ("September 2024  +₹90.00", "October 2024  +₹180.00", "+90", "no trades", "no data", "+₹270.00"):
        assert text in done.stdout


@pytest.mark.parametrize("day", ["30-09-2024", "2024-09-30"])
def test_a_day_has_its_positions_and_signals(place: Place, day: str) -> None:
    """Both forms of a date are taken."""
    done = place.show(day)
    assert done.returncode == 0
    for text in ("a-pos1-r0", "NIFTY:2024-10-10:OPT:25000:CE", "BUY", "09:16:00", "100.60", "101.80", "a-go", "1×"):
        assert text in done.stdout


def test_a_day_without_trades_lists_what_was_rejected(place: Place) -> None:
    """The order, its leg and the reason."""
    done = place.show("04-10-2024")
    assert "no position was opened" in done.stdout
    assert "09:16:00 entry a-pos1 rejected: no_expiry" in done.stdout


def test_a_position_has_its_reasons(place: Place) -> None:
    """Each condition with its values, the candles, the prices' ages, the flow of events."""
    done = place.show("30-09-2024", "--position", "1")
    assert done.returncode == 0
    for text in (
        "BUY 75 units (1 × 75)",
        "price 0 s old",
        "Current Time >= 09:16",
        "09:16:00 >= 09:16:00",
        "Why it was closed",
        "09:18:00 >= 09:18:00",
        "NIFTY 1m",
        "forming",
        "exec_a-go_20240930_091600_1",
    ):
        assert text in done.stdout


def test_why_explains_a_signal(place: Place) -> None:
    """How long it was armed, how often each leaf held, the moments at which one was missing."""
    done = place.show("30-09-2024", "--why", "a-stop")
    assert done.returncode == 0
    for text in ("fired 1×: 09:18:00", "Current Time >= 09:18", "09:16:00 to 09:17:59  not: Current Time >= 09:18"):
        assert text in done.stdout
    never = place.show("04-10-2024", "--why", "a-stop")
    assert "did not fire" in never.stdout
    assert "never armed" in never.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (("07-10-2024",), 1, "No data found for date 07-10-2024: no_data"),
        (("01-01-2030",), 1, "not a day of this run"),
        (("1-1-2030",), 2, "is not a date"),
        (("30-09-2024", "--position", "2"), 2, "no position 2"),
        (("30-09-2024", "--why", "nobody"), 2, "one of a-go, a-stop"),
        (("--position", "1"), 2, "no day"),
        (("30-09-2024", "--position", "1", "--why", "a-go"), 2, "one of them"),
    ],
)
def test_what_is_not_there_is_said(place: Place, arguments: tuple[str, ...], status: int, message: str) -> None:
    """One message with what there is, and the status for it."""
    done = place.show(*arguments)
    assert done.returncode == status
    assert message in done.stderr


def test_an_unknown_run_names_those_there_are(place: Place) -> None:
    """The user's strategies, or the users."""
    assert "me has worked-day" in place.strikebook("show", "me", "other", "--results", "results").stderr
    assert "users with results: me" in place.strikebook("show", "you", "other", "--results", "results").stderr
    assert not (place.folder / "nowhere").exists()


def test_showing_creates_nothing(tmp_path: Path) -> None:
    """A results folder that is not there is not made."""
    place = Place(tmp_path)
    assert place.strikebook("show", "me", "x", "--results", "nowhere").returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_json_prints_the_stored_document(place: Place) -> None:
    """The metadata, or the day, for other programs."""
    assert json.loads(place.show("--json").stdout)["status"] == "completed"
    assert json.loads(place.show("30-09-2024", "--json").stdout)["date"] == "30-09-2024"


def test_json_prints_the_part_asked_for(place: Place) -> None:
    """A position, a signal; one that there is not is refused as without --json."""
    position = json.loads(place.show("30-09-2024", "--position", "1", "--json").stdout)
    assert position["trade_id"] == "a-pos1-r0"
    signal = json.loads(place.show("30-09-2024", "--why", "a-stop", "--json").stdout)
    assert signal["node_id"] == "a-stop"
    assert "near_misses_total" in signal
    assert place.show("30-09-2024", "--position", "2", "--json").returncode == 2
    assert place.show("30-09-2024", "--why", "nobody", "--json").returncode == 2


@pytest.mark.parametrize("width", [80, 100, 200])
def test_no_terminal_is_too_narrow_for_a_contract(place: Place, width: int) -> None:
    """A day's table is laid out otherwise there; nothing is cut off."""
    day = json.loads(place.show("30-09-2024", "--json").stdout)
    output = io.StringIO()
    console = InertConsole(file=output, width=width, markup=False, highlight=False)
    print_day(console, day)
    print_position(console, day, 1)
    text = output.getvalue()
    for whole in ("NIFTY:2024-10-10:OPT:25000:CE", "a-pos1-r0", "09:16:00", "100.60", "+₹90.00", "exit_condition_met"):
        assert whole in text
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width


def test_a_damaged_day_is_said(tmp_path: Path) -> None:
    """A day file that is cut off is an error with its name."""
    place = make_place(tmp_path / "place")
    place.run()
    file = place.folder / "results" / "me" / "worked-day" / "30-09-2024.json.gz"
    file.write_bytes(file.read_bytes()[:-20])
    done = place.show("30-09-2024")
    assert done.returncode == 1
    assert "30-09-2024.json.gz: the day file is cut off" in done.stderr


def test_amounts_are_grouped_as_in_india() -> None:
    """Lakhs and crores, two decimals, a sign."""
    assert [grouped(number) for number in (0, 999, 1000, 123456, -12345678)] == [
        "0",
        "999",
        "1,000",
        "1,23,456",
        "-1,23,45,678",
    ]
    assert rupees_text(123456.5) == "₹1,23,456.50"
    assert rupees_text(-1250.5, sign=True) == "-₹1,250.50"
    assert rupees_text(0.05, sign=True) == "+₹0.05"
    assert [short_rupees_text(amount) for amount in (0.0, 1249.5, -3592.5)] == ["0", "+1,250", "-3,593"]


def test_a_run_is_charged_again_under_other_terms(place: Place) -> None:
    """The table of months, the total, and what the run itself was charged; --json has the days too."""
    done = place.strikebook("reprice", "me", "worked-day", "--results", "results", "--brokerage", "0")
    assert done.returncode == 0, done.stderr
    for text in ("brokerage 0 per order, terms as_was", "2024-10", "+₹270.00 gross", "as it was run (brokerage 20 per"):
        assert text in done.stdout
    told = place.strikebook("reprice", "me", "worked-day", "--results", "results", "--terms", "today", "--json")
    document = json.loads(told.stdout)
    assert document["terms"] == "today"
    assert len(document["days"]) == 4


def test_a_plan_that_is_none_is_a_usage_error(place: Place) -> None:
    """The forms are named."""
    done = place.strikebook("reprice", "me", "worked-day", "--results", "results", "--brokerage", "free")
    assert done.returncode == 2
    assert "10 per lot" in done.stderr


def test_statistics_are_shown_with_their_definitions(place: Place) -> None:
    """Three round trips: amounts with their definitions, and no ratio of so few."""
    done = place.strikebook("statistics", "me", "worked-day", "--results", "results", "--capital", "100000")
    assert done.returncode == 0, done.stderr
    for text in ("Net profit", "+₹86.04", "gross profit less charges, all days", "3 round trips: fewer than 30", "CE"):
        assert text in done.stdout
    told = place.strikebook("statistics", "me", "worked-day", "--results", "results", "--json")
    assert json.loads(told.stdout)["capital"] is None
    assert place.strikebook("statistics", "me", "worked-day", "--results", "results", "--capital", "x").returncode == 2
