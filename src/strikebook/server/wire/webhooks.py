"""Webhooks and the log of their deliveries."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from strikebook.server.wire.patterns import ID_PATTERN
from strikebook.server.wire.shape import Answer, Asked, Part
from strikebook.webhooks.hosts import LONGEST_URL, URL_PATTERN
from strikebook.webhooks.webhook import EVENTS, Event

SECRET_PATTERN = r"^[!-~]{16,200}$"  # noqa: S105 — what one looks like
WEBHOOK_PATTERN = r"^wh_[0-9a-f]{16}$"
DELIVERY_PATTERN = r"^whd_[0-9a-f]{24}$"


class WebhookBody(Asked):
    """A webhook that is asked for."""

    user_id: Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=128)] = Field(examples=["user_123"])
    url: Annotated[str, StringConstraints(pattern=URL_PATTERN, max_length=LONGEST_URL)] = Field(
        examples=["https://hooks.example.com/strikebook"]
    )
    events: list[Event] = Field(
        default_factory=lambda: list(EVENTS),
        min_length=1,
        max_length=3,
        description="What to tell of; all three where it is left out.",
    )
    secret: Annotated[str, StringConstraints(pattern=SECRET_PATTERN)] | None = Field(
        None, description="What deliveries are signed with; one is made where it is left out."
    )


class Webhook(Part):
    """A webhook; its secret is not shown."""

    webhook_id: str
    user_id: str
    url: str
    events: list[Event]
    created_at: str
    failing_since: str | None = Field(description="The first try that failed since the last delivery.")
    off_since: str | None = Field(description="It is told nothing since then.")
    off_reason: str | None


class WebhookNow(Webhook, Answer):
    """A webhook as it is now."""


class WebhookMade(Webhook, Answer):
    """A webhook that was made. ``secret`` is shown this once, and only where it was made here."""

    secret: str | None


class WebhookList(Answer):
    """Webhooks, the oldest first; ``off`` says that the administrator has allowed no host."""

    webhooks: list[Webhook]
    off: bool


class WebhookRemoved(Answer):
    """A webhook that was removed."""

    message: str


class DeliveryTry(Part):
    """A try: when, how long, the status that was answered (``null``: none was), what came of it."""

    at: str
    ms: int
    status: int | None
    outcome: str


class WebhookDelivery(Answer):
    """A delivery of one event to a webhook."""

    delivery_id: str
    event: Event | Literal["test"]
    job_id: str | None
    state: Literal["pending", "delivered", "failed"]
    created_at: str
    next_try_at: str | None
    tries: list[DeliveryTry]


class WebhookDeliveries(Answer):
    """The log of a webhook, the newest first."""

    deliveries: list[WebhookDelivery]
