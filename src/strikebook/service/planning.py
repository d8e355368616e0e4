"""A run before it starts: what was asked for, checked in full, and the list of days it comes to.

Nothing here writes anything; a request that is refused has changed nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from strikebook.errors import NoDataError, UsageError
from strikebook.market.calendar import planned_sessions
from strikebook.market.source import MarketSource
from strikebook.model.options import RunOptions
from strikebook.service.run_plan import PlannedDay, RunPlan, Warned
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


def prepare_run(request: RunRequest) -> RunPlan:
    """Check everything about a request and plan its days.

    Raises UsageError (ids, dates, workers), StrategyError, NoDataError (underlying, no day with data in the range)
    or StorageError (results that could not be written).
    """
    if not 1 <= request.workers <= LARGEST_WORKER_COUNT:
        raise UsageError(f"{request.workers} workers", where="workers", right=f"1 to {LARGEST_WORKER_COUNT}")
    plan = plan_run(
        request.user_id,
        request.document,
        request.document_name,
        request.market,
        request.first,
        request.last,
        request.options,
    )
    request.storage.check_writable()
    return plan


def plan_run(
    user_id: str,
    document: bytes,
    document_name: str,
    market: MarketSource,
    first: date,
    last: date,
    options: RunOptions,
) -> RunPlan:
    """Check ids, dates, strategy and data, and list the days; what it raises, ``prepare_run`` says."""
    check_range(first, last)
    strategy = known_strategy(document, document_name)
    key = RunKey(user_id, strategy.id)
    _check_underlyings(market, strategy)
    return RunPlan(
        key=key,
        document=document,
        first=first,
        last=last,
        options=options,
        days=plan_days(market, strategy.trading.symbol, first, last),
        strategy_name=strategy.name,
        strategy_hash=strategy.hash,
        underlying=strategy.trading.symbol,
        supporting=None if strategy.supporting is None else strategy.supporting.symbol,
        warnings=tuple(Warned(found.path, found.what, found.right, found.node_id) for found in strategy.warnings),
        market_label=market.label,
        synthetic=market.synthetic,
    )


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


def check_market(market: MarketSource) -> tuple[str, ...]:
    """The underlyings of a market. Raises what opening it raises."""
    return market.underlyings()


def market_label(market: MarketSource) -> str:
    """What results made on a market say they were made from."""
    return market.label


def warm_up() -> int:
    """Load what planning needs (a second); returns how many sessions this year's calendar has."""
    return len(planned_sessions(date(2024, 1, 1), date(2024, 12, 31)))


def check_range(first: date, last: date, longest_days: int = LONGEST_RANGE_DAYS) -> None:
    """Raise UsageError for a range that is reversed or too long."""
    if first > last:
        raise UsageError(f"a run from {first} to {last}", where="dates", right="a first day not after the last")
    if (last - first).days > longest_days:
        right = "at most thirty years" if longest_days == LONGEST_RANGE_DAYS else f"at most {longest_days} days"
        raise UsageError(f"a run from {first} to {last}", where="dates", right=right)


@lru_cache(maxsize=32)
def known_strategy(document: bytes, name: str) -> Strategy:
    """A strategy that was submitted before, and has not changed, is not read again."""
    return load_strategy(document, name)


def _check_underlyings(market: MarketSource, strategy: Strategy) -> None:
    known = market.underlyings()
    for instrument in (strategy.trading, strategy.supporting):
        if instrument is not None and instrument.symbol not in known:
            raise NoDataError(f"no data of {instrument.symbol}", where=market.label, right=f"it has {', '.join(known)}")


def _covered(market: MarketSource, underlying: str) -> str:
    days = market.days(underlying, *_EVER)
    return f"its data goes from {days[0]} to {days[-1]}" if days else "another range"
