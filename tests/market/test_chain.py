from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np

from strikebook.market.catalogue import Catalogue
from strikebook.market.catalogue_writer import put_day
from strikebook.market.chain import chain_path
from strikebook.market.day_file import DayRows, day_path
from strikebook.model.session import Session
from tests.market.test_source_contract import CALL, DAYS, OPEN, PUT, QUIET, small_days, ticks

DAY = DAYS[2]


def test_the_snapshot_is_what_was_known_at_each_minute_s_end(tmp_path: Path):
    """The last trade stamped at or before it, and when that was; nothing before the first."""
    put_day(tmp_path, DayRows("NIFTY", Session(DAY), {CALL: ticks((OPEN + 59, 5), (OPEN + 60, 6), (OPEN + 150, 7))}))
    chain = Catalogue(tmp_path).chain_of("NIFTY", DAY)
    assert chain.symbols == (CALL,)
    assert chain.second[[0, 1, 2, -2, -1]].tolist() == [OPEN + 59, OPEN + 119, OPEN + 179, 55_799, 55_800]
    assert chain.price_paise[0, :4].tolist() == [5, 6, 7, 7]
    assert chain.traded_second[0, :4].tolist() == [OPEN + 59, OPEN + 60, OPEN + 150, OPEN + 150]


def test_listed_and_not_traded_has_no_price(tmp_path: Path):
    """Every listed contract has its row, whether it traded or not."""
    put_day(tmp_path, small_days()["NIFTY", DAY])
    chain = Catalogue(tmp_path).chain_of("NIFTY", DAY)
    assert chain.symbols == (CALL, PUT, QUIET)
    assert (chain.price_paise[2] == -1).all()
    assert chain.price_paise[1, 0] == 20_005


def test_a_snapshot_of_other_data_is_not_used(tmp_path: Path):
    """A crash between the two files, or a day copied over, never serves old prices."""
    put_day(tmp_path / "a", small_days()["NIFTY", DAY])
    put_day(tmp_path / "b", DayRows("NIFTY", Session(DAY), {CALL: ticks((OPEN, 77))}))
    target = chain_path(day_path(tmp_path / "a", "NIFTY", DAY))
    target.write_bytes(chain_path(day_path(tmp_path / "b", "NIFTY", DAY)).read_bytes())
    assert Catalogue(tmp_path / "a").chain_of("NIFTY", DAY).price_paise[0, 0] == 10_005
    target.unlink()
    assert Catalogue(tmp_path / "a").chain_of("NIFTY", DAY).price_paise[0, 0] == 10_005


def test_the_real_chain_agrees_with_the_contracts(june: Catalogue):
    """Every contract of a real day at every minute, against its own trades."""
    day = june.load_day("NIFTY", date(2022, 6, 9))
    chain = june.chain_of("NIFTY", date(2022, 6, 9))
    assert len(chain.symbols) == 80
    for at, symbol in enumerate(chain.symbols):
        trades = day.ticks_of(symbol)
        last = np.searchsorted(trades.second, chain.second, "right") - 1
        assert np.array_equal(chain.price_paise[at], np.where(last < 0, -1, trades.price_paise[last]))
