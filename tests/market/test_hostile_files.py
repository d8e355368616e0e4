"""Market files as the worst of users has them, and imports that were killed."""

import gzip
import io
import random
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from strikebook.errors import MarketDataError, StorageError, UsageError
from strikebook.market import catalogue_writer
from strikebook.market.catalogue import Catalogue
from strikebook.market.checking import check
from strikebook.market.day_file import open_day, write_day
from strikebook.market.history import read_history
from strikebook.market.importing import import_paths, parse_mapping, read_mapping, source_table

HEAD = "symbol,timestamp,ltp,volume\n"
LAST = date(2024, 10, 3)


def trades(day: str) -> str:
    """Three hundred trades of NIFTY from the open."""
    return "".join(f"NIFTY,{day} 09:{15 + i // 60:02d}:{i % 60:02d},{100 + i},\n" for i in range(300))


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("NIFTY:2024-10-03:OPT:99999999999999999999999:CE,2024-10-01 09:30:00,1,", "line 302.*not a symbol"),
        ("NIFTY:2024-10-03:OPT:٢٥:CE,2024-10-01 09:30:00,1,", "line 302.*not a symbol"),
        ("NIFTY,2024-10-01 09:30:00,1,1e30", r"line 302: volume 1e\+30"),
    ],
)
def test_numbers_beyond_sense_are_named_with_their_line(tmp_path: Path, row: str, message: str) -> None:
    """Nothing overflows, and nothing is written."""
    file = write(tmp_path / "a.csv", HEAD + trades("2024-10-01") + row + "\n")
    with pytest.raises(MarketDataError, match=message):
        import_paths([file], tmp_path / "market")
    assert Catalogue(tmp_path / "market").underlyings() == ()


@pytest.mark.parametrize("head", ["symbol,timestamp,ltp,ltp", "symbol,timestamp,ltp,LTP"])
def test_two_columns_of_one_name_are_refused(tmp_path: Path, head: str) -> None:
    """Which of them is the price is not guessed."""
    file = write(tmp_path / "a.csv", f"{head}\nNIFTY,2024-10-01 09:30:00,1,2\n")
    with pytest.raises(MarketDataError, match="has two columns ltp"):
        import_paths([file], tmp_path / "market")


def test_an_import_after_a_killed_one_leaves_nothing_missing(tmp_path: Path) -> None:
    """Days whose candles a killed import never wrote are in the history after the next import of any day."""
    first = write(tmp_path / "1.csv", HEAD + trades("2024-10-01"))
    last = write(tmp_path / "3.csv", HEAD + trades("2024-10-03"))
    import_paths([first, last], tmp_path / "whole")
    import_paths([first], tmp_path / "market")
    folder = tmp_path / "market" / "NIFTY"
    (folder / "bars_1m.parquet").unlink()
    (folder / ".2024-10-01.chain.parquet.4242.tmp").write_bytes(b"half")
    import_paths([last], tmp_path / "market")
    whole, after = (read_history(tmp_path / name / "NIFTY" / "bars_1m.parquet").bars for name in ("whole", "market"))
    assert np.array_equal(whole.start, after.start)
    assert np.array_equal(whole.close_paise, after.close_paise)
    assert not list(folder.glob(".*.tmp"))


def test_a_history_file_that_links_to_itself_is_a_finding(tmp_path: Path) -> None:
    """The check goes on and says so."""
    import_paths([write(tmp_path / "3.csv", HEAD + trades(LAST.isoformat()))], tmp_path / "market")
    history = tmp_path / "market" / "NIFTY" / "bars_1m.parquet"
    history.unlink()
    history.symlink_to(history.name)
    report = check(tmp_path / "market")
    assert not report.sound
    assert "not a readable history file" in report.days[0].findings[0].what


def test_days_written_before_an_import_failed_have_their_candles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fills up with the second day leaves the first whole, its warm-up candles included."""

    def fails_on_the_last(path: Path, *arguments: Any) -> None:
        if path.name.startswith(LAST.isoformat()):
            raise StorageError("cannot write: no space left on device")
        write_day(path, *arguments)

    monkeypatch.setattr(catalogue_writer, "write_day", fails_on_the_last)
    files = [write(tmp_path / f"{day}.csv", HEAD + trades(f"2024-10-0{day}")) for day in (1, 3)]
    with pytest.raises(StorageError, match="no space left"):
        import_paths(files, tmp_path / "market")
    assert Catalogue(tmp_path / "market").days("NIFTY", date.min, date.max) == (date(2024, 10, 1),)
    assert len(read_history(tmp_path / "market" / "NIFTY" / "bars_1m.parquet").bars) == 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[files]\ndelimiter = "ab"', "files.delimiter"),
        ('[files]\ndelimiter = "\\u202e"', "files.delimiter"),
        ('[time]\nbar = "999999999999m"', "time.bar"),
        ("a = " + "[" * 5000, "not a readable mapping"),
    ],
)
def test_a_mapping_without_sense_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """Before any file is read."""
    with pytest.raises(UsageError, match=message):
        read_mapping(write(tmp_path / "mapping.toml", text))


def test_bytes_that_are_no_text_are_said(tmp_path: Path) -> None:
    """Random bytes under the name of a table, also where they stand in its first line."""
    for number in range(40):
        file = tmp_path / "a.csv"
        file.write_bytes(np.random.default_rng(number).bytes(300) + b"\n")
        with pytest.raises(MarketDataError, match=r"a\.csv"):
            import_paths([file], tmp_path / "market")


@pytest.mark.parametrize("seed", range(20))
def test_a_gzip_with_a_bit_that_turned_is_named(tmp_path: Path, seed: int) -> None:
    """Wherever it is: what is inside cannot be trusted, and nothing is written."""
    path = tmp_path / "source.csv.gz"
    content = bytearray(gzip.compress((HEAD + trades("2024-10-03")).encode()))
    chance = random.Random(seed)
    content[chance.randrange(10, len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    with pytest.raises(MarketDataError, match=r"source\.csv\.gz: cannot be read"):
        import_paths([path], tmp_path / "market")
    assert not list(tmp_path.rglob("*.parquet"))


def test_the_parser_is_given_memory_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread of Arrow that lets go of Python's memory while the interpreter ends would take the process along."""
    file = write(tmp_path / "a.csv", HEAD + trades("2024-10-01"))
    given: list[Any] = []

    def keep(source: Any) -> Any:
        given.append(source)
        return real(source)

    real = pa.BufferReader
    monkeypatch.setattr(source_table.pa, "BufferReader", keep)
    import_paths([file], tmp_path / "market")
    assert given
    assert all(isinstance(source, pa.Buffer) and source.is_mutable for source in given)


@pytest.mark.parametrize("name", ["A.CSV", "A.CSV.GZ", "A.Parquet", "packed.csv"])
def test_a_file_is_taken_whatever_the_case_of_its_name(tmp_path: Path, name: str) -> None:
    """Exchanges write their files' names in capitals; what is packed is told by its first bytes too."""
    text = (HEAD + trades("2024-10-01")).encode()
    file = tmp_path / "in" / name
    file.parent.mkdir()
    if name == "A.Parquet":
        pd.read_csv(io.BytesIO(text), parse_dates=["timestamp"]).to_parquet(file)
    else:
        file.write_bytes(text if name == "A.CSV" else gzip.compress(text))
    report = import_paths([file.parent], tmp_path / "market")
    assert report.rows == 300


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ((HEAD + trades("2024-10-01")).encode("utf-16"), "is UTF-16"),
        ((HEAD + "NIFTY,1727754300,1,\n").encode(), "cannot read the stamp '1727754300'.*epoch"),
        ((HEAD + "NIFTY,2024-10-01 09:30:00,one,\n").encode(), "invalid value 'one'.*numbers in the columns"),
        ((HEAD + "NIFTY,2024-10-01 09:30:00,1\n").encode(), "Expected 4 columns, got 3.*as many fields"),
    ],
)
def test_what_would_be_right_is_what_helps(tmp_path: Path, content: bytes, message: str) -> None:
    """A whole file of another kind is not called cut off."""
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(MarketDataError, match=message):
        import_paths([file], tmp_path / "market")


TERMS = "underlying,expiry,strike,right,timestamp,close\n"


@pytest.mark.parametrize("packed", [False, True])
def test_a_row_without_the_terms_of_a_contract_is_the_spot(tmp_path: Path, packed: bool) -> None:
    """One table of spot and options leaves expiry, strike and right of the spot empty."""
    text = TERMS + "NIFTY,2024-10-03,25000,CE,2024-10-01 09:15:00,1\nNIFTY,,,,2024-10-01 09:15:00,25000\n"
    file = write(tmp_path / "a.csv", text)
    if packed:
        file = tmp_path / "a.parquet"
        pd.read_csv(io.StringIO(text), parse_dates=["expiry", "timestamp"]).to_parquet(file)
    import_paths([file], tmp_path / "market", parse_mapping({"time": {"bar": "1m"}}))
    day = open_day(tmp_path / "market", "NIFTY", date(2024, 10, 1))
    assert list(day.index) == ["NIFTY", "NIFTY:2024-10-03:OPT:25000:CE"]


def test_a_contract_without_an_expiry_is_refused(tmp_path: Path) -> None:
    """An empty date is not the last day of 1969."""
    file = tmp_path / "a.parquet"
    text = TERMS + "NIFTY,2024-10-03,25000,CE,2024-10-01 09:15:00,1\nNIFTY,,25000,PE,2024-10-01 09:15:00,2\n"
    pd.read_csv(io.StringIO(text), parse_dates=["expiry", "timestamp"]).to_parquet(file)
    with pytest.raises(MarketDataError, match=r"row 1: NIFTY with strike '25000.0', right 'PE' and expiry ''"):
        import_paths([file], tmp_path / "market", parse_mapping({"time": {"bar": "1m"}}))


def test_a_shift_that_no_zone_explains_is_named_alone(tmp_path: Path) -> None:
    """Stamps without a zone, read as exchange time, are not told to be read as exchange time."""
    late = trades("2024-10-01").replace(" 09:", " 14:").replace("14:1", "14:4")
    file = write(tmp_path / "a.csv", HEAD + late + late.replace(" 14:", " 20:").replace(":4", ":5"))
    with pytest.raises(MarketDataError, match="a shift by −05:30 would fit") as refusal:
        import_paths([file], tmp_path / "market")
    assert "zone =" not in str(refusal.value)
