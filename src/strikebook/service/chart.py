"""The chart of a stored day, asked of a worker: candles, indicators and prices as the engine had them.

Nothing is worked out here: candles and indicators come from the engine's ``CandleTable``, so they are the values that
the day's file records. ``docs/chart.md`` has the shape.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import lcm
from typing import Final, TypeVar

import numpy as np
import orjson

from strikebook.engine.candles import CandleTable
from strikebook.engine.market_columns import MarketColumns
from strikebook.engine.tape import Floats, Tape
from strikebook.errors import MarketDataError, NotFoundError, UsageError
from strikebook.model.day_result import Candle
from strikebook.model.instrument import FutureContract, OptionContract, parse_symbol, strike_text
from strikebook.model.prices import Bars
from strikebook.model.session import SECONDS_PER_DAY, Session, epoch_stamp
from strikebook.service.market_choice import NamedMarket
from strikebook.service.strategy_file import load_strategy
from strikebook.storage.condition_records import plain
from strikebook.storage.layout import day_text
from strikebook.strategy.instruments import timeframe_seconds
from strikebook.strategy.node import IndicatorUse, Strategy
from strikebook.strategy.texts import timeframe_text

Document = dict[str, object]

CUSTOMARY_S: Final = (60, 180, 300, 600, 900, 1800, 3600, SECONDS_PER_DAY)
"""The timeframes that are offered beside the strategy's own; any other that it could have may be asked too."""
_NEAREST_SHOWN: Final = 6
_Ordered = TypeVar("_Ordered", date, int)


def day_chart(market_name: str, document: bytes, day_iso: str, timeframe: str | None, symbol: str | None) -> bytes:
    """The chart of a day as JSON, on the market of that name, for the strategy that was run.

    Raises UsageError for a timeframe or a symbol that is none, NotFoundError for one that this day or run has not, and
    what opening the day raises.
    """
    strategy = _strategy(document)
    day = NamedMarket(market_name).load_day(strategy.trading.symbol, date.fromisoformat(day_iso))
    return orjson.dumps(chart_document(MarketColumns(strategy, day), timeframe, symbol))


def chart_document(market: MarketColumns, timeframe: str | None = None, symbol: str | None = None) -> Document:
    """The chart of an instrument of a day.

    ``timeframe`` None: the strategy's first of that instrument. ``symbol`` None: what the strategy trades, the spot.
    """
    charted = _charted(market, market.instruments["TI"].symbol if symbol is None else symbol)
    seconds = charted.seconds_of(timeframe)
    tape = market.tape(charted.symbol)
    table = charted.tables.get(seconds) or CandleTable(tape, market.session, seconds, Bars.none())
    candles, first, end = _candles(table, market.session, seconds)
    indicators = {
        label: _column(values[first:end], len(candles))
        for use in charted.indicators.get(seconds, ())
        for label, values in _outputs(table, use).items()
    }
    session = market.session
    return {
        "date": day_text(session.date),
        "symbol": charted.symbol,
        "timeframe": timeframe_text(seconds),
        "timeframes": charted.offered,
        "session": {"open": session.stamp(0), "close": session.stamp(session.last_step)},
        "candles": candles,
        "indicators": indicators,
        "prices": _minute_prices(tape, session),
        "source": market.day.source,
        "synthetic": market.day.synthetic,
    }


@dataclass(frozen=True, slots=True)
class _Charted:
    """An instrument to be charted: what the strategy made of it, and the length of the bars it comes from."""

    symbol: str
    bar_s: int
    tables: Mapping[int, CandleTable]
    indicators: Mapping[int, tuple[IndicatorUse, ...]]

    @property
    def offered(self) -> list[str]:
        """The strategy's timeframes, its first one first, then the shortest and the customary ones its data allows."""
        shortest_s = lcm(60, self.bar_s or 60)
        others = (each for each in (shortest_s, *CUSTOMARY_S) if each % shortest_s == 0 and each <= SECONDS_PER_DAY)
        return [timeframe_text(seconds) for seconds in dict.fromkeys((*self.tables, *others))]

    def seconds_of(self, text: str | None) -> int:
        """The timeframe that is asked for. Raises UsageError."""
        right = f"one of {', '.join(self.offered)}, or other whole minutes or hours under a day"
        wanted = next(iter(self.offered), "") if text is None else text
        seconds = timeframe_seconds(wanted) if wanted.isascii() else None
        if seconds is None:
            raise UsageError(f"{wanted[:20]!r} is not a timeframe", where="timeframe", right=right)
        if self.bar_s and seconds % self.bar_s:
            raise UsageError(
                f"candles of {timeframe_text(seconds)} cannot be made from bars of {self.bar_s} s",
                where="timeframe",
                right=right,
            )
        return seconds


def _charted(market: MarketColumns, symbol: str) -> _Charted:
    """The instrument of a symbol: one of the strategy's own, or an option listed that day."""
    try:
        parsed = parse_symbol(symbol)
    except MarketDataError as error:
        what = f"{symbol[:80]!r}: {error.what}"
        raise UsageError(what, where="symbol", right=_symbols_right(market)) from None
    if isinstance(parsed, FutureContract):
        raise UsageError(f"{parsed.symbol} is a future", where="symbol", right=_symbols_right(market))
    if isinstance(parsed, OptionContract):
        _refuse_unlisted(market, parsed)
        return _Charted(parsed.symbol, market.day.bar_s_of(parsed.symbol), {}, {})
    roles = [role for role, use in market.instruments.items() if use.symbol == parsed]
    if not roles:
        raise NotFoundError(f"this run did not read {parsed}", where="symbol", right=_symbols_right(market))
    uses: dict[int, list[IndicatorUse]] = {}
    tables: dict[int, CandleTable] = {}
    for role in roles:
        for seconds, frame in market.instruments[role].timeframes.items():
            tables.setdefault(seconds, market.tables[role, seconds])
            uses.setdefault(seconds, []).extend(frame.indicators.values())
    return _Charted(
        parsed, market.day.bar_s_of(parsed), tables, {seconds: tuple(found) for seconds, found in uses.items()}
    )


def _refuse_unlisted(market: MarketColumns, contract: OptionContract) -> None:
    """Raise NotFoundError for a contract that was not listed that day; it names what comes nearest."""
    day = market.day
    strikes = day.contracts.strikes_paise.get((contract.expiry, contract.option_type), ())
    if contract.underlying == day.underlying and contract.strike_paise in strikes:
        return
    if contract.underlying != day.underlying:
        right = f"options of {day.underlying}"
    elif not strikes:
        expiries = _nearest(day.contracts.expiries, contract.expiry)
        right = f"an expiry of {', '.join(map(str, expiries))}" if expiries else "no option was listed that day"
    else:
        nearest = _nearest(strikes, contract.strike_paise)
        right = f"{contract.option_type} of {contract.expiry} at {', '.join(map(strike_text, nearest))}"
    what = f"{contract.symbol} was not listed on {day_text(day.session.date)}"
    raise NotFoundError(what, where="symbol", right=right)


def _nearest(ascending: tuple[_Ordered, ...], wanted: _Ordered) -> tuple[_Ordered, ...]:
    at = bisect_left(ascending, wanted)
    return ascending[max(at - _NEAREST_SHOWN // 2, 0) :][:_NEAREST_SHOWN]


def _symbols_right(market: MarketColumns) -> str:
    """What may be charted, with an option of that day as the example."""
    own = " or ".join(dict.fromkeys(use.symbol for use in market.instruments.values()))
    strikes = market.day.contracts.strikes_paise
    if not strikes:
        return own
    expiry, option_type = min(strikes)
    listed = strikes[expiry, option_type]
    return f"{own}, or an option such as {market.day.contract(expiry, listed[len(listed) // 2], option_type).symbol}"


def _candles(table: CandleTable, session: Session, seconds: int) -> tuple[list[Document], int, int]:
    """The day's candles, and from where to where the completed ones are in the table's series.

    The last one is what the close cuts off, where it cuts one off: the engine never has it completed.
    """
    first, end = table.completed_at(0), table.completed_at(session.last_step)
    found = [table.candle(session.last_step, at - end) for at in range(first, end)]
    if session.last_step % seconds:
        found.append(table.candle(session.last_step, 0))
    return [_candle(candle) for candle in found if candle is not None], first, end


def _candle(candle: Candle) -> Document:
    record: Document = {
        "timestamp": epoch_stamp(candle.start),
        "open": candle.open_paise / 100,
        "high": candle.high_paise / 100,
        "low": candle.low_paise / 100,
        "close": candle.close_paise / 100,
    }
    if candle.volume is not None:
        record["volume"] = candle.volume
    return record


def _outputs(table: CandleTable, use: IndicatorUse) -> dict[str, Floats]:
    """An indicator's outputs by the names that the day files have them under."""
    outputs = table.indicator_outputs(use)
    alone = len(outputs) == 1
    return {use.display_name if alone else f"{use.display_name}.{name}": values for name, values in outputs.items()}


def _column(values: Floats, length: int) -> list[object]:
    """The values as they are stored, null where there is none; so many as there are candles."""
    column: list[object] = [None if value != value else plain(value) for value in values.tolist()]  # noqa: PLR0124 — NaN
    return column + [None] * (length - len(column))


def _minute_prices(tape: Tape, session: Session) -> list[float | None]:
    """The last price at the last second of every minute, and at the close."""
    step = np.append(np.arange(59, session.last_step, 60), session.last_step)
    return [None if paise < 0 else paise / 100 for paise in tape.paise[step].tolist()]


@lru_cache(maxsize=8)
def _strategy(document: bytes) -> Strategy:
    return load_strategy(document)
