"""The fast engine and the oracle on one case, in one comparable form."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from strikebook.engine.day import run_day
from strikebook.model.day_result import Cancellation, DayResult, Event, Greeks, Rejection, SignalReport, Trade
from strikebook.model.options import RunOptions
from strikebook.strategy.parse import require_strategy
from tests.oracle import OracleDay, run_oracle
from tests.raw_day import RawDay, market_day


class Near(float):
    """An estimate: two ways of working it out come close to one another."""


def engine_form(result: DayResult) -> dict[str, Any]:
    """A day's result in the oracle's words."""
    return {
        "trades": [_trade(row) for row in result.trades],
        "lives": [
            {
                "entry_node_id": life.entry_node_id,
                "vpi": life.vpi,
                "position_num": life.position_num,
                "symbol": life.contract.symbol,
                "entry_step": life.entry.step,
                "entry_event_id": life.entry_event_id,
                "lots": life.lots,
                "closed": life.closed,
                "excursion": tuple(life.excursion),
                "greeks": _greeks(life.entry_greeks),
            }
            for life in result.lives
        ],
        "events": [_event(event) for event in result.events],
        "rejections": [
            _order(found) | {"reason": found.reason, "retried": found.retried} for found in result.rejections
        ],
        "cancellations": [_order(found) for found in result.cancellations],
        "signals": {signal.node_id: _signal(signal) for signal in result.signals},
        "variables": {node: dict(values) for node, values in result.closing_snapshot.variables.items() if values},
        "ended_step": result.ended_step,
        "marks": tuple(result.marks[:4]),
        "margin": Near(result.margin_paise),
        "exit_greeks": {trade: _greeks(found) for trade, found in result.exit_greeks.items()},
        "replayed_bars": result.replayed_bars,
        "short_history": result.short_history,
    }


def _greeks(found: Greeks | None) -> dict[str, Near] | None:
    return None if found is None else {name: Near(value) for name, value in found._asdict().items()}


def _trade(row: Trade) -> dict[str, Any]:
    return {
        "trade_id": row.trade_id,
        "vpi": row.vpi,
        "position_num": row.position_num,
        "part": row.part,
        "symbol": row.contract.symbol,
        "side": row.side,
        "lots": row.lots,
        "lot_size": row.lot_size,
        "entry_step": row.entry.step,
        "entry_sent_step": row.entry.sent_step,
        "entry_price": row.entry.price_paise,
        "entry_market": row.entry.market_paise,
        "entry_age_s": row.entry.price_age_s,
        "entry_underlying": row.entry.underlying_paise,
        "exit_step": row.exit.step,
        "exit_sent_step": row.exit.sent_step,
        "exit_price": row.exit.price_paise,
        "exit_market": row.exit.market_paise,
        "exit_age_s": row.exit.price_age_s,
        "exit_underlying": row.exit.underlying_paise,
        "exit_reason": row.exit_reason,
        "exit_node_id": row.exit_node_id,
        "exit_event_id": row.exit_event_id,
        "pnl": row.pnl_paise,
    }


def _order(found: Rejection | Cancellation) -> dict[str, Any]:
    return {
        "step": found.step,
        "sent_step": found.sent_step,
        "node_id": found.node_id,
        "vpi": found.vpi,
        "side": found.side,
        "symbol": found.contract.symbol if found.contract else None,
    }


def _signal(signal: SignalReport) -> dict[str, Any]:
    return {
        "fired_steps": list(signal.fired_steps),
        "sets": {
            found.condition_set: {
                "armed_steps": found.armed_steps,
                "leaves": [(leaf.true_steps, leaf.last_true_step) for leaf in found.leaves],
            }
            for found in signal.sets
            if found.armed_steps
        },
        "near_misses": [(run.from_step, run.to_step, run.condition_set, run.leaf) for run in signal.near_misses],
        "near_misses_total": signal.near_misses_total,
        "limit": signal.limit,
        "limit_step": signal.limit_step,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "execution_id": event.execution_id,
        "parent_execution_id": event.parent_execution_id,
        "node_id": event.node_id,
        "step": event.step,
        "condition_set": event.condition_set,
        "readings": [
            {
                "leaf": reading.leaf,
                "lhs": reading.lhs_value,
                "rhs": reading.rhs_value,
                "result": reading.result,
                "lhs_previous": reading.lhs_previous,
                "rhs_previous": reading.rhs_previous,
            }
            for reading in event.readings
        ],
    }


def oracle_form(day: OracleDay) -> dict[str, Any]:
    """The oracle's day as plain values; condition sets that were never armed say nothing."""
    plain = asdict(day)
    for signal in plain["signals"].values():
        signal["sets"] = {
            name: {"armed_steps": found["armed_steps"], "leaves": [tuple(leaf) for leaf in found["leaves"]]}
            for name, found in signal["sets"].items()
            if found["armed_steps"]
        }
        signal["near_misses"] = [tuple(run) for run in signal["near_misses"]]
        signal["fired_steps"] = list(signal["fired_steps"])
    known = {
        node: {name: value for name, value in values.items() if value is not None}
        for node, values in plain["variables"].items()
    }
    plain["variables"] = {node: values for node, values in known.items() if values}
    return plain


def differences(document: dict[str, Any], raw: RawDay, options: RunOptions) -> list[str]:
    """Run both on a case; one line for each place where they differ."""
    mine = engine_form(run_day(require_strategy(document), market_day(raw), options))
    theirs = oracle_form(run_oracle(document, raw, options))
    found: list[str] = []
    for part in mine:
        _compare(f"{part}", mine[part], theirs[part], found)
    return found


def _compare(where: str, mine: Any, theirs: Any, found: list[str]) -> None:
    if isinstance(mine, dict) and isinstance(theirs, dict):
        for key in [*mine, *(key for key in theirs if key not in mine)]:
            if key not in mine or key not in theirs:
                found.append(f"{where}.{key}: engine {mine.get(key)!r}, oracle {theirs.get(key)!r}")
            else:
                _compare(f"{where}.{key}", mine[key], theirs[key], found)
    elif isinstance(mine, list | tuple) and isinstance(theirs, list | tuple):
        for number, (a, b) in enumerate(zip(mine, theirs, strict=False)):
            _compare(f"{where}[{number}]", a, b, found)
        if len(mine) != len(theirs):
            rest = mine[len(theirs) :] or theirs[len(mine) :]
            found.append(f"{where}: engine has {len(mine)}, oracle {len(theirs)}; first extra {rest[0]!r}")
    elif not _same(mine, theirs):
        found.append(f"{where}: engine {mine!r}, oracle {theirs!r}")


def _same(mine: Any, theirs: Any) -> bool:
    if isinstance(mine, Near) and theirs is not None:
        return math.isclose(mine, theirs, rel_tol=1e-5, abs_tol=1e-6)
    numbers = (int, float)
    if isinstance(mine, numbers) and isinstance(theirs, numbers) and not isinstance(mine, bool):
        return round(mine * 1e6) == round(theirs * 1e6)
    return bool(mine == theirs)
