"""The record of a day: events with what could be seen at their moment."""

from __future__ import annotations

from collections import defaultdict

from strikebook.engine.market_columns import MarketColumns
from strikebook.engine.operands import NO_VALUE, DayState
from strikebook.engine.tape import Floats
from strikebook.model.day_result import (
    Candle,
    CandleView,
    ConditionSetName,
    Event,
    Reading,
    Rejection,
    Snapshot,
    Trip,
)
from strikebook.model.session import clock_text
from strikebook.strategy.expression import InstrumentRole

Completed = tuple[Candle | None, dict[str, float | None]]
"""The last completed candle of a table, and its indicators."""


class Trace:
    """The events and the rejected orders of a day, each in order of happening. Not ``told``: no events."""

    def __init__(self, market: MarketColumns, state: DayState, *, told: bool = True) -> None:
        self._told = told
        self.events: list[Event] = []
        self.rejections: list[Rejection] = []
        self._market = market
        self._state = state
        self._open_s = market.session.open_s
        self._date = market.session.date.isoformat().replace("-", "")
        self._tapes = [(use.symbol, market.tape(use.symbol)) for use in market.instruments.values()]
        self._counts: dict[str, int] = defaultdict(int)
        self._views: tuple[int, tuple[CandleView, ...]] = (-1, ())
        self._completed: dict[tuple[InstrumentRole, int, int], Completed] = {}
        self._columns: dict[tuple[InstrumentRole, int], dict[str, Floats]] = {}
        self._latest: tuple[tuple[int, int], Snapshot] | None = None

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
            self.events.append(
                Event(execution_id, parent_id, *node, step, self.snapshot(step), condition_set, readings, note, trip)
            )

    def snapshot(self, step: int) -> Snapshot:
        """What can be seen now: candles, variables, last prices of the instruments and of the positions.

        A position counts while it is open and in the step that closes it: so a close has the price it was made at.
        """
        moment = (step, self._state.changes)
        if self._latest is None or self._latest[0] != moment:
            self._latest = (moment, self._look(step))
        return self._latest[1]

    def _look(self, step: int) -> Snapshot:
        prices = {}
        for symbol, tape in self._tapes:
            quote = tape.quote(step)
            if quote is not None:
                prices[symbol] = quote
        for life in self._state.book.visible_lives(step):
            quote = life.tape.quote(step)
            if quote is not None:
                prices[life.symbol] = quote
        return Snapshot(self._candles(step), self._state.variables, prices)

    def _candles(self, step: int) -> tuple[CandleView, ...]:
        if self._views[0] != step:
            self._views = (step, tuple([self._view(key, step) for key in self._market.tables]))
        return self._views[1]

    def _view(self, key: tuple[InstrumentRole, int], step: int) -> CandleView:
        role, timeframe_s = key
        table = self._market.tables[key]
        place = (role, timeframe_s, table.completed_at(step))
        known = self._completed.get(place)
        if known is None:
            known = self._completed[place] = (table.candle(step, -1), self._indicators(*place))
        return CandleView(self._market.instruments[role].symbol, timeframe_s, table.candle(step, 0), *known)

    def _indicators(self, role: InstrumentRole, timeframe_s: int, completed: int) -> dict[str, float | None]:
        """Every indicator's values at the last of the completed candles."""
        columns = self._columns.get((role, timeframe_s))
        if columns is None:
            columns = self._columns[role, timeframe_s] = self._labelled(role, timeframe_s)
        values = [values.item(completed - 1) if completed else NO_VALUE for values in columns.values()]
        return {
            label: None if value != value else value  # noqa: PLR0124 — NaN is no value
            for label, value in zip(columns, values, strict=True)
        }

    def _labelled(self, role: InstrumentRole, timeframe_s: int) -> dict[str, Floats]:
        """Every output of every indicator under its display name."""
        labelled: dict[str, Floats] = {}
        for use in self._market.instruments[role].timeframes[timeframe_s].indicators.values():
            outputs = self._market.tables[role, timeframe_s].indicator_outputs(use)
            for name, values in outputs.items():
                labelled[use.display_name if len(outputs) == 1 else f"{use.display_name}.{name}"] = values
        return labelled
