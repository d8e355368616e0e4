"""Prices of a small day, in sight.

The usual day is 2024-10-01, 09:15:00 to 09:20:00: steps 0 to 300. Times are written ``"09:15:30"`` or as the
step (seconds since the open). Prices are rupees.

A *coded* contract trades every second at a price that names the contract and the step, so that a wrong join is
a wrong digit: hundreds are the type (1 call, 2 put), tens the strike (24900 is 1 … 25000 is 3 … 25100 is 5), then
the step as x.xx: 130.37 is the call of 25000 at step 37, 241.20 the put of 25050 at step 120. Each further
expiry in ``EXPIRIES`` adds 300: 430.37 is the call of 25000 of the second expiry at step 37.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from strikebook.model.instrument import OptionContract
from strikebook.model.session import naive_epoch, parse_clock
from tests.raw_day import RawBar, RawCandle, RawDay, RawTrade

DAY = date(2024, 10, 1)
EVE = date(2024, 9, 30)
EXPIRIES = (date(2024, 10, 3), date(2024, 10, 10), date(2024, 10, 31), date(2024, 11, 28), date(2024, 12, 26))
NEAR, NEXT, MONTH, NEXT_MONTH, QUARTER = EXPIRIES

Time: TypeAlias = str | int
Rupees: TypeAlias = int | float
Contract: TypeAlias = tuple[date, int, Literal["CE", "PE"]]


def call(strike: int, expiry: date = NEAR) -> Contract:
    """The call of that strike in rupees."""
    return (expiry, strike, "CE")


def put(strike: int, expiry: date = NEAR) -> Contract:
    """The put of that strike in rupees."""
    return (expiry, strike, "PE")


C25000, C25050, C25100 = call(25000), call(25050), call(25100)
P25000 = put(25000)


@dataclass(frozen=True)
class Held:
    """Trades every second at the price that was last set: ``Held({0: 25010, "09:15:40": 25030})``."""

    changes: Mapping[Time, Rupees]


@dataclass(frozen=True)
class Sized:
    """One trade with its quantity and the open interest after it."""

    price: Rupees
    quantity: int
    oi: int | None = None


@dataclass(frozen=True)
class Bar:
    """A bar of ``length_s`` seconds; only ``close`` where the source has no more."""

    close: Rupees
    open: Rupees | None = None
    high: Rupees | None = None
    low: Rupees | None = None
    length_s: int = 60


# One trade, several of one second in order, a trade with its quantity, or a bar, by its time.
Prices: TypeAlias = Mapping[Time, Rupees | tuple[Rupees, ...] | Sized | Bar]


def paise(rupees: Rupees) -> int:
    """Whole paise of an amount written in rupees."""
    return int(Decimal(str(rupees)) * 100)


def symbol_of(contract: Contract) -> str:
    """The universal symbol of a contract of NIFTY."""
    expiry, strike, option_type = contract
    return OptionContract("NIFTY", expiry, strike * 100, option_type).symbol


def make_day(
    *,
    spot: Rupees | Held | Prices = 25010,
    coded: Iterable[Contract] = (),
    traded: Mapping[Contract, Held | Prices] | None = None,
    listed: Iterable[Contract] = (),
    other: Mapping[str, Rupees | Held | Prices] | None = None,
    history: Iterable[Rupees] = (),
    lot_sizes: Mapping[date, int] | None = None,
    day: date = DAY,
    opens: str = "09:15:00",
    closes: str = "09:20:00",
) -> RawDay:
    """A day of NIFTY. A bare number as prices trades every second at that price.

    ``coded`` and ``traded`` contracts are listed too; ``listed`` ones never trade. ``other`` are more
    underlyings. ``history``: closes of the last one-minute candles of the day before, the last one that of
    15:29.
    """
    clock = _Clock(parse_clock(opens), parse_clock(closes))
    coded, traded, listed = tuple(coded), traded or {}, tuple(listed)
    rows = {"NIFTY": clock.rows(spot)}
    rows |= {symbol_of(contract): clock.coded_rows(contract) for contract in coded}
    rows |= {symbol_of(contract): clock.rows(prices) for contract, prices in traded.items()}
    rows |= {symbol: clock.rows(prices) for symbol, prices in (other or {}).items()}
    return RawDay(
        "NIFTY",
        day,
        rows,
        tuple((expiry, strike * 100, option_type) for expiry, strike, option_type in (*coded, *traded, *listed)),
        lot_sizes or {},
        {("NIFTY", 60): _closes_of_the_eve(tuple(history))} if history else {},
        clock.open_s,
        clock.close_s,
    )


@dataclass(frozen=True)
class _Clock:
    open_s: int
    close_s: int

    def second(self, time: Time) -> int:
        return self.open_s + time if isinstance(time, int) else parse_clock(time)

    def coded_rows(self, contract: Contract) -> list[RawTrade]:
        expiry, strike, option_type = contract
        base = 100 * (1 if option_type == "CE" else 2) + (strike - 24850) // 50 * 10
        base += 300 * EXPIRIES.index(expiry)
        return [RawTrade(second, base * 100 + second - self.open_s) for second in range(self.open_s, self.close_s + 1)]

    def rows(self, prices: Rupees | Held | Prices) -> list[RawTrade | RawBar]:
        if isinstance(prices, int | float):
            prices = Held({0: prices})
        if isinstance(prices, Held):
            return self._held_rows(prices)
        rows: list[RawTrade | RawBar] = []
        for time, trades in prices.items():
            second = self.second(time)
            several = trades if isinstance(trades, tuple) else (trades,)
            rows.extend(_row(second, trade) for trade in several)
        return sorted(rows, key=lambda row: row.second)

    def _held_rows(self, held: Held) -> list[RawTrade]:
        changes = {self.second(time): paise(price) for time, price in held.changes.items()}
        rows, price = [], None
        for second in range(self.open_s, self.close_s + 1):
            price = changes.get(second, price)
            if price is not None:
                rows.append(RawTrade(second, price))
        return rows


def _row(second: int, trade: Rupees | Sized | Bar) -> RawTrade | RawBar:
    if isinstance(trade, Sized):
        return RawTrade(second, paise(trade.price), trade.quantity, trade.oi)
    if isinstance(trade, Bar):
        edges = [None if edge is None else paise(edge) for edge in (trade.open, trade.high, trade.low)]
        return RawBar(second, trade.length_s, *edges, paise(trade.close))
    return RawTrade(second, paise(trade))


def _closes_of_the_eve(closes: tuple[Rupees, ...]) -> list[RawCandle]:
    last = naive_epoch(EVE, parse_clock("15:29"))
    first = last - 60 * (len(closes) - 1)
    return [RawCandle(first + 60 * number, *[paise(close)] * 4) for number, close in enumerate(closes)]
