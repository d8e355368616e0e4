"""What could be seen and what was decided: events, diagnostics, candles, and why a signal did not fire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

import numpy as np
import orjson
from numpy.typing import NDArray

from strikebook.model.day_result import (
    CONDITION_SETS,
    Candle,
    CandleView,
    DayResult,
    Event,
    SetReport,
    SignalReport,
    Snapshot,
    Trip,
)
from strikebook.storage.condition_records import SetFacts, SetKey, plain, trip_record
from strikebook.storage.stamps import Stamps, joined
from strikebook.strategy.texts import timeframe_text

Document = dict[str, object]


class Evidence:
    """A day's events and reports as records. One that is shown in several places is one object, built once."""

    def __init__(
        self,
        result: DayResult,
        stamps: Stamps,
        facts: Mapping[SetKey, SetFacts],
        labels: Mapping[str, str],
    ) -> None:
        self._result = result
        self._stamps = stamps
        self._facts = facts
        self._labels = labels
        self._events = {event.execution_id: event for event in result.events}
        self._flows: dict[str, list[str]] = {}
        self._diagnostics: dict[str, Document] = {}
        self._candles: dict[int, Document] = {}
        self._previous: dict[tuple[int, int], Document | None] = {}
        self._variables: dict[int, Document] = {}
        self._snapshots: dict[int, Document] = {}

    def event(self, event: Event) -> Document:
        """A firing, with its diagnostic."""
        return {
            "execution_id": event.execution_id,
            "parent_execution_id": event.parent_execution_id,
            "time": self._stamps[event.step],
            "node_id": event.node_id,
            "node_type": event.node_type,
            "node_label": self._labels.get(event.node_id, ""),
            "note": event.note,
            "diagnostic_data": self.diagnostic(event),
        }

    def deciding(self, event_id: str | None) -> Event | None:
        """The signal that led to an order node's event, or that event itself where no signal did, or where it waited
        for an amount or a time of its own.
        """
        order = self._events.get(event_id or "")
        if order is None or order.parent_execution_id is None or order.trip is not None:
            return order
        parent = self._events.get(order.parent_execution_id)
        return order if parent is None or parent.condition_set is None else parent

    def flow(self, event_id: str | None) -> list[str]:
        """The events from the start to that one, along parents; none for the close of the day."""
        told = self._flows.get(event_id or "")
        if told is not None:
            return told
        below: list[str] = []
        while event_id is not None and event_id in self._events and event_id not in self._flows:
            below.append(event_id)
            event_id = self._events[event_id].parent_execution_id
        flow = self._flows.get(event_id or "", [])
        for known in reversed(below):
            flow = self._flows[known] = [*flow, known]
        return flow

    def variables(self, event_id: str) -> Document:
        """The variables of every node as they stood at an event."""
        event = self._events.get(event_id)
        return {} if event is None else self._variables_of(event.snapshot)

    def preview(self, event: Event | None, otherwise: str) -> str:
        """The text of the condition that fired, or of the rule that triggered; ``otherwise`` where none did."""
        if event is not None and event.trip is not None:
            return str(trip_record(event.trip)["text"])
        if event is None or event.condition_set is None:
            return otherwise
        return self._facts[event.node_id, event.condition_set].text

    def diagnostic(self, event: Event) -> Document:
        """Everything about a firing: conditions with their values, how they combine, and what was seen."""
        known = self._diagnostics.get(event.execution_id)
        if known is not None:
            return known
        if event.trip is not None:
            made = self._tripped(event.trip, event.step)
        elif event.condition_set is None:
            made = self._unconditional(event.step)
        else:
            facts = self._facts[event.node_id, event.condition_set]
            records, substituted = facts.evaluated(event.readings)
            made = {
                "conditions_evaluated": records,
                "condition_tree": facts.tree,
                "condition_set": event.condition_set,
                "condition_text": facts.text,
                "substituted_text": substituted,
                "evaluated_at": self._stamps[event.step],
            }
        made["node_id"] = event.node_id
        made["execution_id"] = event.execution_id
        made.update(self.snapshot(event.snapshot))
        self._diagnostics[event.execution_id] = made
        return made

    def close_of_day(self) -> Document:
        """The diagnostic of what the close of the day closed: no condition, only what was seen."""
        record = self._unconditional(self._result.session.last_step)
        return record | {"node_id": None, "execution_id": None} | self.snapshot(self._result.closing_snapshot)

    def snapshot(self, snapshot: Snapshot) -> Document:
        """Candles, variables and last prices at a step."""
        known = self._snapshots.get(id(snapshot))
        if known is None:
            known = self._snapshots[id(snapshot)] = {
                "candle_data": self._candle_data(snapshot.candles),
                "node_variables": self._variables_of(snapshot),
                "last_prices": {
                    symbol: {"price": paise / 100, "age_s": age_s} for symbol, (paise, age_s) in snapshot.prices.items()
                },
            }
        return known

    def signals(self, reports: Sequence[SignalReport]) -> list[Document]:
        """Why signals did not fire: per leaf how often it held, and the moments at which only one was missing."""
        if not reports:
            return []
        misses = [report.near_misses for report in reports]
        columns = zip(*[(each.from_step, each.to_step, each.leaf) for each in misses], strict=True)
        runs = self._stamps.runs(*[np.concatenate(parts) for parts in columns])
        ends = pairwise(accumulate(map(len, misses), initial=0))
        return [self._signal(report, runs[first:end]) for report, (first, end) in zip(reports, ends, strict=True)]

    def _signal(self, report: SignalReport, runs: NDArray[np.void]) -> Document:
        stamps = self._stamps
        of_set = report.near_misses.of_set
        return {
            "node_id": report.node_id,
            "label": self._labels.get(report.node_id, ""),
            "fired_at": [stamps[step] for step in report.fired_steps],
            "limit": report.limit,
            "limit_at": None if report.limit_step is None else stamps[report.limit_step],
            "sets": [
                self._set(report, part, runs[of_set == CONDITION_SETS.index(part.condition_set)])
                for part in report.sets
            ],
            "near_misses_total": report.near_misses_total,
        }

    def _set(self, report: SignalReport, part: SetReport, runs: NDArray[np.void]) -> Document:
        stamps = self._stamps
        facts = self._facts[report.node_id, part.condition_set]
        leaves = [
            {
                **facts.leaves[count.leaf].fixed,
                "true_steps": count.true_steps,
                "last_true_at": None if count.last_true_step is None else stamps[count.last_true_step],
            }
            for count in part.leaves
        ]
        return {
            "condition_set": part.condition_set,
            "text": facts.text,
            "condition_tree": facts.tree,
            "armed_steps": part.armed_steps,
            "leaves": leaves,
            "near_misses": orjson.Fragment(joined(runs)),
        }

    def _tripped(self, trip: Trip, step: int) -> Document:
        record = trip_record(trip)
        return {
            "conditions_evaluated": [record],
            "condition_tree": {"logic": "AND", "items": [0]},
            "condition_set": None,
            "condition_text": record["text"],
            "substituted_text": record["substituted_text"],
            "evaluated_at": self._stamps[step],
        }

    def _unconditional(self, step: int) -> Document:
        return {
            "conditions_evaluated": [],
            "condition_tree": None,
            "condition_set": None,
            "condition_text": "",
            "substituted_text": "",
            "evaluated_at": self._stamps[step],
        }

    def _candle_data(self, views: tuple[CandleView, ...]) -> Document:
        """Per symbol its shortest timeframe at the top, as in the brief, and all of them by name."""
        known = self._candles.get(id(views))
        if known is not None:
            return known
        symbols: Document = {}
        frames: dict[str, Document] = {}
        shortest_first = sorted(views, key=_timeframe) if len(views) > 1 else views
        for symbol, timeframe_s, current, previous, indicators in shortest_first:
            text = timeframe_text(timeframe_s)
            frame: Document = {
                "timeframe": text,
                "current": self._candle(current),
                "previous": self._previous_candle(previous, indicators),
            }
            if symbol in frames:
                frames[symbol][text] = frame
            else:
                frames[symbol] = {text: frame}
                symbols[symbol] = {**frame, "timeframes": frames[symbol]}
        self._candles[id(views)] = symbols
        return symbols

    def _previous_candle(self, candle: Candle | None, indicators: Mapping[str, float | None]) -> Document | None:
        place = (id(candle), id(indicators))
        known = self._previous.get(place)
        if known is None:
            known = self._previous[place] = self._candle(candle, indicators)
        return known

    def _variables_of(self, snapshot: Snapshot) -> Document:
        known = self._variables.get(id(snapshot.variables))
        if known is None:
            known = self._variables[id(snapshot.variables)] = {
                node: {name: plain(value) for name, value in variables.items()}
                for node, variables in snapshot.variables.items()
            }
        return known

    def _candle(self, candle: Candle | None, indicators: Mapping[str, float | None] | None = None) -> Document | None:
        if candle is None:
            return None
        start, opened, high, low, close, volume = candle
        record: Document = {
            "timestamp": self._stamps.of_epoch(start),
            "open": opened / 100,
            "high": high / 100,
            "low": low / 100,
            "close": close / 100,
        }
        if volume is not None:
            record["volume"] = volume
        if indicators is not None:
            record["indicators"] = {name: plain(value) for name, value in indicators.items()}
        return record


def _timeframe(view: CandleView) -> int:
    return view.timeframe_s
