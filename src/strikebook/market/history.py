"""Warm-up candles: ``bars_1m.parquet``, the one-minute candles of an underlying's spot over all its days.

Import derives them from the replayed trades. A candle of a longer timeframe is built from them, anchored at each
session's own open.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from strikebook.atomic_file import replace_file
from strikebook.errors import MarketDataError
from strikebook.market.arrow_columns import numbers
from strikebook.market.rows import ABSENT, InstrumentRows
from strikebook.model.market_day import WARM_UP_CANDLES
from strikebook.model.prices import Bars, Int32s, candles
from strikebook.model.session import SECONDS_PER_DAY, Session, naive_epoch

FILE_NAME: Final = "bars_1m.parquet"
MINUTE_S: Final = 60
SCHEMA: Final = pa.schema(
    [
        pa.field("start", pa.timestamp("ms"), nullable=False),
        pa.field("session_open_s", pa.int32(), nullable=False),
        pa.field("open_paise", pa.int64(), nullable=False),
        pa.field("high_paise", pa.int64(), nullable=False),
        pa.field("low_paise", pa.int64(), nullable=False),
        pa.field("close_paise", pa.int64(), nullable=False),
        pa.field("volume", pa.int64()),
    ]
)


@dataclass(frozen=True, slots=True)
class MinuteHistory:
    """One-minute candles of all days, ascending. ``session_open_s``: int32[n], the open of each candle's session."""

    bars: Bars
    session_open_s: Int32s

    @staticmethod
    def none() -> MinuteHistory:
        """No days."""
        return MinuteHistory(Bars.none(), np.empty(0, np.int32))

    def before(self, day_start: int, timeframe_s: int, count: int = WARM_UP_CANDLES) -> Bars:
        """The last ``count`` candles of ``timeframe_s`` (whole minutes) of the days before ``day_start``."""
        end = int(np.searchsorted(self.bars.start, day_start, "left"))
        begin = max(end - (count + 1) * (timeframe_s // MINUTE_S), 0)
        return _aggregate(self.bars.take(slice(begin, end)), self.session_open_s[begin:end], timeframe_s).last(count)

    def with_days(self, days: Mapping[int, tuple[int, Bars]]) -> MinuteHistory:
        """Return this history with ``days`` in place of its own: the day's naive epoch -> (its open, its candles)."""
        own_day = self.bars.start // SECONDS_PER_DAY * SECONDS_PER_DAY
        keep = ~np.isin(own_day, np.array(list(days), np.int64))
        kept = self.bars.take(keep)
        opens = [self.session_open_s[keep]]
        opens += [np.full(len(bars), open_s, np.int32) for open_s, bars in days.values()]
        joined = Bars.joined([kept, *(bars for _, bars in days.values())])
        order = np.argsort(joined.start, kind="stable")
        return MinuteHistory(joined.take(order), np.concatenate(opens)[order])


def minute_candles(rows: InstrumentRows, session: Session) -> Bars:
    """A day's one-minute candles of an instrument."""
    start = naive_epoch(session.date)
    return candles(rows.ticks(session), start, session.open_s, session.close_s, MINUTE_S)


def read_history(path: Path) -> MinuteHistory:
    """The history file's candles; none where there is no file. Read once per process and version of the file.

    Raises MarketDataError where it is damaged.
    """
    try:
        state = path.stat()
    except FileNotFoundError:
        return MinuteHistory.none()
    except OSError as error:
        raise MarketDataError(
            f"not a readable history file: {error.strerror}", where=str(path), right="import the days again"
        ) from error
    return _read(str(path), state.st_ino, state.st_mtime_ns, state.st_size)


def write_history(path: Path, history: MinuteHistory) -> None:
    """Write the history file. Raises StorageError."""
    bars = history.bars
    volume = np.full(len(bars), ABSENT, np.int64) if bars.volume is None else bars.volume
    table = pa.table(
        [
            pa.array(bars.start * 1000).cast(pa.timestamp("ms")),
            pa.array(history.session_open_s),
            pa.array(bars.open_paise),
            pa.array(bars.high_paise),
            pa.array(bars.low_paise),
            pa.array(bars.close_paise),
            pa.array(volume, mask=volume == ABSENT),
        ],
        schema=SCHEMA,
    )
    replace_file(path, lambda target: pq.write_table(table, target, compression="snappy"))


@lru_cache(maxsize=16)
def _read(path: str, _inode: int, _modified_ns: int, _size: int) -> MinuteHistory:
    try:
        table: Any = pq.ParquetFile(path, memory_map=True).read(columns=SCHEMA.names, use_threads=False)
        column = {name: table.column(name) for name in SCHEMA.names}
        start = numbers(column["start"].cast(pa.timestamp("ms")).cast(pa.int64()), np.int64) // 1000
        volume = None
        if column["volume"].null_count < len(table):
            volume = numbers(column["volume"], np.int64, ABSENT)
        prices = [numbers(column[name], np.int64) for name in SCHEMA.names[2:6]]
        opens = numbers(column["session_open_s"], np.int32)
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise MarketDataError(
            f"not a readable history file: {error}", where=os.fspath(path), right="import a day again"
        ) from error
    return MinuteHistory(Bars(start, prices[0], prices[1], prices[2], prices[3], volume), opens)


def _aggregate(bars: Bars, session_open_s: Int32s, timeframe_s: int) -> Bars:
    if not len(bars) or timeframe_s == MINUTE_S:
        return bars
    day_start = bars.start // SECONDS_PER_DAY * SECONDS_PER_DAY
    anchor = day_start + session_open_s
    start = anchor + (bars.start - anchor) // timeframe_s * timeframe_s
    first = np.flatnonzero(np.r_[True, start[1:] != start[:-1]])
    last = np.r_[first[1:], len(start)] - 1
    volume = None
    if bars.volume is not None:
        known = np.maximum.reduceat(bars.volume, first) >= 0
        volume = np.where(known, np.add.reduceat(np.maximum(bars.volume, 0), first), ABSENT)
    return Bars(
        start[first],
        bars.open_paise[first],
        np.maximum.reduceat(bars.high_paise, first),
        np.minimum.reduceat(bars.low_paise, first),
        bars.close_paise[last],
        volume,
    )
