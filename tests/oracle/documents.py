"""Short ways to write a strategy document and a raw day, for the oracle's tests and its generator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tests.raw_day import RawBar, RawCandle, RawDay, RawTrade

DAY = date(2024, 10, 1)
OPEN_S = 9 * 3600 + 15 * 60


def constant(value: float | str | bool) -> dict:
    """A fixed value."""
    return {"type": "constant", "value": value}


def ltp(role: str = "TI") -> dict:
    """The last price of an instrument."""
    return {"type": "live_data", "field": "ltp", "instrumentType": role}


def now() -> dict:
    """The time of the step."""
    return {"type": "current_time"}


def time_of_day(text: str) -> dict:
    """A fixed time."""
    return {"type": "time_function", "timeValue": text}


def candle(field: str, offset: int = -1, timeframe: str = "1m", role: str = "TI") -> dict:
    """A candle's field."""
    return {
        "type": "candle_data",
        "field": field,
        "offset": offset,
        "timeframeId": timeframe,
        "instrumentType": role,
    }


def indicator(key: str, offset: int = -1, timeframe: str = "1m", role: str = "TI") -> dict:
    """An indicator's value."""
    return {
        "type": "indicator",
        "name": key,
        "parameter": None,
        "offset": offset,
        "timeframeId": timeframe,
        "instrumentType": role,
    }


def variable(node: str, name: str) -> dict:
    """The value a node froze."""
    return {"type": "node_variable", "nodeId": node, "variableName": name}


def position(vpi: str, field: str) -> dict:
    """A field of a leg's latest life."""
    return {"type": "position_data", "vpi": vpi, "field": field}


def profit(kind: str, vpi: str | None = None) -> dict:
    """Profit of a leg, or of the day."""
    if vpi is None:
        return {"type": "pnl_data", "scope": "overall", "pnlType": kind}
    return {"type": "pnl_data", "scope": "position", "vpi": vpi, "pnlType": kind}


def arithmetic(left: dict, operation: str, right: dict) -> dict:
    """An operation on two expressions."""
    return {"type": "expression", "operation": operation, "left": left, "right": right}


def leaf(lhs: dict, operator: str, rhs: Any) -> dict:
    """A comparison."""
    return {"lhs": lhs, "operator": operator, "rhs": rhs}


def group(logic: str, *items: dict) -> dict:
    """All or any of some items."""
    return {"groupLogic": logic, "conditions": list(items)}


def at_second(second: int) -> dict:
    """True at one step."""
    return leaf(now(), "==", constant(OPEN_S + second))


def start(timeframes: Sequence[dict] = (), **data: Any) -> dict:
    """A start node on NIFTY; more of its data by name."""
    config = {"type": "options", "symbol": "NIFTY", "timeframes": list(timeframes)}
    return {"id": "start", "type": "startNode", "data": {"tradingInstrumentConfig": config, **data}}


def timeframe(text: str, **indicators: dict) -> dict:
    """A timeframe with its indicators by key."""
    return {"id": text, "timeframe": text, "indicators": indicators}


def signal(kind: str, node: str, *conditions: dict, **data: Any) -> dict:
    """A signal node; ``kind`` is entry, exit or reEntry."""
    return {"id": node, "type": f"{kind}SignalNode", "data": {"conditions": list(conditions), **data}}


def leg(vpi: str, side: str = "buy", option: str = "W0 ATM CE", lots: float = 1, **data: Any) -> dict:
    """A leg; ``option`` is expiry, strike and type. Its lot size is 10 unless given."""
    expiry, strike, option_type = option.split()
    details = {"expiry": expiry, "strikeType": strike, "optionType": option_type}
    return {
        "vpi": vpi,
        "quantity": lots,
        "multiplier": 10,
        "positionType": side,
        "orderType": "market",
        "productType": "intraday",
        "optionDetails": details,
        **data,
    }


def entry(node: str, *legs: dict, **data: Any) -> dict:
    """An entry node."""
    return {"id": node, "type": "entryNode", "data": {"positions": list(legs), **data}}


def exit_node(node: str, target: str | None, **order: Any) -> dict:
    """An exit node that closes all, unless told otherwise."""
    config = {"orderType": "market", "targetPositionVpi": target, "quantity": "all", **order}
    return {"id": node, "type": "exitNode", "data": {"exitNodeData": {"orderConfig": config}}}


def square_off(node: str, **end_conditions: dict) -> dict:
    """A square-off node."""
    return {"id": node, "type": "squareOffNode", "data": {"endConditions": end_conditions}}


def strategy(edges: str, *nodes: dict) -> dict:
    """A flat document; ``edges`` is ``a>b b>c``."""
    pairs = [edge.split(">") for edge in edges.split()]
    return {
        "strategy_id": "oracle",
        "user_id": "tests",
        "strategy_name": "oracle",
        "nodes": list(nodes),
        "edges": [{"source": source, "target": target} for source, target in pairs],
    }


def trades(*pairs: tuple[int, float], quantity: int | None = None) -> list[RawTrade]:
    """Trades as (step, price in rupees)."""
    return [RawTrade(OPEN_S + step, round(price * 100), quantity) for step, price in pairs]


def bar(step: int, length_s: int, *prices: float) -> RawBar:
    """A bar: open, high, low, close in rupees, or only the close."""
    paise = [round(price * 100) for price in prices]
    if len(paise) == 1:
        paise = [None, None, None, *paise]
    return RawBar(OPEN_S + step, length_s, *paise)


def tiny_day(
    spot: Sequence[RawTrade | RawBar],
    options: Mapping[str, Sequence[RawTrade | RawBar]],
    last_step: int = 300,
    history: Mapping[tuple[str, int], Sequence[RawCandle]] | None = None,
) -> RawDay:
    """A short day with strikes 100, 150 and 200 listed, expiring that day; ``options`` by ``150CE``."""
    rows = {"NIFTY": list(spot)}
    for name, own in options.items():
        rows[f"NIFTY:{DAY}:OPT:{name[:-2]}:{name[-2:]}"] = list(own)
    listed = [(DAY, strike * 100, kind) for strike in (100, 150, 200) for kind in ("CE", "PE")]
    return RawDay("NIFTY", DAY, rows, listed, {DAY: 10}, history or {}, open_s=OPEN_S, close_s=OPEN_S + last_step)
