"""Exits: closing what an exit node targets, whole or in part, and what a close disarms."""

from __future__ import annotations

from dataclasses import dataclass

from strikebook.engine.book import OpenLife
from strikebook.engine.graph import Graph
from strikebook.engine.operands import DayState
from strikebook.engine.orders import Broker, ExitOrder, closing_lots
from strikebook.engine.plan import Plan
from strikebook.engine.tape import Quote
from strikebook.engine.trace import Trace
from strikebook.model.day_result import ExitReason, Rejection
from strikebook.strategy.node import ExitNode


@dataclass(eq=False)
class ExitRun:
    """What an exit node has under way: its latest event, its outstanding orders, whether it closed a life whole."""

    event_id: str
    outstanding: int = 0
    closed_whole: bool = False


class Exits:
    """The exit orders of a day."""

    def __init__(self, plan: Plan, state: DayState, graph: Graph, trace: Trace, broker: Broker) -> None:
        self._plan = plan
        self._state = state
        self._graph = graph
        self._trace = trace
        self._broker = broker
        self._runs: dict[str, ExitRun] = {}

    def act(self, node: ExitNode, step: int) -> bool:
        """Send an order for every open target that has none; True where the exit completed at once."""
        self._graph.done(node.id)
        lives = [life for life in map(self._state.book.open_legs.get, node.targets) if life is not None]
        if not lives:
            return False
        event = self._trace.new_id(node.id, step)
        run = self._runs.setdefault(node.id, ExitRun(event))
        run.event_id = event
        sent = {order.life for order in self._orders() if order.node.id == node.id}
        fresh = [life for life in lives if life not in sent]
        self._trace.record(
            event,
            self._graph.parent_event[node.id],
            (node.id, "exitNode"),
            step,
            note="; ".join(f"close {life.vpi} life {life.position_num}" for life in fresh),
        )
        run.outstanding += len(fresh)
        for life in fresh:
            order = ExitOrder(node, life, step, event)
            if life.entry.step == step or not self._try(order, step):
                self._graph.resting.append(order)
        return self._complete(node, step)

    def retry(self, order: ExitOrder, step: int) -> None:
        """Try a resting order again."""
        if self._try(order, step):
            self._complete(order.node, step)

    def _orders(self) -> list[ExitOrder]:
        return [order for order in self._graph.resting if isinstance(order, ExitOrder)]

    def _try(self, order: ExitOrder, step: int) -> bool:
        price = self._price(order, step)
        if price is None:
            return False
        if order in self._graph.resting:
            self._graph.resting.remove(order)
        run = self._runs[order.node.id]
        run.outstanding -= 1
        lots = closing_lots(order.node, order.life.lots_open, self._broker.options.scale)
        self._close(order.life, lots, price, "exit_condition_met", step, order)
        run.closed_whole |= order.life.closed
        return True

    def _price(self, order: ExitOrder, step: int) -> Quote | None:
        """The price an exit fills at now; None, noting why, while there is none."""
        first_try = order.tried_step is None
        if order.tried_step is None:
            order.tried_step = step
        if self._broker.options.fill == "next":
            return None if first_try else self._broker.first_after(order.life.tape, order.tried_step, step)
        price = self._broker.fresh(order.life.tape, step)
        if price is None and not order.failed:
            order.failed = True
            self._trace.rejections.append(
                Rejection(
                    step,
                    order.sent_step,
                    order.node.id,
                    order.life.vpi,
                    "exit",
                    self._broker.missing(order.life.tape, step),
                    order.life.contract,
                    retried=True,
                    event_id=order.event_id,
                    detail="sent again every step until it fills",
                )
            )
        return price

    def _complete(self, node: ExitNode, step: int) -> bool:
        """Finish an exit whose last order has filled: its children become active."""
        run = self._runs.get(node.id)
        if run is None or run.outstanding:
            return False
        del self._runs[node.id]
        self._graph.completed(node.id, run.event_id, step, partly=not run.closed_whole)
        return True

    def _close(
        self,
        life: OpenLife,
        lots: int,
        price: Quote,
        reason: ExitReason,
        step: int,
        order: ExitOrder | None,
        event: tuple[str, str] | None = None,
    ) -> None:
        """Close lots of a position; a whole close drops other exits' orders for it and disarms what guards nothing."""
        sent_step = step if order is None else order.sent_step
        fill = self._broker.fill(price, buying=life.leg.side == "SELL", step=step, sent_step=sent_step)
        node_id, event_id = (order.node.id, order.event_id) if order is not None else (event or (None, None))
        self._state.book.close(life, lots, fill, reason, node_id=node_id, event_id=event_id)
        self._state.leg_changed(life.vpi)
        if life.closed:
            self._graph.closed_step[life.vpi] = step
            if order is not None:
                self._disarm_others(order, step)

    def _disarm_others(self, closing: ExitOrder, step: int) -> None:
        for order in self._orders():
            if order.life is closing.life and order.node.id != closing.node.id:
                self._drop(order, step)
        for node_id, guards in self._plan.guarded.items():
            if self._graph.active(node_id) and not self._any_open(guards):
                self._graph.disarm(node_id, step)
        for node_id, node in self._plan.exits.items():
            armed = self._graph.active(node_id) or node_id in self._runs
            if armed and node_id != closing.node.id and not self._any_open(node.targets):
                self._graph.disarm(node_id, step)
                self._runs.pop(node_id, None)

    def _any_open(self, vpis: tuple[str, ...]) -> bool:
        return not self._state.book.open_legs.keys().isdisjoint(vpis)

    def _drop(self, order: ExitOrder, step: int) -> None:
        self._graph.resting.remove(order)
        run = self._runs[order.node.id]
        run.outstanding -= 1
        if not run.outstanding:
            del self._runs[order.node.id]
            self._graph.disarm(order.node.id, step)

    def square_off(self, reason: ExitReason, step: int, event: tuple[str, str]) -> None:
        """Close every open position at its contract's last trade, whatever its age, in order of opening."""
        for life in self._state.book.open_lives():
            price = self._broker.last(life.tape, step)
            self._close(life, life.lots_open, price, reason, step, None, event)

    def close_of_day(self, step: int) -> None:
        """Close what is still open at the last step."""
        for life in self._state.book.open_lives():
            self._close(life, life.lots_open, self._broker.last(life.tape, step), "EOD Square-off", step, None)
