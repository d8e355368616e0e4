"""Webhooks and the log of their deliveries."""

# Written by `python -m tests.client.make_shapes` from strikebook.server.wire.webhooks; a test holds them together.

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict

Event: TypeAlias = Literal["completed", "failed", "cancelled"]


class Webhook(TypedDict):
    """A webhook; its secret is not shown."""

    webhook_id: str
    user_id: str
    url: str
    events: list[Event]
    created_at: str
    failing_since: str | None
    """The first try that failed since the last delivery."""
    off_since: str | None
    """It is told nothing since then."""
    off_reason: str | None


class WebhookNow(Webhook):
    """A webhook as it is now."""


class WebhookMade(Webhook):
    """A webhook that was made. ``secret`` is shown this once, and only where it was made here."""

    secret: str | None


class WebhookList(TypedDict):
    """Webhooks, the oldest first; ``off`` says that the administrator has allowed no host."""

    webhooks: list[Webhook]
    off: bool


class WebhookRemoved(TypedDict):
    """A webhook that was removed."""

    message: str


class DeliveryTry(TypedDict):
    """A try: when, how long, the status that was answered (``null``: none was), what came of it."""

    at: str
    ms: int
    status: int | None
    outcome: str


class WebhookDelivery(TypedDict):
    """A delivery of one event to a webhook."""

    delivery_id: str
    event: Event | Literal["test"]
    job_id: str | None
    state: Literal["pending", "delivered", "failed"]
    created_at: str
    next_try_at: str | None
    tries: list[DeliveryTry]


class WebhookDeliveries(TypedDict):
    """The log of a webhook, the newest first."""

    deliveries: list[WebhookDelivery]
