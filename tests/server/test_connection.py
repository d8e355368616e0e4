"""A response goes out in one write; one that is ready needs no task, and is the one that the application gives."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
import uvicorn
from uvicorn.server import ServerState

from strikebook.server.connection import Connection, HoldingTransport, Ready
from strikebook.server.reply import Receive, Scope, Send
from tests.server.running import API, DAY, STRATEGY, USER, Running

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

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        """It has no reader."""

    def resume_reading(self) -> None:
        """It has no reader."""


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


def test_a_whole_response_goes_after_what_is_held() -> None:
    """A response that is ready is one write, and overtakes nothing; no more than one is held."""

    def use(transport: HoldingTransport) -> None:
        transport.write(HEAD)
        transport.send(b"second", BODY)
        transport.send(b"third", b"small")
        transport.send(b"fourth", b"small")
        transport.send(b"fifth", BODY)

    sent = [HEAD, b"second" + BODY, b"thirdsmall", b"fourthsmall"]
    assert written(use, turn=False) == sent
    assert written(use, turn=True) == [*sent, b"fifth" + BODY]


def test_a_whole_response_waits_for_one_turn() -> None:
    """What other connections have sent is read before it goes."""
    assert written(lambda transport: transport.send(HEAD, BODY), turn=False) == []
    assert written(lambda transport: transport.send(HEAD, BODY), turn=True) == [HEAD + BODY]


def test_nothing_is_written_to_a_client_that_is_gone() -> None:
    """Uvloop raises for a write to a closed handle; here it goes nowhere, held or not."""

    async def go() -> list[bytes]:
        wire = Wire()
        transport = HoldingTransport(wire, asyncio.get_running_loop())
        transport.write(HEAD)
        wire.close()
        transport.write(BODY)
        transport.write(HEAD)
        transport.send_held()
        await asyncio.sleep(0)
        return wire.writes

    assert asyncio.run(go()) == []


# Answers at once.

PATHS = [f"{API}/day/{USER}/{STRATEGY}/{DAY}", f"{API}/metadata/{USER}/{STRATEGY}"]
OTHER_WAY = {"X-Request-ID": "the-long-way"}
"""A request with an id of its own is handed to the application: the answer must be the same."""


def exchange(server: Running, *requests: str, wait_for: int | None = None) -> bytes:
    """What comes back for requests that are sent in one go, until the connection ends or that many heads are there."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as wire:
        wire.sendall("".join(requests).encode())
        wire.settimeout(2)
        came = b""
        with contextlib.suppress(TimeoutError):
            while (part := wire.recv(1 << 20)) and (wait_for is None or came.count(b"HTTP/1.1 ") < wait_for):
                came += part
        return came + part


def get(path: str, *more: str, method: str = "GET") -> str:
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Accept-Encoding: identity", *more]
    return "".join(f"{line}\r\n" for line in [*lines, ""])


def uncommon(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in ("date", "x-request-id")}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("more", [{}, {"Accept-Encoding": "identity"}, {"If-None-Match": "*"}], ids=str)
def test_an_answer_at_once_is_that_of_the_application(served: Running, path: str, more: dict[str, str]) -> None:
    """The same status, headers and body either way, each with an id and a date."""
    for _ in range(3):
        quick = served.client.get(path, headers=more)
        slow = served.client.get(path, headers=more | OTHER_WAY)
        assert slow.headers["x-request-id"] == "the-long-way"
        assert (quick.status_code, quick.content, uncommon(quick)) == (slow.status_code, slow.content, uncommon(slow))
        assert quick.headers["date"]
        assert quick.headers["x-request-id"] != slow.headers["x-request-id"]


class Application:
    """It has ``/ready`` at hand, and answers all else with its path; it notes how it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def at_once(self, target: bytes, _headers: list[tuple[bytes, bytes]]) -> Ready | None:
        self.asked.append(f"at once {target.decode()}")
        return Ready(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n", b"ok") if target == b"/ready" else None

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        self.asked.append(f"called {scope['path']}")
        body = scope["path"].encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})


def conversation(*parts: str) -> tuple[list[str], bytes]:
    """What an application is asked when these come in over one connection, and what is sent back."""

    async def go() -> tuple[list[str], bytes]:
        application, wire, state = Application(), Wire(), ServerState()
        config = uvicorn.Config(cast("Any", application), lifespan="off", proxy_headers=False, log_config=None)
        config.load()
        state.default_headers = [(b"date", b"today")]
        connection = Connection(config, state, {})
        connection.connection_made(wire)
        for part in parts:
            connection.data_received(part.encode())
        for _ in range(20):
            await asyncio.sleep(0)
        connection.connection_lost(None)
        return application.asked, b"".join(wire.writes)

    return asyncio.run(go())


READY = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ndate: today\r\n\r\nok"
SLOW = b"HTTP/1.1 200 OK\r\ndate: today\r\ncontent-length: 5\r\n\r\n/slow"
NOT_PLAIN = {
    "HEAD": get("/ready", method="HEAD"),
    "the last one": get("/ready", "Connection: close"),
    "a body": get("/ready", "Content-Length: 2") + "ab",
    "a body in chunks": get("/ready", "Transfer-Encoding: chunked") + "0\r\n\r\n",
    "100 Continue": get("/ready", "Expect: 100-continue"),
    "an upgrade": get("/ready", "Connection: upgrade", "Upgrade: websocket"),
    "HTTP/1.0": get("/ready").replace("HTTP/1.1", "HTTP/1.0"),
}


def test_what_is_ready_is_sent_without_a_call() -> None:
    """The application is not called for what it has at hand, and is called for the rest."""
    assert conversation(get("/ready"), get("/ready")) == (["at once /ready"] * 2, READY * 2)
    assert conversation(get("/slow")) == (["at once /slow", "called /slow"], SLOW)


def test_what_waits_behind_an_answer_does_not_overtake_it() -> None:
    """A ready answer is sent after those that were asked for before it."""
    asked, sent = conversation(get("/slow") + get("/ready"))
    assert sent.startswith(SLOW)
    assert sent.endswith(b"/ready")
    assert asked == ["at once /slow", "called /slow", "called /ready"]


def test_a_request_may_come_in_pieces() -> None:
    """It is the same request, however it was cut; and so are many that come as one piece, larger than is parsed."""
    assert conversation(*get("/ready")) == (["at once /ready"], READY)
    assert conversation(get("/ready") * 1000)[1] == READY * 1000
    assert conversation((get("/slow", "X: " + "x" * 6000) + get("/ready")) * 3)[1].count(b"HTTP/1.1 200") == 6


@pytest.mark.parametrize("request_text", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_what_is_not_the_plain_case_is_handed_to_the_application(request_text: str) -> None:
    """Whatever needs uvicorn's care gets it."""
    assert conversation(request_text)[0] == ["called /ready"]


def test_requests_in_one_go_are_answered_in_their_order(served: Running) -> None:
    """A pipeline of ready and other requests comes back in its order, and a bad one ends it."""
    served.client.get(PATHS[0], headers={"Accept-Encoding": "identity"})
    order = [PATHS[1], "/health", PATHS[0], PATHS[1], "/health", PATHS[0]] * 20
    came = exchange(served, *[get(path) for path in order], get("/health", "Connection: close"))
    heads = re.findall(rb"HTTP/1\.1 (\d+) [^\r]*\r\n(?:[^\r]+\r\n)*?content-length: (\d+)", came)
    assert [int(status) for status, _ in heads] == [200] * (len(order) + 1)
    sizes = {path: len(served.client.get(path).content) for path in set(order)}
    assert [int(size) for _, size in heads[:-1]] == [sizes[path] for path in order]


def resident(process_id: int) -> int:
    """Bytes of memory that a process has."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process_id}/status").read_text("utf-8"))
    assert found is not None
    return int(found[1]) * 1024


def test_a_client_that_does_not_read_fills_no_memory(served: Running) -> None:
    """Thousands of days asked for and not read: the server waits with the rest, and others are served."""
    path = PATHS[0]
    served.client.get(path, headers={"Accept-Encoding": "identity"})
    before = resident(served.process.pid)
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as wire:
        wire.setblocking(False)
        request = get(path).encode() * 200
        with contextlib.suppress(BlockingIOError):
            for _ in range(100):
                wire.send(request)
        time.sleep(0.5)
        assert served.client.get("/health").status_code == 200
        assert resident(served.process.pid) - before < 10e6
    assert served.client.get("/health").status_code == 200
    assert "request broke" not in served.log()
