"""A signal over the day: which condition set applies, when it holds next, and the report of why it did not fire."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from strikebook.engine.conditions import Binding, BoundSet, Truth, group_truth, near_misses
from strikebook.engine.operands import DayState
from strikebook.engine.plan import SignalLinks
from strikebook.model.day_result import ConditionSetName, LeafCount, NearMisses, SetReport, SignalReport
from strikebook.strategy.expression import ConditionSet
from strikebook.strategy.node import SignalNode

NEAR_MISSES_KEPT = 200
Steps: TypeAlias = NDArray[np.int64]
Runs: TypeAlias = tuple[Steps, Steps, Steps, Steps]
"""Near misses as columns: first and last step, the place of the set, the leaf."""
_NO_STEP = b"\0"
_NONE: Steps = np.empty(0, np.int64)


class SetTally:
    """What a condition set's leaves did over the steps at which the signal was armed.

    ``_rows``: a row for each leaf, in pieces, a byte a step, those steps side by side. Where they do not go on from
    those before, a place that is no step comes first. ``_first``: the places at which the stretches begin; ``_ahead``:
    how far the steps of each are ahead of their places.
    """

    def __init__(self, conditions: ConditionSet) -> None:
        self._conditions = conditions
        self._rows: list[list[bytes]] = [[] for _ in conditions.leaves]
        self._places = 0
        self._first: list[int] = []
        self._ahead: list[int] = []

    def add(self, binding: Binding, first: int, last: int) -> None:
        """Count the armed steps from ``first`` to ``last``, all of which come after those counted before."""
        if not self._first or first != self._places + self._ahead[-1]:
            for row in self._rows:
                row.append(_NO_STEP)
            self._places += 1
            self._first.append(self._places)
            self._ahead.append(first - self._places)
        window = slice(first - binding.start, last + 1 - binding.start)
        for row, leaf in zip(self._rows, binding.leaves, strict=True):
            row.append(leaf[window].tobytes())
        self._places += last + 1 - first

    def told(self, name: ConditionSetName, number: int) -> tuple[SetReport, Runs]:
        """The report of the set, and its near misses by leaf."""
        if not self._first:
            counts = [LeafCount(leaf, 0, None) for leaf in range(len(self._conditions.leaves))]
            return SetReport(name, 0, tuple(counts)), (_NONE, _NONE, _NONE, _NONE)
        texts = [b"".join([*row, _NO_STEP]) for row in self._rows]
        leaves = [np.frombuffer(text, dtype=bool) for text in texts]
        lasts = [text.rfind(1) for text in texts]
        counts = [
            LeafCount(leaf, int(np.count_nonzero(row)), self._step(last))
            for leaf, (row, last) in enumerate(zip(leaves, lasts, strict=True))
        ]
        report = SetReport(name, self._places - len(self._first), tuple(counts))
        return report, self._near_misses(number, leaves)

    def _step(self, place: int) -> int | None:
        return None if place < 0 else place + self._ahead[bisect_right(self._first, place) - 1]

    def _near_misses(self, number: int, leaves: list[Truth]) -> Runs:
        """The stretches at which one leaf alone was missing. Rows stand end to end: no run reaches over a place that
        is no step, and each row begins and ends with one.
        """
        root = group_truth(self._conditions.root, iter(leaves))
        rows = np.array(near_misses(self._conditions.root, leaves, root))
        first, ahead = np.array((self._first, self._ahead))
        rows[:, first - 1] = False
        rows[:, -1] = False
        missed = rows.ravel()
        (edges,) = (missed[1:] != missed[:-1]).nonzero()
        begun = edges[::2] + 1
        leaf = begun // rows.shape[1]
        place = begun - leaf * rows.shape[1]
        from_step = place + ahead[first.searchsorted(place, "right") - 1]
        return from_step, from_step + (edges[1::2] - begun), np.full(len(leaf), number), leaf


def _first_runs(of_sets: Iterable[Runs]) -> tuple[NearMisses, int]:
    """The first near misses of a signal's sets by step, set and leaf, and how many there are in all."""
    columns = [np.concatenate(parts) for parts in zip(*of_sets, strict=True)]
    kept = np.argsort(columns[0], kind="stable")[:NEAR_MISSES_KEPT]
    return NearMisses(*[column[kept] for column in columns]), len(columns[0])


class Signal:
    """A signal's condition sets at work. The machine owns its state; this knows its conditions and its tally.

    ``opens``: it leads to legs that it would open. ``limited``: it allows each of several entries so many re-entries.
    ``single``: it has one condition set. Not ``told``: nothing is counted, there will be no report.
    """

    def __init__(
        self, node: SignalNode, links: SignalLinks, sets: dict[ConditionSetName, BoundSet], *, told: bool = True
    ) -> None:
        self.node = node
        self.links = links
        self.sets = sets
        self.opens = node.kind != "exit" and bool(links.legs)
        self.limited = len(links.entries) > 1 and node.max_re_entries is not None
        self.single = node.re_entry_conditions is None
        self.fired_steps: list[int] = []
        self.limit: str | None = None
        self.limit_step: int | None = None
        self._told = told
        self._tallies = {name: SetTally(bound.conditions) for name, bound in sets.items()}
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
        if self._told and first <= last:
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
        reports, runs = zip(
            *[tally.told(name, number) for number, (name, tally) in enumerate(self._tallies.items())], strict=True
        )
        misses, total = _first_runs(runs)
        return SignalReport(
            self.node.id,
            tuple(self.fired_steps),
            reports,
            misses,
            total,
            self.limit,
            self.limit_step,
        )
