"""A connection: uvicorn's HTTP/1.1, with what is ready answered at once, and a head sent together with its body.

uvicorn makes a task for every request and hands its scope to the application. A read whose bytes are in memory needs
none of it: the application is asked first (``at_once``), and what it has ready goes to the kernel in the loop's next
turn. All else takes uvicorn's way, and so does whatever is not the plain case: a request that waits behind another,
a body, an upgrade, a connection that closes, a client that is slow to read.

uvicorn parses all that a client has sent, a state of many kilobytes for each request, and answers one after the other.
Here a piece is parsed when the requests of the pieces before it are answered, but for one that is being answered.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, NamedTuple, Protocol, TypeAlias, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

SentHeaders: TypeAlias = list[tuple[bytes, bytes]]

_LARGEST_HELD: Final = 4096
"""Bytes; what is larger is no head, and gains nothing from waiting."""
_PIECE: Final = 16384
"""Bytes that are parsed at a time."""
_BODY_HEADERS: Final = frozenset({b"content-length", b"transfer-encoding"})


class Ready(NamedTuple):
    """An answer that is ready: the status line and the headers, each with its line end, and the whole body."""

    head: bytes
    body: bytes


class AnswersAtOnce(Protocol):
    """An application that has some answers ready."""

    def at_once(self, target: bytes, headers: SentHeaders) -> Ready | None:
        """Answer a ``GET`` of that target, or None where it is to be asked in the ordinary way. Raises nothing."""


class Connection(HttpToolsProtocol):
    """One client's connection to an application that ``AnswersAtOnce``."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Begin a connection."""
        self._answered = False
        self._unread = b""
        self._holding = HoldingTransport(transport, self.loop)
        self._at_once = cast("AnswersAtOnce", self.app).at_once
        super().connection_made(self._holding)

    def connection_lost(self, exc: Exception | None) -> None:
        """End it; what was not read is not answered."""
        self._unread = b""
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in what a client has sent, at most a piece at a time."""
        if self._unread or self.pipeline or len(data) > _PIECE:
            self._unread += data
            self._read_on()
        else:
            super().data_received(data)

    def _read_on(self) -> None:
        """Parse what is waiting, until a request has to wait."""
        while self._unread and not self.pipeline and not self._holding.is_closing():
            piece, self._unread = self._unread[:_PIECE], self._unread[_PIECE:]
            super().data_received(piece)
        if self._unread:
            self.flow.pause_reading()

    def on_response_complete(self) -> None:
        """Begin what waits behind an answer."""
        super().on_response_complete()
        if self._unread:
            self.flow.pause_reading()
            self.loop.call_soon(self._read_on)

    def on_headers_complete(self) -> None:
        """Answer a request whose answer is ready; begin any other as uvicorn does."""
        ready = self._at_once(self.url, self.headers) if self._is_plain() else None
        self._answered = ready is not None
        if ready is None:
            super().on_headers_complete()
            return
        always = [b"%b: %b\r\n" % header for header in self.server_state.default_headers]
        self._holding.send(b"".join((ready.head, *always, b"\r\n")), ready.body)
        self.on_response_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of a request's body in."""
        if not self._answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        if not self._answered:
            super().on_message_complete()

    def _is_plain(self) -> bool:
        """Whether a request is one that may be answered without a task: nothing waits, and nothing follows it."""
        parser = self.parser
        return (
            parser.get_method() == b"GET"
            and (self.cycle is None or self.cycle.response_complete)
            and not self.pipeline
            and not self.flow.write_paused
            and self.limit_concurrency is None
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and not self.expect_100_continue
            and not self._holding.is_closing()
            and _BODY_HEADERS.isdisjoint([name for name, _ in self.headers])
        )


class HoldingTransport(asyncio.Transport):
    """A transport that holds a small write for the one that follows, and is the transport below it in all else.

    uvicorn writes the head and the body one after the other, and uvloop hands each write to the kernel at once: the
    client is woken for a head alone, and waits for the rest. A head is held until the body comes, or until the event
    loop's next turn where none does (a response that is streamed, or ``100 Continue``).

    A whole answer is held until then too, so that all that came in at once is read before the first answer goes: a
    client that is woken by it would else take the processor, and the event loop find the next request alone.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._below = transport
        self._call_soon = loop.call_soon
        self._held: tuple[bytes, ...] = ()

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Send what is held and this together; hold this alone when it is small. Nothing, where the client is gone."""
        held = self._held
        if self._below.is_closing():
            self._held = ()  # uvloop would raise; who writes is told by uvicorn when the connection is lost
        elif held:
            self._held = ()
            self._below.writelines((*held, data))
        elif len(data) <= _LARGEST_HELD:
            self._hold(bytes(data))
        else:
            self._below.write(data)

    def send(self, head: bytes, body: bytes) -> None:
        """Send a whole answer: in the event loop's next turn, or now and after what is held, if anything is.

        More than one is not held: a client that sends many requests and is slow to read is seen to be so.
        """
        if self._held:
            self.send_held()
            if not self._below.is_closing():
                self._below.writelines((head, body))
        elif len(body) <= _LARGEST_HELD:
            self._hold(head + body)
        else:
            self._hold(head, body)

    def _hold(self, *parts: bytes) -> None:
        self._held = parts
        self._call_soon(self.send_held)

    def send_held(self) -> None:
        """Send what is held, if anything."""
        held, self._held = self._held, ()
        if held and not self._below.is_closing():
            self._below.writelines(held)

    def close(self) -> None:
        """Close, after what was written has gone."""
        self.send_held()
        self._below.close()

    def abort(self) -> None:
        """Close at once."""
        self._below.abort()

    def is_closing(self) -> bool:
        """Whether it is closed, or being closed."""
        return self._below.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 — asyncio's own
        """What the transport below knows."""
        return self._below.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """Take nothing in until further notice."""
        self._below.pause_reading()

    def resume_reading(self) -> None:
        """Go on taking in."""
        self._below.resume_reading()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand the connection to another protocol."""
        self.send_held()
        self._below.set_protocol(protocol)
