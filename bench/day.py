"""One day, from its data to its stored file, against only reading the same data and encoding the same file."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import orjson

from strikebook.engine.day import run_day
from strikebook.engine.plan import Plan, make_plan
from strikebook.market.catalogue import Catalogue
from strikebook.model.market_day import MarketDay
from strikebook.model.options import RunOptions
from strikebook.model.prices import Ticks
from strikebook.money.day_charges import charges_of_day
from strikebook.service.day_task import settle_memory
from strikebook.service.strategy_file import load_strategy
from strikebook.storage.codec import encode_day
from strikebook.storage.day_document import DayDocuments
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey

Row = tuple[str, str, str]
REPEATS = 7
DAYS = 9


def measure_day(document: bytes, market: Path, bars: Path) -> list[Row]:
    """Time whole days and their floor in turn, days × repeats pairs, with a worker's memory settings."""
    settle_memory()
    strategy = load_strategy(document)
    plan, options = make_plan(strategy), RunOptions()
    documents = DayDocuments(strategy, options)
    source = Catalogue(market)
    days = source.days("NIFTY", date(2000, 1, 1), date(2100, 1, 1))[1 : DAYS + 1]
    whole: list[float] = []
    processor: list[float] = []
    floor: list[float] = []
    positions: list[int] = []
    with tempfile.TemporaryDirectory(dir=bars) as folder:
        storage = FolderStorage(Path(folder))
        key = RunKey("bench", "day")
        storage.begin(key, document, b"{}")
        for _ in range(REPEATS):
            for day in days:
                begun, begun_processor = time.perf_counter(), time.process_time()
                result = run_day(plan, source.load_day("NIFTY", day), options)
                made = documents.document(result, charges_of_day(result, options))
                storage.put_day(key, day, encode_day(made))
                whole.append(time.perf_counter() - begun)
                processor.append(time.process_time() - begun_processor)
                read = read_by(plan, source.load_day("NIFTY", day), options)
                positions.append(len(result.lives))
                begun = time.perf_counter()
                market_day = source.load_day("NIFTY", day)
                for symbol, sizes in read:
                    (market_day.ticks_of if sizes else prices_of(market_day))(symbol)
                storage.put_day(key, day, encode_day(made))
                floor.append(time.perf_counter() - begun)
    ratio = statistics.median(a / b for a, b in zip(whole, floor, strict=True))
    return [
        (
            f"a one-second day, two-sided RSI, stored ({len(whole)} runs, {statistics.median(positions):.0f} trades)",
            f"{statistics.median(whole) * 1e3:.1f} ms",
            "≤ 10 ms",
        ),
        ("  of that on the processor", f"{statistics.median(processor) * 1e3:.1f} ms", ""),
        (
            "  only reading the row groups it reads, and encoding and storing its file",
            f"{statistics.median(floor) * 1e3:.1f} ms",
            "",
        ),
        ("  ratio, pair by pair", f"{ratio:.2f} ×", "≤ 3 ×"),
    ]


def prices_of(market_day: MarketDay) -> Callable[[str], Ticks]:
    """How a day reads what it needs only the prices of."""
    return market_day.prices_of or market_day.ticks_of


def read_by(plan: Plan, market_day: MarketDay, options: RunOptions) -> list[tuple[str, bool]]:
    """What a run of the day reads: each row group once, and whether with its quantities."""
    read: dict[str, bool] = {}

    def noted(reader: Callable[[str], Ticks], *, sizes: bool) -> Callable[[str], Ticks]:
        def read_one(symbol: str) -> Ticks:
            read[symbol] = sizes
            return reader(symbol)

        return read_one

    watched = replace(
        market_day,
        ticks_of=noted(market_day.ticks_of, sizes=True),
        prices_of=noted(prices_of(market_day), sizes=False),
    )
    run_day(plan, watched, options)
    return list(read.items())


def with_protection(document: bytes) -> bytes:
    """The strategy with a stop, a target and a trail on each leg, which comes back at its cost."""
    strategy = orjson.loads(document)
    graph = strategy.get("strategy") or strategy
    for node in graph["nodes"]:
        for leg in node["data"].get("positions") or ():
            leg["postExecutionConfig"] = {
                "stopLoss": {"enabled": True, "stopPercentage": 25},
                "takeProfit": {"enabled": True, "targetPercentage": 40},
                "trailingStop": {"enabled": True, "initialDistance": 15, "stepSize": 2.5},
            }
            leg["reEntryConfig"] = {"enabled": True, "type": "cost", "maxReEntries": 3}
    return orjson.dumps(strategy)


def measure_protected_day(document: bytes, market: Path, bars: Path) -> list[Row]:
    """Time whole days of a strategy whose legs have stops, targets and trails, charges included."""
    settle_memory()
    strategy = load_strategy(with_protection(document))
    plan, options = make_plan(strategy), RunOptions()
    documents = DayDocuments(strategy, options)
    source = Catalogue(market)
    days = source.days("NIFTY", date(2000, 1, 1), date(2100, 1, 1))[1 : DAYS + 1]
    whole: list[float] = []
    reasons: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(dir=bars) as folder:
        storage = FolderStorage(Path(folder))
        key = RunKey("bench", "day")
        storage.begin(key, document, b"{}")
        for _ in range(REPEATS):
            for day in days:
                begun = time.perf_counter()
                result = run_day(plan, source.load_day("NIFTY", day), options)
                made = documents.document(result, charges_of_day(result, options))
                storage.put_day(key, day, encode_day(made))
                whole.append(time.perf_counter() - begun)
                reasons.update(trade.exit_reason for trade in result.trades)
    closed = ", ".join(f"{count // REPEATS} {reason}" for reason, count in reasons.most_common(4))
    return [
        (
            f"the same with stops, targets, trails and costs (in {DAYS} days: {closed})",
            f"{statistics.median(whole) * 1e3:.1f} ms",
            "≤ 12 ms",
        )
    ]


def measure_encoding(document: bytes, market: Path) -> list[Row]:
    """How small a day's file gets, and how fast."""
    strategy = load_strategy(document)
    source, options = Catalogue(market), RunOptions()
    documents = DayDocuments(strategy, options)
    ratios, per_megabyte = [], []
    for day in source.days("NIFTY", date(2000, 1, 1), date(2100, 1, 1))[1 : DAYS + 1]:
        result = run_day(strategy, source.load_day("NIFTY", day), options)
        made = documents.document(result, charges_of_day(result, options))
        plain = len(orjson.dumps(made))
        begun = time.perf_counter()
        stored = encode_day(made)
        per_megabyte.append((time.perf_counter() - begun) * 1e3 / (plain / 1e6))
        ratios.append(plain / len(stored))
    return [
        ("compression of a day's file", f"{statistics.median(ratios):.1f} ×", "≥ 10 ×"),
        ("  JSON and gzip", f"{statistics.median(per_megabyte):.1f} ms a MB", ""),
    ]
