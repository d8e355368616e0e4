"""One instrument's prices, step by step: the last trade at or before every step, and the next one after it."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from strikebook.model.prices import Int32s, Int64s, Ticks
from strikebook.model.session import Session

Floats = NDArray[np.float64]


class Quote(NamedTuple):
    """A price an order or a record can use: the market's, and how old it is."""

    price_paise: int
    age_s: int


class Tape:
    """The trades of an instrument laid along the session's steps. Columns are float64[n], NaN where unknown.

    Trades outside the session are left out: another underlying's own session may be longer.
    """

    def __init__(self, ticks: Ticks, session: Session) -> None:
        second: memoryview[int] = ticks.second.data
        if len(second) and (second[0] < session.open_s or second[-1] > session.close_s):
            first, stop = (bisect_right(second, edge) for edge in (session.open_s - 1, session.close_s))
            ticks, second = ticks.between(first, stop), second[first:stop]
        self.ticks = ticks
        self.steps = session.steps
        self._open_s = session.open_s
        self._second = second
        self._paise: memoryview[int] = ticks.price_paise.data
        self._quoted: tuple[int, Quote | None] = (-1, None)

    @cached_property
    def trade_step(self) -> Int64s:
        """The step of each trade, not decreasing."""
        return self.ticks.second.astype(np.int64) - self._open_s

    @cached_property
    def _last_of_step(self) -> tuple[Int32s, Int64s]:
        """The seconds with trades, ascending, and the last price of each in paise."""
        second, price = self.ticks.second, self.ticks.price_paise
        ends = second[1:] != second[:-1]
        if ends.all():
            return second, price
        last = np.append(np.flatnonzero(ends), len(second) - 1)
        return second[last], price[last]

    @cached_property
    def paise(self) -> Int64s:
        """The last price at each step in paise: int64[n]; -1 before the first trade."""
        second, price = self._last_of_step
        lasting = np.empty_like(second)
        lasting[:-1] = second[1:] - second[:-1]
        lasting[-1:] = self._open_s + self.steps - second[-1:]
        return np.concatenate((np.full(self.first_step, -1, np.int64), price.repeat(lasting)))

    def moves(self, first: int, stop: int) -> tuple[Int32s, Int64s]:
        """The last prices in the steps [first, stop), each with the step from which it stands: the first at ``first``.

        There must be a trade at or before ``first``, and a step.
        """
        second, price = self._last_of_step
        ends = np.array((self._open_s + first, self._open_s + stop - 1), second.dtype)
        begin, end = second.searchsorted(ends, "right").tolist()
        step = second[begin - 1 : end] - np.int32(self._open_s)
        step[0] = first
        return step, price[begin - 1 : end]

    @cached_property
    def rupees(self) -> Floats:
        """The last price at each step in rupees: float64[n]."""
        column = self.paise / 100
        column[: self.first_step] = np.nan
        return column

    @cached_property
    def first_step(self) -> int:
        """The step of the first trade; the number of steps where there is none."""
        return self._second[0] - self._open_s if self._second else self.steps

    @cached_property
    def volume(self) -> Floats:
        """Units traded since the open at each step; NaN for an instrument without quantities."""
        if self.ticks.quantity is None:
            return np.full(self.steps, np.nan)
        per_step = np.bincount(self.trade_step, self.ticks.quantity, minlength=self.steps)
        return np.cumsum(per_step)

    @cached_property
    def open_interest(self) -> Floats:
        """The last open interest known at each step."""
        known = np.empty(0, np.int64) if self.ticks.oi is None else np.flatnonzero(self.ticks.oi >= 0)
        if self.ticks.oi is None or not len(known):
            return np.full(self.steps, np.nan)
        index = np.cumsum(np.bincount(self.trade_step[known], minlength=self.steps)) - 1
        column = self.ticks.oi[known][index].astype(np.float64)
        column[: int(self.trade_step[known[0]])] = np.nan
        return column

    def trades_until(self, step: int) -> int:
        """How many trades there are up to a step, that step's included."""
        return bisect_right(self._second, self._open_s + step)

    def trades_before(self, steps: Int64s | Int32s) -> NDArray[np.intp]:
        """How many trades there are before each of some steps."""
        return self.ticks.second.searchsorted((steps + self._open_s).astype(np.int32))

    def prices_at(self, steps: Int64s | Int32s) -> Int64s:
        """The last price at each of some steps, in paise; there must be one."""
        return self.ticks.price_paise[self.trades_before(steps + 1) - 1]

    def quote(self, step: int) -> Quote | None:
        """The last trade at or before a step, None before the first. A step asks several times."""
        if self._quoted[0] != step:
            self._quoted = (step, self._quote(step))
        return self._quoted[1]

    def _quote(self, step: int) -> Quote | None:
        count = bisect_right(self._second, self._open_s + step)
        if not count:
            return None
        return Quote(self._paise[count - 1], self._open_s + step - self._second[count - 1])

    def price_at(self, step: int) -> int:
        """The last price at a step, in paise; there must be one."""
        return self._paise[self.trades_until(step) - 1]

    def next_step(self, step: int) -> int | None:
        """The step of the first trade after a step, None where there is none."""
        index = self.trades_until(step)
        return self._second[index] - self._open_s if index < len(self._second) else None

    def first_price_after(self, step: int) -> int:
        """The price of the first trade after a step; there must be one."""
        return self._paise[self.trades_until(step)]

    def first_at(self, step: int, price_paise: int, *, below: bool, candle_s: int = 0) -> int | None:
        """The first step from ``step`` on whose last price is at or below (at or above) a price.

        ``candle_s``: only the steps at which such a candle completes count, each with the price of the step before.
        """
        begin = max(step, self.first_step)
        if begin >= self.steps:
            return None
        if candle_s:
            begin = -(-max(step, self.first_step + 1) // candle_s) * candle_s
            steps = np.arange(begin, self.steps, candle_s, dtype=np.int32)
            prices = self.paise[steps - 1]
        else:
            steps, prices = self.moves(begin, self.steps)
        met = prices <= price_paise if below else prices >= price_paise
        at = int(met.argmax()) if len(met) else 0
        return int(steps[at]) if len(met) and met[at] else None

    def next_within(self, sent_step: int, step: int, limit_paise: int, *, buying: bool) -> int | None:
        """The first step after ``step`` whose last price is at or through a limit, traded after ``sent_step``."""
        traded = self.next_step(sent_step)
        return None if traded is None else self.first_at(max(step + 1, traded), limit_paise, below=buying)
