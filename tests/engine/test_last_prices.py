"""The last prices that are recorded with what closes a position."""

from __future__ import annotations

import pytest

from strikebook.engine.day import run_day
from strikebook.model.options import RunOptions
from strikebook.strategy.parse import require_strategy
from tests.raw_day import market_day
from tests.worked_days.making import (
    after,
    end_conditions,
    entry,
    entry_signal,
    exit_order,
    exit_signal,
    leg,
    make_strategy,
)
from tests.worked_days.making_market import C25000, make_day, symbol_of


def run(ends=None):
    """A call from 09:15:10 that trades at 130.xx in step x.xx, closed by ``stop`` at 09:16:00 or by ``ends`` before."""
    nodes = [
        entry_signal("go", after("09:15:10")),
        entry("a", leg("buy", "CE")),
        exit_signal("stop", after("09:16:00")),
        exit_order("out", "a-pos1"),
    ]
    document = make_strategy(nodes, ["start > go > a > stop > out"], ends=ends)
    return run_day(require_strategy(document), market_day(make_day(coded=[C25000])), RunOptions())


@pytest.mark.parametrize(
    ("ends", "node"),
    [(None, "stop"), (None, "out"), (end_conditions(at="09:15:50"), "start")],
    ids=["exit signal", "exit", "square-off"],
)
def test_the_event_of_a_close_has_the_contract_s_price(ends, node):
    """It is the price of the fill, also where the position is closed when the event is recorded."""
    result = run(ends)
    event = [event for event in result.events if event.node_id == node][-1]
    assert event.snapshot.prices[symbol_of(C25000)] == (result.trades[0].exit.price_paise, 0)


def test_the_close_of_the_day_has_the_price_it_closed_at():
    """``closing`` and the exit record of what it closed; a position closed before is not among them."""
    nodes = [entry_signal("go", after("09:15:10")), entry("a", leg("buy", "CE"))]
    document = make_strategy(nodes, ["start > go > a"])
    result = run_day(require_strategy(document), market_day(make_day(coded=[C25000])), RunOptions())
    assert result.closing_snapshot.prices[symbol_of(C25000)] == (13300, 0)
    assert list(run().closing_snapshot.prices) == ["NIFTY"]
