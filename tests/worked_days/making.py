"""Strategies from short calls, in the JSON shape that the visual builder exports.

Expressions and conditions first, then the nodes, then the graph. The position id of leg n of entry ``a`` is
``a-pos1``, ``a-pos2`` …; the market side is in ``making_market``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]


def number(value: float) -> Json:
    """A constant number."""
    return {"type": "constant", "value": value, "valueType": "number", "numberValue": 0}


def text(value: str) -> Json:
    """A constant text."""
    return {"type": "constant", "value": value, "valueType": "string", "numberValue": 0}


def candle(field: str, offset: int, role: str = "TI", timeframe: str = "1m") -> Json:
    """A field of a candle: 0 forming, -1 the last completed one."""
    return {
        "type": "candle_data",
        "field": field,
        "offset": offset,
        "dataField": field,
        "timeframeId": timeframe,
        "instrumentType": role,
    }


def indicator(key: str, offset: int = -1) -> Json:
    """An indicator of the one-minute timeframe, at the last completed candle."""
    return {
        "type": "indicator",
        "name": key,
        "offset": offset,
        "parameter": None,
        "timeframeId": "1m",
        "instrumentType": "TI",
    }


def live(field: str, role: str = "TI") -> Json:
    """``ltp``, ``volume`` or ``oi`` now."""
    return {"type": "live_data", "field": field, "instrumentType": role}


LTP = live("ltp")


def variable(node: str, name: str) -> Json:
    """What that signal froze when it last fired."""
    return {"type": "node_variable", "nodeId": node, "variableName": name}


def position(vpi: str, field: str) -> Json:
    """A field of a leg."""
    return {"type": "position_data", "vpi": vpi, "field": field}


def profit(kind: str, vpi: str | None = None) -> Json:
    """Profit ``realized``, ``unrealized`` or ``total``: of the strategy, or of a leg over all its lives."""
    scope = {"scope": "overall"} if vpi is None else {"scope": "position", "vpi": vpi}
    return {"type": "pnl_data", **scope, "pnlType": kind}


def calc(left: Json, operation: str, right: Json) -> Json:
    """``left operation right``."""
    return {"type": "expression", "operation": operation, "left": left, "right": right}


def leaf(lhs: Json, operator: str, *rhs: Json) -> Json:
    """A comparison; ``between`` takes two right sides."""
    pair = operator == "between"
    return {"id": "leaf", "lhs": lhs, "operator": operator, "rhs": list(rhs) if pair else rhs[0]}


def after(time: str) -> Json:
    """``current_time >= time``."""
    return leaf({"type": "current_time"}, ">=", {"type": "time_function", "timeValue": time})


ALWAYS = after("09:00:00")


def any_of(*conditions: Json) -> Json:
    """An OR group."""
    return {"id": "group", "groupLogic": "OR", "conditions": list(conditions)}


def _conditions(conditions: Iterable[Json]) -> list[Json]:
    return [{"id": "root", "groupLogic": "AND", "conditions": list(conditions)}]


def _node(node_id: str, node_type: str, data: Json) -> Json:
    return {"id": node_id, "type": node_type, "data": {"label": node_id, **data}, "position": {"x": 0, "y": 0}}


def entry_signal(
    node_id: str, *conditions: Json, variables: Mapping[str, Json] | None = None, again: Json | None = None
) -> Json:
    """A condition that opens (all of ``conditions``); ``again`` is its re-entry set."""
    data = {"conditions": _conditions(conditions), "variables": _variables(node_id, variables)}
    if again is not None:
        data |= {"hasReEntryConditions": True, "reEntryConditions": _conditions([again])}
    return _node(node_id, "entrySignalNode", data)


def exit_signal(node_id: str, *conditions: Json, again: Json | None = None) -> Json:
    """A condition that closes; ``again`` is its re-entry set, for the second life on."""
    data: Json = {"conditions": _conditions(conditions)}
    if again is not None:
        data |= {"hasReEntryExitConditions": True, "reEntryExitConditions": _conditions([again])}
    return _node(node_id, "exitSignalNode", data)


def re_entry_signal(node_id: str, *conditions: Json, limit: int, variables: Mapping[str, Json] | None = None) -> Json:
    """A condition that opens again, at most ``limit`` times."""
    return _node(
        node_id,
        "reEntrySignalNode",
        {
            "conditions": _conditions(conditions),
            "variables": _variables(node_id, variables),
            "retryConfig": {"groupNumber": 1, "maxReEntries": limit},
        },
    )


def _variables(node_id: str, variables: Mapping[str, Json] | None) -> list[Json]:
    return [
        {"id": f"var-{name}", "name": name, "nodeId": node_id, "expression": expression}
        for name, expression in (variables or {}).items()
    ]


def leg(
    side: str,
    option_type: str,
    strike: str = "ATM",
    expiry: str = "W0",
    *,
    lots: int = 1,
    lot_size: int | None = 75,
    max_entries: int | None = None,
) -> Json:
    """A leg: ``leg("buy", "CE")`` buys one lot of 75 at the money in the nearest expiry."""
    data: Json = {
        "quantity": lots,
        "orderType": "market",
        "productType": "intraday",
        "positionType": side,
        "optionDetails": {"expiry": expiry, "optionType": option_type, "strikeType": strike},
    }
    if lot_size is not None:
        data["multiplier"] = lot_size
    if max_entries is not None:
        data["maxEntries"] = max_entries
    return data


def entry(node_id: str, *legs: Json, all_or_none: bool = False) -> Json:
    """The order(s) that open; leg n has the position id ``<node_id>-posn``."""
    positions = [{"vpi": f"{node_id}-pos{n}", "priority": n, **one} for n, one in enumerate(legs, 1)]
    data: Json = {"positions": positions, "actionType": "entry"}
    if all_or_none:
        data["allOrNone"] = True
    return _node(node_id, "entryNode", data)


def exit_order(node_id: str, target: str, *, percent: float | None = None, lots: int | None = None) -> Json:
    """The order that closes ``target`` (``_any``: all legs above): all of it, a percentage, or some lots."""
    order: Json = {"orderType": "market", "targetPositionVpi": target, "quantity": "all"}
    if percent is not None:
        order |= {"quantity": "percentage", "partialQuantityPercentage": percent}
    if lots is not None:
        order |= {"quantity": "specific", "specificQuantity": lots}
    return _node(node_id, "exitNode", {"actionType": "exit", "exitNodeData": {"orderConfig": order}})


def rule(trigger: str = "points", **members: Any) -> Json:
    """A protective block that is on; its amounts are ``percentage``, ``points`` or ``pnl``."""
    return {"enabled": True, "triggerType": trigger, **members}


def again(**members: Any) -> Json:
    """A re-entry without a condition that is on."""
    return {"enabled": True, **members}


def protected(place: Json, **blocks: Json) -> Json:
    """A leg, an entry node or an exit node with blocks of protective exits, or with its ``reEntryConfig``."""
    if "data" not in place:
        return place | blocks
    data = place["data"]
    if "exitNodeData" in data:
        return place | {"data": data | {"exitNodeData": data["exitNodeData"] | blocks}}
    return place | {"data": data | {"postExecutionConfig": blocks}}


def end_conditions(
    *,
    immediate: bool = False,
    amount: float | None = None,
    at: str = "",
    minutes_before_close: int | None = None,
) -> Json:
    """When a square-off acts; a negative ``amount`` is a loss limit."""
    performance: Json = {"enabled": amount is not None}
    if amount is not None:
        performance["dailyPnLTarget"] = {"enabled": True, "targetType": "absolute", "targetAmount": amount}
    timed: Json = {"enabled": bool(at) or minutes_before_close is not None, "exitTime": at}
    timed["exitAtMarketClose"] = minutes_before_close is not None
    timed["minutesBeforeClose"] = minutes_before_close or 0
    return {
        "immediateExit": {"enabled": immediate},
        "performanceBasedExit": performance,
        "timeBasedExit": timed,
    }


def square_off(node_id: str, **when: Any) -> Json:
    """Closes everything and ends the day; ``when`` as ``end_conditions`` takes it."""
    return _node(node_id, "squareOffNode", {"endConditions": end_conditions(**when)})


def round_trip(name: str, enters: str, one_leg: Json, leaves: str | None = None) -> tuple[list[Json], list[str]]:
    """Nodes and path of the plainest trade: leg ``<name>-pos1`` opens at a time, closes at another (None: at
    the close).
    """
    nodes = [entry_signal(f"{name}-go", after(enters)), entry(name, one_leg)]
    path = f"start > {name}-go > {name}"
    if leaves is not None:
        nodes += [exit_signal(f"{name}-stop", after(leaves)), exit_order(f"{name}-out", f"{name}-pos1")]
        path += f" > {name}-stop > {name}-out"
    return nodes, [path]


def trips(*several: tuple[list[Json], list[str]]) -> tuple[list[Json], list[str]]:
    """Several round trips side by side, in edge order."""
    return [node for nodes, _ in several for node in nodes], [path for _, paths in several for path in paths]


def make_strategy(
    nodes: Iterable[Json],
    paths: Iterable[str],
    *,
    indicators: Mapping[str, Json] | None = None,
    supporting: str = "",
    ends: Json | None = None,
) -> Json:
    """The exported document. ``paths`` are edges in order: ``"start > go > in"`` is two of them."""
    pairs = [pair for path in paths for pair in _pairs(path)]
    start = {
        "exchange": "NSE",
        "tradingInstrument": {"type": "options", "underlyingType": "index"},
        "tradingInstrumentConfig": _instrument("NIFTY", indicators or {}),
        "supportingInstrumentEnabled": bool(supporting),
        "supportingInstrumentConfig": _instrument(supporting, {}),
    }
    if ends is not None:
        start["endConditions"] = ends
    edges = [
        {"id": f"e-{source}-{target}", "type": "default", "source": source, "target": target}
        for source, target in pairs
    ]
    return {
        "strategy_id": "worked-day",
        "user_id": "user_worked",
        "strategy_name": "Worked day",
        "name": "Worked day",
        "nodes": [_node("start", "startNode", start), *nodes],
        "edges": edges,
    }


def _pairs(path: str) -> list[tuple[str, str]]:
    ids = path.split(" > ")
    return list(pairwise(ids))


def _instrument(symbol: str, indicators: Mapping[str, Json]) -> Json:
    minute = {"id": "1m", "unit": "minutes", "number": 1, "timeframe": "1m", "indicators": dict(indicators)}
    return {"type": "options", "symbol": symbol, "timeframes": [minute] if symbol else []}


def protected_legs(*legs: Json, **blocks: Json) -> Json:
    """Legs a-pos1 … from 09:15:10 on; ``blocks`` protect each of them."""
    return make_strategy(
        [entry_signal("go", after("09:15:10")), protected(entry("a", *legs), **blocks)], ["start > go > a"]
    )
