"""Why an expression has no value at a step: what the record of a comparison says where a side has none."""

from __future__ import annotations

from strikebook.engine.market_columns import MarketColumns
from strikebook.engine.operands import DayState, Operands
from strikebook.indicators import catalogue
from strikebook.strategy.expression import (
    Arithmetic,
    CandleField,
    Expression,
    IndicatorValue,
    LiveValue,
    NodeVariable,
    PositionField,
)


class NoValue:
    """Says why, from what is known at the moment it is asked."""

    def __init__(self, market: MarketColumns, state: DayState, operands: Operands) -> None:
        self._market = market
        self._state = state
        self._operands = operands

    def why(self, expression: Expression, step: int) -> str:
        """The reason, such as ``re-entry-signal-2 has not fired``, for an expression that has no value then."""
        match expression:
            case CandleField():
                return self._candle(expression, step)
            case IndicatorValue():
                return self._indicator(expression, step)
            case LiveValue():
                return self._live(expression)
            case NodeVariable():
                fired = expression.node_id in self._state.variables
                return f"unset when {expression.node_id} fired" if fired else f"{expression.node_id} has not fired"
            case PositionField():
                return self._position(expression)
            case Arithmetic():
                return self._arithmetic(expression, step)
            case _:
                raise TypeError(f"{expression} always has a value")

    def _live(self, wanted: LiveValue) -> str:
        symbol = self._market.instruments[wanted.role].symbol
        if wanted.field == "ltp":
            return f"{symbol} has not traded yet"
        return f"{symbol} has no quantities" if wanted.field == "volume" else f"{symbol} has no open interest so far"

    def _candle(self, wanted: CandleField, step: int) -> str:
        symbol = self._market.instruments[wanted.role].symbol
        table = self._market.tables[wanted.role, wanted.timeframe_s]
        if table.candle(step, wanted.offset) is not None:
            return f"{symbol} has no quantities"
        if wanted.offset == 0:
            return f"{symbol} has not traded in this candle yet"
        return _too_few(table.completed_at(step))

    def _indicator(self, wanted: IndicatorValue, step: int) -> str:
        instrument = self._market.instruments[wanted.role]
        table = self._market.tables[wanted.role, wanted.timeframe_s]
        number = table.completed_at(step) + wanted.offset + 1
        if number < 1:
            return _too_few(number - wanted.offset - 1)
        use = instrument.timeframes[wanted.timeframe_s].indicators[wanted.key]
        found, candle = catalogue.find(use.name), table.candle(step, wanted.offset)
        volumes = found is not None and ("volume" in found.reads or found.category == "volume")
        if volumes and candle is not None and candle.volume is None:
            return f"{use.display_name} reads the volume, and {instrument.symbol} has no quantities"
        return f"{use.display_name} has none at candle {number} of the series"

    def _position(self, wanted: PositionField) -> str:
        life = self._state.book.latest.get(wanted.vpi)
        if life is None:
            return f"{wanted.vpi} has not been opened"
        if wanted.field in ("exitPrice", "underlyingPriceOnExit") and not life.closed:
            return f"{wanted.vpi} is open"
        return f"{self._market.day.underlying} had not traded"

    def _arithmetic(self, wanted: Arithmetic, step: int) -> str:
        for side in (wanted.left, wanted.right):
            value = self._operands.at(side, step)
            if value is None:
                return self.why(side, step)
            if isinstance(value, str):
                return "a text does not compute"
        divided = wanted.operation == "/" and self._operands.at(wanted.right, step) == 0
        return "division by zero" if divided else "the result is not finite"


def _too_few(candles: int) -> str:
    return f"too few candles: {candles}"
