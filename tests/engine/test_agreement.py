"""The fast engine and the oracle agree, and the engine never looks ahead."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import strikebook.engine
from strikebook.engine.day import run_day
from strikebook.strategy.parse import require_strategy
from tests.engine.agreement import differences, engine_form
from tests.engine.mutants import MUTANTS, Mutant
from tests.oracle.generator import random_case
from tests.raw_day import RawDay, market_day

QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)


@pytest.mark.parametrize("block", range(15))
def test_engine_and_oracle_agree(block: int) -> None:
    """Trades, events, rejections, cancellations and reports are the same on fixed random cases."""
    for seed in range(block * 20, block * 20 + 20):
        document, raw, options = random_case(seed)
        assert differences(document, raw, options) == [], f"seed {seed}"


@settings(QUIET, max_examples=60)
@given(seed=st.integers(min_value=10**6, max_value=10**9))
def test_they_agree_on_what_hypothesis_finds(seed: int) -> None:
    """The same on cases nobody chose; a failure prints its seed."""
    document, raw, options = random_case(seed)
    assert differences(document, raw, options) == []


@settings(QUIET, max_examples=60)
@given(seed=st.integers(min_value=0, max_value=10**9), part=st.floats(min_value=0.05, max_value=0.95))
def test_nothing_looks_ahead(seed: int, part: float) -> None:
    """Changing every price after a step changes nothing decided at or before it."""
    document, raw, options = random_case(seed)
    strategy = require_strategy(document)
    cut = int((raw.close_s - raw.open_s) * part)
    before = engine_form(run_day(strategy, market_day(raw), options))
    after = engine_form(run_day(strategy, market_day(_changed_after(raw, raw.open_s + cut)), options))
    for name in ("events", "rejections"):
        assert [row for row in before[name] if row["step"] <= cut] == [row for row in after[name] if row["step"] <= cut]
    entered = [[row for row in day["lives"] if row["entry_step"] <= cut] for day in (before, after)]
    for row in (*entered[0], *entered[1]):
        row.pop("closed")
        row.pop("excursion")  # how far its profit goes later on
    assert entered[0] == entered[1]
    closed = [[row for row in day["trades"] if row["exit_step"] <= cut] for day in (before, after)]
    assert closed[0] == closed[1]


def _changed_after(raw: RawDay, second: int) -> RawDay:
    """The day with every trade and bar stamped after ``second`` moved by a third."""
    rows = {
        symbol: [_moved(row) if row.second > second else row for row in found] for symbol, found in raw.rows.items()
    }
    return replace(raw, rows=rows)


def _moved(row: object) -> object:
    fields = {
        name: getattr(row, name) * 4 // 3
        for name in ("price", "open", "high", "low", "close")
        if getattr(row, name, None) is not None
    }
    return replace(row, **fields)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_still_fits_the_code(mutant: Mutant) -> None:
    """The line each listed mutant breaks stands in the engine exactly once."""
    text = (Path(strikebook.engine.__file__).parent / mutant.file).read_text("utf-8")
    assert text.count(mutant.old) == 1
