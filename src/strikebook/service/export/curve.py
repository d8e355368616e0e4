"""The running profit as a drawing: where its lines and its labels are, for the report's inline SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from strikebook.money.amounts import short_rupees_text

WIDTH: Final = 960
HEIGHT: Final = 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 36, 12, 28
_MOST_MARKS: Final = 8
_MOST_TICKS: Final = 6


@dataclass(frozen=True, slots=True)
class Point:
    """A moment: its label, and the running profit then, gross and net, in paise."""

    label: str
    gross: int
    net: int


@dataclass(frozen=True, slots=True)
class Curve:
    """Lines as SVG has them, the height of nothing, ticks (y, amount) and marks (x, label)."""

    gross: str
    net: str
    zero: float
    ticks: tuple[tuple[float, str], ...]
    marks: tuple[tuple[float, str], ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = _LEFT
    right: int = WIDTH - _RIGHT


def curve_of(points: Sequence[Point]) -> Curve | None:
    """The drawing of some moments in order, beginning at nothing; None of fewer than two."""
    if len(points) < 2:
        return None
    amounts = [0, *(each.gross for each in points), *(each.net for each in points)]
    step = _step(max(amounts) - min(amounts))
    low, high = min(amounts) // step * step, -(-max(amounts) // step) * step
    high += step if high == low else 0  # nothing was won or lost
    across = (WIDTH - _LEFT - _RIGHT) / len(points)

    def x(at: int) -> float:
        return round(_LEFT + at * across, 1)

    def y(paise: int) -> float:
        return round(_TOP + (high - paise) / (high - low) * (HEIGHT - _TOP - _BOTTOM), 1)

    def line(values: Sequence[int]) -> str:
        return " ".join(f"{x(at)},{y(value)}" for at, value in enumerate((0, *values)))

    every = -(-len(points) // _MOST_MARKS)
    return Curve(
        line([each.gross for each in points]),
        line([each.net for each in points]),
        y(0),
        tuple((y(paise), short_rupees_text(paise / 100)) for paise in range(low, high + 1, step)),
        tuple((x(at + 1), points[at].label) for at in range(0, len(points), every)),
    )


def _step(spread: int) -> int:
    """A round number of rupees, in paise, of which a few make the spread."""
    step = 100
    while True:
        for times in (1, 2, 5):
            if spread <= step * times * _MOST_TICKS:
                return step * times
        step *= 10
