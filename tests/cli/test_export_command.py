"""``strikebook export`` through the real command line on stored files."""

import contextlib
import csv
import io
import json
import re
from pathlib import Path

import openpyxl
import pytest

from tests.cli.program import Place, make_place
from tests.service.made_run import STRATEGY_ID

DOCS = Path(__file__).parents[2] / "docs" / "export.md"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The small run."""
    made = make_place(tmp_path_factory.mktemp("export"))
    assert made.run().returncode == 0
    return made


def export(place: Place, *more: str) -> tuple[int, str, str]:
    done = place.strikebook("export", "me", STRATEGY_ID, "--results", "results", *more)
    return done.returncode, done.stdout, done.stderr


def total_paise(place: Place) -> int:
    metadata = json.loads((place.folder / "results" / "me" / STRATEGY_ID / "metadata.json").read_bytes())
    return round(metadata["overall_summary"]["total_pnl"] * 100)


def test_csv_goes_to_standard_output(place: Place) -> None:
    """As it is, without a word beside it."""
    status, output, errors = export(place, "--out", "-")
    rows = list(csv.DictReader(io.StringIO(output, newline="")))
    assert (status, errors) == (0, "")
    assert sum(round(float(row["pnl"]) * 100) for row in rows) == total_paise(place)
    assert export(place, "--out", "-", "--format", "xlsx")[0] == 2


def test_the_files_name_says_the_format(place: Place) -> None:
    """A workbook, a report, a Parquet file; each is told with its trades and days."""
    for name in ("run.xlsx", "run.html", "run.parquet", "run.csv"):
        status, _, errors = export(place, "--out", name)
        assert status == 0, errors
        assert f"{name}: 3 trades of 5 days" in errors
    rows = openpyxl.load_workbook(place.folder / "run.xlsx")["trades"].iter_rows(min_row=2, values_only=True)
    assert len(list(rows)) == 3
    assert (place.folder / "run.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert (place.folder / "run.parquet").read_bytes()[:4] == b"PAR1"


def test_a_file_that_is_there_is_not_replaced_unless_one_says_so(place: Place) -> None:
    """Nor is a link followed, nor a half of a file left by what is refused."""
    target = place.folder / "kept.csv"
    target.write_text("mine")
    assert export(place, "--out", "kept.csv")[0] == 2
    assert target.read_text() == "mine"
    (place.folder / "dangling.csv").symlink_to("nowhere")
    assert export(place, "--out", "dangling.csv")[0] == 2
    assert export(place, "--out", "kept.csv", "--force")[0] == 0
    assert target.read_text().startswith("date,")
    assert export(place, "--out", "none.csv", "--from", "2030-01-01")[0] == 1
    assert not [path.name for path in place.folder.iterdir() if "none" in path.name]


def test_filters_and_what_passes_none(place: Place) -> None:
    """The day, the leg; where nothing passes that is said."""
    status, output, _ = export(place, "--out", "-", "--from", "01-10-2024", "--to", "01-10-2024", "--leg", "a-pos1")
    assert (status, len(output.splitlines())) == (0, 2)
    status, _, errors = export(place, "--out", "empty.csv", "--side", "sell")
    assert (status, "no trade passes the filters" in errors) == (0, True)
    assert len((place.folder / "empty.csv").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        (("--out", "x"), 2, "csv, xlsx, parquet or html"),
        (("--out", "x.pdf"), 2, "one of csv, xlsx, parquet, html"),
        (("--out", "x.xlsx", "--table", "days"), 2, "leave it out"),
        (("--out", ".", "--format", "csv"), 2, "is a folder"),
        (("--out", "no/such/folder/x.csv"), 1, "cannot write"),
        (("--out", "x.csv", "--from", "yesterday"), 2, "DD-MM-YYYY"),
        (("--out", "x.csv", "--result", "best"), 2, "winners, losers, flat"),
        (("--out", "x.csv", "--from", "02-10-2024", "--to", "02-10-2024"), 1, "not a day of this run"),
    ],
)
def test_what_makes_no_sense_is_refused(place: Place, more: tuple[str, ...], status: int, said: str) -> None:
    """With a message, and no file."""
    found, _, errors = export(place, *more)
    assert (found, said in " ".join(errors.split())) == (status, True), errors
    assert not Path(place.folder / "x.csv").exists()


def test_the_examples_of_the_page_are_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of ``docs/export.md`` does what it says, and its program reads the run's profit back."""
    place = make_place(tmp_path)
    place.run()
    text = DOCS.read_text("utf-8")
    commands = [line.split()[4:] for line in text.splitlines() if line.startswith("strikebook export")]
    assert len(commands) == 5
    for command in commands:
        status, _, errors = export(place, *command)
        assert status == 0, errors
    assert (place.folder / "report.html").exists()
    (program,) = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    said = io.StringIO()
    monkeypatch.chdir(place.folder)
    with contextlib.redirect_stdout(said):
        exec(program, {})  # noqa: S102 — the page's own
    assert said.getvalue() == f"Worked day: {total_paise(place) / 100:.2f} gross\n"


def test_a_damaged_day_is_named(tmp_path: Path) -> None:
    """It is in no export, and the file is not there."""
    place = make_place(tmp_path)
    place.run()
    (tmp_path / "results" / "me" / STRATEGY_ID / "01-10-2024.json.gz").write_bytes(b"no gzip")
    status, _, errors = export(place, "--out", "run.xlsx")
    assert (status, "01-10-2024.json.gz" in errors, "damaged" in errors) == (1, True, True)
    assert not (tmp_path / "run.xlsx").exists()
