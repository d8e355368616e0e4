"""Protective rules and re-entries of a leg in words."""

from __future__ import annotations

from decimal import Decimal

from strikebook.strategy.node import LockAndTrail
from strikebook.strategy.order_terms import LimitOrder, RangeBreakout, TriggerPrice, WaitAndTrade
from strikebook.strategy.protection import LegReEntry, ProtectiveRule
from strikebook.strategy.texts import time_text, timeframe_text


def rule_text(rule: ProtectiveRule) -> str:
    """Such as ``stop loss of 25 % of the premium``, with what differs from a plain market order at the first price."""
    parts = [_what(rule)]
    if rule.candle_s:
        parts.append(f"at the close of a {timeframe_text(rule.candle_s)} candle")
    if rule.whole:
        parts.append("closing every leg")
    if rule.limit is not None:
        worse = f"{rule.limit.buffer.normalize():f}{' %' if rule.unit == 'percentage' else ''}"
        parts.append(f"by a limit order {worse} worse, at market after {rule.limit.wait_s} s")
    return ", ".join(parts)


def _what(rule: ProtectiveRule) -> str:
    match rule.kind:
        case "stop_loss":
            return f"stop loss of {_amount(rule, rule.amount)}"
        case "target":
            return f"target of {_amount(rule, rule.amount)}"
        case "breakeven":
            return f"breakeven: after a gain of {_amount(rule, rule.amount)}, back at {_plain(rule, rule.further)}"
        case "move_to_cost":
            other = " or ".join(rule.when_stopped) or "another leg of the entry"
            return f"stop at cost, once {other} was stopped"
        case "trailing_stop":
            moved = f"every {_plain(rule, rule.further)} gained" if rule.further else "every gain"
            return f"trailing stop {_amount(rule, rule.amount)} behind, moved by {moved}"


def _amount(rule: ProtectiveRule, amount: Decimal) -> str:
    if rule.unit == "pnl":
        return f"{_plain(rule, amount)} rupees of profit{' of all legs' if rule.owner == 'combined' else ''}"
    price = (
        "the underlying"
        if rule.underlying
        else "the premium of all legs"
        if rule.owner == "combined"
        else "the premium"
    )
    points = "" if rule.unit == "percentage" else " points"
    return f"{_plain(rule, amount)}{points} of {price}"


def _plain(rule: ProtectiveRule, amount: Decimal) -> str:
    return f"{amount.normalize():f}{' %' if rule.unit == 'percentage' else ''}"


def move_text(move: WaitAndTrade) -> str:
    """Such as ``its price is up 5 %``."""
    return f"its price is {'up' if move.up else 'down'} {move.value.normalize():f}{' %' if move.percent else ' points'}"


def trigger_text(trigger: TriggerPrice, *, buying: bool) -> str:
    """Such as ``its price is at or above 120``."""
    return f"its price is at or {'above' if buying else 'below'} {trigger.price.normalize():f}"


def breakout_text(breakout: RangeBreakout) -> str:
    """Such as ``the underlying is above its high from 09:15 to 09:30``."""
    price = "the underlying" if breakout.underlying else "its price"
    side = "above its high" if breakout.high else "below its low"
    return f"{price} is {side} from {time_text(breakout.from_s)} to {time_text(breakout.to_s)}"


def limit_text(limit: LimitOrder) -> str:
    """Such as ``at a limit of 120 for 30 s, then at market``."""
    unit = " %" if limit.percent else " points"
    worse = f"{abs(limit.buffer).normalize():f}{unit} {'better' if limit.buffer < 0 else 'worse'} than the last price"
    at = worse if limit.price is None else f"{limit.price.normalize():f}"
    wait = (
        "" if limit.wait_s is None else f" for {limit.wait_s} s, then {'at market' if limit.to_market else 'given up'}"
    )
    return f"at a limit of {at}{wait}"


def lock_text(lock: LockAndTrail) -> str:
    """Such as ``closes everything once a day's profit of 1000 is back at 500, 100 more for every 200 gained``."""
    more = f", {lock.by.normalize():f} more for every {lock.every.normalize():f} gained" if lock.by else ""
    return f"closes everything once a day's profit of {lock.when:f} is back at {lock.lock:f}{more}"


def re_entry_text(re_entry: LegReEntry) -> str:
    """Such as ``opened again at its entry price, after a stop_loss, at most 2 times a day``."""
    again = {"cost": "at its entry price", "asap": "on the next step", "momentum": "on momentum"}[re_entry.kind]
    if re_entry.move is not None:
        again = f"once {move_text(re_entry.move)}"
    parts = [f"opened again {again}"]
    if re_entry.reverse:
        parts.append("on the other side")
    if re_entry.causes:
        parts.append("after " + " or ".join(re_entry.causes))
    parts.append(f"at most {re_entry.most} time{'' if re_entry.most == 1 else 's'} a day")
    if re_entry.group is not None:
        parts[-1] += f" with group {re_entry.group}"
    if re_entry.candle_s:
        parts.append(f"at the close of a {timeframe_text(re_entry.candle_s)} candle")
    if re_entry.until_s is not None:
        parts.append(f"until {time_text(re_entry.until_s)}")
    return ", ".join(parts)
