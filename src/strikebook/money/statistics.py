"""A run's statistics from its days and its round trips, on net profit. ``figures`` defines each.

A figure that is not defined is None with a reason: a ratio of nothing is never 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, groupby, islice
from operator import sub
from statistics import NormalDist, mean, median, stdev
from typing import NamedTuple

from strikebook.money.figures import DAYS_A_YEAR, FEWEST_ROUND_TRIPS, definitions
from strikebook.money.intraday import Fall, falls_of, first_above

Figure = float | int | date | None
REDRAWN = ("chance_drawdown", "chance_drawdown_95")
NOT_REDRAWN = "drawn when the statistics are asked for: it takes a moment"
PATHS = 1_000
BLOCK_DAYS = 5
_MONDAY_FIRST = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class DayCourse(NamedTuple):
    """How a day's profit went, before charges, second by second: its highest, its lowest, its largest fall.

    ``open_s``: for how many of the ``session_s`` seconds something was open. ``margin_paise``: the most, estimated.
    """

    highest_paise: int = 0
    lowest_paise: int = 0
    drawdown_paise: int = 0
    open_s: int = 0
    session_s: int = 0
    margin_paise: int = 0


STILL = DayCourse()


@dataclass(frozen=True, slots=True)
class TradingDay:
    """A day that was run: its profit and its charges in paise, and whether a position was opened."""

    day: date
    gross_paise: int
    charges_paise: int
    traded: bool
    course: DayCourse = STILL

    @property
    def net_paise(self) -> int:
        """Profit after charges."""
        return self.gross_paise - self.charges_paise


class RoundTrip(NamedTuple):
    """A position that was closed. ``entry_hour``: of the day, 9 to 15. ``sold_paise``: premium sold to open, else 0.
    ``mfe_paise`` and ``mae_paise``: the most and the least of its profit on the way, before charges.

    There are tens of thousands of these in a run, and they go from process to process: hence a tuple.
    """

    day: date
    entry_hour: int
    held_s: int
    expiry: date
    option_type: str
    exit_reason: str
    re_entry: int
    gross_paise: int
    charges_paise: int
    sold_paise: int
    mfe_paise: int = 0
    mae_paise: int = 0

    @property
    def net_paise(self) -> int:
        """Profit after charges."""
        return self.gross_paise - self.charges_paise


@dataclass(frozen=True, slots=True)
class Statistics:
    """Each figure by name, and why one has no value."""

    figures: dict[str, Figure]
    reasons: dict[str, str]


def statistics_of(
    days: Sequence[TradingDay],
    trips: Sequence[RoundTrip],
    capital_paise: int | None,
    trials: Sequence[float | None] = (),
    *,
    redrawn: bool = True,
) -> Statistics:
    """All figures. Days in order; trips in order of closing. Rupees have two decimals, ratios are not rounded.

    ``trials``: the Sharpe ratios of earlier runs of the strategy, None for one without. ``redrawn``: with the drawdowns
    by chance, which take a thousand times as long as the rest.
    """
    found = _Found()
    _money(found, days)
    _trips(found, trips)
    _drawdown(found, days, capital_paise)
    _on_marks(found, days)
    _intraday_drawdown(found, days, capital_paise)
    _spread(found, days)
    _by_chance(found, days, trials)
    _redrawn(found, days, redrawn=redrawn)
    told = _without_few(found, len(trips))
    return Statistics({each.name: told.figures[each.name] for each in definitions()}, told.reasons)


def figures_of_days(days: Sequence[TradingDay], round_trips: int) -> Statistics:
    """The figures of a day's profits that a table of many runs has: drawdown and Sharpe ratio. Of few round trips no
    ratio is told.
    """
    found = _Found()
    _drawdown(found, days, None)
    _sharpe(found, days)
    return _without_few(found, round_trips)


def figure_of_days(name: str, days: Sequence[TradingDay], round_trips: int) -> Figure:
    """One of these figures, without the others: ``sharpe``, ``max_drawdown``, ``return_over_drawdown``."""
    found = _Found()
    if name == "sharpe":
        _sharpe(found, days)
    else:
        _drawdown(found, days, None)
    return _without_few(found, round_trips).figures[name]


def chance_of_days(days: Sequence[TradingDay], round_trips: int, trials: Sequence[float | None]) -> Statistics:
    """Sharpe ratios against chance, with the Sharpe ratios of the other trials."""
    found = _Found()
    _by_chance(found, days, trials)
    return _without_few(found, round_trips)


def _without_few(found: _Found, round_trips: int) -> Statistics:
    """Of few round trips no ratio is told."""
    if round_trips < FEWEST_ROUND_TRIPS:
        for each in definitions():
            if each.needs_many and each.name in found.figures:
                found.none(each.name, f"{round_trips} round trips: fewer than {FEWEST_ROUND_TRIPS} say nothing")
    return Statistics(found.figures, found.reasons)


def breakdown(trips: Iterable[RoundTrip], by: str) -> list[dict[str, str | int | float]]:
    """Round trips by a property of theirs: how many, how many won, gross, charges and net in rupees."""
    key = _KEYS[by]
    ordered = sorted(trips, key=key)
    return [{"key": _name(by, value), **_summed(list(inside))} for value, inside in groupby(ordered, key)]


class _Found:
    def __init__(self) -> None:
        self.figures: dict[str, Figure] = {}
        self.reasons: dict[str, str] = {}

    def put(self, name: str, value: Figure) -> None:
        self.figures[name] = value

    def none(self, name: str, reason: str) -> None:
        self.figures[name] = None
        self.reasons[name] = reason

    def over(self, name: str, above: float, below: float, reason: str, times: float = 1) -> None:
        """A quotient; without a divisor it is not defined."""
        if below:
            self.put(name, above / below * times)
        else:
            self.none(name, reason)


def _money(found: _Found, days: Sequence[TradingDay]) -> None:
    gross, charges = sum(each.gross_paise for each in days), sum(each.charges_paise for each in days)
    nets = [each.net_paise for each in days]
    traded = sum(each.traded for each in days)
    found.put("gross", gross / 100)
    found.put("charges", charges / 100)
    found.put("net", (gross - charges) / 100)
    found.over("charges_share", charges, max(gross, 0), "there is no gross profit", 100)
    found.put("days", len(days))
    found.put("winning_days", sum(net > 0 for net in nets))
    found.put("losing_days", sum(net < 0 for net in nets))
    found.put("flat_days", nets.count(0))
    found.over("day_win_rate", sum(net > 0 for net in nets), traded, "no day traded", 100)
    for name, value in (("best_day", max), ("worst_day", min)):
        if nets:
            found.put(name, value(nets) / 100)
        else:
            found.none(name, "no day was run")
    found.over("average_day", sum(nets) / 100, len(nets), "no day was run")


def _trips(found: _Found, trips: Sequence[RoundTrip]) -> None:
    nets = [trip.net_paise for trip in trips]
    won, lost = [net for net in nets if net > 0], [net for net in nets if net < 0]
    nothing = "no position was closed"
    found.put("round_trips", len(nets))
    found.put("winning_trips", len(won))
    found.put("losing_trips", len(lost))
    found.put("flat_trips", nets.count(0))
    found.over("trip_win_rate", len(won), len(nets), nothing, 100)
    found.over("average_win", sum(won) / 100, len(won), "no round trip won")
    found.over("average_loss", sum(lost) / 100, len(lost), "no round trip lost")
    for name, value in (("best_trip", max), ("worst_trip", min)):
        if nets:
            found.put(name, value(nets) / 100)
        else:
            found.none(name, nothing)
    found.over("expectancy", sum(nets) / 100, len(nets), nothing)
    found.over("profit_factor", sum(won), -sum(lost), "no round trip lost")
    if won and lost:
        payoff = mean(won) / -mean(lost)
        share = len(won) / len(nets)
        found.put("payoff", payoff)
        found.put("kelly", share - (1 - share) / payoff)
    else:
        for name in ("payoff", "kelly"):
            found.none(name, "no round trip lost" if won else "no round trip won")
    spread = stdev(nets) if len(nets) > 1 else 0.0
    found.over("sqn", math.sqrt(len(nets)) * mean(nets or [0]), spread, "the round trips do not differ")
    found.over("average_mfe", sum(trip.mfe_paise for trip in trips) / 100, len(trips), nothing)
    found.over("average_mae", sum(trip.mae_paise for trip in trips) / 100, len(trips), nothing)
    found.put("winning_streak", _longest(net > 0 for net in nets))
    found.put("losing_streak", _longest(net < 0 for net in nets))
    if trips:
        found.put("holding_time", median(trip.held_s for trip in trips))
    else:
        found.none("holding_time", nothing)
    sold = [trip for trip in trips if trip.sold_paise]
    premium = sum(trip.sold_paise for trip in sold)
    found.put("premium_collected", premium / 100)
    found.over("premium_kept", sum(trip.net_paise for trip in sold), premium, "no option was sold to open", 100)


def _drawdown(found: _Found, days: Sequence[TradingDay], capital_paise: int | None) -> None:
    running = list(accumulate(each.net_paise for each in days))
    highest = list(accumulate(running, max, initial=0))[1:]
    below = [total - high for total, high in zip(running, highest, strict=True)]
    deepest = min(below, default=0)
    total = running[-1] if running else 0
    found.put("max_drawdown", deepest / 100)
    found.put("longest_drawdown", _longest(fall < 0 for fall in below))
    found.over("return_over_drawdown", total, -deepest, "there is no drawdown")
    found.over("calmar", total / max(len(days), 1) * DAYS_A_YEAR, -deepest, "there is no drawdown")
    _drawdown_days(found, days, running, highest, below)
    percents = ("max_drawdown_percent", "ulcer", "return")
    if not capital_paise or not days:
        for name in percents:
            found.none(name, "no capital is stated" if days else "no day was run")
        return
    falls = [100 * fall / (capital_paise + high) for fall, high in zip(below, highest, strict=True)]
    found.put("max_drawdown_percent", min(falls))
    found.put("ulcer", math.sqrt(mean(fall * fall for fall in falls)))
    found.put("return", 100 * total / capital_paise)


def _on_marks(found: _Found, days: Sequence[TradingDay]) -> None:
    """The share of time with a position, and what a margin was used for."""
    seconds = sum(each.course.session_s for each in days)
    margin = max((each.course.margin_paise for each in days), default=0)
    found.put("peak_margin", margin / 100)
    net = sum(each.net_paise for each in days)
    found.over("return_on_margin", net, margin, "no option was sold", 100)
    found.over("time_in_market", sum(each.course.open_s for each in days), seconds, "no day was run", 100)


def _intraday_drawdown(found: _Found, days: Sequence[TradingDay], capital_paise: int | None) -> None:
    """The deepest fall of the running gross profit on every second's mark."""
    falls = falls_of(days)
    deepest = max(falls, key=lambda fall: fall.paise, default=None)  # the first of those that are as deep
    found.put("intraday_drawdown", 0.0 if deepest is None else -deepest.paise / 100)
    if not capital_paise or not days:
        found.none("intraday_drawdown_percent", "no capital is stated" if days else "no day was run")
    else:
        found.put("intraday_drawdown_percent", -max(fall.of(capital_paise) for fall in falls))
    if deepest is None or not deepest.paise:
        for part in ("from", "lowest", "recovered", "days"):
            found.none(f"intraday_drawdown_{part}", "there is no drawdown")
        return
    found.put("intraday_drawdown_from", days[deepest.began].day)
    found.put("intraday_drawdown_lowest", days[deepest.lowest].day)
    _intraday_end(found, days, deepest)


def _intraday_end(found: _Found, days: Sequence[TradingDay], deepest: Fall) -> None:
    """When the deepest fall ended, and how many days it took."""
    ended = first_above(days, deepest.lowest, deepest.most_peak_paise)
    if not deepest.peak_is_known:
        later = "has not ended" if ended is None else f"ended on {days[ended].day}"
        reason = f"the marks of {days[deepest.lowest].day} do not tell whether it ended on that day or {later}"
        for part in ("recovered", "days"):
            found.none(f"intraday_drawdown_{part}", reason)
        return
    if ended is None:
        found.none("intraday_drawdown_recovered", "it has not ended")
    else:
        found.put("intraday_drawdown_recovered", days[ended].day)
    last = len(days) - 1 if ended is None else ended
    found.put("intraday_drawdown_days", last - deepest.began + 1)


def _by_chance(found: _Found, days: Sequence[TradingDay], trials: Sequence[float | None]) -> None:
    """What chance alone could have made of it: Sharpe ratios as probabilities."""
    nets = [each.net_paise for each in days]
    spread = stdev(nets) if len(nets) > 1 else 0.0
    found.put("trials", len(trials) + 1)
    if not spread:
        for name in ("probabilistic_sharpe", "deflated_sharpe"):
            found.none(name, "the days do not differ")
        return
    ratio, average = mean(nets) / spread, mean(nets)
    variance = mean((net - average) ** 2 for net in nets)
    skew = mean((net - average) ** 3 for net in nets) / variance**1.5
    kurtosis = mean((net - average) ** 4 for net in nets) / variance**2
    inside = 1 - skew * ratio + (kurtosis - 1) / 4 * ratio * ratio
    if inside > 0:
        error = math.sqrt(inside) / math.sqrt(len(nets) - 1)
        expected = best_by_chance(
            [each / math.sqrt(DAYS_A_YEAR) for each in trials if each is not None], ratio, len(trials)
        )
        found.put("probabilistic_sharpe", NormalDist().cdf(ratio / error))
        found.put("deflated_sharpe", NormalDist().cdf((ratio - expected) / error))
    else:
        for name in ("probabilistic_sharpe", "deflated_sharpe"):
            found.none(name, "its standard error is not defined for such days")


def _redrawn(found: _Found, days: Sequence[TradingDay], *, redrawn: bool) -> None:
    """Drawdowns of the days in another order."""
    if not days or not redrawn:
        for name in REDRAWN:
            found.none(name, NOT_REDRAWN if days else "no day was run")
        return
    falls = drawdowns_by_chance([each.net_paise for each in days])
    found.put("chance_drawdown", _percentile(falls, 0.5) / 100)
    found.put("chance_drawdown_95", _percentile(falls, 0.05) / 100)


def best_by_chance(others: Sequence[float], own: float, earlier: int) -> float:
    """The Sharpe ratio (of a day) that the best of so many trials without any skill is expected to have; 0 for one.

    Bailey and López de Prado, "The deflated Sharpe ratio" (2014), with the variance of the trials' ratios.
    """
    trials = earlier + 1
    if trials < 2 or not others:
        return 0.0
    euler, normal = 0.5772156649015329, NormalDist()
    several = (1 - euler) * normal.inv_cdf(1 - 1 / trials) + euler * normal.inv_cdf(1 - 1 / (trials * math.e))
    return stdev([*others, own]) * several


def drawdowns_by_chance(nets: Sequence[int]) -> list[int]:
    """The deepest falls, in paise and at most 0, of 1,000 paths of blocks of five of the days in a row, drawn with a
    fixed seed (a circular block bootstrap: Politis and Romano 1992).
    """
    drawn = _drawn_places(len(nets))
    around = [*nets, *nets[: BLOCK_DAYS - 1]]
    blocks = -(-len(nets) // BLOCK_DAYS)
    falls = []
    for _ in range(PATHS):
        path: list[int] = []
        for start in islice(drawn, blocks):
            path += around[start : start + BLOCK_DAYS]
        running = list(accumulate(path[: len(nets)]))
        highest = list(accumulate(running, max, initial=0))[1:]
        falls.append(min(map(sub, running, highest)))
    return falls


def _drawn_places(count: int) -> Iterator[int]:
    """Places from 0 to before ``count``, the same ones every time: SplitMix64 (Steele, Lea and Flood 2014)."""
    state = 1992
    while True:
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        mixed = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB % 2**64
        yield (mixed ^ mixed >> 31) % count


def _drawdown_days(
    found: _Found, days: Sequence[TradingDay], running: list[int], highest: list[int], below: list[int]
) -> None:
    """When the deepest fall began, was lowest, and ended, and at how many closes it was on."""
    deepest = min(below, default=0)
    if deepest == 0:
        for part in ("from", "lowest", "recovered", "days"):
            found.none(f"drawdown_{part}", "there is no drawdown")
        return
    lowest = below.index(deepest)
    before = [at for at in range(lowest) if running[at] == highest[lowest]]
    found.put("drawdown_from", days[before[-1] if before else 0].day)
    found.put("drawdown_lowest", days[lowest].day)
    after = [at for at in range(lowest, len(days)) if running[at] >= highest[lowest]]
    if after:
        found.put("drawdown_recovered", days[after[0]].day)
    else:
        found.none("drawdown_recovered", "it has not ended")
    found.put("drawdown_days", (after[0] if after else len(days)) - (before[-1] + 1 if before else 0))


def _spread(found: _Found, days: Sequence[TradingDay]) -> None:
    nets = [each.net_paise for each in days]
    average = mean(nets or [0])
    centred = [net - average for net in nets]
    variance = mean(each * each for each in centred) if nets else 0.0
    same = "the days do not differ"
    year = math.sqrt(DAYS_A_YEAR)
    _sharpe(found, days)
    found.over("sortino", average, math.sqrt(mean(min(net, 0) ** 2 for net in nets or [0])), "no day lost", year)
    found.over("skew", mean(each**3 for each in centred or [0.0]), variance**1.5, same)
    if variance:
        found.put("kurtosis", mean(each**4 for each in centred) / variance**2 - 3)
    else:
        found.none("kurtosis", same)
    for percent in (95, 99):
        names = (f"value_at_risk_{percent}", f"expected_shortfall_{percent}")
        if not nets:
            for name in names:
                found.none(name, "no day was run")
            continue
        line = _percentile(nets, (100 - percent) / 100)
        found.put(names[0], line / 100)
        found.put(names[1], mean(net for net in nets if net <= line) / 100)


def _sharpe(found: _Found, days: Sequence[TradingDay]) -> None:
    nets = [each.net_paise for each in days]
    spread = stdev(nets) if len(nets) > 1 else 0.0
    found.over("sharpe", mean(nets or [0]), spread, "the days do not differ", math.sqrt(DAYS_A_YEAR))


def _percentile(values: Sequence[int], share: float) -> float:
    """Linear between the two values around it."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _longest(held: Iterable[bool]) -> int:
    return max((len(list(run)) for each, run in groupby(held) if each), default=0)


def _summed(trips: list[RoundTrip]) -> dict[str, int | float]:
    gross, charges = sum(trip.gross_paise for trip in trips), sum(trip.charges_paise for trip in trips)
    return {
        "round_trips": len(trips),
        "won": sum(trip.gross_paise > trip.charges_paise for trip in trips),
        "gross": gross / 100,
        "charges": charges / 100,
        "net": (gross - charges) / 100,
    }


_KEYS: dict[str, Callable[[RoundTrip], str | int]] = {
    "month": lambda trip: trip.day.isoformat()[:7],
    "weekday": lambda trip: trip.day.weekday(),
    "entry_hour": lambda trip: trip.entry_hour,
    "days_to_expiry": lambda trip: (trip.expiry - trip.day).days,
    "option_type": lambda trip: trip.option_type,
    "exit_reason": lambda trip: trip.exit_reason,
    "re_entry": lambda trip: trip.re_entry,
}


BREAKDOWNS = tuple(_KEYS)


def _name(by: str, value: str | int) -> str:
    if by == "weekday":
        return _MONDAY_FIRST[int(value)]
    return f"{value:02d}:00" if by == "entry_hour" else str(value)
