"""Times as the files have them, each text made once."""

from __future__ import annotations

from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from strikebook.model.session import SECONDS_PER_DAY, Session, clock_text, epoch_stamp, naive_epoch

Steps = NDArray[np.int64]


@lru_cache(maxsize=8)
def _run(number: int) -> np.dtype[np.void]:
    """A stretch of steps as it stands in the file: ``["2024-10-01T09:15:50","2024-10-01T09:15:53",1],``

    ``number``: how many bytes its number takes at most, with what stands around it.
    """
    return np.dtype(
        [
            ("open", "S2"),
            ("from_date", "S11"),
            ("from_clock", "S8"),
            ("and", "S3"),
            ("to_date", "S11"),
            ("to_clock", "S8"),
            ("number", f"S{number}"),
        ]
    )


class ClockTexts(dict[int, str]):
    """Seconds since midnight -> ``HH:MM:SS``; filled as it is read, at most 86,400 entries."""

    def __missing__(self, second: int) -> str:
        text = self[second] = clock_text(second)
        return text

    @cached_property
    def all(self) -> NDArray[np.bytes_]:
        """The texts of every second of a day."""
        second = np.arange(SECONDS_PER_DAY)
        parts = (second // 3600, second // 60 % 60, second % 60)
        text = np.full((SECONDS_PER_DAY, 8), ord(":"), np.uint8)
        for number, part in enumerate(parts):
            text[:, 3 * number] = part // 10 + ord("0")
            text[:, 3 * number + 1] = part % 10 + ord("0")
        return text.view("S8").ravel()


class Stamps(dict[int, str]):
    """Steps of a session -> exchange time as ``2024-10-01T09:16:59``; filled as it is read."""

    def __init__(self, session: Session, clock: ClockTexts) -> None:
        super().__init__()
        self._clock = clock
        self._prefix = session.date.isoformat() + "T"
        self._open_s = session.open_s
        self._open_epoch = naive_epoch(session.date, session.open_s)
        self._last_step = session.last_step

    def __missing__(self, step: int) -> str:
        text = self[step] = self._prefix + self._clock[self._open_s + step]
        return text

    def of_epoch(self, naive_epoch_s: int) -> str:
        """The stamp of exchange-time seconds since 1970, also of an earlier day's."""
        step = naive_epoch_s - self._open_epoch
        return self[step] if 0 <= step <= self._last_step else epoch_stamp(naive_epoch_s)

    def runs(self, from_step: Steps, to_step: Steps, number: Steps) -> NDArray[np.void]:
        """Each ``[from, to, number],`` of stretches of steps: thousands a day, so made as columns; see ``joined``."""
        numbers = np.array([b'",%d],' % each for each in range(number.max(initial=0) + 1)])
        row = np.empty(len(from_step), _run(numbers.itemsize))
        row["open"], row["and"] = b'["', b'","'
        row["from_date"] = row["to_date"] = self._prefix.encode()
        row["from_clock"] = self._clock.all[from_step + self._open_s]
        row["to_clock"] = self._clock.all[to_step + self._open_s]
        row["number"] = numbers[number]
        return row


def joined(runs: NDArray[np.void]) -> bytes:
    """The JSON of a list of such stretches."""
    return b"[%b]" % runs.tobytes().replace(b"\0", b"")[:-1]
