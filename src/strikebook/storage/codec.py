"""Documents to the bytes that are stored, and back. The same document gives the same bytes, wherever it is made."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import cast

import orjson
from isal import igzip

from strikebook.errors import StorageError

COMPRESSION_LEVEL = 1
_GZIP_FORMAT = 31
_AFTER_THE_LEDGER = b',"events":['
_LEDGER = {"summary", "positions", "trades"}


def encode_day(document: Mapping[str, object]) -> bytes:
    """A day's document as gzip: no file name and no time in its header, so that equal days are equal bytes."""
    return bytes(igzip.compress(orjson.dumps(document), COMPRESSION_LEVEL, mtime=0))


def decode_day(content: bytes, where: str = "") -> dict[str, object]:
    """Read a stored day. Raises StorageError where it is no whole gzip or no JSON object."""
    return _object(_unpacked(content, where), where)


def decode_ledger(content: bytes, where: str = "") -> dict[str, object]:
    """What stands before a stored day's events: ``date``, ``summary``, ``positions``, ``trades``. Thrice as fast.

    Of a file that is laid out in another way, all of it. Raises StorageError where it is no whole gzip or that part no
    JSON object; what stands after it is not looked at.
    """
    text = _unpacked(content, where)
    before, events, _ = text.partition(_AFTER_THE_LEDGER)
    if events:
        ledger = _object(before + b"}", where)
        if ledger.keys() >= _LEDGER:
            return ledger
    return _object(text, where)


def _unpacked(content: bytes, where: str) -> bytes:
    try:
        reader = zlib.decompressobj(wbits=_GZIP_FORMAT)
        text = reader.decompress(content)
    except zlib.error as error:
        raise StorageError(f"the day file is damaged: {error}", where=where, right="run it again") from None
    if not reader.eof:
        raise StorageError("the day file is cut off", where=where, right="run it again")
    return text


def encode_metadata(document: Mapping[str, object]) -> bytes:
    """A run's metadata as plain, indented JSON, as in the brief."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def decode_metadata(content: bytes, where: str = "") -> dict[str, object]:
    """Read a run's metadata. Raises StorageError where it is no JSON object."""
    return _object(content, where)


def _object(text: bytes, where: str) -> dict[str, object]:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise StorageError(f"not JSON: {error}", where=where, right="run it again") from None
    if not isinstance(document, dict):
        raise StorageError("not a JSON object", where=where, right="run it again")
    return cast("dict[str, object]", document)
