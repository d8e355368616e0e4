"""Small days and a small strategy to run: five minutes of NIFTY and two options, one round trip a day.

The call of 25000 costs 100 rupees at the open and one paisa more every second, on every day.
"""

import os
import signal
import time
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import orjson

from strikebook.errors import MarketDataError
from strikebook.market.day_file import DayRows
from strikebook.market.memory import MemoryMarket
from strikebook.market.rows import rows_of_ticks
from strikebook.market.source import MarketSource
from strikebook.model.market_day import MarketDay
from strikebook.model.prices import Ticks
from strikebook.model.session import Session
from strikebook.service.planning import RunRequest
from strikebook.storage.backtest_storage import BacktestStorage
from tests.worked_days.making import Json, leg, make_strategy, round_trip

DAYS = (date(2024, 9, 30), date(2024, 10, 1), date(2024, 10, 3), date(2024, 10, 4))
"""Four sessions; 2024-10-02 was a holiday."""
MANY_DAYS = tuple(date(2024, 9, day) for day in (2, 3, 4, 5, 6, 9, 10, 11, 12, 13))
"""Ten sessions in a row: more than any pool hands out at once."""
WITHOUT_OPTIONS = date(2024, 10, 4)
EXPIRY = date(2024, 10, 10)
STRATEGY_ID = "worked-day"


def small_strategy() -> Json:
    """Buys the call at 09:16:00, sells it at 09:18:00."""
    nodes, paths = round_trip("a", "09:16:00", leg("buy", "CE"), "09:18:00")
    return make_strategy(nodes, paths)


def small_day(day: date) -> DayRows:
    """A day from 09:15 to 09:20; on the last one no option is listed."""
    session = Session(day, 33_300, 33_600)
    second = np.arange(session.open_s, session.close_s + 1, dtype=np.int32)
    step = np.arange(session.steps, dtype=np.int64)
    rows = {"NIFTY": rows_of_ticks(Ticks(second, 25_000_00 + step))}
    if day != WITHOUT_OPTIONS:
        for option_type, paise in (("CE", 100_00), ("PE", 200_00)):
            symbol = f"NIFTY:{EXPIRY}:OPT:25000:{option_type}"
            rows[symbol] = rows_of_ticks(Ticks(second, paise + step))
    return DayRows("NIFTY", session, rows)


def small_market(days: tuple[date, ...] = DAYS) -> MemoryMarket:
    """Those days in memory."""
    return MemoryMarket({("NIFTY", day): small_day(day) for day in days})


def small_request(
    storage: BacktestStorage,
    market: MarketSource | None = None,
    *,
    workers: int = 1,
    document: Json | None = None,
    user_id: str = "user_123",
) -> RunRequest:
    """A run from 30-09 to 07-10: five sessions of the calendar, the last without data."""
    return RunRequest(
        user_id,
        orjson.dumps(small_strategy() if document is None else document),
        small_market() if market is None else market,
        storage,
        date(2024, 9, 30),
        date(2024, 10, 7),
        workers=workers,
    )


def noon() -> datetime:
    """The wall clock of these runs."""
    return datetime(2024, 12, 2, 15, 30, 45)  # noqa: DTZ001 — exchange time


@dataclass(frozen=True)
class Trouble:
    """A market like ``market``, with something going wrong on ``day``.

    ``raise``: its data is damaged; ``bug``: our code has a fault; ``kill``: the worker is killed; ``kill once``: the
    first time only, which ``mark`` remembers; ``sleep``: every day takes a third of a second.
    """

    market: MemoryMarket
    kind: str
    day: date = DAYS[1]
    mark: Path = Path("/nonexistent")

    @property
    def label(self) -> str:
        return self.market.label

    @property
    def synthetic(self) -> bool:
        return self.market.synthetic

    def underlyings(self) -> tuple[str, ...]:
        return self.market.underlyings()

    def days(self, underlying: str, first: date, last: date) -> tuple[date, ...]:
        return self.market.days(underlying, first, last)

    def fingerprint(self, underlying: str, day: date) -> str:
        return self.market.fingerprint(underlying, day)

    def history_fingerprint(self, underlying: str, day: date, timeframe_s: int) -> str:
        return self.market.history_fingerprint(underlying, day, timeframe_s)

    def load_day(self, underlying: str, day: date) -> MarketDay:
        if self.kind == "sleep":
            time.sleep(0.3)
        elif self.day in (day, date.max):
            if self.kind == "raise":
                raise MarketDataError("damaged", where=str(day), right="import it again")
            if self.kind == "bug":
                raise ZeroDivisionError("a fault of ours")
            if self.kind == "kill" or not self.mark.exists():
                if self.kind == "kill once":
                    self.mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return self.market.load_day(underlying, day)
