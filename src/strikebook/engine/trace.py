"""The record of a day: events with what could be seen at their moment.

What an event can change of it (the variables, the positions' prices) is noted as it happens; the candles are columns of
the whole day, and are looked at for all moments at once when the day is over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from strikebook.engine.candles import CandleTable
from strikebook.engine.market_columns import MarketColumns
from strikebook.engine.operands import DayState
from strikebook.engine.tape import Quote
from strikebook.model.day_result import (
    CandleView,
    ConditionSetName,
    Event,
    Reading,
    Rejection,
    Snapshot,
    Trip,
    Value,
)
from strikebook.model.session import clock_text
from strikebook.strategy.node import Timeframe

_Moment: TypeAlias = tuple[int, Mapping[str, dict[str, Value]], dict[str, Quote]]
"""What an event saw that later ones may not: the step, the variables, the last prices."""
_Noted: TypeAlias = tuple[
    int, tuple[str, str | None, str, str, int], tuple[ConditionSetName | None, tuple[Reading, ...], str, Trip | None]
]
"""An event without its snapshot: the number of its moment, and the event's own parts before and after that."""


class Trace:
    """The events and the rejected orders of a day, each in order of happening. Not ``told``: no events."""

    def __init__(self, market: MarketColumns, state: DayState, *, told: bool = True) -> None:
        self._told = told
        self.rejections: list[Rejection] = []
        self._noted: list[_Noted] = []
        self._moments: list[_Moment] = []
        self._latest = (-1, -1)
        self._market = market
        self._state = state
        self._open_s = market.session.open_s
        self._date = market.session.date.isoformat().replace("-", "")
        self._tapes = [(use.symbol, market.tape(use.symbol)) for use in market.instruments.values()]
        self._counts: dict[str, int] = defaultdict(int)

    def new_id(self, node_id: str, step: int) -> str:
        """The id of a node's next event: ``exec_<node>_<YYYYMMDD>_<HHMMSS>_<n>``, n per node and day from 1."""
        self._counts[node_id] += 1
        clock = clock_text(self._open_s + step).replace(":", "")
        return f"exec_{node_id}_{self._date}_{clock}_{self._counts[node_id]}"

    def record(
        self,
        execution_id: str,
        parent_id: str | None,
        node: tuple[str, str],
        step: int,
        *,
        readings: tuple[Reading, ...] = (),
        condition_set: ConditionSetName | None = None,
        note: str = "",
        trip: Trip | None = None,
    ) -> None:
        """Append an event of ``node`` (id, type) with a snapshot of this moment."""
        if self._told:
            before = (execution_id, parent_id, *node, step)
            self._noted.append((self._moment(step), before, (condition_set, readings, note, trip)))

    def _moment(self, step: int) -> int:
        """The number of this moment. A position counts while it is open and in the step that closes it: so a close has
        the price it was made at.
        """
        now = (step, self._state.changes)
        if self._latest != now:
            self._latest = now
            prices = {}
            for symbol, tape in self._tapes:
                quote = tape.quote(step)
                if quote is not None:
                    prices[symbol] = quote
            for life in self._state.book.visible_lives(step):
                quote = life.tape.quote(step)
                if quote is not None:
                    prices[life.symbol] = quote
            self._moments.append((step, self._state.variables, prices))
        return len(self._moments) - 1

    def told(self, ended_step: int) -> tuple[tuple[Event, ...], Snapshot]:
        """The events, and what could be seen at the day's end; events of one moment share one snapshot."""
        closing = self._moment(ended_step)
        steps = np.array(list(dict.fromkeys([step for step, *_ in self._moments])))
        views = dict(zip(steps.tolist(), self._views(steps), strict=True))
        seen = [Snapshot(views[step], variables, prices) for step, variables, prices in self._moments]
        return tuple([Event(*before, seen[moment], *after) for moment, before, after in self._noted]), seen[closing]

    def _views(self, steps: NDArray[np.int64]) -> list[tuple[CandleView, ...]]:
        """Every timeframe of every instrument at each of some ascending steps."""
        of_tables = []
        for (role, timeframe_s), table in self._market.tables.items():
            use = self._market.instruments[role]
            of_tables.append(_views_of(table, use.symbol, timeframe_s, use.timeframes[timeframe_s], steps))
        return list(zip(*of_tables, strict=True)) or [()] * len(steps)


def _views_of(
    table: CandleTable, symbol: str, timeframe_s: int, use: Timeframe, steps: NDArray[np.int64]
) -> list[CandleView]:
    """A timeframe at each of some ascending steps: the forming candle, the last completed one with its indicators."""
    completed = table.completed[steps // timeframe_s]
    counts = np.unique(completed)
    places = [count - 1 for count in counts.tolist() if count]
    previous = dict(zip(places, table.candles(places), strict=True))
    indicators = dict(zip(counts.tolist(), _indicators(table, use, counts), strict=True))
    return [
        CandleView(symbol, timeframe_s, current, previous.get(count - 1), indicators[count])
        for current, count in zip(table.forming_at(steps), completed.tolist(), strict=True)
    ]


def _indicators(table: CandleTable, use: Timeframe, counts: NDArray[np.int64]) -> list[dict[str, float | None]]:
    """Every output of every indicator, under its display name, at the last of so many completed candles."""
    labels, columns = [], []
    for indicator in use.indicators.values():
        outputs = table.indicator_outputs(indicator)
        for name, values in outputs.items():
            labels.append(indicator.display_name if len(outputs) == 1 else f"{indicator.display_name}.{name}")
            known = np.full(len(counts), np.nan)
            known[counts > 0] = values[counts[counts > 0] - 1]
            columns.append(known.tolist())
    return [
        {label: None if value != value else value for label, value in zip(labels, row, strict=True)}  # noqa: PLR0124 — NaN is no value
        for row in (zip(*columns, strict=True) if columns else [()] * len(counts))
    ]
