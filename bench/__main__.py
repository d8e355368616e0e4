"""Measure the promises of speed in one run: ``make bench`` prints them, ``python -m bench --write`` also stores them in
``bench/README.md``. Quote ratios and medians, not single figures.

The market is the synthetic one, written as a catalogue of one-second days (kept in ``.bench`` between runs); the month
to import is the real one beside the repository (``STRIKEBOOK_SHARED`` or ``../shared``).
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.day import measure_day, measure_encoding, measure_protected_day
from bench.events import measure_events
from bench.export import measure_export
from bench.market import bench_market, measure_demo, measure_import
from bench.page import measure_page
from bench.run import measure_run
from bench.server import measure_server
from bench.sweep import measure_sweep

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
        lambda: measure_protected_day(strategy, market, BARS),
        lambda: measure_encoding(strategy, market),
        lambda: measure_run(strategy, market, BARS),
        lambda: measure_export(strategy, market, BARS),
        lambda: measure_sweep(strategy, market, BARS),
        lambda: measure_server(strategy, market, BARS),
        lambda: measure_events(strategy, market, BARS),
        lambda: measure_page(strategy, market, BARS),
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
    if "--write" in sys.argv[1:]:
        (ROOT / "bench" / "README.md").write_text(_page(rows), "utf-8")
    return 0


def _page(rows: list[Row]) -> str:
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    lines = [
        "# How fast it is",
        "",
        "Measured by `make bench` in one run; this page is written by `python -m bench --write`. Times are medians,",
        "and the machine is a small, shared one: trust the ratios first.",
        "",
        f"{machine}, {datetime.now(UTC).date().isoformat()}",
        "",
        "| what | measured | bar |",
        "|---|---|---|",
        *(f"| {what.strip()} | {measured} | {bar} |" for what, measured, bar in rows),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
