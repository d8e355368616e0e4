"""A day that many strategies run over, for what they earn alone: the price of reading it is paid once.

1. Tapes and candle tables, with their indicators, are those of the day (``market_columns.DayShelf``).
2. Columns, values of expressions and truths of conditions are shared by strategies that read the same instruments with
   the same indicators; these come one after the other, and what the last of them left is dropped.
3. Each strategy has a machine of its own, which keeps the ledger and no reasons: no events, no reports, no greeks.

The ledger is that of ``day.run_day``: the same machine, on the same columns.
"""

from __future__ import annotations

from typing import Final

from strikebook.engine.machine import Machine
from strikebook.engine.market_columns import DayShelf, MarketColumns
from strikebook.engine.operands import MarketValues
from strikebook.engine.plan import Plan
from strikebook.model.day_result import NOWHERE, DayResult, Snapshot
from strikebook.model.market_day import MarketDay
from strikebook.model.options import RunOptions
from strikebook.strategy.node import InstrumentUse

_MOST_KEPT: Final = 200
"""Columns of a day that are kept: 180 kB each, 36 MB."""

_Reads = tuple[InstrumentUse, InstrumentUse | None]


class SharedDay:
    """One market day for strategies in turn. Those that read the same should follow one another."""

    def __init__(self, day: MarketDay) -> None:
        self.day = day
        self._shelf = DayShelf()
        self._reads: _Reads | None = None
        self._columns: MarketColumns | None = None
        self._kept = MarketValues()

    def run(self, plan: Plan, options: RunOptions) -> DayResult:
        """Run a strategy: the day's positions, trades and refused orders; all that explains them is left out.

        Raises what ``run_day`` raises.
        """
        market = self._market(plan)
        machine = Machine(plan, market, options, self._kept, told=False)
        machine.run()
        return DayResult(
            session=self.day.session,
            trades=tuple(machine.state.book.ledger),
            lives=tuple(life.frozen(NOWHERE, None) for life in machine.state.book.lives),
            events=(),
            rejections=tuple(machine.trace.rejections),
            cancellations=tuple(machine.cancellations),
            signals=(),
            closing_snapshot=Snapshot((), {}, {}),
            ended_step=machine.ended_step,
            replayed_bars=market.replayed_bars,
            short_history=market.short_history,
            source=self.day.source,
            synthetic=self.day.synthetic,
        )

    def _market(self, plan: Plan) -> MarketColumns:
        """The columns of what a strategy reads, with what is kept of them."""
        reads = (plan.strategy.trading, plan.strategy.supporting)
        if self._columns is None or reads != self._reads:
            self._columns = MarketColumns(plan.strategy, self.day, self._shelf)
            self._reads, self._kept = reads, MarketValues()
        elif self._kept.size > _MOST_KEPT:
            self._kept = MarketValues()
        return self._columns
