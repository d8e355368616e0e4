"""Market files as the worst of users has them, and imports that were killed."""

import gzip
import random
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from strikebook.errors import MarketDataError, StorageError, UsageError
from strikebook.market import catalogue_writer
from strikebook.market.catalogue import Catalogue
from strikebook.market.checking import check
from strikebook.market.day_file import write_day
from strikebook.market.history import read_history
from strikebook.market.importing import import_paths, read_mapping

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
