"""The deepest fall of the running gross profit on every second's mark, from what is stored of each day.

Of a day four numbers are known: the highest mark, the lowest, the largest fall between two of its marks, and the last
one. The marks run on over the days: a day's opening mark is the close before it, the first day's is 0. So the fall
itself and the days on which it began and was lowest follow exactly. The height from which a fall within one day began
is known where the day's lowest and its largest fall together come to its highest, else only to be in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from strikebook.money.statistics import TradingDay


@dataclass(frozen=True, slots=True)
class Fall:
    """A fall in paise by places of days: from which day's highest, to the lowest of which; and from how high.

    ``least_peak_paise`` and ``most_peak_paise``: the running profit from which it fell is one of them, or in between.
    """

    paise: int
    began: int
    lowest: int
    least_peak_paise: int
    most_peak_paise: int

    @property
    def peak_is_known(self) -> bool:
        """Whether it is known from how high it fell."""
        return self.least_peak_paise == self.most_peak_paise

    def of(self, capital_paise: int) -> float:
        """Percent of capital and peak together, of the lowest peak that it can have had: never less than it was."""
        return 100 * self.paise / (capital_paise + self.least_peak_paise)


def falls_of(days: Sequence[TradingDay]) -> list[Fall]:
    """The deepest fall that ends on each day, in order.

    It is from the highest mark of the days before to the day's lowest; or the day's own largest fall where that is
    larger: then the running profit was above all earlier days' when it began.
    """
    found = []
    running = highest = reached = 0
    for at, each in enumerate(days):
        if running == highest:
            reached = at  # its opening mark is as high
        lowest, above = running + each.course.lowest_paise, running + each.course.highest_paise
        if each.course.drawdown_paise > highest - lowest:
            paise = each.course.drawdown_paise
            found.append(Fall(paise, at, at, lowest + paise, above))
        else:
            found.append(Fall(highest - lowest, reached, at, highest, highest))
        if above >= highest:
            highest, reached = above, at
        running += each.gross_paise
    return found


def first_above(days: Sequence[TradingDay], first: int, peak_paise: int) -> int | None:
    """The first day from a place on that has a mark above a height; None where there is none."""
    running = 0
    for at, each in enumerate(days):
        if at >= first and running + each.course.highest_paise > peak_paise:
            return at
        running += each.gross_paise
    return None
