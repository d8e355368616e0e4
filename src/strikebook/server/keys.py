"""Keys: who may use the server. Only their hashes are stored; the key itself is shown once, when it is made.

A key is ``sbk_{id}_{secret}``; the secret has 256 bits, so its plain SHA-256 tells nothing of it. The file is read
again when it changes, so that a key that is removed is of no use from then on. Without a key the server is open.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import re
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from strikebook.atomic_file import hold_lock, make_folder, replace_file, storage_errors
from strikebook.errors import NotFoundError, StorageError
from strikebook.storage.layout import check_id

FILE_NAME: Final = ".keys.json"
_KEY: Final = re.compile(r"sbk_([0-9a-f]{8})_([A-Za-z0-9_\-]{43})", re.ASCII)
_LOOK_EVERY_S: Final = 0.5
_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. ``user_id`` is None for an admin, and for everyone where the server is open."""

    user_id: str | None
    admin: bool
    key_id: str = ""

    def may_act_for(self, user_id: str) -> bool:
        """Whether the caller may see and change what is that user's."""
        return self.admin or self.user_id == user_id


OPEN: Final = Caller(None, admin=True)


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key as it is stored. ``user_id`` is None for an admin's."""

    key_id: str
    sha256: str
    role: str
    user_id: str | None
    created_at: str
    note: str


class Keys:
    """The keys in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._stamp: _Stamp | None = None
        self._known: Mapping[str, KnownKey] = {}
        self._callers: dict[str, Caller] = {}
        self._looked_at = float("-inf")
        self._closed = False
        self._version = 0

    def add(self, user_id: str | None, at: datetime, note: str = "") -> str:
        """Make a key for a user, or for an admin (None), and return it: it cannot be shown again."""
        if user_id is not None:
            check_id(user_id, "user_id")
        key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        role = "admin" if user_id is None else "user"
        added = KnownKey(key_id, _hash(secret), role, user_id, at.replace(microsecond=0).isoformat(), note[:200])
        with self._alone():
            self._store([*self.known(), added])
        return f"sbk_{key_id}_{secret}"

    def known(self) -> list[KnownKey]:
        """The keys there are, in the order they were made. Raises StorageError for a file that cannot be read."""
        self._look(0.0)
        return list(self._known.values())

    def remove(self, key_id: str) -> KnownKey:
        """Take a key back. Raises NotFoundError where there is none of that id."""
        with self._alone():
            known = self.known()
            found = next((key for key in known if key.key_id == key_id), None)
            if found is None:
                right = "`strikebook keys list` shows them"
                raise NotFoundError(f"no key {key_id[:60]}", where=str(self.path), right=right)
            self._store([key for key in known if key is not found])
            return found

    @property
    def configured(self) -> bool:
        """True where there is a key, or was one since this process began: every request needs one then.

        A file that vanishes while a server runs must not open it.
        """
        self._look(_LOOK_EVERY_S)
        self._closed = self._closed or bool(self._known)
        return self._closed

    @property
    def version(self) -> int:
        """A number that changes when the keys do: what was said of a key holds as long as it stays."""
        self._look(_LOOK_EVERY_S)
        return self._version

    def keyless(self, user_id: str) -> bool:
        """Whether keys are needed and that user has none. Raises StorageError for a file that cannot be read."""
        return self.configured and all(key.user_id != user_id for key in self._known.values())

    def caller(self, presented: str | None) -> Caller | None:
        """Who presents that key; None for a wrong one, or none where one is needed."""
        if not self.configured:
            return OPEN
        if presented is None:
            return None
        digest = hashlib.sha256(presented.encode("utf-8", "surrogateescape")).hexdigest()
        known = self._callers.get(digest)
        if known is not None:
            return known
        match = _KEY.fullmatch(presented)
        key = None if match is None else self._known.get(match[1])
        if match is None or key is None or not hmac.compare_digest(key.sha256, _hash(match[2])):
            return None
        caller = Caller(key.user_id, admin=key.role == "admin", key_id=key.key_id)
        self._callers[digest] = caller
        return caller

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other commands from changing the file meanwhile."""
        make_folder(self.path.parent)
        with hold_lock(self.path.with_name(f"{self.path.name}.lock")):
            yield

    def _look(self, at_most_every_s: float) -> None:
        """Read the file where it has changed. One that cannot be read lets nobody in (StorageError)."""
        now = time.monotonic()
        if now - self._looked_at < at_most_every_s:
            return
        with self._lock, storage_errors("read", self.path):
            try:
                found = self.path.lstat()
                stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
            except FileNotFoundError:
                stamp = None
            if stamp != self._stamp or self._looked_at == float("-inf"):
                self._known = {} if stamp is None else _decoded(self.path)
                self._callers = {}
                self._stamp = stamp
                self._version += 1
            self._looked_at = now

    def _store(self, keys: list[KnownKey]) -> None:
        make_folder(self.path.parent)
        document = [
            {
                "key_id": key.key_id,
                "sha256": key.sha256,
                "role": key.role,
                "user_id": key.user_id,
                "created_at": key.created_at,
                "note": key.note,
            }
            for key in keys
        ]
        content = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)

        def write(path: Path) -> None:
            path.touch(mode=0o600)
            path.write_bytes(content)

        replace_file(self.path, write)
        self._look(0.0)


def _decoded(path: Path) -> dict[str, KnownKey]:
    try:
        keys = [KnownKey(**each) for each in orjson.loads(path.read_bytes())]
        if any((key.role, key.user_id is None) not in (("admin", True), ("user", False)) for key in keys):
            raise ValueError("a key is neither an admin's nor a user's")
    except (ValueError, TypeError) as error:
        raise StorageError(
            f"the keys cannot be read: {error}", where=str(path), right="restore the file; nobody is let in without it"
        ) from None
    return {key.key_id: key for key in keys}


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
