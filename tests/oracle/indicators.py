"""Indicators at a step: computed over the candles completed by then, so that none can look ahead.

The formulas are the catalogue's own, which has tests of its own; what is checked here is which candles they see.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from strikebook.indicators import catalogue
from tests.oracle.document import Graph
from tests.oracle.market import Market


class IndicatorReader:
    """Values by (symbol, timeframe, key, number of completed candles)."""

    def __init__(self, graph: Graph, market: Market) -> None:
        self.graph, self.market = graph, market
        self._known: dict[tuple, dict] = {}

    def value(self, instrument: dict, expression: dict, offset: int) -> float | None:
        """The value ``offset`` candles back (-1: at the last completed candle), or None."""
        timeframe = instrument["timeframes"][expression["timeframeId"]]
        symbol, seconds, key = instrument["symbol"], timeframe["seconds"], expression["name"]
        candles = self.market.completed[symbol, seconds]
        if len(candles) < -offset:
            return None
        known = (symbol, seconds, key, len(candles))
        if known not in self._known:
            self._known[known] = compute(timeframe["indicators"][key], candles)
        columns = self._known[known]
        wanted = expression.get("parameter")
        column = next(iter(columns.values())) if wanted is None else columns[wanted]
        value = float(column[offset])
        return value if math.isfinite(value) else None


def compute(use: dict, candles: list[dict]) -> dict[str, Any]:
    """Output -> one value a candle (NaN: none) of an indicator as a strategy declares it."""
    indicator = catalogue.find(use["indicator_name"])
    prices = [
        np.array([candle[field] / 100 for candle in candles], dtype=float) for field in ("open", "high", "low", "close")
    ]
    volume = None
    if any(candle["volume"] is not None for candle in candles):
        volume = np.array(
            [math.nan if candle["volume"] is None else candle["volume"] for candle in candles], dtype=float
        )
    day = np.array([candle["day"] for candle in candles], dtype=np.int64)
    return catalogue.compute(indicator, catalogue.resolve(indicator, use).parameters, *prices, volume, day)
