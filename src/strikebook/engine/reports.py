"""Why each signal of a day did not fire: its sets' counts, and the first of its near misses.

What is the same work for every set is done once a day for all of them.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from strikebook.engine.signals import Signal
from strikebook.engine.tally import runs_of
from strikebook.model.day_result import NearMisses, SignalReport

NEAR_MISSES_KEPT = 200


def reports_of(signals: Collection[Signal]) -> tuple[SignalReport, ...]:
    """The reports of a day's signals, in their order; near misses in order of first step, set and leaf."""
    sets = [
        (number, place, name, tally)
        for number, signal in enumerate(signals)
        for place, (name, tally) in enumerate(signal.tallies.items())
    ]
    told = [tally.told(name) for _, _, name, tally in sets]
    of_set, leaf, from_step, to_step = runs_of([tally for *_, tally in sets], [missed for _, missed in told])
    signal_of_set, place_of_set = np.array([each[:2] for each in sets], np.int64).reshape(-1, 2).T
    of_signal = signal_of_set[of_set]
    order = np.lexsort((from_step, of_signal))
    columns = [column[order] for column in (from_step, to_step, place_of_set[of_set], leaf)]
    ends = of_signal.searchsorted(np.arange(len(signals)), "right").tolist()
    reports, first, set_reports = [], 0, iter(told)
    for signal, end in zip(signals, ends, strict=True):
        kept = slice(first, min(end, first + NEAR_MISSES_KEPT))
        reports.append(
            SignalReport(
                signal.node.id,
                tuple(signal.fired_steps),
                tuple([next(set_reports)[0] for _ in signal.tallies]),
                NearMisses(*[column[kept] for column in columns]),
                end - first,
                signal.limit,
                signal.limit_step,
            )
        )
        first = end
    return tuple(reports)
