"""The market of a day as columns: every operand that only reads prices and the clock, computed once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from strikebook.engine.candles import CandleTable
from strikebook.engine.tape import Floats, Tape
from strikebook.errors import DayFailedError
from strikebook.model.market_day import WARM_UP_CANDLES, MarketDay
from strikebook.model.prices import Ticks
from strikebook.strategy.expression import (
    CandleField,
    CurrentTime,
    Expression,
    IndicatorValue,
    InstrumentRole,
    LiveValue,
)
from strikebook.strategy.node import InstrumentUse, Strategy


class DayShelf:
    """The tapes and candle tables of a day, which are the same for every strategy that reads them.

    ``tapes``: by symbol, and whether with quantities. ``tables``: by symbol and timeframe.
    """

    def __init__(self) -> None:
        self.tapes: dict[tuple[str, bool], Tape] = {}
        self.tables: dict[tuple[str, int], CandleTable] = {}


class MarketColumns:
    """Tapes, candle tables and operand columns of one day. Columns are float64[n], NaN where there is no value.

    ``shelf``: what other strategies have read of that day already.
    """

    def __init__(self, strategy: Strategy, day: MarketDay, shelf: DayShelf | None = None) -> None:
        self.day = day
        self._shelf = DayShelf() if shelf is None else shelf
        self.session = day.session
        self.steps = day.session.steps
        self.instruments: dict[InstrumentRole, InstrumentUse] = {"TI": strategy.trading}
        if strategy.supporting is not None:
            self.instruments["SI"] = strategy.supporting
        self._tapes: dict[str, Tape] = {}
        self._columns: dict[Expression, Floats] = {}
        self._stretches: dict[Expression, tuple[Floats, int]] = {}
        self.short_history = False
        self.tables: dict[tuple[InstrumentRole, int], CandleTable] = {}
        for role, instrument in self.instruments.items():
            tape = self.tape(instrument.symbol)
            bar_s = day.bar_s_of(instrument.symbol)
            for timeframe_s in instrument.timeframes:
                if bar_s and timeframe_s % bar_s:
                    raise DayFailedError(
                        f"candles of {timeframe_s} s cannot be made from bars of {bar_s} s",
                        where=f"{instrument.symbol} on {day.session.date}",
                        right=f"a timeframe that is a multiple of {bar_s} s, or finer data",
                    )
                table = self._shelf.tables.get((instrument.symbol, timeframe_s))
                if table is None:
                    history = day.history_of(instrument.symbol, timeframe_s)
                    table = CandleTable(tape, day.session, timeframe_s, history)
                    self._shelf.tables[instrument.symbol, timeframe_s] = table
                self.short_history |= table.warm_up < WARM_UP_CANDLES
                self.tables[role, timeframe_s] = table

    @property
    def replayed_bars(self) -> bool:
        """True where any instrument read so far is replayed from bars."""
        return any(tape.ticks.replayed for tape in self._tapes.values())

    @property
    def spot(self) -> Tape:
        """The trading instrument's tape."""
        return self.tape(self.instruments["TI"].symbol)

    def tape(self, symbol: str) -> Tape:
        """An instrument's tape, loaded when first asked for."""
        tape = self._tapes.get(symbol)
        if tape is None:
            tape = self._tapes[symbol] = self._shelved(symbol, self.day.ticks_of, sizes=True)
        return tape

    def contract_tape(self, symbol: str) -> Tape:
        """A contract's tape; only its prices are asked for."""
        tape = self._tapes.get(symbol)
        if tape is None:
            prices_of = self.day.prices_of or self.day.ticks_of
            tape = self._tapes[symbol] = self._shelved(symbol, prices_of, sizes=False)
        return tape

    def _shelved(self, symbol: str, read: Callable[[str], Ticks], *, sizes: bool) -> Tape:
        tape = self._shelf.tapes.get((symbol, sizes))
        if tape is None:
            tape = self._shelf.tapes[symbol, sizes] = Tape(read(symbol), self.session)
        return tape

    def column(self, expression: Expression) -> Floats:
        """The column of a market operand (candle, indicator, live value, current time)."""
        column = self._columns.get(expression)
        if column is None:
            column = self._columns[expression] = self._make(expression)
        return column

    def _make(self, expression: Expression) -> Floats:
        match expression:
            case CurrentTime():
                return np.arange(self.steps, dtype=np.float64) + self.session.open_s
            case LiveValue():
                tape = self.tape(self.instruments[expression.role].symbol)
                return {"ltp": tape.rupees, "volume": tape.volume, "oi": tape.open_interest}[expression.field]
            case CandleField(offset=0):
                return self.tables[expression.role, expression.timeframe_s].forming(expression.field)
            case CandleField() | IndicatorValue():
                table = self.tables[expression.role, expression.timeframe_s]
                return table.column(self.stretches(expression)[0])
            case _:
                raise TypeError(f"{expression} is not a market operand")

    def stretches(self, expression: CandleField | IndicatorValue) -> tuple[Floats, int]:
        """An operand of completed candles: its value in each bucket of the session, and a bucket's steps."""
        known = self._stretches.get(expression)
        if known is None:
            table = self.tables[expression.role, expression.timeframe_s]
            if isinstance(expression, CandleField):
                values = table.series[expression.field]
            else:
                use = self.instruments[expression.role].timeframes[expression.timeframe_s].indicators[expression.key]
                values = table.indicator(use, expression.output)
            known = self._stretches[expression] = table.stretches(values, expression.offset), expression.timeframe_s
        return known
