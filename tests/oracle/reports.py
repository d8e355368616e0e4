"""Why a signal did not fire: armed steps, leaves that were true, near misses."""

from __future__ import annotations

from typing import Any

from tests.oracle.values import holds

KEPT_NEAR_MISSES = 200
SET_ORDER = ("base", "re_entry")


class SignalReport:
    """What one signal did all day."""

    def __init__(self, condition_sets: dict[str, tuple]) -> None:
        self.condition_sets = condition_sets
        self.fired_steps: list[int] = []
        self.limit: str | None = None
        self.limit_step: int | None = None
        self._armed = dict.fromkeys(condition_sets, 0)
        self._leaves = {name: [[0, None] for _ in leaves] for name, (_, leaves) in condition_sets.items()}
        self._runs: list[list] = []
        self._open: dict[tuple[str, int], list] = {}

    def armed(self, step: int, name: str, results: list[bool]) -> bool:
        """Count a step at which the signal was evaluated; returns whether its condition holds."""
        tree = self.condition_sets[name][0]
        self._armed[name] += 1
        for number, result in enumerate(results):
            if result:
                self._leaves[name][number][0] += 1
                self._leaves[name][number][1] = step
        fires = holds(tree, results)
        if not fires:
            for number, result in enumerate(results):
                had_it_held = [*results[:number], True, *results[number + 1 :]]
                if not result and holds(tree, had_it_held):
                    self._missed(step, name, number)
        return fires

    def at_limit(self, limit: str, step: int) -> None:
        """The signal is done for the day; the first limit that was met is told."""
        if self.limit is None:
            self.limit, self.limit_step = limit, step

    def as_document(self) -> dict[str, Any]:
        """The report in plain values; a near miss is (from, to, set, leaf)."""
        runs = sorted(self._runs, key=lambda run: (run[0], SET_ORDER.index(run[2]), run[3]))
        return {
            "fired_steps": self.fired_steps,
            "sets": {
                name: {"armed_steps": self._armed[name], "leaves": [tuple(pair) for pair in self._leaves[name]]}
                for name in self.condition_sets
            },
            "near_misses": [tuple(run) for run in runs[:KEPT_NEAR_MISSES]],
            "near_misses_total": len(runs),
            "limit": self.limit,
            "limit_step": self.limit_step,
        }

    def _missed(self, step: int, name: str, number: int) -> None:
        run = self._open.get((name, number))
        if run is not None and run[1] == step - 1:
            run[1] = step
            return
        run = [step, step, name, number]
        self._open[name, number] = run
        self._runs.append(run)
