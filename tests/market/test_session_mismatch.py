from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from strikebook.errors import SessionMismatchError
from strikebook.market.catalogue import Catalogue
from strikebook.market.catalogue_writer import put_day
from strikebook.market.day_file import DayRows
from strikebook.market.importing import import_paths
from strikebook.market.rows import rows_of_ticks
from strikebook.model.prices import Ticks
from strikebook.model.session import Session

MONDAY = date(2024, 2, 5)


def weeks_of_minutes(weeks: int, shifted: date) -> str:
    """Minute closes of whole weeks; one day's stamps are two and a half hours late."""
    rows = ["symbol,timestamp,close"]
    for number in range(weeks * 7):
        day = MONDAY + timedelta(number)
        if day.weekday() < 5:
            first = 9 * 60 + 15 + (150 if day == shifted else 0)
            rows += [f"NIFTY,{day} {at // 60:02d}:{at % 60:02d}:00,{21_000 + at}" for at in range(first, first + 375)]
    return "\n".join(rows) + "\n"


def test_one_shifted_day_among_many_is_refused(tmp_path: Path) -> None:
    """A day of which more than 1 % lies outside its session refuses the import, however right the other days are."""
    source = tmp_path / "weeks.csv"
    source.write_text(weeks_of_minutes(20, MONDAY + timedelta(1)))
    with pytest.raises(SessionMismatchError, match=r"NIFTY on 2024-02-06 .*session_mismatch: 40\.0%"):
        import_paths([source], tmp_path / "market_data")
    assert not list((tmp_path / "market_data").rglob("*.parquet"))


def test_a_stored_day_that_lost_too_much_cannot_be_run_on(tmp_path: Path) -> None:
    """The index counts what lay outside; a day with more than 1 % of it is refused when it is opened."""
    second = np.arange(33_300, 33_400, dtype=np.int32)
    rows = {"NIFTY": rows_of_ticks(Ticks(second, np.full(100, 2_500_000, np.int64)))}
    for day, outside in ((MONDAY, 1), (MONDAY + timedelta(1), 60)):
        put_day(tmp_path, DayRows("NIFTY", Session(day), rows, {"NIFTY": outside}))
    assert len(Catalogue(tmp_path).load_day("NIFTY", MONDAY).ticks_of("NIFTY")) == 100
    with pytest.raises(SessionMismatchError, match="session_mismatch"):
        Catalogue(tmp_path).load_day("NIFTY", MONDAY + timedelta(1))
