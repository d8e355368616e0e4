"""What a node did on a day, and why it did no more: from the day's stored document, nothing is worked out again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strikebook.errors import NotFoundError

Document = dict[str, Any]


def why(day: Mapping[str, Any], node_id: str) -> Document:
    """The report of a node on a stored day.

    ``kind``: ``signal`` (its condition sets: how often each leaf held, the moments at which one alone was missing) or
    ``order`` (an entry, an exit, a square-off: its orders that failed). Both have the node's ``events``. Raises
    NotFoundError where the day knows no such node; it names those it knows.
    """
    events = [_event(event) for event in day["events"] if event["node_id"] == node_id]
    signal = next((each for each in day["signals"] if each["node_id"] == node_id), None)
    if signal is not None:
        return _signal(day, signal, events)
    rejections = [each for each in day["rejections"] if each["node_id"] == node_id]
    cancellations = [each for each in day["cancellations"] if each["node_id"] == node_id]
    if not (events or rejections or cancellations):
        raise NotFoundError(
            f"no node {node_id[:80]!r} did anything on {day['date']}", where="node", right=f"one of {_known(day)}"
        )
    return {
        "date": day["date"],
        "node_id": node_id,
        "kind": "order",
        "label": events[0]["label"] if events else "",
        "events": events,
        "rejections": rejections,
        "cancellations": cancellations,
    }


def _signal(day: Mapping[str, Any], signal: Mapping[str, Any], events: list[Document]) -> Document:
    sets = [_set(part) for part in signal["sets"]]
    return {
        "date": day["date"],
        "node_id": signal["node_id"],
        "kind": "signal",
        "label": signal["label"],
        "fired_at": signal["fired_at"],
        "limit": signal["limit"],
        "limit_at": signal["limit_at"],
        "armed_seconds": sum(part["armed_seconds"] for part in sets),
        "sets": sets,
        "near_misses_total": signal["near_misses_total"],
        "near_misses_shown": sum(len(part["near_misses"]) for part in sets),
        "events": events,
    }


def _set(part: Mapping[str, Any]) -> Document:
    armed = part["armed_steps"]
    texts = {leaf["leaf"]: leaf["text"] for leaf in part["leaves"]}
    return {
        "condition_set": part["condition_set"],
        "text": part["text"],
        "condition_tree": part["condition_tree"],
        "armed_seconds": armed,
        "leaves": [
            {
                "leaf": leaf["leaf"],
                "text": leaf["text"],
                "condition_type": leaf["condition_type"],
                "held_seconds": leaf["true_steps"],
                "held_percent": round(100 * leaf["true_steps"] / armed, 1) if armed else 0.0,
                "last_held_at": leaf["last_true_at"],
            }
            for leaf in part["leaves"]
        ],
        "near_misses": [
            {"from": begin, "to": end, "missing_leaf": leaf, "missing": texts.get(leaf, "")}
            for begin, end, leaf in part["near_misses"]
        ],
    }


def _event(event: Mapping[str, Any]) -> Document:
    diagnostic = event["diagnostic_data"]
    return {
        "execution_id": event["execution_id"],
        "time": event["time"],
        "label": event["node_label"],
        "note": event["note"],
        "condition_text": diagnostic["condition_text"],
        "substituted_text": diagnostic["substituted_text"],
    }


def _known(day: Mapping[str, Any]) -> str:
    names = [each["node_id"] for part in ("signals", "events", "rejections") for each in day[part]]
    return ", ".join(dict.fromkeys(map(str, names)))
