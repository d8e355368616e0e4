from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strikebook.errors import MarketDataError, SessionMismatchError, StorageError
from strikebook.market.catalogue import Catalogue
from strikebook.market.catalogue_writer import put_day
from strikebook.market.day_file import DayRows, day_path, open_day
from strikebook.market.rows import InstrumentRows
from strikebook.model.session import Session
from tests.market.foreign import frame_of
from tests.market.test_source_contract import CALL, DAYS, OPEN, PUT, small_days, ticks

DAY = DAYS[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put_day(tmp_path, small_days()["NIFTY", DAY])
    return tmp_path


def numbers(count: int, low: int, high: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(low, high), min_size=count, max_size=count)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_rows_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    """Trades, bars and both mixed, with any of the optional columns, survive the file."""
    count = data.draw(st.integers(1, 30))
    optional = {
        name: np.array(data.draw(numbers(count, -1, 10**9)), np.int64) if data.draw(st.booleans()) else None
        for name in ("open_paise", "high_paise", "low_paise", "volume", "oi")
    }
    rows = InstrumentRows(
        np.sort(np.array(data.draw(numbers(count, OPEN, 55_800)), np.int32)),
        np.array(data.draw(numbers(count, 0, 2)), np.int32) * 60,
        np.array(data.draw(numbers(count, 0, 10**12)), np.int64),
        **optional,
    )
    folder = tmp_path_factory.mktemp("day")
    put_day(folder, DayRows("NIFTY", Session(DAY), {CALL: rows}))
    opened = open_day(folder, "NIFTY", DAY)
    back = opened.rows_of(CALL)
    assert back is not None
    assert back.digest() == rows.digest()
    for name in ("second", "bar_s", "price_paise"):
        assert getattr(back, name).tolist() == getattr(rows, name).tolist()
    for name, values in optional.items():
        found = getattr(back, name)
        assert (found.tolist() if found is not None else [-1] * count) == (
            values.tolist() if values is not None else [-1] * count
        )


def test_a_stranger_can_read_it_with_pandas(folder: Path):
    """The file is the documented long table: spot first, one row group per instrument, nulls where absent."""
    path = day_path(folder, "NIFTY", DAY)
    frame = pd.read_parquet(path)
    assert list(frame.columns) == [
        "symbol", "second", "bar_s", "price_paise", "open_paise", "high_paise", "low_paise", "volume", "oi",
    ]  # fmt: skip
    assert frame.symbol.drop_duplicates().tolist() == ["NIFTY", CALL, PUT]
    call = frame[frame.symbol == CALL]
    assert call.price_paise.tolist() == [10_002, 10_005, 9_000]
    assert call.volume.tolist() == [50, 50, 50]
    assert call.open_paise.isna().all()
    assert pq.ParquetFile(path).num_row_groups == 3


def test_only_what_is_asked_for_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """Opening a day reads no prices; an instrument reads its own row group, once."""
    read: list[int] = []
    original = pq.ParquetFile.read_row_group

    def counted(self: pq.ParquetFile, group: int, *args: object, **kwargs: object) -> pa.Table:
        read.append(group)
        return original(self, group, *args, **kwargs)

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", counted)
    day = Catalogue(folder).load_day("NIFTY", DAY)
    assert read == []
    day.ticks_of(CALL)
    day.ticks_of(CALL)
    assert read == [1]


def test_reading_does_not_load_pandas(folder: Path):
    """A worker's memory has no room for it."""
    code = f"""
import sys
from datetime import date
from pathlib import Path
from strikebook.market.catalogue import Catalogue
day = Catalogue(Path({str(folder)!r})).load_day("NIFTY", date(2022, 6, 8))
assert len(day.ticks_of("NIFTY")) == 1500
day.history_of("NIFTY", 300)
sys.exit("pandas" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_flipped_byte_is_noticed_or_harmless(folder: Path):
    """Damage in a day file is an error with its name, or changes no price: never another price."""
    path = day_path(folder, "NIFTY", DAY)
    whole = path.read_bytes()
    expected = {symbol: Catalogue(folder).load_day("NIFTY", DAY).ticks_of(symbol) for symbol in ("NIFTY", CALL, PUT)}
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    noticed = 0
    for at in range(4, footer, 61):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x5A]) + whole[at + 1 :])
        try:
            day = Catalogue(folder).load_day("NIFTY", DAY)
            found = {symbol: day.ticks_of(symbol) for symbol in expected}
        except MarketDataError as error:
            noticed += error.where == str(path)
            continue
        for symbol, trades in expected.items():
            assert np.array_equal(found[symbol].price_paise, trades.price_paise)
            assert np.array_equal(found[symbol].second, trades.second)
    assert noticed > 5


@pytest.mark.parametrize("keep", [0, 3, 100, -1])
def test_a_cut_off_day_file_is_named(folder: Path, keep: int):
    """Half a file is an error with the file's name."""
    path = day_path(folder, "NIFTY", DAY)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(MarketDataError, match=r"2022-06-08\.parquet: not a readable Parquet file"):
        Catalogue(folder).load_day("NIFTY", DAY)


def test_the_fingerprint_is_the_index_s(folder: Path):
    """Found in the footer without parsing it, and the same as the parsed one; a cut-off file is named."""
    path = day_path(folder, "NIFTY", DAY)
    assert Catalogue(folder).fingerprint("NIFTY", DAY) == open_day(folder, "NIFTY", DAY).index.fingerprint
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(MarketDataError, match=r"2022-06-08\.parquet: not a readable Parquet file"):
        Catalogue(folder).fingerprint("NIFTY", DAY)


def test_a_file_under_another_day_s_name_is_refused(folder: Path):
    """A copied file does not become another day."""
    path = day_path(folder, "NIFTY", DAY)
    path.rename(path.with_name("2022-06-09.parquet"))
    with pytest.raises(MarketDataError, match="holds NIFTY on 2022-06-08"):
        Catalogue(folder).load_day("NIFTY", date(2022, 6, 9))


def test_a_disk_that_is_full_leaves_the_old_day(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """A failed write is an error and the file is as before, with no rest beside it."""
    path = day_path(folder, "NIFTY", DAY)
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match=r"2022-06-08\.parquet: cannot write: no space left.*free space"):
        put_day(folder, DayRows("NIFTY", Session(DAY), {PUT: ticks((OPEN, 1))}))
    assert path.read_bytes() == before
    assert sorted(found.name for found in path.parent.iterdir()) == ["2022-06-08.chain.parquet", "2022-06-08.parquet"]


def test_made_up_and_real_prices_do_not_mix(folder: Path):
    """A synthetic day is not merged into a real one."""
    with pytest.raises(MarketDataError, match="the day holds real prices"):
        put_day(folder, DayRows("NIFTY", Session(DAY), {PUT: ticks((OPEN, 1))}, origin="synthetic:7"))


def test_made_up_prices_say_so(tmp_path: Path):
    """Origin shows as the day's source, and the catalogue is synthetic."""
    put_day(tmp_path / "demo", DayRows("NIFTY", Session(DAY), {"NIFTY": ticks((OPEN, 1))}, origin="synthetic:7"))
    market = Catalogue(tmp_path / "demo")
    day = market.load_day("NIFTY", DAY)
    assert market.synthetic
    assert day.synthetic
    assert day.source == "synthetic:7"


def foreign(folder: Path, frame: pd.DataFrame) -> Catalogue:
    path = day_path(folder, "NIFTY", DAY)
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(path, index=False)
    return Catalogue(folder)


def test_the_smallest_foreign_file(tmp_path: Path):
    """symbol, second and price_paise are enough: rows are trades, the session is the calendar's."""
    frame = pd.DataFrame({"symbol": ["NIFTY", "NIFTY"], "second": [OPEN + 9, OPEN], "price_paise": [2, 1]})
    day = foreign(tmp_path, frame).load_day("NIFTY", DAY)
    assert day.ticks_of("NIFTY").price_paise.tolist() == [1, 2]
    assert day.session == Session(DAY)
    assert not day.ticks_of("NIFTY").replayed


def test_a_foreign_file_s_rows_outside_the_session_are_clipped_up_to_one_percent(tmp_path: Path):
    """One row of 200 is left out; three of them are a mismatch."""
    second = [OPEN + 60 * minute for minute in range(199)]
    for early, fails in ((1, False), (3, True)):
        frame = pd.DataFrame({"symbol": "NIFTY", "second": [*second, *([OPEN - 400] * early)], "price_paise": 5})
        market = foreign(tmp_path, frame)
        if fails:
            with pytest.raises(SessionMismatchError, match=r"1\.5% of the day's rows"):
                market.load_day("NIFTY", DAY)
        else:
            assert market.load_day("NIFTY", DAY).ticks_of("NIFTY").second.tolist() == second


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"drop": "price_paise"}, "has no column price_paise"),
        ({"price_paise": -5}, "a negative price of NIFTY"),
        ({"price_paise": None}, "price_paise is null"),
        ({"price_paise": 1.5}, "not in the format"),
        ({"second": 90_000}, "second: no sense in row 0"),
        ({"bar_s": -60}, "bar_s: no sense in row 0"),
        ({"open_paise": 5}, "all three, or none"),
        ({"symbol": "BANKNIFTY"}, "holds BANKNIFTY"),
        ({"symbol": "nifty 50"}, "NIFTY/2022-06-08.parquet: 'nifty 50': not a symbol"),
    ],
)
def test_a_foreign_file_that_makes_no_sense_is_refused(tmp_path: Path, change: dict[str, object], message: str):
    """What a stranger got wrong is said in the words of the format."""
    frame = pd.DataFrame({"symbol": ["NIFTY"] * 2, "second": [OPEN, OPEN + 1], "price_paise": [1, 2]})
    for name, value in change.items():
        frame = frame.drop(columns=str(value)) if name == "drop" else frame.assign(**{name: value})
    if change.get("price_paise", 0) is None:
        frame = frame.astype({"price_paise": "Int64"})
    with pytest.raises(MarketDataError, match=message):
        foreign(tmp_path, frame).load_day("NIFTY", DAY)


def test_a_foreign_file_can_be_merged_with(tmp_path: Path):
    """Import beside a stranger's rows keeps them, and the file becomes one of ours."""
    days = small_days()
    foreign(tmp_path, frame_of(days["NIFTY", DAY]))
    put_day(tmp_path, DayRows("NIFTY", Session(DAY), {PUT: ticks((OPEN, 7))}))
    day = Catalogue(tmp_path).load_day("NIFTY", DAY)
    assert day.ticks_of(PUT).price_paise.tolist() == [7]
    assert day.ticks_of(CALL).price_paise.tolist() == [10_002, 10_005, 9_000]


def test_a_foreign_file_has_the_fingerprint_of_its_bytes(tmp_path: Path):
    """Any change of the file changes it."""
    frame = pd.DataFrame({"symbol": ["NIFTY"] * 2, "second": [OPEN, OPEN + 1], "price_paise": [1, 2]})
    first = foreign(tmp_path, frame).fingerprint("NIFTY", DAY)
    assert foreign(tmp_path, frame.assign(price_paise=[1, 3])).fingerprint("NIFTY", DAY) != first
