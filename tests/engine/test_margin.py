"""The margin estimate, worked out again for small days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import sqrt

import pytest

from strikebook.engine.black import black_prices, implied_volatility
from strikebook.engine.day import run_day
from strikebook.model.day_result import DayResult
from strikebook.model.options import RunOptions
from strikebook.strategy.parse import require_strategy
from tests.engine.agreement import differences
from tests.oracle import documents as d
from tests.raw_day import RawDay, market_day

EXPIRY = date(2024, 10, 3)
SPOT = 25_000


def day_of(call: float, put: float, day: date = d.DAY) -> RawDay:
    """An hour on which nothing moves: the underlying at 25,000, the call and the put of 25,000 at these prices."""
    quotes = {"NIFTY": SPOT, f"NIFTY:{EXPIRY}:OPT:25000:CE": call, f"NIFTY:{EXPIRY}:OPT:25000:PE": put}
    rows = {symbol: d.trades(*((step, price) for step in range(0, 3601, 20))) for symbol, price in quotes.items()}
    listed = [(EXPIRY, 25_000_00, kind) for kind in ("CE", "PE")]
    return RawDay("NIFTY", day, rows, listed, {EXPIRY: 25}, {}, open_s=d.OPEN_S, close_s=d.OPEN_S + 3600)


def run(raw: RawDay, *legs: dict) -> DayResult:
    """The legs opened ten seconds after the open."""
    document = d.strategy(
        "start>in in>e",
        d.start(),
        d.signal("entry", "in", d.leaf(d.now(), ">=", d.constant(d.OPEN_S + 10))),
        d.entry("e", *legs),
    )
    return run_day(require_strategy(document), market_day(raw), RunOptions())


def test_bought_options_take_none() -> None:
    """A premium that was paid is all that can be lost."""
    assert run(day_of(120, 110), d.leg("p1", "buy", "W0 ATM CE")).margin_paise == 0


def test_a_short_straddle_takes_its_scan_and_its_exposure() -> None:
    """Ten units each: the larger loss of three daily deviations either way, and 2 % of both notionals."""
    call, put = 120.0, 110.0
    forward = SPOT + call - put
    years = (2 * 86_400 + (15 * 60 + 30) * 60 - (d.OPEN_S + 10)) / (365 * 86_400)
    volatility = {
        kind: implied_volatility(kind, forward, SPOT, years, price) for kind, price in (("CE", call), ("PE", put))
    }
    reach = 3 * sum(volatility.values()) / 2 / sqrt(252) * SPOT
    losses = [
        10 * sum(black_prices(kind, [forward + part * reach], SPOT, years, iv)[0] - price
                 for (kind, iv), price in zip(volatility.items(), (call, put), strict=True))
        for part in (-1, -2 / 3, -1 / 3, 1 / 3, 2 / 3, 1)
    ]  # fmt: skip
    notional = 2 * 10 * SPOT
    made = run(day_of(call, put), d.leg("p1", "sell", "W0 ATM CE"), d.leg("p2", "sell", "W0 ATM PE"))
    expected = max(*losses, 0.03 * notional) + 0.02 * notional
    assert made.margin_paise / 100 == pytest.approx(expected, rel=1e-6)


def test_what_expires_today_takes_more_since_november_2024() -> None:
    """2 % of its notional on top, from 2024-11-20 on."""
    before, since = date(2024, 11, 14), date(2024, 11, 21)
    made = {}
    for day in (before, since):
        raw = day_of(120, 110, day)
        moved = {symbol.replace(str(EXPIRY), str(day)): rows for symbol, rows in raw.rows.items()}
        listed = [(day, strike, kind) for _, strike, kind in raw.listed]
        made[day] = run(replace(raw, rows=moved, listed=listed, lot_sizes={day: 25}), d.leg("p1", "sell", "W0 ATM CE"))
    assert (made[since].margin_paise - made[before].margin_paise) / 100 == pytest.approx(0.02 * 10 * SPOT)


def test_a_forward_below_zero_breaks_no_day() -> None:
    """The put is said to cost 60,000: call and put at the money imply a forward of −34,880, and the engine goes on.

    At the second fill the call is worth nothing at that forward, whatever the move: 3 % and 2 % of both notionals.
    """
    raw = day_of(120, 110)
    put = f"NIFTY:{EXPIRY}:OPT:25000:PE"
    wild = d.trades(*((step, 110 if step < 1000 else 60_000) for step in range(0, 3601, 20)))
    signals = [
        d.signal("entry", name, d.leaf(d.now(), ">=", d.constant(d.OPEN_S + step)))
        for name, step in (("in", 10), ("late", 2000))
    ]
    document = d.strategy(
        "start>in in>e start>late late>f",
        d.start(),
        *signals,
        d.entry("e", d.leg("p1", "sell", "W0 ATM CE")),
        d.entry("f", d.leg("p2", "sell", "W0 ATM CE")),
    )
    raw = replace(raw, rows={**raw.rows, put: wild})
    made = run_day(require_strategy(document), market_day(raw), RunOptions())
    assert [life.entry_greeks is None for life in made.lives] == [False, True]
    assert made.margin_paise / 100 == pytest.approx(0.05 * 2 * 10 * SPOT)
    assert not differences(document, raw, RunOptions())
