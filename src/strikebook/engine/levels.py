"""The price an order waits for: so far from where it was, or out of the range of a window."""

from __future__ import annotations

from fractions import Fraction

from strikebook.engine.orders import PriceLevel
from strikebook.engine.tape import Tape
from strikebook.model.session import Session
from strikebook.strategy.order_terms import RangeBreakout, WaitAndTrade


def moved_level(move: WaitAndTrade, tape: Tape, last_paise: int, step: int) -> PriceLevel:
    """The level so far above or below the last price, from the next step on."""
    value = Fraction(move.value)
    away = value * last_paise / 100 if move.percent else value * 100
    if move.up:
        return PriceLevel(tape, -((-last_paise - away) // 1), rising=True, from_step=step + 1)
    return PriceLevel(tape, (last_paise - away) // 1, rising=False, from_step=step + 1)


def window_level(breakout: RangeBreakout, tape: Tape, session: Session, step: int) -> PriceLevel | None:
    """Beyond the range of a window, from the first step after it and after this one; None without any price in it."""
    first, last = (max(second - session.open_s, 0) for second in (breakout.from_s, breakout.to_s))
    seen = tape.paise[max(first, tape.first_step) : last + 1]
    if not len(seen) or breakout.to_s < session.open_s:
        return None
    edge = int(seen.max()) + 1 if breakout.high else int(seen.min()) - 1
    return PriceLevel(tape, edge, rising=breakout.high, from_step=max(step, last) + 1)
