"""What a market source promises about the prices it was given, tried on every member that can be given some.

To add a member: a function that makes it hold the given days, listed in ``MEMBERS``. What every source promises, those
that make their own prices included, is in ``test_any_source``.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from strikebook.errors import NoDataError
from strikebook.market.catalogue import Catalogue
from strikebook.market.catalogue_writer import day_start, put_day, put_history
from strikebook.market.day_file import DayRows
from strikebook.market.memory import MemoryMarket
from strikebook.market.rows import InstrumentRows, rows_of_ticks
from strikebook.market.source import MarketSource
from strikebook.model.prices import Ticks
from strikebook.model.session import Session
from tests.market.foreign import write_foreign

CALL = "NIFTY:2022-06-09:OPT:16400:CE"
PUT = "NIFTY:2022-06-09:OPT:16400:PE"
QUIET = "NIFTY:2022-06-16:OPT:16450.5:CE"
DAYS = (date(2022, 6, 6), date(2022, 6, 7), date(2022, 6, 8))
OPEN, CLOSE = 33_300, 55_800

Days = Mapping[tuple[str, date], DayRows]


def ticks(*rows: tuple[int, int], volume: int | None = None) -> InstrumentRows:
    second = np.array([second for second, _ in rows], np.int32)
    price = np.array([price for _, price in rows], np.int64)
    quantity = None if volume is None else np.full(len(rows), volume, np.int64)
    return rows_of_ticks(Ticks(second, price, quantity))


def minute_bars(base: int) -> InstrumentRows:
    """A bar a minute; prices encode the day and the minute."""
    second = np.arange(OPEN, CLOSE, 60, dtype=np.int32)
    close = base + np.arange(len(second), dtype=np.int64) * 5
    length = np.full(len(second), 60, np.int32)
    return InstrumentRows(second, length, close, close - 5, close + 10, close - 20)


def small_days() -> Days:
    days = {}
    for number, day in enumerate(DAYS):
        rows: dict[str, InstrumentRows] = {
            "NIFTY": minute_bars(1_600_000 + number * 10_000),
            CALL: ticks((OPEN, 10_000 + number), (OPEN + 5, 10_005), (CLOSE, 9_000), volume=50),
            PUT: ticks((OPEN + 1, 20_000 + number), (OPEN + 1, 20_005)),
            QUIET: InstrumentRows.none(),
        }
        days["NIFTY", day] = DayRows("NIFTY", Session(day), rows)
    days["INDIAVIX", DAYS[2]] = DayRows("INDIAVIX", Session(DAYS[2]), {"INDIAVIX": ticks((OPEN + 30, 1_984))})
    days["INDIAVIX", DAYS[0]] = DayRows("INDIAVIX", Session(DAYS[0]), {"INDIAVIX": ticks((OPEN + 30, 1_900))})
    return days


def catalogue(folder: Path, days: Days) -> MarketSource:
    for (underlying, _), day in days.items():
        candles = put_day(folder, day).candles
        if candles is not None:
            put_history(folder, underlying, {day_start(day): (day.session.open_s, candles)})
    return Catalogue(folder)


def foreign_catalogue(folder: Path, days: Days) -> MarketSource:
    """Files of a stranger: no index, shuffled rows, odd row groups, no history file.

    Such a file cannot list a contract that did not trade.
    """
    for (underlying, day), held in days.items():
        write_foreign(folder / underlying / f"{day.isoformat()}.parquet", held)
    return Catalogue(folder)


def memory(_: Path, days: Days) -> MarketSource:
    return MemoryMarket(days)


MEMBERS: dict[str, Callable[[Path, Days], MarketSource]] = {
    "catalogue": catalogue,
    "foreign": foreign_catalogue,
    "memory": memory,
}


@pytest.fixture(params=list(MEMBERS))
def market(request: pytest.FixtureRequest, tmp_path: Path) -> MarketSource:
    """Each member, holding the same small days."""
    return MEMBERS[request.param](tmp_path / "market_data", small_days())


def test_it_names_itself(market: MarketSource):
    """A label for results, and no claim to be made up."""
    assert market.label
    assert market.synthetic is False
    assert market.load_day("NIFTY", DAYS[0]).source == market.label


def test_underlyings_and_days_are_sorted(market: MarketSource):
    """What there is, in order, both ends of a range included."""
    assert market.underlyings() == ("INDIAVIX", "NIFTY")
    assert market.days("NIFTY", date.min, date.max) == DAYS
    assert market.days("NIFTY", DAYS[1], DAYS[1]) == (DAYS[1],)
    assert market.days("NIFTY", DAYS[2], DAYS[0]) == ()
    assert market.days("BANKNIFTY", date.min, date.max) == ()


def test_a_day_that_is_not_there_is_said(market: MarketSource):
    """No data is an error of its own kind, for days and fingerprints."""
    for underlying, day in (("NIFTY", date(2022, 6, 9)), ("BANKNIFTY", DAYS[0])):
        with pytest.raises(NoDataError):
            market.load_day(underlying, day)
        with pytest.raises(NoDataError):
            market.fingerprint(underlying, day)


def test_trades_come_in_order_to_the_paisa(market: MarketSource):
    """Ticks as they were, the order within a second kept."""
    day = market.load_day("NIFTY", DAYS[1])
    call, put = day.ticks_of(CALL), day.ticks_of(PUT)
    assert call.second.tolist() == [OPEN, OPEN + 5, CLOSE]
    assert call.price_paise.tolist() == [10_001, 10_005, 9_000]
    assert call.quantity is not None
    assert call.quantity.tolist() == [50, 50, 50]
    assert put.second.tolist() == [OPEN + 1, OPEN + 1]
    assert put.price_paise.tolist() == [20_001, 20_005]
    assert put.quantity is None
    assert not put.replayed
    assert call.second.dtype == np.int32
    assert call.price_paise.dtype == np.int64


def test_bars_are_replayed(market: MarketSource):
    """Four trades a bar, said to be replayed."""
    spot = market.load_day("NIFTY", DAYS[0]).ticks_of("NIFTY")
    assert spot.replayed
    assert spot.second[:4].tolist() == [OPEN, OPEN + 20, OPEN + 40, OPEN + 59]
    assert spot.price_paise[:4].tolist() == [1_599_995, 1_599_980, 1_600_010, 1_600_000]
    assert len(spot) == 4 * 375


def test_bars_say_how_long_they_are(market: MarketSource):
    """60 for minute bars, 0 for trades, for what did not trade and for what has no day."""
    day = market.load_day("NIFTY", DAYS[1])
    lengths = [day.bar_s_of(symbol) for symbol in ("NIFTY", CALL, QUIET, "NIFTY:2022-06-09:OPT:1:PE", "INDIAVIX")]
    assert lengths == [60, 0, 0, 0, 0]


def test_what_did_not_trade_is_empty(market: MarketSource):
    """A contract without trades, an unknown one, another underlying's day without data: no trades, no error."""
    day = market.load_day("NIFTY", DAYS[1])
    for symbol in (QUIET, "NIFTY:2022-06-09:OPT:99900:PE", "INDIAVIX"):
        assert len(day.ticks_of(symbol)) == 0


def test_a_supporting_instrument_is_read_from_its_own_underlying(market: MarketSource):
    """Ticks and history of another underlying that has data."""
    day = market.load_day("NIFTY", DAYS[2])
    assert day.ticks_of("INDIAVIX").price_paise.tolist() == [1_984]
    assert day.history_of("INDIAVIX", 60).close_paise.tolist() == [1_900]
    with pytest.raises(NoDataError):
        day.ticks_of("BANKNIFTY")


def test_contracts_are_those_listed_with_their_dated_lots(market: MarketSource):
    """Expiries and strikes ascending; traded or not, except where the files cannot say so."""
    contracts = market.load_day("NIFTY", DAYS[0]).contracts
    near = date(2022, 6, 9)
    assert contracts.strikes_paise[near, "CE"] == (1_640_000,)
    assert contracts.strikes_paise[near, "PE"] == (1_640_000,)
    assert contracts.lot_sizes[near] == 50
    if not isinstance(market, Catalogue) or (market.folder / "NIFTY" / "bars_1m.parquet").exists():
        assert contracts.expiries == (near, date(2022, 6, 16))
        assert contracts.strikes_paise[date(2022, 6, 16), "CE"] == (1_645_050,)


@pytest.mark.parametrize(("timeframe_s", "count"), [(60, 500), (300, 150), (900, 50), (3600, 14), (86_400, 2)])
def test_history_is_the_last_500_candles_before_the_day(market: MarketSource, timeframe_s: int, count: int):
    """Candles of earlier days only, anchored at each session's open, the one the close cuts off included."""
    history = market.load_day("NIFTY", DAYS[2]).history_of("NIFTY", timeframe_s)
    assert len(history) == count
    midnight = (DAYS[2] - date(1970, 1, 1)).days * 86_400
    assert history.start.max() < midnight
    assert ((history.start % 86_400 - OPEN) % timeframe_s == 0).all()
    assert history.close_paise[-1] == 1_610_000 + 374 * 5
    assert market.load_day("NIFTY", DAYS[0]).history_of("NIFTY", timeframe_s).start.size == 0
    assert len(market.load_day("NIFTY", DAYS[2]).history_of(CALL, timeframe_s)) == 0


def test_a_fingerprint_tells_days_apart_and_stays(market: MarketSource):
    """The same data, the same text; other data, another one."""
    texts = [market.fingerprint("NIFTY", day) for day in DAYS]
    assert len(set(texts)) == 3
    assert texts == [market.fingerprint("NIFTY", day) for day in DAYS]
    assert all(len(text) <= 64 for text in texts)


def test_the_candles_before_a_day_have_a_fingerprint_of_their_own(tmp_path: Path):
    """It changes with them, in every timeframe, and not with the day itself; catalogue and memory agree on it."""
    days = small_days()
    changed_day = days["NIFTY", DAYS[1]]
    spot = changed_day.rows["NIFTY"]
    dearer = {**changed_day.rows, "NIFTY": replace(spot, price_paise=spot.price_paise + 5)}
    other = {**days, ("NIFTY", DAYS[1]): replace(changed_day, rows=dearer)}
    one, same, changed = (
        catalogue(tmp_path / "one", days),
        memory(tmp_path / "two", days),
        memory(tmp_path / "three", other),
    )
    for timeframe_s in (60, 900):
        before = [[market.history_fingerprint("NIFTY", day, timeframe_s) for day in DAYS] for market in (one, changed)]
        assert before[0] == [same.history_fingerprint("NIFTY", day, timeframe_s) for day in DAYS]
        assert len(set(before[0])) == 3
        assert [left == right for left, right in zip(*before, strict=True)] == [True, True, False]


def test_a_catalogue_without_its_history_file_derives_the_same(tmp_path: Path):
    """Day by day from the day files, and anew from one that was imported again."""
    market = catalogue(tmp_path, small_days())
    days_and_frames = [(day, timeframe_s) for day in DAYS for timeframe_s in (60, 900)]
    stored = [market.history_fingerprint("NIFTY", *each) for each in days_and_frames]
    (tmp_path / "NIFTY" / "bars_1m.parquet").unlink()
    assert [market.history_fingerprint("NIFTY", *each) for each in days_and_frames] == stored
    first = small_days()["NIFTY", DAYS[0]]
    spot = first.rows["NIFTY"]
    dearer = {**first.rows, "NIFTY": replace(spot, price_paise=spot.price_paise + 5)}
    put_day(tmp_path, replace(first, rows=dearer))
    again = [market.history_fingerprint("NIFTY", *each) for each in days_and_frames]
    assert [left == right for left, right in zip(stored, again, strict=True)] == [True] * 2 + [False] * 4


def test_it_survives_the_way_to_a_worker(market: MarketSource):
    """A pickled member opens the same day in another process."""
    again: MarketSource = pickle.loads(pickle.dumps(market))  # noqa: S301 — our own bytes
    assert again.fingerprint("NIFTY", DAYS[0]) == market.fingerprint("NIFTY", DAYS[0])
    assert again.load_day("NIFTY", DAYS[0]).ticks_of(CALL).price_paise.tolist() == [10_000, 10_005, 9_000]


def test_members_agree(tmp_path: Path):
    """Catalogue and memory give the same fingerprints and histories for the same days."""
    one, other = catalogue(tmp_path, small_days()), memory(tmp_path, small_days())
    for day in DAYS:
        assert one.fingerprint("NIFTY", day) == other.fingerprint("NIFTY", day)
    for timeframe_s in (60, 180, 900, 86_400):
        left = one.load_day("NIFTY", DAYS[2]).history_of("NIFTY", timeframe_s)
        right = other.load_day("NIFTY", DAYS[2]).history_of("NIFTY", timeframe_s)
        assert np.array_equal(left.start, right.start)
        assert np.array_equal(left.high_paise, right.high_paise)
