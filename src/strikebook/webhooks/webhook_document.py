"""Webhooks and deliveries as JSON files, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar, cast, get_args

import orjson

from strikebook.errors import StorageError
from strikebook.webhooks.webhook import (
    EVENTS,
    Delivery,
    DeliveryState,
    Event,
    Try,
    Webhook,
    is_delivery_id,
    is_webhook_id,
)

_Read = TypeVar("_Read")


def encode_webhook(webhook: Webhook) -> bytes:
    """A webhook as it is stored, its secret too: who signs needs it."""
    return _encoded(
        {
            "webhook_id": webhook.webhook_id,
            "user_id": webhook.user_id,
            "url": webhook.url,
            "events": list(webhook.events),
            "secret": webhook.secret,
            "created_at": webhook.created_at,
            "told_until": webhook.told_until,
            "by_own_key": webhook.by_own_key,
            "failing_since": webhook.failing_since,
            "off_since": webhook.off_since,
            "off_reason": webhook.off_reason,
        }
    )


def decode_webhook(content: bytes, where: str) -> Webhook:
    """Read a webhook. Raises StorageError where it is none."""

    def read(document: Mapping[str, Any]) -> Webhook:
        events = tuple(document["events"])
        if not is_webhook_id(document["webhook_id"]) or not events or not set(events) <= set(EVENTS):
            raise ValueError("no webhook")
        return Webhook(
            document["webhook_id"],
            _text(document["user_id"]),
            _text(document["url"]),
            cast("tuple[Event, ...]", events),
            _text(document["secret"]),
            _time(document["created_at"]),
            _time(document["told_until"]),
            document.get("by_own_key") is True,
            _time_or_none(document.get("failing_since")),
            _time_or_none(document.get("off_since")),
            _text(document.get("off_reason", "")),
        )

    return _decoded(content, where, read)


def encode_delivery(delivery: Delivery) -> bytes:
    """A delivery as it is stored."""
    tries = [{"at": each.at, "ms": each.ms, "status": each.status, "outcome": each.outcome} for each in delivery.tries]
    return _encoded(
        {
            "delivery_id": delivery.delivery_id,
            "webhook_id": delivery.webhook_id,
            "event": delivery.event,
            "job_id": delivery.job_id,
            "state": delivery.state,
            "occurred_at": delivery.occurred_at,
            "created_at": delivery.created_at,
            "next_try_at": delivery.next_try_at,
            "tries": tries,
            "body": delivery.body.decode(),
        }
    )


def decode_delivery(content: bytes, where: str) -> Delivery:
    """Read a delivery. Raises StorageError where it is none."""

    def read(document: Mapping[str, Any]) -> Delivery:
        if not is_delivery_id(document["delivery_id"]) or document["state"] not in get_args(DeliveryState):
            raise ValueError("no delivery")
        return Delivery(
            document["delivery_id"],
            _text(document["webhook_id"]),
            _text(document["event"]),
            document["job_id"],
            _time(document["occurred_at"]),
            _time(document["created_at"]),
            _text(document["body"]).encode(),
            document["state"],
            _time_or_none(document["next_try_at"]),
            tuple(
                Try(_time(each["at"]), int(each["ms"]), each["status"], _text(each["outcome"]))
                for each in document["tries"]
            ),
        )

    return _decoded(content, where, read)


def _encoded(document: dict[str, object]) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _decoded(content: bytes, where: str, read: Callable[[Mapping[str, Any]], _Read]) -> _Read:
    try:
        return read(orjson.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError) as error:  # what was in it is not told: it has a secret
        raise StorageError(
            f"the file of a webhook is damaged: {type(error).__name__}", where=where, right="remove it by hand"
        ) from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _time_or_none(value: object) -> datetime | None:
    return None if value is None else _time(value)


def _time(value: object) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is not None:
        raise ValueError("times are exchange time without an offset")
    return moment
