"""One instrument's rows of a day, as the day file has them: trades and bars in one layout."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from strikebook.model.prices import BarRows, Int32s, Int64s, Ticks, replay
from strikebook.model.session import Session

ABSENT: Final = -1
OPTIONAL_COLUMNS: Final = ("open_paise", "high_paise", "low_paise", "volume", "oi")


@dataclass(frozen=True, slots=True)
class InstrumentRows:
    """Rows in order of ``second``. ``second``: int32[n], seconds since midnight, of a bar its start.

    ``bar_s``: int32[n] length of the bar, 0 for a trade. ``open_paise, high_paise, low_paise``: int64[n], -1 where
    absent (all three, or none), None where no row has them. ``price_paise``: int64[n], a trade's price or a bar's
    close. ``volume``, ``oi``: int64[n], -1 where a row has none, or None where no row has one.
    """

    second: Int32s
    bar_s: Int32s
    price_paise: Int64s
    open_paise: Int64s | None = None
    high_paise: Int64s | None = None
    low_paise: Int64s | None = None
    volume: Int64s | None = None
    oi: Int64s | None = None

    def __len__(self) -> int:
        return len(self.second)

    @staticmethod
    def none() -> InstrumentRows:
        """The rows of a contract that was listed and did not trade."""
        empty = np.empty(0, np.int32)
        return InstrumentRows(empty, empty, np.empty(0, np.int64))

    @property
    def kind(self) -> Literal["ticks", "bars", "mixed"]:
        """What the rows are."""
        bars = int(np.count_nonzero(self.bar_s))
        if bars == 0:
            return "ticks"
        return "bars" if bars == len(self) else "mixed"

    @property
    def longest_bar_s(self) -> int:
        """The length of the longest bar, 0 where all rows are trades."""
        return int(self.bar_s.max(initial=0))

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> InstrumentRows:
        """The rows that a mask or positions choose."""
        parts: list[Any] = [getattr(self, field.name) for field in fields(self)]
        taken: list[Any] = [None if part is None else part[which] for part in parts]
        return InstrumentRows(*taken)

    def without_empty_columns(self) -> InstrumentRows:
        """The same rows; an optional column in which no row has a value is None."""
        empty: dict[str, Any] = {
            name: None
            for name in OPTIONAL_COLUMNS
            if (part := getattr(self, name)) is not None and bool(np.all(part == ABSENT))
        }
        return replace(self, **empty) if empty else self

    def followed_by(self, other: InstrumentRows) -> InstrumentRows:
        """These rows and others of the same instrument, ordered by second."""
        order = np.argsort(np.concatenate([self.second, other.second]), kind="stable")
        parts: list[Any] = []
        for field in fields(self):
            pair = [getattr(rows, field.name) for rows in (self, other)]
            if all(part is None for part in pair):
                parts.append(None)
                continue
            filled = [
                np.full(len(rows), ABSENT, np.int64) if part is None else part
                for rows, part in zip((self, other), pair, strict=True)
            ]
            parts.append(np.concatenate(filled)[order])
        return InstrumentRows(*parts)

    def digest(self) -> str:
        """A hash of the content, the same on every machine."""
        hasher = hashlib.blake2b(digest_size=12)
        for field in fields(self):
            part: NDArray[np.signedinteger] | None = getattr(self, field.name)
            if part is not None and (field.name == "price_paise" or bool(np.any(part != ABSENT))):
                kind = "<i4" if field.name in ("second", "bar_s") else "<i8"
                hasher.update(field.name.encode())
                hasher.update(np.ascontiguousarray(part, dtype=kind).data)
        return hasher.hexdigest()

    def ticks(self, session: Session) -> Ticks:
        """The instrument's trades inside the session, its bars replayed."""
        is_bar = self.bar_s > 0
        if not is_bar.any():
            return ticks_of_trades(self.second, self.price_paise, self.volume, self.oi, session)
        if is_bar.all():
            return _clip(_replayed(self), session)
        return _clip(_merged(_trades(self.take(~is_bar)), _replayed(self.take(is_bar))), session)


def rows_of_ticks(ticks: Ticks) -> InstrumentRows:
    """Trades in the day file's layout."""
    return InstrumentRows(
        ticks.second, np.zeros(len(ticks), np.int32), ticks.price_paise, volume=ticks.quantity, oi=ticks.oi
    )


def ticks_of_trades(
    second: Int32s, price_paise: Int64s, volume: Int64s | None, oi: Int64s | None, session: Session
) -> Ticks:
    """The trades inside the session of rows that all are trades; columns as ``InstrumentRows`` has them."""
    return _clip(Ticks(second, price_paise, _quantity(volume), oi), session)


def _trades(rows: InstrumentRows) -> Ticks:
    return Ticks(rows.second, rows.price_paise, _quantity(rows.volume), rows.oi)


def _replayed(rows: InstrumentRows) -> Ticks:
    absent = np.full(len(rows), ABSENT, np.int64)
    return replay(
        BarRows(
            rows.second,
            rows.bar_s,
            absent if rows.open_paise is None else rows.open_paise,
            absent if rows.high_paise is None else rows.high_paise,
            absent if rows.low_paise is None else rows.low_paise,
            rows.price_paise,
            _quantity(rows.volume),
            rows.oi,
        )
    )


def _quantity(volume: Int64s | None) -> Int64s | None:
    return None if volume is None else np.maximum(volume, 0)


def _merged(trades: Ticks, bars: Ticks) -> Ticks:
    second = np.concatenate([trades.second, bars.second])
    order = np.argsort(second, kind="stable")
    price = np.concatenate([trades.price_paise, bars.price_paise])
    quantity = oi = None
    if trades.quantity is not None and bars.quantity is not None:
        quantity = np.concatenate([trades.quantity, bars.quantity])[order]
    if trades.oi is not None and bars.oi is not None:
        oi = np.concatenate([trades.oi, bars.oi])[order]
    return Ticks(second[order], price[order], quantity, oi, replayed=True)


def _clip(ticks: Ticks, session: Session) -> Ticks:
    second = ticks.second
    if not len(second) or (second[0] >= session.open_s and second[-1] <= session.close_s):
        return ticks
    first = int(np.searchsorted(second, session.open_s, "left"))
    end = int(np.searchsorted(second, session.close_s, "right"))
    return Ticks(
        second[first:end],
        ticks.price_paise[first:end],
        None if ticks.quantity is None else ticks.quantity[first:end],
        None if ticks.oi is None else ticks.oi[first:end],
        replayed=ticks.replayed,
    )
