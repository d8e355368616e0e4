"""The state machine of a day.

1. The start node is done before the first step; its children become active (``graph.activate``).
2. A step runs its phases in order: protective exits, square-offs, resting orders, the walk of the graph, and on the
   last step the close of the day (``Machine._step``; rules: ``protection``, ``entries``, ``exits``, ``square_off``).
3. At a step's end every armed signal's condition is a column until the next event (``signals``, ``conditions``).
4. The machine asks for the earliest step at which anything can happen: an armed condition next true, an order's next
   trade or deadline, a square-off, an order node that waits (``Machine._next_step``). It goes there and repeats.

Nothing can happen at the steps between, so nothing is looked at there: the result is the same as second by second.
"""

from __future__ import annotations

from strikebook.engine.conditions import BoundSet, Crossings
from strikebook.engine.entries import Entries
from strikebook.engine.exits import Exits
from strikebook.engine.graph import Graph
from strikebook.engine.market_columns import MarketColumns
from strikebook.engine.no_value import NoValue
from strikebook.engine.operands import DayState, MarketValues, Operands
from strikebook.engine.orders import Broker, EntryOrder, ExitOrder, WaitingReEntry
from strikebook.engine.plan import Plan, leaf_dependencies
from strikebook.engine.protection import Protections
from strikebook.engine.signals import Signal
from strikebook.engine.square_off import SquareOffs
from strikebook.engine.trace import Trace
from strikebook.errors import DayFailedError, StrikebookError
from strikebook.model.day_result import Cancellation, ConditionSetName
from strikebook.model.options import RunOptions
from strikebook.strategy.node import SignalNode


class Machine:
    """A strategy on one day, from the open to the close.

    ``kept``: what machines on the same columns have worked out. Not ``told``: what it did is kept, and not why.
    """

    def __init__(
        self,
        plan: Plan,
        market: MarketColumns,
        options: RunOptions,
        kept: MarketValues | None = None,
        *,
        told: bool = True,
    ) -> None:
        self.plan = plan
        self._told = told
        self.market = market
        self.state = DayState()
        self.operands = Operands(market, self.state, kept)
        self.trace = Trace(market, self.state, told=told)
        self.no_value = NoValue(market, self.state, self.operands)
        self.crossings = Crossings(self.operands, plan.moving_crossings, market.steps)
        self._crossing_versions = dict.fromkeys(plan.moving_crossings, 0)
        self.signals = {node.id: self._signal(node) for node in plan.signals.values()}
        self.graph = Graph(plan, self.state.book, self.signals)
        broker = Broker(options, market.spot)
        self.entries = Entries(plan, market, self.state, self.graph, self.trace, broker)
        self.protections = Protections(plan, self.state.book, market.spot, market.steps)
        self.exits = Exits(plan, market.session, self.state, self.graph, self.trace, broker, self.protections)
        self.square_offs = SquareOffs(plan, market, self.operands, self.graph, self.exits)
        self._going_on: list[Signal] = []
        self._orders = (*plan.entries, *plan.exits)
        self._protected = bool(plan.rules or plan.combined)
        self.cancellations: list[Cancellation] = []
        self.ended_step = self._last_step = market.session.last_step

    def _signal(self, node: SignalNode) -> Signal:
        sets = {
            name: BoundSet(plan, self.operands, self.crossings, self.market.steps, self.no_value)
            for name, plan in self.plan.sets[node.id].items()
        }
        return Signal(node, self.plan.links[node.id], sets, told=self._told)

    def run(self) -> None:
        """Run the day to its end."""
        start = self.plan.strategy.start_id
        event = self.trace.new_id(start, 0)
        self.trace.record(event, None, (start, "startNode"), 0)
        self.graph.start(event)
        step = 0
        while self._step(step):
            step = self._next_step(step)
        for signal in self.signals.values():
            signal.rest(self.ended_step)

    def _step(self, step: int) -> bool:
        """Run a step's phases; False once the day is over."""
        last = step == self._last_step
        self.square_offs.remember(step)
        if self._protected:
            self.protections.remember(step)
            self._protect(step)
        fired = self.square_offs.due(step)
        if fired is not None:
            self.ended_step = step
            self._cancel(step)
            self.square_offs.close_all(fired, step, self.trace)
            return False
        if self.graph.resting:
            self._resting_orders(step, last=last)
        self._walk(step)
        if last:
            self._cancel(step)
            self.exits.close_of_day(step)
            return False
        self._end_of_step(step)
        return True

    def _protect(self, step: int) -> None:
        for tripped in self.protections.due(step):
            if not tripped.life.closed and self.protections.watches(tripped.life):
                for life in self.exits.protect(tripped, step):
                    self.protections.over(life)
        for together in self.protections.combined(step):
            for life in self.exits.protect(together, step):
                self.protections.over(life)

    def _resting_orders(self, step: int, *, last: bool) -> None:
        for order in list(self.graph.resting):
            if order not in self.graph.resting:
                continue
            if isinstance(order, ExitOrder):
                self.exits.retry(order, step)
            elif not last and isinstance(order, WaitingReEntry):
                self.entries.reopen(order, step)
            elif not last and isinstance(order, EntryOrder):
                self.entries.retry(order, step)

    def _cancel(self, step: int) -> None:
        for order in self.graph.resting:
            if isinstance(order, ExitOrder):
                self.cancellations.append(
                    Cancellation(step, order.sent_step, order.node_id, order.life.vpi, "exit", order.life.contract)
                )
            elif isinstance(order, WaitingReEntry):
                if step <= order.last_step:
                    contract = order.closed.contract if order.at_cost else None
                    self.cancellations.append(
                        Cancellation(step, order.sent_step, order.node_id, order.leg.vpi, "entry", contract)
                    )
            else:
                self.cancellations += [
                    Cancellation(step, order.sent_step, order.execution.node_id, entry.leg.vpi, "entry", entry.contract)
                    for entry in order.legs
                ]
        self.graph.resting.clear()

    def _walk(self, step: int) -> None:
        """Visit the graph depth first; a node that completes makes what follows it be visited, also a second time."""
        acted: set[str] = set()
        states = self.graph.states
        for node_id, again in self.plan.walk:
            if states[node_id] == "active" and node_id not in acted:
                acted.add(node_id)
                if self._act(node_id, step) and again is not None:
                    self._walk_on(*again, acted, step)
                    return

    def _walk_on(self, left: tuple[str, ...], known: frozenset[str], acted: set[str], step: int) -> None:
        """Go on where the walk leaves its plan: ``left`` is to be visited, the last one next."""
        stack, passed = list(left), set(known)
        below, states = self.plan.below, self.graph.states
        while stack:
            node_id = stack.pop()
            if states[node_id] == "active" and node_id not in acted:
                acted.add(node_id)
                if self._act(node_id, step):
                    passed.discard(node_id)
            if node_id not in passed:
                passed.add(node_id)
                stack += below[node_id]

    def _act(self, node_id: str, step: int) -> bool:
        """Give an active node its turn; True where it completed (its children are active then)."""
        plan = self.plan
        try:
            if node_id in self.signals:
                return self._evaluate(self.signals[node_id], step)
            if node_id in plan.entries:
                return self.entries.act(plan.entries[node_id], step)
            return node_id in plan.exits and self.exits.act(plan.exits[node_id], step)
        except StrikebookError:
            raise
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise DayFailedError(
                f"{type(error).__name__}: {error}", where=f"{node_id} at {self.market.session.stamp(step)}"
            ) from error

    def _evaluate(self, signal: Signal, step: int) -> bool:
        if signal.opens and self.graph.gated(signal):
            signal.rest(step)
            return False
        if signal.quiet(step, self.state):
            return False
        name = "base" if signal.single else self.graph.applicable_set(signal)
        if not signal.evaluate(name, step, self.state):
            return False
        self._fire(signal, name, step)
        return True

    def _fire(self, signal: Signal, name: ConditionSetName, step: int) -> None:
        node = signal.node
        readings = signal.sets[name].readings(step, signal.binding(name)) if self._told else ()
        signal.rest(step)
        signal.fired_steps.append(step)
        if node.variables:
            fresh: dict[str, float | str | None] = {}
            previous = self.state.variables.get(node.id)
            self.state.variables = {**self.state.variables, node.id: fresh}
            for variable in self.plan.variables[node.id]:
                value = self.operands.at(variable.expression, step)
                if value is not None:
                    fresh[variable.name] = value
            if fresh != previous:
                self.state.variables_changed(node.id)
        event = self.trace.new_id(node.id, step)
        self.trace.record(
            event,
            self.graph.parent_event[node.id],
            (node.id, f"{NODE_TYPE[node.kind]}"),
            step,
            readings=readings,
            condition_set=name,
            note=self.graph.not_asked(node),
        )
        self.graph.done(node.id)
        self.graph.completed(node.id, event, step)

    def _end_of_step(self, step: int) -> None:
        if self._protected:
            self.protections.follow(step)
        for leaf, seen in self._crossing_versions.items():
            version = self.state.version(leaf_dependencies(leaf))
            if version != seen:
                self._crossing_versions[leaf] = version
                self.crossings.changed(leaf, step)
        states = self.graph.states
        self._going_on.clear()
        for node_id, signal in self.signals.items():
            if states[node_id] != "active":
                continue  # it rests since it fired, reached its limit or was disarmed
            if signal.opens and self.graph.gated(signal):
                signal.rest(step)
            else:
                signal.go_on("base" if signal.single else self.graph.applicable_set(signal), step, self.state)
                self._going_on.append(signal)

    def _next_step(self, step: int) -> int:
        """The next step at which something can happen; the last step always is one."""
        found = [self._last_step]
        if "active" in map(self.graph.states.__getitem__, self._orders):
            return step + 1
        for signal in self._going_on:
            ahead = signal.next_true(step)
            if ahead is not None:
                found.append(ahead)
        for order in self.graph.resting:
            ahead = order.wake_step(step)
            if ahead is not None:
                found.append(ahead)
        ends = (self.protections.next_due() if self._protected else None, self.square_offs.next_due(step))
        found += [ahead for ahead in ends if ahead is not None]
        return max(min(found), step + 1)


NODE_TYPE = {"entry": "entrySignalNode", "exit": "exitSignalNode", "re_entry": "reEntrySignalNode"}
