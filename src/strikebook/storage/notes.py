"""A user's notes on a strategy's results: a name, a note and tags, plain text within limits."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson

from strikebook.errors import StorageError, UsageError

LONGEST_NAME: Final = 120
LONGEST_NOTE: Final = 4_000
LONGEST_TAG: Final = 40
MOST_TAGS: Final = 20
_MEMBERS: Final = ("name", "note", "tags")
_REFUSED: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_BLANK: Final = frozenset({*"\u115f\u1160\u2800\u3164\uffa0", *map(chr, range(0xFE00, 0xFE10))})
"""Letters and symbols that draw nothing, and what only chooses how the one before it is drawn."""
_TURNING: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Format characters that turn the direction of what stands around them, or are seen nowhere."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What a user says of a strategy's results; ``changed_at`` is exchange time, None before anything was said."""

    name: str | None = None
    note: str | None = None
    tags: tuple[str, ...] = ()
    changed_at: str | None = None

    @property
    def said(self) -> bool:
        """Whether anything is said at all."""
        return bool(self.name or self.note or self.tags)

    def as_document(self) -> dict[str, object]:
        """Every member, as it is stored and answered."""
        return {"name": self.name, "note": self.note, "tags": list(self.tags), "changed_at": self.changed_at}


def checked_notes(values: object, changed_at: str | None = None) -> Notes:
    """Notes by member; space around a text is dropped, and an empty text is none.

    Raises UsageError for an unknown member, one of another type, a text that is too long or no plain text, too many
    tags, or one tag twice.
    """
    if not isinstance(values, Mapping):
        raise UsageError("notes that are no object", where="notes", right=", ".join(_MEMBERS))
    for member in values:
        if member not in _MEMBERS:
            raise UsageError(f"unknown member {str(member)[:40]!r}", where=str(member)[:40], right=", ".join(_MEMBERS))
    return Notes(
        _text(values.get("name"), "name", LONGEST_NAME),
        _text(values.get("note"), "note", LONGEST_NOTE, allowed="\n\t"),
        _tags(values.get("tags")),
        changed_at,
    )


def read_notes(content: bytes | None, where: str) -> Notes:
    """Notes as they are stored. Raises StorageError for what is damaged."""
    if content is None:
        return Notes()
    try:
        document: Any = orjson.loads(content)
        changed_at = document.pop("changed_at")
        if not isinstance(changed_at, str):
            raise TypeError("changed_at is no text")
        return checked_notes(document, changed_at)
    except (orjson.JSONDecodeError, UsageError, AttributeError, KeyError, TypeError) as error:
        raise StorageError(
            f"the notes of {where} cannot be read: {error}", where=f".notes/{where}.json", right="write or delete them"
        ) from None


def encode_notes(notes: Notes) -> bytes:
    """Notes as they are stored."""
    return orjson.dumps(notes.as_document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _tags(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise UsageError("tags that are no list", where="tags", right="a list of texts")
    if len(value) > MOST_TAGS:
        raise UsageError(f"{len(value)} tags", where="tags", right=f"at most {MOST_TAGS}")
    tags: list[str] = []
    for number, each in enumerate(value):
        tag = _text(each, f"tags[{number}]", LONGEST_TAG)
        if tag is None or "," in tag:
            raise UsageError("a tag that is empty or has a comma", where=f"tags[{number}]", right="a word or a few")
        if _seen(tag) in map(_seen, tags):
            raise UsageError(f"the tag {tag!r} twice", where=f"tags[{number}]", right="each tag once")
        tags.append(tag)
    return tuple(tags)


def _text(value: object, where: str, longest: int, allowed: str = "") -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise UsageError(f"{where} that is no text", where=where, right=f"plain text of at most {longest} characters")
    if len(value) > longest:
        raise UsageError(f"{len(value)} characters", where=where, right=f"at most {longest}")
    for character in value:
        refused = unicodedata.category(character) in _REFUSED or character in _TURNING
        if refused and character not in allowed:
            raise UsageError(f"the control character U+{ord(character):04X}", where=where, right="plain text")
    text = value.strip()
    if text and not _seen(text):
        raise UsageError("a text of which nothing is seen", where=where, right="plain text, or none")
    return text or None


def _seen(text: str) -> str:
    """What a reader sees of a text, whatever its case: two texts that look alike are the same."""
    drawn = "".join(each for each in text if unicodedata.category(each) != "Cf" and each not in _BLANK)
    return unicodedata.normalize("NFKC", drawn).casefold().strip()
