from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.real_days.as_a_user import Run, import_files, read_results, run
from tests.real_days.rederive import shared_folder


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of shared data; without it these tests fail, they never skip."""
    try:
        return shared_folder() / "data"
    except FileNotFoundError as error:
        pytest.fail(str(error))


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Make a folder by name once for all processes of a test run; the others wait for it and share it."""
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent

    def make_once(name: str, make: Callable[[Path], object]) -> Path:
        folder = base / f"real_days_{name}"
        with folder.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                unfinished = tmp_path_factory.mktemp(name) / "made"
                make(unfinished)
                unfinished.rename(folder)
        return folder

    return make_once


@pytest.fixture(scope="session")
def june(data: Path, once) -> Path:
    """June 2022 imported: option closes, and the index of May and June."""
    real = data / "real"

    def make(market: Path) -> None:
        import_files(market, "option_closes.toml", real / "nifty_2022_06" / "options_1m_close.parquet")
        spot = [real / "spot" / "2022 MAY NIFTY.txt", real / "spot" / "2022 JUN NIFTY.txt"]
        import_files(market, "spot_bar_end.toml", *spot)

    return once("june", make)


@pytest.fixture(scope="session")
def other_shapes(data: Path, once) -> Path:
    """Two days of June 2021 (tickers, whole bars with quantities) and two of June 2022 as one file per contract."""
    real = data / "real"

    def make(market: Path) -> None:
        import_files(market, "coded_tickers.toml", real / "nifty_2021_06")
        import_files(market, "file_per_contract.toml", real / "nifty_2022_06" / "raw")
        months = ("2021 MAY", "2021 JUNE", "2022 MAY", "2022 JUN")
        import_files(market, "spot_bar_end.toml", *(real / "spot" / f"{month} NIFTY.txt" for month in months))

    return once("shapes", make)


@pytest.fixture(scope="session")
def w0(data: Path) -> Path:
    """The strategy that trades on these days: the export with W0 in place of W1."""
    return data / "strategies" / "two_sided_rsi_w0.json"


@pytest.fixture(scope="session")
def june_run(w0: Path, june: Path, once) -> Run:
    """The W0 strategy over June 2022 with two workers."""
    results = once("june_run", lambda folder: run(w0, june, folder, "2022-06-01", "2022-06-30", workers=2))
    return read_results(w0, results)


@pytest.fixture(scope="session")
def run_2021(w0: Path, other_shapes: Path, once) -> Run:
    """The W0 strategy over the two days of June 2021."""
    results = once("run_2021", lambda folder: run(w0, other_shapes, folder, "2021-06-11", "2021-06-14"))
    return read_results(w0, results)


@pytest.fixture(scope="session")
def run_raw(w0: Path, other_shapes: Path, once) -> Run:
    """The W0 strategy over the two days of June 2022 that were published as one file per contract."""
    results = once("run_raw", lambda folder: run(w0, other_shapes, folder, "2022-06-15", "2022-06-16"))
    return read_results(w0, results)
