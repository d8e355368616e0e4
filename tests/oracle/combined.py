"""Combined rules of an entry (R21): the profit of its legs together, from the first that opens until none is open.

A round is a dict: ``lives`` (in order of opening), ``over`` (a rule has triggered), and for each rule by its place the
``best`` gain at the looks so far and whether a breakeven was ``earned`` at an earlier one.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from tests.oracle import protection
from tests.oracle.book import Life

if TYPE_CHECKING:
    from tests.oracle.day import Day


def join(day: Day, life: Life) -> None:
    """A life is about to open: it begins a round of its entry, or takes part in the one that goes on."""
    entry = life.leg["entry"]
    if all(other.leg["entry"] != entry for other in day.book.open_lives()):
        day.rounds[entry] = {"lives": [], "over": False, "best": {}, "earned": set()}
    day.rounds[entry]["lives"].append(life)


def look_at_rounds(day: Day) -> None:
    """Phase 2, after the rules of the lives: entries in document order, each one's rules in their order."""
    for entry, rules in day.graph.combined.items():
        round_ = day.rounds.get(entry)
        if round_ is None or round_["over"] or all(life.closed for life in round_["lives"]):
            continue
        if day.step <= round_["lives"][0].entry_step:
            continue
        now = Fraction(sum(day.book.realized(life) + day.book.unrealized(life) for life in round_["lives"]))
        for place, rule in enumerate(rules):
            level = _level(round_, place, rule, now)
            if level is not None and protection.reaches(rule, now, level):
                round_["over"] = True
                _act(day, entry, round_, rule)
                break


def _level(round_: dict, place: int, rule: dict, now: Fraction) -> Fraction | None:
    """The gain at which the rule triggers at this look, in paise; None while it cannot."""

    def paise(amount: Fraction) -> Fraction:
        if rule["trigger"] == "pnl":
            return amount * 100
        premium = sum(life.entry_price * life.lots * life.lot_size for life in round_["lives"])
        return amount * premium / 100

    before = round_["best"].get(place)
    best = round_["best"][place] = now if before is None else max(before, now)
    if rule["kind"] == "stopLoss":
        return -paise(rule["amount"])
    if rule["kind"] == "takeProfit":
        return paise(rule["amount"])
    if rule["kind"] == "breakeven":
        earned = place in round_["earned"]
        if now >= paise(rule["after"]):
            round_["earned"].add(place)
        return paise(rule["lock"]) if earned else None
    most, step = max(Fraction(0), best), paise(rule["step"])
    moved = most // step * step if step else most
    return moved - paise(rule["distance"])


def _act(day: Day, entry: str, round_: dict, rule: dict) -> None:
    """One event; an order at the market for every open life of the round, or of the strategy, without one."""
    day.happened.add(f"combined {rule['kind']} {rule['trigger']}")
    event = day.record_event(entry, parent=round_["lives"][0].entry_event)
    ordered = [order["life"] for order in day.resting if order["kind"] == "protective"]
    lives = [
        life
        for life in day.book.open_lives()
        if (rule["complete"] or any(life is own for own in round_["lives"]))
        and all(life is not other for other in ordered)
    ]
    protection.send(day, lives, entry, event, protection.REASONS[rule["kind"]], triggering=None)
