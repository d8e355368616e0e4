"""Answers whose bytes are ready: no more is done with them than to send them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from http import HTTPStatus
from typing import Any, NamedTuple, TypeAlias

from starlette.responses import Response

from strikebook.server.problems import CONTENT_TYPE, ProblemError

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers: TypeAlias = Sequence[tuple[bytes, bytes]]


class Reply(Response):
    """A response with raw headers (names in lower case) and a whole body; HEAD gets the headers alone."""

    def __init__(self, status: int, headers: Headers, body: bytes = b"") -> None:
        self.status_code = status
        self.raw_headers = list(headers)
        self.body = body
        self.background = None

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self.body})


class AtHand(NamedTuple):
    """An answer whose bytes are at hand: its status, its head as it goes over the wire, its body."""

    status: int
    head: bytes
    body: bytes


def json_reply(body: bytes, status: int = 200) -> Reply:
    """JSON that nobody is to keep."""
    return Reply(status, json_headers(body), body)


def json_headers(body: bytes) -> Headers:
    """The headers of JSON that nobody is to keep."""
    return [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]


def head_of(status: int, headers: Headers) -> bytes:
    """A status line and headers as they go over the wire (RFC 9112), each with its line end."""
    line = b"HTTP/1.1 %d %b\r\n" % (status, HTTPStatus(status).phrase.encode())
    return b"".join([line, *[b"%b: %b\r\n" % header for header in headers]])


def problem_reply(problem: ProblemError, request_id: str) -> Reply:
    """A problem, with its headers."""
    body = problem.body(request_id)
    headers = [
        (b"content-type", CONTENT_TYPE),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in problem.headers.items()),
    ]
    return Reply(problem.status, headers, body)
