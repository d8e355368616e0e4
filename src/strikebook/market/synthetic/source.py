"""The synthetic market as a market source: any day from 2019 on, made when it is read, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from strikebook.errors import NoDataError
from strikebook.market.synthetic.chain import chain_of
from strikebook.market.synthetic.day_path import day_path
from strikebook.market.synthetic.draws import GENERATOR_VERSION
from strikebook.market.synthetic.indices import INDICES, LAST_DAY
from strikebook.market.synthetic.option_trades import option_trades
from strikebook.market.synthetic.trading_days import days_before, days_between, sessions
from strikebook.model.instrument import OptionContract, parse_symbol
from strikebook.model.market_day import WARM_UP_CANDLES, MarketDay
from strikebook.model.prices import Bars, Ticks, candles
from strikebook.model.session import naive_epoch


@dataclass(frozen=True, slots=True)
class SyntheticMarket:
    """Made-up prices of NIFTY, BANKNIFTY and SENSEX. Holds its seed and nothing else."""

    seed: int = 1

    @property
    def label(self) -> str:
        """``synthetic:SEED``, shown with every result."""
        return f"synthetic:{self.seed}"

    @property
    def synthetic(self) -> bool:
        """True: every price is made up."""
        return True

    def underlyings(self) -> tuple[str, ...]:
        """The indices there are prices for, sorted."""
        return tuple(sorted(INDICES))

    def days(self, underlying: str, first: date, last: date) -> tuple[date, ...]:
        """The calendar's sessions in the range, from the index's first day to the end of 2035."""
        index = INDICES.get(underlying)
        return () if index is None else days_between(max(first, index.first_day), min(last, LAST_DAY))

    def load_day(self, underlying: str, day: date) -> MarketDay:
        """Open a day; prices are made when they are read. Raises NoDataError where the calendar has no session."""
        self._require(underlying, day)
        made: dict[str, Ticks] = {}

        def ticks_of(symbol: str) -> Ticks:
            if symbol not in made:
                made[symbol] = self._ticks(symbol, day)
            return made[symbol]

        return MarketDay(
            underlying,
            sessions()[day],
            chain_of(self.seed, underlying, day).contracts,
            ticks_of,
            self._history(day),
            source=self.label,
            synthetic=True,
        )

    def fingerprint(self, underlying: str, day: date) -> str:
        """The same for the same seed and version of the generator. Raises NoDataError where there is no such day."""
        self._require(underlying, day)
        return f"synthetic-v{GENERATOR_VERSION}-{self.seed}-{underlying}-{day.isoformat()}"

    def history_fingerprint(self, underlying: str, day: date, timeframe_s: int) -> str:  # noqa: ARG002 — any other's
        """Nothing beside the day's own: the days before it are made of the same seed by the same generator."""
        return ""

    def _require(self, underlying: str, day: date) -> None:
        index = INDICES.get(underlying)
        if index is None:
            raise NoDataError(
                f"no data of {underlying}", where=self.label, right="one of " + ", ".join(self.underlyings())
            )
        if not index.first_day <= day <= LAST_DAY or day not in sessions():
            raise NoDataError(
                f"no data of {underlying} on {day.isoformat()}",
                where=self.label,
                right=f"a trading day from {index.first_day.isoformat()} to {LAST_DAY.isoformat()}",
            )

    def _ticks(self, symbol: str, day: date) -> Ticks:
        parsed = parse_symbol(symbol)
        name = parsed if isinstance(parsed, str) else parsed.underlying
        if name in INDICES and day < INDICES[name].first_day:
            return Ticks.none()
        self._require(name, day)
        if isinstance(parsed, str):
            return day_path(self.seed, name, day).ticks
        if not isinstance(parsed, OptionContract):
            return Ticks.none()
        chain = chain_of(self.seed, name, day)
        listed = chain.contracts.strikes_paise.get((parsed.expiry, parsed.option_type), ())
        if parsed.strike_paise not in listed:
            return Ticks.none()
        return option_trades(self.seed, parsed, chain, day_path(self.seed, name, day))

    def _history(self, day: date) -> Callable[[str, int], Bars]:
        def history_of(symbol: str, timeframe_s: int) -> Bars:
            return history_before(self.seed, symbol, day, timeframe_s) if symbol in INDICES else Bars.none()

        return history_of


def history_before(seed: int, name: str, day: date, timeframe_s: int) -> Bars:
    """The last 500 candles of an index completed before a day, each day's built from its own ticks."""
    days: list[Bars] = []
    count = 0
    for before in reversed(days_before(day, WARM_UP_CANDLES)):
        days.append(day_candles(seed, name, before, timeframe_s))
        count += len(days[-1])
        if count >= WARM_UP_CANDLES:
            break
    days.reverse()
    return Bars.joined(days).last(WARM_UP_CANDLES)


@lru_cache(maxsize=2048)
def day_candles(seed: int, name: str, day: date, timeframe_s: int) -> Bars:
    """The candles of an index on a trading day."""
    path = day_path(seed, name, day)
    session = path.session
    return candles(path.ticks, naive_epoch(day), session.open_s, session.close_s, timeframe_s)
