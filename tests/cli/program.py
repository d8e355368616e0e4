"""The real command, and a small market and strategy on disk for it."""

import contextlib
import io
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from strikebook.cli import main
from strikebook.market.catalogue_writer import put_day, put_history
from strikebook.model.session import naive_epoch
from tests.service.made_run import DAYS, small_day, small_strategy
from tests.worked_days.making import Json

PROGRAM = Path(sys.executable).with_name("strikebook")
RANGE = ("--from", "2024-09-30", "--to", "2024-10-07")


@dataclass(frozen=True)
class Place:
    """A folder with ``market``, ``strategy.json`` and, after a run, ``results``."""

    folder: Path

    def strikebook(
        self, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the command in the folder and wait for it; it never prints a traceback.

        A command that makes no processes runs in this one, which has loaded it already: half a second less.
        """
        if environment is None and arguments[:1] != ("run",):
            return self.here(*arguments)
        done = subprocess.run(
            [PROGRAM, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=environment,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def here(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The same within this process; an error that the command does not catch is raised."""
        output, errors = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        with (
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(output),
            contextlib.redirect_stderr(errors),
            pytest.raises(SystemExit) as end,
        ):
            main(list(arguments))
        written = [stream.buffer.getvalue().decode() for stream in (output, errors)]
        return subprocess.CompletedProcess(arguments, end.value.code, *written)

    def run(self, *more: str, begins: bool = True) -> subprocess.CompletedProcess[str]:
        """``strikebook run`` of the small strategy over the small market, one worker; one that never ``begins`` runs
        within this process.
        """
        call = self.strikebook if begins else self.here
        return call(
            "run", "strategy.json", "--market", "market", *RANGE, "--results", "results", "--user", "me",
            *([] if "--workers" in more else ["--workers", "1"]), *more,
        )  # fmt: skip

    def show(self, *more: str) -> subprocess.CompletedProcess[str]:
        """``strikebook show`` of that run."""
        return self.strikebook("show", "me", "worked-day", *more, "--results", "results")


def make_place(folder: Path, document: Json | None = None) -> Place:
    """Write the small market and a strategy."""
    folder.mkdir(parents=True, exist_ok=True)
    candles = {}
    for day in DAYS:
        written = put_day(folder / "market", small_day(day))
        if written.candles is not None:
            candles[naive_epoch(day)] = (written.open_s, written.candles)
    put_history(folder / "market", "NIFTY", candles)
    (folder / "strategy.json").write_bytes(orjson.dumps(small_strategy() if document is None else document))
    return Place(folder)
