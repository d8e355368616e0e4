"""A stretch of the synthetic market written as a catalogue: ``strikebook data demo``.

To stay small a day holds the index and the contracts near the money of three expiries: the nearest two and the
nearest monthly. Strikes lie within 3 % of the close before, at most 20 either side; of the later expiries within 2 %,
at most 12. The trades of a contract that is written are the lazy source's. The one-minute history begins 75 trading
days before the first day, so that candles up to an hour have their full warm-up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

from strikebook.errors import MarketDataError, UsageError
from strikebook.market.catalogue import Catalogue
from strikebook.market.catalogue_writer import put_day, put_history, writing
from strikebook.market.day_file import DayRows, open_day
from strikebook.market.rows import rows_of_ticks
from strikebook.market.synthetic.chain import OPTION_TYPES, chain_of
from strikebook.market.synthetic.expiries import monthlies_among
from strikebook.market.synthetic.indices import INDICES, LAST_DAY
from strikebook.market.synthetic.source import SyntheticMarket, day_candles
from strikebook.market.synthetic.trading_days import days_before, sessions
from strikebook.model.instrument import OptionContract
from strikebook.model.session import naive_epoch

NEAREST: Final = (0.03, 20)
LATER: Final = (0.02, 12)
HISTORY_DAYS: Final = 75

_MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class DemoDay:
    """A day written: how many instruments and rows it holds."""

    underlying: str
    date: date
    status: Literal["written", "unchanged"]
    instruments: int
    rows: int


def write_demo(
    market: SyntheticMarket,
    underlying: str,
    first: date,
    days: int,
    to: Path,
    progress: Callable[[int, int, date], None] | None = None,
) -> tuple[DemoDay, ...]:
    """Write ``days`` trading days of ``underlying``, from ``first`` on, into the catalogue ``to``.

    ``progress(done, total, day)`` is called before each day. Writing the same again changes nothing. Raises
    NoDataError or UsageError where there are no such days, MarketDataError where the catalogue holds other prices.
    """
    if days < 1:
        raise UsageError(f"{days} days", where="--days", right="at least 1")
    index = INDICES.get(underlying)
    if index is not None and first < index.first_day:
        right = f"{index.first_day} or later"
        raise UsageError(f"there are no prices of {underlying} on {first}", where="--from", right=right)
    chosen = market.days(underlying, first, LAST_DAY)[:days]
    if len(chosen) < days:
        market.fingerprint(underlying, first)
        raise UsageError(f"only {len(chosen)} days from {first}", where="--days", right=f"days up to {LAST_DAY}")
    with writing(to):
        _refuse_other_prices(to, market.label)
        _put_history(market, underlying, chosen, to)
        written = []
        for done, day in enumerate(chosen):
            if progress is not None:
                progress(done, len(chosen), day)
            put = put_day(to, demo_day(market, underlying, day))
            written.append(DemoDay(underlying, day, put.status, put.instruments, put.rows))
    return tuple(written)


def demo_day(market: SyntheticMarket, underlying: str, day: date) -> DayRows:
    """The part of a day that a demo holds."""
    loaded = market.load_day(underlying, day)
    symbols = [underlying, *(contract.symbol for contract in demo_contracts(market, underlying, day))]
    rows = {symbol: rows_of_ticks(loaded.ticks_of(symbol)) for symbol in symbols}
    return DayRows(underlying, loaded.session, rows, origin=market.label)


def demo_contracts(market: SyntheticMarket, underlying: str, day: date) -> list[OptionContract]:
    """The contracts of a day that a demo holds."""
    chain = chain_of(market.seed, underlying, day)
    expiries = chain.contracts.expiries
    reference_paise = chain.reference * 100
    contracts = []
    for expiry in sorted({*expiries[:2], monthlies_among(expiries)[0]}):
        width, most = NEAREST if expiry == expiries[0] else LATER
        reach = min(reference_paise * width, INDICES[underlying].strike_step_paise * most)
        contracts += [
            OptionContract(underlying, expiry, strike_paise, option_type)
            for strike_paise in chain.expiries[expiry].strikes_paise
            if abs(strike_paise - reference_paise) <= reach
            for option_type in OPTION_TYPES
        ]
    return contracts


def _put_history(market: SyntheticMarket, underlying: str, days: tuple[date, ...], to: Path) -> None:
    """The history goes first: a demo that is stopped half-way leaves no day without its warm-up."""
    candles = {
        naive_epoch(day): (sessions()[day].open_s, day_candles(market.seed, underlying, day, _MINUTE_S))
        for day in (*days_before(days[0], HISTORY_DAYS), *days)
    }
    put_history(to, underlying, candles)


def _refuse_other_prices(to: Path, label: str) -> None:
    """Made-up prices of one seed never lie in one catalogue with any others."""
    present = Catalogue(to)
    for underlying in present.underlyings():
        for day in present.days(underlying, date.min, date.max):
            origin = open_day(to, underlying, day).index.origin
            if origin != label:
                raise MarketDataError(
                    f"the catalogue holds {origin or 'real prices'} of {underlying} on {day.isoformat()}",
                    where=str(to),
                    right=f"another folder for {label}",
                )
