"""The real source files, read a second time: bars, replayed trades, contracts. Nothing of strikebook is used here.

Prices are whole paise, times are seconds of the day, exchange time. A bar is (start, open, high, low, close).
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq

OPEN, CLOSE = 9 * 3600 + 15 * 60, 15 * 3600 + 30 * 60
Bar = tuple[int, int, int, int, int]
Bars = dict[date, list[Bar]]
Contract = tuple[date, int, str]  # expiry, strike in rupees, CE or PE


@dataclass
class Trades:
    """Trades of one instrument on one day in order of time."""

    seconds: list[int] = field(default_factory=list)
    prices: list[int] = field(default_factory=list)

    def last(self, second: int) -> tuple[int, int] | None:
        """Price and age of the last trade at or before a second."""
        at = bisect_right(self.seconds, second) - 1
        return None if at < 0 else (self.prices[at], second - self.seconds[at])


@dataclass
class OptionDay:
    """What one day's option files list, and the trades of each contract."""

    trades: dict[Contract, Trades] = field(default_factory=dict)

    def nearest_expiry(self, day: date) -> date | None:
        """W0: the first listed expiry that is not before the day."""
        return min((expiry for expiry, _, _ in self.trades if expiry >= day), default=None)

    def strikes(self, expiry: date, right: str) -> list[int]:
        """The strikes listed for an expiry and type."""
        return sorted(strike for e, strike, r in self.trades if (e, r) == (expiry, right))


def paise(text: str) -> int:
    """A price as the file prints it."""
    exact = Decimal(text) * 100
    assert exact == int(exact), text
    return int(exact)


def clock(text: str) -> int:
    """HH:MM or HH:MM:SS as seconds of the day."""
    parts = [int(part) for part in text.split(":")]
    return sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))


@cache
def spot_bars(*paths: Path) -> Bars:
    """Index minutes by day. The files stamp a bar at its END: 09:16 is the minute that began at 09:15."""
    bars: Bars = defaultdict(list)
    for path in paths:
        with path.open(newline="") as file:
            for _, day, stamp, opened, high, low, close, *_ in csv.reader(file):
                start = clock(stamp) - 60
                if OPEN <= start < CLOSE:
                    bars[date.fromisoformat(day)].append((start, *map(paise, (opened, high, low, close))))
    for day in bars:
        bars[day].sort()
    return dict(sorted(bars.items()))


def replay(bars: list[Bar]) -> Trades:
    """A minute as four trades: open, the extreme nearer to the open (the low on a tie), the other one, close."""
    trades = Trades()
    for start, opened, high, low, close in bars:
        extremes = (low, high) if opened - low <= high - opened else (high, low)
        trades.seconds += [start, start + 20, start + 40, start + 59]
        trades.prices += [opened, *extremes, close]
    return trades


@cache
def june_2022_options(path: Path) -> dict[date, OptionDay]:
    """Minute closes, stamped at the minute's start: each is one trade at the minute's last second."""
    table = pq.read_table(path, columns=["ts", "expiry", "strike", "right", "close"]).to_pandas()
    days: dict[date, OptionDay] = defaultdict(OptionDay)
    assert table["ts"].dt.second.eq(0).all()
    table["day"] = table["ts"].dt.normalize()
    table["last_second"] = (table["ts"].dt.hour * 60 + table["ts"].dt.minute) * 60 + 59
    assert table["last_second"].between(OPEN, CLOSE - 1).all()
    table["paise"] = (table["close"] * 100).round().astype(int)
    assert (table["paise"] / 100 == table["close"]).all()
    table = table.sort_values("ts", kind="stable")
    for (day, expiry, strike, right), rows in table.groupby(["day", "expiry", "strike", "right"]):
        trades = Trades(rows["last_second"].tolist(), rows["paise"].tolist())
        days[day.date()].trades[expiry.date(), int(strike), str(right)] = trades
    return dict(days)


@cache
def june_2021_options(folder: Path) -> dict[date, OptionDay]:
    """One file per contract, NIFTY + yy m dd + strike + type; whole bars; rows from 15:30 on are no session's."""
    days: dict[date, OptionDay] = defaultdict(OptionDay)
    for path in sorted(folder.glob("NIFTY[0-9]*_minute.csv")):
        named = re.fullmatch(r"NIFTY(\d\d)(\d)(\d\d)(\d+)(CE|PE)_minute\.csv", path.name)
        assert named is not None, path.name
        year, month, of_month, strike = map(int, named.groups()[:4])
        bars: Bars = defaultdict(list)
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                stamp = datetime.fromisoformat(row["TIME"])
                start = stamp.hour * 3600 + stamp.minute * 60
                if OPEN <= start < CLOSE:
                    bars[stamp.date()].append((start, *(paise(row[name]) for name in ("Open", "High", "Low", "Close"))))
        for day, of_day in bars.items():
            days[day].trades[date(2000 + year, month, of_month), strike, named[5]] = replay(sorted(of_day))
    return dict(days)
