"""Measure what ``DESIGN`` promises, in one run: ``make bench``. Quote the ratios and the medians, not single figures.

The market is the synthetic one, written as a catalogue of one-second days (kept in ``.bench`` between runs); the month
to import is the real one beside the repository (``STRIKEBOOK_SHARED`` or ``../shared``).
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.day import measure_day, measure_encoding
from bench.market import bench_market, measure_demo, measure_import
from bench.run import measure_run

ROOT = Path(__file__).parent.parent
BARS = ROOT / ".bench"
Row = tuple[str, str, str]


def main() -> int:
    """Run every measurement and print one table."""
    console = Console(width=110)
    BARS.mkdir(exist_ok=True)
    strategy = (ROOT / "examples" / "two_sided_rsi.json").read_bytes()
    rows: list[Row] = list(measure_demo(BARS))
    market = bench_market(BARS, console)
    steps: tuple[Callable[[], list[Row]], ...] = (
        lambda: measure_day(strategy, market, BARS),
        lambda: measure_encoding(strategy, market),
        lambda: measure_run(strategy, market, BARS),
        lambda: measure_import(BARS, ROOT),
    )
    for step in steps:
        rows += step()
    table = Table(title=f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in ("what", "measured", "bar"):
        table.add_column(name)
    for row in rows:
        table.add_row(*row)
    console.print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
