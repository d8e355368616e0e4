from __future__ import annotations

import os
from pathlib import Path

import pytest

from strikebook.market.catalogue import Catalogue
from strikebook.market.importing import import_paths, read_mapping

ROOT = Path(__file__).resolve().parents[2]
MAPPINGS = ROOT / "examples" / "mappings"


@pytest.fixture(scope="session")
def real() -> Path:
    """The real data beside the checkout."""
    shared = Path(os.environ.get("STRIKEBOOK_SHARED", ROOT.parent / "shared"))
    folder = shared / "data" / "real"
    if not folder.is_dir():
        pytest.fail(
            f"no real data in {folder}: these tests read shared/data beside the checkout; "
            "put it there or set STRIKEBOOK_SHARED to the folder that has data/real"
        )
    return folder


@pytest.fixture(scope="session")
def june(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """June 2022: NIFTY options, spot of May and June, India VIX."""
    to = tmp_path_factory.mktemp("june") / "market_data"
    month = real / "nifty_2022_06"
    spot = [real / "spot" / "2022 MAY NIFTY.txt", real / "spot" / "2022 JUN NIFTY.txt"]
    import_paths([month / "options_1m_close.parquet"], to, read_mapping(MAPPINGS / "option_closes.toml"))
    import_paths(spot, to, read_mapping(MAPPINGS / "spot_bar_end.toml"))
    import_paths([month / "vix_1m_close.parquet"], to, read_mapping(MAPPINGS / "vix_closes.toml"))
    return Catalogue(to)
