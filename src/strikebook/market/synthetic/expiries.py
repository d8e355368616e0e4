"""Which expiries are listed on a day, from the dated rules of ``strikebook/data/expiries.csv``.

A rule holds for the days traded from ``traded_from`` to ``traded_until``: contracts that were moved while listed show
their old expiry before the move and the new one after it. A week with a monthly expiry has no weekly one.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from importlib import resources
from typing import Final

from strikebook.market.synthetic.trading_days import expiry_for

WEEKLIES: Final = 4
MONTHLIES: Final = 3
QUARTERLIES: Final = 3

_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WEEKS_SEARCHED: Final = 14
_MONTHS_SEARCHED: Final = 14


@dataclass(frozen=True, slots=True)
class _Rule:
    monthly: bool
    weekday: int
    traded_from: date
    traded_until: date
    expiry_from: date
    expiry_until: date


@lru_cache(maxsize=2048)
def listed_expiries(underlying: str, day: date) -> tuple[date, ...]:
    """The expiries listed on a day, that day's own included, ascending.

    The next four weeklies where there are any, the next three monthlies, and the last months of the next three
    quarters.
    """
    rules = [rule for rule in _rules().get(underlying, ()) if rule.traded_from <= day <= rule.traded_until]
    nominal_months = [nominal for rule in rules if rule.monthly for nominal in _nominal_months(rule, day)]
    monthly_weeks = {nominal.isocalendar()[:2] for nominal in nominal_months}
    nominal_weeks = {
        nominal
        for rule in rules
        if not rule.monthly
        for nominal in _nominal_weeks(rule, day)
        if nominal.isocalendar()[:2] not in monthly_weeks
    }
    weeks = sorted(expiry for expiry in map(expiry_for, nominal_weeks) if expiry >= day)
    months = [(nominal, expiry) for nominal in nominal_months if (expiry := expiry_for(nominal)) >= day]
    quarters = [expiry for nominal, expiry in months if nominal.month % 3 == 0]
    monthlies = [expiry for _, expiry in months]
    return tuple(sorted({*weeks[:WEEKLIES], *monthlies[:MONTHLIES], *quarters[:QUARTERLIES]}))


def monthlies_among(expiries: tuple[date, ...]) -> tuple[date, ...]:
    """The last expiry of each month that has any, of expiries in ascending order."""
    return tuple({(expiry.year, expiry.month): expiry for expiry in expiries}.values())


def _nominal_weeks(rule: _Rule, day: date) -> list[date]:
    nearest = day + timedelta(days=(rule.weekday - day.weekday()) % 7)
    weeks = (nearest + timedelta(weeks=week) for week in range(_WEEKS_SEARCHED))
    return [nominal for nominal in weeks if rule.expiry_from <= nominal <= rule.expiry_until]


def _nominal_months(rule: _Rule, day: date) -> list[date]:
    months = []
    for ahead in range(_MONTHS_SEARCHED):
        years, month = divmod(day.month + ahead, 12)
        last = date(day.year + years, month + 1, 1) - timedelta(days=1)
        months.append(last - timedelta(days=(last.weekday() - rule.weekday) % 7))
    return months


@lru_cache(maxsize=1)
def _rules() -> dict[str, tuple[_Rule, ...]]:
    text = resources.files("strikebook.data").joinpath("expiries.csv").read_text("utf-8")
    rules: dict[str, tuple[_Rule, ...]] = {}
    for row in csv.DictReader(text.splitlines()):
        rule = _Rule(
            row["kind"] == "monthly",
            _WEEKDAYS.index(row["weekday"]),
            *(_date(row[name], date.min) if name.endswith("from") else _date(row[name], date.max) for name in _DATED),
        )
        rules[row["underlying"]] = (*rules.get(row["underlying"], ()), rule)
    return rules


_DATED: Final = ("traded_from", "traded_until", "expiry_from", "expiry_until")


def _date(text: str, absent: date) -> date:
    return date.fromisoformat(text) if text else absent
