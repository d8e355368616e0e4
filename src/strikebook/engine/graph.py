"""The nodes' states and the rules by which they change: becoming active, done, disarmed; limits; who is guarded.

from       to         cause
inactive   active     a parent completed (and, for signals, there is something to guard or to open)
done       active     the same, again
active     done       a signal fired; an order node acted; a signal reached its limit
inactive   done       a signal was at its limit when it would have become active
done       done       the same
active     inactive   disarmed: the last position it guards closed, or all it would open is open
done       inactive   an exit whose outstanding orders fell away
"""

from __future__ import annotations

from collections import defaultdict
from typing import Literal

from strikebook.engine.book import Book
from strikebook.engine.orders import EntryOrder, ExitOrder, WaitingReEntry
from strikebook.engine.plan import Plan
from strikebook.engine.signals import Signal
from strikebook.model.day_result import ConditionSetName
from strikebook.strategy.node import EntryNode, SignalNode

NodeState = Literal["inactive", "active", "done"]


class Graph:
    """Which node is in which state, who made it active, and the orders at rest."""

    def __init__(self, plan: Plan, book: Book, signals: dict[str, Signal]) -> None:
        self._plan = plan
        self._book = book
        self._signals = signals
        self.states: dict[str, NodeState] = dict.fromkeys(plan.strategy.nodes, "inactive")
        self.parent_event: dict[str, str] = {}
        self.resting: list[EntryOrder | ExitOrder | WaitingReEntry] = []
        self.waiting: set[str] = set()
        self.filled_executions: dict[str, int] = defaultdict(int)
        self.asked_step: dict[str, int] = {}
        self.closed_step: dict[str, int] = {}

    def start(self, event: str) -> None:
        """Make the start node's children active."""
        self.parent_event[self._plan.strategy.start_id] = event
        self.completed(self._plan.strategy.start_id, event, 0)

    def active(self, node_id: str) -> bool:
        """True for an active node."""
        return self.states[node_id] == "active"

    def done(self, node_id: str) -> None:
        """Note that a node has had its effect."""
        self.states[node_id] = "done"

    def disarm(self, node_id: str, step: int) -> None:
        """Make a node inactive without effect."""
        self.states[node_id] = "inactive"
        if node_id in self._signals:
            self._signals[node_id].rest(step)

    def completed(
        self, node_id: str, event: str, step: int, guarding: str | None = None, *, partly: bool = False
    ) -> None:
        """Make a completed node's children active, in edge order.

        ``guarding``: only exit signals and exits that guard that leg. ``partly``: an exit that closed no life
        whole does not make active what would open its own entries again. A re-entry signal asks no entry that
        has had all the re-entries it allows.
        """
        parent = self._plan.strategy.nodes[node_id]
        asking = parent if isinstance(parent, SignalNode) and parent.kind == "re_entry" else None
        for child in self._plan.strategy.children.get(node_id, ()):
            node = self._plan.strategy.nodes[child]
            if guarding is not None and guarding not in self._guarded(child):
                continue
            if partly and self._opens_again(child, node_id):
                continue
            if asking is not None and isinstance(node, EntryNode):
                if self._used_up(asking, child):
                    continue
                self.asked_step[child] = step
            self._activate(child, event, step)

    def _opens_again(self, node_id: str, exit_id: str) -> bool:
        """True for a re-entry signal, and for an entry or its signal that would open what the exit closes."""
        own = {self._plan.entry_of[vpi] for vpi in self._plan.exits[exit_id].targets}
        signal = self._plan.signals.get(node_id)
        if signal is None or signal.kind == "exit":
            return node_id in own
        return signal.kind == "re_entry" or not own.isdisjoint(self._plan.links[node_id].entries)

    def _guarded(self, node_id: str) -> tuple[str, ...]:
        if node_id in self._plan.exits:
            return self._plan.exits[node_id].targets
        signal = self._plan.signals.get(node_id)
        return self._plan.links[node_id].guards if signal is not None and signal.kind == "exit" else ()

    def _activate(self, node_id: str, event: str, step: int) -> None:
        if self.states[node_id] == "active":
            return
        signal = self._signals.get(node_id)
        if signal is not None and not self._may_arm(signal, step):
            return
        self.states[node_id] = "active"
        self.parent_event[node_id] = event

    def _may_arm(self, signal: Signal, step: int) -> bool:
        if signal.node.kind == "exit":
            guards = signal.links.guards
            return not guards or not self._book.open_legs.keys().isdisjoint(guards)
        if self._at_limit(signal, step):
            return False
        return not (signal.node.kind == "re_entry" and self._all_open(signal))

    def _at_limit(self, signal: Signal, step: int) -> bool:
        """Note a signal that has reached its limit: it is done."""
        limit = self._limit(signal)
        if limit is None:
            return False
        if signal.limit is None:
            signal.limit, signal.limit_step = limit, step
        signal.rest(step)
        self.done(signal.node.id)
        return True

    def _limit(self, signal: Signal) -> str | None:
        entries = signal.links.entries
        if not entries:
            return None
        if all(self._used_up(signal.node, entry) for entry in entries):
            return "maxReEntries"
        return "maxEntries" if all(self.at_max_entries(entry) for entry in entries) else None

    def _used_up(self, signal: SignalNode, entry_id: str) -> bool:
        """True once an entry has had all the re-entries that a re-entry signal allows."""
        most = signal.max_re_entries
        return most is not None and max(self.filled_executions[entry_id] - 1, 0) >= most

    def not_asked(self, signal: SignalNode) -> str:
        """What the event of a re-entry signal says of the entries that it does not ask; "" where it asks all."""
        if signal.max_re_entries is None:
            return ""
        children = self._plan.strategy.children.get(signal.id, ())
        names = [node for node in children if node in self._plan.entries and self._used_up(signal, node)]
        return "; ".join(f"{name} is not asked: maxReEntries" for name in names)

    def _wanted(self, signal: Signal) -> tuple[str, ...]:
        """The legs a signal would open: those of the entries whose re-entries are not used up."""
        if not signal.limited:
            return signal.links.legs
        left = [entry for entry in signal.links.entries if not self._used_up(signal.node, entry)]
        return tuple(leg.vpi for entry in left for leg in self._plan.entries[entry].legs)

    def at_max_entries(self, entry_id: str) -> bool:
        """True once an entry has had all the executions its ``maxEntries`` allows."""
        most = self._plan.entries[entry_id].max_entries
        return most is not None and self.filled_executions[entry_id] >= most

    def _all_open(self, signal: Signal) -> bool:
        legs = self._wanted(signal)
        return bool(legs) and self._book.open_legs.keys() >= set(legs)

    def opened_again(self, vpi: str) -> None:
        """Drop the re-entries that wait for a leg: it is open."""
        self.resting = [
            order for order in self.resting if not (isinstance(order, WaitingReEntry) and order.leg.vpi == vpi)
        ]

    def filled(self, entry_id: str, step: int, *, first: bool) -> None:
        """Note a fill of an entry: count the execution at its first, look at limits, disarm what has all open."""
        if first:
            self.filled_executions[entry_id] += 1
        for node_id, signal in self._signals.items():
            if signal.node.kind == "exit" or self.states[node_id] != "active":
                continue
            if first and self._at_limit(signal, step):
                continue
            if signal.node.kind == "re_entry" and self._all_open(signal):
                self.disarm(node_id, step)

    def gated(self, signal: Signal) -> bool:
        """True while a signal that opens has nothing to open: every leg is open or waiting for its fill."""
        waiting, open_legs = self.waiting, self._book.open_legs
        return not any(vpi not in waiting and vpi not in open_legs for vpi in self._wanted(signal))

    def applicable_set(self, signal: Signal) -> ConditionSetName:
        """The condition set that applies now, of a signal that has two."""
        if signal.node.kind == "exit":
            lives = map(self._book.open_legs.get, signal.links.guards)
            again = any(life is not None and life.position_num > 1 for life in lives)
        else:
            again = any(self.filled_executions[entry] for entry in signal.links.entries)
        return "re_entry" if again else "base"
