"""A folder of webhooks with a dispatcher on it, the ends of jobs, and a clock that a test may set."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from strikebook.webhooks.addresses import parse_networks
from strikebook.webhooks.dispatcher import Dispatcher
from strikebook.webhooks.hosts import AllowedHosts
from strikebook.webhooks.occurrence import Occurrence
from strikebook.webhooks.sending import Sender
from strikebook.webhooks.webhook import EVENTS, Delivery, Event, Schedule, Webhook
from strikebook.webhooks.webhook_folder import WebhookFolder
from tests.webhooks.receiver import LONGEST_WAIT_S, Receiver

BEGUN = datetime(2024, 12, 2, 15, 30, 45)  # noqa: DTZ001 — exchange time


@dataclass
class Place:
    """A folder, the ends of jobs, and a clock that goes on by itself from a moment in the past."""

    root: Path
    ends: list[Occurrence] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    set_by: timedelta = timedelta()
    looks: int = 0
    refusal: Callable[[Webhook], str | None] = lambda _: None

    def now(self) -> datetime:
        return BEGUN + timedelta(seconds=time.monotonic() - self.started) + self.set_by

    @property
    def folder(self) -> WebhookFolder:
        return WebhookFolder(self.root)

    def webhook(
        self, receiver: Receiver, number: int = 0, user: str = "ann", events: tuple[Event, ...] = EVENTS
    ) -> str:
        """Make a webhook of a user; its id."""
        webhook_id = f"wh_{number:016x}"
        at = self.now()
        self.folder.put(Webhook(webhook_id, user, f"{receiver.host}/{number}", events, "s" * 16, at, at))
        return webhook_id

    def end(self, number: int, event: Event = "completed", user: str = "ann", at: datetime | None = None) -> None:
        """A job ends."""
        job_id = f"bt_20241202_153045_{number:06x}"
        self.ends.append(Occurrence(user, job_id, event, at or self.now(), lambda: {"job": {"job_id": job_id}}))

    def found(self) -> list[Occurrence]:
        """The ends of jobs, as a look finds them."""
        self.looks += 1
        return list(self.ends)

    @contextlib.contextmanager
    def telling(
        self, *receivers: Receiver, schedule: Schedule | None = None, timeout_s: float = 1.0
    ) -> Iterator[Dispatcher]:
        """A dispatcher that runs."""
        sender = Sender(AllowedHosts([each.host for each in receivers]), parse_networks(["127.0.0.0/8"]), timeout_s)
        chosen = schedule or Schedule(0.05, 4)
        made = Dispatcher(self.folder, sender, chosen, self.found, self.now, lambda: 1.0, self.refusal)
        made.start()
        try:
            yield made
        finally:
            made.stop()

    def log(self, webhook_id: str) -> list[Delivery]:
        return self.folder.deliveries(webhook_id)[0]

    def until(self, webhook_id: str, wanted: Callable[[list[Delivery]], bool]) -> list[Delivery]:
        """The log, once it is as wanted."""
        give_up = time.monotonic() + LONGEST_WAIT_S
        while not wanted(log := self.log(webhook_id)):
            assert time.monotonic() < give_up, log
            time.sleep(0.02)
        return log


def all_ended(count: int) -> Callable[[list[Delivery]], bool]:
    return lambda log: len(log) == count and all(each.state != "pending" for each in log)
