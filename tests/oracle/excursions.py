"""How far profits went (R24): looked at once at the end of every step."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.oracle.day import Day


def note(day: Day) -> None:
    """Take in the profits at the end of a step: of the lives that were open in it, and of the day."""
    total = 0
    for life in day.book.lives:
        profit = day.book.realized(life) + day.book.unrealized(life)
        total += profit
        if life.closed and life.rows[-1]["exit_step"] < day.step:
            continue
        most, least = day.excursions.get(id(life), (profit, profit))
        day.excursions[id(life)] = (max(most, profit), min(least, profit))
    day.highest, day.lowest = max(day.highest, total), min(day.lowest, total)
    day.drawdown = max(day.drawdown, day.highest - total)
