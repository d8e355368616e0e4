"""The thread that tells: it finds what has ended, records a delivery for each webhook that wants it, and tries these.

1. **Look**: the ends of jobs (``occurrences``) are held against each webhook of their user. What is new becomes a file,
   ``pending``, before anything is sent. A delivery's id follows from the webhook and the end of the job, so an end that
   is found again, after a kill too, is no second delivery.
2. **Begin**: of every webhook one delivery at a time, of a user two, of all ``SIDE_BY_SIDE``; whose turn was longest
   ago goes first. A receiver that hangs holds up nobody but its own webhook, and that for the time limit.
3. **After a try** the delivery is stored with what came of it: delivered, failed for good, or when it is tried again.
   A delivery that waits for its next try is overtaken by newer ones.
4. **Forget**: of a webhook the ``KEPT`` deliveries that ended last stay in the log, and at most ``MOST_PENDING`` wait.

It runs an event loop of its own. Nothing in it waits for a job, and no job waits for it. It is killed at any moment
without loss: a try whose outcome was not stored is made once more.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from strikebook.errors import BusyError, NotFoundError, StorageError, StrikebookError
from strikebook.webhooks.occurrence import Occurrence, body_of, make_test
from strikebook.webhooks.sending import Sender
from strikebook.webhooks.webhook import TEST, Delivery, Schedule, Try, Webhook, delivery_id_of
from strikebook.webhooks.webhook_folder import WebhookFolder

LOG = logging.getLogger("strikebook.webhooks")
KEPT: Final = 100
MOST_PENDING: Final = 200
SIDE_BY_SIDE: Final = 8
OF_A_USER: Final = 2
_LOOK_EVERY_S: Final = 1.0
_LONGEST_START_S: Final = 10.0


@dataclass(slots=True)
class _Line:
    """What waits for a webhook, and what is in its log: (id, when it happened)."""

    webhook: Webhook
    pending: dict[str, Delivery] = field(default_factory=dict)
    ended: deque[tuple[str, datetime | None]] = field(default_factory=deque)
    known: set[str] = field(default_factory=set)
    served: int = 0
    trying: str = ""

    def due(self, now: datetime) -> Delivery | None:
        """What is to be tried next: a test, which somebody waits for, else the oldest."""
        found = [each for each in self.pending.values() if each.next_try_at is None or each.next_try_at <= now]
        return min(found, key=lambda each: (each.event != TEST, each.created_at, each.occurred_at), default=None)


class Dispatcher:
    """Tells webhooks of the ends of jobs."""

    def __init__(
        self,
        folder: WebhookFolder,
        sender: Sender,
        schedule: Schedule,
        occurrences: Callable[[], Sequence[Occurrence]],
        now: Callable[[], datetime],
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._folder = folder
        self._sender = sender
        self._schedule = schedule
        self._occurrences = occurrences
        self._now = now
        self._chance = chance
        self._lines: dict[str, _Line] = {}
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._waiting: dict[str, Future[Delivery]] = {}
        self._turn = 0
        self._said: set[str] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._stopping = False
        self._running = threading.Event()
        self._thread = threading.Thread(target=self._work, name="webhooks", daemon=True)

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()
        self._running.wait(_LONGEST_START_S)

    def stop(self) -> None:
        """Break off what is being tried, and end; it is tried again at the next start."""
        self._stopping = True
        self.wake()
        if self._thread.is_alive():
            self._thread.join()

    def wake(self) -> None:
        """Look now: something has ended. From any thread; never waits."""
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # it has ended
                loop.call_soon_threadsafe(self._wake.set)

    def test(self, webhook_id: str) -> Future[Delivery]:
        """Send a test now, tried once; its outcome. The future has NotFoundError, BusyError or StorageError."""
        future: Future[Delivery] = Future()
        loop = self._loop
        try:
            if loop is None or self._stopping:
                raise RuntimeError("it does not run")
            loop.call_soon_threadsafe(self._begin_test, webhook_id, future)
        except RuntimeError:
            future.set_exception(BusyError("webhooks are not being sent now", where="webhook_id", right="try later"))
        return future

    def _work(self) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._run())

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._running.set()
        with suppress(StorageError, OSError):
            self._folder.sweep()
        while not self._stopping:
            self._wake.clear()
            try:
                self._look()
                self._begin()
            except Exception as error:  # noqa: BLE001 — a look that broke is told, and the next one is made
                self._say(f"look: {type(error).__name__}: {error}", "webhooks could not be looked at")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause_s()):
                    await self._wake.wait()
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for future in self._waiting.values():
            stopping = BusyError("the server is stopping", where="server", right="try again when it is up")
            _settle(future, error=stopping)

    def _pause_s(self) -> float:
        """Until the next try is due, and at most until the next look."""
        waits = [
            (each.next_try_at - self._now()).total_seconds()
            for line in self._lines.values()
            for each in line.pending.values()
            if each.next_try_at is not None
        ]
        return max(0.01, min([_LOOK_EVERY_S, *(wait for wait in waits if wait > 0)]))

    def _look(self) -> None:
        """Take up webhooks that are new, and record what has ended since the last look."""
        webhooks = self._folder.webhooks()
        for name in self._folder.damaged():
            self._say(f"damaged: {name}", "the file of a webhook is damaged and left out", where=name)
        for gone in self._lines.keys() - {each.webhook_id for each in webhooks}:
            del self._lines[gone]
        for webhook in webhooks:
            line = self._lines.get(webhook.webhook_id)
            if line is None:
                self._take_up(webhook)
            elif line.webhook.told_until <= webhook.told_until:
                line.webhook = webhook
        if not self._lines:
            return
        of_user: dict[str, list[_Line]] = {}
        for line in self._lines.values():
            of_user.setdefault(line.webhook.user_id, []).append(line)
        for occurrence in self._occurrences():
            for line in of_user.get(occurrence.user_id, ()):
                self._note(line, occurrence)

    def _take_up(self, webhook: Webhook) -> None:
        """Read what waits for a webhook; where that cannot be read the others go on without it."""
        line = _Line(webhook)
        try:
            deliveries, damaged = self._folder.deliveries(webhook.webhook_id)
        except StorageError as error:
            self._say(f"{webhook.webhook_id}: {error}", "a webhook cannot be read", webhook.webhook_id, error)
            return
        for name in damaged:
            self._say(f"damaged: {name}", "a delivery is damaged and left out", where=f"{webhook.webhook_id}/{name}")
        for delivery in deliveries:
            line.known.add(delivery.delivery_id)
            if delivery.state == "pending":
                line.pending[delivery.delivery_id] = delivery
            else:
                line.ended.append((delivery.delivery_id, None if delivery.job_id is None else delivery.occurred_at))
        self._lines[webhook.webhook_id] = line

    def _note(self, line: _Line, occurrence: Occurrence) -> None:
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
            self._say(f"{delivery_id}: {error}", "an event cannot be told", webhook.webhook_id, error)
            return
        now = self._now()
        delivery = Delivery(
            delivery_id, webhook.webhook_id, occurrence.event, occurrence.job_id, occurrence.at, now, body
        )
        try:
            self._folder.put_delivery(delivery)
        except StorageError as error:  # found again at the next look: the job's record says that it has ended
            self._say(
                f"{delivery_id}: {error}", "an event could not be recorded", where=webhook.webhook_id, error=error
            )
            return
        line.known.add(delivery_id)
        line.pending[delivery_id] = delivery
        if len(line.pending) > MOST_PENDING:
            free = [each for each in line.pending.values() if each.delivery_id != line.trying]
            oldest = min(free, key=lambda each: each.created_at)
            self._ended(line, oldest.given_up(now, f"given up: {MOST_PENDING} newer deliveries wait"))

    def _begin(self) -> None:
        """Begin the tries that are due, as far as there is room."""
        now = self._now()
        going = Counter(self._lines[each].webhook.user_id for each in self._busy if each in self._lines)
        for line in sorted(self._lines.values(), key=lambda each: each.served):
            webhook = line.webhook
            if len(self._busy) >= SIDE_BY_SIDE:
                return
            if webhook.webhook_id in self._busy or going[webhook.user_id] >= OF_A_USER:
                continue
            delivery = line.due(now)
            if delivery is None:
                continue
            self._turn += 1
            line.served, line.trying = self._turn, delivery.delivery_id
            going[webhook.user_id] += 1
            self._busy[webhook.webhook_id] = asyncio.create_task(self._try(line, delivery))

    async def _try(self, line: _Line, delivery: Delivery) -> None:
        loop = asyncio.get_running_loop()
        at, begun = self._now(), loop.time()
        try:
            sent = await self._sender.send(line.webhook, delivery)
            tried = Try(at, round((loop.time() - begun) * 1000), sent.status, sent.outcome)
            after = delivery.after(tried, self._schedule, self._chance(), delivered=sent.delivered)
            noted = {"where": f"{delivery.webhook_id}/{delivery.delivery_id}", "user_id": line.webhook.user_id}
            noted |= {"state": after.state, "what": sent.outcome, "job_id": delivery.job_id or ""}
            LOG.log(logging.INFO if sent.delivered else logging.WARNING, "webhook tried", extra=noted)
            self._ended(line, after)
        finally:
            self._busy.pop(delivery.webhook_id, None)
            line.trying = ""
            self._wake.set()

    def _ended(self, line: _Line, delivery: Delivery) -> None:
        """Store what came of a try; where that fails it is kept in memory, and tried again after a restart."""
        line.pending.pop(delivery.delivery_id, None)
        future = self._waiting.pop(delivery.delivery_id, None)
        if delivery.state == "pending":
            line.pending[delivery.delivery_id] = delivery
        if delivery.webhook_id in self._lines:
            try:
                self._folder.put_delivery(delivery)
                if delivery.state != "pending":
                    line.ended.append((delivery.delivery_id, None if delivery.job_id is None else delivery.occurred_at))
                    self._forget(line)
            except StorageError as error:
                text = "what came of a try could not be recorded"
                self._say(f"{delivery.delivery_id}: {error}", text, where=delivery.webhook_id, error=error)
        if future is not None:
            _settle(future, delivery)

    def _forget(self, line: _Line) -> None:
        """Keep the log short. What happened before what is forgotten is never told again."""
        while len(line.ended) > KEPT:
            delivery_id, at = line.ended[0]
            if at is not None and at > line.webhook.told_until:
                self._advance(line, at)
            self._folder.remove_delivery(line.webhook.webhook_id, delivery_id)
            line.ended.popleft()
            line.known.discard(delivery_id)

    def _advance(self, line: _Line, at: datetime) -> None:
        line.webhook = replace(line.webhook, told_until=at)
        self._folder.replace(line.webhook)

    def _begin_test(self, webhook_id: str, future: Future[Delivery]) -> None:
        try:
            self._look()
            line = self._lines.get(webhook_id)
            if line is None:
                raise NotFoundError(f"no webhook {webhook_id[:60]}", where="webhook_id", right="webhooks lists them")
            if any(each.event == TEST for each in line.pending.values()):
                raise BusyError("a test of this webhook is on its way", where="webhook_id", right="wait for it")
            delivery = make_test(line.webhook, self._now())
            self._folder.put_delivery(delivery)
        except StrikebookError as error:
            _settle(future, error=error)
            return
        except Exception as error:
            LOG.exception("a test broke", extra={"where": webhook_id})
            _settle(future, error=error)
            return
        line.known.add(delivery.delivery_id)
        line.pending[delivery.delivery_id] = delivery
        self._waiting[delivery.delivery_id] = future
        self._wake.set()

    def _say(self, key: str, text: str, where: str = "", error: Exception | None = None) -> None:
        """Log what goes wrong at every look once, not every second."""
        if key in self._said:
            return
        if len(self._said) > 1_000:
            self._said.clear()
        self._said.add(key)
        LOG.error(text, extra={"where": where, "what": str(error) if error is not None else key})


def _settle(future: Future[Delivery], delivery: Delivery | None = None, error: Exception | None = None) -> None:
    """Tell who waits, unless they have gone."""
    if not future.set_running_or_notify_cancel():
        return
    if error is not None:
        future.set_exception(error)
    elif delivery is not None:
        future.set_result(delivery)
