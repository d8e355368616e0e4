"""Is an instrument's day to be trusted? Counts of what looks wrong in its rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from strikebook.market.rows import ABSENT, InstrumentRows
from strikebook.model.instrument import OptionContract, parse_symbol
from strikebook.model.prices import Int32s, Int64s, Ticks
from strikebook.model.session import Session

GAP_S: Final = 120
FLAT_S: Final = 600
JUMP_SPOT: Final = 0.01
JUMP_OPTION: Final = 0.25
JUMP_OPTION_PAISE: Final = 500
INTRINSIC_SHARE: Final = 0.0025
SMALLEST_PRICE_PAISE: Final = 5


@dataclass(frozen=True, slots=True)
class InstrumentCheck:
    """What an instrument's rows of a day look like.

    ``coverage``: share of the session's minutes with a trade. ``gaps``: stretches without a trade of more than two
    bars, and at least 120 s, the ends of the session included; ``longest_gap_s``. ``duplicates``: rows that repeat the
    one before them. ``zero_prices``, ``negative_prices``, ``inconsistent_bars`` (high or low does not hold the bar),
    ``overlapping_bars`` (another one begins before the bar before it has ended).
    ``jumps``: neighbouring trades that differ by more than 1 % (spot, futures), or for an option by more than the
    underlying moved meanwhile plus 25 % plus 5 rupees. ``flat_stretches``: at least ten minutes of rows at one price
    above the smallest, which looks forward-filled; ``longest_flat_s``. ``below_intrinsic``: option trades below their
    intrinsic value by more than 0.25 % of the underlying; ``deepest_below_paise``.
    """

    symbol: str
    kind: Literal["ticks", "bars", "mixed"]
    rows: int
    coverage: float
    gaps: int
    longest_gap_s: int
    duplicates: int
    zero_prices: int
    negative_prices: int
    inconsistent_bars: int
    overlapping_bars: int
    jumps: int
    flat_stretches: int
    longest_flat_s: int
    below_intrinsic: int
    deepest_below_paise: int

    def as_document(self) -> dict[str, Any]:
        """The check as JSON values."""
        return asdict(self)


def check_instrument(symbol: str, rows: InstrumentRows, session: Session, spot: Ticks) -> InstrumentCheck:
    """Check one instrument's rows; ``spot`` are its underlying's trades of that day (none where unknown)."""
    ticks = rows.ticks(session)
    gaps, longest_gap = _gaps(ticks.second, rows, session)
    flats, longest_flat = _flat_stretches(rows)
    below, deepest = _below_intrinsic(symbol, ticks, spot)
    prices = [rows.price_paise, *(part for part in _extremes(rows) if part is not None)]
    return InstrumentCheck(
        symbol,
        rows.kind,
        len(rows),
        _coverage(ticks.second, session),
        gaps,
        longest_gap,
        _duplicates(rows),
        sum(int(np.count_nonzero(part == 0)) for part in prices),
        sum(int(np.count_nonzero(part < ABSENT)) for part in prices)
        + int(np.count_nonzero(rows.price_paise == ABSENT)),
        _inconsistent_bars(rows),
        _overlapping_bars(rows),
        _jumps(symbol, ticks, spot),
        flats,
        longest_flat,
        below,
        deepest,
    )


def _extremes(rows: InstrumentRows) -> tuple[Int64s | None, Int64s | None, Int64s | None]:
    return rows.open_paise, rows.high_paise, rows.low_paise


def _coverage(second: Int32s, session: Session) -> float:
    minutes = -(-(session.close_s - session.open_s) // 60)
    traded = np.unique((second[second < session.close_s] - session.open_s) // 60)
    return round(len(traded) / minutes, 4)


def _gaps(second: Int32s, rows: InstrumentRows, session: Session) -> tuple[int, int]:
    limit = max(GAP_S, 2 * int(rows.bar_s.max(initial=0)))
    marks = np.concatenate([[session.open_s], second, [session.close_s]])
    quiet = np.diff(marks)
    return int(np.count_nonzero(quiet > limit)), int(quiet.max(initial=0))


def _duplicates(rows: InstrumentRows) -> int:
    return int(np.count_nonzero(_repeated(rows)))


def _repeated(rows: InstrumentRows) -> NDArray[np.bool_]:
    """Does a row, from the second one on, repeat the one before it?"""
    repeated: NDArray[np.bool_] = np.diff(rows.second) == 0
    for part in (rows.bar_s, rows.price_paise, *_extremes(rows), rows.volume, rows.oi):
        if part is not None:
            repeated &= np.diff(part) == 0
    return repeated


def _inconsistent_bars(rows: InstrumentRows) -> int:
    open_paise, high_paise, low_paise = _extremes(rows)
    if open_paise is None or high_paise is None or low_paise is None:
        return 0
    holds = (high_paise >= np.maximum(open_paise, rows.price_paise)) & (
        low_paise <= np.minimum(open_paise, rows.price_paise)
    )
    return int(np.count_nonzero((open_paise != ABSENT) & ~holds))


def _overlapping_bars(rows: InstrumentRows) -> int:
    second, bar_s = rows.second, rows.bar_s
    overlap = (bar_s[1:] > 0) & (second[1:] < second[:-1] + bar_s[:-1]) & ~_repeated(rows)
    return int(np.count_nonzero(overlap))


def _jumps(symbol: str, ticks: Ticks, spot: Ticks) -> int:
    price = ticks.price_paise
    if len(price) < 2:
        return 0
    change = np.abs(np.diff(price))
    if not isinstance(parse_symbol(symbol), OptionContract):
        return int(np.count_nonzero(change > JUMP_SPOT * price[:-1]))
    allowed = JUMP_OPTION * price[:-1] + JUMP_OPTION_PAISE
    if len(spot):
        allowed = allowed + np.abs(np.diff(_last_price(spot, ticks.second)))
    return int(np.count_nonzero(change > allowed))


def _flat_stretches(rows: InstrumentRows) -> tuple[int, int]:
    price = rows.price_paise
    if not len(price):
        return 0, 0
    first = np.flatnonzero(np.r_[True, np.diff(price) != 0])
    last = np.r_[first[1:], len(price)] - 1
    length = rows.second[last] + rows.bar_s[last] - rows.second[first]
    length = np.where(price[first] > SMALLEST_PRICE_PAISE, length, 0)
    steady = last - first + 1 >= 10
    flat = steady & (length >= FLAT_S)
    return int(np.count_nonzero(flat)), int(length[flat].max(initial=0))


def _below_intrinsic(symbol: str, ticks: Ticks, spot: Ticks) -> tuple[int, int]:
    contract = parse_symbol(symbol)
    if not isinstance(contract, OptionContract) or not len(spot) or not len(ticks):
        return 0, 0
    known = ticks.second >= spot.second[0]
    underlying = _last_price(spot, ticks.second[known])
    worth = underlying - contract.strike_paise if contract.option_type == "CE" else contract.strike_paise - underlying
    below = np.maximum(worth, 0) - ticks.price_paise[known]
    bad: NDArray[np.bool_] = below > INTRINSIC_SHARE * underlying
    return int(np.count_nonzero(bad)), int(below[bad].max(initial=0))


def _last_price(ticks: Ticks, second: Int32s) -> Int64s:
    at = np.maximum(np.searchsorted(ticks.second, second, "right") - 1, 0)
    price: Int64s = ticks.price_paise[at]
    return price
