"""A signal over the day: which condition set applies, when it holds next, and the report of why it did not fire."""

from __future__ import annotations

import numpy as np

from strikebook.engine.conditions import Binding, BoundSet, Truth
from strikebook.engine.operands import DayState
from strikebook.engine.plan import SignalLinks
from strikebook.model.day_result import ConditionSetName, LeafCount, NearMisses, SetReport, SignalReport
from strikebook.strategy.node import SignalNode

NEAR_MISSES_KEPT = 200
Stretch = tuple[int, int]


class SetTally:
    """What a condition set's leaves did over the steps at which the signal was armed.

    ``missed``: a row for each leaf, true where it alone was missing: bool[leaves, steps + 2], each step one place on,
    so that no run of a row reaches its edges. None before the set was armed.
    """

    def __init__(self, leaves: int, steps: int) -> None:
        self._steps = steps
        self.armed_steps = 0
        self.true_steps = [0] * leaves
        self.last_true: list[int | None] = [None] * leaves
        self.missed: Truth | None = None

    def add(self, binding: Binding, stretches: list[Stretch]) -> None:
        """Count stretches of armed steps, first and last step included; ascending, and after all counted before."""
        first, last = stretches[0][0], stretches[-1][1]
        leaves, missed = binding.window(first, last)
        if len(stretches) > 1:
            armed = np.zeros(last + 1 - first, dtype=bool)
            for begin, end in stretches:
                armed[begin - first : end + 1 - first] = True
            leaves, missed = [leaf & armed for leaf in leaves], [misses & armed for misses in missed]
        self.armed_steps += sum(end + 1 - begin for begin, end in stretches)
        for number, leaf in enumerate(leaves):
            held = int(np.count_nonzero(leaf))
            if held:
                self.true_steps[number] += held
                self.last_true[number] = first + leaf.tobytes().rindex(1)
        if self.missed is None:
            self.missed = np.zeros((len(leaves), self._steps + 2), dtype=bool)
        for row, misses in zip(self.missed, missed, strict=True):
            row[first + 1 : last + 2] = misses


def _first_runs(tallies: list[SetTally]) -> tuple[NearMisses, int]:
    """The first near misses of a signal's sets by step, set and leaf, and how many there are in all."""
    armed = [(number, tally.missed) for number, tally in enumerate(tallies) if tally.missed is not None]
    if not armed:
        return NearMisses.none(), 0
    rows = np.concatenate([missed for _, missed in armed])
    place = np.array([(number, leaf) for number, missed in armed for leaf in range(len(missed))])
    width, fenced = rows.shape[1], rows.ravel()
    edges = np.flatnonzero(fenced[1:] != fenced[:-1])
    if not len(edges):
        return NearMisses.none(), 0
    row, begun = np.divmod(edges[::2], width)
    kept = np.argsort(begun, kind="stable")[:NEAR_MISSES_KEPT]
    of_set, leaf = place[row[kept]].T
    return NearMisses(begun[kept], edges[1::2][kept] % width - 1, of_set, leaf), len(begun)


class Signal:
    """A signal's condition sets at work. The machine owns its state; this knows its conditions and its tally."""

    def __init__(
        self, node: SignalNode, links: SignalLinks, sets: dict[ConditionSetName, BoundSet], steps: int
    ) -> None:
        self.node = node
        self.links = links
        self.sets = sets
        self.fired_steps: list[int] = []
        self.limit: str | None = None
        self.limit_step: int | None = None
        self._tallies = {name: SetTally(len(bound.conditions.leaves), steps) for name, bound in sets.items()}
        self._bindings: dict[ConditionSetName, Binding] = {}
        self._uncounted: dict[ConditionSetName, list[Stretch]] = {name: [] for name in sets}
        self._armed: tuple[ConditionSetName, int] | None = None
        self._evaluated_step = -1

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
        bound, binding = self.sets[name], self._bindings.get(name)
        still = not bound.dependencies
        if still and binding is not None and (self._armed is None or self._armed[0] == name):
            return binding
        version = 0 if still else state.version(bound.dependencies)
        fresh = binding is not None and binding.version == version
        if self._armed is not None and not (fresh and self._armed[0] == name):
            self._count(counted_to)
        if binding is None or not fresh:
            binding = self._bindings[name] = bound.bind(0 if still else step, version)
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
            binding = self._bindings[name]
            if binding.still:
                self._uncounted[name].append((first, last))
            else:
                self._tallies[name].add(binding, [(first, last)])

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
        for name, stretches in self._uncounted.items():
            if stretches:
                self._tallies[name].add(self._bindings[name], stretches)
                stretches.clear()
        near_misses, total = _first_runs(list(self._tallies.values()))
        return SignalReport(
            self.node.id,
            tuple(self.fired_steps),
            tuple(_set_report(name, tally) for name, tally in self._tallies.items()),
            near_misses,
            total,
            self.limit,
            self.limit_step,
        )


def _set_report(name: ConditionSetName, tally: SetTally) -> SetReport:
    leaves = zip(tally.true_steps, tally.last_true, strict=True)
    return SetReport(
        name, tally.armed_steps, tuple(LeafCount(number, true, last) for number, (true, last) in enumerate(leaves))
    )
