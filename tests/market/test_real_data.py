"""The real files of shared/data, imported by the example mappings."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from strikebook.errors import SessionMismatchError
from strikebook.market.catalogue import Catalogue
from strikebook.market.importing import import_paths, parse_mapping, read_mapping
from strikebook.model.market_day import MarketDay
from strikebook.model.session import parse_clock
from tests.market.conftest import MAPPINGS

FIRST, LAST = date(2022, 6, 8), date(2022, 6, 30)


def spot_file(path: Path) -> dict[tuple[str, str], list[Decimal]]:
    """(day, stamp) -> open, high, low, close, read the slow and obvious way."""
    with path.open() as file:
        return {(row[1], row[2]): [Decimal(text) for text in row[3:7]] for row in csv.reader(file)}


def test_june_has_the_days_and_contracts_of_its_readme(june: Catalogue):
    """15 sessions with 80 to 120 contracts of the nearest expiry; two days have spot alone."""
    assert june.underlyings() == ("INDIAVIX", "NIFTY")
    days = june.days("NIFTY", FIRST, LAST)
    listed = {day: june.load_day("NIFTY", day).contracts for day in days}
    assert [day.day for day, contracts in listed.items() if not contracts.expiries] == [22, 23]
    with_options = [contracts for contracts in listed.values() if contracts.expiries]
    assert len(with_options) == 15
    assert all(len(contracts.expiries) == 1 for contracts in with_options)
    counts = {sum(map(len, contracts.strikes_paise.values())) for contracts in with_options}
    assert min(counts) == 80
    assert max(counts) == 120
    assert all(set(contracts.lot_sizes.values()) == {50} for contracts in with_options)


def test_every_minute_of_the_spot_is_the_source_s(june: Catalogue, real: Path):
    """A bar stamped 09:16 is the bar of 09:15: open at its first second, close at its last."""
    source = spot_file(real / "spot" / "2022 JUN NIFTY.txt")
    ticks = june.load_day("NIFTY", FIRST).ticks_of("NIFTY")
    assert len(ticks) == 4 * 375
    for minute in range(375):
        end = 9 * 60 + 16 + minute
        open_, high, low, close = source["20220608", f"{end // 60:02d}:{end % 60:02d}"]
        rows = slice(4 * minute, 4 * minute + 4)
        assert ticks.second[rows].tolist() == [60 * (end - 1) + s for s in (0, 20, 40, 59)]
        assert ticks.price_paise[rows][[0, 3]].tolist() == [open_ * 100, close * 100]
        assert sorted(ticks.price_paise[rows][[1, 2]].tolist()) == [low * 100, high * 100]


def test_a_close_alone_is_one_trade_at_its_last_second(june: Catalogue, real: Path):
    """A contract's minutes arrive to the paisa, at second 59."""
    table = pq.read_table(
        real / "nifty_2022_06" / "options_1m_close.parquet", filters=[("strike", "=", 16400), ("right", "=", "CE")]
    ).to_pylist()
    expected = [
        (row["ts"].hour * 3600 + row["ts"].minute * 60 + 59, round(row["close"] * 100))
        for row in sorted(table, key=lambda row: row["ts"])
        if row["ts"].date() == FIRST
    ]
    ticks = june.load_day("NIFTY", FIRST).ticks_of("NIFTY:2022-06-09:OPT:16400:CE")
    assert list(zip(ticks.second.tolist(), ticks.price_paise.tolist(), strict=True)) == expected
    assert len(expected) > 300


def index_closes(june: Catalogue, real: Path) -> dict[date, tuple[list[int], list[int]]]:
    """Day -> the index's minute closes as the spot files have them, and as the VIX file has them."""
    theirs: dict[date, list[int]] = {}
    for row in pq.read_table(real / "nifty_2022_06" / "vix_1m_close.parquet").to_pylist():
        theirs.setdefault(row["ts"].date(), []).append(round(row["nifty_close"] * 100))
    ours = {}
    for day in theirs:
        ticks = june.load_day("NIFTY", day).ticks_of("NIFTY")
        last = dict(zip(ticks.second.tolist(), ticks.price_paise.tolist(), strict=True))
        ours[day] = [last[second] for second in range(33_359, 55_800, 60)]
    return {day: (ours[day], theirs[day]) for day in theirs}


def test_both_sources_agree_on_the_index_once_stamps_are_shifted(june: Catalogue, real: Path):
    """To the paisa, all minutes of three days and the first of every day.

    On the other days the VIX file's index column falls behind, a minute at a time: never ahead.
    """
    closes = index_closes(june, real)
    equal = [day.day for day, (ours, theirs) in closes.items() if ours == theirs]
    assert equal == [8, 9, 29]
    strays = 0
    for ours, theirs in closes.values():
        assert ours[:13] == theirs[:13]
        late = [
            next((lag for lag in range(70) if ours[max(at - lag, 0)] == close), None) for at, close in enumerate(theirs)
        ]
        strays += late.count(None)
    assert strays <= 5


def test_options_are_not_behind_the_spot(june: Catalogue):
    """On every day near-the-money options move with the spot's own minute, not with one before or after it."""
    for day in june.days("NIFTY", FIRST, LAST):
        loaded = june.load_day("NIFTY", day)
        if not loaded.contracts.expiries:
            continue
        expiry = loaded.contracts.expiries[0]
        marks = np.arange(33_359, 55_800, 60)

        def closes(symbol: str, marks: np.ndarray = marks, loaded: MarketDay = loaded) -> np.ndarray:
            ticks = loaded.ticks_of(symbol)
            return ticks.price_paise[np.searchsorted(ticks.second, marks, "right") - 1].astype(float)

        spot = closes("NIFTY")
        strike = min(loaded.contracts.strikes_paise[expiry, "CE"], key=lambda strike: abs(strike - spot[0]))
        call = closes(loaded.contract(expiry, strike, "CE").symbol)[60:315]
        together = [np.corrcoef(np.diff(call), np.diff(spot[60 + lag : 315 + lag]))[0, 1] for lag in (-2, -1, 0, 1, 2)]
        assert int(np.argmax(together)) == 2, day


def test_files_per_contract_are_the_days_of_the_table(real: Path, tmp_path: Path):
    """Two days as published, epochs and file names, come to the very content that the table has."""
    report = import_paths([real / "nifty_2022_06" / "raw"], tmp_path, read_mapping(MAPPINGS / "file_per_contract.toml"))
    assert report.skipped == {"exact duplicate": 2, "outside the session": 1}
    assert sorted(Path(name).name for name in report.ignored) == ["final.csv", "final.csv"]
    import_paths(
        [real / "nifty_2022_06" / "options_1m_close.parquet"],
        tmp_path / "b",
        read_mapping(MAPPINGS / "option_closes.toml"),
    )
    for day in (date(2022, 6, 15), date(2022, 6, 16)):
        assert Catalogue(tmp_path).fingerprint("NIFTY", day) == Catalogue(tmp_path / "b").fingerprint("NIFTY", day)


def test_the_days_of_2021_with_quantities(real: Path, tmp_path: Path):
    """Tickers, columns in any case, and rows long after the close; the two sources agree on the index."""
    report = import_paths([real / "nifty_2021_06"], tmp_path, read_mapping(MAPPINGS / "coded_tickers.toml"))
    assert report.skipped == {"outside the session": 243}
    market = Catalogue(tmp_path)
    assert market.days("NIFTY", date.min, date.max) == (date(2021, 6, 11), date(2021, 6, 14))
    source = spot_file(real / "spot" / "2021 JUNE NIFTY.txt")
    for day in market.days("NIFTY", date.min, date.max):
        loaded = market.load_day("NIFTY", day)
        assert loaded.contracts.expiries == (date(2021, 6, 17),)
        assert loaded.contracts.lot_sizes == {date(2021, 6, 17): 75}
        call = loaded.ticks_of("NIFTY:2021-06-17:OPT:15600:CE")
        assert len(call) == 4 * 375
        assert call.quantity is not None
        assert call.quantity[:4].tolist()[:3] == [0, 0, 0]
        spot = loaded.ticks_of("NIFTY")
        assert spot.quantity is None
        close = dict(zip(spot.second.tolist(), spot.price_paise.tolist(), strict=True))
        stamps = [stamp for on, stamp in source if on == f"{day:%Y%m%d}" and "09:16" <= stamp <= "15:30"]
        near = [abs(close[parse_clock(at) - 1] - source[f"{day:%Y%m%d}", at][3] * 100) <= 200 for at in stamps]
        assert np.mean(near) > 0.95


@pytest.mark.parametrize(
    "name", ["2021 MAY NIFTY", "2021 JUNE NIFTY", "2022 MAY NIFTY", "2022 JUN NIFTY", "2022 JUN BNF"]
)
def test_spot_read_as_bar_start_is_refused_with_the_shift(real: Path, tmp_path: Path, name: str):
    """Without the mapping's stamp = "end" every bar would be seen a minute late: the message names the shift."""
    mapping = {
        "files": {"header": False, "names": ["symbol", "date", "time", "open", "high", "low", "close", "x", "y"]},
        "columns": {role: role for role in ("symbol", "date", "time", "open", "high", "low", "close")},
        "time": {"date_format": "%Y%m%d", "time_format": "%H:%M"},
    }
    with pytest.raises(SessionMismatchError, match=r'bar-end stamps.*stamp = "end"'):
        import_paths([real / "spot" / f"{name}.txt"], tmp_path, parse_mapping(mapping))


def test_a_day_after_hours_is_refused_unless_the_mapping_knows(real: Path, tmp_path: Path):
    """The index of 2021-06-14 goes on to 18:32: a fifth of the file, which nobody may lose silently."""
    mapping = {
        "columns": {"symbol": "SYMBOL", "timestamp": "TIME", "close": "Close"},
        "symbol": {"rename": {"NIFTY%2050": "NIFTY"}},
    }
    with pytest.raises(SessionMismatchError, match=r"19\.6% of its rows .* 09:15:00 to 18:32:00"):
        import_paths([real / "nifty_2021_06" / "NIFTY_minute.csv"], tmp_path, parse_mapping(mapping))


def test_the_whole_spot_folder_imports(real: Path, tmp_path: Path):
    """Five months of two underlyings, pre-open and after-close rows left out."""
    report = import_paths([real / "spot"], tmp_path, read_mapping(MAPPINGS / "spot_bar_end.toml"))
    assert Catalogue(tmp_path).underlyings() == ("BANKNIFTY", "NIFTY")
    assert len(report.days) == 107
    assert set(report.skipped) == {"outside the session"}
    assert report.rows == 40_125
