"""What every request passes: an id, its host, the site it comes from, the key, the log, the last handler.

1. The ``Host`` must be a local name, the address the server listens on, or an allowed one: a page of another site that
   points its own name here gets nothing.
2. A request that changes something is refused when a foreign site sent it (``Origin``, ``Sec-Fetch-Site``).
   Pages on loopback origins may use the API (CORS), without credentials.
3. With keys configured every request but ``/health`` and a preflight needs one.
4. An error that nobody foresaw is logged with its traceback; the client gets the request's id and nothing of ours.
"""

from __future__ import annotations

import ipaddress
import itertools
import logging
import re
import secrets
import time
from collections.abc import MutableMapping
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlsplit

from strikebook.errors import StrikebookError
from strikebook.server.access_log import ServerLog
from strikebook.server.keys import Caller, Keys
from strikebook.server.problems import ProblemError, problem_of, unforeseen
from strikebook.server.reply import Receive, Scope, Send, problem_reply
from strikebook.settings import Settings

LOG = logging.getLogger("strikebook.server")
CALLER: Final = "strikebook.caller"
REQUEST_ID: Final = "strikebook.request_id"
OPEN_PATHS: Final = frozenset({"/health"})

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9._\-]{1,64}")
_LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PAGE_POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_Headers = dict[bytes, bytes]
_PROCESS: Final = secrets.token_hex(4)
_REQUESTS: Final = itertools.count(1)


class Guard:
    """The outermost ASGI application: it lets requests in, and answers for what goes wrong inside."""

    def __init__(self, app: Any, settings: Settings, keys: Keys, log: ServerLog) -> None:  # noqa: ANN401 — ASGI's own
        self._app = app
        self._keys = keys
        self._log = log
        self._hosts = _LOOPBACK_NAMES | {settings.host.lower(), *(name.lower() for name in settings.allowed_hosts)}
        self._largest_body = settings.largest_body_bytes
        self._any_address = not is_loopback(settings.host)
        self._origins = frozenset(origin.lower().rstrip("/") for origin in settings.allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        headers: _Headers = {}
        repeated: set[bytes] = set()
        for name, value in scope["headers"]:
            if name in headers:
                repeated.add(name)
            headers[name] = value
        outgoing = _Outgoing(send, _request_id(headers), scope["path"], self._allowed_origin(headers))
        scope[REQUEST_ID] = outgoing.request_id
        try:
            if not await self._answered_here(scope, headers, repeated, outgoing):
                if scope["method"] not in _SAFE_METHODS:
                    receive = await self._limited(headers, receive)
                await self._app(scope, receive, outgoing)
        except ProblemError as problem:
            await self._say(problem, scope, receive, outgoing)
        except StrikebookError as error:
            await self._say(problem_of(error), scope, receive, outgoing)
        except Exception:
            LOG.exception("request broke", extra={"request_id": outgoing.request_id, "path": scope["path"]})
            await self._say(unforeseen(), scope, receive, outgoing)
        finally:
            caller = scope.get(CALLER)
            self._log.access(
                (
                    time.time(),
                    outgoing.request_id,
                    scope["method"],
                    scope["path"],
                    outgoing.status,
                    (time.perf_counter() - begun) * 1e3,
                    outgoing.sent_bytes,
                    None if caller is None else caller.user_id,
                )
            )

    async def _answered_here(self, scope: Scope, headers: _Headers, repeated: set[bytes], send: _Outgoing) -> bool:
        """Raise ProblemError for what may not come in; True for a preflight, which is answered."""
        if repeated & {b"host", b"origin", b"authorization", b"x-api-key", b"content-length"}:
            raise ProblemError(
                400,
                "a header is there twice",
                ", ".join(sorted(name.decode("latin-1") for name in repeated)),
                "each header once",
            )
        self._check_host(headers)
        origin = headers.get(b"origin")
        if scope["method"] == "OPTIONS" and origin is not None and b"access-control-request-method" in headers:
            await self._preflight(headers, send)
            return True
        if scope["method"] not in _SAFE_METHODS:
            self._check_site(scope, headers)
        caller = self._keys.caller(_presented(headers))
        if caller is None and scope["path"] not in OPEN_PATHS:
            raise ProblemError(
                401,
                "a key is needed",
                "Authorization",
                "Authorization: Bearer KEY, or X-API-Key: KEY; `strikebook keys add` makes one",
                headers={"WWW-Authenticate": 'Bearer realm="strikebook"'},
            )
        scope[CALLER] = caller
        return False

    async def _limited(self, headers: _Headers, receive: Receive) -> Receive:
        """Take a request's body in, up to the limit, and give it out again."""
        stated = headers.get(b"content-length", b"0")
        if not stated.isdigit() or int(stated) > self._largest_body:
            raise self._too_large()
        parts: list[bytes] = []
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                break  # the client has gone
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._largest_body:
                raise self._too_large()
            more = message.get("more_body", False)
        whole: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": b"".join(parts), "more_body": False}]

        async def give() -> MutableMapping[str, Any]:
            return whole.pop() if whole else await receive()

        return give

    def _too_large(self) -> ProblemError:
        return ProblemError(
            413,
            "the body is too large",
            "Content-Length",
            f"at most {self._largest_body} bytes",
            headers={"Connection": "close"},
        )

    def _check_host(self, headers: _Headers) -> None:
        name = host_name(headers.get(b"host", b""))
        if name is None or not (name in self._hosts or (self._any_address and _is_address(name))):
            raise ProblemError(
                421, "this host is not served here", "Host", "localhost, or a host that allowed_hosts names"
            )

    def _check_site(self, scope: Scope, headers: _Headers) -> None:
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

    def _allowed_origin(self, headers: _Headers) -> bytes | None:
        origin = headers.get(b"origin")
        if origin is None:
            return None
        text = origin.decode("latin-1").lower()
        return origin if text in self._origins or _is_loopback_origin(text) else None

    async def _preflight(self, headers: _Headers, send: _Outgoing) -> None:
        if self._allowed_origin(headers) is None:
            raise ProblemError(
                403, "pages of this origin may not use the API", "Origin", "an origin that allowed_origins names"
            )
        await send(
            {
                "type": "http.response.start",
                "status": 204,
                "headers": [
                    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, DELETE"),
                    (
                        b"access-control-allow-headers",
                        b"Authorization, Content-Type, If-None-Match, X-API-Key, X-Request-ID",
                    ),
                    (b"access-control-max-age", b"600"),
                ],
            }
        )
        await send({"type": "http.response.body", "body": b""})

    @staticmethod
    async def _say(problem: ProblemError, scope: Scope, receive: Receive, send: _Outgoing) -> None:
        if send.status is None:
            await problem_reply(problem, send.request_id)(scope, receive, send)


class _Outgoing:
    """Sends a response with the headers that every response has, and remembers what was sent."""

    def __init__(self, send: Send, request_id: str, path: str, origin: bytes | None) -> None:
        self._send = send
        self.request_id = request_id
        self.status: int | None = None
        self.sent_bytes = 0
        self._more = [(b"x-request-id", request_id.encode()), (b"x-content-type-options", b"nosniff")]
        if path.startswith("/docs"):
            self._more += [(b"content-security-policy", _PAGE_POLICY), (b"referrer-policy", b"no-referrer")]
        if origin is not None:
            self._more += [
                (b"access-control-allow-origin", origin),
                (b"access-control-expose-headers", b"ETag, Content-Encoding, Content-Disposition, X-Request-ID"),
                (b"vary", b"Origin"),
            ]

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], *self._more]
        else:
            self.sent_bytes += len(message.get("body", b""))
        await self._send(message)


def caller_of(scope: Scope) -> Caller:
    """Who sent a request that the guard let in."""
    caller = scope[CALLER]
    assert isinstance(caller, Caller)  # noqa: S101 — the guard has put it there
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
    try:
        parts = urlsplit(origin)
        return parts.scheme in ("http", "https") and parts.hostname in _LOOPBACK_NAMES and parts.path == ""
    except ValueError:
        return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _request_id(headers: _Headers) -> str:
    given = headers.get(b"x-request-id")
    if given is not None and _REQUEST_ID.fullmatch(given):
        return given.decode("ascii")
    return f"{_PROCESS}{next(_REQUESTS):08x}"


def _presented(headers: _Headers) -> str | None:
    authorization = headers.get(b"authorization")
    if authorization is not None:
        scheme, _, key = authorization.decode("latin-1").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""
    plain = headers.get(b"x-api-key")
    return None if plain is None else plain.decode("latin-1").strip()
