"""Exits: closing what an exit node targets, whole or in part, and what a close disarms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from strikebook.engine.book import OpenLife
from strikebook.engine.graph import Graph
from strikebook.engine.operands import DayState
from strikebook.engine.orders import Broker, ExitOrder, Limit, WaitingReEntry, closing_lots, limit_of
from strikebook.engine.plan import Plan
from strikebook.engine.protection import Protections, RoundTripped, Tripped
from strikebook.engine.tape import Quote
from strikebook.engine.trace import Trace
from strikebook.model.day_result import ExitReason, Fill, Rejection, RejectionReason
from strikebook.model.session import Session
from strikebook.strategy.node import ExitNode
from strikebook.strategy.protection import RuleKind

PROTECTIVE_REASONS: Mapping[RuleKind, ExitReason] = {
    "stop_loss": "stop_loss",
    "breakeven": "stop_loss",
    "move_to_cost": "stop_loss",
    "target": "target",
    "trailing_stop": "trailing_stop",
}


@dataclass(eq=False)
class ExitRun:
    """What an exit node has under way: its latest event, its outstanding orders, whether it closed a life whole."""

    event_id: str
    outstanding: int = 0
    closed_whole: bool = False


class Exits:
    """The exit orders of a day."""

    def __init__(
        self,
        plan: Plan,
        session: Session,
        state: DayState,
        graph: Graph,
        trace: Trace,
        broker: Broker,
        protections: Protections,
    ) -> None:
        self._plan = plan
        self._session = session
        self._protections = protections
        self._state = state
        self._graph = graph
        self._trace = trace
        self._broker = broker
        self._runs: dict[str, ExitRun] = {}
        self._made: dict[tuple[str, int | None], int] = defaultdict(int)

    def act(self, node: ExitNode, step: int) -> bool:
        """Send an order for every open target that has none; True where the exit completed at once."""
        self._graph.done(node.id)
        lives = [life for life in map(self._state.book.open_legs.get, node.targets) if life is not None]
        if not lives:
            return False
        event = self._trace.new_id(node.id, step)
        run = self._runs.setdefault(node.id, ExitRun(event))
        run.event_id = event
        sent = {order.life for order in self._orders() if order.node_id == node.id and not order.protective}
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
            order = ExitOrder(node.id, node, life, step, event)
            if node.limit is not None:
                last, terms = self._broker.last(life.tape, step), node.limit
                order.limit_paise = limit_of(terms, last.price_paise, buying=life.sign < 0)
                order.market_step = None if terms.wait_s is None else step + terms.wait_s
                order.gives_up = not terms.to_market
            if life.entry.step == step or not self._try(order, step):
                self._graph.resting.append(order)
        return self._complete(node, step)

    def retry(self, order: ExitOrder, step: int) -> None:
        """Try a resting order again."""
        if self._try(order, step) and order.node is not None and not order.protective:
            self._complete(order.node, step)

    def protect(self, tripped: Tripped | RoundTripped, step: int) -> list[OpenLife]:
        """Close what a rule that has triggered closes: a life, a round, or every open life; the lives with an order."""
        rule, life = tripped.rule, tripped.life
        node = self._plan.exits.get(rule.node_id)
        event, trip = self._trace.new_id(rule.node_id, step), tripped.trip()
        node_type = "entryNode" if node is None else "exitNode"
        what = "what is open" if isinstance(tripped, RoundTripped) else f"{life.vpi} life {life.position_num}"
        note = f"{trip.text}: close {what}"
        self._trace.record(event, life.entry_event_id, (rule.node_id, node_type), step, note=note, trip=trip)
        closing = {order.life for order in self._orders() if order.protective}
        others = self._state.book.open_lives()
        if isinstance(tripped, RoundTripped):
            lives = [each for each in others if (rule.whole or each in tripped.round.lives) and each not in closing]
        else:
            lives = [life, *(each for each in others if rule.whole and each is not life and each not in closing)]
        orders = [
            ExitOrder(
                rule.node_id,
                node,
                one,
                step,
                event,
                PROTECTIVE_REASONS[rule.kind],
                protective=True,
                completes=at == 0 and node is not None,
                limit_paise=tripped.limit_paise() if at == 0 else None,
                market_step=step + rule.limit.wait_s if rule.limit is not None else step,
            )
            for at, one in enumerate(lives)
        ]
        self._graph.resting += orders
        for order in orders:
            self._try(order, step)
        return lives

    def _orders(self) -> list[ExitOrder]:
        return [order for order in self._graph.resting if isinstance(order, ExitOrder)]

    def _try(self, order: ExitOrder, step: int) -> bool:
        limit = self._limit(order, step)
        price = self._price(order, step) if limit is None else limit[0]
        if price is None:
            return False
        if order in self._graph.resting:
            self._graph.resting.remove(order)
        bound = None if limit is None else limit[1]
        if order.protective:
            self._close(order.life, order.life.lots_open, price, order.reason, step, order, limit=bound)
            if order.completes:
                self._graph.done(order.node_id)
                self._graph.completed(order.node_id, order.event_id, step)
            return True
        run = self._runs[order.node_id]
        run.outstanding -= 1
        lots = closing_lots(order.node, order.life.lots_open, self._broker.options.scale)
        self._close(order.life, lots, price, order.reason, step, order, limit=bound)
        run.closed_whole |= order.life.closed
        return True

    def _limit(self, order: ExitOrder, step: int) -> tuple[Quote | None, Limit] | None:
        """The price of a limit order now, if any; None for a market order, which a limit order becomes at its time."""
        if order.limit_paise is None:
            return None
        tape, limit, buying = order.life.tape, order.limit_paise, order.life.sign < 0
        first_try = order.tried_step is None
        order.tried_step = step
        quote = self._broker.marketable(tape, step, limit, buying=buying) if first_try else None
        if quote is not None or (first_try and step == order.sent_step):
            return quote, Limit(limit, rested=False)
        quote = self._broker.resting(tape, order.sent_step, step, limit, buying=buying)
        if quote is None and order.market_step is not None and step >= order.market_step:
            if order.gives_up:
                self._give_up(order, step)
                return None, Limit(limit, rested=True)
            order.limit_paise = order.tried_step = None
            return None
        return quote, Limit(limit, rested=True)

    def _give_up(self, order: ExitOrder, step: int) -> None:
        self._reject(order, step, "limit_not_reached", "given up after its wait", retried=False)
        self._drop(order, step)

    def _reject(self, order: ExitOrder, step: int, reason: RejectionReason, detail: str, *, retried: bool) -> None:
        life = order.life
        self._trace.rejections.append(
            Rejection(
                step,
                order.sent_step,
                order.node_id,
                life.vpi,
                "exit",
                reason,
                life.contract,
                retried=retried,
                event_id=order.event_id,
                detail=detail,
            )
        )

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
            reason = self._broker.missing(order.life.tape, step)
            self._reject(order, step, reason, "sent again every step until it fills", retried=True)
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
        limit: Limit | None = None,
    ) -> None:
        """Close lots of a position; a whole close drops other exits' orders for it and disarms what guards nothing."""
        sent_step = step if order is None else order.sent_step
        fill = self._broker.fill(price, buying=life.sign < 0, step=step, sent_step=sent_step, limit=limit)
        node_id, event_id = (order.node_id, order.event_id) if order is not None else (event or (None, None))
        if lots < life.lots_open:
            self._protections.before_parts(life, step)
        self._state.book.close(life, lots, fill, reason, node_id=node_id, event_id=event_id)
        self._state.leg_changed(life.vpi)
        if life.closed:
            self._graph.closed_step[life.vpi] = step
            if order is not None:
                self._disarm_others(order, step)
                self._reopen(order, step)
                self._arm_lazy_legs(order, step)

    def _reopen(self, order: ExitOrder, step: int) -> None:
        """Note a closed leg that is to be opened again by itself."""
        life = order.life
        own = self._plan.leg_of[life.vpi].re_entry
        terms = own if own is not None and order.protective and order.reason in own.causes else None
        if terms is None and order.node is not None and life.vpi in order.node.targets:
            terms = order.node.re_entry
        if terms is None:
            return
        group = (life.entry_node_id, terms.group)
        used = life.position_num - 1 if terms.group is None else self._made[group]
        if used >= terms.most:
            return
        session = self._session
        last = session.last_step if terms.until_s is None else terms.until_s - session.open_s
        if terms.until_s is None or step + 1 <= last:
            self._made[group] += 1
            self._graph.resting.append(
                WaitingReEntry(life.leg, life.entry_node_id, terms, life, step, order.event_id, last)
            )

    def _arm_lazy_legs(self, order: ExitOrder, step: int) -> None:
        """Note the legs that wait for this close, where a rule made it."""
        last = self._session.last_step
        for leg in self._plan.lazy.get(order.life.vpi, ()):
            flat = leg.vpi not in self._graph.waiting and leg.vpi not in self._state.book.open_legs
            if order.protective and flat and leg.lazy is not None and order.reason in leg.lazy.causes:
                entry = self._plan.entry_of[leg.vpi]
                self._graph.resting.append(WaitingReEntry(leg, entry, None, order.life, step, order.event_id, last))

    def _disarm_others(self, closing: ExitOrder, step: int) -> None:
        for order in self._orders():
            if order.life is closing.life and order is not closing:
                self._drop(order, step)
        for node_id, guards in self._plan.guarded.items():
            if self._graph.active(node_id) and not self._any_open(guards):
                self._graph.disarm(node_id, step)
        for node_id, node in self._plan.exits.items():
            armed = self._graph.active(node_id) or node_id in self._runs
            own = node_id == closing.node_id
            if armed and not own and not self._any_open(node.targets):
                self._graph.disarm(node_id, step)
                self._runs.pop(node_id, None)

    def _any_open(self, vpis: tuple[str, ...]) -> bool:
        return not self._state.book.open_legs.keys().isdisjoint(vpis)

    def _drop(self, order: ExitOrder, step: int) -> None:
        self._graph.resting.remove(order)
        if order.protective:
            return
        run = self._runs[order.node_id]
        run.outstanding -= 1
        if not run.outstanding:
            del self._runs[order.node_id]
            self._graph.disarm(order.node_id, step)

    def square_off(self, reason: ExitReason, step: int, event: tuple[str, str]) -> None:
        """Close every open position at its contract's last trade, whatever its age, in order of opening."""
        for life in self._state.book.open_lives():
            price = self._broker.last(life.tape, step)
            self._close(life, life.lots_open, price, reason, step, None, event)

    def close_of_day(self, step: int) -> None:
        """Close what is still open at the last step."""
        for life in self._state.book.open_lives():
            if not life.leg.carried:
                self._close(life, life.lots_open, self._broker.last(life.tape, step), "EOD Square-off", step, None)
            elif life.contract.expiry == self._session.date:
                self._settle(life, step)

    def _settle(self, life: OpenLife, step: int) -> None:
        """Settle a position at its contract's expiry: at its intrinsic value by the underlying's last price."""
        spot = self._broker.last(self._broker.spot, step)
        inside = spot.price_paise - life.contract.strike_paise
        price = max(inside if life.contract.option_type == "CE" else -inside, 0)
        fill = Fill(step, step, price, price, spot.age_s, spot.price_paise)
        self._state.book.close(life, life.lots_open, fill, "Expiry settlement", node_id=None, event_id=None)
        self._state.leg_changed(life.vpi)
