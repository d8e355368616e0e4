"""The nouns: a webhook (who is told, where, of what), a delivery of one event to it, and each try of a delivery.

A delivery is ``pending`` until a try has succeeded (``delivered``) or no further one will be made (``failed``). A test
is tried once.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal, get_args

Event = Literal["completed", "failed", "cancelled"]
DeliveryState = Literal["pending", "delivered", "failed"]
EVENTS: Final[tuple[Event, ...]] = get_args(Event)
TEST: Final = "test"

LONGEST_PAUSE_S: Final = 3_600.0
MOST_TRIES_KEPT: Final = 100
"""Of a delivery that is sent again by hand, over and over."""
LONGEST_AGE: Final = timedelta(hours=24)
"""Nothing is tried again that is older than this."""

_WEBHOOK_ID: Final = re.compile(r"wh_[0-9a-f]{16}", re.ASCII)
_DELIVERY_ID: Final = re.compile(r"whd_[0-9a-f]{24}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A user's wish to be told. Times are exchange time without offset.

    What ended at ``told_until`` or before is told already, or was before the webhook was there. The secret is in no
    text of the value. ``by_own_key``: a key of its user made it, with the last of which it ends. ``failing_since`` is
    the first try that failed since the last delivery. One with ``off_since`` is told nothing, for ``off_reason``.
    """

    webhook_id: str
    user_id: str
    url: str
    events: tuple[Event, ...]
    secret: str = field(repr=False)
    created_at: datetime
    told_until: datetime
    by_own_key: bool = False
    failing_since: datetime | None = None
    off_since: datetime | None = None
    off_reason: str = ""

    def off(self, at: datetime, reason: str) -> Webhook:
        """The webhook switched off; one that is off stays so, for its first reason."""
        return self if self.off_since is not None else replace(self, off_since=at, off_reason=reason)

    def on(self, at: datetime, *, by_own_key: bool) -> Webhook:
        """The webhook switched on: what ended while it was off is not told."""
        if self.off_since is None:
            return replace(self, by_own_key=by_own_key)
        told_until = max(self.told_until, at)
        return replace(
            self, by_own_key=by_own_key, told_until=told_until, failing_since=None, off_since=None, off_reason=""
        )

    def after(self, delivery: Delivery, schedule: Schedule) -> Webhook:
        """The webhook after a try of a delivery: one that has failed for too long is switched off.

        That is looked at where a delivery is given up, so that a receiver which was away for one delivery alone has
        all tries of the next one too. A test tells only that it works again.
        """
        tried = delivery.tries[-1]
        if delivery.state == "delivered":
            return self if self.failing_since is None else replace(self, failing_since=None)
        if delivery.event == TEST:
            return self
        since = self.failing_since or tried.at
        failing = replace(self, failing_since=since)
        if delivery.state == "pending" or schedule.off_after is None or tried.at - since < schedule.off_after:
            return failing
        shown = since.replace(microsecond=0).isoformat()
        return failing.off(tried.at, f"nothing was delivered since {shown}; the last try: {tried.outcome}")


@dataclass(frozen=True, slots=True)
class Try:
    """One try: when it began, how long it took, the status that was answered (None: none was), what came of it."""

    at: datetime
    ms: int
    status: int | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a delivery that failed is tried again: pauses that double, up to an hour, each shortened by chance."""

    first_pause_s: float = 10.0
    tries: int = 12
    off_after: timedelta | None = None
    """For how long a webhook may fail before it is switched off; None for ever."""

    def pause_s(self, tried: int, chance: float) -> float:
        """The pause after so many tries; ``chance`` from 0 to 1 makes it half to all of its length."""
        whole = min(LONGEST_PAUSE_S, self.first_pause_s * 2.0 ** min(tried - 1, 40))
        return whole * (0.5 + chance / 2)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one webhook. ``body`` is what is sent, the same at every try."""

    delivery_id: str
    webhook_id: str
    event: str
    job_id: str | None
    occurred_at: datetime
    created_at: datetime
    body: bytes
    state: DeliveryState = "pending"
    next_try_at: datetime | None = None
    tries: tuple[Try, ...] = ()

    def after(self, tried: Try, schedule: Schedule, chance: float, *, delivered: bool) -> Delivery:
        """The delivery after a try."""
        tries = (*self.tries, tried)
        if delivered:
            return replace(self, state="delivered", next_try_at=None, tries=tries)
        ended = tried.at + timedelta(milliseconds=tried.ms)
        following = ended + timedelta(seconds=schedule.pause_s(len(tries), chance))
        if self.event == TEST or len(tries) >= schedule.tries or following - self.created_at > LONGEST_AGE:
            return replace(self, state="failed", next_try_at=None, tries=tries)
        return replace(self, next_try_at=following, tries=tries)

    def again(self, tried: Try, schedule: Schedule, chance: float, *, delivered: bool) -> Delivery:
        """The delivery after a try that somebody asked for: one that had ended is not tried again by itself."""
        if self.state == "pending":
            return self.after(tried, schedule, chance, delivered=delivered)
        tries = (*self.tries, tried)[-MOST_TRIES_KEPT:]
        return replace(self, state="delivered" if delivered else "failed", tries=tries)

    def given_up(self, at: datetime, why: str) -> Delivery:
        """The delivery when no further try will be made."""
        return replace(self, state="failed", next_try_at=None, tries=(*self.tries, Try(at, 0, None, why)))


def make_webhook_id() -> str:
    """An id that nobody guesses."""
    return f"wh_{secrets.token_hex(8)}"


def make_secret() -> str:
    """A secret of 256 random bits."""
    return f"whsec_{secrets.token_urlsafe(32)}"


def delivery_id_of(webhook_id: str, job_id: str, event: str, at: datetime) -> str:
    """The id of a delivery: the same whenever the same end of the same job is found."""
    told = "\n".join((webhook_id, job_id, event, at.isoformat()))
    return f"whd_{hashlib.sha256(told.encode()).hexdigest()[:24]}"


def make_test_id() -> str:
    """The id of a test."""
    return f"whd_{secrets.token_hex(12)}"


def is_webhook_id(text: str) -> bool:
    """Whether ``text`` may be a webhook's id; nothing else decides what becomes a path."""
    return _WEBHOOK_ID.fullmatch(text) is not None


def is_delivery_id(text: str) -> bool:
    """Whether ``text`` may be a delivery's id."""
    return _DELIVERY_ID.fullmatch(text) is not None
