"""A sweep of a hundred points over twenty days against a hundred separate runs, in turn, by the same two workers."""

from __future__ import annotations

import shutil
import statistics
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson

from strikebook.backtest_runner import RunRequest, SweepRequest, run_sweep
from strikebook.jobs.folder_jobs import FolderJobs
from strikebook.jobs.job_manager import JobManager
from strikebook.market.catalogue import Catalogue
from strikebook.model.options import RunOptions
from strikebook.service.planning import plan_run
from strikebook.service.process_executor import ProcessExecutor
from strikebook.service.run import RunPlace, carry_out, submit_run
from strikebook.service.sweep_planning import point_document
from strikebook.service.sweep_request import parse_sweep
from strikebook.storage.folder_storage import FolderStorage

Row = tuple[str, str, str]
DAYS = 20
REPEATS = 3
RUNS_A_REPEAT = 10
"""Of the hundred runs so many are timed each time, every tenth point: they are all alike."""
PARAMETERS = [
    {
        "name": "oversold",
        "path": "$.nodes[bullish-signal].data.conditions[0].conditions[1].rhs.value",
        "values": list(range(25, 35)),
    },
    {
        "name": "length",
        "path": "$.nodes[0].data.tradingInstrumentConfig.timeframes[0].indicators.rsi_14.length",
        "values": list(range(10, 20)),
    },
]


def measure_sweep(document: bytes, market: Path, bars: Path) -> list[Row]:
    """Time sweeps and separate runs pair by pair; each run that is timed must come to what its point came to."""
    source = Catalogue(market)
    days = source.days("NIFTY", date(2000, 1, 1), date(2100, 1, 1))[:DAYS]
    asked = parse_sweep({"parameters": PARAMETERS})
    sweeps: list[float] = []
    runs: list[float] = []
    for repeat in range(REPEATS):
        folder = bars / "sweep"
        shutil.rmtree(folder, ignore_errors=True)
        request = RunRequest("bench", document, source, FolderStorage(folder), days[0], days[-1], workers=2)
        begun = time.perf_counter()
        found: dict[str, Any] = run_sweep(request, asked, lambda _: None, lambda: False, _now)
        sweeps.append(time.perf_counter() - begun)
        assert (found["status"], len(found["points"])) == ("completed", 100), found["error"]
        numbers = range(repeat, 100, 100 // RUNS_A_REPEAT)
        runs.append(_separate_runs(document, asked, source, days, folder, found["points"], numbers))
        shutil.rmtree(folder)
    ratio = statistics.median(run / sweep for run, sweep in zip(runs, sweeps, strict=True))
    return [
        (
            f"a sweep of 100 points over {DAYS} one-second days, two workers (median of {REPEATS})",
            f"{statistics.median(sweeps):.2f} s",
            "",
        ),
        (
            f"  100 separate runs of the points, by {RUNS_A_REPEAT} of them, the same results",
            f"{statistics.median(runs):.2f} s",
            "",
        ),
        ("  ratio, pair by pair", f"{ratio:.1f} ×", "≥ 3 ×"),
    ]


def _separate_runs(
    document: bytes,
    asked: SweepRequest,
    source: Catalogue,
    days: tuple[date, ...],
    folder: Path,
    points: list[dict[str, Any]],
    numbers: range,
) -> float:
    """Seconds of a hundred runs one after the other, by some of them: planned and carried out as a server does it,
    by workers that are up already.
    """
    paths = [each.path for each in asked.parameters]
    values = asked.points()
    changed = [orjson.dumps(point_document(document, "bench", paths, values[number])) for number in numbers]
    storage = FolderStorage(folder)
    executor = ProcessExecutor(2)
    try:
        place = RunPlace(source, storage, JobManager(FolderJobs(folder), _now, 1, "command line"), executor, _now)
        _one_run(changed[0], place, days)  # the workers are made
        begun = time.perf_counter()
        profits = [_one_run(each, place, days) for each in changed]
        seconds = time.perf_counter() - begun
    finally:
        executor.close()
    assert profits == [points[number]["net_pnl"] for number in numbers], "a point is not as its run"
    return seconds * 100 / len(changed)


def _one_run(document: bytes, place: RunPlace, days: tuple[date, ...]) -> float:
    plan = plan_run("bench", document, "bench", place.market, days[0], days[-1], RunOptions())
    job = place.jobs.start(submit_run(plan, place).job_id)
    assert job is not None
    metadata: dict[str, Any] = carry_out(job, plan, place, lambda _: None)
    assert metadata["status"] == "completed", metadata["error"]
    return float(metadata["overall_summary"]["net_pnl"])


def _now() -> datetime:
    return datetime(2026, 1, 1)  # noqa: DTZ001 — exchange time
