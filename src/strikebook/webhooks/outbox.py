"""What is to be told, in memory and on disk: lines of deliveries, noted before they are sent, and what came of them.

The ends of jobs are found again and again, in the jobs' own records; a delivery's id follows from the webhook and the
end, so that one which is on record is no second delivery. Nothing here sends, and nothing waits but for the disk.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from strikebook.errors import StorageError
from strikebook.webhooks.line import Line
from strikebook.webhooks.occurrence import Occurrence, body_of
from strikebook.webhooks.webhook import Delivery, Schedule, Webhook, delivery_id_of
from strikebook.webhooks.webhook_folder import WebhookFolder

LOG = logging.getLogger("strikebook.webhooks")
KEPT: Final = 100


class Outbox:
    """The lines of all webhooks. ``refusal`` says why nobody answers for a webhook any more."""

    def __init__(
        self,
        folder: WebhookFolder,
        schedule: Schedule,
        occurrences: Callable[[], Sequence[Occurrence]],
        now: Callable[[], datetime],
        refusal: Callable[[Webhook], str | None],
    ) -> None:
        self.lines: dict[str, Line] = {}
        self._folder = folder
        self._schedule = schedule
        self._occurrences = occurrences
        self._now = now
        self._refusal = refusal
        self._said: set[str] = set()

    def look(self) -> None:
        """Take up webhooks that are new, and record what has ended since the last look."""
        webhooks = self._folder.webhooks()
        for name in self._folder.damaged():
            self.say(f"damaged: {name}", "the file of a webhook is damaged and left out", where=name)
        for gone in self.lines.keys() - {each.webhook_id for each in webhooks}:
            del self.lines[gone]
        for webhook in webhooks:
            line = self.lines.get(webhook.webhook_id)
            if line is None:
                self._take_up(webhook)
            else:
                line.saw(webhook)
        if not self.lines:
            return
        of_user: dict[str, list[Line]] = {}
        for line in self.lines.values():
            self._refuse(line)
            if line.webhook.off_since is None:
                of_user.setdefault(line.webhook.user_id, []).append(line)
        for occurrence in sorted(self._occurrences(), key=lambda each: each.at):
            for line in of_user.get(occurrence.user_id, ()):
                self._note(line, occurrence)
        for line in self.lines.values():
            for delivery, why in line.to_give_up():
                self.store(line, delivery.given_up(self._now(), why))

    def _refuse(self, line: Line) -> None:
        """Switch a webhook off that nobody answers for any more."""
        reason = None if line.webhook.off_since is not None else self._refusal(line.webhook)
        if reason is not None:
            self._change(line, lambda webhook: webhook.off(self._now(), reason))

    def _take_up(self, webhook: Webhook) -> None:
        """Read what waits for a webhook; where that cannot be read the others go on without it."""
        line = Line(webhook)
        try:
            deliveries, damaged = self._folder.deliveries(webhook.webhook_id)
        except StorageError as error:
            self.say(f"{webhook.webhook_id}: {error}", "a webhook cannot be read", webhook.webhook_id, error)
            return
        for name in damaged:
            self.say(f"damaged: {name}", "a delivery is damaged and left out", where=f"{webhook.webhook_id}/{name}")
        line.take_up(deliveries)
        self.lines[webhook.webhook_id] = line

    def _note(self, line: Line, occurrence: Occurrence) -> None:
        """Record that a webhook is to be told of the end of a job, unless it is recorded."""
        webhook = line.webhook
        if occurrence.event not in webhook.events or occurrence.at <= webhook.told_until:
            return
        delivery_id = delivery_id_of(webhook.webhook_id, occurrence.job_id, occurrence.event, occurrence.at)
        if delivery_id in line.known:
            return
        try:
            body = body_of(webhook, delivery_id, occurrence.event, occurrence.at, occurrence.describe())
        except Exception as error:  # noqa: BLE001 — one that cannot be told must not hold up the others
            self.say(f"{delivery_id}: {error}", "an event cannot be told", webhook.webhook_id, error)
            return
        now = self._now()
        delivery = Delivery(
            delivery_id, webhook.webhook_id, occurrence.event, occurrence.job_id, occurrence.at, now, body
        )
        try:
            self._folder.put_delivery(delivery)
        except StorageError as error:  # found again at the next look: the job's record says that it has ended
            self.say(f"{delivery_id}: {error}", "an event could not be recorded", where=webhook.webhook_id, error=error)
            return
        line.known.add(delivery_id)
        line.pending[delivery_id] = delivery

    def store(self, line: Line, delivery: Delivery) -> None:
        """Store what came of a try; where that fails it is kept in memory, and tried again after a restart."""
        line.pending.pop(delivery.delivery_id, None)
        if delivery.state == "pending":
            line.pending[delivery.delivery_id] = delivery
        if delivery.webhook_id not in self.lines:
            return
        try:
            self._folder.put_delivery(delivery)
            if delivery.state != "pending":
                line.note_end(delivery)
                self._forget(line)
        except StorageError as error:
            text = "what came of a try could not be recorded"
            self.say(f"{delivery.delivery_id}: {error}", text, where=delivery.webhook_id, error=error)

    def judge(self, line: Line, before: Delivery, after: Delivery) -> None:
        """Note whether a webhook works. One that failed again by hand has not failed longer for that."""
        if before.state == "pending" or after.state == "delivered":
            self._change(line, lambda webhook: webhook.after(after, self._schedule))

    def _change(self, line: Line, change: Callable[[Webhook], Webhook]) -> None:
        """Store what becomes of a webhook; where that fails it is looked at again after the next try."""
        if change(line.webhook) == line.webhook:
            return
        was_off = line.webhook.off_since
        try:
            changed = self._folder.change(line.webhook.webhook_id, change)
        except StorageError as error:
            webhook_id = line.webhook.webhook_id
            self.say(f"{webhook_id}: {error}", "a webhook could not be changed", where=webhook_id, error=error)
            return
        if changed is not None:
            line.saw(changed)
            if was_off is None and changed.off_since is not None:
                noted = {"where": changed.webhook_id, "user_id": changed.user_id, "state": "off"}
                noted["what"] = changed.off_reason.partition(";")[0]  # what follows has words of the receiver
                LOG.warning("webhook switched off", extra=noted)

    def _forget(self, line: Line) -> None:
        """Keep the log short. What happened before what is forgotten is never told again."""
        while len(line.ended) > KEPT:
            delivery_id, at = line.ended[0]
            if at is not None and at > line.webhook.told_until:
                self._advance(line, at)
            self._folder.remove_delivery(line.webhook.webhook_id, delivery_id)
            line.ended.popleft()
            line.known.discard(delivery_id)

    def _advance(self, line: Line, at: datetime) -> None:
        line.webhook = replace(line.webhook, told_until=at)
        self._folder.change(
            line.webhook.webhook_id, lambda webhook: replace(webhook, told_until=max(at, webhook.told_until))
        )

    def say(self, key: str, text: str, where: str = "", error: Exception | None = None) -> None:
        """Log what goes wrong at every look once, not every second."""
        if key in self._said:
            return
        if len(self._said) > 1_000:
            self._said.clear()
        self._said.add(key)
        LOG.error(text, extra={"where": where, "what": str(error) if error is not None else key})
