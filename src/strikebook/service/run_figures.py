"""A run's statistics as its metadata has them: the figures of the run as a whole, with no capital stated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from strikebook.money.figures import definitions
from strikebook.money.statistics import Figure, RoundTrip, TradingDay, statistics_of

Document = dict[str, Any]
MOST_TRIALS = 1_000


def run_figures(days: Sequence[TradingDay], trips: Sequence[RoundTrip], trials: Sequence[float | None]) -> Document:
    """Each figure by its name, and why it has no value where it has none. Days in order, trips in order of closing."""
    found = statistics_of(days, trips, None, trials, redrawn=False)
    return {
        "capital": None,
        "figures": {each.name: figure_value(found.figures[each.name], each.unit) for each in definitions()},
        "reasons": found.reasons,
    }


def trials_after(metadata: Document) -> list[float | None]:
    """The Sharpe ratios of a strategy's runs (not of its sweeps) as its next run knows them, the oldest first.

    ``metadata``: that of the run before, empty where there was none. A run without one counts as None.
    """
    if not metadata:
        return []
    figures = metadata.get("statistics", {}).get("figures", {})
    of_runs = metadata.get("trials", [])[metadata.get("trials_of_sweeps", 0) :]
    return [*of_runs, figures.get("sharpe")][-MOST_TRIALS:]


def figure_value(figure: Figure, unit: str) -> float | int | str | None:
    """A figure as JSON has it: rupees and percent to two decimals, ratios to four."""
    if isinstance(figure, date):
        return figure.isoformat()
    if figure is None or isinstance(figure, int):
        return figure
    return round(figure, 4 if unit == "ratio" else 2)
