"""The market data of the bench: writing the synthetic one, importing the real month."""

from __future__ import annotations

import os
import shutil
import statistics
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

from rich.console import Console

from strikebook.market.catalogue import Catalogue
from strikebook.market.importing import import_paths, read_mapping
from strikebook.market.synthetic import SyntheticMarket
from strikebook.market.synthetic.demo import write_demo

Row = tuple[str, str, str]
FIRST = date(2024, 1, 1)
RUN_DAYS = 230


def bench_market(bars: Path, console: Console) -> Path:
    """A catalogue of 230 one-second days, written once."""
    folder = bars / "market"
    marker = bars / "market.complete"
    if not marker.exists():
        with console.status("writing 230 days of one-second data, once") as status:
            write_demo(
                SyntheticMarket(1),
                "NIFTY",
                FIRST,
                RUN_DAYS,
                folder,
                lambda done, total, day: status.update(f"writing one-second days, once: {done} of {total}, {day}"),
            )
        marker.touch()
    return folder


def measure_demo(bars: Path) -> list[Row]:
    """Seconds and megabytes a day of ``strikebook data demo``."""
    folder = bars / "demo"
    shutil.rmtree(folder, ignore_errors=True)
    stamps: list[float] = []
    begun = time.perf_counter()
    write_demo(SyntheticMarket(2), "NIFTY", date(2024, 10, 1), 6, folder, lambda *_: stamps.append(time.perf_counter()))
    stamps.append(time.perf_counter())
    per_day = [later - earlier for earlier, later in pairwise(stamps)]
    size = [
        sum(path.stat().st_size for path in (folder / "NIFTY").glob(f"{day}*"))
        for day in Catalogue(folder).days("NIFTY", date(2024, 10, 1), date(2025, 1, 1))
    ]
    shutil.rmtree(folder)
    return [
        ("data demo: a day written", f"{statistics.median(per_day):.2f} s", "≤ 1 s"),
        ("  its size, chain snapshot included", f"{statistics.median(size) / 1e6:.1f} MB", "≤ 5 MB"),
        ("  six days with their warm-up", f"{stamps[-1] - begun:.1f} s", ""),
    ]


def measure_import(bars: Path, root: Path) -> list[Row]:
    """Import the real month of June 2022 three times into an empty folder."""
    shared = Path(os.environ.get("STRIKEBOOK_SHARED", root.parent / "shared"))
    closes = shared / "data" / "real" / "nifty_2022_06" / "options_1m_close.parquet"
    if not closes.exists():
        return [("import of the real month", f"not measured: no {closes}", "")]
    mapping = read_mapping(root / "examples" / "mappings" / "option_closes.toml")
    seconds = []
    rows = 0
    for _ in range(3):
        folder = bars / "import"
        shutil.rmtree(folder, ignore_errors=True)
        begun = time.perf_counter()
        report = import_paths([closes], folder, mapping)
        seconds.append(time.perf_counter() - begun)
        rows = sum(day.rows for day in report.days)
        shutil.rmtree(folder)
    median = statistics.median(seconds)
    return [("import of the real month, June 2022", f"{median:.2f} s, {rows / median / 1e6:.2f} M rows a second", "")]
