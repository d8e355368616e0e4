"""Times as the files have them, each text made once."""

from __future__ import annotations

from strikebook.model.session import Session, clock_text, epoch_stamp, naive_epoch


class ClockTexts(dict[int, str]):
    """Seconds since midnight -> ``HH:MM:SS``; filled as it is read, at most 86,400 entries."""

    def __missing__(self, second: int) -> str:
        text = self[second] = clock_text(second)
        return text


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
