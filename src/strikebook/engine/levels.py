"""The price an order waits for: so far from where it was, or out of the range of a window."""

from __future__ import annotations

from fractions import Fraction

from strikebook.engine.orders import PriceLevel
from strikebook.engine.tape import Tape
from strikebook.model.day_result import Trip
from strikebook.model.session import Session
from strikebook.strategy.node import Leg
from strikebook.strategy.order_terms import RangeBreakout, TriggerPrice, WaitAndTrade
from strikebook.strategy.rule_texts import breakout_text, move_text, trigger_text


def moved_level(move: WaitAndTrade, tape: Tape, last_paise: int, step: int, candle_s: int = 0) -> PriceLevel:
    """The level so far above or below the last price, from the next step on."""
    value = Fraction(move.value)
    away = value * last_paise / 100 if move.percent else value * 100
    level = -((-last_paise - away) // 1) if move.up else (last_paise - away) // 1
    text = move_text(move)
    return PriceLevel(tape, level, move.up, step + 1, last_paise, underlying=False, text=text, candle_s=candle_s)


def trigger_level(trigger: TriggerPrice, tape: Tape, step: int, *, buying: bool) -> PriceLevel:
    """The trigger of a stop-limit order, from the next step on."""
    exact = Fraction(trigger.price) * 100
    level = -(-exact // 1) if buying else exact // 1
    text = trigger_text(trigger, buying=buying)
    return PriceLevel(tape, level, buying, step + 1, level, underlying=False, text=text)


def window_level(breakout: RangeBreakout, tape: Tape, session: Session, step: int) -> PriceLevel | None:
    """Beyond the range of a window, from the first step after it and after this one; None without any price in it."""
    first, last = (max(second - session.open_s, 0) for second in (breakout.from_s, breakout.to_s))
    seen = tape.paise[max(first, tape.first_step) : last + 1]
    if not len(seen) or breakout.to_s < session.open_s:
        return None
    edge = int(seen.max()) if breakout.high else int(seen.min())
    return PriceLevel(
        tape,
        edge + 1 if breakout.high else edge - 1,
        breakout.high,
        max(step, last) + 1,
        edge,
        breakout.underlying,
        breakout_text(breakout),
    )


def trip_of(level: PriceLevel, leg: Leg, position_num: int, step: int) -> Trip:
    """What the day records of a level that was reached."""
    return Trip(
        vpi=leg.vpi,
        position_num=position_num,
        kind="wait",
        watched="underlying" if level.underlying else "price",
        seen=level.tape.price_at(step - 1 if level.candle_s else step) / 100,
        operator=">=" if level.rising else "<=",
        level=level.paise / 100,
        origin=level.origin_paise / 100,
        text=level.text,
        path=leg.path,
    )
