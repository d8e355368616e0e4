"""Protective rules and re-entries of a leg in words."""

from __future__ import annotations

from decimal import Decimal

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
        return f"{_plain(rule, amount)} rupees of profit"
    price = "the underlying" if rule.underlying else "the premium"
    points = "" if rule.unit == "percentage" else " points"
    return f"{_plain(rule, amount)}{points} of {price}"


def _plain(rule: ProtectiveRule, amount: Decimal) -> str:
    return f"{amount.normalize():f}{' %' if rule.unit == 'percentage' else ''}"


def re_entry_text(re_entry: LegReEntry) -> str:
    """Such as ``opened again at its entry price, after a stop_loss, at most 2 times a day``."""
    again = "at its entry price" if re_entry.kind == "cost" else "on the next step"
    parts = [f"opened again {again}"]
    if re_entry.reverse:
        parts.append("on the other side")
    if re_entry.causes:
        parts.append("after " + " or ".join(re_entry.causes))
    parts.append(f"at most {re_entry.most} time{'' if re_entry.most == 1 else 's'} a day")
    if re_entry.until_s is not None:
        parts.append(f"until {time_text(re_entry.until_s)}")
    return ", ".join(parts)
