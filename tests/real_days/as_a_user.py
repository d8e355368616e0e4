"""What a user does: import files, run a strategy, and read the stored results with nothing but gzip and json."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MAPPINGS = ROOT / "examples" / "mappings"
PROGRAM = Path(sys.executable).with_name("strikebook")

Document = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """A finished run as it lies on disk: metadata.json, and each day's file as bytes and as a document."""

    metadata: Document
    files: dict[date, bytes]
    days: dict[date, Document]

    def positions(self) -> list[tuple[date, Document]]:
        """Every position of every day."""
        return [(day, position) for day, document in self.days.items() for position in document["positions"]]


def strikebook(*arguments: str | Path) -> str:
    """The command as installed; what it prints."""
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, f"strikebook {' '.join(map(str, arguments))}: {done.stdout}{done.stderr}"
    return done.stdout


def import_files(to: Path, mapping: str, *paths: Path) -> None:
    """``strikebook data import`` with one of the example mappings."""
    strikebook("data", "import", *paths, "--to", to, "--mapping", MAPPINGS / mapping)


def run(
    strategy: Path, market: Path, results: Path, first: str, last: str, workers: int = 1, options: tuple[str, ...] = ()
) -> Run:
    """``strikebook run`` for the user demo, and all it stored."""
    given = [part for option in options for part in ("--option", option)]
    strikebook(
        "run", strategy, "--market", market, "--from", first, "--to", last,
        "--results", results, "--user", "demo", "--workers", str(workers), *given,
    )  # fmt: skip
    return read_results(strategy, results)


def read_results(strategy: Path, results: Path) -> Run:
    """All that a run of the user demo stored."""
    folder = results / "demo" / json.loads(strategy.read_bytes())["strategy_id"]
    found = {datetime.strptime(path.name[:10], "%d-%m-%Y").date(): path for path in folder.glob("*.json.gz")}  # noqa: DTZ007 — a date alone
    files = {day: found[day].read_bytes() for day in sorted(found)}
    days = {day: json.loads(gzip.decompress(content)) for day, content in files.items()}
    return Run(json.loads((folder / "metadata.json").read_bytes()), files, days)


def paise(rupees: float) -> int:
    """A stored amount in paise; it must be whole."""
    exact = Decimal(repr(rupees)) * 100
    assert exact == int(exact), rupees
    return int(exact)
