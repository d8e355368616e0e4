"""A day, second by second: the clock, the phases of a step, and the walk of the graph (rulings R1 to R5, R8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from strikebook.model.options import RunOptions
from tests.oracle import closing, combined, entries, estimates, excursions, exits, lazy_legs, leg_re_entries, protection
from tests.oracle.book import Book
from tests.oracle.document import Graph
from tests.oracle.market import Market
from tests.oracle.outcome import OracleDay, as_value
from tests.oracle.reports import SignalReport
from tests.oracle.values import Values
from tests.raw_day import RawDay


def run_oracle(document: dict[str, Any], raw: RawDay, options: RunOptions) -> OracleDay:
    """Run a valid flat document over a raw day."""
    day = Day(document, raw, options)
    day.run()
    return as_value(day)


class Day:
    """Everything that changes during the day. ``state``: node -> 'inactive', 'active' or 'done'."""

    def __init__(self, document: dict[str, Any], raw: RawDay, options: RunOptions) -> None:
        self.graph, self.raw, self.options = Graph(document), raw, options
        series = {
            (instrument["symbol"], timeframe["seconds"])
            for instrument in self.graph.instruments.values()
            for timeframe in instrument["timeframes"].values()
        }
        self.market = Market(raw, series)
        self.book = Book(self.market)
        self.values = Values(self.graph, self.market, self.book)
        self.step, self.last_step, self.ended_step = 0, raw.close_s - raw.open_s, -1
        self.state = dict.fromkeys(self.graph.kind, "inactive")
        self.parent_event: dict[str, str | None] = dict.fromkeys(self.graph.kind)
        self.resting: list[dict] = []  # orders that wait, in the order they were sent
        self.executions = dict.fromkeys(self.graph.of_kind("entry"), 0)  # filled ones
        self.asked_by_re_entry: dict[str, int] = {}  # entry -> step
        self.closed_at: dict[str, int] = {}  # entry -> last step at which one of its legs was closed
        self.best_profit: dict[str, int] = {}  # node -> the largest of the day while it could square off
        self.chosen_strikes: dict[str, int] = {}  # leg -> the strike last chosen for it
        self.re_entries_made: list[tuple] = []  # (entry, group) of each that waited
        self.exit_event: dict[str, str] = {}
        self.closed_a_life: dict[str, bool] = {}
        self.ordered_symbols: set[str] = set()
        self.rounds: dict[str, dict] = {}  # entry -> its latest round, for combined rules
        self.excursions: dict[int, tuple[int, int]] = {}  # id of a life -> the most and the least of its profit
        self.highest = self.lowest = self.drawdown = 0  # of the day's profit
        self.open_steps = self.peak_margin = 0
        self.entry_greeks: dict[int, dict[str, float] | None] = {}  # id of a life -> its estimates
        self.exit_greeks: dict[str, dict[str, float] | None] = {}  # id of a row -> its estimates
        self.events: list[dict] = []
        self.event_count: dict[str, int] = {}
        self.rejections: list[dict] = []
        self.cancellations: list[dict] = []
        self.happened: set[str] = set()  # in words, for the census
        self.reports = {node: SignalReport(self.graph.condition_sets[node]) for node in self.graph.signals}

    def run(self) -> None:
        """Every step from the open to the close, or to the square-off."""
        start = self.graph.start
        self.state[start] = "done"
        start_event = self.record_event(start)
        self.parent_event[start] = start_event  # of the square-off by the start's own end conditions
        self.activate_children(start, start_event)
        for step in range(self.last_step + 1):
            self.step = step
            self.market.advance(step)
            self.book.follow_prices(step)
            protection.look_at_lives(self)
            combined.look_at_rounds(self)
            if closing.square_off(self):
                excursions.note(self)
                estimates.note(self)
                return
            self._try_resting_orders()
            self._walk()
            if step == self.last_step:
                closing.close_of_day(self)
            self.values.end_step()
            excursions.note(self)
            estimates.note(self)

    def _try_resting_orders(self) -> None:
        for order in list(self.resting):
            if not any(order is waiting for waiting in self.resting):
                continue
            if order["kind"] == "exit":
                exits.try_waiting(self, order)
            elif order["kind"] == "protective":
                protection.try_waiting(self, order)
            elif self.step == self.last_step:
                continue
            elif order["kind"] == "re_entry":
                leg_re_entries.look_at(self, order)
            elif order["kind"] == "lazy":
                lazy_legs.look_at(self, order)
            else:
                entries.try_waiting(self, order)

    def _walk(self) -> None:
        acted: set[str] = set()
        passed: set[str] = set()

        def visit(node: str) -> None:
            if self.state[node] == "active" and node not in acted and self.graph.kind[node] != "square_off":
                acted.add(node)
                if self._act(node):
                    passed.add(node)
                    for child in self.graph.children[node]:
                        visit(child)
                    return
            if node in passed:
                return
            passed.add(node)
            for child in self.graph.children[node]:
                visit(child)

        for child in self.graph.children[self.graph.start]:
            visit(child)

    def _act(self, node: str) -> bool:
        """A node's turn; True if it completed (its children are then active)."""
        kind = self.graph.kind[node]
        if kind == "entry":
            return entries.act(self, node)
        if kind == "exit":
            return exits.act(self, node)
        return self._signal(node)

    def _signal(self, node: str) -> bool:
        graph = self.graph
        if graph.kind[node] != "exit_signal" and self._nothing_to_open(node):
            return False
        name = self._condition_set(node)
        leaves = graph.condition_sets[node][name][1]
        readings = [self.values.reading(node, name, number, leaf) for number, leaf in enumerate(leaves)]
        if not self.reports[node].armed(self.step, name, [reading["result"] for reading in readings]):
            return False
        self.reports[node].fired_steps.append(self.step)
        event = self.record_event(node, name, readings)
        self.values.fire_variables(node)
        self.state[node] = "done"
        self.activate_children(node, event)
        return True

    def _nothing_to_open(self, signal: str) -> bool:
        """Every leg it would open is open or waits for its fill."""
        legs = self._legs_of(self._still_asked(signal))
        return bool(legs) and not any(entries.is_flat(self, vpi) for vpi in legs)

    def _legs_of(self, entry_nodes: list[str]) -> list[str]:
        return [vpi for entry in entry_nodes for vpi in self.graph.entry_legs[entry]]

    def _still_asked(self, signal: str) -> list[str]:
        """The entries it leads to, without those that have had all the re-entries it allows."""
        return [entry for entry in self.graph.leads_to[signal] if not self._used_up(signal, entry)]

    def _used_up(self, signal: str, entry: str) -> bool:
        if self.graph.kind[signal] != "re_entry_signal":
            return False
        most = self.graph.max_re_entries(signal)
        return most is not None and max(self.executions[entry] - 1, 0) >= most

    def _condition_set(self, signal: str) -> str:
        if "re_entry" not in self.graph.condition_sets[signal]:
            return "base"
        if self.graph.kind[signal] == "exit_signal":
            guarded = [self.book.open_life(vpi) for vpi in self.graph.guards[signal]]
            return "re_entry" if any(life and life.position_num > 1 for life in guarded) else "base"
        opened = any(self.executions[entry] > 0 for entry in self.graph.leads_to[signal])
        return "re_entry" if opened else "base"

    def activate_children(self, parent: str, event: str, *, after_part: bool = False) -> None:
        """The parent completed: its children become active, in edge order. ``after_part``: not what opens again."""
        for child in self.graph.children[parent]:
            if not (after_part and self._opens_again(child, parent)):
                self._activate(child, parent, event)

    def _opens_again(self, node: str, exit_node: str) -> bool:
        kind = self.graph.kind[node]
        opened = [node] if kind == "entry" else self.graph.leads_to[node] if kind == "entry_signal" else []
        closed = [self.graph.legs[vpi]["entry"] for vpi in self.graph.targets[exit_node]]
        return kind == "re_entry_signal" or any(entry in closed for entry in opened)

    def activate_guards(self, entry: str, event: str, filled: list[str]) -> None:
        """Legs of an execution that counts already were filled: what guards them becomes active."""
        for child in self.graph.children[entry]:
            kind = self.graph.kind[child]
            guarded = self.graph.guards[child] if kind == "exit_signal" else self.graph.targets.get(child, [])
            if kind in ("exit_signal", "exit") and set(guarded) & set(filled):
                self._activate(child, entry, event)

    def _activate(self, node: str, parent: str, event: str) -> None:
        kind = self.graph.kind[node]
        if kind == "start":
            return
        if kind == "entry" and self.graph.kind[parent] == "re_entry_signal":
            if self._used_up(parent, node):
                return
            self.asked_by_re_entry[node] = self.step
        if self.state[node] == "active":
            return
        limit = self._limit(node)
        if limit:
            self.state[node] = "done"
            self.reports[node].at_limit(limit, self.step)
            return
        if kind == "exit_signal":
            guarded = self.graph.guards[node]
            if guarded and not any(self.book.open_life(vpi) for vpi in guarded):
                return
        if kind == "re_entry_signal" and self._all_open(node):
            return
        self.state[node] = "active"
        self.parent_event[node] = event

    def _limit(self, node: str) -> str | None:
        """The limit an entry or re-entry signal is at."""
        graph = self.graph
        if graph.kind[node] not in ("entry_signal", "re_entry_signal") or not graph.leads_to[node]:
            return None
        done = {entry: self.executions[entry] for entry in graph.leads_to[node]}
        if graph.kind[node] == "re_entry_signal":
            most = graph.max_re_entries(node)
            if most is not None and all(max(count - 1, 0) >= most for count in done.values()):
                return "maxReEntries"
        limits = graph.max_entries
        if all(limits[entry] is not None and count >= limits[entry] for entry, count in done.items()):
            return "maxEntries"
        return None

    def _all_open(self, signal: str) -> bool:
        legs = self._legs_of(self._still_asked(signal))
        return bool(legs) and all(self.book.open_life(vpi) for vpi in legs)

    def check_limits(self) -> None:
        """An execution counts as filled: active signals that reached their limit are done."""
        for node in self.graph.signals:
            limit = self._limit(node) if self.state[node] == "active" else None
            if limit:
                self.state[node] = "done"
                self.reports[node].at_limit(limit, self.step)

    def disarm_full_re_entries(self) -> None:
        """A leg was filled: active re-entry signals with nothing left to open become inactive."""
        for node in self.graph.of_kind("re_entry_signal"):
            if self.state[node] == "active" and self._all_open(node):
                self.state[node] = "inactive"

    def remove_resting(self, order: dict) -> None:
        """Take an order off the list of those that wait (it need not be there)."""
        self.resting = [waiting for waiting in self.resting if waiting is not order]

    def record_event(
        self, node: str, name: str | None = None, readings: list[dict] | None = None, parent: str | None = None
    ) -> str:
        """Record that a node fired; returns the event's id. ``parent``: not the event that activated it."""
        self.event_count[node] = number = self.event_count.get(node, 0) + 1
        clock = str(timedelta(seconds=self.raw.open_s + self.step)).replace(":", "").zfill(6)
        event = {
            "execution_id": f"exec_{node}_{self.raw.day:%Y%m%d}_{clock}_{number}",
            "parent_execution_id": parent or self.parent_event[node],
            "node_id": node,
            "step": self.step,
            "condition_set": name,
            "readings": readings or [],
        }
        self.events.append(event)
        return event["execution_id"]
