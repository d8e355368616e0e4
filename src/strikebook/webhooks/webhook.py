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
LONGEST_AGE: Final = timedelta(hours=24)
"""Nothing is tried again that is older than this."""

_WEBHOOK_ID: Final = re.compile(r"wh_[0-9a-f]{16}", re.ASCII)
_DELIVERY_ID: Final = re.compile(r"whd_[0-9a-f]{24}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A user's wish to be told. Times are exchange time without offset.

    What ended at ``told_until`` or before is told already, or was before the webhook was there. The secret is in no
    text of the value.
    """

    webhook_id: str
    user_id: str
    url: str
    events: tuple[Event, ...]
    secret: str = field(repr=False)
    created_at: datetime
    told_until: datetime


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
