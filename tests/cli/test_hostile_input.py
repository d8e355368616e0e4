"""The worst of users: texts that act on a terminal, stored files of another shape, channels that cannot be written."""

import gzip
import os
import signal
import subprocess
from pathlib import Path

import orjson
import pytest

from strikebook.cli.texts import inert
from tests.cli.program import PROGRAM, RANGE, Place, make_place
from tests.service.made_run import small_strategy

EVIL = "[red]x[/red] \x1b[31mRED\x07\nstrikebook: all well\u202egpj\u2028"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A run of a strategy whose name and labels are hostile."""
    document = small_strategy()
    document["strategy_name"] = EVIL
    for node in document["nodes"]:
        node["data"]["label"] = EVIL
    place = make_place(tmp_path_factory.mktemp("place"), document)
    assert place.run().returncode == 0
    return place


@pytest.mark.parametrize(
    "command",
    [
        ("strategy", "show", "strategy.json"),
        ("show", "me", "worked-day", "--results", "results"),
        ("show", "me", "worked-day", "01-10-2024", "--results", "results"),
        ("show", "me", "worked-day", "01-10-2024", "--why", "a-go", "--results", "results"),
        ("run", "strategy.json", "--market", "market", *RANGE, "--workers", "1"),
    ],
)
def test_names_are_printed_inert(place: Place, command: tuple[str, ...]) -> None:
    """Colours, line ends and directions in a name are shown as escapes, markup as it stands."""
    shown = place.strikebook(*command, environment={"COLUMNS": "300", "PATH": os.environ["PATH"]}).stdout
    assert r"\x1b[31mRED\x07\nstrikebook" in "".join(shown.split("\n")).replace(" ", "")[:100_000]
    assert all(line == inert(line) for line in shown.split("\n"))


def test_a_message_is_inert() -> None:
    """A path with an escape in it does not reach the terminal."""
    done = subprocess.run(
        [PROGRAM, "data", "info", "no\x1b[2J\u202e\nwhere"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert r"no\x1b[2J\u202e\nwhere: no such folder" in done.stderr


def test_letters_that_join_are_left_alone() -> None:
    """Hindi names keep their joiners; a lone surrogate of a file name becomes printable."""
    assert inert("क्‍ष") == "क्‍ष"
    assert inert("a\udcff") == r"a\udcff"


@pytest.mark.parametrize("document", [{}, {"positions": [1]}, {"positions": "x", "session": {}, "summary": {}}])
def test_a_stored_document_of_another_shape_is_said(tmp_path: Path, document: object) -> None:
    """Whole gzip, whole JSON, and not a day: a message, not a traceback."""
    place = make_place(tmp_path)
    assert place.run().returncode == 0
    folder = tmp_path / "results" / "me" / "worked-day"
    (folder / "01-10-2024.json.gz").write_bytes(gzip.compress(orjson.dumps(document)))
    (folder / "metadata.json").write_bytes(orjson.dumps(document))
    for more in ((), ("01-10-2024",), ("01-10-2024", "--position", "1"), ("01-10-2024", "--why", "a-go")):
        done = place.show(*more)
        assert done.returncode == 1
        assert "not a result of this version" in done.stderr


def test_a_channel_without_rupee_signs_gets_escapes(place: Place) -> None:
    """An ASCII channel is no reason to fail."""
    done = place.strikebook(
        "show", "me", "worked-day", "--results", "results",
        environment={"PYTHONIOENCODING": "ascii", "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert done.returncode == 0
    assert r"\u20b9270.00" in done.stdout


def test_an_output_on_a_full_disk_is_said(place: Place) -> None:
    """Nothing can be printed: one message, status 1."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [PROGRAM, "show", "me", "worked-day", "--results", "results"],
            cwd=place.folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "no space left on device" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_path_that_is_too_long_is_said(place: Place) -> None:
    """The system's own refusal of a name, with the name."""
    done = place.run("--results", "x" * 300)
    assert done.returncode == 1
    assert "file name too long" in done.stderr


def test_ctrl_c_while_it_loads_is_status_130() -> None:
    """Even before the command is known."""
    code = (
        "import os, signal, sys; from strikebook.cli import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job in the background is started deaf to it
        "class Stop:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'typer': os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Stop()); main(['indicators'])"
    )
    done = subprocess.run([PROGRAM.with_name("python"), "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 128 + signal.SIGINT
    assert not done.stderr


def test_a_damaged_day_elsewhere_does_not_stop_a_run(tmp_path: Path) -> None:
    """Neither a damaged first day of the market nor a file named for a day that does not exist."""
    place = make_place(tmp_path)
    (tmp_path / "market" / "NIFTY" / "2023-01-02.parquet").write_bytes(b"junk")
    (tmp_path / "market" / "NIFTY" / "2024-02-30.parquet").write_bytes(b"junk")
    assert place.run().returncode == 0


@pytest.mark.parametrize("amount", ["9" * 400, "10001"])
def test_an_absurd_slippage_is_refused(place: Place, amount: str) -> None:
    """It is named before anything is run."""
    done = place.run("--option", f"slippage={amount}")
    assert done.returncode == 2
    assert "at most 10000 points" in done.stderr
