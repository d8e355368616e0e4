"""A run before it starts: what was asked for, checked in full, and the list of days it comes to.

Nothing here writes anything; a request that is refused has changed nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from strikebook.errors import NoDataError, UsageError
from strikebook.market.calendar import planned_sessions
from strikebook.market.source import MarketSource
from strikebook.model.options import RunOptions
from strikebook.service.strategy_file import load_strategy
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.layout import RunKey
from strikebook.strategy.node import Strategy

LONGEST_RANGE_DAYS = 366 * 30
LARGEST_WORKER_COUNT = 256
_EVER = (date(1990, 1, 1), date(2200, 1, 1))


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What a run is asked to do. ``document`` is the strategy's JSON, both days are included."""

    user_id: str
    document: bytes
    market: MarketSource
    storage: BacktestStorage
    first: date
    last: date
    options: RunOptions = field(default_factory=RunOptions)
    workers: int = 1
    document_name: str = "strategy"


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day of the plan: a session of the calendar, a day with data, or both."""

    day: date
    has_data: bool


@dataclass(frozen=True, slots=True)
class PreparedRun:
    """A request about which everything was checked, and its days in order."""

    request: RunRequest
    key: RunKey
    strategy: Strategy
    days: tuple[PlannedDay, ...]


def prepare_run(request: RunRequest) -> PreparedRun:
    """Check everything about a request and plan its days.

    Raises UsageError (ids, dates, workers), StrategyError, NoDataError (underlying, no day with data in the range)
    or StorageError (results that could not be written).
    """
    _check_range(request)
    strategy = load_strategy(request.document, request.document_name)
    key = RunKey(request.user_id, strategy.id)
    _check_underlyings(request.market, strategy)
    days = plan_days(request.market, strategy.trading.symbol, request.first, request.last)
    request.storage.check_writable()
    return PreparedRun(request, key, strategy, days)


def plan_days(market: MarketSource, underlying: str, first: date, last: date) -> tuple[PlannedDay, ...]:
    """The calendar's sessions and the days present in the data, in order.

    Raises NoDataError where not one of them has data.
    """
    present = set(market.days(underlying, first, last))
    if not present:
        raise NoDataError(
            f"no data of {underlying} from {first} to {last}", where=market.label, right=_covered(market, underlying)
        )
    return tuple(PlannedDay(day, day in present) for day in sorted(present | planned_sessions(first, last).keys()))


def _check_range(request: RunRequest) -> None:
    first, last = request.first, request.last
    if first > last:
        raise UsageError(f"a run from {first} to {last}", where="dates", right="a first day not after the last")
    if (last - first).days > LONGEST_RANGE_DAYS:
        raise UsageError(f"a run from {first} to {last}", where="dates", right="at most thirty years")
    if not 1 <= request.workers <= LARGEST_WORKER_COUNT:
        raise UsageError(f"{request.workers} workers", where="workers", right=f"1 to {LARGEST_WORKER_COUNT}")


def _check_underlyings(market: MarketSource, strategy: Strategy) -> None:
    known = market.underlyings()
    for instrument in (strategy.trading, strategy.supporting):
        if instrument is not None and instrument.symbol not in known:
            raise NoDataError(f"no data of {instrument.symbol}", where=market.label, right=f"it has {', '.join(known)}")


def _covered(market: MarketSource, underlying: str) -> str:
    days = market.days(underlying, *_EVER)
    return f"its data goes from {days[0]} to {days[-1]}" if days else "another range"
