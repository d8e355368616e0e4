"""A signal over the day: which condition set applies, when it holds next, and the report of why it did not fire."""

from __future__ import annotations

import numpy as np

from strikebook.engine.conditions import Binding, BoundSet, Happened, Steps
from strikebook.engine.operands import DayState
from strikebook.engine.plan import SignalLinks
from strikebook.model.day_result import ConditionSetName, LeafCount, NearMiss, SetReport, SignalReport
from strikebook.strategy.node import SignalNode

NEAR_MISSES_KEPT = 200
_NO_STEPS: Steps = np.empty(0, np.intp)
_SET_ORDER: dict[ConditionSetName, int] = {"base": 0, "re_entry": 1}


class SetTally:
    """What a condition set's leaves did over the steps at which the signal was armed.

    ``missed``: for each leaf, stretch by stretch of armed steps, the first and the last steps of its near misses.
    """

    def __init__(self, leaves: int) -> None:
        self.armed_steps = 0
        self.true_steps = [0] * leaves
        self.last_true: list[int | None] = [None] * leaves
        self.missed: list[list[tuple[Steps, Steps]]] = [[] for _ in range(leaves)]

    def add(self, happened: Happened, stretches: list[tuple[int, int]]) -> None:
        """Count stretches of steps, ascending, first and last step included; ``happened`` covers just their span."""
        if len(stretches) == 1:
            self._add_all(happened, *stretches[0])
            return
        first, last = np.array(stretches, np.intp).T
        self.armed_steps += int((last - first).sum()) + len(stretches)
        for number, true in enumerate(happened.true):
            below, upto = true.searchsorted(first), true.searchsorted(last, "right")
            held = np.flatnonzero(upto > below)
            if len(held):
                self.true_steps[number] += int((upto - below).sum())
                self.last_true[number] = int(true[upto[held[-1]] - 1])
        for number, (starts, stops) in enumerate(happened.missed):
            below, upto = stops.searchsorted(first, "right"), starts.searchsorted(last, "right")
            for at in np.flatnonzero(upto > below).tolist():
                begun, ended = starts[below[at] : upto[at]].copy(), stops[below[at] : upto[at]] - 1
                begun[0] = max(begun[0], first[at])
                ended[-1] = min(ended[-1], last[at])
                self.missed[number].append((begun, ended))

    def _add_all(self, happened: Happened, first: int, last: int) -> None:
        self.armed_steps += last - first + 1
        for number, true in enumerate(happened.true):
            if len(true):
                self.true_steps[number] += len(true)
                self.last_true[number] = int(true[-1])
        for number, (starts, stops) in enumerate(happened.missed):
            if len(starts):
                self.missed[number].append((starts, stops - 1))

    def runs(self) -> list[tuple[Steps, Steps]]:
        """For each leaf the first and the last steps of its near misses, those that touch joined."""
        joined = []
        for stretches in self.missed:
            if not stretches:
                joined.append((_NO_STEPS, _NO_STEPS))
                continue
            begun = np.concatenate([first for first, _ in stretches])
            ended = np.concatenate([last for _, last in stretches])
            apart = np.flatnonzero(begun[1:] != ended[:-1] + 1)
            joined.append((begun[np.concatenate(([0], apart + 1))], ended[np.concatenate((apart, [-1]))]))
        return joined


class Signal:
    """A signal's condition sets at work. The machine owns its state; this knows its conditions and its tally."""

    def __init__(self, node: SignalNode, links: SignalLinks, sets: dict[ConditionSetName, BoundSet]) -> None:
        self.node = node
        self.links = links
        self.sets = sets
        self.fired_steps: list[int] = []
        self.limit: str | None = None
        self.limit_step: int | None = None
        self._tallies = {name: SetTally(len(bound.conditions.leaves)) for name, bound in sets.items()}
        self._bindings: dict[ConditionSetName, Binding] = {}
        self._uncounted: dict[ConditionSetName, list[tuple[int, int]]] = {name: [] for name in sets}
        self._armed: tuple[ConditionSetName, int] | None = None
        self._evaluated_step = -1

    def evaluate(self, name: ConditionSetName, step: int, state: DayState) -> bool:
        """Evaluate the set at this step under the state of this moment; the step counts as armed."""
        binding = self._bind(name, step, state, counted_to=step - 1)
        if self._armed is None:
            self._armed = (name, step)
        self._evaluated_step = step
        return bool(binding.root[step - binding.start])

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
                self._tallies[name].add(binding.happened(first, last), [(first, last)])

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
                happened = self._bindings[name].happened(stretches[0][0], stretches[-1][1])
                self._tallies[name].add(happened, stretches)
                stretches.clear()
        names = sorted(self._tallies, key=_SET_ORDER.__getitem__)
        runs = [
            (number, leaf, begun, ended)
            for number, name in enumerate(names)
            for leaf, (begun, ended) in enumerate(self._tallies[name].runs())
        ]
        first, last = (np.concatenate([run[side] for run in runs]) for side in (2, 3))
        of_set, leaf = (np.repeat([run[side] for run in runs], [len(run[2]) for run in runs]) for side in (0, 1))
        kept = np.lexsort((leaf, of_set, first))[:NEAR_MISSES_KEPT]
        return SignalReport(
            self.node.id,
            tuple(self.fired_steps),
            tuple(_set_report(name, tally) for name, tally in self._tallies.items()),
            tuple(
                map(
                    NearMiss,
                    first[kept].tolist(),
                    last[kept].tolist(),
                    [names[number] for number in of_set[kept].tolist()],
                    leaf[kept].tolist(),
                )
            ),
            len(first),
            self.limit,
            self.limit_step,
        )


def _set_report(name: ConditionSetName, tally: SetTally) -> SetReport:
    leaves = zip(tally.true_steps, tally.last_true, strict=True)
    return SetReport(
        name, tally.armed_steps, tuple(LeafCount(number, true, last) for number, (true, last) in enumerate(leaves))
    )
