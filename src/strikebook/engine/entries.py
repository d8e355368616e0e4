"""Entries: sending the orders of an entry node's legs, and filling them."""

from __future__ import annotations

from dataclasses import replace

from strikebook.engine.book import OpenLife
from strikebook.engine.choosing import Choice, Chooser, Refusal
from strikebook.engine.graph import Graph
from strikebook.engine.levels import moved_level, trigger_level, trip_of, window_level
from strikebook.engine.market_columns import MarketColumns
from strikebook.engine.operands import DayState
from strikebook.engine.orders import (
    Broker,
    EntryLeg,
    EntryOrder,
    Execution,
    Limit,
    PriceLevel,
    WaitingReEntry,
    limit_of,
)
from strikebook.engine.plan import Plan
from strikebook.engine.tape import Quote
from strikebook.engine.trace import Trace
from strikebook.model.day_result import Rejection, RejectionReason, Trip
from strikebook.strategy.node import EntryNode, FirstPrice, Leg
from strikebook.strategy.order_terms import TriggerPrice, WaitAndTrade
from strikebook.strategy.protection import LegReEntry
from strikebook.strategy.rule_texts import re_entry_text


class Entries:
    """The entry orders of a day. ``warnings`` grow in order of happening."""

    def __init__(
        self, plan: Plan, market: MarketColumns, state: DayState, graph: Graph, trace: Trace, broker: Broker
    ) -> None:
        self._plan = plan
        self._market = market
        self._state = state
        self._graph = graph
        self._trace = trace
        self._broker = broker
        self.warnings: dict[str, None] = {}
        self._chooser = Chooser(market, broker)

    def act(self, node: EntryNode, step: int) -> bool:
        """Send the orders of the flat legs; True where one filled at once."""
        if self._graph.asked_step.get(node.id) == step or any(
            self._graph.closed_step.get(leg.vpi) == step for leg in node.legs
        ):
            return False
        self._graph.done(node.id)
        execution = Execution(node.id, self._trace.new_id(node.id, step))
        refused = self._refused_whole(node, step)
        if refused is None:
            self._send(node, execution, step)
        else:
            for leg in node.legs:
                self._reject(execution, leg, (refused, None, ""), step, step)
        sent = "; ".join(self._outcome(execution, leg, step) for leg in node.legs)
        parent = self._graph.parent_event[node.id]
        self._trace.record(execution.event_id, parent, (node.id, "entryNode"), step, note=sent)
        if execution.filled:
            self._graph.completed(node.id, execution.event_id, step)
        return execution.filled

    def reopen(self, waiting: WaitingReEntry, step: int) -> None:
        """Open a leg again by itself, where its time has come."""
        if not waiting.due(step):
            return
        self._graph.resting.remove(waiting)
        node, leg = self._plan.entries[waiting.node_id], self._again(waiting)
        if waiting.terms is None and not self._flat(leg):
            return
        execution = Execution(node.id, self._trace.new_id(node.id, step), alone=True)
        if self._graph.at_max_entries(node.id):
            self._reject(execution, leg, ("max_entries", None, ""), step, step)
        elif not self._flat(leg):
            self._reject(execution, leg, ("already_open", None, ""), step, step)
        else:
            choice = self._same(waiting) if waiting.at_cost else self._chooser.choose(leg, step)
            if isinstance(choice, Choice):
                deadline = step + self._broker.options.wait_for_trade_s
                order = EntryOrder(execution, [self._entry(leg, choice)], step, deadline, group=node.all_or_none)
                if waiting.terms is None:
                    order.terms = leg.limit
                    self._dispatch(order, leg.first, step)
                else:
                    order.trip = self._back_at_cost(waiting, waiting.terms, step)
                    self._dispatch(order, waiting.terms.move, step, waiting.terms.candle_s)
            else:
                self._reject(execution, leg, choice, step, step)
        armed = f"armed by {waiting.closed.vpi}"
        why = armed if waiting.terms is None else re_entry_text(waiting.terms)
        note = f"{why}: {self._outcome(execution, leg, step)}"
        self._trace.record(execution.event_id, waiting.event_id, (node.id, "entryNode"), step, note=note)
        if execution.filled:
            self._graph.completed(node.id, execution.event_id, step, guarding=leg.vpi)

    def _again(self, waiting: WaitingReEntry) -> Leg:
        leg = self._plan.leg_of[waiting.leg.vpi]
        if waiting.terms is None or not waiting.terms.reverse:
            return leg
        return replace(leg, side="BUY" if waiting.leg.side == "SELL" else "SELL")

    def _back_at_cost(self, waiting: WaitingReEntry, terms: LegReEntry, step: int) -> Trip | None:
        closed = waiting.closed
        entry, closing = closed.entry.price_paise, closed.rows[-1].exit.price_paise
        if terms.kind != "cost" or closing == entry:
            return None
        text = re_entry_text(terms)
        level = PriceLevel(
            closed.tape, entry, closing < entry, step, closing, underlying=False, text=text, candle_s=terms.candle_s
        )
        return trip_of(level, closed.leg, closed.position_num + 1, step)

    def _same(self, waiting: WaitingReEntry) -> Choice:
        """The contract and the size of the life that was closed."""
        closed = waiting.closed
        return Choice(closed.contract, closed.lots, closed.lot_size, f"as number {closed.position_num} had it")

    def _refused_whole(self, node: EntryNode, step: int) -> RejectionReason | None:
        if step == self._market.session.last_step:
            return "session_over"
        if self._graph.at_max_entries(node.id):
            return "max_entries"
        return None if any(self._flat(leg) for leg in node.legs) else "already_open"

    def _flat(self, leg: Leg) -> bool:
        return leg.vpi not in self._graph.waiting and leg.vpi not in self._state.book.open_legs

    def _send(self, node: EntryNode, execution: Execution, step: int) -> None:
        deadline = step + self._broker.options.wait_for_trade_s
        sent = sorted((leg for leg in node.legs if self._flat(leg) and leg.lazy is None), key=lambda leg: leg.priority)
        chosen = [(leg, self._chooser.choose(leg, step)) for leg in sent]
        ready = [(leg, choice) for leg, choice in chosen if isinstance(choice, Choice)]
        for leg, choice in chosen:
            if not isinstance(choice, Choice):
                self._reject(execution, leg, choice, step, step)
            elif not node.all_or_none:
                order = EntryOrder(execution, [self._entry(leg, choice)], step, deadline, group=False, terms=leg.limit)
                self._dispatch(order, leg.first, step)
        if node.all_or_none and ready and len(ready) == len(chosen):
            legs = [self._entry(leg, choice) for leg, choice in ready]
            self._try(EntryOrder(execution, legs, step, deadline, group=True), step)

    def _entry(self, leg: Leg, choice: Choice) -> EntryLeg:
        symbol = choice.contract.symbol
        dated = self._market.day.contracts.lot_sizes.get(choice.contract.expiry)
        if dated is not None and dated != choice.lot_size:
            self.warnings[f"{leg.vpi}: lot size {choice.lot_size}, but {symbol} had lots of {dated}"] = None
        tape = self._market.contract_tape(symbol)
        return EntryLeg(leg, choice.contract, symbol, tape, choice.lots, choice.lot_size, choice.why)

    def _dispatch(self, order: EntryOrder, first: FirstPrice | None, step: int, candle_s: int = 0) -> None:
        """Send an order, or let it wait for what has to happen first."""
        if first is None:
            self._send_now(order, step)
            return
        entry = order.legs[0]
        if isinstance(first, WaitAndTrade):
            quote = self._broker.fresh(entry.tape, step)
            if quote is None:
                reason = self._broker.missing(entry.tape, step)
                detail = f"no price of {entry.symbol} to measure the move from"
                self._reject(order.execution, entry.leg, (reason, entry.contract, detail), step, step)
                return
            order.level = moved_level(first, entry.tape, quote.price_paise, step, candle_s)
        elif isinstance(first, TriggerPrice):
            order.level = trigger_level(first, entry.tape, step, buying=entry.leg.side == "BUY")
        else:
            tape = self._market.spot if first.underlying else entry.tape
            order.level = window_level(first, tape, self._market.session, step)
            order.never = order.level is None
        self._rest(order)

    def _send_now(self, order: EntryOrder, step: int) -> bool:
        """Send an order at the market or at its limit, as of this step; True where it filled."""
        order.level, order.priced_step = None, step
        order.deadline = step + self._broker.options.wait_for_trade_s
        terms, entry = order.terms, order.legs[0]
        if terms is not None:
            quote = self._broker.fresh(entry.tape, step)
            if quote is None and terms.price is None:
                reason = self._broker.missing(entry.tape, step)
                detail = f"no price of {entry.symbol} to set the limit from"
                self._stop_waiting(order)
                self._reject(order.execution, entry.leg, (reason, entry.contract, detail), step, order.sent_step)
                return False
            last = 0 if quote is None else quote.price_paise
            order.limit_paise = limit_of(terms, last, buying=entry.leg.side == "BUY")
            order.limit_until = None if terms.wait_s is None else step + terms.wait_s
        return self._try(order, step)

    def _try(self, order: EntryOrder, step: int) -> bool:
        """Fill an order, or reject it at its deadline, or let it rest; True where it filled."""
        if order.never:
            return False
        if order.level is not None:
            if order.level.next_step(step - 1) != step:
                return False
            order.trip = trip_of(order.level, order.legs[0].leg, self._next_number(order), step)
            return self._send_now(order, step)
        if order.limit_paise is not None:
            return self._try_limit(order, order.limit_paise, step)
        prices = self._broker.entry_prices(order, step)
        if prices is not None:
            self._open(order, prices, step)
            return True
        if step >= order.deadline:
            self._give_up(order, step)
        else:
            self._rest(order)
        return False

    def _try_limit(self, order: EntryOrder, limit_paise: int, step: int) -> bool:
        entry = order.legs[0]
        buying, rested = entry.leg.side == "BUY", step > order.priced_step
        if rested:
            quote = self._broker.resting(entry.tape, order.priced_step, step, limit_paise, buying=buying)
        else:
            quote = self._broker.marketable(entry.tape, step, limit_paise, buying=buying)
        if quote is not None:
            self._open(order, [quote], step, Limit(limit_paise, rested))
            return True
        if not rested or order.limit_until is None or step < order.limit_until:
            self._rest(order)
            return False
        if order.terms is not None and order.terms.to_market:
            order.terms = order.limit_paise = None
            return self._send_now(order, step)
        self._stop_waiting(order)
        detail = f"{entry.symbol} did not reach {limit_paise / 100:.2f}"
        self._reject(order.execution, entry.leg, ("limit_not_reached", entry.contract, detail), step, order.sent_step)
        return False

    def _next_number(self, order: EntryOrder) -> int:
        return self._state.book.position_num(order.legs[0].leg.vpi)

    def _rest(self, order: EntryOrder) -> None:
        if order not in self._graph.resting:
            self._graph.resting.append(order)
            self._graph.waiting.update(entry.leg.vpi for entry in order.legs)

    def retry(self, order: EntryOrder, step: int) -> None:
        """Try a resting order again; what fills makes the entry complete, or guards the late leg."""
        first = not order.execution.filled
        if self._try(order, step):
            node_id, event = order.execution.node_id, order.execution.event_id
            if first and not order.execution.alone:
                self._graph.completed(node_id, event, step)
            else:
                for entry in order.legs:
                    self._graph.completed(node_id, event, step, guarding=entry.leg.vpi)

    def _open(self, order: EntryOrder, prices: list[Quote], step: int, limit: Limit | None = None) -> None:
        self._stop_waiting(order)
        for entry, price in zip(order.legs, prices, strict=True):
            leg = entry.leg
            buying = leg.side == "BUY"
            fill = self._broker.fill(price, buying=buying, step=step, sent_step=order.sent_step, limit=limit)
            number = self._state.book.position_num(leg.vpi)
            life = OpenLife(
                order.execution.node_id,
                leg,
                number,
                entry.contract,
                entry.symbol,
                entry.tape,
                entry.lots,
                entry.lot_size,
                fill,
                order.execution.event_id,
                entry.lots,
                order.trip,
                entry.why,
            )
            self._graph.opened_again(leg.vpi)
            self._state.book.add(life)
            self._state.leg_changed(leg.vpi)
            first = not order.execution.filled
            order.execution.filled = True
            self._graph.filled(order.execution.node_id, step, first=first)

    def _give_up(self, order: EntryOrder, step: int) -> None:
        self._stop_waiting(order)
        for entry in order.legs:
            if order.group and not self._in_the_way(entry, order, step):
                continue
            reason = self._broker.missing(entry.tape, step)
            detail = f"no trade of {entry.symbol} in {step - order.priced_step} s"
            self._reject(order.execution, entry.leg, (reason, entry.contract, detail), step, order.sent_step)

    def _in_the_way(self, entry: EntryLeg, order: EntryOrder, step: int) -> bool:
        if self._broker.options.fill == "last":
            return self._broker.fresh(entry.tape, step) is None
        return self._broker.first_after(entry.tape, order.priced_step, step) is None

    def _stop_waiting(self, order: EntryOrder) -> None:
        if order in self._graph.resting:
            self._graph.resting.remove(order)
        self._graph.waiting.difference_update(entry.leg.vpi for entry in order.legs)

    def _reject(self, execution: Execution, leg: Leg, refusal: Refusal, step: int, sent_step: int) -> None:
        reason, contract, detail = refusal
        self._trace.rejections.append(
            Rejection(
                step,
                sent_step,
                execution.node_id,
                leg.vpi,
                "entry",
                reason,
                contract,
                retried=False,
                event_id=execution.event_id,
                detail=detail,
            )
        )

    def _outcome(self, execution: Execution, leg: Leg, step: int) -> str:
        life = self._state.book.open_legs.get(leg.vpi)
        if life is not None and life.entry_event_id == execution.event_id:
            return f"{leg.vpi} filled"
        for rejection in reversed(self._trace.rejections):
            if rejection.event_id == execution.event_id and rejection.vpi == leg.vpi and rejection.step == step:
                return f"{leg.vpi} rejected: {rejection.reason}"
        if leg.vpi in self._graph.waiting:
            return f"{leg.vpi} waiting"
        return f"{leg.vpi} not sent" if life is None else f"{leg.vpi} open already"
