"""When work that is done again and again beside other work is due."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SHARE: Final = 0.05


class Intervals:
    """Not before ``every_s`` seconds after the last time, and later where it would take more than a twentieth of all
    time: what is written of a run grows with its days.
    """

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._due_at = time.monotonic() + every_s

    def due(self) -> bool:
        """Whether it is time."""
        return time.monotonic() >= self._due_at

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Note when the work began and ended."""
        begun = time.monotonic()
        try:
            yield
        finally:
            ended = time.monotonic()
            self._due_at = ended + max(self._every_s, (ended - begun) / _SHARE)
