"""Statistics against an independent library, and the cases in which there is none."""

from __future__ import annotations

import math
import random
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import empyrical
import numpy as np
import pandas as pd
import pytest
import QuantLib as ql  # noqa: N813 — as its own documentation has it

from strikebook.money.figures import definitions
from strikebook.money.statistics import (
    BREAKDOWNS,
    DayCourse,
    RoundTrip,
    TradingDay,
    best_by_chance,
    breakdown,
    drawdowns_by_chance,
    statistics_of,
)

FIRST = date(2024, 1, 1)
CAPITAL = 100_000_00


def days_of(nets: list[int], charges: int = 0) -> list[TradingDay]:
    """A day for each net profit in paise."""
    return [TradingDay(FIRST + timedelta(at), net + charges, charges, traded=True) for at, net in enumerate(nets)]


def trips_of(nets: list[int]) -> list[RoundTrip]:
    """A round trip for each net profit in paise, one a day."""
    return [
        RoundTrip(
            FIRST + timedelta(at), 9 + at % 7, 60 * (at + 1), FIRST + timedelta(at + at % 5),
            "CE" if at % 2 else "PE", "exit_condition_met", at % 3, net + 50, 50, 1_000_00 if at % 2 else 0,
        )
        for at, net in enumerate(nets)
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_risk_figures_are_those_of_empyrical(seed: int) -> None:
    """Sharpe, Sortino, value at risk and expected shortfall of the same days, as shares of a fixed capital."""
    chance = random.Random(seed)
    nets = [
        round(chance.gauss(300_00, 4_000_00)) if chance.random() < 0.8 else 0 for _ in range(chance.choice([40, 250]))
    ]
    found = statistics_of(days_of(nets), trips_of(nets), CAPITAL).figures
    returns = pd.Series([net / CAPITAL for net in nets])
    assert found["sharpe"] == pytest.approx(empyrical.sharpe_ratio(returns))
    assert found["sortino"] == pytest.approx(empyrical.sortino_ratio(returns))
    for percent in (95, 99):
        share = (100 - percent) / 100
        at_risk = empyrical.value_at_risk(returns, share) * CAPITAL / 100
        assert found[f"value_at_risk_{percent}"] == pytest.approx(at_risk)
        tail = [net for net in nets if net / 100 <= at_risk + 1e-9]
        assert found[f"expected_shortfall_{percent}"] == pytest.approx(np.mean(tail) / 100)
    assert found["skew"] == pytest.approx(returns.pipe(lambda r: ((r - r.mean()) ** 3).mean() / r.std(ddof=0) ** 3))
    assert found["kurtosis"] == pytest.approx(((returns - returns.mean()) ** 4).mean() / returns.std(ddof=0) ** 4 - 3)


@pytest.mark.parametrize("seed", range(20))
def test_the_drawdown_is_empyrical_s_of_the_same_equity(seed: int) -> None:
    """The deepest fall in percent of its highest: of returns on capital and running profit together."""
    chance = random.Random(seed)
    nets = [round(chance.gauss(0, 900_00)) for _ in range(120)]
    equity = np.cumsum([CAPITAL, *nets])
    returns = pd.Series([after / before - 1 for before, after in pairwise(equity)])
    found = statistics_of(days_of(nets), [], CAPITAL).figures
    assert found["max_drawdown_percent"] == pytest.approx(100 * empyrical.max_drawdown(returns))
    highest = np.maximum.accumulate(equity)
    assert found["max_drawdown"] == min(equity - highest) / 100
    falls = (equity - highest)[1:] / highest[1:] * 100
    assert found["ulcer"] == pytest.approx(math.sqrt((falls**2).mean()))


def test_a_small_run_worked_out_by_hand() -> None:
    """Days +100, −300, 0, +250, −50 rupees net, each with 2 rupees of charges."""
    nets = [100_00, -300_00, 0, 250_00, -50_00]
    found = statistics_of(days_of(nets, 200), trips_of(nets), None)
    figures = found.figures
    assert (figures["net"], figures["gross"], figures["charges"]) == (0.0, 10.0, 10.0)
    assert figures["charges_share"] == 100.0
    assert (figures["winning_days"], figures["losing_days"], figures["day_win_rate"]) == (2, 2, 40.0)
    assert (figures["average_win"], figures["average_loss"]) == (175.0, -175.0)
    assert (figures["max_drawdown"], figures["longest_drawdown"]) == (-300.0, 4)
    assert (figures["drawdown_from"], figures["drawdown_lowest"]) == (date(2024, 1, 1), date(2024, 1, 2))
    assert found.reasons["drawdown_recovered"] == "it has not ended"
    assert figures["drawdown_days"] == 4
    assert (figures["winning_streak"], figures["losing_streak"]) == (1, 1)
    assert figures["holding_time"] == 180
    assert figures["premium_collected"] == 2000.0
    assert figures["premium_kept"] == pytest.approx(-2.5)


def test_a_drawdown_that_ends_says_when() -> None:
    """+100, −40, +40: the highest is reached again on the third day."""
    figures = statistics_of(days_of([100_00, -40_00, 40_00]), [], None).figures
    assert figures["drawdown_recovered"] == date(2024, 1, 3)
    assert figures["longest_drawdown"] == figures["drawdown_days"] == 1


def test_a_drawdown_has_its_own_length() -> None:
    """−100 of three days that never lost more, after −90 of five: the deepest is not the longest."""
    figures = statistics_of(days_of([-90_00, 0, 0, 0, 10_00, 80_00, -100_00, 0, 50_00, 60_00]), [], None).figures
    assert (figures["max_drawdown"], figures["drawdown_days"], figures["longest_drawdown"]) == (-100.0, 3, 5)


def test_won_lost_and_flat_are_all_there_are() -> None:
    """Days and round trips of which nothing was left are counted too; a day without a trade is flat."""
    nets = [100_00, 0, -40_00, 0, 0, -1]
    days = [*days_of(nets), TradingDay(FIRST + timedelta(9), 0, 0, traded=False)]
    figures = statistics_of(days, trips_of(nets), None).figures
    assert (figures["winning_days"], figures["losing_days"], figures["flat_days"]) == (1, 2, 4)
    assert (figures["winning_trips"], figures["losing_trips"], figures["flat_trips"]) == (1, 2, 3)


def test_a_ratio_of_few_round_trips_is_left_out() -> None:
    """29 round trips give no ratio, with the reason; 30 give all."""
    nets = [100_00, -50_00] * 15
    few = statistics_of(days_of(nets[:29]), trips_of(nets[:29]), CAPITAL)
    many = statistics_of(days_of(nets), trips_of(nets), CAPITAL)
    ratios = [each.name for each in definitions() if each.unit == "ratio"]
    assert len(ratios) >= 10
    for name in ratios:
        assert few.figures[name] is None
        assert few.reasons[name] == "29 round trips: fewer than 30 say nothing"
        assert many.figures[name] is not None, name


@pytest.mark.parametrize("nets", [[], [0] * 40, [100_00] * 40])
def test_what_is_not_defined_is_none_with_a_reason(nets: list[int]) -> None:
    """No day, days of nothing, days that never lose: nothing is divided by zero, and no figure is missing."""
    found = statistics_of(days_of(nets), trips_of(nets), CAPITAL)
    assert list(found.figures) == [each.name for each in definitions()]
    for name, value in found.figures.items():
        assert (value is None) == (name in found.reasons), name
        assert not isinstance(value, float) or math.isfinite(value), name
    assert found.figures["sharpe"] is None


def test_the_page_has_the_table() -> None:
    """docs/statistics.md says of every figure what the package says."""
    page = (Path(__file__).parents[2] / "docs" / "statistics.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{each.name}` | {each.title}, {each.unit} | {each.text} |" for each in definitions()]


@pytest.mark.parametrize("by", BREAKDOWNS)
def test_a_breakdown_adds_up_to_the_whole(by: str) -> None:
    """Every round trip is in exactly one row."""
    nets = [100_00, -50_00, 0, 75_00] * 11
    rows = breakdown(trips_of(nets), by)
    assert len({row["key"] for row in rows}) == len(rows) > 0
    assert sum(int(row["round_trips"]) for row in rows) == len(nets)
    assert round(sum(float(row["net"]) for row in rows), 2) == sum(nets) / 100


@pytest.mark.parametrize("seed", range(10))
def test_the_intraday_drawdown_is_that_of_the_whole_path(seed: int) -> None:
    """Folded from each day's highest, lowest and largest fall, it is the deepest fall of all seconds in a row."""
    chance = random.Random(seed)
    days, path = [], [0]
    for at in range(60):
        steps = np.cumsum([0, *(round(chance.gauss(0, 200_00)) for _ in range(50))])
        fall = int((np.maximum.accumulate(steps) - steps).max())
        course = DayCourse(int(steps.max()), int(steps.min()), fall, 30, 50)
        days.append(TradingDay(FIRST + timedelta(at), int(steps[-1]), 0, traded=True, course=course))
        path += [path[-1] + int(step) for step in steps]
    found = statistics_of(days, [], None).figures
    assert found["intraday_drawdown"] == float((np.array(path) - np.maximum.accumulate(path)).min() / 100)
    assert found["time_in_market"] == 60.0


def test_the_probabilistic_sharpe_ratio_is_the_formula_of_its_paper() -> None:
    """Bailey and López de Prado (2012), on a hundred days whose moments numpy works out."""
    chance = random.Random(7)
    nets = [round(chance.gauss(150_00, 1_000_00)) for _ in range(100)]
    found = statistics_of(days_of(nets), trips_of(nets), None).figures
    array = np.array(nets, float)
    ratio = array.mean() / array.std(ddof=1)
    skew = ((array - array.mean()) ** 3).mean() / array.std() ** 3
    kurtosis = ((array - array.mean()) ** 4).mean() / array.std() ** 4
    distance = ratio * math.sqrt(99) / math.sqrt(1 - skew * ratio + (kurtosis - 1) / 4 * ratio**2)
    assert found["probabilistic_sharpe"] == pytest.approx(ql.CumulativeNormalDistribution()(distance))


def test_drawdowns_by_chance_are_those_of_reshuffled_days() -> None:
    """The same days give the same falls, and days with more losses fall deeper."""
    nets = [100_00, -300_00, 200_00, -50_00, 150_00, -250_00, 300_00] * 8
    falls = drawdowns_by_chance(nets)
    assert falls == drawdowns_by_chance(nets)
    assert len(falls) == 1_000
    assert max(falls) <= -300_00
    assert len(set(falls)) > 5
    deeper = drawdowns_by_chance([net - 20_00 for net in nets])
    assert sorted(deeper)[500] < sorted(falls)[500]


def test_excursions_are_averaged() -> None:
    """The means of the best and the worst of each round trip."""
    trips = [trip._replace(mfe_paise=100_00 + at, mae_paise=-50_00) for at, trip in enumerate(trips_of([10, 20, 30]))]
    found = statistics_of(days_of([10, 20, 30]), trips, None).figures
    assert found["average_mfe"] == pytest.approx(100.01)
    assert found["average_mae"] == -50.0


def test_the_deflated_sharpe_ratio_asks_more_of_the_best_of_many() -> None:
    """Bailey and López de Prado (2014): alone it is the probabilistic one; among many trials less likely."""
    chance = random.Random(11)
    nets = [round(chance.gauss(150_00, 1_000_00)) for _ in range(120)]
    alone = statistics_of(days_of(nets), trips_of(nets), None).figures
    assert alone["trials"] == 1
    assert alone["deflated_sharpe"] == alone["probabilistic_sharpe"]
    trials = [round(chance.gauss(0.2, 1.1), 4) for _ in range(9)]
    many = statistics_of(days_of(nets), trips_of(nets), None, [*trials, None]).figures
    assert many["trials"] == 11
    assert many["probabilistic_sharpe"] == alone["probabilistic_sharpe"]
    assert many["deflated_sharpe"] < alone["deflated_sharpe"]
    array = np.array(nets, float)
    ratio = array.mean() / array.std(ddof=1)
    ratios = np.array([*(each / math.sqrt(252) for each in trials), ratio])
    inverse = ql.InverseCumulativeNormal()
    several = (1 - 0.5772156649) * inverse(1 - 1 / 11) + 0.5772156649 * inverse(1 - 1 / (11 * math.e))
    assert best_by_chance(list(ratios[:-1]), ratio, 10) == pytest.approx(ratios.std(ddof=1) * several, rel=1e-6)
