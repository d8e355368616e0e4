"""Candles of an instrument at a timeframe, and the indicators on them, as seen from every step.

The series is the warm-up (at most 500 candles completed before the day) and then the day's completed candles.
The candle of [t, t + timeframe) is completed at step t + timeframe, so within a bucket everything is constant:
columns are made per bucket and repeated.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from strikebook.engine.tape import Floats, Tape
from strikebook.indicators import catalogue
from strikebook.model.day_result import Candle
from strikebook.model.market_day import WARM_UP_CANDLES
from strikebook.model.prices import Bars, Int64s, candles, stretches
from strikebook.model.session import SECONDS_PER_DAY, Session, naive_epoch
from strikebook.strategy.node import IndicatorUse

IndicatorKey: TypeAlias = tuple[str, tuple[tuple[str, object], ...]]
"""An indicator's name and its parameters: strategies that share a table may call another one by the same key."""


class CandleTable:
    """The candles of one instrument and timeframe over a day."""

    def __init__(self, tape: Tape, session: Session, timeframe_s: int, history: Bars) -> None:
        self._tape = tape
        self._session = session
        self._timeframe_s = timeframe_s
        self._history = history
        midnight = naive_epoch(session.date)
        day = candles(tape.ticks, midnight, session.open_s, session.close_s, timeframe_s)
        self._open_epoch = midnight + session.open_s
        buckets = session.last_step // timeframe_s + 1
        day_bucket = (day.start - self._open_epoch) // timeframe_s
        complete = int(np.searchsorted(day_bucket, session.last_step // timeframe_s))
        self._day = day.first(complete)
        self.completed: NDArray[np.int64] = len(history) + np.searchsorted(day_bucket[:complete], np.arange(buckets))
        self._indicators: dict[IndicatorKey, Mapping[str, Floats]] = {}

    @property
    def warm_up(self) -> int:
        """How many candles of days before it has."""
        return len(self._history)

    @cached_property
    def series(self) -> dict[str, Floats]:
        """The whole series in rupees (volume in units, NaN where a candle has none), by field."""
        past, day = self._history, self._day
        columns = {
            "open": np.concatenate([past.open_paise, day.open_paise]) / 100,
            "high": np.concatenate([past.high_paise, day.high_paise]) / 100,
            "low": np.concatenate([past.low_paise, day.low_paise]) / 100,
            "close": np.concatenate([past.close_paise, day.close_paise]) / 100,
        }
        columns["volume"] = np.concatenate([_volume(past), _volume(day)])
        return columns

    def completed_at(self, step: int) -> int:
        """How many candles of the series are completed at a step."""
        return self.completed.item(step // self._timeframe_s)

    def stretches(self, values: Floats, offset: int) -> Floats:
        """A value of the candle ``offset`` (≤ -1) from the forming one, once per bucket of the session."""
        index = self.completed + offset
        per_bucket = np.full(len(index), np.nan)
        known = index >= 0
        per_bucket[known] = values[index[known]]
        return per_bucket

    def column(self, per_bucket: Floats) -> Floats:
        """A value per bucket at every step: float64[n]."""
        return np.repeat(per_bucket, self._timeframe_s)[: self._session.steps]

    def forming(self, field: str) -> Floats:
        """A field of the forming candle at every step; NaN until the first trade of its bucket."""
        return self._forming[field]

    @cached_property
    def _forming(self) -> dict[str, Floats]:
        steps, size = self._session.steps, min(self._timeframe_s, self._session.steps)
        rows = -(-steps // size)
        step, price = self._tape.trade_step, self._tape.ticks.price_paise / 100
        nothing = np.full(rows * size, np.nan)
        columns = {name: nothing.copy() for name in ("open", "high", "low", "close", "volume")}
        if len(step):
            first, last = stretches(step)
            at = step[first]
            columns["high"][at] = np.maximum.reduceat(price, first)
            columns["low"][at] = np.minimum.reduceat(price, first)
            columns["open"][at] = price[first]
            columns["close"][at] = price[last]
        grid = {name: column.reshape(rows, size) for name, column in columns.items()}
        traded = np.maximum.accumulate(~np.isnan(grid["close"]), axis=1)
        high = np.fmax.accumulate(grid["high"], axis=1)
        low = np.fmin.accumulate(grid["low"], axis=1)
        start = np.where(traded, grid["open"][np.arange(rows), np.argmax(traded, axis=1)][:, None], np.nan)
        close = self._tape.rupees
        result = {
            "open": start.ravel()[:steps],
            "high": high.ravel()[:steps],
            "low": low.ravel()[:steps],
            "close": np.where(traded.ravel()[:steps], close, np.nan),
        }
        if self._tape.ticks.quantity is None:
            result["volume"] = nothing[:steps]
        else:
            per_step = np.bincount(step, self._tape.ticks.quantity, minlength=rows * size)[: rows * size]
            total = np.cumsum(per_step.reshape(rows, size), axis=1)
            result["volume"] = np.where(traded, total, np.nan).ravel()[:steps]
        return result

    def indicator(self, use: IndicatorUse, output: str) -> Floats:
        """An indicator's output on every candle of the series."""
        return self.indicator_outputs(use)[output]

    def indicator_outputs(self, use: IndicatorUse) -> Mapping[str, Floats]:
        """Every output of an indicator on every candle of the series."""
        key = (use.name, tuple(use.parameters.items()))
        if key not in self._indicators:
            found = catalogue.find(use.name)
            if found is None:
                raise KeyError(use.name)
            series = self.series
            volume = None if np.isnan(series["volume"]).all() else series["volume"]
            self._indicators[key] = catalogue.compute(
                found,
                use.parameters,
                series["open"],
                series["high"],
                series["low"],
                series["close"],
                volume,
                self._day_numbers(),
            )
        return self._indicators[key]

    def _day_numbers(self) -> NDArray[np.int64]:
        """A number per candle of the series, the same for a day's; negative where the warm-up may cut a day's first."""
        numbers = np.concatenate([self._history.start, self._day.start]) // SECONDS_PER_DAY
        if len(self._history) >= WARM_UP_CANDLES:
            numbers[numbers == numbers[0]] *= -1
        return numbers

    def candle(self, step: int, offset: int) -> Candle | None:
        """The forming candle (offset 0) or a completed one (≤ -1) as seen at a step."""
        if offset == 0:
            return self.forming_at(np.array([step]))[0]
        index = self.completed_at(step) + offset
        return None if index < 0 else self.candles([index])[0]

    def candles(self, places: Sequence[int]) -> list[Candle]:
        """Candles of the series by their ascending places in it."""
        past = len(self._history)
        earlier = bisect_left(places, past)
        found: list[Candle] = []
        for bars, at in ((self._history, places[:earlier]), (self._day, [place - past for place in places[earlier:]])):
            if at:
                found += _rows(bars.take(np.array(at)))
        return found

    def forming_at(self, steps: NDArray[np.int64]) -> list[Candle | None]:
        """The forming candle as seen at each of some ascending steps; None before the first trade of its bucket."""
        begun = steps - steps % self._timeframe_s
        first, stop = self._tape.trades_before(begun), self._tape.trades_before(steps + 1)
        traded = stop > first
        if not traded.any():
            return [None] * len(steps)
        first, stop = first[traded], stop[traded]
        ticks = self._tape.ticks
        price, units = ticks.price_paise, ticks.quantity
        seen = Bars(
            begun[traded] + self._open_epoch,
            price[first],
            _folded(np.maximum, price, first, stop),
            _folded(np.minimum, price, first, stop),
            price[stop - 1],
            None if units is None else _folded(np.add, units, first, stop),
        )
        found = iter(_rows(seen))
        return [next(found) if there else None for there in traded.tolist()]


def _rows(bars: Bars) -> list[Candle]:
    """Candles one by one."""
    volumes = [None] * len(bars) if bars.volume is None else [None if v < 0 else v for v in bars.volume.tolist()]
    prices = (bars.open_paise, bars.high_paise, bars.low_paise, bars.close_paise)
    return list(map(Candle, bars.start.tolist(), *[price.tolist() for price in prices], volumes))


def _folded(function: np.ufunc, values: Int64s, first: NDArray[np.intp], stop: NDArray[np.intp]) -> Int64s:
    """A function over each of some stretches [first, stop) of values, none of which is empty."""
    bounds = np.column_stack((first, stop)).ravel()
    if bounds[-1] == len(values):
        values = np.append(values, 0)  # an end there is no place of its own
    folded: Int64s = function.reduceat(values, bounds)[::2]
    return folded


def _volume(bars: Bars) -> NDArray[np.float64]:
    if bars.volume is None:
        return np.full(len(bars), np.nan)
    return np.where(bars.volume < 0, np.nan, bars.volume.astype(np.float64))
