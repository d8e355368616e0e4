"""Do a file's stamps fit the sessions of their days? If not, which shift would make them?

A file of which more than 1 % of the rows lie outside is refused (strays aside: up to five rows, if they are at most a
tenth), and so is one whose bars are all there but one place early or late: such a file, taken as it stands, lets a
strategy see a minute into the future, or act a minute late.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from strikebook.errors import SessionMismatchError
from strikebook.market.day_index import TOLERATED_OUTSIDE, too_many_outside
from strikebook.market.importing.mapping import ImportMapping
from strikebook.market.importing.quotes import Quotes
from strikebook.market.importing.stamps import EXCHANGE_OFFSET_S, MICROSECONDS
from strikebook.model.prices import Int32s, Int64s
from strikebook.model.session import SECONDS_PER_DAY, Session, clock_text

SessionOf = Callable[[date], Session]
OUTSIDE: Final = "outside the session"
_EPOCH: Final = date(1970, 1, 1)
_HALF_HOUR_S: Final = 1800


@dataclass(frozen=True, slots=True)
class PlacedQuotes:
    """A file's rows inside their sessions. ``day``: int32[n], days since 1970. ``second``: int32[n] since midnight,
    of a bar its start. ``bar_s``: int32[n], 0 for a trade; a bar that the close cuts off is that much shorter.
    ``outside``: (symbol, day) -> rows that were left out, unless the mapping says that they are none of the session's.
    """

    quotes: Quotes
    day: Int32s
    second: Int32s
    bar_s: Int32s
    outside: dict[tuple[str, int], int]


def place_in_sessions(quotes: Quotes, bar_s: int, mapping: ImportMapping, session_of: SessionOf) -> PlacedQuotes:
    """Give every row its day and second, bars their start, and leave out the rows outside the session.

    ``bar_s`` is the length of the file's bars, 0 where its rows are trades. Raises SessionMismatchError naming the
    file and the shift that it seems to need.
    """
    stamp = quotes.stamp_us // MICROSECONDS
    if bar_s:
        stamp = stamp - {"start": 0, "last": bar_s - 1, "end": bar_s}[mapping.time.stamp]
    day, second = _split(stamp)
    open_s, close_s = _hours(day, session_of)
    inside = _inside(second, bar_s, open_s, close_s)
    outside = int(len(inside) - np.count_nonzero(inside))
    if mapping.outside == "refuse" and too_many_outside(outside, len(inside)):
        raise SessionMismatchError(
            f"{outside / len(inside):.1%} of its rows lie outside the session ({_span(stamp)})",
            where=str(quotes.path),
            right=_likely_shift(stamp, bar_s, mapping, session_of),
        )
    if bar_s:
        _refuse_displaced(quotes, day, second, bar_s, (open_s, close_s), mapping)
    length = np.minimum(bar_s, close_s - second) if bar_s else np.zeros(len(second), np.int64)
    return PlacedQuotes(
        quotes.keep(inside, OUTSIDE),
        day[inside].astype(np.int32),
        second[inside].astype(np.int32),
        length[inside].astype(np.int32),
        _count_outside(quotes, day, ~inside) if mapping.outside == "refuse" else {},
    )


def _split(stamp: Int64s) -> tuple[Int64s, Int64s]:
    day = stamp // SECONDS_PER_DAY
    return day, stamp - day * SECONDS_PER_DAY


def _hours(day: Int64s, session_of: SessionOf) -> tuple[Int64s, Int64s]:
    """The open and the close of every row's session."""
    days, inverse = np.unique(day, return_inverse=True)
    sessions = [session_of(_EPOCH + timedelta(days=int(number))) for number in days]
    opens = np.array([session.open_s for session in sessions], np.int64)
    closes = np.array([session.close_s for session in sessions], np.int64)
    return opens[inverse], closes[inverse]


def _inside(second: Int64s, bar_s: int, open_s: Int64s, close_s: Int64s) -> NDArray[np.bool_]:
    """Trades up to the second of the close; bars that start before it."""
    inside: NDArray[np.bool_] = (second >= open_s) & ((second < close_s) if bar_s else (second <= close_s))
    return inside


def _refuse_displaced(
    quotes: Quotes, day: Int64s, second: Int64s, bar_s: int, hours: tuple[Int64s, Int64s], mapping: ImportMapping
) -> None:
    """Refuse bars that begin one place late (stamped at their end) or early on more than half of the days."""
    open_s, close_s = hours
    days = len(np.unique(day))

    def days_with(wanted: NDArray[np.bool_], without: NDArray[np.bool_]) -> int:
        return len(np.setdiff1d(day[wanted], day[without]))

    first, last = second == open_s, second == close_s - bar_s
    stamp = mapping.time.stamp
    if stamp == "start" and 2 * days_with(second == close_s, first) > days:
        right = f'bar-end stamps, a shift by −{bar_s} s: stamp = "end" under [time] in the mapping'
        what = "has a bar at the close and none at the open"
    elif stamp != "start" and 2 * days_with(second == open_s - bar_s, last) > days:
        right = 'bar-start stamps: stamp = "start" under [time] in the mapping'
        what = "has a bar before the open and none before the close"
    elif bar_s % 60 == 0 and stamp != "last" and np.mean(second % 60 == 59) > 0.5:
        right = 'stamps at a bar\'s last second: stamp = "last" under [time] in the mapping'
        what = "has bars that start at second 59"
    else:
        return
    raise SessionMismatchError(what, where=str(quotes.path), right=right)


def _likely_shift(stamp: Int64s, bar_s: int, mapping: ImportMapping, session_of: SessionOf) -> str:
    """What to change so that nearly all rows fall into their sessions."""
    special = "for a special session --session HH:MM-HH:MM"
    candidates = [
        (-EXCHANGE_OFFSET_S, f'stamps look shifted twice: −5:30, zone = "exchange" under [time]; {special}')
        if mapping.time.zone == "UTC"
        else (EXCHANGE_OFFSET_S, 'stamps look like UTC: +5:30, zone = "UTC" under [time] in the mapping')
    ]
    if bar_s and mapping.time.stamp == "start":
        candidates.insert(0, (-bar_s, f'bar-end stamps: shift −{bar_s} s, stamp = "end" under [time] in the mapping'))
    for half_hours in range(-28, 29):
        shift = half_hours * _HALF_HOUR_S
        sign = "−" if shift < 0 else "+"
        candidates.append(
            (
                shift,
                f"a shift by {sign}{clock_text(abs(shift))[:5]} would fit; {special}",
            )
        )
    for shift, advice in candidates:
        day, second = _split(stamp + shift)
        if shift and np.mean(_inside(second, bar_s, *_hours(day, session_of))) >= 1 - TOLERATED_OUTSIDE:
            return advice
    return (
        'no single shift fits: give the session (--session HH:MM-HH:MM), or say outside = "skip" under [rows] in the '
        "mapping where such rows are known to be none of the session's"
    )


def _span(stamp: Int64s) -> str:
    _, second = _split(stamp)
    return f"stamps from {clock_text(int(second.min()))} to {clock_text(int(second.max()))}"


def _count_outside(quotes: Quotes, day: Int64s, outside: NDArray[np.bool_]) -> dict[tuple[str, int], int]:
    pairs = np.stack([quotes.code[outside].astype(np.int64), day[outside]], axis=1)
    found, counts = np.unique(pairs, axis=0, return_counts=True)
    return {
        (quotes.symbols[int(code)], int(number)): int(count)
        for (code, number), count in zip(found, counts, strict=True)
    }
