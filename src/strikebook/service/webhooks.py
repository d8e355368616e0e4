"""Webhooks as use cases: make, list, remove, test, read the log; and what a server tells of the jobs that have ended.

What has ended is read from the jobs' own records, which are written first and outlive a kill: nothing beside them has
to be written when a job ends, so no webhook can harm a job or hold it up. ``JobManager.on_end`` only says that it is
time to look, and keeps an end that is about to be overtaken by a resumption.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from strikebook.errors import BusyError, NotFoundError, UsageError
from strikebook.jobs.job import Job
from strikebook.jobs.job_manager import JobManager
from strikebook.service.job_status import status_document
from strikebook.settings import Settings
from strikebook.storage.layout import check_id
from strikebook.webhooks.addresses import parse_networks
from strikebook.webhooks.dispatcher import Dispatcher, unknown_delivery
from strikebook.webhooks.hosts import AllowedHosts, target_of
from strikebook.webhooks.occurrence import Occurrence, make_test
from strikebook.webhooks.sending import Sender
from strikebook.webhooks.webhook import (
    EVENTS,
    TEST,
    Delivery,
    Event,
    Schedule,
    Try,
    Webhook,
    make_secret,
    make_webhook_id,
)
from strikebook.webhooks.webhook_folder import WebhookFolder

Document = dict[str, object]

MOST_OF_A_USER: Final = 10
SHORTEST_SECRET: Final = 16
LONGEST_SECRET: Final = 200
_FAILED_DAYS_TOLD: Final = 20
_TESTS_KEPT: Final = 20
_REMEMBERED: Final = 1_000
_API: Final = "/api/v1/backtest"


class Webhooks:
    """The webhooks of a folder of results. Everything but ``ended`` may block on the disk."""

    def __init__(self, settings: Settings, jobs: JobManager, now: Callable[[], datetime]) -> None:
        self.hosts = AllowedHosts(settings.webhook_hosts)
        self.timeout_s = settings.webhook_timeout_s
        self._settings = settings
        self._jobs = jobs
        self._now = now
        self._folder = WebhookFolder(Path(settings.results).absolute())
        self._one_change = threading.Lock()
        self._ended: deque[Job] = deque(maxlen=_REMEMBERED)
        self._dispatcher: Dispatcher | None = None
        self.keyless: Callable[[str], bool] = lambda _: False
        """Whether a user may not use the server any more; whoever knows the keys says so before the start."""

    def start(self) -> None:
        """Begin to tell, where the administrator has allowed a host."""
        if not self.hosts:
            return
        self._dispatcher = Dispatcher(
            self._folder, self._sender(), self._schedule(), self._occurrences, self._now, refusal=self._unanswered
        )
        self._jobs.on_end = self.ended
        self._dispatcher.start()

    def stop(self) -> None:
        """Tell nothing more; what is not told is told at the next start."""
        if self._dispatcher is not None:
            self._dispatcher.stop()

    def ended(self, job: Job) -> None:
        """Note that a job has ended. Never waits, never raises."""
        self._ended.append(job)
        if self._dispatcher is not None:
            self._dispatcher.wake()

    def add(
        self, user_id: str, url: str, events: tuple[str, ...], secret: str | None, *, by_own_key: bool = False
    ) -> tuple[Webhook, str | None]:
        """Make a webhook; with it comes its secret where it was made here, which is not shown again.

        One that a key of its user makes (``by_own_key``) is told nothing any more once the user has no key.
        Raises UsageError for what makes no sense or is not allowed, BusyError where the user has as many as one may.
        """
        check_id(user_id, "user_id")
        if target_of(url) is None:
            raise UsageError(
                f"{url[:100]!r} is not a URL that a webhook can have",
                where="url",
                right="https://host/path in ASCII, without a user and without #",
            )
        refused = self.refusal(url)
        if refused is not None:
            raise refused
        chosen = _events(events)
        if secret is not None and not _can_be_secret(secret):
            raise UsageError(
                "this cannot be a secret",
                where="secret",
                right=f"{SHORTEST_SECRET} to {LONGEST_SECRET} printable ASCII characters; or none, and one is made",
            )
        made = make_secret() if secret is None else None
        now = self._now()
        webhook = Webhook(make_webhook_id(), user_id, url, chosen, made or secret or "", now, now, by_own_key)
        with self._one_change:
            if sum(each.user_id == user_id for each in self._folder.webhooks()) >= MOST_OF_A_USER:
                raise BusyError(
                    f"{user_id} has {MOST_OF_A_USER} webhooks already", where="user_id", right="remove one first"
                )
            self._folder.put(webhook)
        return webhook, made

    def refusal(self, url: str) -> UsageError | None:
        """Why a webhook may not go to a URL, as the error to raise; None where it may."""
        reason = self.hosts.refusal(url)
        right = "a host that the administrator's setting webhook_hosts names"
        return None if reason is None else UsageError(reason, where="url", right=right)

    def of_user(self, user_id: str | None) -> list[Webhook]:
        """The webhooks of a user, or of all, the oldest first."""
        if user_id is not None:
            check_id(user_id, "user_id")
        return [each for each in self._folder.webhooks() if user_id in (None, each.user_id)]

    def get(self, webhook_id: str) -> Webhook:
        """A webhook. Raises NotFoundError."""
        webhook = self._folder.get(webhook_id)
        if webhook is None:
            raise unknown_webhook(webhook_id)
        return webhook

    def remove(self, webhook_id: str) -> Webhook:
        """Remove a webhook, its log, and what it has not been told. Raises NotFoundError."""
        with self._one_change:
            webhook = self.get(webhook_id)
            self._folder.remove(webhook_id)
        return webhook

    def on(self, webhook_id: str, *, by_own_key: bool = False) -> Webhook:
        """Switch a webhook on: it is told of what ends from now on. Raises NotFoundError."""
        return self._changed(webhook_id, lambda webhook: webhook.on(self._now(), by_own_key=by_own_key))

    def off(self, webhook_id: str) -> Webhook:
        """Switch a webhook off: what waits for it is given up. Raises NotFoundError."""
        return self._changed(webhook_id, lambda webhook: webhook.off(self._now(), "switched off by hand"))

    def _changed(self, webhook_id: str, change: Callable[[Webhook], Webhook]) -> Webhook:
        self.get(webhook_id)
        changed = self._folder.change(webhook_id, change)
        if changed is None:
            raise unknown_webhook(webhook_id)
        if self._dispatcher is not None:
            self._dispatcher.wake()
        return changed

    def deliveries(self, webhook_id: str) -> list[Delivery]:
        """The log of a webhook, the newest first. Raises NotFoundError."""
        self.get(webhook_id)
        found, _ = self._folder.deliveries(webhook_id)
        return found[::-1]

    def test(self, webhook_id: str) -> Future[Delivery]:
        """Send a test from the thread that tells; the delivery with its outcome. Raises NotFoundError, UsageError."""
        return self._telling(webhook_id).test(webhook_id)

    def redeliver(self, webhook_id: str, delivery_id: str) -> Future[Delivery]:
        """Send a delivery again from the thread that tells; as ``test``. The future has NotFoundError, BusyError."""
        return self._telling(webhook_id).redeliver(webhook_id, delivery_id)

    def _telling(self, webhook_id: str) -> Dispatcher:
        refused = self.refusal(self.get(webhook_id).url)
        if refused is not None:
            raise refused
        if self._dispatcher is None:
            raise BusyError("webhooks are not being sent now", where="webhook_id", right="start the server")
        return self._dispatcher

    def redeliver_here(self, webhook_id: str, delivery_id: str) -> Delivery:
        """Send a delivery that has ended again from this process; for the command line.

        Raises NotFoundError, and BusyError for a webhook that is off and for what a server is still to send.
        """
        webhook = self.get(webhook_id)
        delivery = self._folder.delivery(webhook_id, delivery_id)
        if delivery is None:
            raise unknown_delivery(delivery_id)
        if webhook.off_since is not None:
            raise BusyError(f"the webhook is off: {webhook.off_reason}", where="webhook_id", right="switch it on first")
        if delivery.state == "pending":
            right = "the server of these results sends it; its page can send it at once"
            raise BusyError("this delivery is still to be sent", where="delivery_id", right=right)
        return self._sent_here(webhook, delivery)

    def test_here(self, webhook_id: str) -> Delivery:
        """Send a test from this process, and note it in the log; for the command line. Raises NotFoundError."""
        webhook = self.get(webhook_id)
        after = self._sent_here(webhook, make_test(webhook, self._now()))
        tests = [each for each in self._folder.deliveries(webhook_id)[0] if each.event == TEST]
        for old in tests[:-_TESTS_KEPT]:
            self._folder.remove_delivery(webhook_id, old.delivery_id)
        return after

    def _sent_here(self, webhook: Webhook, delivery: Delivery) -> Delivery:
        """Try a delivery once from this process, and note what came of it."""
        begun, schedule = self._now(), self._schedule()
        sent = asyncio.run(self._sender().send(webhook, delivery))
        took = round((self._now() - begun) / timedelta(milliseconds=1))
        tried = Try(begun, max(0, took), sent.status, sent.outcome)
        after = delivery.again(tried, schedule, 0.0, delivered=sent.delivered)
        self._folder.put_delivery(after)
        if sent.delivered:
            self._folder.change(webhook.webhook_id, lambda each: each.after(after, schedule))
        return after

    def _unanswered(self, webhook: Webhook) -> str | None:
        """Why nobody answers for a webhook any more: a key of its user made it, and its user has none now."""
        gone = webhook.by_own_key and self.keyless(webhook.user_id)
        return f"{webhook.user_id} has no key any more" if gone else None

    def _schedule(self) -> Schedule:
        hours = self._settings.webhook_off_after_h
        off_after = timedelta(hours=hours) if hours > 0 else None
        return Schedule(self._settings.webhook_retry_s, self._settings.webhook_tries, off_after)

    def _sender(self) -> Sender:
        return Sender(self.hosts, parse_networks(self._settings.webhook_networks), self.timeout_s)

    def _occurrences(self) -> list[Occurrence]:
        """The ends of jobs that are on record, and those of this process that may have gone from it."""
        found: dict[tuple[str, str, datetime], Occurrence] = {}
        for job in (*self._ended, *self._jobs.jobs()):
            if job.completed_at is not None and job.state in EVENTS:
                found[job.job_id, job.state, job.completed_at] = Occurrence(
                    job.user_id, job.job_id, job.state, job.completed_at, partial(_told, job, self._now)
                )
        return list(found.values())


def webhook_document(webhook: Webhook) -> Document:
    """A webhook as its user sees it: without its secret."""
    return {
        "webhook_id": webhook.webhook_id,
        "user_id": webhook.user_id,
        "url": webhook.url,
        "events": list(webhook.events),
        "created_at": _stamp(webhook.created_at),
        "failing_since": _stamp_or_none(webhook.failing_since),
        "off_since": _stamp_or_none(webhook.off_since),
        "off_reason": webhook.off_reason or None,
    }


def delivery_document(delivery: Delivery) -> Document:
    """A delivery as its user sees it."""
    return {
        "delivery_id": delivery.delivery_id,
        "event": delivery.event,
        "job_id": delivery.job_id,
        "state": delivery.state,
        "created_at": _stamp(delivery.created_at),
        "next_try_at": _stamp_or_none(delivery.next_try_at),
        "tries": [
            {"at": _stamp(each.at), "ms": each.ms, "status": each.status, "outcome": each.outcome}
            for each in delivery.tries
        ],
    }


def unknown_webhook(webhook_id: str) -> NotFoundError:
    """The error of a webhook that is not there."""
    return NotFoundError(f"no webhook {webhook_id[:60]}", where="webhook_id", right="webhooks lists those there are")


def _told(job: Job, now: Callable[[], datetime]) -> Document:
    """What a receiver is told of a job: its status, with the first days that failed, and where to read more."""
    first = tuple(replace(each, reason=_printable(each.reason)) for each in job.failed_days[:_FAILED_DAYS_TOLD])
    short = replace(job, failed_days=first, error=None if job.error is None else _printable(job.error))
    own, swept = f"{job.user_id}/{job.strategy_id}", f"sweep/{job.user_id}/{job.job_id}"
    stored, page = (swept, f"/{swept}") if job.kind == "sweep" else (f"metadata/{own}", f"/r/{own}")
    links = {"status": f"{_API}/status/{job.job_id}", "metadata": f"{_API}/{stored}", "page": page}
    return {"job": status_document(short, None, now(), None), "links": links}


def _events(given: tuple[str, ...]) -> tuple[Event, ...]:
    unknown = [each for each in given if each not in EVENTS]
    if unknown or not given:
        shown = ", ".join(each[:40] for each in unknown) or "none"
        raise UsageError(f"events: {shown}", where="events", right=f"one or more of {', '.join(EVENTS)}")
    return tuple(each for each in EVENTS if each in given)


def _can_be_secret(text: str) -> bool:
    printable = text.isascii() and text.isprintable() and " " not in text
    return printable and SHORTEST_SECRET <= len(text) <= LONGEST_SECRET


def _printable(text: str) -> str:
    """A text as JSON can hold it: a path that is not UTF-8 may be part of a message."""
    return text.encode("utf-8", "backslashreplace").decode()


def _stamp_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else _stamp(moment)


def _stamp(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()
