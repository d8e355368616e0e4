"""The long proof: ``python -m tests.engine.prove pairs [N]`` and ``python -m tests.engine.prove mutants [N]``.

``pairs`` runs N random cases (2,000) through engine and oracle and exits 1 at a difference (what occurs in them is
printed by ``python -m tests.oracle.census``). ``mutants`` breaks a copy of the engine in each of the listed ways and
exits 1 when one goes unnoticed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import strikebook
from strikebook.model.options import RunOptions
from tests.engine.agreement import differences
from tests.engine.mutants import MUTANTS, Mutant
from tests.oracle.generator import random_case
from tests.raw_day import RawDay
from tests.worked_days.test_worked_days import DAYS

ROOT = Path(__file__).parents[2]


def disagreement(seed: int) -> str | None:
    """Where engine and oracle differ on a seed; None where they agree."""
    return _difference(f"seed {seed}", *random_case(seed))


def _difference(name: str, document: dict[str, Any], raw: RawDay, options: RunOptions) -> str | None:
    try:
        found = differences(document, raw, options)
    except Exception as error:  # noqa: BLE001 — a mutant may break in any way, and breaking is being noticed
        return f"{name}: {type(error).__name__}: {error}"
    return f"{name}: " + "; ".join(found[:3]) if found else None


def pairs(count: int) -> int:
    """Compare on ``count`` seeds; the census is the oracle's."""
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        found = [text for text in pool.map(disagreement, range(count), chunksize=20) if text]
    for text in found[:20]:
        print(text)
    print(f"{count} random pairs, {len(found)} differ")
    return 1 if found else 0


def noticed(mutant: Mutant, count: int) -> str | None:
    """What gives a mutant away: a worked day or a random case; None where it survives."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "strikebook"
        shutil.copytree(Path(strikebook.__file__).parent, package)
        target = package / "engine" / mutant.file
        target.write_text(target.read_text("utf-8").replace(mutant.old, mutant.new), "utf-8")
        ran = subprocess.run(
            [sys.executable, "-m", "tests.engine.prove", "first", str(count)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": folder},
            capture_output=True,
            text=True,
            check=False,
        )
    return ran.stdout.strip() or ran.stderr.strip()[-200:] if ran.returncode else None


def mutants(count: int) -> int:
    """Break the engine in every listed way."""
    survivors = 0
    if first(min(count, 200)):
        print("engine and oracle differ already: nothing can be said of mutants")
        return 1
    with ThreadPoolExecutor(2) as pool:
        for mutant, found in zip(MUTANTS, pool.map(partial(noticed, count=count), MUTANTS), strict=True):
            survivors += found is None
            print(f"{'SURVIVED' if found is None else 'caught  '} {mutant.name}: {(found or '')[:110]}", flush=True)
    print(f"{len(MUTANTS)} mutants, {survivors} survived")
    return 1 if survivors else 0


def first(count: int) -> int:
    """Print the first difference: in the worked days with their rare equalities, then in ``count`` random cases."""
    worked = (_difference(day.name, day.document, day.raw, day.options) for day in DAYS)
    for found in chain(worked, map(disagreement, range(count))):
        if found:
            print(found)
            return 1
    return 0


def main(words: list[str]) -> int:
    """Run what the command line asks for."""
    commands = {"pairs": (pairs, 2000), "mutants": (mutants, 1500), "first": (first, 1500)}
    if not words or words[0] not in commands:
        print(__doc__)
        return 2
    run, count = commands[words[0]]
    return run(int(words[1]) if len(words) > 1 else count)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
