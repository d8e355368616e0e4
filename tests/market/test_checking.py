from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from strikebook.errors import NoDataError
from strikebook.market.catalogue import Catalogue
from strikebook.market.catalogue_writer import put_day
from strikebook.market.checking import CheckReport, check
from strikebook.market.day_file import DayRows, day_path
from strikebook.market.info import info
from strikebook.market.instrument_check import InstrumentCheck, check_instrument
from strikebook.market.rows import InstrumentRows
from strikebook.model.prices import Ticks
from strikebook.model.session import Session
from tests.market.test_source_contract import CALL, CLOSE, DAYS, OPEN, PUT, catalogue, minute_bars, small_days, ticks

DAY = DAYS[2]
SESSION = Session(DAY)
SPOT = Ticks(np.array([OPEN], np.int32), np.array([1_650_000], np.int64))


def closes(*prices: int, first: int = OPEN) -> InstrumentRows:
    """Minute closes."""
    second = first + 60 * np.arange(len(prices), dtype=np.int32)
    return InstrumentRows(second.astype(np.int32), np.full(len(prices), 60, np.int32), np.array(prices, np.int64))


def checked(rows: InstrumentRows, symbol: str = "NIFTY", spot: Ticks = SPOT) -> InstrumentCheck:
    return check_instrument(symbol, rows, SESSION, spot)


def test_a_whole_day_of_bars_is_clean():
    """375 of 375 minutes, and nothing to say."""
    found = checked(minute_bars(1_600_000))
    assert found.coverage == 1.0
    assert (found.gaps, found.duplicates, found.jumps, found.flat_stretches, found.overlapping_bars) == (0,) * 5


def test_coverage_and_gaps():
    """Minutes with a trade, and the stretches without one, those at the day's ends included."""
    found = checked(ticks((OPEN + 600, 5), (OPEN + 660, 5), (OPEN + 900, 5), (CLOSE, 5)))
    assert found.coverage == round(3 / 375, 4)
    assert found.gaps == 3
    assert found.longest_gap_s == CLOSE - OPEN - 900


def test_prices_that_cannot_be():
    """Zero and negative prices, and bars whose high is below their close."""
    assert checked(ticks((OPEN, 0), (OPEN + 1, -7), (OPEN + 2, 5))).zero_prices == 1
    assert checked(ticks((OPEN, 0), (OPEN + 1, -7), (OPEN + 2, 5))).negative_prices == 1
    price = np.array([5], np.int64)
    bar = InstrumentRows(np.array([OPEN], np.int32), np.array([60], np.int32), price, price, price - 1, price)
    assert checked(bar).inconsistent_bars == 1


def test_bars_that_overlap():
    """Two bars of one minute that differ, and one longer than the way to the next; a repeated one is a duplicate."""
    second = np.array([OPEN, OPEN, OPEN + 60, OPEN + 60, OPEN + 120, OPEN + 180], np.int32)
    bar_s = np.array([60, 60, 60, 60, 120, 60], np.int32)
    found = checked(InstrumentRows(second, bar_s, np.array([5, 6, 5, 5, 5, 5], np.int64)))
    assert (found.overlapping_bars, found.duplicates) == (2, 1)
    assert checked(ticks((OPEN, 5), (OPEN, 6))).overlapping_bars == 0


def test_jumps():
    """1 % for the index; an option may move with it, and jumps when it moves further than it."""
    assert checked(ticks((OPEN, 10_000), (OPEN + 1, 10_101))).jumps == 1
    assert checked(ticks((OPEN, 10_000), (OPEN + 1, 10_099))).jumps == 0
    spot = Ticks(np.array([OPEN, OPEN + 1], np.int32), np.array([1_650_000, 1_660_000], np.int64))
    assert checked(ticks((OPEN, 12_000), (OPEN + 1, 22_000)), CALL, spot).jumps == 0
    assert checked(ticks((OPEN, 12_000), (OPEN + 1, 26_000)), CALL, spot).jumps == 1


def test_repeated_rows():
    """A row equal to the one before it in every column."""
    assert checked(ticks((OPEN, 5), (OPEN, 5), (OPEN, 6), (OPEN + 1, 6))).duplicates == 1


def test_forward_filled_stretches():
    """Ten minutes of bars at one price look filled, except at the smallest price there is."""
    found = checked(closes(*range(100, 110), *[50] * 12, *range(200, 210)))
    assert (found.flat_stretches, found.longest_flat_s) == (1, 720)
    assert checked(closes(*[5] * 60), PUT).flat_stretches == 0


def test_options_below_their_intrinsic_value():
    """With the index at 16500 a 16400 call is worth 100: 60 is far below, 59 more than a quarter percent below."""
    assert checked(ticks((OPEN, 10_000)), CALL).below_intrinsic == 0
    found = checked(ticks((OPEN, 5_000), (OPEN + 1, 6_000)), CALL)
    assert (found.below_intrinsic, found.deepest_below_paise) == (1, 5_000)
    assert checked(ticks((OPEN, 5)), PUT).below_intrinsic == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    catalogue(tmp_path / "m", small_days())
    return tmp_path / "m"


def what(report: CheckReport, underlying: str = "NIFTY", day: date = DAY) -> list[str]:
    return [
        found.what for one in report.days if (one.underlying, one.date) == (underlying, day) for found in one.findings
    ]


def test_a_report_lists_days_and_what_is_missing(folder: Path):
    """Every day once, the spot's coverage, and sessions of the calendar that have no file."""
    seen: list[tuple[int, int]] = []
    report = check(folder, lambda done, total, _: seen.append((done, total)))
    assert [(day.underlying, day.date) for day in report.days] == [
        ("INDIAVIX", DAYS[0]),
        ("INDIAVIX", DAYS[2]),
        *(("NIFTY", day) for day in DAYS),
    ]
    assert seen[-1] == (5, 5)
    assert report.sound
    assert report.missing == {"INDIAVIX": (DAYS[1],), "NIFTY": ()}
    assert report.days[2].coverage == 1.0
    assert "listed and not traded" in what(report)
    assert json.loads(json.dumps(report.as_document()))["days"][2]["date"] == "2022-06-06"


def test_a_damaged_day_is_a_finding(folder: Path):
    """One bad file is listed as an error and the check goes on."""
    day_path(folder, "NIFTY", DAYS[1]).write_bytes(b"PAR1junk")
    report = check(folder)
    assert not report.sound
    assert [day.date for day in report.days if not day.sound] == [DAYS[1]]
    assert "not a readable Parquet file" in what(report, day=DAYS[1])[0]


def test_derived_files_out_of_date_are_findings(folder: Path):
    """A chain snapshot or a history that no longer fits its day."""
    put_day(folder, DayRows("NIFTY", Session(DAY), {"NIFTY": minute_bars(1_500_000)}))
    day_path(folder, "NIFTY", DAYS[0]).with_suffix(".chain.parquet").unlink()
    report = check(folder)
    assert "bars_1m.parquet does not have the day as it is" in what(report)
    assert "its chain snapshot is missing or of other data" in what(report, day=DAYS[0])


def test_a_foreign_day_that_cannot_run_is_an_error(tmp_path: Path):
    """What load_day would refuse, check lists."""
    path = day_path(tmp_path, "NIFTY", DAY)
    path.parent.mkdir()
    pd.DataFrame({"symbol": CALL, "second": [1, 2], "price_paise": [-5, 0]}).to_parquet(path, index=False)
    report = check(tmp_path)
    assert not report.sound
    assert any("negative price" in line for line in what(report))
    assert any(line.startswith("no spot prices") for line in what(report))
    assert any("different strikes" in line for line in what(report))


def test_the_real_month_is_sound_and_its_blemishes_are_found(june: Catalogue):
    """June 2022 can be run on; its far strikes are forward-filled and lie below intrinsic value."""
    report = check(june.folder)
    assert report.sound
    assert report.missing["NIFTY"] == ()
    assert report.missing["INDIAVIX"] == (date(2022, 6, 22), date(2022, 6, 23))
    month = [one for day in report.days for one in day.instruments if ":OPT:" in one.symbol]
    assert len(month) == 1680
    assert sum(one.below_intrinsic > 0 for one in month) > 300
    assert sum(one.flat_stretches > 0 for one in month) > 500
    assert sum(one.duplicates for one in month) == 0


def test_info_counts_from_the_footers(folder: Path):
    """Days, contracts and rows by underlying."""
    vix, nifty = info(folder).underlyings
    assert (vix.underlying, vix.days, vix.tick_rows, vix.contracts) == ("INDIAVIX", 2, 2, 0)
    assert (nifty.first, nifty.last, nifty.days, nifty.days_with_contracts) == (DAYS[0], DAYS[2], 3, 3)
    assert (nifty.contracts, nifty.tick_rows, nifty.bar_rows) == (3, 15, 3 * 375)
    assert nifty.expiries == (date(2022, 6, 9), date(2022, 6, 16))
    assert json.loads(json.dumps(info(folder).as_document()))["underlyings"][1]["underlying"] == "NIFTY"


def test_info_of_nothing_is_said(tmp_path: Path):
    """An empty folder is no catalogue."""
    with pytest.raises(NoDataError):
        info(tmp_path)
