"""Small strategy documents as raw JSON, the way the builder exports them.

Every builder returns a fresh dict; keyword arguments end up in the node's ``data`` (or the leg).
``small()`` is a whole strategy that can run: start → entry signal → entry → exit signal → exit → re-entry
signal → entry, and a square-off.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

RSI = "rsi_1"


def indicator_declared(name: str = "rsi", **parameters: Any) -> Json:
    """An indicator as the start node declares it."""
    return {"indicator_name": name, "display_name": f"{name}(…)", **parameters}


def timeframe(identity: str = "1m", text: str = "1m", indicators: Json | None = None) -> Json:
    """A timeframe of an instrument; with one RSI of 14 unless told otherwise."""
    declared = {RSI: indicator_declared(length=14, price_field="close")} if indicators is None else indicators
    return {"id": identity, "timeframe": text, "indicators": declared}


def instrument(symbol: str = "NIFTY", *timeframes: Json) -> Json:
    """A ``tradingInstrumentConfig`` or ``supportingInstrumentConfig``."""
    return {"type": "options", "symbol": symbol, "timeframes": list(timeframes or (timeframe(),))}


def node(identity: str, kind: str, **data: Any) -> Json:
    """Any node."""
    return {"id": identity, "type": kind, "position": {"x": 1, "y": 2}, "data": {"label": identity, **data}}


def start(identity: str = "start", **data: Any) -> Json:
    """The start node, trading NIFTY options on one minute."""
    return node(
        identity,
        "startNode",
        **{
            "exchange": "NSE",
            "tradingInstrument": {"type": "options", "underlyingType": "index"},
            "tradingInstrumentConfig": instrument(),
            "supportingInstrumentEnabled": False,
            **data,
        },
    )


def constant(value: Any, **more: Any) -> Json:
    """A constant."""
    return {"type": "constant", "value": value, **more}


def now() -> Json:
    """The time of the step."""
    return {"type": "current_time"}


def at(text: str) -> Json:
    """A fixed time."""
    return {"type": "time_function", "timeValue": text}


def candle(field: str = "Close", offset: int = -1, timeframe_id: str = "1m", role: str = "TI") -> Json:
    """A candle's field."""
    return {
        "type": "candle_data",
        "field": field,
        "offset": offset,
        "timeframeId": timeframe_id,
        "instrumentType": role,
    }


def indicator(key: str = RSI, offset: int = -1, timeframe_id: str = "1m", role: str = "TI", **more: Any) -> Json:
    """A value of a declared indicator."""
    return {
        "type": "indicator",
        "name": key,
        "offset": offset,
        "timeframeId": timeframe_id,
        "instrumentType": role,
        **more,
    }


def live(field: str = "underlying_ltp", role: str = "TI") -> Json:
    """A value of an instrument now."""
    return {"type": "live_data", "field": field, "instrumentType": role}


def variable_read(node_id: str, name: str) -> Json:
    """A variable of a signal node."""
    return {"type": "node_variable", "nodeId": node_id, "variableName": name}


def position(field: str, vpi: str = "p1") -> Json:
    """A field of a leg's latest life."""
    return {"type": "position_data", "vpi": vpi, "field": field}


def profit(kind: str = "total", scope: str = "overall", **more: Any) -> Json:
    """Profit of a leg or of the strategy."""
    return {"type": "pnl_data", "scope": scope, "pnlType": kind, **more}


def arithmetic(left: Json, operation: str, right: Json) -> Json:
    """A computed value."""
    return {"type": "expression", "operation": operation, "left": left, "right": right}


def leaf(lhs: Any, operator: str, rhs: Any) -> Json:
    """One comparison."""
    return {"id": "condition", "lhs": lhs, "operator": operator, "rhs": rhs}


def group(*items: Json, logic: str = "AND") -> Json:
    """A group of conditions."""
    return {"id": "root", "groupLogic": logic, "conditions": list(items)}


def after(text: str = "09:17") -> Json:
    """True from that time on."""
    return leaf(now(), ">=", at(text))


def variable_set(name: str, expression: Json | None = None, **more: Any) -> Json:
    """A variable as a signal sets it: the last low unless told otherwise."""
    return {"name": name, "expression": expression or candle("Low"), **more}


def entry_signal(identity: str = "enter", *conditions: Json, **data: Any) -> Json:
    """A condition that opens: RSI below 30 unless told otherwise."""
    found = list(conditions or (leaf(indicator(), "<", constant(30)),))
    return node(identity, "entrySignalNode", **{"conditions": [group(*found)], **data})


def exit_signal(identity: str = "leave", *conditions: Json, **data: Any) -> Json:
    """A condition that closes: RSI above 70 unless told otherwise."""
    found = list(conditions or (leaf(indicator(), ">", constant(70)),))
    return node(identity, "exitSignalNode", **{"conditions": [group(*found)], **data})


def re_entry_signal(identity: str = "again", *conditions: Json, limit: int | None = 10, **data: Any) -> Json:
    """A condition that opens again: RSI below 30 unless told otherwise."""
    found = list(conditions or (leaf(indicator(), "<", constant(30)),))
    retry = {} if limit is None else {"maxReEntries": limit}
    return node(identity, "reEntrySignalNode", **{"conditions": [group(*found)], "retryConfig": retry, **data})


def leg(vpi: str = "p1", expiry: str = "W0", strike: str = "ATM", kind: str = "PE", **more: Any) -> Json:
    """A leg: one lot of 75, sold at market, unless told otherwise."""
    return {
        "vpi": vpi,
        "quantity": 1,
        "multiplier": 75,
        "positionType": "sell",
        "orderType": "market",
        "productType": "intraday",
        "optionDetails": {"expiry": expiry, "strikeType": strike, "optionType": kind},
        **more,
    }


def entry(identity: str = "entry", *legs: Json, **data: Any) -> Json:
    """The order(s) that open."""
    return node(identity, "entryNode", **{"positions": list(legs or (leg(),)), **data})


def exit_node(identity: str = "exit", target: str | None = "p1", order: Json | None = None, **data: Any) -> Json:
    """The order that closes; ``order`` adds to its ``orderConfig``, ``data`` to its ``exitNodeData``."""
    config = {"orderType": "market", "targetPositionVpi": target, **(order or {})}
    return node(identity, "exitNode", exitNodeData={"orderConfig": config, **data})


def end_conditions(**more: Any) -> Json:
    """Close five minutes before the close, unless told otherwise."""
    return more or {"timeBasedExit": {"enabled": True, "exitAtMarketClose": True, "minutesBeforeClose": 5}}


def square_off(identity: str = "square", **more: Any) -> Json:
    """Closes everything."""
    return node(identity, "squareOffNode", endConditions=end_conditions(**more))


def document(nodes: list[Any], edges: list[tuple[str, str]], **more: Any) -> Json:
    """A flat document; edges as pairs of ids."""
    return {
        "strategy_id": "s-1",
        "user_id": "user_demo",
        "strategy_name": "Small",
        "nodes": nodes,
        "edges": [{"id": f"e{at}", "source": source, "target": to} for at, (source, to) in enumerate(edges)],
        **more,
    }


EDGES = [
    ("start", "enter"),
    ("enter", "entry"),
    ("entry", "leave"),
    ("leave", "exit"),
    ("exit", "again"),
    ("again", "entry"),
    ("start", "square"),
]
# Where each node of small() stands in its list.
START, ENTER, ENTRY, LEAVE, EXIT, AGAIN, SQUARE = range(7)


def small(*more_nodes: Json, edges: list[tuple[str, str]] | None = None, **replaced: Json) -> Json:
    """A whole strategy; ``replaced`` gives nodes by id, ``edges`` are added to the usual ones."""
    nodes = {
        "start": start(),
        "enter": entry_signal(),
        "entry": entry(),
        "leave": exit_signal(),
        "exit": exit_node(),
        "again": re_entry_signal(),
        "square": square_off(),
    }
    nodes.update(replaced)
    return document([*nodes.values(), *more_nodes], EDGES + (edges or []))


def with_condition(condition: Json) -> Json:
    """``small()`` with one more condition on its exit signal."""
    return small(leave=exit_signal("leave", leaf(indicator(), ">", constant(70)), condition))
