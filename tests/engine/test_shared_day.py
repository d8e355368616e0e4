"""A day that several strategies run over gives each of them the ledger of a run of its own."""

from __future__ import annotations

import pytest

from strikebook.engine.day import run_day
from strikebook.engine.plan import Plan, make_plan
from strikebook.engine.shared_day import SharedDay
from strikebook.errors import StrikebookError
from strikebook.model.day_result import NOWHERE, DayResult
from strikebook.model.market_day import MarketDay
from strikebook.model.options import RunOptions
from strikebook.strategy.parse import require_strategy
from tests.oracle.generator import random_case
from tests.raw_day import market_day


def earned(result: DayResult) -> tuple[object, ...]:
    """What a strategy did and earned, without what explains it."""
    lives = [life._replace(excursion=NOWHERE, entry_greeks=None) for life in result.lives]
    return (
        result.trades,
        tuple(lives),
        result.rejections,
        result.cancellations,
        result.ended_step,
        result.short_history,
    )


def alone(plan: Plan, day: MarketDay, options: RunOptions) -> object:
    """What a run of its own comes to, or the error it ends with."""
    try:
        return earned(run_day(plan, day, options))
    except StrikebookError as error:
        return str(error)


def together(shared: SharedDay, plan: Plan, options: RunOptions) -> object:
    """What it comes to on a shared day."""
    try:
        return earned(shared.run(plan, options))
    except StrikebookError as error:
        return str(error)


@pytest.mark.parametrize("block", range(6))
def test_a_shared_day_has_the_ledgers_of_days_alone(block: int) -> None:
    """Random strategies, some written for other days, run over one day one after the other, and again in turn."""
    closed = 0
    for seed in range(block * 12, block * 12 + 12):
        _, raw, options = random_case(seed)
        plans = [make_plan(require_strategy(random_case(seed + more)[0])) for more in range(4)]
        expected = [alone(plan, market_day(raw), options) for plan in plans]
        shared = SharedDay(market_day(raw))
        for number in (0, 1, 2, 3, 0, 0, 2):
            assert together(shared, plans[number], options) == expected[number], f"seed {seed}, strategy {number}"
        closed += sum(len(each[0]) for each in expected if isinstance(each, tuple))
    assert closed > 20, "days on which nothing is traded say nothing"
