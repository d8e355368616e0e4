"""Square-offs: closing everything and ending the day, at once, by the day's profit, or by the clock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from strikebook.engine.exits import Exits
from strikebook.engine.graph import Graph
from strikebook.engine.market_columns import MarketColumns
from strikebook.engine.operands import Operands
from strikebook.engine.plan import Plan
from strikebook.engine.trace import Trace
from strikebook.model.day_result import ExitReason, Trip
from strikebook.strategy.node import EndConditions, LockAndTrail, StartNode
from strikebook.strategy.rule_texts import lock_text

Amount = TypeVar("Amount", int, NDArray[np.int64])
_SCALE = 100
"""Amounts have at most four decimals: hundredths of a paisa."""


@dataclass(frozen=True, slots=True)
class SquareOff:
    """A square-off that triggered, with the reason its closes get. ``trip``: the amount or the time it waited for."""

    node_id: str
    node_type: str
    reason: ExitReason
    trip: Trip | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """A node whose end conditions can trigger; ``time_step`` is the step of its time, None where it has none.

    ``by_profit``: the day's profit can trigger it.
    """

    node_id: str
    node_type: str
    end: EndConditions
    time_step: int | None
    by_profit: bool


@dataclass(slots=True)
class Best:
    """The best day's profit, in paise, at the square-off phases before ``since`` at which its node was active."""

    paise: int | None = None
    since: int = 0

    def see(self, paise: int) -> None:
        """Take in a profit."""
        self.paise = paise if self.paise is None else max(self.paise, paise)


class SquareOffs:
    """The start node's own end conditions and the square-off nodes."""

    def __init__(self, plan: Plan, market: MarketColumns, operands: Operands, graph: Graph, exits: Exits) -> None:
        self._session = market.session
        self._operands = operands
        self._graph = graph
        self._exits = exits
        start = plan.strategy.nodes[plan.strategy.start_id]
        own = start.end if isinstance(start, StartNode) else EndConditions()
        self._watched = [
            Watched(
                node_id,
                node_type,
                end,
                self._time_step(end),
                by_profit=bool(end.profit_targets or end.loss_limits or end.lock),
            )
            for node_id, node_type, end in (
                (plan.strategy.start_id, "startNode", own),
                *((node.id, "squareOffNode", node.end) for node in plan.square_offs),
            )
            if not end.never
        ]
        self._remembering: Collection[str] = frozenset()
        self._best = {watched.node_id: Best() for watched in self._watched if watched.end.lock is not None}

    def _time_step(self, end: EndConditions) -> int | None:
        times = []
        if end.exit_time_s is not None:
            times.append(end.exit_time_s - self._session.open_s)
        if end.before_close_s is not None:
            times.append(self._session.last_step - end.before_close_s)
        return min(times, default=None)

    def _armed(self) -> list[Watched]:
        states = self._graph.states
        return [each for each in self._watched if each.node_type == "startNode" or states[each.node_id] == "active"]

    def remember(self, step: int) -> None:
        """Take in the day's profit at the steps before this one: nothing has changed since the last one visited."""
        for node_id, best in self._best.items():
            if best.since < step:
                if node_id in self._remembering:
                    total = self._operands.total_profit_paise(best.since, step)
                    best.see(int(total.max()) if isinstance(total, np.ndarray) else int(total))
                best.since = step

    def _see(self, step: int) -> None:
        """Take in the profit of this step's square-off phase, and note which floors are watched from now on."""
        armed = {watched.node_id for watched in self._armed()}
        for node_id, best in self._best.items():
            if node_id in armed:
                total = self._operands.total_profit_paise(step, step + 1)
                best.see(int(total[0]) if isinstance(total, np.ndarray) else int(total))
            best.since = step + 1

    def due(self, step: int) -> SquareOff | None:
        """The first square-off that triggers at a step: at once, then by profit, then by time."""
        if self._best:
            self._see(step)
        fired = (self._fired(watched, step) for watched in self._armed())
        return next((found for found in fired if found is not None), None)

    def _fired(self, watched: Watched, step: int) -> SquareOff | None:
        if watched.end.immediate:
            return SquareOff(watched.node_id, watched.node_type, "square_off_immediate")
        if watched.by_profit and self._profit_next(watched, step, step + 1) is not None:
            reached = self._amount_reached(watched, step)
            return SquareOff(watched.node_id, watched.node_type, "square_off_performance", reached)
        at = watched.time_step
        if at is None or step < at:
            return None
        now, level = self._session.open_s + step, self._session.open_s + at
        reached = _trip(watched, "time", now, ">=", level, "the time of the square-off")
        return SquareOff(watched.node_id, watched.node_type, "square_off_time", reached)

    def _amount_reached(self, watched: Watched, step: int) -> Trip:
        """The amount at which the day's profit is: a target, a limit, or its floor, looked at in that order."""
        end = watched.end
        total = int(np.ravel(self._operands.total_profit_paise(step, step + 1))[0])
        if end.profit_targets and total >= min(end.profit_targets) * 100:
            return _trip(watched, "day", total / 100, ">=", float(min(end.profit_targets)), "the day's profit target")
        if end.loss_limits and total <= max(end.loss_limits) * 100:
            return _trip(watched, "day", total / 100, "<=", float(max(end.loss_limits)), "the day's loss limit")
        assert end.lock is not None  # noqa: S101 — nothing else looks at the profit
        best = self._best[watched.node_id].paise
        _, floor = _floor(end.lock, total if best is None else max(total, best))
        return _trip(watched, "day", total / 100, "<=", floor / (100 * _SCALE), lock_text(end.lock))

    def _profit_next(self, watched: Watched, start: int, stop: int) -> int | None:
        """The first step in [start, stop) at which the day's profit is at a target, a limit or its floor."""
        end = watched.end
        total = np.broadcast_to(self._operands.total_profit_paise(start, stop), (stop - start,))
        reached = np.zeros(stop - start, dtype=bool)
        if end.profit_targets:
            reached |= total >= -int(-min(end.profit_targets) * 100 // 1)
        if end.loss_limits:
            reached |= total <= int(max(end.loss_limits) * 100 // 1)
        if end.lock is not None:
            reached |= _at_floor(end.lock, total, self._best[watched.node_id].paise)
        found = int(reached.argmax()) if len(reached) else 0
        return start + found if len(reached) and reached[found] else None

    def next_due(self, step: int) -> int | None:
        """The next step after ``step`` at which one triggers, if nothing happens before."""
        armed = self._armed()
        if self._best:
            self._remembering = {watched.node_id for watched in armed}
        found = []
        for watched in armed:
            if watched.end.immediate:
                return step + 1
            by_profit = self._profit_next(watched, step + 1, self._session.steps) if watched.by_profit else None
            found += [at for at in (by_profit, watched.time_step) if at is not None and at <= self._session.last_step]
        return max(min(found), step + 1) if found else None

    def close_all(self, fired: SquareOff, step: int, trace: Trace) -> None:
        """Close everything and record the event."""
        event = trace.new_id(fired.node_id, step)
        self._exits.square_off(fired.reason, step, (fired.node_id, event))
        parent = self._graph.parent_event[fired.node_id]
        trace.record(event, parent, (fired.node_id, fired.node_type), step, note=fired.reason, trip=fired.trip)


def _at_floor(lock: LockAndTrail, total: NDArray[np.int64], best: int | None) -> NDArray[np.bool_]:
    """Whether the day's profit, in paise, is at or below its floor at each step; ``best``: its best before them."""
    most = np.maximum.accumulate(total if best is None else np.maximum(total, best))
    over, floor = _floor(lock, most)
    return (over >= 0) & (total * _SCALE <= floor)


def _floor(lock: LockAndTrail, most: Amount) -> tuple[Amount, Amount]:
    """How far a best profit, in paise, is over what locks it, and the floor it makes, in hundredths of a paisa."""
    over = most * _SCALE - int(lock.when * 100 * _SCALE)
    every, by = int(lock.every * 100 * _SCALE), int(lock.by * 100 * _SCALE)
    return over, int(lock.lock * 100 * _SCALE) + (over // every * by if every else over * 0)


def _trip(
    watched: Watched,
    what: Literal["day", "time"],
    seen: float,
    operator: Literal["<=", ">="],
    level: float,
    text: str,
) -> Trip:
    return Trip("", 0, "square_off", what, float(seen), operator, float(level), 0.0, text, watched.end.path)
