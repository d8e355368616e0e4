"""Estimates (R22, R26): greeks at every fill, the margin after every step with one, and the time in the market."""

from __future__ import annotations

import math
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.oracle.strikes import Chain, black, forward_at_the_money, volatility_at, years_to_expiry

if TYPE_CHECKING:
    from tests.oracle.book import Life
    from tests.oracle.day import Day

BUMP, SMALL_BUMP = 1e-5, 1e-7


def note(day: Day) -> None:
    """At the end of a step: the greeks of its fills, the margin of what is open after them, whether anything is."""
    opened = [life for life in day.book.lives if life.entry_step == day.step]
    rows = [row for row in day.book.rows if row["exit_step"] == day.step]
    for life in opened:
        day.entry_greeks[id(life)] = greeks(day, life, life.entry_market)
    for row in rows:
        life = day.book.lives_of(row["vpi"])[row["position_num"] - 1]
        day.exit_greeks[row["trade_id"]] = greeks(day, life, row["exit_market"])
    if opened or rows:
        day.peak_margin = max(day.peak_margin, margin(day))
    day.open_steps += bool(day.book.open_lives())


def forward_of(day: Day, life: Life) -> float | None:
    """The forward of the life's expiry now, by the strike at the money for its type."""
    spot = day.market.price(day.raw.underlying)
    return None if spot is None else forward_at_the_money(life.leg["option_type"], Fraction(spot), chain_of(day, life))


def chain_of(day: Day, life: Life) -> Chain:
    """The contracts of the life's expiry; nothing is decided by them, so nobody notes that they were looked at."""
    return Chain(day.raw, day.market, day.options, life.expiry, set())


def greeks(day: Day, life: Life, price: int) -> dict[str, float] | None:
    """Implied volatility and what follows from it, by what Black's price does when one thing moves a little."""
    kind, forward, years = life.leg["option_type"], forward_of(day, life), years_to_expiry(chain_of(day, life))
    if forward is None:
        return None
    strike = life.strike / 100
    volatility = volatility_at(kind, forward, strike, years, price / 100)
    if volatility is None:
        return None

    def worth(forward: float, years: float, volatility: float) -> tuple[float, float]:
        return black(kind, forward, strike, years, volatility)

    up, down = (
        worth(forward * (1 + SMALL_BUMP), years, volatility)[1],
        worth(forward * (1 - SMALL_BUMP), years, volatility)[1],
    )
    later, sooner = worth(forward, years * (1 - BUMP), volatility)[0], worth(forward, years * (1 + BUMP), volatility)[0]
    more, less = (
        worth(forward, years, volatility * (1 + BUMP))[0],
        worth(forward, years, volatility * (1 - BUMP))[0],
    )
    return {
        "iv": volatility,
        "delta": worth(forward, years, volatility)[1],
        "gamma": (up - down) / (2 * SMALL_BUMP * forward),
        "theta": (later - sooner) / (2 * BUMP * years) / 365,
        "vega": (more - less) / (2 * BUMP * volatility) / 100,
        "forward": forward,
    }


def margin(day: Day) -> int:
    """The margin of what is open, in paise."""
    lives, spot = day.book.open_lives(), day.market.price(day.raw.underlying)
    sold = [life for life in lives if life.sign < 0]
    if not sold or spot is None:
        return 0
    notional = spot / 100 * sum(life.open_units for life in sold)
    expiring = spot / 100 * sum(life.open_units for life in sold if life.expiry == day.raw.day)
    known: list[Any] = [found for life in lives if (found := day.entry_greeks[id(life)]) is not None]
    worst = 0.0
    if known:
        volatility = sum(found["iv"] for found in known) / len(known)
        reach = 3 * volatility / math.sqrt(252) * spot / 100
        worst = max(-sum(gain(day, life, reach * part / 3) for life in lives) for part in (-3, -2, -1, 1, 2, 3))
    extra = 0.02 * expiring if day.raw.day >= date(2024, 11, 20) else 0
    return round(100 * (max(worst, 0.03 * notional) + 0.02 * notional + extra))


def gain(day: Day, life: Life, move: float) -> float:
    """What a life gains, in rupees, when the underlying moves at once."""
    forward, spot = forward_of(day, life), day.market.price(day.raw.underlying)
    forward = spot / 100 if forward is None else forward
    if forward + move <= 0:
        return 0.0
    return life.sign * life.open_units * (worth(day, life, forward + move) - worth(day, life, forward))


def worth(day: Day, life: Life, forward: float) -> float:
    """A unit by Black's model at the volatility of its entry, or what it would be worth if it expired."""
    kind, strike, found = life.leg["option_type"], life.strike / 100, day.entry_greeks[id(life)]
    years = years_to_expiry(chain_of(day, life))
    if found is None or years <= 0 or forward <= 0:
        return max(forward - strike if kind == "CE" else strike - forward, 0.0)
    return black(kind, forward, strike, years, found["iv"])[0]
