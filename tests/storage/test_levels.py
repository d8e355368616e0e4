"""Levels of compression: plain gzip at each of them, the same bytes for the same text, today's bytes by default."""

import gzip
import zlib

import orjson
import pytest
from isal import igzip

from strikebook.errors import UsageError
from strikebook.model.options import RunOptions, parse_options
from strikebook.storage.codec import compress, decode_day, encode_day, encoder_of

DOCUMENT = {"date": "01-10-2024", "rows": [{"price": number * 5 / 100, "side": "BUY"} for number in range(3000)]}
TEXT = orjson.dumps(DOCUMENT)


@pytest.mark.parametrize("level", range(10))
def test_every_level_is_plain_gzip_and_gives_the_same_bytes_again(level: int) -> None:
    """Any reader of gzip opens it; its header has no name and no time."""
    stored = encode_day(DOCUMENT, level)
    assert stored == encode_day(dict(DOCUMENT), level)
    assert gzip.decompress(stored) == TEXT
    assert decode_day(stored) == DOCUMENT
    assert (stored[:4], stored[4:8]) == (b"\x1f\x8b\x08\x00", b"\0\0\0\0")
    assert len(stored) < len(TEXT) / 3


def test_the_default_gives_the_bytes_it_always_gave() -> None:
    """Level 1 of igzip."""
    assert encode_day(DOCUMENT) == igzip.compress(TEXT, 1, mtime=0) == compress(TEXT, RunOptions().compression_level)


def test_each_level_is_the_encoder_that_the_manifest_names() -> None:
    """The levels up to 3 are igzip's own, those from 4 on are zlib's."""
    for level in range(10):
        if level <= 3:
            assert encoder_of(level).startswith("igzip ")
            assert compress(TEXT, level) == igzip.compress(TEXT, level, mtime=0)
        else:
            assert encoder_of(level) == f"zlib {zlib.ZLIB_RUNTIME_VERSION}"
            assert compress(TEXT, level)[10:] == gzip.compress(TEXT, level, mtime=0)[10:]


@pytest.mark.parametrize("wrong", [10, -1, "1.5", "high", "", None, "²", "07", True])
def test_another_level_is_refused_by_name(wrong: object) -> None:
    """With what would be right."""
    with pytest.raises(UsageError, match=r"compression_level.*a whole number from 0 to 9"):
        parse_options({"compression_level": wrong})


@pytest.mark.parametrize("wrong", [0, -1, "soon", "nan", "inf", 87_601, "0.0000001", None, True])
def test_another_time_to_live_is_refused_by_name(wrong: object) -> None:
    """With what would be right."""
    with pytest.raises(UsageError, match="ttl_hours"):
        parse_options({"ttl_hours": wrong})


def test_both_are_stated_and_read_back_and_no_day_states_them() -> None:
    """As text that gives the same options again; the document of a day stays what it was."""
    options = parse_options({"compression_level": "9", "ttl_hours": "24.50"})
    stated = options.as_document()
    assert (stated["compression_level"], stated["ttl_hours"]) == (9, "24.5")
    assert parse_options(dict(stated)) == options
    assert parse_options({"ttl_hours": 100}).as_document()["ttl_hours"] == "100"
    assert RunOptions().as_document()["ttl_hours"] == "default"
    assert options.of_a_day() == RunOptions().of_a_day()
    assert not {"compression_level", "ttl_hours"} & options.of_a_day().keys()
