"""A connection that sends a response's head together with the body that follows it.

uvicorn writes the head and the body one after the other, and uvloop hands each write to the kernel at once: the client
is woken for a head alone, and waits for the rest. Here a head is held until the body comes, or until the event loop's
next turn where none does (a response that is streamed, or ``100 Continue``).
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_LARGEST_HELD: Final = 4096
"""Bytes; what is larger is no head, and gains nothing from waiting."""


class OneWriteProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 on httptools, over a transport that holds heads."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Begin a connection."""
        super().connection_made(HoldingTransport(transport, self.loop))


class HoldingTransport(asyncio.Transport):
    """A transport that holds a small write for the one that follows, and is the transport below it in all else."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._below = transport
        self._call_soon = loop.call_soon
        self._held = b""

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Send what is held and this together; hold this alone when it is small."""
        held = self._held
        if held:
            self._held = b""
            self._below.writelines((held, data))
        elif len(data) <= _LARGEST_HELD:
            self._held = bytes(data)
            self._call_soon(self.send_held)
        else:
            self._below.write(data)

    def send_held(self) -> None:
        """Send what is held, if anything."""
        held = self._held
        if held:
            self._held = b""
            self._below.write(held)

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
