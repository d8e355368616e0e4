"""The figures of a run: the table ``strikebook/data/statistics.csv`` says what each is, in which unit, how defined."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

FEWEST_ROUND_TRIPS = 30
"""Below that a ratio says more about chance than about the strategy: it is left out."""
DAYS_A_YEAR = 252


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure is. ``unit``: profit (rupees with a sign), rupees, percent, ratio, count, days, seconds or date."""

    name: str
    title: str
    unit: str
    text: str

    @property
    def needs_many(self) -> bool:
        """Whether it is left out for few round trips."""
        return self.unit == "ratio"


@lru_cache(maxsize=1)
def definitions() -> tuple[Definition, ...]:
    """Every figure, in the order in which they are shown."""
    text = resources.files("strikebook.data").joinpath("statistics.csv").read_text("utf-8")
    return tuple(
        Definition(row["name"], row["title"], row["unit"], row["definition"])
        for row in csv.DictReader(text.splitlines())
    )
