"""Terms of orders for the strategies of worked days: limits, strikes by value, waits, locks, carried legs."""

from __future__ import annotations

from typing import Any

from tests.worked_days.making import Json, leg


def limit(place: Json, **members: Any) -> Json:
    """A leg, or an exit node, whose orders are limit orders."""
    terms = {"orderType": "limit", **members}
    if "data" not in place:
        return place | terms
    order = place["data"]["exitNodeData"]["orderConfig"] | terms
    return place | {"data": place["data"] | {"exitNodeData": {"orderConfig": order}}}


def leg_by(strike_type: str, value: float | list[float], side: str, option_type: str, **members: Any) -> Json:
    """A leg whose strike is chosen by a value, or by a range."""
    one = leg(side, option_type, strike_type, **members)
    one["optionDetails"]["strikeRange" if isinstance(value, list) else "strikeValue"] = value
    return one


def waiting(place: Json, move: str, value: float) -> Json:
    """A leg that waits for a move of its price."""
    return place | {"waitAndTrade": {"enabled": True, "type": move, "value": value}}


def breaking_out(place: Json, side: str, first: str, last: str, **members: Any) -> Json:
    """A leg that waits for a breakout of a window."""
    return place | {"rangeBreakout": {"enabled": True, "from": first, "to": last, "side": side, **members}}


def carried(place: Json) -> Json:
    """A leg that the close of the day does not close."""
    return place | {"productType": "carryForward"}


def locked(**members: Any) -> Json:
    """End conditions that lock a profit of the day."""
    return {"performanceBasedExit": {"enabled": True, "lockAndTrail": {"enabled": True, **members}}}
