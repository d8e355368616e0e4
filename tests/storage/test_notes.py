"""Notes: what may be said, how much of it, and what becomes of notes that are damaged."""

from __future__ import annotations

from typing import Any

import pytest

from strikebook.errors import StorageError, UsageError
from strikebook.storage.notes import Notes, checked_notes, encode_notes, read_notes

AT = "2024-12-02T15:30:45"


def test_what_is_said_is_read_back() -> None:
    """Space around a text is dropped, an empty text is none; any script may be written, and several lines of a note."""
    said = checked_notes({"name": " पहला ", "note": "one\n\ttwo\n", "tags": ["rsi", " Short legs "]}, AT)
    assert said == Notes("पहला", "one\n\ttwo", ("rsi", "Short legs"), AT)
    assert read_notes(encode_notes(said), "ann/rsi") == said
    assert checked_notes({"name": "  ", "note": "", "tags": []}) == Notes()
    assert not checked_notes({}).said
    assert checked_notes({"tags": ["के", "कु"]}).tags == ("के", "कु")
    assert checked_notes({"name": "क\u200dष 👩\u200d💻"}).name == "क\u200dष 👩\u200d💻"


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ([], "notes"),
        ({"colour": "red"}, "colour"),
        ({"name": 1}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "\x1b[31mred"}, "name"),
        ({"name": "\u202egnorw"}, "name"),
        ({"name": "line\u2028end"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"note": "x" * 4_001}, "note"),
        ({"note": "bell\x07"}, "note"),
        ({"note": "carriage\r\nreturn"}, "note"),
        ({"tags": "rsi"}, "tags"),
        ({"tags": [""]}, "tags[0]"),
        ({"tags": ["a", "b,c"]}, "tags[1]"),
        ({"tags": ["rsi", "RSI"]}, "tags[1]"),
        ({"name": "\u200b\u2060"}, "name"),
        ({"name": "\u3164"}, "name"),
        ({"tags": ["\ufe0f"]}, "tags[0]"),
        ({"tags": ["rsi", "r\u200bsi"]}, "tags[1]"),
        ({"tags": ["caf\u00e9", "cafe\u0301"]}, "tags[1]"),
        ({"tags": ["x" * 41]}, "tags[0]"),
        ({"tags": [None]}, "tags[0]"),
        ({"tags": [str(number) for number in range(21)]}, "tags"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(values: Any, where: str) -> None:
    """With what would be right."""
    with pytest.raises(UsageError) as found:
        checked_notes(values)
    assert found.value.where == where
    assert found.value.right


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"changed_at": 1}', b'{"changed_at": "", "name": 7}'])
def test_damaged_notes_say_so(content: bytes) -> None:
    """And what to do."""
    with pytest.raises(StorageError, match="the notes of ann/rsi cannot be read"):
        read_notes(content, "ann/rsi")
