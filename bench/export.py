"""Exports of a run of 230 days: how long each takes, and the memory of the process that makes it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from statistics import median

from strikebook.backtest_runner import RunRequest, run_backtest
from strikebook.market.catalogue import Catalogue
from strikebook.storage.folder_storage import FolderStorage

Row = tuple[str, str, str]
BARS = {"xlsx": "≤ 5 s, ≤ 150 MB", "csv": "≤ 1 s", "parquet": "", "html": ""}
REPEATS = 3
# A process that does nothing else; it tells its seconds, and the most memory that it had. ``getrusage`` would tell the
# memory of the process it comes from.
MAKES_ONE = """
import re, sys, time
from pathlib import Path
from strikebook.service.export.wanted import wanted_of
from strikebook.service.export.write import export_file
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey
results, user, strategy, kind, target = sys.argv[1:]
begun = time.perf_counter()
written = export_file(FolderStorage(Path(results)), RunKey(user, strategy), wanted_of(kind), Path(target))
seconds = time.perf_counter() - begun
most = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(seconds, time.process_time(), most, written.trades, Path(target).stat().st_size)
"""


def measure_export(document: bytes, market: Path, bars: Path) -> list[Row]:
    """Run the days once, then export them in each format, each in a process of its own."""
    source = Catalogue(market)
    days = source.days("NIFTY", date(2000, 1, 1), date(2100, 1, 1))
    folder = bars / "export"
    shutil.rmtree(folder, ignore_errors=True)
    request = RunRequest("bench", document, source, FolderStorage(folder), days[0], days[-1], workers=2)
    metadata = run_backtest(request, lambda _: None, lambda: False, lambda: datetime(2026, 1, 1))  # noqa: DTZ001
    assert metadata["status"] == "completed", metadata["error"]
    rows = [_measured(folder, str(metadata["strategy_id"]), kind, len(days)) for kind in BARS]
    shutil.rmtree(folder)
    return rows


def _measured(folder: Path, strategy_id: str, kind: str, days: int) -> Row:
    """The median of the seconds, and the most of the memory."""
    seconds, busy, most, trades, size = [], [], 0.0, 0, 0
    for _ in range(REPEATS):
        target = folder / f"export.{kind}"
        target.unlink(missing_ok=True)
        command = [sys.executable, "-c", MAKES_ONE, str(folder), "bench", strategy_id, kind, str(target)]
        out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found = re.findall(r"[\d.]+", out)
        seconds.append(float(found[0]))
        most = max(most, int(found[2]) / 1e3)
        busy.append(float(found[1]))
        trades, size = int(found[3]), int(found[4])
    name = f"{days} days exported to {kind} ({trades} trades, {size / 1e6:.1f} MB; peak resident memory)"
    return (
        name,
        f"{median(seconds):.2f} s ({median(busy):.2f} s of a processor, start included), {most:.0f} MB",
        BARS[kind],
    )
