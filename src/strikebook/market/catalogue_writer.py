"""Putting days into a catalogue: the day file, its chain snapshot, and the underlying's one-minute history.

Every file is replaced whole. A crash between them leaves derived files that the next import of the day makes right;
a reader notices a chain snapshot that is not of its day.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from strikebook.atomic_file import make_folder, remove_unfinished, storage_errors
from strikebook.errors import BusyError, MarketDataError
from strikebook.market.catalogue import Catalogue
from strikebook.market.chain import chain_of, chain_path, read_chain, write_chain
from strikebook.market.day_file import DayRows, OpenDay, day_path, open_day, write_day
from strikebook.market.day_index import DayIndex
from strikebook.market.history import FILE_NAME as HISTORY_NAME
from strikebook.market.history import MinuteHistory, minute_candles, read_history, write_history
from strikebook.market.rows import InstrumentRows
from strikebook.model.prices import Bars
from strikebook.model.session import SECONDS_PER_DAY, clock_text, naive_epoch


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """What became of a day: ``candles`` are its spot's one-minute candles, None without spot.

    ``replaced``: instruments the day had already, with other prices.
    """

    status: Literal["written", "unchanged"]
    instruments: int
    rows: int
    open_s: int
    candles: Bars | None
    replaced: tuple[str, ...] = ()


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Keep other writers out of a catalogue, made where there is none. Raises BusyError while another one is at work,
    StorageError where it cannot be written.
    """
    make_folder(folder)
    with storage_errors("write", folder):
        handle = (folder / ".import.lock").open("a")
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BusyError("another import is at work", where=str(folder), right="wait until it is done") from error
        for underlying in folder.iterdir():
            remove_unfinished(underlying)
        yield


def put_day(folder: Path, day: DayRows, *, merge: bool = True) -> WrittenDay:
    """Write a day into a catalogue. With ``merge`` the instruments that the day has already stay, unless ``day`` has
    them too.

    Raises MarketDataError where made-up and real prices would mix, StorageError where it cannot be written.
    """
    path = day_path(folder, day.underlying, day.session.date)
    present = open_day(folder, day.underlying, day.session.date) if merge and path.is_file() else None
    if present is not None:
        day = _merged(present, day)
    index = day.index()
    unchanged = present is not None and present.index == index
    if not unchanged:
        make_folder(path.parent)
        write_day(path, day, index)
    snapshot = chain_path(path)
    if any(":OPT:" in symbol for symbol in day.rows) and not (
        unchanged and read_chain(snapshot, index.fingerprint) is not None
    ):
        write_chain(snapshot, chain_of({symbol: day.rows[symbol] for symbol in index}, day.session), index.fingerprint)
    spot = day.rows.get(day.underlying)
    return WrittenDay(
        "unchanged" if unchanged else "written",
        len(index),
        sum(map(len, day.rows.values())),
        day.session.open_s,
        None if spot is None else minute_candles(spot, day.session),
        () if present is None else _replaced(present.index, index),
    )


def _replaced(before: DayIndex, after: DayIndex) -> tuple[str, ...]:
    """The instruments whose rows are not what they were."""
    digests = ((symbol, before.entry(symbol), after.entry(symbol)) for symbol in before)
    return tuple(symbol for symbol, old, new in digests if old and new and old.rows and old.digest != new.digest)


def put_history(folder: Path, underlying: str, days: dict[int, tuple[int, Bars]]) -> bool:
    """Bring the underlying's one-minute history up to date with those days; says whether it was rewritten.

    ``days``: naive epoch of the day -> (its session's open, its candles).
    """
    path = folder / underlying / HISTORY_NAME
    before = read_history(path)
    after = before.with_days({**_days_it_lacks(folder, underlying, before), **days})
    if path.is_file() and _equal(before, after):
        return False
    make_folder(path.parent)
    write_history(path, after)
    return True


def _days_it_lacks(folder: Path, underlying: str, history: MinuteHistory) -> dict[int, tuple[int, Bars]]:
    """Days of the catalogue without a candle in the history: an import was killed, or somebody else wrote them."""
    known = set((history.bars.start // SECONDS_PER_DAY * SECONDS_PER_DAY).tolist())
    lacking: dict[int, tuple[int, Bars]] = {}
    for day in Catalogue(folder).days(underlying, date.min, date.max):
        if naive_epoch(day) not in known:
            with suppress(MarketDataError):  # a damaged day has no candles until it is imported again
                opened = open_day(folder, underlying, day)
                rows = opened.rows_of(underlying)
                if rows is not None:
                    session = opened.index.session
                    lacking[naive_epoch(day)] = (session.open_s, minute_candles(rows, session))
    return lacking


def day_start(day: DayRows) -> int:
    """The naive epoch of a day's midnight."""
    return naive_epoch(day.session.date)


def _merged(present: OpenDay, day: DayRows) -> DayRows:
    if present.index.origin != day.origin:
        raise MarketDataError(
            f"the day holds {present.index.origin or 'real prices'}, the new ones are {day.origin or 'real'}",
            where=str(present.path),
            right="another catalogue",
        )
    if present.index.session != day.session:
        hours = f"{clock_text(present.index.session.open_s)[:5]}-{clock_text(present.index.session.close_s)[:5]}"
        raise MarketDataError(
            f"the day has the session {hours}, the new prices come with another one",
            where=str(present.path),
            right=f"--session {hours} for both, or delete the day and import all of it",
        )
    rows: dict[str, InstrumentRows] = {}
    outside: dict[str, int] = {}
    for symbol in present.index:
        found, entry = present.rows_of(symbol), present.index.entry(symbol)
        if symbol not in day.rows and found is not None and entry is not None:
            rows[symbol] = found
            outside[symbol] = entry.outside
    return replace(day, rows={**rows, **day.rows}, outside={**outside, **day.outside})


def _equal(one: MinuteHistory, other: MinuteHistory) -> bool:
    volumes = (one.bars.volume, other.bars.volume)
    if (volumes[0] is None) != (volumes[1] is None):
        return False
    pairs: list[tuple[NDArray[np.signedinteger], NDArray[np.signedinteger]]] = [
        (one.session_open_s, other.session_open_s),
        (one.bars.start, other.bars.start),
        (one.bars.open_paise, other.bars.open_paise),
        (one.bars.high_paise, other.bars.high_paise),
        (one.bars.low_paise, other.bars.low_paise),
        (one.bars.close_paise, other.bars.close_paise),
    ]
    if volumes[0] is not None and volumes[1] is not None:
        pairs.append((volumes[0], volumes[1]))
    return all(np.array_equal(a, b) for a, b in pairs)
