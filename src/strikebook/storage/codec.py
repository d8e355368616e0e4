"""Documents to the bytes that are stored, and back. The same document and level give the same bytes.

Levels are those of gzip, 0 to 9, as a rule each smaller and slower than the one before: 0 to 3 are those of ISA-L's
encoder (igzip), which at level 1 is four times as fast as zlib at the same ratio and has no higher ones; 4 to 9 are
zlib's own. Also level 0 compresses. ``python -m bench.compression`` measures all ten.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import cast

import orjson
from isal import __version__ as isal_version
from isal import igzip

from strikebook.errors import StorageError
from strikebook.model.options import DEFAULT_LEVEL

_HIGHEST_OF_IGZIP = 3
_GZIP_FORMAT = 31
_AFTER_THE_LEDGER = b',"events":['
_LEDGER = {"summary", "positions", "trades"}


def encode_day(document: Mapping[str, object], level: int = DEFAULT_LEVEL) -> bytes:
    """A day's document as gzip: no file name and no time in its header, so that equal days are equal bytes."""
    return compress(orjson.dumps(document), level)


def compress(text: bytes, level: int = DEFAULT_LEVEL) -> bytes:
    """Text as gzip without name or time, at a level of 0 to 9."""
    if level <= _HIGHEST_OF_IGZIP:
        return bytes(igzip.compress(text, level, mtime=0))
    packer = zlib.compressobj(level, zlib.DEFLATED, _GZIP_FORMAT)
    return packer.compress(text) + packer.flush()


def encoder_of(level: int) -> str:
    """The encoder of a level and its version: another one may write the same document in other bytes."""
    return f"igzip {isal_version}" if level <= _HIGHEST_OF_IGZIP else f"zlib {zlib.ZLIB_RUNTIME_VERSION}"


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
