"""The market as it was known at a step: last prices, volumes, forming and completed candles.

``advance`` is called once a step, in order, and only ever adds what was stamped in that second, so that nothing
can see ahead.
"""

from __future__ import annotations

from datetime import date

from tests.raw_day import RawBar, RawDay

HISTORY_CANDLES = 500


class Market:
    """Prices in paise. ``last``: symbol -> (price, second) of its last trade."""

    def __init__(self, raw: RawDay, series: set[tuple[str, int]]) -> None:
        self.raw = raw
        self.second = raw.open_s
        self.last: dict[str, tuple[int, int]] = {}
        self.price_before: dict[str, int] = {}  # as it was at the end of the step before
        self.prices_at: list[dict[str, int]] = []  # last prices of every step so far, this one included
        self.first_now: dict[str, int] = {}
        self.open_interest: dict[str, int] = {}
        self.volume: dict[str, int | None] = {}
        self._by_second: dict[int, list[tuple]] = {}
        for symbol, rows in raw.rows.items():
            has_quantity = any(_quantity(row) is not None for row in rows)
            self.volume[symbol] = 0 if has_quantity else None
            for second, price, quantity, oi in replayed(rows):
                if raw.open_s <= second <= raw.close_s:
                    self._by_second.setdefault(second, []).append((symbol, price, quantity, oi))
        self.completed = {key: list(raw.history.get(key, ()))[-HISTORY_CANDLES:] for key in series}
        self.completed = {key: [_history_candle(row) for row in rows] for key, rows in self.completed.items()}
        self.history_length = {key: len(rows) for key, rows in self.completed.items()}
        self.forming: dict[tuple[str, int], dict | None] = dict.fromkeys(series)

    def advance(self, step: int) -> None:
        """Learn every trade stamped in this step's second."""
        self.second = self.raw.open_s + step
        self.first_now = {}
        self.price_before = self.prices_at[-1] if self.prices_at else {}
        for key, candle in self.forming.items():
            if candle is not None and candle["bucket"] < step // key[1]:
                self.completed[key].append(candle)
                self.forming[key] = None
        for symbol, price, quantity, oi in self._by_second.get(self.second, ()):
            self.last[symbol] = (price, self.second)
            self.first_now.setdefault(symbol, price)
            if self.volume[symbol] is not None:
                self.volume[symbol] += quantity or 0
            if oi is not None:
                self.open_interest[symbol] = oi
            for key in self.forming:
                if key[0] == symbol:
                    self._add_to_candle(key, step // key[1], price, quantity)
        self.prices_at.append({symbol: price for symbol, (price, _) in self.last.items()})

    def price(self, symbol: str) -> int | None:
        """The last price, of whatever age."""
        return self.last[symbol][0] if symbol in self.last else None

    def age(self, symbol: str) -> int | None:
        """How many seconds ago the last trade was."""
        return self.second - self.last[symbol][1] if symbol in self.last else None

    def traded_after(self, symbol: str, step: int) -> bool:
        """Whether there was a trade in a second after that step, up to now."""
        return symbol in self.last and self.last[symbol][1] > self.raw.open_s + step

    def candle(self, symbol: str, timeframe_s: int, offset: int) -> dict | None:
        """The forming candle (0) or the completed one that many candles back (-1 is the last)."""
        if offset == 0:
            return self.forming[symbol, timeframe_s]
        candles = self.completed[symbol, timeframe_s]
        return candles[offset] if len(candles) >= -offset else None

    def _add_to_candle(self, key: tuple[str, int], bucket: int, price: int, quantity: int | None) -> None:
        candle = self.forming[key]
        if candle is None:
            volume = None if self.volume[key[0]] is None else 0
            today = (self.raw.day - date(1970, 1, 1)).days
            candle = {"bucket": bucket, "day": today, "open": price, "high": price, "low": price, "volume": volume}
            self.forming[key] = candle
        candle["high"] = max(candle["high"], price)
        candle["low"] = min(candle["low"], price)
        candle["close"] = price
        if candle["volume"] is not None:
            candle["volume"] += quantity or 0


def replayed(rows) -> list[tuple[int, int, int | None, int | None]]:
    """Rows as trades (second, price, quantity, oi); a bar becomes four, or one where it has only a close."""
    trades = []
    for row in rows:
        if not isinstance(row, RawBar):
            trades.append((row.second, row.price, row.quantity, row.oi))
            continue
        if row.open is not None:
            first, second = row.low, row.high
            if row.high - row.open < row.open - row.low:
                first, second = row.high, row.low
            trades.append((row.second, row.open, None, None))
            trades.append((row.second + row.length_s // 3, first, None, None))
            trades.append((row.second + 2 * row.length_s // 3, second, None, None))
        trades.append((row.second + row.length_s - 1, row.close, row.volume, row.oi))
    return trades


def _quantity(row) -> int | None:
    return row.volume if isinstance(row, RawBar) else row.quantity


def _history_candle(row) -> dict:
    return {
        "day": row.start // 86_400,
        "open": row.open,
        "high": row.high,
        "low": row.low,
        "close": row.close,
        "volume": row.volume,
    }
