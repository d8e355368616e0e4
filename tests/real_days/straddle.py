"""A 09:20 short straddle with 25 % stops worked out again, second by second, straight from the source files.

No strikebook code takes part. Each leg is on its own: sold at 09:20 at the strike nearest to the index, bought back at
the first second at which its price is a quarter above its sale, sold once more (``again``) when its price is back at
the first sale, and bought back at 15:15 at the latest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.real_days.source_days import Bars, OptionDay, Trades, clock, replay

ENTRY, SQUARE_OFF = clock("09:20"), clock("15:15")
UNITS = {2021: 75, 2022: 50}
MOST_AGE, MOST_WAIT = 60, 60


@dataclass(frozen=True)
class Sold:
    """A leg sold and bought back: seconds of the day, paise."""

    trade_id: str
    symbol: str
    units: int
    entry_time: int
    entry_price: int
    exit_time: int
    exit_price: int
    exit_reason: str

    @property
    def pnl(self) -> int:
        """In paise."""
        return (self.entry_price - self.exit_price) * self.units


def straddle(day: date, spot: Bars, options: OptionDay, *, again: bool) -> list[Sold]:
    """What the day comes to, in the order in which the legs were sold."""
    index = replay(spot[day]).last(ENTRY)
    expiry = options.nearest_expiry(day)
    if expiry is None:
        return []
    assert index is not None
    assert index[1] <= MOST_AGE
    found = []
    for number, right in ((1, "CE"), (2, "PE")):
        strikes = options.strikes(expiry, right)
        strike = min(strikes, key=lambda strike: (abs(strike * 100 - index[0]), -strike))
        symbol = f"NIFTY:{expiry.isoformat()}:OPT:{strike}:{right}"
        found += leg(f"sell-pos{number}", symbol, UNITS[day.year], options.trades[expiry, strike, right], again=again)
    return sorted(found, key=lambda one: (one.entry_time, one.trade_id))


def leg(name: str, symbol: str, units: int, trades: Trades, *, again: bool) -> list[Sold]:
    """One leg through the day."""
    found: list[Sold] = []
    sent: int | None = ENTRY
    entry: tuple[int, int] | None = None
    stopped = False
    for second in range(ENTRY, SQUARE_OFF + 1):
        quote = trades.last(second)
        price, age = quote if quote is not None else (None, None)
        fresh = age is not None and age <= MOST_AGE
        if entry is not None and second > entry[0]:
            stopped = stopped or price * 4 >= entry[1] * 5
            reason = "stop_loss" if stopped and fresh else "square_off_time" if second == SQUARE_OFF else ""
            if reason:
                times = (entry[0], entry[1], second, price)
                found.append(Sold(f"{name}-r{len(found)}", symbol, units, *times, reason))
                entry, stopped, closed_at = None, False, second
                continue
        if second == SQUARE_OFF:
            break
        if entry is None and sent is None and again and len(found) == 1 and second > closed_at:
            back = price <= found[0].entry_price if found[0].exit_price > found[0].entry_price else True
            sent = second if back else None
        if sent is not None:
            traded = age is not None and second - age > sent
            if (second == sent and fresh) or traded:
                entry, sent = (second, price), None
            elif second == sent + MOST_WAIT:
                return found
    return found
