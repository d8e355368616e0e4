"""A signal over the day: which condition set applies, when it holds next, and the report of why it did not fire."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from strikebook.engine.conditions import Binding, BoundSet, Truth, group_truth, near_misses
from strikebook.engine.operands import DayState
from strikebook.engine.plan import SignalLinks
from strikebook.model.day_result import ConditionSetName, LeafCount, NearMisses, SetReport, SignalReport
from strikebook.strategy.expression import Group
from strikebook.strategy.node import SignalNode

NEAR_MISSES_KEPT = 200


class SetTally:
    """What a condition set's leaves did over the steps at which the signal was armed.

    ``_armed``: where it was; ``_leaves``: a row for each leaf, true where it was armed and the leaf true. Each step
    lies one place on, so that no run of a row reaches its edges: bool[steps + 2]. None before the set was armed.
    """

    def __init__(self, group: Group, leaves: int, steps: int) -> None:
        self._group = group
        self._shape = (leaves, steps + 2)
        self._armed: Truth | None = None
        self._leaves: Truth | None = None
        self._armed_steps = 0

    def add(self, binding: Binding, first: int, last: int) -> None:
        """Count the armed steps from ``first`` to ``last``, none of which was counted before."""
        if self._armed is None or self._leaves is None:
            self._armed = np.zeros(self._shape[1], dtype=bool)
            self._leaves = np.zeros(self._shape, dtype=bool)
        self._armed_steps += last + 1 - first
        self._armed[first + 1 : last + 2] = True
        window = slice(first - binding.start, last + 1 - binding.start)
        for row, leaf in zip(self._leaves, binding.leaves, strict=True):
            row[first + 1 : last + 2] = leaf[window]

    def missed(self) -> Truth | None:
        """A row for each leaf, true where it alone was missing, placed as ``_leaves``; None if never armed."""
        if self._armed is None or self._leaves is None:
            return None
        leaves = list(self._leaves)
        root = group_truth(self._group, iter(leaves))
        return np.array(near_misses(self._group, leaves, root)) & self._armed

    def report(self, name: ConditionSetName) -> SetReport:
        """For how many steps each leaf was true, and when it last was."""
        rows = [] if self._leaves is None else list(self._leaves)
        counts = [_count_of(number, row) for number, row in enumerate(rows)]
        never = [LeafCount(number, 0, None) for number in range(len(rows), self._shape[0])]
        return SetReport(name, self._armed_steps, (*counts, *never))


def _count_of(number: int, row: Truth) -> LeafCount:
    last = row.tobytes().rfind(1)
    return LeafCount(number, int(np.count_nonzero(row)), None if last < 0 else last - 1)


def _first_runs(tallies: Iterable[SetTally]) -> tuple[NearMisses, int]:
    """The first near misses of a signal's sets by step, set and leaf, and how many there are in all."""
    begun, ended, place = [], [], []
    for number, tally in enumerate(tallies):
        missed = tally.missed()
        for leaf, row in enumerate(() if missed is None else missed):
            edges = np.flatnonzero(row[1:] != row[:-1])
            if len(edges):
                begun.append(edges[::2])
                ended.append(edges[1::2] - 1)
                place.append((number, leaf))
    if not begun:
        return NearMisses.none(), 0
    of_set, of_leaf = np.repeat(np.array(place), [len(runs) for runs in begun], axis=0).T
    first = np.concatenate(begun)
    kept = np.argsort(first, kind="stable")[:NEAR_MISSES_KEPT]
    return NearMisses(first[kept], np.concatenate(ended)[kept], of_set[kept], of_leaf[kept]), len(first)


class Signal:
    """A signal's condition sets at work. The machine owns its state; this knows its conditions and its tally.

    ``opens``: it leads to legs that it would open. ``limited``: it allows each of several entries so many re-entries.
    """

    def __init__(
        self, node: SignalNode, links: SignalLinks, sets: dict[ConditionSetName, BoundSet], steps: int
    ) -> None:
        self.node = node
        self.links = links
        self.sets = sets
        self.opens = node.kind != "exit" and bool(links.legs)
        self.limited = len(links.entries) > 1 and node.max_re_entries is not None
        self.fired_steps: list[int] = []
        self.limit: str | None = None
        self.limit_step: int | None = None
        self._tallies = {
            name: SetTally(bound.conditions.root, len(bound.conditions.leaves), steps) for name, bound in sets.items()
        }
        self._bindings: dict[ConditionSetName, Binding] = {}
        self._armed: tuple[ConditionSetName, int] | None = None
        self._evaluated_step = -1
        self._bound_at: tuple[ConditionSetName, int] | None = None

    def evaluate(self, name: ConditionSetName, step: int, state: DayState) -> bool:
        """Evaluate the set at this step under the state of this moment; the step counts as armed."""
        binding = self._bind(name, step, state, counted_to=step - 1)
        if self._armed is None:
            self._armed = (name, step)
        self._evaluated_step = step
        return binding.holds_at(step)

    def go_on(self, name: ConditionSetName, step: int, state: DayState) -> None:
        """Stay armed after this step's end, under the state as it is then."""
        self._bind(name, step + 1, state, counted_to=step if self._evaluated_step == step else step - 1)
        if self._armed is None:
            self._armed = (name, step + 1)

    def _bind(self, name: ConditionSetName, step: int, state: DayState, counted_to: int) -> Binding:
        moment = (name, state.changes)
        if self._armed is not None and moment == self._bound_at:
            return self._bindings[name]
        bound, binding = self.sets[name], self._bindings.get(name)
        version = state.version(bound.dependencies)
        fresh = binding is not None and binding.version == version
        if self._armed is not None and not (fresh and self._armed[0] == name):
            self._count(counted_to)
        if binding is None or not fresh:
            binding = self._bindings[name] = bound.bind(step if bound.dependencies else 0, version)
        self._bound_at = moment
        return binding

    def rest(self, step: int) -> None:
        """Stop being armed in this step; it counts only if the signal was evaluated in it."""
        if self._armed is not None:
            self._count(step if self._evaluated_step == step else step - 1)

    def _count(self, last: int) -> None:
        assert self._armed is not None  # noqa: S101 — callers look
        name, first = self._armed
        self._armed = None
        if first <= last:
            self._tallies[name].add(self._bindings[name], first, last)

    def next_true(self, step: int) -> int | None:
        """The first step after ``step`` at which the armed set holds, if nothing happens before."""
        if self._armed is None:
            return None
        binding = self._bindings[self._armed[0]]
        return binding.next_true(step + 1) if step + 1 >= binding.start else None

    def binding(self, name: ConditionSetName) -> Binding:
        """The set as it was last evaluated."""
        return self._bindings[name]

    def report(self) -> SignalReport:
        """Return the signal's report for the day."""
        misses, total = _first_runs(self._tallies.values())
        return SignalReport(
            self.node.id,
            tuple(self.fired_steps),
            tuple([tally.report(name) for name, tally in self._tallies.items()]),
            misses,
            total,
            self.limit,
            self.limit_step,
        )
