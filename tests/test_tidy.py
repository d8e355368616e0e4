"""The shape of the tree: lengths, the root's list, names and leftovers."""

from __future__ import annotations

import ast
import csv
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOT_ENTRIES = {
    ".ci",
    ".gitignore",
    "ARCHITECTURE.md",
    "Makefile",
    "README.md",
    "backtest_file_api_server.py",
    "bench",
    "docs",
    "examples",
    "ops",
    "pyproject.toml",
    "src",
    "test_file_api_client.py",
    "tests",
    "web",
}
LONGEST_FILE = 500
LONGEST_FUNCTION = 60
DRAWERS = {"utils", "helpers", "common", "manager", "base", "misc", "new", "v2"}


def tracked(pattern: str = "") -> list[Path]:
    """Files git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found = (ROOT / name for name in listed.stdout.splitlines())
    return [path for path in found if path.exists() and path.name.endswith(pattern)]


def test_the_root_stays_short() -> None:
    """Nothing lies in the repository's root but what is listed here."""
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= ROOT_ENTRIES


@pytest.mark.parametrize("path", tracked(".py"), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_one_idea(path: Path) -> None:
    """No Python file is longer than 500 lines, and no function longer than 60."""
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_FILE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, f"{path.name}:{node.lineno} {node.name}"


@pytest.mark.parametrize("ending", [".ts", ".tsx", ".css"])
def test_a_file_of_the_page_is_one_idea_too(ending: str) -> None:
    """None is longer than the wall, and there are some."""
    lengths = {path.name: path.read_text(encoding="utf-8").count("\n") for path in tracked(ending)}
    assert lengths
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_file_is_a_drawer() -> None:
    """Files are named for what they are: no utils, helpers, common and the like."""
    assert [path.name for path in tracked(".py") if path.stem in DRAWERS] == []


def test_nothing_is_left_over() -> None:
    """No notes to self, no backup files."""
    notes = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    left = [path.name for path in tracked() if path.suffix in {".old", ".bak", ".orig", ".rej"}]
    left += [path.name for path in tracked(".py") if notes.search(path.read_text(encoding="utf-8"))]
    assert left == []


def test_a_dated_fact_has_a_source_that_a_reader_can_follow() -> None:
    """Every row of the dated tables names where it is from, and never a file that the tree does not have."""
    tables = [path for path in sorted((ROOT / "src/strikebook/data").glob("*.csv")) if path.name != "statistics.csv"]
    rows = [row for path in tables for row in csv.DictReader(path.read_text("utf-8").splitlines())]
    assert len(tables) == 4
    assert all(len(row["source"]) > 10 for row in rows)
    assert not [row for row in rows if re.search(r"\b[A-Z]+_[A-Z_]+\b", row["source"])]


def test_every_test_says_what_it_expects() -> None:
    """Each test function has a docstring of its own."""
    silent = [
        f"{path.name}:{node.name}"
        for path in tracked(".py")
        if path.name.startswith("test_")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []
