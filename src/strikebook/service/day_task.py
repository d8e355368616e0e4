"""One day of a run, from its data to its stored file: what a worker process does.

``run_stored_day`` takes plain bytes and a date, so that any executor can carry it; the strategy, the plan and the
document maker are made once per process and run, and found again by those bytes.
"""

from __future__ import annotations

import gc
import pickle
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from strikebook.engine.day import run_day
from strikebook.engine.plan import make_plan
from strikebook.errors import MarketDataError, StorageError, StrikebookError
from strikebook.money.day_charges import charges_of_day
from strikebook.service.day_data import day_fingerprint, reads_of
from strikebook.service.day_fault import fault
from strikebook.service.day_work import Compared, DayOutcome, DayVerdict, DayWork
from strikebook.service.differences import first_difference
from strikebook.service.strategy_file import load_strategy
from strikebook.service.sweep_task import SweepRunner
from strikebook.service.sweep_work import SweepWork
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_day, encode_day
from strikebook.storage.day_document import DayDocuments
from strikebook.storage.layout import RunKey
from strikebook.storage.round_trips import day_course, round_trips
from strikebook.storage.summary import totals_of_day
from strikebook.storage.sweep_days import SweepDay


class DayRunner:
    """Runs and stores days of one run."""

    def __init__(self, work: DayWork) -> None:
        self._work = work
        strategy = load_strategy(work.document)
        self._plan = make_plan(strategy)
        self._documents = DayDocuments(strategy, work.options)
        self._traded = strategy.trading.symbol
        self._reads = reads_of([strategy])

    def run(self, day: date) -> DayOutcome:
        """Run a day and store its file.

        Raises StorageError where the file cannot be stored: that concerns the run, not the day.
        """
        outcome, content = self.make(day)
        if content is not None:
            self._work.storage.put_day(self._work.key, day, content)
        return outcome

    def make(self, day: date) -> tuple[DayOutcome, bytes | None]:
        """Run a day: how it went, and its file, None where it failed. What breaks inside is that day's failure."""
        work = self._work
        try:
            market_day = work.market.load_day(self._traded, day)
            fingerprint = day_fingerprint(work.market, self._reads, day)
            result = run_day(self._plan, market_day, work.options)
            charges = charges_of_day(result, work.options)
            document = self._documents.document(result, charges)
            trips, course = round_trips(day, document), day_course(document)
            content = encode_day(document, work.options.compression_level)
        except MarketDataError as error:
            return DayOutcome(day, "failed", error.told), None
        except StrikebookError as error:
            return DayOutcome(day, "failed", str(error)), None
        except Exception as error:  # noqa: BLE001 — the worker's outer loop: a fault in one day must not end the run
            return DayOutcome(day, "failed", fault(error)), None
        outcome = DayOutcome(
            day,
            "traded" if result.lives else "no_trades",
            _why_no_trades(len(result.rejections)) if not result.lives else "",
            totals_of_day(result, charges),
            len(content),
            fingerprint,
            result.replayed_bars,
            result.short_history,
            result.synthetic,
            result.warnings + charges.warnings,
            trips,
            course,
        )
        return outcome, content


def settle_memory() -> None:
    """Keep what is loaded out of the search for garbage, and search less often: days leave none in circles, and the
    search was a seventh of a day's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def run_stored_day(packed: bytes, day: date) -> DayOutcome | SweepDay:
    """Run a day of packed work in this process."""
    return _runner(packed).run(day)


def compare_days(
    storage: BacktestStorage, key: RunKey, days: Sequence[date], work: DayWork, fingerprints: Mapping[date, str]
) -> list[Compared]:
    """Run stored days again and compare each file with the stored one; nothing is stored.

    ``fingerprints``: what each day's data was known by.
    """
    runner = DayRunner(work)
    return [(day, *_compared(storage.day(key, day), *runner.make(day), fingerprints)) for day in days]


def _compared(
    stored: bytes | None, outcome: DayOutcome, made: bytes | None, fingerprints: Mapping[date, str]
) -> tuple[DayVerdict, str]:
    if stored is None:
        return "missing", "its file is gone"
    if made is None:
        return "failed", outcome.reason
    if made == stored:
        return "same", ""
    try:
        where = first_difference(decode_day(stored), decode_day(made))
    except StorageError as error:
        return "different", str(error)
    if outcome.fingerprint != fingerprints[outcome.day]:
        return (
            "data_changed",
            f"the market's data of that day, or of the candles before it, is not what it was; {where}",
        )
    return "different", where


def runner_of(work: object) -> DayRunner | SweepRunner:
    """Who runs the days of such work."""
    if isinstance(work, SweepWork):
        return SweepRunner(work)
    if isinstance(work, DayWork):
        return DayRunner(work)
    raise TypeError(f"{type(work).__name__} is no work of days")


@lru_cache(maxsize=4)
def _runner(packed: bytes) -> DayRunner | SweepRunner:
    return runner_of(pickle.loads(packed))  # noqa: S301 — the bytes come from ``day_work.pack`` in our own parent process


def _why_no_trades(rejections: int) -> str:
    if rejections == 0:
        return "no entry signal fired"
    return f"{rejections} order{'s were' if rejections > 1 else ' was'} rejected"
