"""What every request passes: an id, what its headers say (``admission``), its size, the log, the last handler.

An error that nobody foresaw is logged with its traceback; the client gets the request's id and nothing of ours.
"""

from __future__ import annotations

import itertools
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final, TypeAlias

from strikebook.errors import StrikebookError
from strikebook.server.access_log import Access
from strikebook.server.admission import OPEN_PATHS, READS, Admission, Admissions, HeaderMap
from strikebook.server.connection import Ready, SentHeaders
from strikebook.server.keys import Caller, Keys
from strikebook.server.page_paths import is_page
from strikebook.server.problems import ProblemError, told_problem, unforeseen
from strikebook.server.rates import RateLimit
from strikebook.server.reply import AtHand, Receive, Scope, Send, problem_reply
from strikebook.server.turns import Turns
from strikebook.settings import Settings

LOG = logging.getLogger("strikebook.server")
ADMISSION: Final = "strikebook.admission"
REQUEST_ID: Final = "strikebook.request_id"

AtHandOf: TypeAlias = Callable[[bytes, Admission], AtHand | None]
"""The answer to a target, where it is at hand."""
Note: TypeAlias = Callable[[Access], None]
"""Takes what there is to say of a request that was answered."""

_PAGES: Final = "/docs"
_PAGE_POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_PAGE_HEADERS: Final = ((b"content-security-policy", _PAGE_POLICY), (b"referrer-policy", b"no-referrer"))
_CROSS_ORIGIN: Final = (
    (b"access-control-expose-headers", b"ETag, Content-Encoding, Content-Disposition, X-Request-ID, X-Trade-Count"),
    (b"vary", b"Origin"),
)
_PREFLIGHT: Final = (
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, DELETE"),
    (b"access-control-allow-headers", b"Authorization, Content-Type, If-None-Match, X-API-Key, X-Request-ID"),
    (b"access-control-max-age", b"600"),
)
_PROCESS: Final = secrets.token_hex(4)
_REQUESTS: Final = itertools.count(1)


class Guard:
    """The outermost ASGI application: it lets requests in, and answers for what goes wrong inside."""

    def __init__(self, app: Any, at_hand: AtHandOf, settings: Settings, keys: Keys, note: Note) -> None:  # noqa: ANN401 — ASGI's own
        self._app = app
        self._at_hand = at_hand
        self._admissions = Admissions(settings, keys)
        self._note = note
        self._rates = RateLimit(settings.requests_per_minute)
        self._turns = Turns()
        self._largest_body = settings.largest_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        await self._turns.mine()
        outgoing = _Outgoing(send)
        caller: Caller | None = None
        try:
            admission = self._let_in(scope, outgoing)
            caller = admission.caller
            if scope["method"] not in READS:
                if admission.is_preflight(scope["method"]):
                    await _allow(outgoing)
                    return
                receive = await self._limited(admission.headers, receive)
            await self._app(scope, receive, outgoing)
        except ProblemError as problem:
            await self._say(problem, scope, receive, outgoing)
        except StrikebookError as error:
            answer = told_problem(error, outgoing.request_id, scope["path"])
            await self._say(answer, scope, receive, outgoing)
        except Exception:
            LOG.exception("request broke", extra={"request_id": outgoing.request_id, "path": scope["path"]})
            await self._say(unforeseen(), scope, receive, outgoing)
        finally:
            user_id = None if caller is None else caller.user_id
            what = (outgoing.request_id, scope["method"], scope["path"], outgoing.status)
            self._note((time.time(), *what, _since(begun), outgoing.sent_bytes, user_id))

    def at_once(self, target: bytes, headers: SentHeaders) -> Ready | None:
        """Answer a ``GET`` whose answer is at hand, as a call would; None where it is to be called.

        Only for what was let in before with the very same headers. Raises nothing: what is wrong, the call says.
        """
        begun = time.perf_counter()
        try:
            admission = self._admissions.remembered(tuple(headers))
            if admission is None or admission.origin is not None:
                return None
            found = self._at_hand(target, admission)
        except (ProblemError, StrikebookError):
            return None
        except Exception:
            LOG.exception("request broke", extra={"path": target.decode("latin-1")})
            return None
        if found is None or not self._rates.allows(admission.known_caller):
            return None
        status, head, body = found
        request_id = _next_id()
        what = (request_id, "GET", target.decode("ascii"), status)
        self._note((time.time(), *what, _since(begun), len(body), admission.known_caller.user_id))
        return Ready(b"%bx-request-id: %b\r\nx-content-type-options: nosniff\r\n" % (head, request_id.encode()), body)

    def _let_in(self, scope: Scope, outgoing: _Outgoing) -> Admission:
        """Note in the scope what a request's headers say. Raises ProblemError for one that may not come in."""
        scope[REQUEST_ID] = outgoing.request_id
        admission = scope[ADMISSION] = self._admissions.of(scope)
        if admission.request_id is not None:
            scope[REQUEST_ID] = outgoing.request_id = admission.request_id
        if admission.origin is not None:
            outgoing.add([(b"access-control-allow-origin", admission.origin), *_CROSS_ORIGIN])
        if scope["path"].startswith(_PAGES):
            outgoing.add(_PAGE_HEADERS)
        if admission.refusal is not None:
            raise admission.refusal
        if admission.caller is not None and scope["path"] not in OPEN_PATHS and not is_page(scope["path"]):
            self._rates.refuse_too_many(admission.caller)
        return admission

    async def _limited(self, headers: HeaderMap, receive: Receive) -> Receive:
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

    @staticmethod
    async def _say(problem: ProblemError, scope: Scope, receive: Receive, send: _Outgoing) -> None:
        if send.status is None:
            await problem_reply(problem, send.request_id)(scope, receive, send)


class _Outgoing:
    """Sends a response with the headers that every response has, and remembers what was sent."""

    __slots__ = ("_more", "_send", "request_id", "sent_bytes", "status")

    def __init__(self, send: Send) -> None:
        self._send = send
        self._more: tuple[tuple[bytes, bytes], ...] = ((b"x-content-type-options", b"nosniff"),)
        self.request_id = _next_id()
        self.status: int | None = None
        self.sent_bytes = 0

    def __call__(self, message: MutableMapping[str, Any]) -> Awaitable[None]:
        """Send a part of the response."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message["headers"], (b"x-request-id", self.request_id.encode()), *self._more]
        else:
            self.sent_bytes += len(message.get("body", b""))
        return self._send(message)

    def add(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Send these headers too."""
        self._more = (*self._more, *headers)


def _since(begun: float) -> float:
    """Milliseconds since a moment of the performance counter."""
    return (time.perf_counter() - begun) * 1e3


def _next_id() -> str:
    return f"{_PROCESS}{next(_REQUESTS):08x}"


async def _allow(send: Send) -> None:
    """Answer a browser that asks what a page may do."""
    await send({"type": "http.response.start", "status": 204, "headers": list(_PREFLIGHT)})
    await send({"type": "http.response.body", "body": b""})


def admission_of(scope: Scope) -> Admission:
    """What the headers of a request say that the guard let in."""
    admission: Admission = scope[ADMISSION]
    return admission


def caller_of(scope: Scope) -> Caller:
    """Who sent a request that the guard let in."""
    return admission_of(scope).known_caller


def headers_of(scope: Scope) -> HeaderMap:
    """The headers of a request that the guard let in, by name in lower case."""
    return admission_of(scope).headers
