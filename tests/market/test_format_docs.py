from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from strikebook.market import day_file, instrument_check
from strikebook.market.catalogue import Catalogue
from strikebook.market.importing import mapping, parse_mapping
from tests.market.conftest import ROOT

PAGE = (ROOT / "docs" / "format-market.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_stranger_s_example_makes_a_day(tmp_path: Path):
    """The pandas lines of the page, run as they stand, write a day that can be opened."""
    (code,) = blocks("python")
    exec(code, {"folder": tmp_path})  # noqa: S102 — our own page
    day = Catalogue(tmp_path).load_day("NIFTY", date(2022, 6, 8))
    assert day.ticks_of("NIFTY").price_paise.tolist() == [1640005, 1640110]
    assert day.ticks_of("NIFTY:2022-06-09:OPT:16400:CE").second.tolist() == [33302]


def test_the_mapping_on_the_page_can_be_read():
    """The TOML lines of the page are a mapping."""
    (text,) = blocks("toml")
    assert parse_mapping(tomllib.loads(text)).time.bar_s == 60


@pytest.mark.parametrize(
    "name",
    [
        *day_file.SCHEMA.names,
        *(f"{section}.{key}" for section, keys in mapping._KEYS.items() if section != "columns" for key in keys),
        *mapping.ROLES,
        *list(instrument_check.InstrumentCheck.__dataclass_fields__)[3:],
    ],
)
def test_the_page_names_every_column_key_and_check(name: str):
    """Nothing in the format, the mapping or the check goes undocumented."""
    assert re.search(rf"\b{re.escape(name)}\b", PAGE)
