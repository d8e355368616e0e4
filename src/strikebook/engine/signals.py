"""A signal over the day: which condition set applies, and when it holds next."""

from __future__ import annotations

from strikebook.engine.conditions import Binding, BoundSet
from strikebook.engine.operands import DayState
from strikebook.engine.plan import SignalLinks
from strikebook.engine.tally import SetTally
from strikebook.model.day_result import ConditionSetName
from strikebook.strategy.node import SignalNode


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
        self.tallies = {name: SetTally(bound.conditions) for name, bound in sets.items()}
        self._bindings: dict[ConditionSetName, Binding] = {}
        self._armed: tuple[ConditionSetName, int] | None = None
        self._evaluated_step = -1
        self._bound_at: tuple[ConditionSetName, int] = ("base", -1)
        self._quiet_until = 0

    def quiet(self, step: int, state: DayState) -> bool:
        """Whether nothing has changed since its next step was asked for, and that has not come: it does not hold. The
        step counts as armed then.
        """
        if step >= self._quiet_until or self._bound_at[1] != state.changes:
            return False
        self._evaluated_step = step
        return True

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
        self._quiet_until = 0
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
        self._quiet_until = 0
        if self._armed is not None:
            self._count(step if self._evaluated_step == step else step - 1)

    def _count(self, last: int) -> None:
        assert self._armed is not None  # noqa: S101 — callers look
        name, first = self._armed
        self._armed = None
        if self._told and first <= last:
            self.tallies[name].add(self._bindings[name], first, last)

    def next_true(self, step: int) -> int | None:
        """The first step after ``step`` at which the armed set holds, if nothing happens before."""
        if self._armed is None:
            return None
        binding = self._bindings[self._armed[0]]
        if step + 1 < binding.start:
            return None
        found = binding.next_true(step + 1)
        self._quiet_until = binding.start + len(binding.held) if found is None else found
        return found

    def binding(self, name: ConditionSetName) -> Binding:
        """The set as it was last evaluated."""
        return self._bindings[name]
