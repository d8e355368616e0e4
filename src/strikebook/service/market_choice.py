"""Which market a run is made on, by name: a folder of day files, or the synthetic market."""

from __future__ import annotations

from pathlib import Path

from strikebook.errors import MarketDataError, UsageError
from strikebook.market.source import MarketSource

DEFAULT_SEED = 1


def open_market(text: str) -> MarketSource:
    """Open ``DIR``, ``synthetic`` or ``synthetic:SEED``.

    Raises UsageError for a seed that is no number, MarketDataError where the folder is no catalogue.
    """
    name, _, seed = text.partition(":")
    if name == "synthetic":
        return _synthetic(seed)
    from strikebook.market.catalogue import Catalogue  # noqa: PLC0415 — pyarrow, only for those who read files

    folder = Path(text)
    if not folder.is_dir():
        raise MarketDataError(
            "no such folder", where=text, right="a folder made by `strikebook data import`, or synthetic[:seed]"
        )
    catalogue = Catalogue(folder)
    if not catalogue.underlyings():
        raise MarketDataError(
            "no market data in it",
            where=text,
            right="{UNDERLYING}/{YYYY-MM-DD}.parquet files; see `strikebook data import`",
        )
    return catalogue


def _synthetic(seed: str) -> MarketSource:
    if seed and not (seed.isascii() and seed.isdigit() and len(seed) <= 9):
        raise UsageError(f"seed {seed!r}", where="--market", right="synthetic or synthetic:7, a whole number")
    from strikebook.market.synthetic import SyntheticMarket  # noqa: PLC0415 — only for those who want it

    return SyntheticMarket(int(seed) if seed else DEFAULT_SEED)
