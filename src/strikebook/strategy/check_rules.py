"""Warn of stops, targets, re-entries and waits that can never do anything: nothing is accepted and ignored.

A strategy that can never fire because of a typo must be impossible.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from decimal import Decimal

from strikebook.strategy.cursor import Cursor
from strikebook.strategy.draft import Draft
from strikebook.strategy.end_conditions import USUAL_CLOSE_S, USUAL_OPEN_S, warn_unusual_time
from strikebook.strategy.node import Leg
from strikebook.strategy.order_terms import RangeBreakout
from strikebook.strategy.protection import LegReEntry, ProtectiveRule, ReEntryCause, RuleKind

_WHOLE = Decimal(100)
_CAUSES: dict[RuleKind, ReEntryCause] = {
    "stop_loss": "stop_loss",
    "breakeven": "stop_loss",
    "move_to_cost": "stop_loss",
    "target": "target",
    "trailing_stop": "trailing_stop",
}
_STOPPED: tuple[ReEntryCause, ...] = ("stop_loss", "trailing_stop")


def check_rules(draft: Draft) -> None:
    """Note rules of price that no price reaches, and what waits for a close that nothing makes."""
    rules = _Rules(draft)
    for entry_id, order in draft.entries.items():
        data = draft.graph.nodes[entry_id].data
        for leg in order.legs:
            _check_leg(rules, leg, data)
        _check_relative(draft, entry_id)
        for rule in order.combined:
            _check_reach(rules, rule, order.legs, data)
    for rule, protected in rules.by_place():
        data = draft.graph.nodes[rule.node_id].data
        _check_reach(rules, rule, protected, data)
        _check_candles(rule.candle_s, rule.path, data)
        if rule.kind == "move_to_cost" and not any(rules.is_followed(rule, leg) for leg in protected):
            _at(data, rule.path).warn(
                "no other leg has a stop that would move this one to cost", "a stopLoss or trailingStop there"
            )
    for exit_id, leaving in draft.exits.items():
        _check_times(leaving.re_entry, draft.graph.nodes[exit_id].data)


class _Rules:
    """The rules of every leg: its own, its entry's, those of exits that close it."""

    def __init__(self, draft: Draft) -> None:
        self.legs = {leg.vpi: leg for order in draft.entries.values() for leg in order.legs}
        self._entry = {leg.vpi: order.legs for order in draft.entries.values() for leg in order.legs}
        self._of = {vpi: [*leg.rules] for vpi, leg in self.legs.items()}
        self.reversed = {leg.vpi for leg in self.legs.values() if leg.re_entry is not None and leg.re_entry.reverse}
        for order in draft.entries.values():
            for leg in order.legs:
                self._of[leg.vpi] += [*order.protection.rules, *order.combined]
        for exit_id, leaving in draft.exits.items():
            targets = [vpi for vpi in draft.targets(exit_id) if vpi in self.legs]
            for vpi in targets:
                self._of[vpi] += leaving.protection.rules
            if leaving.re_entry is not None and leaving.re_entry.reverse:
                self.reversed.update(targets)
        every = (rule for rules in self._of.values() for rule in rules)
        self._closing = frozenset(_CAUSES[rule.kind] for rule in every if rule.whole)
        self._stopped = self._stopped_legs()

    def by_place(self) -> list[tuple[ProtectiveRule, tuple[Leg, ...]]]:
        """Each rule of single legs, and the legs that it protects."""
        found: dict[str, tuple[ProtectiveRule, list[Leg]]] = {}
        for vpi, rules in self._of.items():
            for rule in rules:
                if rule.owner != "combined":
                    found.setdefault(rule.path, (rule, []))[1].append(self.legs[vpi])
        return [(rule, tuple(legs)) for rule, legs in found.values()]

    def causes(self, vpi: str) -> frozenset[ReEntryCause]:
        """For what reasons a rule may close a leg; one with ``squareOff: complete`` closes every leg."""
        return self._closing | {_CAUSES[rule.kind] for rule in self._of[vpi]}

    def is_followed(self, rule: ProtectiveRule, leg: Leg) -> bool:
        """Whether a leg that moves this one to cost can be stopped at all."""
        return self._follows(rule, leg, self._stopped)

    def _follows(self, rule: ProtectiveRule, leg: Leg, stopped: Set[str]) -> bool:
        named = rule.when_stopped or tuple(other.vpi for other in self._entry[leg.vpi])
        return any(vpi != leg.vpi and (vpi not in self.legs or vpi in stopped) for vpi in named)

    def _stopped_legs(self) -> Set[str]:
        """The legs that a stop or trail can close, and those that follow one of them to cost."""
        stopped = {vpi for vpi, rules in self._of.items() if any(map(_stops, rules))}
        if not self._closing.isdisjoint(_STOPPED):
            stopped = set(self.legs)
        waiting = [
            (rule, leg) for vpi, leg in self.legs.items() for rule in self._of[vpi] if rule.kind == "move_to_cost"
        ]
        while more := {leg.vpi for rule, leg in waiting if self._follows(rule, leg, stopped)} - stopped:
            stopped |= more
        return stopped


def _stops(rule: ProtectiveRule) -> bool:
    """Whether a rule stops its leg without waiting for another one's stop."""
    return rule.kind != "move_to_cost" and _CAUSES[rule.kind] in _STOPPED


def _check_leg(rules: _Rules, leg: Leg, data: Cursor) -> None:
    place = _at(data, leg.path)
    again = leg.re_entry
    if again is not None and not rules.causes(leg.vpi).intersection(again.causes):
        wanted = ", ".join(again.causes)
        _at(data, again.path).warn(
            f"no rule closes this leg with {wanted}: it is never opened again", "a stop, target or trail"
        )
    _check_times(again, data)
    lazy = leg.lazy
    if lazy is not None and lazy.armed_by in rules.legs and not rules.causes(lazy.armed_by).intersection(lazy.causes):
        wanted = ", ".join(lazy.causes)
        place.get("lazyLeg").warn(
            f"no rule closes {lazy.armed_by!r} with {wanted}: this leg is never opened", "a stop, target or trail there"
        )
    if isinstance(leg.first, RangeBreakout):
        last = _at(data, f"{leg.path}.rangeBreakout.to")
        if leg.first.to_s == USUAL_CLOSE_S:
            last.warn("a window to the close: the order goes in after it, so never", "an earlier time")
        warn_unusual_time(last, leg.first.to_s)


def _check_times(again: LegReEntry | None, data: Cursor) -> None:
    if again is not None:
        _check_candles(again.candle_s, again.path, data)
    if again is not None and again.until_s is not None:
        warn_unusual_time(_at(data, f"{again.path}.until"), again.until_s)


def _check_candles(seconds: int, path: str, data: Cursor) -> None:
    if seconds > USUAL_CLOSE_S - USUAL_OPEN_S:
        place = _at(data, f"{path}.timeframe")
        place.warn("candles longer than the usual session: none completes in it", "shorter ones")


def _check_reach(rules: _Rules, rule: ProtectiveRule, legs: tuple[Leg, ...], data: Cursor) -> None:
    """A bought option loses at most its whole price, a sold one gains at most that."""
    if rule.unit != "percentage" or rule.underlying or rule.amount <= _WHOLE or not legs:
        return
    if any(leg.vpi in rules.reversed for leg in legs):
        return
    percent = f"{rule.amount.normalize():f} percent"
    if rule.kind == "stop_loss" and all(leg.side == "BUY" for leg in legs):
        _at(data, rule.path).warn(f"a loss of {percent} of what was paid: never reached", "at most 100")
    elif rule.kind in ("target", "breakeven") and all(leg.side == "SELL" for leg in legs):
        _at(data, rule.path).warn(f"a gain of {percent} of what was received: never reached", "at most 100")


def _check_relative(draft: Draft, entry_id: str) -> None:
    """A relative strike counts from one that was chosen before."""
    beside = {leg.vpi: leg.option.beside for order in draft.entries.values() for leg in order.legs if leg.option.beside}
    data = draft.graph.nodes[entry_id].data
    sent: list[str] = []
    legs = draft.entries[entry_id].legs
    own = {leg.vpi for leg in legs}
    for leg in sorted(legs, key=lambda leg: leg.priority):
        place = _at(data, f"{leg.path}.optionDetails.strikeLeg")
        if leg.option.beside == leg.vpi:
            place.error("a strike counted from its own leg", "another leg")
        elif _is_circle(leg.vpi, beside):
            place.warn("strikes counted from each other: none is ever chosen", "a leg with a strike of its own")
        elif leg.option.beside in own and leg.option.beside not in sent and leg.lazy is None:
            right = "that leg first, or a smaller priority for it"
            place.warn(f"{leg.option.beside!r} is sent after this leg, and has no strike before its first", right)
        sent.append(leg.vpi)


def _is_circle(vpi: str, beside: dict[str, str]) -> bool:
    seen = {vpi}
    at = beside.get(vpi)
    while at in beside and at not in seen:
        seen.add(at)
        at = beside[at]
    return at == vpi


def _at(data: Cursor, path: str) -> Cursor:
    """A place of the same node by its path."""
    return replace(data, value=None, path=path)
