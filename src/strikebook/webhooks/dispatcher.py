"""The thread that tells: it finds what has ended, records a delivery for each webhook that wants it, and tries these.

1. **Look**: the ends of jobs (``occurrences``) are held against each webhook of their user. What is new becomes a file,
   ``pending``, before anything is sent. A delivery's id follows from the webhook and the end of the job, so an end that
   is found again, after a kill too, is no second delivery.
2. **Begin**: of every webhook one delivery at a time, of a user two, of all ``SIDE_BY_SIDE``; whose turn was longest
   ago goes first. A receiver that hangs holds up nobody but its own webhook, and that for the time limit.
3. **After a try** the delivery is stored with what came of it: delivered, failed for good, or when it is tried again.
   A delivery that waits for its next try is overtaken by newer ones.
4. **Switch off**: a webhook that has failed for too long, or that nobody answers for any more (``refusal``), is told
   nothing; what waits for it is given up.
5. **Forget**: of a webhook the ``KEPT`` deliveries that ended last stay in the log, and at most ``MOST_PENDING`` wait.

What somebody asks for, a test or a delivery again, goes first, and is tried once.

It runs an event loop of its own. Nothing in it waits for a job, and no job waits for it. It is killed at any moment
without loss: a try whose outcome was not stored is made once more.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from strikebook.errors import BusyError, NotFoundError, StorageError, StrikebookError
from strikebook.webhooks.line import Line
from strikebook.webhooks.occurrence import Occurrence, make_test
from strikebook.webhooks.outbox import Outbox
from strikebook.webhooks.sending import Sender
from strikebook.webhooks.webhook import TEST, Delivery, Schedule, Try, Webhook
from strikebook.webhooks.webhook_folder import WebhookFolder

LOG = logging.getLogger("strikebook.webhooks")
SIDE_BY_SIDE: Final = 8
OF_A_USER: Final = 2
_LOOK_EVERY_S: Final = 1.0
_LONGEST_START_S: Final = 10.0


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
        refusal: Callable[[Webhook], str | None] = lambda _: None,
    ) -> None:
        self._folder = folder
        self._outbox = Outbox(folder, schedule, occurrences, now, refusal)
        self._sender = sender
        self._schedule = schedule
        self._now = now
        self._chance = chance
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._waiting: dict[str, Future[Delivery]] = {}
        self._turn = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self._look_at = 0.0
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
                loop.call_soon_threadsafe(self._look_now)

    def _look_now(self) -> None:
        self._look_at = 0.0
        self._wake.set()

    def test(self, webhook_id: str) -> Future[Delivery]:
        """Send a test now, tried once; its outcome. The future has NotFoundError, BusyError or StorageError."""
        return self._ask(webhook_id, self._make_test)

    def redeliver(self, webhook_id: str, delivery_id: str) -> Future[Delivery]:
        """Try a delivery again now; its outcome. The future has NotFoundError, BusyError or StorageError."""
        return self._ask(webhook_id, lambda line: self._found_again(line, delivery_id))

    def _ask(self, webhook_id: str, make: Callable[[Line], Delivery]) -> Future[Delivery]:
        future: Future[Delivery] = Future()
        loop = self._loop
        try:
            if loop is None or self._stopping:
                raise RuntimeError("it does not run")
            loop.call_soon_threadsafe(self._begin_asked, webhook_id, make, future)
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
                self._look_if_due()
                self._begin()
            except Exception as error:  # noqa: BLE001 — a look that broke is told, and the next one is made
                self._outbox.say(f"look: {type(error).__name__}: {error}", "webhooks could not be looked at")
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

    def _look_if_due(self) -> None:
        """Look once a second, and when something has ended: a look after each of many tries a second costs too much."""
        now_s = asyncio.get_running_loop().time()
        if now_s >= self._look_at:
            self._look_at = now_s + _LOOK_EVERY_S
            self._outbox.look()

    def _pause_s(self) -> float:
        """Until the next try is due, and at most until the next look."""
        now = self._now()
        waits = (
            each.next_try_at
            for line in self._outbox.lines.values()
            for each in line.pending.values()
            if each.next_try_at is not None and each.next_try_at > now
        )
        until_try_s = (min(waits, default=now + timedelta(seconds=_LOOK_EVERY_S)) - now).total_seconds()
        until_look_s = self._look_at - asyncio.get_running_loop().time()
        return max(0.01, min(until_try_s, until_look_s))

    def _begin(self) -> None:
        """Begin the tries that are due, as far as there is room."""
        now = self._now()
        going = Counter(self._outbox.lines[each].webhook.user_id for each in self._busy if each in self._outbox.lines)
        for line in sorted(self._outbox.lines.values(), key=lambda each: each.served):
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

    async def _try(self, line: Line, delivery: Delivery) -> None:
        loop = asyncio.get_running_loop()
        at, begun = self._now(), loop.time()
        try:
            sent = await self._sender.send(line.webhook, delivery)
            tried = Try(at, round((loop.time() - begun) * 1000), sent.status, sent.outcome)
            stored = line.asked.get(delivery.delivery_id)
            make = delivery.after if stored is None else stored.again
            after = make(tried, self._schedule, self._chance(), delivered=sent.delivered)
            noted = {"where": f"{delivery.webhook_id}/{delivery.delivery_id}", "user_id": line.webhook.user_id}
            noted |= {"state": after.state, "what": sent.logged or sent.outcome, "job_id": delivery.job_id or ""}
            LOG.log(logging.INFO if sent.delivered else logging.WARNING, "webhook tried", extra=noted)
            self._outbox.judge(line, delivery if stored is None else stored, after)
            self._outbox.store(line, after)
            _settle(self._waiting.pop(delivery.delivery_id, None), after)
        finally:
            self._busy.pop(delivery.webhook_id, None)
            line.trying = ""
            line.asked.pop(delivery.delivery_id, None)
            self._wake.set()

    def _begin_asked(self, webhook_id: str, make: Callable[[Line], Delivery], future: Future[Delivery]) -> None:
        try:
            self._outbox.look()
            line = self._outbox.lines.get(webhook_id)
            if line is None:
                raise NotFoundError(f"no webhook {webhook_id[:60]}", where="webhook_id", right="webhooks lists them")
            delivery = make(line)
        except StrikebookError as error:
            _settle(future, error=error)
            return
        except Exception as error:
            LOG.exception("what was asked of a webhook broke", extra={"where": webhook_id})
            _settle(future, error=error)
            return
        line.ask(delivery)
        self._waiting[delivery.delivery_id] = future
        self._wake.set()

    def _make_test(self, line: Line) -> Delivery:
        if any(each.event == TEST for each in line.pending.values()):
            raise BusyError("a test of this webhook is on its way", where="webhook_id", right="wait for it")
        delivery = make_test(line.webhook, self._now())
        self._folder.put_delivery(delivery)
        return delivery

    def _found_again(self, line: Line, delivery_id: str) -> Delivery:
        webhook = line.webhook
        if webhook.off_since is not None:
            raise BusyError(f"the webhook is off: {webhook.off_reason}", where="webhook_id", right="switch it on first")
        if line.trying == delivery_id or delivery_id in line.asked:
            raise BusyError("this delivery is on its way", where="delivery_id", right="wait for it")
        found = line.pending.get(delivery_id) or self._folder.delivery(webhook.webhook_id, delivery_id)
        if found is None:
            raise unknown_delivery(delivery_id)
        return found


def unknown_delivery(delivery_id: str) -> NotFoundError:
    """The error of a delivery that is not in a webhook's log."""
    right = "the log keeps those that ended last"
    return NotFoundError(f"no delivery {delivery_id[:60]}", where="delivery_id", right=right)


def _settle(future: Future[Delivery] | None, delivery: Delivery | None = None, error: Exception | None = None) -> None:
    """Tell who waits, unless they have gone."""
    if future is None or not future.set_running_or_notify_cancel():
        return
    if error is not None:
        future.set_exception(error)
    elif delivery is not None:
        future.set_result(delivery)
