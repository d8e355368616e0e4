"""How an order goes in, as the document says it: limits, buffers, waits and breakouts, in plain exact values."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

UNIT_SECONDS = {"seconds": 1, "minutes": 60}


def limit_terms(holder: dict) -> dict | None:
    """Of a leg or an ``orderConfig``: None at the market; else its ``price`` in paise (None: by ``buffer``, in paise
    or in percent), ``wait_s`` (None: for the day) and whether it goes ``to_market`` after that.
    """
    if order_type(holder) not in ("limit", "stoplimit"):
        return None
    price, buffer, wait = holder.get("limitPrice"), holder.get("limitBuffer"), holder.get("waitTime")
    percent = str(holder.get("limitBufferType") or "points").lower() == "percentage"
    unit = UNIT_SECONDS[str(holder.get("waitTimeUnit") or "seconds").lower()]
    return {
        "price": None if is_blank(price) else exact(price) * 100,
        "buffer": exact(0 if is_blank(buffer) else buffer) * (1 if percent else 100),
        "percent": percent,
        "wait_s": None if is_blank(wait) else int(wait) * unit,
        "to_market": str(holder.get("afterWait") or "cancel").lower() == "market",
    }


def order_type(holder: dict) -> str:
    """``market``, ``limit`` or ``stoplimit`` (also written ``SL``)."""
    text = re.sub("[ _-]", "", str(holder.get("orderType") or "market").lower())
    return "stoplimit" if text == "sl" else text


def wait_terms(position: dict) -> dict | None:
    """What a leg's price has to do before its order goes in: a move from where it is, a breakout of a window, or to
    come to the trigger of a stop-limit order.
    """
    if order_type(position) == "stoplimit":
        up = position["positionType"].lower() == "buy"
        return {"kind": "trigger", "level": exact(position["triggerPrice"]) * 100, "up": up}
    block = position.get("waitAndTrade") or {}
    if block.get("enabled"):
        return move_terms(block["type"], block["value"])
    block = position.get("rangeBreakout") or {}
    if not block.get("enabled"):
        return None
    return {
        "kind": "breakout",
        "from_s": clock_seconds(block["from"]),
        "to_s": clock_seconds(block["to"]),
        "underlying": str(block.get("of") or "underlying").lower() == "underlying",
        "high": block["side"].lower() == "high",
    }


def lazy_terms(position: dict) -> dict | None:
    """Of a leg that is not sent with its entry: the leg that arms it, and the reasons of a close that do."""
    block = position.get("lazyLeg") or {}
    if not block.get("enabled"):
        return None
    reasons = block.get("on") or ["stop_loss", "target", "trailing_stop"]
    return {"armed_by": block["armedBy"], "on": [reason.lower() for reason in reasons]}


def move_terms(kind: str, value: Any) -> dict:
    """``pointsUp``, ``pointsDown``, ``percentUp`` or ``percentDown`` by a value."""
    name = kind.lower()
    return {"kind": "move", "name": kind, "up": name.endswith("up"), "percent": name.startswith("percent")} | {
        "value": exact(value)
    }


def clock_seconds(text: str) -> int:
    """Seconds of the day of ``HH:MM`` or ``HH:MM:SS``."""
    parts = [int(part) for part in text.split(":")]
    return parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) == 3 else 0)


def exact(value: Any) -> Fraction:
    """A number as it is written."""
    return Fraction(str(value))


def is_blank(value: Any) -> bool:
    """Whether a member is absent."""
    return value is None or value == ""
