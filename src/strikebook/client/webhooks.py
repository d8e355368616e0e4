"""The calls about webhooks: who is told when a job ends, and how that went."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, cast

from strikebook.client.asking import Asking
from strikebook.client.endpoint import endpoint
from strikebook.client.exchange import API, Request, post
from strikebook.client.shapes.webhooks import (
    Event,
    Webhook,
    WebhookDelivery,
    WebhookList,
    WebhookMade,
    WebhookRemoved,
)
from strikebook.client.steps import Steps
from strikebook.errors import UsageError

_WEBHOOKS: Final = f"{API}/webhooks"
_WEBHOOK_ID: Final = re.compile(r"wh_[0-9a-f]{16}")
_DELIVERY_ID: Final = re.compile(r"whd_[0-9a-f]{24}")


class WebhookCalls(Asking):
    """What can be asked about webhooks."""

    @endpoint
    def webhooks(self, user_id: str | None = None) -> Steps[WebhookList]:
        """The webhooks of a user, the oldest first, and whether they are ``off`` on this server."""
        return self._ask(_WEBHOOKS, {"user_id": user_id})

    @endpoint
    def add_webhook(
        self, user_id: str, url: str, *, events: Sequence[Event] | None = None, secret: str | None = None
    ) -> Steps[WebhookMade]:
        """Make a webhook. ``secret`` of the answer is shown this once; None where it was given."""
        body: dict[str, object] = {"user_id": user_id, "url": url}
        body |= {} if events is None else {"events": list(events)}
        body |= {} if secret is None else {"secret": secret}
        return self._do(post(_WEBHOOKS, body))

    @endpoint
    def remove_webhook(self, webhook_id: str) -> Steps[WebhookRemoved]:
        """Remove a webhook, with its log and what it has not been told."""
        return self._do(Request("DELETE", _place(webhook_id)))

    @endpoint
    def test_webhook(self, webhook_id: str) -> Steps[WebhookDelivery]:
        """Send a test to a webhook, once; what came of it."""
        return self._do(post(f"{_place(webhook_id)}/test"))

    @endpoint
    def webhook_on(self, webhook_id: str) -> Steps[Webhook]:
        """Switch a webhook on again; it is told of what ends from now on."""
        return self._do(post(f"{_place(webhook_id)}/on"))

    @endpoint
    def webhook_off(self, webhook_id: str) -> Steps[Webhook]:
        """Switch a webhook off: it is told nothing until it is switched on."""
        return self._do(post(f"{_place(webhook_id)}/off"))

    @endpoint
    def deliveries(self, webhook_id: str) -> Steps[list[WebhookDelivery]]:
        """The log of a webhook: what it was told or will be, each try of it, the newest first."""
        document = yield from self._ask(f"{_place(webhook_id)}/deliveries")
        return cast("list[WebhookDelivery]", document["deliveries"])

    @endpoint
    def redeliver(self, webhook_id: str, delivery_id: str) -> Steps[WebhookDelivery]:
        """Send a delivery again now, once, under its own id; what came of it."""
        if not _DELIVERY_ID.fullmatch(delivery_id):
            raise UsageError(f"{delivery_id[:60]!r} is no delivery", where="delivery_id", right="as deliveries has it")
        return self._do(post(f"{_place(webhook_id)}/deliveries/{delivery_id}/redeliver"))


def _place(webhook_id: str) -> str:
    if not _WEBHOOK_ID.fullmatch(webhook_id):
        raise UsageError(f"{webhook_id[:60]!r} is no webhook", where="webhook_id", right="as webhooks has it")
    return f"{_WEBHOOKS}/{webhook_id}"
