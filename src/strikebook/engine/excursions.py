"""How far profits went: the best and the worst of each position while it was open, and of the day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from strikebook.engine.book import OpenLife
from strikebook.model.day_result import DayMarks, Excursion

Paise: TypeAlias = NDArray[np.int64]


class Stretch(NamedTuple):
    """Steps [first, stop) at which a position has the same open units and rows of ``realised_paise``."""

    first: int
    stop: int
    units: int
    realised_paise: int


def stretches_of(life: OpenLife, last_step: int) -> Iterator[Stretch]:
    """A position from its fill to its close (that step has no units) or to the last step."""
    first, lots, realised = life.entry.step, life.lots, 0
    for row in life.rows:
        if row.exit.step > first:
            yield Stretch(first, row.exit.step, lots * life.lot_size, realised)
            first = row.exit.step
        lots -= row.lots
        realised += row.pnl_paise
    yield Stretch(first, (first if life.closed else last_step) + 1, lots * life.lot_size, realised)


def excursions_of(lives: Sequence[OpenLife], last_step: int) -> tuple[list[Excursion], DayMarks]:
    """The most and the least of each position's profit, and the marks of the day's.

    The day's profit is added up from its changes: what each price moved, what each closing left standing.
    """
    change = np.zeros(last_step + 1, np.int64)
    found = []
    for life in lives:
        most, least, before = [], [], 0
        for stretch in stretches_of(life, last_step):
            units, first = life.sign * stretch.units, stretch.first
            still = stretch.realised_paise - units * life.entry.price_paise
            if not units:
                change[first] += still - before
                most.append(still)
                least.append(still)
                continue
            steps, prices = life.tape.moves(first, stretch.stop)
            ends = (units * int(prices.max()) + still, units * int(prices.min()) + still)
            most.append(max(ends))
            least.append(min(ends))
            change[first] += units * int(prices[0]) + still - before
            np.add.at(change, steps[1:], (prices[1:] - prices[:-1]) * units)  # a third of the time of ``+=``
            before = units * int(prices[-1]) + still
        found.append(Excursion(max(most), min(least)))
    return found, _marks(np.cumsum(change), _open_steps(lives, last_step))


def _open_steps(lives: Sequence[OpenLife], last_step: int) -> int:
    """At how many steps anything was open; the lives are in order of opening."""
    steps = until = 0
    for life in lives:
        stop = life.rows[-1].exit.step if life.closed else last_step + 1
        steps += max(stop - max(life.entry.step, until), 0)
        until = max(stop, until)
    return steps


def _marks(total: Paise, open_steps: int) -> DayMarks:
    """The marks of a day's profit, the 0 before its first fill included."""
    highest = np.maximum(np.maximum.accumulate(total), 0)
    low, fall = min(int(total.min()), 0), int((highest - total).max())
    return DayMarks(int(highest[-1]), low, fall, open_steps, len(total) - 1)
