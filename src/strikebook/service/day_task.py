"""One day of a run, from its data to its stored file: what a worker process does.

``run_stored_day`` takes plain bytes and a date, so that any executor can carry it; the strategy, the plan and the
document maker are made once per process and run, and found again by those bytes.
"""

from __future__ import annotations

import gc
import pickle
import traceback
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal

from strikebook.engine.day import run_day
from strikebook.engine.plan import make_plan
from strikebook.errors import StrikebookError
from strikebook.market.source import MarketSource
from strikebook.model.options import RunOptions
from strikebook.service.strategy_file import load_strategy
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import encode_day
from strikebook.storage.day_document import DayDocuments
from strikebook.storage.layout import RunKey
from strikebook.storage.summary import Totals, totals_of_day

DayStatus = Literal["traded", "no_trades", "failed"]


@dataclass(frozen=True, slots=True)
class DayWork:
    """What all days of a run share."""

    key: RunKey
    document: bytes
    market: MarketSource
    storage: BacktestStorage
    options: RunOptions


@dataclass(frozen=True, slots=True)
class DayOutcome:
    """How a day went. ``file_bytes`` is the size of its stored file, 0 where it has none."""

    day: date
    status: DayStatus
    reason: str = ""
    totals: Totals = field(default_factory=Totals)
    file_bytes: int = 0
    fingerprint: str = ""
    replayed_bars: bool = False
    short_history: bool = False
    synthetic: bool = False
    warnings: tuple[str, ...] = ()


class DayRunner:
    """Runs and stores days of one run."""

    def __init__(self, work: DayWork) -> None:
        self._work = work
        strategy = load_strategy(work.document)
        self._plan = make_plan(strategy)
        self._documents = DayDocuments(strategy, work.options)
        others = () if strategy.supporting is None else (strategy.supporting.symbol,)
        self._underlyings = (strategy.trading.symbol, *(name for name in others if name != strategy.trading.symbol))

    def run(self, day: date) -> DayOutcome:
        """Run a day and store its file. What breaks inside the day is that day's failure.

        Raises StorageError where the file cannot be stored: that concerns the run, not the day.
        """
        work = self._work
        try:
            market_day = work.market.load_day(self._underlyings[0], day)
            fingerprint = "+".join(self._fingerprint(name, day) for name in self._underlyings)
            result = run_day(self._plan, market_day, work.options)
            content = encode_day(self._documents.document(result))
        except StrikebookError as error:
            return DayOutcome(day, "failed", str(error))
        except Exception as error:  # noqa: BLE001 — the worker's outer loop: a fault in one day must not end the run
            return DayOutcome(day, "failed", _fault(error))
        work.storage.put_day(work.key, day, content)
        return DayOutcome(
            day,
            "traded" if result.lives else "no_trades",
            _why_no_trades(len(result.rejections)) if not result.lives else "",
            totals_of_day(result),
            len(content),
            fingerprint,
            result.replayed_bars,
            result.short_history,
            result.synthetic,
            result.warnings,
        )

    def _fingerprint(self, underlying: str, day: date) -> str:
        """What the data of an underlying is known by; a supporting instrument may have none that day."""
        market = self._work.market
        present = underlying == self._underlyings[0] or day in market.days(underlying, day, day)
        return market.fingerprint(underlying, day) if present else f"no-data-of-{underlying}"


def settle_memory() -> None:
    """Keep what is loaded out of the search for garbage, and search less often: days leave none in circles, and the
    search was a seventh of a day's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pack(work: DayWork) -> bytes:
    """The work of a run as the bytes that ``run_stored_day`` takes."""
    return pickle.dumps(work, protocol=pickle.HIGHEST_PROTOCOL)


def run_stored_day(packed: bytes, day: date) -> DayOutcome:
    """Run a day of packed work in this process."""
    return _runner(packed).run(day)


@lru_cache(maxsize=4)
def _runner(packed: bytes) -> DayRunner:
    return DayRunner(pickle.loads(packed))  # noqa: S301 — the bytes come from ``pack`` in our own parent process


def _why_no_trades(rejections: int) -> str:
    if rejections == 0:
        return "no entry signal fired"
    return f"{rejections} order{'s were' if rejections > 1 else ' was'} rejected"


def _fault(error: Exception) -> str:
    """A fault of ours in one line: its kind, its message, and the place in our code."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "strikebook" in frame.filename] or frames
    place = f" at {ours[-1].filename.rpartition('strikebook/')[2]}:{ours[-1].lineno}" if ours else ""
    return f"internal error: {type(error).__name__}: {error}{place}"
