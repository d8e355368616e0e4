from __future__ import annotations

from pathlib import Path

from strikebook.market.importing import import_paths


def test_prices_that_take_the_place_of_others_are_told(tmp_path: Path) -> None:
    """Importing an instrument's day again with other prices replaces them, and the report names it."""
    source, to = tmp_path / "ticks.csv", tmp_path / "market_data"
    source.write_text("symbol,timestamp,ltp\nNIFTY,2022-06-08 09:15:00,16400.05\n")
    first = import_paths([source], to)
    source.write_text("symbol,timestamp,ltp\nNIFTY,2022-06-08 09:15:00,16400.10\n")
    second = import_paths([source], to)
    assert [day.replaced for day in (*first.days, *second.days)] == [(), ("NIFTY",)]
