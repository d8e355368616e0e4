"""What waits for one webhook, and what is in its log: the dispatcher's memory of its files."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from strikebook.webhooks.webhook import LONGEST_PAUSE_S, TEST, Delivery, Webhook

MOST_PENDING: Final = 200
_LONGEST_WAIT: Final = timedelta(seconds=LONGEST_PAUSE_S)


@dataclass(slots=True)
class Line:
    """A webhook with its deliveries: those that wait, and (id, when it happened) of those that ended.

    ``asked`` are those that somebody wants now, as they are stored: a test, a delivery that is sent again by hand.
    """

    webhook: Webhook
    pending: dict[str, Delivery] = field(default_factory=dict)
    ended: deque[tuple[str, datetime | None]] = field(default_factory=deque)
    known: set[str] = field(default_factory=set)
    asked: dict[str, Delivery] = field(default_factory=dict)
    served: int = 0
    trying: str = ""

    def take_up(self, deliveries: Sequence[Delivery]) -> None:
        """Take up what is stored, the oldest first."""
        for delivery in deliveries:
            self.known.add(delivery.delivery_id)
            if delivery.state == "pending":
                self.pending[delivery.delivery_id] = delivery
            else:
                self.note_end(delivery)

    def saw(self, stored: Webhook) -> None:
        """Take the webhook as it is stored now; how far it has been told may not have been stored."""
        self.webhook = replace(stored, told_until=max(stored.told_until, self.webhook.told_until))

    def due(self, now: datetime) -> Delivery | None:
        """What is to be tried next: what somebody waits for, else the oldest, unless the webhook is off."""
        off = self.webhook.off_since is not None
        found = [each for each in self.pending.values() if self._is_due(each, now) and (not off or self.is_asked(each))]
        return min(found, key=lambda each: (not self.is_asked(each), each.created_at, each.occurred_at), default=None)

    def is_asked(self, delivery: Delivery) -> bool:
        """Whether somebody waits for it."""
        return delivery.event == TEST or delivery.delivery_id in self.asked

    def ask(self, delivery: Delivery) -> None:
        """Have a delivery tried now."""
        self.known.add(delivery.delivery_id)
        self.asked[delivery.delivery_id] = delivery
        self.pending[delivery.delivery_id] = replace(delivery, next_try_at=None)

    def note_end(self, delivery: Delivery) -> None:
        """Note that a delivery has ended; one that was sent again has its place in the log already."""
        if all(delivery_id != delivery.delivery_id for delivery_id, _ in self.ended):
            self.ended.append((delivery.delivery_id, None if delivery.job_id is None else delivery.occurred_at))

    def to_give_up(self) -> list[tuple[Delivery, str]]:
        """What is not to be tried any more, and why: all that waits for a webhook that is off, the oldest of too many.

        What is being tried and what somebody waits for is none of it.
        """
        free = [each for each in self.pending.values() if each.delivery_id != self.trying and not self.is_asked(each)]
        if self.webhook.off_since is not None:
            return [(each, "given up: the webhook was switched off") for each in free]
        free.sort(key=lambda each: (each.created_at, each.occurred_at))
        too_many = max(0, len(self.pending) - MOST_PENDING)
        return [(each, f"given up: {MOST_PENDING} newer deliveries wait") for each in free[:too_many]]

    def _is_due(self, delivery: Delivery, now: datetime) -> bool:
        if delivery.next_try_at is None or delivery.next_try_at <= now:
            return True
        return delivery.next_try_at - now > _LONGEST_WAIT  # no pause is so long: the clock was set back
