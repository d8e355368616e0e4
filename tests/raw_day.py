"""A day of prices as plain rows: what the oracle reads, and what the engine's market day is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from strikebook.model.instrument import OptionContract, OptionType
from strikebook.model.market_day import ContractList, MarketDay
from strikebook.model.prices import BarRows, Bars, Ticks, replay
from strikebook.model.session import Session


@dataclass(frozen=True, slots=True)
class RawTrade:
    """One trade: its second of the day (floored), its price in paise."""

    second: int
    price: int
    quantity: int | None = None
    oi: int | None = None


@dataclass(frozen=True, slots=True)
class RawBar:
    """One bar, stamped at its start; ``open, high, low`` all None where there is only a close."""

    second: int
    length_s: int
    open: int | None
    high: int | None
    low: int | None
    close: int
    volume: int | None = None
    oi: int | None = None


@dataclass(frozen=True, slots=True)
class RawCandle:
    """A completed candle of history; ``start`` is exchange-time seconds since 1970."""

    start: int
    open: int
    high: int
    low: int
    close: int
    volume: int | None = None


@dataclass(frozen=True)
class RawDay:
    """A day: ``rows`` by symbol in order (an instrument's are all trades or all bars), ``history`` by
    (symbol, timeframe in seconds), ``listed`` contracts as (expiry, strike in paise, CE|PE).
    """

    underlying: str
    day: date
    rows: Mapping[str, Sequence[RawTrade | RawBar]]
    listed: Sequence[tuple[date, int, OptionType]] = ()
    lot_sizes: Mapping[date, int] = field(default_factory=dict)
    history: Mapping[tuple[str, int], Sequence[RawCandle]] = field(default_factory=dict)
    open_s: int = 9 * 3600 + 15 * 60
    close_s: int = 15 * 3600 + 30 * 60


def option_symbol(raw: RawDay, expiry: date, strike_paise: int, option_type: OptionType) -> str:
    """The universal symbol of a contract of that day."""
    return OptionContract(raw.underlying, expiry, strike_paise, option_type).symbol


def market_day(raw: RawDay) -> MarketDay:
    """The same day as the engine takes it."""
    strikes: dict[tuple[date, OptionType], list[int]] = {}
    for expiry, strike, option_type in raw.listed:
        strikes.setdefault((expiry, option_type), []).append(strike)
    listing = {key: tuple(sorted(set(value))) for key, value in strikes.items()}
    return MarketDay(
        raw.underlying,
        Session(raw.day, raw.open_s, raw.close_s),
        ContractList(listing, dict(raw.lot_sizes)),
        lambda symbol: _ticks(raw, symbol),
        lambda symbol, timeframe_s: _bars(raw, symbol, timeframe_s),
        source="raw",
    )


def _ticks(raw: RawDay, symbol: str) -> Ticks:
    rows = raw.rows.get(symbol, ())
    if not rows:
        return Ticks.none()
    if isinstance(rows[0], RawBar):
        bars = [row for row in rows if isinstance(row, RawBar)]
        ticks = replay(
            BarRows(
                np.array([row.second for row in bars], np.int32),
                np.array([row.length_s for row in bars], np.int32),
                _column([row.open for row in bars]),
                _column([row.high for row in bars]),
                _column([row.low for row in bars]),
                _column([row.close for row in bars]),
                _optional([row.volume for row in bars], 0),
                _optional([row.oi for row in bars], -1),
            )
        )
    else:
        trades = [row for row in rows if isinstance(row, RawTrade)]
        ticks = Ticks(
            np.array([row.second for row in trades], np.int32),
            _column([row.price for row in trades]),
            _optional([row.quantity for row in trades], 0),
            _optional([row.oi for row in trades], -1),
        )
    inside = (ticks.second >= raw.open_s) & (ticks.second <= raw.close_s)
    return Ticks(
        ticks.second[inside],
        ticks.price_paise[inside],
        None if ticks.quantity is None else ticks.quantity[inside],
        None if ticks.oi is None else ticks.oi[inside],
        replayed=ticks.replayed,
    )


def _bars(raw: RawDay, symbol: str, timeframe_s: int) -> Bars:
    rows = list(raw.history.get((symbol, timeframe_s), ()))[-500:]
    if not rows:
        return Bars.none()
    return Bars(
        np.array([row.start for row in rows], np.int64),
        _column([row.open for row in rows]),
        _column([row.high for row in rows]),
        _column([row.low for row in rows]),
        _column([row.close for row in rows]),
        _optional([row.volume for row in rows], -1),
    )


def _column(values: Sequence[int | None]) -> np.ndarray:
    return np.array([-1 if value is None else value for value in values], np.int64)


def _optional(values: Sequence[int | None], absent: int) -> np.ndarray | None:
    if all(value is None for value in values):
        return None
    return np.array([absent if value is None else value for value in values], np.int64)
