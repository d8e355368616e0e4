"""A response's head is sent with its body, and never held for longer than that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from strikebook.server.one_write import HoldingTransport

HEAD = b"HTTP/1.1 200 OK\r\n\r\n"
BODY = b"x" * 100_000


class Wire(asyncio.Transport):
    """What is below: it notes each write as it comes."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        self.writes.append(b"".join(list_of_data))

    def close(self) -> None:
        self.closed = True


def written(use: Callable[[HoldingTransport], None], *, turn: bool) -> list[bytes]:
    """The writes that reach the wire when a transport is used so, at once or after a turn of the event loop."""

    async def go() -> list[bytes]:
        wire = Wire()
        use(HoldingTransport(wire, asyncio.get_running_loop()))
        if turn:
            await asyncio.sleep(0)
        return list(wire.writes)

    return asyncio.run(go())


def head_and_body(transport: HoldingTransport) -> None:
    transport.write(HEAD)
    transport.write(BODY)


def test_a_head_goes_with_its_body() -> None:
    """Two writes in one turn are one write to the kernel, and nothing is sent twice after it."""
    assert written(head_and_body, turn=False) == [HEAD + BODY]
    assert written(head_and_body, turn=True) == [HEAD + BODY]


def test_a_head_alone_waits_for_one_turn() -> None:
    """What nothing follows (a streamed response, 100 Continue) is sent in the next turn of the event loop."""
    assert written(lambda transport: transport.write(HEAD), turn=False) == []
    assert written(lambda transport: transport.write(HEAD), turn=True) == [HEAD]


def test_what_is_large_is_sent_at_once() -> None:
    """A body is never held."""
    assert written(lambda transport: transport.write(BODY), turn=False) == [BODY]


def test_what_is_held_goes_before_the_end() -> None:
    """Closing a connection sends what was written to it before."""

    def use(transport: HoldingTransport) -> None:
        transport.write(HEAD)
        transport.close()

    assert written(use, turn=False) == [HEAD]
