"""The days worked out by hand, met by the slow oracle and by the fast engine."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

import pytest

from tests.raw_day import market_day
from tests.worked_days import (
    days_clock,
    days_combined,
    days_conditions,
    days_contracts,
    days_ends,
    days_exits,
    days_expiry,
    days_fills,
    days_lazy_legs,
    days_leg_re_entries,
    days_limit_orders,
    days_prices,
    days_protection,
    days_protective_orders,
    days_re_entries,
    days_sending,
    days_strikes,
    days_values,
    days_waits,
)
from tests.worked_days.worked_day import Armed, Open, Outcome, Row, WorkedDay, clock

MODULES = (
    days_prices,
    days_fills,
    days_contracts,
    days_clock,
    days_combined,
    days_conditions,
    days_values,
    days_exits,
    days_re_entries,
    days_protection,
    days_protective_orders,
    days_leg_re_entries,
    days_limit_orders,
    days_strikes,
    days_waits,
    days_expiry,
    days_lazy_legs,
    days_sending,
    days_ends,
)
DAYS = [value for module in MODULES for value in vars(module).values() if isinstance(value, WorkedDay)]

each_day = pytest.mark.parametrize("day", DAYS, ids=lambda day: day.name)


@each_day
def test_the_oracle_meets_the_day(day):
    """What the slow engine makes of the day is what the page says comes of it."""
    from tests.oracle import run_oracle

    compare(day.expected, from_oracle(run_oracle(day.document, day.raw, day.options), day))


@each_day
def test_the_engine_meets_the_day(day):
    """What the fast engine makes of the day is what the page says comes of it."""
    from strikebook.engine.day import run_day
    from strikebook.strategy.parse import require_strategy

    result = run_day(require_strategy(day.document), market_day(day.raw), day.options)
    compare(day.expected, from_engine(result, day))


def test_there_are_sixty_days_and_each_says_its_ruling():
    """At least sixty days, no two of one name, each with its sentence."""
    assert len({day.name for day in DAYS}) == len(DAYS) >= 60
    assert [day.name for day in DAYS if not day.sentence.endswith(".")] == []


def compare(expected: Outcome, outcome: Outcome) -> None:
    """Assert what is expected; a mapping is looked at where it has a key, ``events`` unless None."""
    for one in fields(Outcome):
        wanted, found = getattr(expected, one.name), getattr(outcome, one.name)
        if wanted is None:
            continue
        if isinstance(wanted, dict):
            found = {key: found.get(key) for key in wanted}
        if one.name == "armed":
            found = {key: _as_far_as(wanted[key], report) for key, report in found.items()}
        if one.name in ("refused", "cancelled"):
            wanted, found = sorted(wanted), sorted(found)
        assert found == wanted, one.name


def _as_far_as(wanted: Armed, found: Armed | None) -> Armed | None:
    if found is None or wanted.leaves is not None:
        return found
    return Armed(found.steps)


def from_oracle(result, day: WorkedDay) -> Outcome:
    """The oracle's plain values in the comparable form."""
    raw = day.raw
    return Outcome(
        tuple(
            Row(
                row["trade_id"],
                row["symbol"],
                row["side"].upper(),
                row["lots"] * row["lot_size"],
                clock(raw, row["entry_step"]),
                row["entry_price"],
                clock(raw, row["exit_step"]),
                row["exit_price"],
                row["exit_reason"],
                row["pnl"],
            )
            for row in result.trades
        ),
        tuple((one["vpi"], one["side"], one["reason"], clock(raw, one["step"])) for one in result.rejections),
        tuple((one["vpi"], one["side"]) for one in result.cancellations),
        tuple((clock(raw, one["step"]), one["node_id"]) for one in result.events),
        {
            (node, name): Armed(
                report["armed_steps"],
                {leaf: _times(raw, *counts) for leaf, counts in enumerate(report["leaves"])},
            )
            for node, signal in result.signals.items()
            for name, report in signal["sets"].items()
        },
        {node: tuple(_run(raw, *run) for run in signal["near_misses"]) for node, signal in result.signals.items()},
        {row["trade_id"]: row["exit_age_s"] for row in result.trades},
        Counter(life["vpi"] for life in result.lives if life["closed"]),
        tuple(
            Open(one["vpi"], one["symbol"], one["side"], one["units"], one["entry_price"], one["last_price"])
            for one in result.left_open
        ),
    )


def from_engine(result, day: WorkedDay) -> Outcome:
    """The engine's DayResult in the comparable form."""
    raw = day.raw
    return Outcome(
        tuple(
            Row(
                trade.trade_id,
                trade.contract.symbol,
                trade.side,
                trade.units,
                clock(raw, trade.entry.step),
                trade.entry.price_paise,
                clock(raw, trade.exit.step),
                trade.exit.price_paise,
                trade.exit_reason,
                trade.pnl_paise,
            )
            for trade in result.trades
        ),
        tuple((one.vpi, one.side, one.reason, clock(raw, one.step)) for one in result.rejections),
        tuple((one.vpi, one.side) for one in result.cancellations),
        tuple((clock(raw, event.step), event.node_id) for event in result.events),
        {
            (signal.node_id, report.condition_set): Armed(
                report.armed_steps,
                {one.leaf: _times(raw, one.true_steps, one.last_true_step) for one in report.leaves},
            )
            for signal in result.signals
            for report in signal.sets
        },
        {
            signal.node_id: tuple(
                _run(raw, run.from_step, run.to_step, run.condition_set, run.leaf) for run in signal.near_misses
            )
            for signal in result.signals
        },
        {trade.trade_id: trade.exit.price_age_s for trade in result.trades},
        Counter(life.vpi for life in result.lives if life.closed),
        tuple(_open(life, result) for life in result.lives if not life.closed),
    )


def _open(life, result) -> Open:
    lots = life.lots - sum(trade.lots for trade in life.trades)
    last, _ = result.closing_snapshot.prices[life.contract.symbol]
    return Open(life.vpi, life.contract.symbol, life.side, lots * life.lot_size, life.entry.price_paise, last)


def _times(raw, count: int, last_step: int | None):
    return count, None if last_step is None else clock(raw, last_step)


def _run(raw, from_step: int, to_step: int, condition_set: str, leaf: int):
    return clock(raw, from_step), clock(raw, to_step), condition_set, leaf
