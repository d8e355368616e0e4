"""The drawdown on every second's mark, against the whole path of marks that the days' numbers were taken from."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pytest

from strikebook.money.statistics import DayCourse, Statistics, TradingDay, statistics_of

FIRST = date(2024, 1, 1)
CAPITAL = 100_000_00
PARTS = ("from", "lowest", "recovered", "days")


def day_of(at: int, marks: list[int]) -> TradingDay:
    """A day with these marks in paise after its opening one, and what is stored of it."""
    steps = np.array([0, *marks])
    fall = int((np.maximum.accumulate(steps) - steps).max())
    course = DayCourse(int(steps.max()), int(steps.min()), fall, 30, 50)
    return TradingDay(FIRST + timedelta(at), int(steps[-1]), 0, traded=bool(marks), course=course)


def told_of(days: list[list[int]], capital: int | None = CAPITAL) -> Statistics:
    """The statistics of days with these marks."""
    return statistics_of([day_of(at, marks) for at, marks in enumerate(days)], [], capital)


def parts_of(found: Statistics) -> tuple[object, ...]:
    """From which day of January to which lowest, ended on which, how many days."""
    values = [found.figures[f"intraday_drawdown_{part}"] for part in PARTS]
    return tuple(value.day if isinstance(value, date) else value for value in values)


class Whole(NamedTuple):
    """What the whole path of marks says, second after second; ``began`` and so on are places of days."""

    fall: int
    percent: float
    began: int
    lowest: int
    ended: int | None


def whole_of(days: list[list[int]]) -> Whole:
    """Look at every mark in turn, by the words of docs/statistics.md, without any of the days' numbers."""
    path: list[tuple[int, int]] = []
    base = 0
    for at, marks in enumerate(days):
        path += [(at, base + mark) for mark in (0, *marks)]
        base += marks[-1] if marks else 0
    peak, fall, percent, place, its_peak = 0, 0, 0.0, 0, 0
    for here, (_, value) in enumerate(path):
        peak = max(peak, value)
        percent = max(percent, 100 * (peak - value) / (CAPITAL + peak))
        if peak - value > fall:
            fall, place, its_peak = peak - value, here, peak
    lowest = path[place][0]
    opened = next(value for at, value in path if at == lowest)
    before = [at for at, value in path if at < lowest and value == its_peak]
    began = before[-1] if before and opened != its_peak else lowest
    ended = next((at for at, value in path[place:] if value > its_peak), None)
    return Whole(fall, percent, began, lowest, ended)


def random_days(seed: int) -> list[list[int]]:
    """Days of chance: many small steps or few equal ones, some without a trade, some with one mark."""
    chance = random.Random(seed)
    coarse = seed % 2 == 1
    days = []
    for _ in range(chance.choice([1, 2, 5, 40])):
        count = chance.choice([0, 1, 4, 30])
        size = 1_000_00 if coarse else 200_00
        steps = [chance.choice([-size, 0, size]) if coarse else round(chance.gauss(0, size)) for _ in range(count)]
        days.append([int(mark) for mark in np.cumsum(steps)])
    return days


def test_all_of_it_is_what_the_whole_path_says() -> None:
    """Over two thousand runs of chance: exact where it is told; what is not told could have been either of two days."""
    known = unknown = exact = above = 0
    for seed in range(2_000):
        days = random_days(seed)
        found, whole = told_of(days), whole_of(days)
        figures = found.figures
        assert figures["intraday_drawdown"] == -whole.fall / 100, seed
        percent = figures["intraday_drawdown_percent"]
        assert isinstance(percent, float)
        assert -percent >= whole.percent - 1e-9, seed
        exact += abs(percent + whole.percent) < 1e-9
        above += abs(percent + whole.percent) >= 1e-9
        if not whole.fall:
            assert {found.reasons[f"intraday_drawdown_{part}"] for part in PARTS} == {"there is no drawdown"}
            continue
        assert figures["intraday_drawdown_from"] == FIRST + timedelta(whole.began), seed
        assert figures["intraday_drawdown_lowest"] == FIRST + timedelta(whole.lowest), seed
        recovered, length = (figures[f"intraday_drawdown_{part}"] for part in ("recovered", "days"))
        reason = found.reasons.get("intraday_drawdown_recovered", "")
        if length is None:
            unknown += 1
            assert whole.began == whole.lowest
            assert reason == found.reasons["intraday_drawdown_days"]
            lowest = FIRST + timedelta(whole.lowest)
            start = f"the marks of {lowest} do not tell whether it ended on that day or "
            later = "has not ended" if whole.ended is None else f"ended on {FIRST + timedelta(whole.ended)}"
            assert reason.startswith(start) if whole.ended == whole.lowest else reason == start + later, seed
        else:
            known += 1
            assert recovered == (None if whole.ended is None else FIRST + timedelta(whole.ended)), seed
            assert (reason == "it has not ended") == (whole.ended is None)
            last = len(days) - 1 if whole.ended is None else whole.ended
            assert length == last - whole.began + 1, seed
    assert min(known, unknown, exact, above) > 100, (known, unknown, exact, above)


@pytest.mark.parametrize(
    ("days", "parts"),
    [
        # From the first day's highest, 500, to the lowest of the third, −200; above it again on the fourth.
        ([[500_00, 400_00], [], [-600_00, -100_00], [300_00]], (1, 3, 4, 4)),
        # It opened on the second day where the first had closed, at its highest; the same height is no end.
        ([[500_00], [-300_00, 0], [100_00]], (2, 2, 3, 2)),
        ([[500_00], [-300_00, 0]], (2, 2, None, 1)),
        # Below 0 from the first mark on: the highest is the 0 of the first day's opening.
        ([[-100_00], [-200_00], [50_00]], (1, 2, None, 3)),
        ([[-100_00], [-200_00, 150_00]], (1, 2, 2, 2)),
        # Within a day, from its highest to its lowest: known from how high.
        ([[100_00], [200_00, -700_00, 50_00], [50_00], [101_00]], (2, 2, 4, 3)),
        # Within a day that rose further after it, or did not: its numbers are the same, and it is not told.
        ([[0, 300_00, -100_00, 350_00], [60_00]], (1, 1, None, None)),
        ([[-100_00, 350_00, -50_00, 350_00], [60_00]], (1, 1, None, None)),
    ],
)  # fmt: skip
def test_small_runs_worked_out_by_hand(days: list[list[int]], parts: tuple[object, ...]) -> None:
    """When it began, was lowest and ended, and its length, as dates of January 2024 and days."""
    assert parts_of(told_of(days)) == parts


def test_percent_is_of_capital_and_the_highest() -> None:
    """A fall of 700 from 300 above a capital of 100,000; the deepest in percent is another than that in rupees."""
    found = told_of([[300_00], [-700_00]]).figures
    assert found["intraday_drawdown_percent"] == pytest.approx(-100 * 700 / 100_300)
    found = told_of([[-90_000_00, 900_000_00], [-95_000_00]]).figures
    assert found["intraday_drawdown"] == -95_000.0
    assert found["intraday_drawdown_percent"] == pytest.approx(-90.0)


def test_without_a_capital_there_is_no_percent() -> None:
    """Nor without a day; and days of nothing have a drawdown of 0, in rupees and in percent, that never began."""
    assert told_of([[100_00, -100_00]], None).reasons["intraday_drawdown_percent"] == "no capital is stated"
    assert told_of([]).reasons["intraday_drawdown_percent"] == "no day was run"
    still = told_of([[], []])
    assert (still.figures["intraday_drawdown"], still.figures["intraday_drawdown_percent"]) == (0.0, 0.0)
    assert parts_of(still) == (None, None, None, None)
    assert still.reasons["intraday_drawdown_days"] == "there is no drawdown"
