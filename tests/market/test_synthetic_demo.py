"""The synthetic market written as a catalogue."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from strikebook.engine.day import run_day
from strikebook.errors import MarketDataError, NoDataError, UsageError
from strikebook.market.catalogue import Catalogue
from strikebook.market.checking import check
from strikebook.market.synthetic import SyntheticMarket
from strikebook.market.synthetic.demo import demo_contracts, write_demo
from strikebook.model.options import RunOptions
from strikebook.strategy.parse import require_strategy
from tests.market.synthetic_strategies import next_weeks_wings, rsi_strategy, straddle_strategy

FIRST = date(2024, 10, 30)
MARKET = SyntheticMarket(7)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three days of NIFTY, the muhurat evening among them."""
    to = tmp_path_factory.mktemp("demo") / "market_data"
    seen: list[tuple[int, int, date]] = []
    written = write_demo(MARKET, "NIFTY", FIRST, 3, to, lambda *progress: seen.append(progress))
    days = (date(2024, 10, 30), date(2024, 10, 31), date(2024, 11, 1))
    assert [(day.date, day.status) for day in written] == [(day, "written") for day in days]
    assert seen == [(done, 3, day) for done, day in enumerate(days)]
    return to


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file of a catalogue."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.parquet")}


def test_a_demo_says_that_it_is_made_up(demo: Path) -> None:
    """The catalogue, its days and results on them are labelled with the seed."""
    catalogue = Catalogue(demo)
    day = catalogue.load_day("NIFTY", FIRST)
    assert catalogue.synthetic
    assert (day.source, day.synthetic) == ("synthetic:7", True)
    result = run_day(require_strategy(rsi_strategy()), day, RunOptions())
    assert (result.source, result.synthetic) == ("synthetic:7", True)


@pytest.mark.parametrize("document", [rsi_strategy(), straddle_strategy(), next_weeks_wings()])
@pytest.mark.parametrize("day", [date(2024, 10, 30), date(2024, 10, 31)])
def test_a_demo_gives_the_lazy_markets_results(demo: Path, document: dict[str, object], day: date) -> None:
    """The same strategy on the same day has the same result from the files as from the generator."""
    strategy = require_strategy(document)
    stored = run_day(strategy, Catalogue(demo).load_day("NIFTY", day), RunOptions())
    lazy = run_day(strategy, MARKET.load_day("NIFTY", day), RunOptions())
    assert stored.trades
    assert stored == lazy


def test_a_demo_holds_the_lazy_markets_trades(demo: Path) -> None:
    """Each contract written has the trades, quantities and open interest of the lazy source, each day its warm-up."""
    stored, lazy = Catalogue(demo).load_day("NIFTY", FIRST), MARKET.load_day("NIFTY", FIRST)
    for contract in demo_contracts(MARKET, "NIFTY", FIRST)[::7]:
        one, other = stored.ticks_of(contract.symbol), lazy.ticks_of(contract.symbol)
        for name in ("second", "price_paise", "quantity", "oi"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for timeframe_s in (60, 300, 3600):
        one, other = (day.history_of("NIFTY", timeframe_s) for day in (stored, lazy))
        np.testing.assert_array_equal(one.start, other.start)
        np.testing.assert_array_equal(one.close_paise, other.close_paise)


def test_the_check_finds_only_gaps(demo: Path) -> None:
    """No price of a demo is zero, repeated, jumps or lies below intrinsic value; far strikes have gaps."""
    report = check(demo)
    assert report.sound
    assert report.missing in ({}, {"NIFTY": ()})
    found = [finding for day in report.days for finding in day.findings]
    assert found
    assert all(re.search(r"\bgaps?\b", finding.what) and ":OPT:" in finding.symbol for finding in found)


def test_writing_a_demo_again_changes_nothing(demo: Path) -> None:
    """The same days are left as they are, and another process would have written the same bytes."""
    before = files_of(demo)
    written = write_demo(MARKET, "NIFTY", FIRST, 3, demo)
    assert {day.status for day in written} == {"unchanged"}
    assert files_of(demo) == before


def test_a_day_is_small(demo: Path) -> None:
    """A day file and its chain snapshot together stay under 5 MB."""
    for day in (date(2024, 10, 30), date(2024, 10, 31)):
        assert sum(path.stat().st_size for path in (demo / "NIFTY").glob(f"{day}*.parquet")) < 5_000_000


def test_other_prices_are_kept_apart(demo: Path) -> None:
    """A catalogue of one seed takes no prices of another, and stays as it is."""
    before = files_of(demo)
    with pytest.raises(MarketDataError, match="synthetic:7 of NIFTY"):
        write_demo(SyntheticMarket(8), "BANKNIFTY", FIRST, 1, demo)
    assert files_of(demo) == before


def test_a_demo_that_cannot_be_is_refused(tmp_path: Path) -> None:
    """No days, days before or past those of the generator, and an unknown index are errors that write nothing."""
    with pytest.raises(UsageError, match="0 days"):
        write_demo(MARKET, "NIFTY", FIRST, 0, tmp_path / "a")
    with pytest.raises(UsageError, match="only"):
        write_demo(MARKET, "NIFTY", date(2035, 12, 28), 9, tmp_path / "a")
    with pytest.raises(UsageError, match="no prices of NIFTY on 2018-12-31"):
        write_demo(MARKET, "NIFTY", date(2018, 12, 31), 1, tmp_path / "a")
    with pytest.raises(NoDataError, match="SILVER"):
        write_demo(MARKET, "SILVER", FIRST, 1, tmp_path / "a")
    assert not (tmp_path / "a").exists()
