"""A day in, a day out: the engine's one entrance.

1. ``plan.make_plan``: what the graph means (who leads to whom, who guards what), once per strategy.
2. ``market_columns.MarketColumns``: the day's tapes, candles and indicators as columns, made when first read.
3. ``machine.Machine``: the state machine, which goes from event to event (its docstring has the steps).
4. ``run_day``: the ledger, the positions, the events and the reports as one value, with what is worked out beside:
   how far profits went (``excursions``), greeks (``estimates``), the margin (``margin``).
"""

from __future__ import annotations

from strikebook.engine.estimates import Estimates
from strikebook.engine.excursions import excursions_of
from strikebook.engine.machine import Machine
from strikebook.engine.margin import peak_margin
from strikebook.engine.market_columns import MarketColumns
from strikebook.engine.plan import Plan, make_plan
from strikebook.engine.reports import reports_of
from strikebook.model.day_result import DayResult
from strikebook.model.market_day import MarketDay
from strikebook.model.options import RunOptions
from strikebook.strategy.node import Strategy


def run_day(strategy: Strategy | Plan, day: MarketDay, options: RunOptions) -> DayResult:
    """Run a strategy over one day.

    The result depends on nothing but the arguments. Raises DayFailedError when a node breaks, and what the market
    day's own doors raise (MarketDataError).
    """
    plan = strategy if isinstance(strategy, Plan) else make_plan(strategy)
    market = MarketColumns(plan.strategy, day)
    machine = Machine(plan, market, options)
    machine.run()
    lives = machine.state.book.lives
    excursions, marks = excursions_of(lives, machine.ended_step)
    replayed_bars = market.replayed_bars  # of the prices that decided something; estimates read more
    estimates = Estimates(market, options.max_price_age_s)
    entry_greeks = [estimates.at(life.contract, life.entry) for life in lives]
    events, closing_snapshot = machine.trace.told(machine.ended_step)
    return DayResult(
        session=day.session,
        trades=tuple(machine.state.book.ledger),
        lives=tuple(
            life.frozen(excursion, greeks)
            for life, excursion, greeks in zip(lives, excursions, entry_greeks, strict=True)
        ),
        events=events,
        rejections=tuple(machine.trace.rejections),
        cancellations=tuple(machine.cancellations),
        signals=reports_of(machine.signals.values()),
        closing_snapshot=closing_snapshot,
        ended_step=machine.ended_step,
        replayed_bars=replayed_bars,
        short_history=market.short_history,
        source=day.source,
        synthetic=day.synthetic,
        warnings=(*_silent(market), *machine.entries.warnings),
        marks=marks,
        margin_paise=peak_margin(lives, entry_greeks, estimates, day.session),
        exit_greeks={row.trade_id: estimates.at(row.contract, row.exit) for row in machine.state.book.ledger},
    )


def _silent(market: MarketColumns) -> list[str]:
    symbols = dict.fromkeys(instrument.symbol for instrument in market.instruments.values())
    return [
        f"{symbol} has no trades on this day: what reads it has no value"
        for symbol in symbols
        if not len(market.tape(symbol).ticks)
    ]
