"""A point's days as sums so far, so that what it is judged by over any of them takes no fold of them all.

Walk-forward asks every point for every window: of a large sweep that is a hundred million days of points. The values
are those of ``sweep_table.value_of``, to the last bit: sums of whole paise are exact, and the Sharpe ratio is the same
quotient of the same correctly rounded mean and deviation.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Context, Decimal
from itertools import accumulate, islice
from operator import sub
from typing import Final

from strikebook.money.figures import DAYS_A_YEAR, FEWEST_ROUND_TRIPS
from strikebook.service.sweep_request import Objective
from strikebook.storage.sweep_days import PointDay

_EXACT: Final = Context(prec=60)
_YEAR: Final = math.sqrt(DAYS_A_YEAR)


class PointCourse:
    """What one point came to, day by day in order."""

    def __init__(self, days: Sequence[PointDay]) -> None:
        self._net = [each.net_paise for each in days]
        self._sums = {
            "net": _so_far(self._net),
            "squares": _so_far([net * net for net in self._net]),
            "gross": _so_far([each.pnl_paise for each in days]),
            "closed": _so_far([each.closed for each in days]),
            "winning": _so_far([each.winning for each in days]),
            "failed": _so_far([bool(each.reason) for each in days]),
        }

    def value(self, first: int, stop: int, objective: Objective) -> float | None:
        """What it is judged by over the days [first, stop), as ``value_of`` has it."""

        def summed(name: str) -> int:
            sums = self._sums[name]
            return sums[stop] - sums[first]

        if summed("failed"):
            return None
        closed = summed("closed")
        match objective:
            case "net_pnl":
                return float(summed("net"))
            case "total_pnl":
                return float(summed("gross"))
            case "win_rate":
                return summed("winning") / closed if closed else None
            case "sharpe":
                ratio = _sharpe(stop - first, summed("net"), summed("squares"))
                return ratio if closed >= FEWEST_ROUND_TRIPS else None
            case _:
                deepest = _deepest(self._net[first:stop])
                if objective == "max_drawdown":
                    return deepest / 100
                many = closed >= FEWEST_ROUND_TRIPS and deepest < 0
                return summed("net") / -deepest if many else None


def _so_far(values: Sequence[int]) -> list[int]:
    return list(accumulate(values, initial=0))


def _sharpe(days: int, total: int, squares: int) -> float | None:
    """The mean over the sample's standard deviation, of a year; None where the days do not differ."""
    above = days * squares - total * total
    if days < 2 or above == 0:
        return None
    spread = float(_EXACT.sqrt(_EXACT.divide(Decimal(above), Decimal(days * (days - 1)))))
    return total / days / spread * _YEAR


def _deepest(nets: Sequence[int]) -> int:
    running = list(accumulate(nets))
    highest = islice(accumulate(running, max, initial=0), 1, None)
    return min(map(sub, running, highest), default=0)
