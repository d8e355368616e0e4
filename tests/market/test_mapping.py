from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from strikebook.errors import UsageError
from strikebook.market.importing import parse_mapping, read_mapping
from tests.market.conftest import MAPPINGS


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_example_is_a_mapping(path: Path):
    """What examples/mappings shows can be used."""
    assert read_mapping(path).columns


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"colums": {}}, "colums"),
        ({"columns": {"price": "x"}}, "columns.price"),
        ({"columns": {"close": 3}}, "columns.close"),
        ({"time": {"stamp": "middle"}}, "time.stamp"),
        ({"time": {"epoch": "h"}}, "time.epoch"),
        ({"time": {"zone": "CET"}}, "time.zone"),
        ({"time": {"bar": "0m"}}, "time.bar"),
        ({"time": {"bar": "minute"}}, "time.bar"),
        ({"files": {"header": False}}, "files.header"),
        ({"files": {"take": "*.csv"}}, "files.take"),
        ({"symbol": {"file_name": "("}}, "symbol.file_name"),
        ({"symbol": {"file_name": "(?P<who>.)"}}, "symbol.file_name"),
        ({"symbol": {"expiry": "16 June"}}, "symbol.expiry"),
        ({"symbol": {"expiries": {"24NOV": 5}}}, "symbol.expiries.24NOV"),
        ({"symbol": {"spelling": "x"}}, "symbol.spelling"),
        ({"rows": {"outside": "drop"}}, "rows.outside"),
        ({"rows": {"conflicts": "first"}}, "rows.conflicts"),
    ],
)
def test_a_mistake_is_named_with_its_key(document: dict[str, Any], where: str):
    """A typo in a mapping never passes silently."""
    with pytest.raises(UsageError) as caught:
        parse_mapping(document)
    assert caught.value.where == where


def test_a_file_that_is_no_toml_is_named(tmp_path: Path):
    """The message names the file."""
    path = tmp_path / "m.toml"
    path.write_text("[columns\n")
    with pytest.raises(UsageError, match=r"m\.toml: not a readable mapping"):
        read_mapping(path)
