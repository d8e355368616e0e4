"""Stored documents as they go out: the bytes of the files, kept in memory for as long as the files stay the same.

A day goes out as it is stored, gzip unopened; only a client that takes no gzip gets it unpacked. Metadata is stored
plain, and its gzip form is made once. A file is read in a thread; for one that is kept, its stamp alone is looked at.
"""

from __future__ import annotations

import asyncio
import hashlib
import zlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from strikebook.errors import StorageError
from strikebook.server.encodings import Coding
from strikebook.server.reply import Headers, head_of
from strikebook.storage.backtest_storage import BacktestStorage, Stamp
from strikebook.storage.codec import compress
from strikebook.storage.layout import RunKey

_GZIP_FORMAT: Final = 31
_Name: TypeAlias = tuple[RunKey, date | None]


@dataclass(frozen=True, slots=True)
class Coded:
    """A document in one coding: its bytes, its entity tag, the headers it goes out with, and those of a 304.

    The heads are the same with their status line, as they go over the wire.
    """

    body: bytes
    etag: bytes
    headers: Headers
    unchanged: Headers
    head: bytes
    unchanged_head: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it was at a stamp. ``plain`` is None for a day: it is unpacked only for whom it must be."""

    stamp: Stamp
    gzip: Coded
    plain: Coded | None

    @property
    def size(self) -> int:
        """What it takes in memory, about."""
        return len(self.gzip.body) + (0 if self.plain is None else len(self.plain.body)) + 1_000


class StoredBytes:
    """The documents of a storage, those asked for last kept up to ``limit_bytes``. For one event loop."""

    def __init__(self, storage: BacktestStorage, limit_bytes: int) -> None:
        self._storage = storage
        self._limit = limit_bytes
        self._size = 0
        self._kept: OrderedDict[_Name, Stored] = OrderedDict()
        self._coming: dict[_Name, asyncio.Task[Stored | None]] = {}

    def at_hand(self, key: RunKey, day: date | None, coding: Coding) -> Coded | None:
        """A document that is kept in that coding and has not changed: one look at its file, and no waiting."""
        name = (key, day)
        stored = self._kept.get(name)
        if stored is None or not self._storage.is_unchanged(key, day, stored.stamp):
            return None
        self._kept.move_to_end(name)
        return stored.gzip if coding == "gzip" else stored.plain

    async def find(self, key: RunKey, day: date | None, coding: Coding) -> Coded | None:
        """A day in a coding (the run's metadata, for None); None where there is no such document."""
        name = (key, day)
        stored = self._kept.get(name)
        if stored is None or not self._storage.is_unchanged(key, day, stored.stamp):
            stored = await self._load(name)
            if stored is None or not self._storage.is_unchanged(key, day, stored.stamp):
                stored = await self._load(name)  # it joined a read that began before the file came, or changed
        if stored is None:
            return None
        if coding == "gzip":
            return stored.gzip
        return stored.plain or await asyncio.to_thread(_unpacked, stored.gzip.body)

    async def _load(self, name: _Name) -> Stored | None:
        """Read it, once for all who ask at the same time."""
        task = self._coming.get(name)
        if task is None:
            task = self._coming[name] = asyncio.create_task(asyncio.to_thread(self._read, name))
            task.add_done_callback(lambda done: self._arrived(name, done))
        return await asyncio.shield(task)

    def _arrived(self, name: _Name, done: asyncio.Task[Stored | None]) -> None:
        self._coming.pop(name, None)
        old = self._kept.pop(name, None)
        self._size -= 0 if old is None else old.size
        stored = None if done.cancelled() or done.exception() is not None else done.result()
        if stored is None or stored.size > self._limit:
            return
        self._kept[name] = stored
        self._size += stored.size
        while self._size > self._limit:
            self._size -= self._kept.popitem(last=False)[1].size

    def _read(self, name: _Name) -> Stored | None:
        """The document with the stamp it had before it was read: one that changes meanwhile is read again next time."""
        key, day = name
        stamp = self._storage.stamp(key, day)
        content = self._storage.metadata(key) if day is None else self._storage.day(key, day)
        if stamp is None or content is None:
            return None
        digest = hashlib.blake2b(content, digest_size=16).hexdigest()
        if day is not None:
            return Stored(stamp, _code(content, digest, "gzip"), None)
        packed = compress(content)
        return Stored(stamp, _code(packed, digest, "gzip"), _code(content, digest, "identity"))


def _unpacked(content: bytes) -> Coded:
    digest = hashlib.blake2b(content, digest_size=16).hexdigest()
    try:
        return _code(zlib.decompress(content, _GZIP_FORMAT), digest, "identity")
    except zlib.error as error:
        raise StorageError(f"the day file is damaged: {error}", right="run it again") from None


def _code(body: bytes, digest: str, coding: Coding) -> Coded:
    etag = f'"{digest}-gzip"' if coding == "gzip" else f'"{digest}"'
    shared = [
        (b"etag", etag.encode()),
        (b"vary", b"Accept-Encoding"),
        (b"cache-control", b"private, no-cache"),
    ]
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *shared,
    ]
    if coding == "gzip":
        headers.insert(1, (b"content-encoding", b"gzip"))
    return Coded(body, etag.encode(), headers, shared, head_of(200, headers), head_of(304, shared))
