"""What a condition set's leaves did while its signal was armed, and the stretches at which one alone was missing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from strikebook.engine.conditions import Binding, Truth, group_truth, near_misses
from strikebook.model.day_result import ConditionSetName, LeafCount, SetReport
from strikebook.strategy.expression import ConditionSet

Steps: TypeAlias = NDArray[np.int64]
Runs: TypeAlias = tuple[Steps, Steps, Steps, Steps]
"""Near misses as columns: the number of the set, the leaf, the first and the last step."""
_NO_STEP = b"\0"
_NOTHING: Truth = np.empty(0, dtype=bool)


class SetTally:
    """What a condition set's leaves did over the steps at which the signal was armed.

    ``_rows``: a row for each leaf, in pieces, a byte a step, those steps side by side. Where they do not go on from
    those before, a place that is no step comes first. ``first``: the places at which the stretches begin; ``ahead``:
    how far the steps of each are ahead of their places.
    """

    def __init__(self, conditions: ConditionSet) -> None:
        self._conditions = conditions
        self._rows: list[list[bytes]] = [[] for _ in conditions.leaves]
        self._places = 0
        self.first: list[int] = []
        self.ahead: list[int] = []

    def add(self, binding: Binding, first: int, last: int) -> None:
        """Count the armed steps from ``first`` to ``last``, all of which come after those counted before."""
        if not self.first or first != self._places + self.ahead[-1]:
            for row in self._rows:
                row.append(_NO_STEP)
            self._places += 1
            self.first.append(self._places)
            self.ahead.append(first - self._places)
        window = slice(first - binding.start, last + 1 - binding.start)
        for row, leaf in zip(self._rows, binding.leaves, strict=True):
            row.append(leaf[window].tobytes())
        self._places += last + 1 - first

    def told(self, name: ConditionSetName) -> tuple[SetReport, Truth]:
        """The report of the set, and by leaf the places at which it alone was missing, a row a leaf; without an armed
        step there are none. A row begins and ends with a place that is no step.
        """
        if not self.first:
            counts = [LeafCount(leaf, 0, None) for leaf in range(len(self._conditions.leaves))]
            return SetReport(name, 0, tuple(counts)), _NOTHING
        texts = [b"".join([*row, _NO_STEP]) for row in self._rows]
        leaves = [np.frombuffer(text, dtype=bool) for text in texts]
        lasts = [text.rfind(1) for text in texts]
        counts = [
            LeafCount(leaf, int(np.count_nonzero(row)), self._step(last))
            for leaf, (row, last) in enumerate(zip(leaves, lasts, strict=True))
        ]
        root = group_truth(self._conditions.root, iter(leaves))
        rows = np.array(near_misses(self._conditions.root, leaves, root))
        for place in self.first:
            rows[:, place - 1] = False
        rows[:, -1] = False
        return SetReport(name, self._places - len(self.first), tuple(counts)), rows

    def _step(self, place: int) -> int | None:
        return None if place < 0 else place + self.ahead[bisect_right(self.first, place) - 1]


def runs_of(tallies: Sequence[SetTally], missed: Sequence[Truth]) -> Runs:
    """The stretches of what the sets of a day were told to have missed, in order of set, leaf and step.

    All rows of all sets stand end to end: no run reaches over a place that is no step.
    """
    sets = enumerate(zip(tallies, missed, strict=True))
    there = [(number, tally, rows) for number, (tally, rows) in sets if rows.size]
    if not there:
        nothing: Steps = np.empty(0, np.int64)
        return nothing, nothing, nothing, nothing
    every = np.concatenate([rows.ravel() for _, _, rows in there])
    heads, firsts, aheads = [], [], []
    begin = before = 0
    for number, tally, rows in there:
        leaves, width = rows.shape
        heads += [(begin + leaf * width, number, leaf, before) for leaf in range(leaves)]
        firsts += [before + place for place in tally.first]
        aheads += [ahead - before for ahead in tally.ahead]
        begin, before = begin + rows.size, before + width
    (edges,) = (every[1:] != every[:-1]).nonzero()
    begun, last = edges[::2] + 1, edges[1::2]
    row_begin, of_set, leaf_of_row, set_begin = np.array(heads).T
    row = row_begin.searchsorted(begun, "right") - 1
    place = begun - row_begin[row] + set_begin[row]
    from_step = place + np.array(aheads)[np.array(firsts).searchsorted(place, "right") - 1]
    return of_set[row], leaf_of_row[row], from_step, from_step + (last - begun)
