"""What a request's headers say: who sent it, from which site, to which host, and whether it may come in.

1. A header that decides something may be there once.
2. The ``Host`` must be a local name, the address the server listens on, or an allowed one: a page of another site that
   points its own name here gets nothing.
3. A request that changes something is refused when a foreign site sent it (``Origin``, ``Sec-Fetch-Site``).
   Pages on loopback origins may use the API (CORS), without credentials.
4. With keys configured every request but ``/health``, the page's own files and a preflight needs one.

All of it follows from the headers alone, so what was said of a read is remembered for the next one with the very same
headers, until the keys change.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from strikebook.server.encodings import Coding, wanted_coding
from strikebook.server.keys import Caller, Keys
from strikebook.server.page_paths import is_page
from strikebook.server.problems import ProblemError
from strikebook.server.reply import Scope
from strikebook.settings import Settings

READS: Final = frozenset({"GET", "HEAD"})
OPEN_PATHS: Final = frozenset({"/health"})

_SAFE_METHODS: Final = READS | {"OPTIONS"}
_ONCE: Final = frozenset({b"host", b"origin", b"authorization", b"x-api-key", b"content-length"})
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._\-]{1,64}")
_LOOPBACK_ORIGIN: Final = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?")
_LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_REMEMBERED: Final = 512
_LARGEST_REMEMBERED: Final = 2048
"""Bytes of headers: many and large ones are not kept, so that no client can fill the memory."""

Sent: TypeAlias = tuple[tuple[bytes, bytes], ...]
HeaderMap: TypeAlias = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Admission:
    """What the headers say. ``refusal`` is what is wrong with them, ``caller`` None where nobody is known.

    ``origin`` is that of a page which may read the answer; ``request_id`` the one that the client has given;
    ``coding`` the one it wants a stored document in (None: none of ours), ``copies`` those it has.
    """

    headers: HeaderMap
    request_id: str | None
    origin: bytes | None
    caller: Caller | None
    refusal: ProblemError | None = None
    coding: Coding | None = None
    copies: bytes | None = None

    @property
    def known_caller(self) -> Caller:
        """Who sent a request that was let in."""
        assert self.caller is not None  # noqa: S101 — else it had been refused
        return self.caller

    def is_preflight(self, method: str) -> bool:
        """Whether a browser asks what a page may do."""
        return _is_preflight(method, self.headers)


class Admissions:
    """Reads headers by the rules of a server's settings and keys."""

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self._keys = keys
        self._hosts = _LOOPBACK_NAMES | {settings.host.lower(), *(name.lower() for name in settings.allowed_hosts)}
        self._any_address = not is_loopback(settings.host)
        self._origins = frozenset(origin.lower().rstrip("/") for origin in settings.allowed_origins)
        self._remembered: dict[Sent, Admission] = {}
        self._keys_version = -1

    def of(self, scope: Scope) -> Admission:
        """What the headers of a request say. Raises StorageError where the keys cannot be read: nobody is let in."""
        sent: Sent = tuple(scope["headers"])
        reads = scope["method"] in READS
        known = self.remembered(sent) if reads else None
        if known is not None:
            return known
        admission = self._read(scope, sent)
        lasting = admission.caller is not None and admission.refusal is None and admission.request_id is None
        if reads and lasting and sum(len(name) + len(value) for name, value in sent) <= _LARGEST_REMEMBERED:
            self._remembered[sent] = admission
        return admission

    def remembered(self, sent: Sent) -> Admission | None:
        """What was said of a read with the very same headers: it has a caller and no id. Raises as ``of`` does."""
        version = self._keys.version
        if version != self._keys_version or len(self._remembered) > _REMEMBERED:
            self._remembered.clear()
            self._keys_version = version
        return self._remembered.get(sent)

    def _read(self, scope: Scope, sent: Sent) -> Admission:
        headers = dict(sent)
        given = headers.get(b"x-request-id")
        request_id = given.decode("ascii") if given is not None and _REQUEST_ID.fullmatch(given) else None
        origin = self._allowed_origin(headers)
        try:
            self._check(scope, sent, headers)
            known = None if _is_preflight(scope["method"], headers) else self._caller(scope, headers)
        except ProblemError as refusal:
            return Admission(headers, request_id, origin, None, refusal)
        coding = wanted_coding(headers.get(b"accept-encoding"))
        return Admission(headers, request_id, origin, known, None, coding, headers.get(b"if-none-match"))

    def _check(self, scope: Scope, sent: Sent, headers: HeaderMap) -> None:
        if len(headers) < len(sent):
            names = [name for name, _ in sent]
            repeated = {name for name in names if names.count(name) > 1} & _ONCE
            if repeated:
                shown = ", ".join(sorted(name.decode("latin-1") for name in repeated))
                raise ProblemError(400, "a header is there twice", shown, "each header once")
        name = host_name(headers.get(b"host", b""))
        if name is None or not (name in self._hosts or (self._any_address and _is_address(name))):
            raise ProblemError(
                421, "this host is not served here", "Host", "localhost, or a host that allowed_hosts names"
            )
        if scope["method"] not in _SAFE_METHODS:
            self._check_site(scope, headers)
        if _is_preflight(scope["method"], headers) and self._allowed_origin(headers) is None:
            raise ProblemError(
                403, "pages of this origin may not use the API", "Origin", "an origin that allowed_origins names"
            )

    def _check_site(self, scope: Scope, headers: HeaderMap) -> None:
        origin = headers.get(b"origin")
        if origin is not None:
            own = f"{scope.get('scheme', 'http')}://".encode() + headers.get(b"host", b"")
            if origin.lower() == own.lower() or self._allowed_origin(headers) is not None:
                return
        elif headers.get(b"sec-fetch-site", b"none") in (b"none", b"same-origin"):
            return
        raise ProblemError(
            403, "a page of another site may not do this", "Origin", "an origin that allowed_origins names"
        )

    def _allowed_origin(self, headers: HeaderMap) -> bytes | None:
        origin = headers.get(b"origin")
        if origin is None:
            return None
        text = origin.decode("latin-1").lower()
        return origin if text in self._origins or _is_loopback_origin(text) else None

    def _caller(self, scope: Scope, headers: HeaderMap) -> Caller | None:
        caller = self._keys.caller(_presented(headers))
        if caller is None and scope["path"] not in OPEN_PATHS and not is_page(scope["path"]):
            raise ProblemError(
                401,
                "a key is needed",
                "Authorization",
                "Authorization: Bearer KEY, or X-API-Key: KEY; `strikebook keys add` makes one",
                headers={"WWW-Authenticate": 'Bearer realm="strikebook"'},
            )
        return caller


@lru_cache(maxsize=256)
def host_name(host: bytes) -> str | None:
    """The name in a ``Host`` header, in lower case and without its port; None for what is none."""
    text = host.decode("latin-1").lower()
    if not text or not re.fullmatch(r"(\[[0-9a-f:.]+\]|[a-z0-9.\-_]+)(:\d{1,5})?", text):
        return None
    return text[1 : text.index("]")] if text.startswith("[") else text.partition(":")[0]


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    return host.lower() == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


@lru_cache(maxsize=256)
def _is_loopback_origin(origin: str) -> bool:
    return _LOOPBACK_ORIGIN.fullmatch(origin) is not None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_preflight(method: str, headers: HeaderMap) -> bool:
    return method == "OPTIONS" and b"origin" in headers and b"access-control-request-method" in headers


def _presented(headers: HeaderMap) -> str | None:
    authorization = headers.get(b"authorization")
    if authorization is not None:
        scheme, _, key = authorization.decode("latin-1").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""
    plain = headers.get(b"x-api-key")
    return None if plain is None else plain.decode("latin-1").strip()
