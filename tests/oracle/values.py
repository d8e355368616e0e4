"""Expressions and conditions: what they are worth at this moment of this step."""

from __future__ import annotations

import math
from typing import Any

from tests.oracle.book import Book
from tests.oracle.document import Graph
from tests.oracle.indicators import IndicatorReader
from tests.oracle.market import Market
from tests.oracle.order_terms import clock_seconds

Value = float | str | None
RELATIONS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "crosses_above": lambda a, b: a > b,
    "crosses_below": lambda a, b: a < b,
}


def comparable(value: float) -> float:
    """A number as it is compared: rounded to six decimals, half to even."""
    scaled = value * 1e6
    return round(scaled) if math.isfinite(scaled) else scaled


class Values:
    """Evaluates against the market, the book and the variables as they stand."""

    def __init__(self, graph: Graph, market: Market, book: Book) -> None:
        self.graph, self.market, self.book = graph, market, book
        self.indicators = IndicatorReader(graph, market)
        self.variables: dict[str, dict[str, Value]] = {
            node: {variable["name"]: None for variable in graph.data[node].get("variables") or []}
            for node in graph.signals
        }
        self._previous: dict[tuple[str, str, int], tuple[float, float]] = {}
        self._crossings = [
            (node, name, number, leaf)
            for node in graph.signals
            for name, (_, leaves) in graph.condition_sets[node].items()
            for number, leaf in enumerate(leaves)
            if leaf["operator"].lower().startswith("crosses")
        ]

    def reading(self, node: str, set_name: str, number: int, leaf: dict) -> dict:
        """Both values of a leaf and its result; for a crossing also the values it is compared with."""
        operator = leaf["operator"].lower()
        lhs, rhs = self.value(leaf["lhs"]), self._right_side(leaf, operator)
        before = self._previous.get((node, set_name, number), (None, None))
        if operator == "between":
            result = compare(">=", lhs, rhs[0]) and compare("<=", lhs, rhs[1])
        else:
            result = compare(operator, lhs, rhs)
        if operator.startswith("crosses"):
            result = result and before[0] is not None and not compare(operator, *before)
        return {
            "leaf": number,
            "lhs": lhs,
            "rhs": rhs,
            "result": result,
            "lhs_previous": before[0],
            "rhs_previous": before[1],
        }

    def end_step(self) -> None:
        """Remember both sides of every crossing, armed or not, where both have a value."""
        for node, name, number, leaf in self._crossings:
            lhs, rhs = self.value(leaf["lhs"]), self.value(leaf["rhs"])
            if isinstance(lhs, float) and isinstance(rhs, float):
                self._previous[node, name, number] = (lhs, rhs)

    def fire_variables(self, node: str) -> None:
        """Freeze the variables of a node that fires; one may read another of the same node, whatever the order."""
        expressions = {item["name"]: item["expression"] for item in self.graph.data[node].get("variables") or []}
        fresh: dict[str, Value] = {}

        def freeze(name: str) -> Value:
            if name not in fresh:
                fresh[name] = self.value(expressions[name], own=(node, freeze))
            return fresh[name]

        for name in expressions:
            freeze(name)
        self.variables[node] = fresh

    def value(self, expression: dict, own: tuple | None = None) -> Value:
        """A float, a text, or None. ``own``: (node, how to get its new variables), while it fires."""
        kind = expression["type"]
        if kind == "expression":
            return self._arithmetic(expression, own)
        if kind == "node_variable":
            node, name = expression["nodeId"], expression["variableName"]
            if own and own[0] == node:
                return own[1](name)
            return self.variables[node][name]
        return READERS[kind](self, expression)

    def _right_side(self, leaf: dict, operator: str) -> Any:
        if operator == "between":
            return (self.value(leaf["rhs"][0]), self.value(leaf["rhs"][1]))
        return self.value(leaf["rhs"])

    def _arithmetic(self, expression: dict, own: tuple | None) -> Value:
        left = self.value(expression["left"], own)
        right = self.value(expression["right"], own)
        if not isinstance(left, float) or not isinstance(right, float):
            return None
        operation = expression["operation"]
        if operation == "/" and right == 0:
            return None
        result = {
            "+": lambda: left + right,
            "-": lambda: left - right,
            "*": lambda: left * right,
            "/": lambda: left / right,
            "+%": lambda: left + left * right / 100,
            "-%": lambda: left - left * right / 100,
        }[operation]()
        return result if math.isfinite(result) else None

    def _instrument(self, expression: dict) -> dict:
        return self.graph.instruments[str(expression.get("instrumentType") or "TI").upper()]

    def _constant(self, expression: dict) -> Value:
        value = expression["value"]
        return value if isinstance(value, str) else float(value)

    def _current_time(self, _: dict) -> Value:
        return float(self.market.second)

    def _time_function(self, expression: dict) -> Value:
        return float(clock_seconds(expression["timeValue"]))

    def _candle(self, expression: dict) -> Value:
        instrument = self._instrument(expression)
        seconds = instrument["timeframes"][expression["timeframeId"]]["seconds"]
        candle = self.market.candle(instrument["symbol"], seconds, _offset(expression))
        field = expression["field"].lower()
        if candle is None or candle[field] is None:
            return None
        return float(candle[field]) if field == "volume" else candle[field] / 100

    def _indicator(self, expression: dict) -> Value:
        return self.indicators.value(self._instrument(expression), expression, _offset(expression))

    def _live(self, expression: dict) -> Value:
        symbol = self._instrument(expression)["symbol"]
        field = expression["field"].lower()
        if field == "volume":
            volume = self.market.volume.get(symbol)
            return None if volume is None else float(volume)
        if field == "oi":
            oi = self.market.open_interest.get(symbol)
            return None if oi is None else float(oi)
        price = self.market.price(symbol)
        return None if price is None else price / 100

    def _position(self, expression: dict) -> Value:
        return self.book.position_value(expression["vpi"], expression["field"].lower())

    def _profit(self, expression: dict) -> Value:
        overall = expression["scope"].lower() == "overall"
        return self.book.profit(None if overall else expression["vpi"], expression["pnlType"].lower()) / 100


READERS = {
    "constant": Values._constant,
    "current_time": Values._current_time,
    "time_function": Values._time_function,
    "candle_data": Values._candle,
    "market_data": Values._candle,
    "indicator": Values._indicator,
    "live_data": Values._live,
    "position_data": Values._position,
    "pnl_data": Values._profit,
}


def _offset(expression: dict) -> int:
    offset = expression.get("offset")
    return -1 if offset is None else int(offset)


def compare(operator: str, lhs: Value, rhs: Value) -> bool:
    """A plain comparison of two values of this moment; false where it cannot be made."""
    if lhs is None or rhs is None:
        return False
    if isinstance(lhs, str) and isinstance(rhs, str):
        same = lhs.casefold() == rhs.casefold()
        return {"==": same, "!=": not same}.get(operator, False)
    if isinstance(lhs, str) or isinstance(rhs, str):
        return False
    return RELATIONS[operator](comparable(lhs), comparable(rhs))


def holds(tree: Any, results: list[bool]) -> bool:
    """Whether a condition tree holds, given its leaves' results."""
    if isinstance(tree, int):
        return results[tree]
    logic, items = tree
    outcomes = [holds(item, results) for item in items]
    return all(outcomes) if logic == "AND" else any(outcomes)
