"""A receiver that answers as a test wants, and checks signatures by an implementation of its own."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

BLOCK = 64
LONGEST_WAIT_S = 20.0


@dataclass(frozen=True)
class Received:
    """A request as it came over the wire."""

    line: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[socket.socket, Received], None]


@dataclass
class Receiver:
    """Listens on a port of 127.0.0.1; ``answer`` is asked for each request."""

    port: int
    answer: Answer
    received: list[Received] = field(default_factory=list)

    @property
    def host(self) -> str:
        """As the setting has it."""
        return f"http://127.0.0.1:{self.port}"

    def wait_for(self, count: int) -> list[Received]:
        """The requests, once there are so many."""
        give_up = time.monotonic() + LONGEST_WAIT_S
        while len(self.received) < count:
            assert time.monotonic() < give_up, f"{len(self.received)} of {count} requests came"
            time.sleep(0.01)
        return list(self.received)


def says(status: int, *headers: str, body: bytes = b"") -> Answer:
    """An answer with a status."""
    head = [f"HTTP/1.1 {status} Word", f"Content-Length: {len(body)}", *headers]
    return lambda connection, _: connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)


def in_turn(*answers: Answer) -> Answer:
    """One answer after the other; the last one from then on."""
    left = list(answers)

    def answer(connection: socket.socket, request: Received) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(connection, request)

    return answer


def hangs(connection: socket.socket, _: Received) -> None:
    """Say nothing until the other side has gone."""
    with contextlib.suppress(OSError):
        connection.recv(1)


def drips(connection: socket.socket, _: Received) -> None:
    """Begin an answer and send a byte of a header every tenth of a second."""
    with contextlib.suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        for _ in range(600):
            connection.sendall(b"a")
            time.sleep(0.1)


def closes(_connection: socket.socket, _: Received) -> None:
    """Close without a word."""


def floods(connection: socket.socket, _: Received) -> None:
    """Answer 200 with a body without end."""
    with contextlib.suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(100_000):
            connection.sendall(b"10000\r\n" + b"a" * 65536 + b"\r\n")


def informs(connection: socket.socket, _: Received) -> None:
    """Say that an answer will come (103), without end."""
    with contextlib.suppress(OSError):
        for _ in range(1_000_000):
            connection.sendall(b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n" * 100)


def talks_nonsense(connection: socket.socket, _: Received) -> None:
    """Answer with what is no HTTP."""
    connection.sendall(b"\x00\x1b[31mSSH-2.0-nonsense\r\n\r\n")


@contextlib.contextmanager
def receiving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver that runs, each connection in a thread of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        receiver = Receiver(listening.getsockname()[1], answer)
        threading.Thread(target=_accept, args=(listening, receiver, tls), daemon=True).start()
        try:
            yield receiver
        finally:
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)


def _accept(listening: socket.socket, receiver: Receiver, tls: ssl.SSLContext | None) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=_serve, args=(connection, receiver, tls), daemon=True).start()


def _serve(raw: socket.socket, receiver: Receiver, tls: ssl.SSLContext | None) -> None:
    with (
        raw,
        contextlib.suppress(OSError),
        raw if tls is None else tls.wrap_socket(raw, server_side=True) as connection,
    ):
        content = b""
        while b"\r\n\r\n" not in content:
            part = connection.recv(65536)
            if not part:
                return
            content += part
        head, _, body = content.partition(b"\r\n\r\n")
        line, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            body += connection.recv(65536)
        received = Received(line, headers, body)
        receiver.received.append(received)
        receiver.answer(connection, received)


def own_signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 by RFC 2104, without the library's ``hmac``: of the timestamp, a dot and the body."""
    key = secret.encode()
    key = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    inner = hashlib.sha256(bytes(each ^ 0x36 for each in key) + timestamp.encode() + b"." + body).digest()
    outer = hashlib.sha256(bytes(each ^ 0x5C for each in key) + inner).hexdigest()
    return f"sha256={outer}"
