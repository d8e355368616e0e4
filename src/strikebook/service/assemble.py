"""Puts a server's parts together from its settings: the only place that knows which member stands behind each door."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

from strikebook.jobs.folder_jobs import FolderJobs
from strikebook.jobs.job_manager import JobManager
from strikebook.jobs.memory_jobs import MemoryJobs
from strikebook.service.backtests import Backtests
from strikebook.service.here_executor import HereExecutor
from strikebook.service.market_choice import NamedMarket
from strikebook.service.process_executor import ProcessExecutor
from strikebook.service.run import RunLimits, RunPlace
from strikebook.service.strategy_shelf import StrategyShelf
from strikebook.settings import Settings
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.keeping import Keeping, quota_of
from strikebook.storage.memory_storage import MemoryStorage

EXCHANGE_TIME = timezone(timedelta(hours=5, minutes=30))


def exchange_now() -> datetime:
    """The time at the exchange, without offset, whatever the server's zone is."""
    return datetime.now(EXCHANGE_TIME).replace(tzinfo=None)


def build_backtests(settings: Settings) -> Backtests:
    """A server's use cases on folders and worker processes. Nothing runs, and nothing is written, before ``start``.

    Raises UsageError or MarketDataError where the market of that name cannot be opened.
    """
    market_name = _absolute(settings.market)
    executor = ProcessExecutor(settings.workers or os.cpu_count() or 1)
    try:
        executor.ask("strikebook.service.planning:check_market", NamedMarket(market_name)).result()
    except BaseException:
        executor.close()
        raise
    place = RunPlace(
        NamedMarket(market_name),
        FolderStorage(settings.results.absolute()),
        JobManager(FolderJobs(settings.results.absolute()), exchange_now, settings.queue_length, "server"),
        executor,
        exchange_now,
        limits_of(settings),
    )
    return Backtests(settings, place, StrategyShelf(settings.strategies.absolute()), market_name)


def build_blank(settings: Settings) -> Backtests:
    """The use cases over members in memory, on the synthetic market: for who asks what an API offers, not to run it."""
    jobs = JobManager(MemoryJobs(), exchange_now, settings.queue_length, "server")
    place = RunPlace(NamedMarket("synthetic"), MemoryStorage(), jobs, HereExecutor(), exchange_now, limits_of(settings))
    return Backtests(settings, place, StrategyShelf(settings.strategies.absolute()), "synthetic")


def limits_of(settings: Settings) -> RunLimits:
    """How results are kept and what a run must leave free, as the settings say."""
    ttl, longest = timedelta(hours=settings.ttl_hours), timedelta(hours=settings.longest_ttl_hours)
    keeping = Keeping(ttl, max(ttl, longest), quota_of(settings.quota_mb))
    return RunLimits(keeping, settings.minimum_free_mb * 1_000_000)


def _absolute(market: str) -> str:
    """A folder's absolute path: workers may have another current folder."""
    return market if market.partition(":")[0] == "synthetic" else str(Path(market).absolute())
