"""A day of a sweep: what each point earned on it, as a value and as the compact file of the day.

A file is gzip JSON as a run's day files are; its numbers stand in columns, one entry a point, money in whole paise.
``docs/format-sweeps.md`` lists every member.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from strikebook.errors import StorageError, UsageError
from strikebook.model.options import DEFAULT_LEVEL
from strikebook.storage.codec import decode_day, encode_day
from strikebook.storage.layout import day_text, parse_day

SweepDayStatus = Literal["run", "failed"]


class PointDay(NamedTuple):
    """What a point came to on a day. ``pnl_paise``: gross. ``reason``: why it failed there, else empty."""

    pnl_paise: int = 0
    charges_paise: int = 0
    positions: int = 0
    closed: int = 0
    winning: int = 0
    losing: int = 0
    trades: int = 0
    rejections: int = 0
    reason: str = ""

    @property
    def net_paise(self) -> int:
        """Profit after charges."""
        return self.pnl_paise - self.charges_paise


_NUMBERS = PointDay._fields[:-1]


@dataclass(frozen=True, slots=True)
class SweepDay:
    """A day of a sweep. ``points`` are in order; of a day that failed as a whole there are none.

    ``sweep_hash``: what all that was asked is known by. ``fingerprint``: what the day's data is known by.
    ``file_bytes``: what its file takes, where it has just been stored.
    """

    day: date
    status: SweepDayStatus
    reason: str = ""
    points: tuple[PointDay, ...] = ()
    fingerprint: str = ""
    sweep_hash: str = ""
    file_bytes: int = 0


def encode_sweep_day(found: SweepDay, level: int = DEFAULT_LEVEL) -> bytes:
    """The file of a day. The same values give the same bytes."""
    columns: dict[str, object] = {name: [each[number] for each in found.points] for number, name in enumerate(_NUMBERS)}
    return encode_day(
        {
            "date": day_text(found.day),
            "sweep_hash": found.sweep_hash,
            "fingerprint": found.fingerprint,
            "points": len(found.points),
            **columns,
            "failed": {str(number): each.reason for number, each in enumerate(found.points, 1) if each.reason},
        },
        level,
    )


def decode_sweep_day(content: bytes, where: str = "") -> SweepDay:
    """Read a day's file. Raises StorageError where it is damaged or of another shape."""
    document: dict[str, Any] = decode_day(content, where)
    try:
        columns: list[Sequence[int]] = [document[name] for name in _NUMBERS]
        failed = document["failed"]
        points = tuple(
            PointDay._make((*numbers, str(failed.get(str(number), ""))))
            for number, numbers in enumerate(zip(*columns, strict=True), 1)
        )
        if len(points) != document["points"] or any(type(value) is not int for column in columns for value in column):
            raise ValueError("its columns do not fit together")
        day = parse_day(document["date"])
        return SweepDay(day, "run", "", points, str(document["fingerprint"]), str(document["sweep_hash"]))
    except (KeyError, TypeError, ValueError, AttributeError, UsageError) as error:
        raise StorageError(
            f"the day of the sweep is damaged: {type(error).__name__}: {error}", where=where, right="sweep again"
        ) from None
