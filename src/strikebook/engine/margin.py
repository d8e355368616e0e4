"""An estimate of the margin that a day's positions took: a scan of prices, and an exposure, as the exchange does it.

It is an estimate: the exchange's own parameters of a day are not known. ``docs/rulings.md`` R26 says it line by line.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from math import sqrt
from typing import Final, TypeAlias

from strikebook.engine.black import black_prices, intrinsic_value
from strikebook.engine.book import OpenLife
from strikebook.engine.estimates import Estimates
from strikebook.engine.strikes import years_until
from strikebook.model.day_result import Greeks
from strikebook.model.instrument import OptionContract
from strikebook.model.session import Session

TRADING_DAYS: Final = 252
SCANNED_DEVIATIONS: Final = 3
SCANNED_MOVES: Final = (-1.0, -2 / 3, -1 / 3, 1 / 3, 2 / 3, 1.0)
LEAST_OF_SHORT: Final = 0.03
EXPOSURE: Final = 0.02
ON_EXPIRY: Final = 0.02
ON_EXPIRY_SINCE: Final = date(2024, 11, 20)

Held: TypeAlias = tuple[OpenLife, Greeks | None, int]
"""A position with the greeks at its entry and its open units."""


def peak_margin(
    lives: Sequence[OpenLife], entry_greeks: Sequence[Greeks | None], estimates: Estimates, session: Session
) -> int:
    """The largest margin after any fill of a day, in paise; 0 without a sold option."""
    if all(life.sign > 0 for life in lives):
        return 0
    fills = {life.entry.step for life in lives} | {row.exit.step for life in lives for row in life.rows}
    coming = list(zip(lives, entry_greeks, strict=True))[::-1]
    begun: list[tuple[OpenLife, Greeks | None]] = []
    peak = 0
    for step in sorted(fills):
        while coming and coming[-1][0].entry.step <= step:
            begun.append(coming.pop())
        held = [(life, greeks, units) for life, greeks in begun if (units := _units_open(life, step))]
        begun = [(life, greeks) for life, greeks, _ in held]
        if held:
            peak = max(peak, _margin(held, step, estimates, session))
    return peak


def _margin(held: Sequence[Held], step: int, estimates: Estimates, session: Session) -> int:
    """The margin of what is open after a step, in paise."""
    sold = [(life, units) for life, _, units in held if life.sign < 0]
    spot = estimates.spot_paise(step)
    if not sold or spot is None:
        return 0
    notional = spot / 100 * sum(units for _, units in sold)
    expiring = spot / 100 * sum(units for life, units in sold if life.contract.expiry == session.date)
    volatilities = [greeks.iv for _, greeks, _ in held if greeks is not None]
    scan = 0.0
    if volatilities:
        reach = SCANNED_DEVIATIONS * sum(volatilities) / len(volatilities) / sqrt(TRADING_DAYS) * spot / 100
        moves = [part * reach for part in SCANNED_MOVES]
        gains = [_gains(life, greeks, units, step, moves, estimates, session) for life, greeks, units in held]
        scan = -min(map(sum, zip(*gains, strict=True)))
    on_expiry = ON_EXPIRY * expiring if session.date >= ON_EXPIRY_SINCE else 0.0
    return round(100 * (max(scan, LEAST_OF_SHORT * notional) + EXPOSURE * notional + on_expiry))


def _units_open(life: OpenLife, step: int) -> int:
    if not life.rows:
        return life.lots * life.lot_size
    closed = sum(row.lots for row in life.rows if row.exit.step <= step)
    return (life.lots - closed) * life.lot_size


def _gains(
    life: OpenLife,
    greeks: Greeks | None,
    units: int,
    step: int,
    moves: Sequence[float],
    estimates: Estimates,
    session: Session,
) -> list[float]:
    """What a position gains, in rupees, by each move of the underlying, in rupees."""
    contract = life.contract
    forward = estimates.forward_at(contract, step)
    if forward is None:
        return [0.0] * len(moves)
    years = years_until(contract.expiry, session.date, session.open_s + step)
    ahead = [forward + move if forward + move > 0 else forward for move in moves]
    before, *after = _worths(contract, [forward, *ahead], years, greeks)
    size = life.sign * units
    return [size * (worth - before) for worth in after]


def _worths(contract: OptionContract, forwards: list[float], years: float, greeks: Greeks | None) -> list[float]:
    """What a contract is worth at each of several forwards; at one that is not above 0, its intrinsic value."""
    kind, strike = contract.option_type, contract.strike_paise / 100
    if greeks is None or years <= 0:
        return [intrinsic_value(kind, forward, strike) for forward in forwards]
    return black_prices(kind, forwards, strike, years, greeks.iv)
