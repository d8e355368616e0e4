"""A run of 230 days with two workers, and the memory of a worker while it goes."""

from __future__ import annotations

import shutil
import statistics
import threading
import time
from datetime import date, datetime
from pathlib import Path

from strikebook.backtest_runner import RunRequest, run_backtest
from strikebook.market.catalogue import Catalogue
from strikebook.storage.folder_storage import FolderStorage

Row = tuple[str, str, str]
REPEATS = 3


def measure_run(document: bytes, market: Path, bars: Path) -> list[Row]:
    """Time the run three times; watch its processes' proportional set size from a thread."""
    source = Catalogue(market)
    days = source.days("NIFTY", date(2000, 1, 1), date(2100, 1, 1))
    seconds: list[float] = []
    most: list[float] = []
    positions = 0
    for _ in range(REPEATS):
        folder = bars / "results"
        shutil.rmtree(folder, ignore_errors=True)
        request = RunRequest("bench", document, source, FolderStorage(folder), days[0], days[-1], workers=2)
        peak: list[float] = [0.0]
        over = threading.Event()
        watcher = threading.Thread(target=_watch, args=(peak, over))
        watcher.start()
        begun = time.perf_counter()
        metadata = run_backtest(request, lambda _: None, lambda: False, lambda: datetime(2026, 1, 1))  # noqa: DTZ001
        seconds.append(time.perf_counter() - begun)
        over.set()
        watcher.join()
        most.append(peak[0])
        assert metadata["status"] == "completed", metadata["error"]
        positions = metadata["overall_summary"]["total_positions"]
        shutil.rmtree(folder)
    return [
        (
            f"{len(days)} one-second days, two workers ({positions} positions, median of {REPEATS})",
            f"{statistics.median(seconds):.2f} s",
            "≤ 4 s",
        ),
        ("  memory of a worker, proportional set size, peak", f"{max(most):.0f} MB", "≤ 200 MB"),
    ]


def _watch(peak: list[float], over: threading.Event) -> None:
    while not over.wait(0.05):
        for child in _descendants(Path("/proc/self")):
            try:
                rollup = (child / "smaps_rollup").read_text("ascii")
            except OSError:
                continue
            pss = next((line for line in rollup.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
            peak[0] = max(peak[0], int(pss.split()[1]) / 1e3)


def _descendants(process: Path) -> list[Path]:
    found: list[Path] = []
    for task in (process / "task").iterdir():
        try:
            children = (task / "children").read_text("ascii").split()
        except OSError:
            continue
        for child in children:
            found.append(Path("/proc") / child)
            found += _descendants(Path("/proc") / child)
    return found
