"""Protective exits: stops, targets and trails of the open positions, each with the step at which it next triggers.

Between two events a position's gain is a function of one price column, so the step at which a rule triggers is found at
once for the rest of the day, and found again only when something about the position changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from strikebook.engine.book import Book, OpenLife
from strikebook.engine.plan import Plan
from strikebook.engine.rules import MILLIONTHS, OfLife, OfRound, RuleWatch
from strikebook.engine.tape import Tape
from strikebook.model.day_result import Trip
from strikebook.strategy.protection import ProtectiveRule
from strikebook.strategy.rule_texts import rule_text

_STOPPED = ("stop_loss", "trailing_stop")


@dataclass(eq=False)
class LifeWatch:
    """An open life and its rules in their order. ``due``: the step of the next trigger, the rule, and its level."""

    life: OpenLife
    rules: list[RuleWatch]
    since: int
    due: tuple[int, RuleWatch, int] | None = None
    stale: bool = True

    def follow(self, stop: int) -> None:
        """Find the next trigger, where something about the life has changed."""
        if not self.stale:
            return
        self.stale = False
        found = [
            (*trigger, number)
            for number, watch in enumerate(self.rules)
            if (trigger := watch.next_trigger(self.since, stop)) is not None
        ]
        first = min(found, key=lambda trigger: (trigger[0], trigger[2]), default=None)
        self.due = None if first is None else (first[0], self.rules[first[2]], first[1])


@dataclass(frozen=True, slots=True)
class Tripped:
    """A rule that triggers: its life, the level of gain in millionths of a paisa, and the price it saw."""

    watch: RuleWatch
    of: OfLife
    level: int
    seen_paise: int

    @property
    def rule(self) -> ProtectiveRule:
        """The rule."""
        return self.watch.rule

    @property
    def life(self) -> OpenLife:
        """The life it closes first."""
        return self.of.life

    def level_price(self) -> Fraction:
        """The price, in paise, at which the comparison is an equality."""
        life, level = self.of.life, Fraction(self.level, MILLIONTHS)
        if self.rule.unit == "pnl":
            level = (level - life.realised_paise) / (life.lots_open * life.lot_size)
        return self.of.base_paise + self.of.direction * level

    def limit_paise(self) -> int | None:
        """The limit of the order, whole paise half up; None for a market order."""
        terms = self.rule.limit
        if terms is None:
            return None
        level = self.level_price()
        buffer = Fraction(terms.buffer)
        away = level * buffer / 100 if self.rule.unit == "percentage" else buffer * 100
        limit = level - self.of.life.sign * away
        return max((2 * limit + 1) // 2, 0)

    def trip(self) -> Trip:
        """What the day records of it."""
        life, rule = self.of.life, self.rule
        rising = rule.kind == "target"
        watched: Literal["price", "underlying", "profit"] = "underlying" if rule.underlying else "price"
        seen, level = self.seen_paise, self.level_price()
        if rule.unit == "pnl":
            moved = self.of.direction * (self.seen_paise - self.of.base_paise)
            seen = moved * life.lots_open * life.lot_size + life.realised_paise
            watched, level = "profit", Fraction(self.level, MILLIONTHS)
        else:
            rising = rising == (self.of.direction > 0)
        return Trip(
            vpi=life.vpi,
            position_num=life.position_num,
            kind=rule.kind,
            watched=watched,
            seen=seen / 100,
            operator=">=" if rising else "<=",
            level=float(level / 100),
            origin=self.of.base_paise / 100,
            text=rule_text(rule),
            path=rule.path,
        )


@dataclass(frozen=True, slots=True)
class RoundTripped:
    """A combined rule that triggers: its round, the level of gain in millionths of a paisa, and the gain."""

    watch: RuleWatch
    round: OfRound
    level: int
    gain_paise: int

    @property
    def rule(self) -> ProtectiveRule:
        """The rule."""
        return self.watch.rule

    @property
    def life(self) -> OpenLife:
        """The first life of the round: its entry began it."""
        return self.round.lives[0]

    def limit_paise(self) -> int | None:
        """A combined rule closes at the market."""
        return None

    def trip(self) -> Trip:
        """What the day records of it."""
        rule = self.rule
        return Trip(
            vpi=rule.node_id,
            position_num=self.life.position_num,
            kind=rule.kind,
            watched="combined",
            seen=self.gain_paise / 100,
            operator=">=" if rule.kind == "target" else "<=",
            level=float(Fraction(self.level, MILLIONTHS * 100)),
            origin=self.round.base_paise / 100,
            text=rule_text(rule),
            path=rule.path,
        )


@dataclass(eq=False)
class RoundWatch:
    """A round of an entry and its combined rules. ``since``: the first step whose look is not taken in yet."""

    round: OfRound
    rules: list[RuleWatch]
    since: int

    def remember(self, step: int) -> None:
        """Take in the looks before a step: nothing has changed since the last one visited."""
        if self.since < step:
            for rule in self.rules:
                rule.remember(self.since, step)
            self.since = step

    def look(self, step: int) -> RoundTripped | None:
        """The first rule that triggers at a step, on the book as it is now."""
        if self.since > step or all(life.closed for life in self.round.lives):
            return None
        for rule in self.rules:
            trigger = rule.next_trigger(step, step + 1)
            if trigger is not None:
                gain = int(self.round.gains(slice(step, step + 1))[0])
                return RoundTripped(rule, self.round, trigger[1], gain)
        self.remember(step + 1)
        return None

    def next_due(self, stop: int) -> int | None:
        """The next step at which a rule triggers, if nothing happens before."""
        found = (rule.next_trigger(self.since, stop) for rule in self.rules)
        return min((trigger[0] for trigger in found if trigger is not None), default=None)


@dataclass(eq=False)
class Protections:
    """The rules of a day's open lives, in order of opening."""

    plan: Plan
    book: Book
    spot: Tape
    steps: int
    _watches: dict[OpenLife, LifeWatch] = field(default_factory=dict)
    _rounds: dict[str, RoundWatch] = field(default_factory=dict)
    _lives: int = 0
    _rows: int = 0

    def due(self, step: int) -> list[Tripped]:
        """The rules that trigger at a step, at most one a life."""
        found = []
        for watch in self._watches.values():
            if watch.due is not None and watch.due[0] == step:
                _, rule, level = watch.due
                seen_step = step - 1 if rule.rule.candle_s else step
                if isinstance(rule.subject, OfLife):
                    found.append(Tripped(rule, rule.subject, level, rule.subject.tape.price_at(seen_step)))
        return found

    def remember(self, step: int) -> None:
        """Take in what combined rules have seen before a step."""
        for watch in self._rounds.values():
            watch.remember(step)

    def combined(self, step: int) -> Iterator[RoundTripped]:
        """The combined rules that trigger at a step, one after the other, each on the book as it is by then."""
        for entry in self.plan.combined:
            watch = self._rounds.get(entry)
            tripped = None if watch is None else watch.look(step)
            if tripped is not None:
                del self._rounds[entry]
                yield tripped

    def watches(self, life: OpenLife) -> bool:
        """Whether a life is still looked at."""
        return life in self._watches

    def over(self, life: OpenLife) -> None:
        """Look at a life no more: a rule of it has triggered, or an order to close it is on its way."""
        self._watches.pop(life, None)

    def follow(self, step: int) -> None:
        """Take in what a step changed: positions opened and closed, parts, stops of other legs."""
        for life in self.book.lives[self._lives :]:
            self._join(life, step)
            rules = self.plan.rules.get(life.vpi, ())
            if rules and not life.closed:
                self._watches[life] = LifeWatch(life, [self._rule(rule, life) for rule in rules], step + 1)
        self._lives = len(self.book.lives)
        open_entries = {life.entry_node_id for life in self.book.open_legs.values()}
        self._rounds = {entry: watch for entry, watch in self._rounds.items() if entry in open_entries}
        self._watches = {life: watch for life, watch in self._watches.items() if not life.closed}
        fresh, self._rows = self.book.ledger[self._rows :], len(self.book.ledger)
        stopped = [row.vpi for row in fresh if row.part is None and row.exit_reason in _STOPPED]
        for watch in self._watches.values():
            for rule in watch.rules if stopped else ():
                if rule.armed_step is None and self._moves(rule.rule, watch.life.vpi, stopped):
                    rule.armed_step, watch.stale = step, True
            watch.follow(self.steps)

    def before_parts(self, life: OpenLife, step: int) -> None:
        """Note what a life's rules have seen up to a step, before a part of it is closed in it."""
        watch = self._watches.get(life)
        if watch is not None and watch.since <= step:
            for rule in watch.rules:
                rule.remember(watch.since, step + 1)
            watch.since, watch.stale = step + 1, True

    def next_due(self) -> int | None:
        """The next step at which a rule triggers, if nothing happens before."""
        found = [watch.due[0] for watch in self._watches.values() if watch.due is not None]
        for watch in self._rounds.values():
            ahead = watch.next_due(self.steps)
            found += [] if ahead is None else [ahead]
        return min(found, default=None)

    def _join(self, life: OpenLife, step: int) -> None:
        """Let a new life take part in its entry's round, or begin one."""
        entry = life.entry_node_id
        rules = self.plan.combined.get(entry, ())
        if not rules:
            return
        if life.begins_round:
            subject = OfRound()
            self._rounds[entry] = RoundWatch(subject, [RuleWatch(rule, subject) for rule in rules], step + 1)
        if entry in self._rounds:
            self._rounds[entry].round.lives.append(life)

    def _rule(self, rule: ProtectiveRule, life: OpenLife) -> RuleWatch:
        if not rule.underlying:
            profit = rule.unit == "pnl"
            return RuleWatch(rule, OfLife(life, life.tape, life.entry.price_paise, life.sign, profit))
        origin = life.entry.underlying_paise
        if origin is None:
            raise LookupError("a contract is chosen by its underlying's price, so there is one")
        direction = life.sign if life.contract.option_type == "CE" else -life.sign
        return RuleWatch(rule, OfLife(life, self.spot, origin, direction, profit=False))

    def _moves(self, rule: ProtectiveRule, own: str, stopped: list[str]) -> bool:
        """Whether one of these legs moves the rule's leg to its cost."""
        if rule.kind != "move_to_cost":
            return False
        if rule.when_stopped:
            return not set(rule.when_stopped).isdisjoint(stopped)
        entry = self.plan.entry_of[own]
        return any(vpi != own and self.plan.entry_of[vpi] == entry for vpi in stopped)
