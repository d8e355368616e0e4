from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from strikebook.errors import BusyError, MarketDataError, NoDataError, SessionMismatchError, StorageError
from strikebook.market.catalogue import Catalogue
from strikebook.market.catalogue_writer import writing
from strikebook.market.history import read_history
from strikebook.market.importing import ImportReport, Progress, import_paths, parse_mapping, read_mapping
from tests.market.conftest import MAPPINGS

DAY = date(2022, 6, 8)
CALL = "NIFTY:2022-06-09:OPT:16400:CE"
TRADES = """symbol,timestamp,ltp,volume,oi
NIFTY,2022-06-08 09:15:00,16400.05,,
NIFTY,2022-06-08 09:15:01.250,16401.10,,
NIFTY,2022-06-08 09:15:01.900,16402.35,,
NIFTY:2022-06-09:OPT:16400:CE,2022-06-08 09:15:02,101.05,50,12000
NIFTY:2022-06-09:OPT:16400:CE,2022-06-08 15:30:00,99.95,100,12050
"""


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    """Write a source file."""

    def write(text: str, name: str = "source.csv") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return path

    return write


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "market_data"


def minutes(symbol: str, first: int = 0, count: int = 375, step: int = 1, form: str = "{0:02d}:{1:02d}:00") -> str:
    """Bars whose close encodes their minute: 100.00 + minute."""
    rows = ["symbol,timestamp,open,high,low,close"]
    for minute in range(first, first + count * step, step):
        at = 9 * 60 + 15 + minute
        price = 100 + minute
        stamp = "2022-06-08 " + form.format(*divmod(at, 60))
        rows.append(f"{symbol},{stamp},{price - 0.5},{price + 1},{price - 1},{price}")
    return "\n".join(rows) + "\n"


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.parquet")}


def test_trades_of_a_long_table(put: Callable[..., Path], to: Path):
    """Stamps are exchange time and floored to the second, prices paise, quantities and open interest kept."""
    report = import_paths([put(TRADES)], to)
    assert report.rows == 5
    assert report.skipped == {}
    day = Catalogue(to).load_day("NIFTY", DAY)
    spot, call = day.ticks_of("NIFTY"), day.ticks_of(CALL)
    assert spot.second.tolist() == [33300, 33301, 33301]
    assert spot.price_paise.tolist() == [1640005, 1640110, 1640235]
    assert spot.quantity is None
    assert not spot.replayed
    assert call.second.tolist() == [33302, 55800]
    assert call.price_paise.tolist() == [10105, 9995]
    assert call.quantity is not None
    assert call.quantity.tolist() == [50, 100]
    assert call.oi is not None
    assert call.oi.tolist() == [12000, 12050]
    assert day.contracts.strikes_paise == {(date(2022, 6, 9), "CE"): (1640000,)}
    assert day.contracts.lot_sizes == {date(2022, 6, 9): 50}


@pytest.mark.parametrize("name", ["source.csv.gz", "source.parquet"])
def test_gzip_and_parquet_are_the_same_table(put: Callable[..., Path], to: Path, tmp_path: Path, name: str):
    """The same rows give the same fingerprint, whatever the file's kind."""
    import_paths([put(TRADES)], to)
    if name.endswith(".gz"):
        other = put(TRADES, name)
    else:
        rows = [line.split(",") for line in TRADES.splitlines()]
        columns: dict[str, Any] = dict(zip(rows[0], zip(*rows[1:], strict=True), strict=True))
        columns["timestamp"] = pa.array(columns["timestamp"]).cast(pa.timestamp("ms"))
        for role in ("ltp", "volume", "oi"):
            columns[role] = pa.array([float(text) if text else None for text in columns[role]], pa.float64())
        other = tmp_path / name
        pq.write_table(pa.table({key: pa.array(value) for key, value in columns.items()}), other)
    import_paths([other], tmp_path / "again")
    assert Catalogue(tmp_path / "again").fingerprint("NIFTY", DAY) == Catalogue(to).fingerprint("NIFTY", DAY)


@pytest.mark.parametrize(
    "stamp", ["2022-06-08T03:45:00Z", "2022-06-08 09:15:00+05:30", "2022-06-08T03:45:00.999+00:00", "2022-06-08T09:15"]
)
def test_stamps_with_a_zone_become_exchange_time(put: Callable[..., Path], to: Path, stamp: str):
    """03:45 UTC is 09:15 in Mumbai."""
    import_paths([put(f"symbol,timestamp,ltp\nNIFTY,{stamp},100\n")], to)
    assert Catalogue(to).load_day("NIFTY", DAY).ticks_of("NIFTY").second.tolist() == [33300]


def test_aware_parquet_stamps_become_exchange_time(to: Path, tmp_path: Path):
    """A Parquet column with a zone is converted, whatever the zone."""
    stamp = (
        pa.array(["2022-06-08T03:45:00Z"]).cast(pa.timestamp("ns", "UTC")).cast(pa.timestamp("ns", "America/New_York"))
    )
    pq.write_table(pa.table({"symbol": ["NIFTY"], "timestamp": stamp, "ltp": [100.0]}), tmp_path / "s.parquet")
    import_paths([tmp_path / "s.parquet"], to)
    assert Catalogue(to).load_day("NIFTY", DAY).ticks_of("NIFTY").second.tolist() == [33300]


@pytest.mark.parametrize(("unit", "factor"), [("s", 1), ("ms", 1_000), ("us", 1_000_000), ("ns", 1_000_000_000)])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_epoch_stamps(put: Callable[..., Path], to: Path, tmp_path: Path, unit: str, factor: int, kind: str):
    """Epochs of any unit, in UTC unless the mapping says otherwise; the second comes out exactly."""
    mapping = parse_mapping({"columns": {"symbol": "symbol", "timestamp": "t", "ltp": "ltp"}, "time": {"epoch": unit}})
    stamps = [(1_654_659_900 + second) * factor for second in range(3)]
    if kind == "csv":
        path = put("symbol,t,ltp\n" + "".join(f"NIFTY,{stamp},100\n" for stamp in stamps))
    else:
        path = tmp_path / "s.parquet"
        pq.write_table(pa.table({"symbol": ["NIFTY"] * 3, "t": stamps, "ltp": [100.0] * 3}), path)
    import_paths([path], to, mapping)
    assert Catalogue(to).load_day("NIFTY", DAY).ticks_of("NIFTY").second.tolist() == [33300, 33301, 33302]


def test_bars_are_kept_as_they_are_and_their_length_is_inferred(put: Callable[..., Path], to: Path):
    """Minute bars, stamped at their start, replay to four trades each."""
    import_paths([put(minutes("NIFTY"))], to)
    ticks = Catalogue(to).load_day("NIFTY", DAY).ticks_of("NIFTY")
    assert ticks.replayed
    assert len(ticks) == 4 * 375
    assert ticks.second[:4].tolist() == [33300, 33320, 33340, 33359]
    assert ticks.price_paise[:4].tolist() == [9950, 9900, 10100, 10000]


def test_five_minute_bars_still_make_a_one_minute_history(put: Callable[..., Path], to: Path):
    """The history holds the minutes in which replayed trades fall, and gives the five-minute bars back."""
    import_paths([put(minutes("NIFTY", count=75, step=5))], to)
    history = read_history(to / "NIFTY" / "bars_1m.parquet")
    start = (DAY - date(1970, 1, 1)).days * 86_400 + 33_300
    assert (history.bars.start[:5] - start).tolist() == [0, 60, 180, 240, 300]
    five = history.before(start + 86_400, 300)
    assert len(five) == 75
    assert five.open_paise[:2].tolist() == [9950, 10450]
    assert five.high_paise[:2].tolist() == [10100, 10600]
    assert five.low_paise[:2].tolist() == [9900, 10400]
    assert five.close_paise[:2].tolist() == [10000, 10500]


def test_a_bar_that_the_close_cuts_off_ends_there(put: Callable[..., Path], to: Path):
    """An hour's bar of 15:15 closes at the session's last second, not at 16:14."""
    rows = "".join(f"NIFTY,2022-06-08 {hour:02d}:15:00,100,102,99,{hour}\n" for hour in range(9, 16))
    mapping = parse_mapping({"time": {"bar": "1h"}})
    import_paths([put("symbol,timestamp,open,high,low,close\n" + rows.replace(",99,", ",5,"))], to, mapping)
    day = Catalogue(to).load_day("NIFTY", DAY)
    ticks = day.ticks_of("NIFTY")
    assert day.bar_s_of("NIFTY") == 3600
    assert ticks.second[-1] == 55_799
    assert ticks.price_paise[-1] == 1500


def test_importing_again_changes_no_byte(put: Callable[..., Path], to: Path):
    """The same input gives identical files, and the report says unchanged."""
    source = put(TRADES)
    assert [day.status for day in import_paths([source], to).days] == ["written"]
    before = files_of(to)
    assert len(before) == 3
    assert [day.status for day in import_paths([source], to).days] == ["unchanged"]
    assert files_of(to) == before


def test_spot_and_options_merge_in_any_order(put: Callable[..., Path], tmp_path: Path):
    """Separate imports meet in one day file; an instrument imported again replaces itself, others stay."""
    head, *rows = TRADES.splitlines(keepends=True)
    spot, options = put(head + "".join(rows[:3]), "spot.csv"), put(head + "".join(rows[3:]), "options.csv")
    import_paths([spot], tmp_path / "a")
    import_paths([options], tmp_path / "a")
    import_paths([options, spot], tmp_path / "b")
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")
    import_paths([put(head + "NIFTY,2022-06-08 10:00:00,5,,\n", "new.csv")], tmp_path / "a")
    day = Catalogue(tmp_path / "a").load_day("NIFTY", DAY)
    assert day.ticks_of("NIFTY").price_paise.tolist() == [500]
    assert len(day.ticks_of(CALL)) == 2


def test_an_interrupted_import_is_healed_by_the_next(put: Callable[..., Path], to: Path):
    """Derived files lost in a crash come back with the same import, though the day itself is unchanged."""
    source = put(TRADES)
    import_paths([source], to)
    before = files_of(to)
    (to / "NIFTY" / "bars_1m.parquet").unlink()
    (to / "NIFTY" / "2022-06-08.chain.parquet").write_bytes((to / "NIFTY" / "2022-06-08.parquet").read_bytes())
    assert [day.status for day in import_paths([source], to).days] == ["unchanged"]
    assert files_of(to) == before


def test_a_stated_session_overrides_the_calendar(put: Callable[..., Path], to: Path):
    """Evening trades of an ordinary date are a session when the caller says so."""
    source = put("symbol,timestamp,ltp\nNIFTY,2022-06-08 18:20:00,100\n")
    with pytest.raises(SessionMismatchError, match="for a special session --session HH:MM-HH:MM"):
        import_paths([source], to)
    import_paths([source], to, session=(18 * 3600, 19 * 3600))
    day = Catalogue(to).load_day("NIFTY", DAY)
    assert (day.session.open_s, day.session.close_s) == (18 * 3600, 19 * 3600)
    assert len(day.ticks_of("NIFTY")) == 1
    with pytest.raises(MarketDataError, match="the day has the session 18:00-19:00"):
        import_paths([put(TRADES, "t.csv")], to)


def test_muhurat_trades_fall_into_the_muhurat_session(put: Callable[..., Path], to: Path):
    """The dated table gives special sessions their hours without being asked."""
    import_paths([put("symbol,timestamp,ltp\nNIFTY,2024-11-01 18:20:00,100\n")], to)
    assert Catalogue(to).load_day("NIFTY", date(2024, 11, 1)).session.open_s == 18 * 3600


def test_rows_without_a_usable_price_are_skipped_and_counted(put: Callable[..., Path], to: Path):
    """Empty, zero and negative prices, and bars that contradict themselves, are left out by reason."""
    rows = minutes("NIFTY").splitlines(keepends=True)
    rows[5] = "NIFTY,2022-06-08 09:19:00,1,1,1,\n"
    rows[6] = "NIFTY,2022-06-08 09:20:00,1,1,1,0.00\n"
    rows[7] = "NIFTY,2022-06-08 09:21:00,1,1,1,-4\n"
    rows[8] = "NIFTY,2022-06-08 09:22:00,1,1,1,4\n"
    rows[9] = "NIFTY,2022-06-08 09:23:00,,1,1,1\n"
    report = import_paths([put("".join(rows))], to)
    assert report.skipped == {
        "no price": 1,
        "price zero or negative": 2,
        "high or low does not hold the bar": 1,
        "open, high or low is missing": 1,
    }
    assert report.rows == 370
    assert report.files[0].rows == 375


def test_repeated_rows_are_dropped_and_counted(put: Callable[..., Path], to: Path):
    """An exact repetition says nothing new."""
    bars = minutes("NIFTY")
    report = import_paths([put(bars + bars.splitlines()[7] + "\n")], to)
    assert report.skipped == {"exact duplicate": 1}
    assert report.rows == 375


def test_equal_trades_in_a_whole_second_are_both_kept_when_they_have_quantities(put: Callable[..., Path], to: Path):
    """Two trades of 50 at one price in one second may both be true; without quantities one says as much as two."""
    row = f"{CALL},2022-06-08 10:00:00,5,50,\n"
    bare = "NIFTY,2022-06-08 10:00:00,5,,\n"
    report = import_paths([put("symbol,timestamp,ltp,volume,oi\n" + row + row + bare + bare)], to)
    assert report.skipped == {"exact duplicate": 1}
    assert len(Catalogue(to).load_day("NIFTY", DAY).ticks_of(CALL)) == 2


def test_two_different_bars_of_one_time_are_refused(put: Callable[..., Path], to: Path):
    """Which one is true is for the source to say, or for the mapping."""
    bars = minutes("NIFTY") + "NIFTY,2022-06-08 09:20:00,1,1,1,1\n"
    with pytest.raises(MarketDataError, match="two different bars of NIFTY on 2022-06-08 at 09:20:00"):
        import_paths([put(bars)], to)
    assert not list(to.rglob("*.parquet"))
    report = import_paths([put(bars)], to, parse_mapping({"rows": {"conflicts": "last"}}))
    assert report.skipped == {"another bar of the same time came later": 1}
    assert 100 in Catalogue(to).load_day("NIFTY", DAY).ticks_of("NIFTY").price_paise


def test_overlapping_bars_are_refused(put: Callable[..., Path], to: Path):
    """A wrong bar length must not pass: bars that overlap are named."""
    with pytest.raises(MarketDataError, match="bars of NIFTY overlap"):
        import_paths([put(minutes("NIFTY"))], to, parse_mapping({"time": {"bar": "5m"}}))


def test_a_file_of_few_bars_takes_the_length_of_the_others(put: Callable[..., Path], to: Path):
    """A contract that traded in two minutes of the day says nothing about the length of a bar."""
    put(minutes("NIFTY"), "source/a.csv")
    put(minutes(CALL, first=7, count=2, step=200), "source/b.csv")
    import_paths([to.parent / "source"], to)
    assert Catalogue(to).load_day("NIFTY", DAY).ticks_of(CALL).second.tolist()[3] == 33_300 + 7 * 60 + 59
    with pytest.raises(MarketDataError, match="length of its bars cannot be told"):
        import_paths([put(minutes(CALL, count=1), "alone.csv")], to)


def test_columns_of_a_contract_and_fixed_terms(put: Callable[..., Path], to: Path):
    """Underlying, expiry, strike and right from columns, in the source's own format and names."""
    mapping = parse_mapping(
        {
            "columns": {"underlying": "u", "expiry": "e", "strike": "k", "right": "r", "timestamp": "t", "ltp": "p"},
            "symbol": {"expiry_format": "%d-%b-%Y", "rename": {"Nifty 50": "NIFTY"}, "only": ["NIFTY"]},
        }
    )
    rows = [
        "Nifty 50,09-Jun-2022,16400.0,call,2022-06-08 10:00:00,5",
        "BANKNIFTY,09-Jun-2022,1,P,2022-06-08 10:00:00,5",
    ]
    table = "\n".join(["u,e,k,r,t,p", *rows, ""])
    report = import_paths([put(table)], to, mapping)
    assert report.skipped == {"an underlying the mapping does not take": 1}
    assert list(Catalogue(to).load_day("NIFTY", DAY).ticks_of(CALL).second) == [36_000]


def test_a_vendor_s_ticks_by_the_example_mapping(put: Callable[..., Path], to: Path):
    """Dated tickers, date and time apart, quantities and open interest."""
    rows = [
        "Ticker,Date,Time,LTP,LTQ,OpenInterest",
        "NIFTY 50.NSE_IDX,07/11/2024,09:15:00,24199.35,0,0",
        "NIFTY07NOV2424250PE.NFO,07/11/2024,09:15:01,101.05,25,1200",
        "NIFTY28NOV24FUT.NFO,07/11/2024,09:15:02,24300.10,25,5000",
    ]
    import_paths([put("\n".join(rows) + "\n")], to, read_mapping(MAPPINGS / "dated_tickers.toml"))
    day = Catalogue(to).load_day("NIFTY", date(2024, 11, 7))
    assert day.ticks_of("NIFTY").price_paise.tolist() == [2_419_935]
    assert day.ticks_of("NIFTY").quantity is None
    put_ticks = day.ticks_of("NIFTY:2024-11-07:OPT:24250:PE")
    assert (put_ticks.second.tolist(), put_ticks.price_paise.tolist()) == ([33_301], [10_105])
    assert day.ticks_of("NIFTY:2024-11-28:FUT").price_paise.tolist() == [2_430_010]
    assert day.contracts.expiries == (date(2024, 11, 7),)


def test_a_folder_is_walked_and_what_is_left_is_said(put: Callable[..., Path], to: Path):
    """Files of other types and those the mapping ignores are listed, not read."""
    put(TRADES, "source/deep/a.csv")
    put("# notes", "source/README.md")
    put("junk", "source/final.csv")
    seen: list[Progress] = []
    mapping = parse_mapping({"files": {"ignore": ["final.csv"]}})
    report = import_paths([to.parent / "source"], to, mapping, progress=seen.append)
    assert {Path(name).name: why[:7] for name, why in report.ignored.items()} == {
        "README.md": "its nam",
        "final.csv": "ignored",
    }
    assert [(step.stage, step.done, step.total) for step in seen] == [("reading", 1, 1), ("writing", 1, 1)]
    assert report.as_document()["days"][0] == {
        "underlying": "NIFTY",
        "date": "2022-06-08",
        "status": "written",
        "instruments": 2,
        "rows": 5,
        "replaced": [],
    }


def refused(put: Callable[..., Path], to: Path, text: str, name: str = "source.csv", **mapping: Any) -> str:
    """The message of an import that must fail and leave nothing."""
    path = put(text, name) if text is not None else to
    with pytest.raises(MarketDataError) as caught:
        import_paths([path], to, parse_mapping(mapping))
    assert not list(to.rglob("*.parquet"))
    return str(caught.value).replace(str(path), name)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "source.csv: is empty"),
        ("symbol,timestamp,ltp\n", "source.csv: has no rows"),
        ("symbol,timestamp,price\nA,2022-06-08 10:00:00,1\n", "source.csv: has no column ltp or close"),
        ("symbol,ltp\nA,1\n", "source.csv: has no column timestamp"),
        ("symbol,timestamp,ltp,close\nA,2022-06-08 10:00:00,1,1\n", "source.csv: has ltp and close"),
        ("symbol,timestamp,open,close\nA,2022-06-08 10:00:00,1,1\n", "source.csv: has open alone"),
        ("symbol,timestamp,ltp\nNIFTY,2022-06-08 10:00:00,1\nNIFTY,2022-06-08 10:00:01,abc\n", "Row #3"),
        ("symbol,timestamp,ltp\nNIFTY,2022-06-08 10:00:00,1\nNIFTY,2022-06-08 10:0\n", "Row #3"),
        ("symbol,timestamp,ltp\nNIFTY,2022-06-08 10:00:00,1\nNIFTY,2022-06-08 10:00:01,16", "line 3: the last line"),
        ("symbol,timestamp,ltp\nNIFTY,2022-06-08 10:00:00,inf\n", "source.csv: line 2: price inf"),
        ("symbol,timestamp,ltp\nNIFTY,2022-06-08 10:00:00,1\nNIFTY,08/06/2022,1\n", "line 3: cannot read the stamp"),
        ("symbol,timestamp,ltp\nNIFTY,2022-06-08 10:00:00,1\nNIFTY,,1\n", "line 3: cannot read the stamp ''"),
        ("symbol,timestamp,ltp\n,2022-06-08 10:00:00,1\n", "line 2: the symbol is empty"),
        ("symbol,timestamp,ltp\nNIFTY,2022-06-08 10:00:00,1\nnifty!,2022-06-08 10:00:00,1\n", "line 3: NIFTY!: not"),
        ("symbol,timestamp,ltp\nNIFTY24O1725050CE,2022-06-08 10:00:00,1\n", "NIFTY24O1725050CE: looks like a ticker"),
        ("symbol,timestamp,ltp\nNIFTY:2022-06-31:FUT,2022-06-08 10:00:00,1\n", "line 2: NIFTY:2022-06-31:FUT: no such"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(put: Callable[..., Path], to: Path, text: str, message: str):
    """Every damaged table fails with the file, the line where one is known, and nothing written."""
    assert message in refused(put, to, text)


def test_a_truncated_gzip_is_named(put: Callable[..., Path], to: Path):
    """A download that stopped half-way is not a shorter day."""
    path = put(TRADES * 1, "source.csv.gz")
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(MarketDataError, match=r"source\.csv\.gz: cannot be read"):
        import_paths([path], to)


@pytest.mark.parametrize("keep", [200, 8, 0])
def test_a_corrupt_parquet_is_named(put: Callable[..., Path], to: Path, keep: int):
    """Cut off or overwritten, the file is named."""
    path = put("x" * keep, "source.parquet")
    with pytest.raises(MarketDataError, match=r"source\.parquet: cannot be read"):
        import_paths([path], to)


def test_number_stamps_need_their_unit(to: Path, tmp_path: Path):
    """A column of numbers could be seconds or milliseconds, UTC or not: the mapping says."""
    pq.write_table(pa.table({"symbol": ["NIFTY"], "timestamp": [1], "ltp": [1.0]}), tmp_path / "s.parquet")
    with pytest.raises(MarketDataError, match="its stamps are numbers"):
        import_paths([tmp_path / "s.parquet"], to)


@pytest.mark.parametrize(
    ("form", "advice"),
    [
        ("{0:02d}:{1:02d}:00+00:00", "a shift by −05:30 would fit"),
        ("{0:02d}:{1:02d}:59", 'stamp = "last"'),
    ],
)
def test_a_refusal_names_what_would_be_right(put: Callable[..., Path], to: Path, form: str, advice: str):
    """Stamps with a wrong zone and at a bar's last second are told apart."""
    message = refused(put, to, minutes("NIFTY", form=form))
    assert advice in message


def test_utc_stamps_without_a_zone_are_refused_by_name(put: Callable[..., Path], to: Path):
    """Naive stamps from 03:45 to 09:59 are UTC: the message says so, and its advice works."""
    text = minutes("NIFTY").replace("2022-06-08 ", "2022-06-08 ")
    rows = text.splitlines()
    shifted = [rows[0]]
    for minute, row in enumerate(rows[1:]):
        hour, rest = divmod(3 * 60 + 45 + minute, 60)
        shifted.append(row.replace(row.split(",")[1], f"2022-06-08 {hour:02d}:{rest:02d}:00"))
    source = "\n".join(shifted) + "\n"
    message = refused(put, to, source)
    assert "stamps look like UTC: +5:30" in message
    assert "stamps from 03:45:00 to 09:59:00" in message
    import_paths([put(source)], to, parse_mapping({"time": {"zone": "UTC"}}))
    assert Catalogue(to).load_day("NIFTY", DAY).ticks_of("NIFTY").second[0] == 33_300


def test_bar_end_stamps_are_refused_by_name(put: Callable[..., Path], to: Path):
    """Bars from 09:16 to 15:30 are stamped at their end, though only 1 row in 375 lies outside."""
    source = minutes("NIFTY", first=1)
    assert 'bar-end stamps, a shift by −60 s: stamp = "end"' in refused(put, to, source)
    import_paths([put(source)], to, parse_mapping({"time": {"stamp": "end"}}))
    assert Catalogue(to).load_day("NIFTY", DAY).ticks_of("NIFTY").second[[0, -1]].tolist() == [33_300, 55_799]


def test_bar_start_stamps_read_as_ends_are_refused_too(put: Callable[..., Path], to: Path):
    """The opposite mistake would show a bar a minute early."""
    assert 'stamp = "start"' in refused(put, to, minutes("NIFTY"), time={"stamp": "end"})


def test_a_few_strays_of_a_small_file_are_left_out(put: Callable[..., Path], to: Path):
    """One row after hours in a contract's fifty is no shift: it is skipped and counted."""
    rows = minutes(CALL, count=50).splitlines(keepends=True)
    report = import_paths([put("".join([*rows, rows[1].replace("09:15:00", "15:40:00")]))], to)
    assert report.skipped == {"outside the session": 1}
    assert report.rows == 50


def test_a_missing_path_or_an_empty_folder_is_said(to: Path, tmp_path: Path):
    """Nothing to import is an error, not an empty success."""
    with pytest.raises(NoDataError, match="no such file"):
        import_paths([tmp_path / "nowhere"], to)
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoDataError, match="no file to import"):
        import_paths([tmp_path / "empty"], to)


def test_an_unwritable_catalogue_is_said(put: Callable[..., Path], tmp_path: Path):
    """A file where the folder should be stops the import before it starts."""
    (tmp_path / "blocked").write_text("")
    with pytest.raises(StorageError, match="blocked: cannot write"):
        import_paths([put(TRADES)], tmp_path / "blocked")


def test_two_imports_into_one_catalogue_exclude_each_other(put: Callable[..., Path], to: Path):
    """The second is told to wait."""
    source = put(TRADES)
    with writing(to), pytest.raises(BusyError):
        import_paths([source], to)
    import_paths([source], to)


def test_an_instrument_spread_over_batches_is_joined(
    put: Callable[..., Path], to: Path, monkeypatch: pytest.MonkeyPatch
):
    """Memory is bounded by writing in batches, which must not lose the first part of a day."""
    put(minutes("NIFTY", count=100), "source/a.csv")
    put(minutes("NIFTY", first=100, count=275), "source/b.csv")
    whole: ImportReport = import_paths([to.parent / "source"], to)
    monkeypatch.setattr("strikebook.market.importing.folder._BATCH_ROWS", 1)
    parts = import_paths([to.parent / "source"], to.parent / "parts")
    assert whole.rows == parts.rows == 375
    assert files_of(to) == files_of(to.parent / "parts")
    assert np.array_equal(
        Catalogue(to).load_day("NIFTY", DAY).ticks_of("NIFTY").second,
        Catalogue(to.parent / "parts").load_day("NIFTY", DAY).ticks_of("NIFTY").second,
    )
