"""How many requests a minute each user may send: a bucket that holds a minute's worth and is filled steadily."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from strikebook.server.keys import Caller
from strikebook.server.problems import ProblemError


class RateLimit:
    """The buckets. Users have one each, administrators one for each key; where the server is open all share one.

    ``per_minute`` is 0 for no limit.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    def allows(self, caller: Caller) -> bool:
        """Take one request out of a caller's bucket; False, and nothing is taken, where there is none in it."""
        if not self._per_minute:
            return True
        name, now = _bucket(caller), self._clock()
        left, at = self._buckets.get(name, (float(self._per_minute), now))
        left = min(self._per_minute, left + (now - at) * self._per_minute / 60)
        allowed = left >= 1
        self._buckets[name] = (left - 1 if allowed else left, now)
        return allowed

    def refuse_too_many(self, caller: Caller) -> None:
        """Take one request out of a caller's bucket. Raises ProblemError (429) where there is none in it."""
        if not self.allows(caller):
            left, _ = self._buckets[_bucket(caller)]
            wait = max(1, math.ceil((1 - left) * 60 / self._per_minute))
            raise ProblemError(
                429,
                f"more than {self._per_minute} requests a minute",
                "Authorization" if caller.key_id else "server",
                f"ask again in {wait} s; a job's events tell of its progress without being asked for",
                headers={"Retry-After": str(wait)},
            )


def _bucket(caller: Caller) -> str:
    """No user's id begins with a dot."""
    return caller.user_id or f".{caller.key_id}"
