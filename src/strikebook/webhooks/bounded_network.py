"""A connection that reads so much and no more: what a receiver sends costs at most that, whatever it is.

A status of 1xx is no answer, so a receiver can send them without end, and so can it go on with a body. Everything that
comes over a connection is counted below HTTP; what is above the limit ends the try.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from typing import Any, Final

import httpcore

MOST_READ_BYTES: Final = 256 * 1024
"""Of all that comes over a connection; with TLS, of what is inside it."""


class BoundedNetwork(httpcore.AsyncNetworkBackend):
    """The system's network, of which each connection reads at most so much."""

    def __init__(self) -> None:
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to an address."""
        stream = await self._network.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Bounded(stream)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._network.sleep(seconds)


class _Bounded(httpcore.AsyncNetworkStream):
    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._left = MOST_READ_BYTES

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        found = await self._stream.read(max_bytes, timeout)
        self._left -= len(found)
        if self._left < 0:
            raise httpcore.RemoteProtocolError(f"more than {MOST_READ_BYTES // 1024} KB came")
        return found

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _Bounded(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 — as the library has it
        return self._stream.get_extra_info(info)
