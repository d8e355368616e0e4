"""What is told: the end of a job, or a test, and the body that says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson

from strikebook.webhooks.webhook import TEST, Delivery, Event, Webhook, make_test_id


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A job that has ended. ``describe`` makes what the receiver is told of it."""

    user_id: str
    job_id: str
    event: Event
    at: datetime
    describe: Callable[[], Mapping[str, object]]


def make_test(webhook: Webhook, now: datetime) -> Delivery:
    """A test of a webhook: it says so, and is about no job."""
    delivery_id = make_test_id()
    body = body_of(webhook, delivery_id, TEST, now, {"job": None, "links": {}})
    return Delivery(delivery_id, webhook.webhook_id, TEST, None, now, now, body)


def body_of(webhook: Webhook, delivery_id: str, event: str, at: datetime, told: Mapping[str, object]) -> bytes:
    """What is sent: an envelope that is the same for every event, and what is told."""
    envelope = {
        "event": event,
        "delivery_id": delivery_id,
        "webhook_id": webhook.webhook_id,
        "user_id": webhook.user_id,
        "occurred_at": at.isoformat(timespec="microseconds"),
    }
    return orjson.dumps({**envelope, **told})
