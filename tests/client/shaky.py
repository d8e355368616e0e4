"""Something between a client and a server: it passes on, breaks off, lets no events through, or answers itself."""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass
class Between:
    """What stands between; ``seen`` has each request with its headers."""

    url: str
    target: str
    break_events_after: int | None = None
    """Each stream is broken off after so many events."""
    no_events: bool = False
    """Streams come through as one piece of text, under another name."""
    answer: tuple[int, dict[str, str], bytes] | None = None
    """What is answered in the server's place."""
    drop: int = 0
    """So many connections are closed without an answer."""
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)


@contextlib.contextmanager
def between(target: str) -> Iterator[Between]:
    """Stand before a server."""
    found: list[Between] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

        def _pass_on(self) -> None:
            way = found[0]
            content = self.rfile.read(int(self.headers.get("content-length") or 0))
            way.seen.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))
            self.close_connection = True
            if way.drop:
                way.drop -= 1
                return
            if way.answer is not None:
                status, headers, body = way.answer
                self._send(status, headers, [body])
                return
            host = urlsplit(way.target)
            asked = http.client.HTTPConnection(host.hostname or "", host.port)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            asked.request(self.command, self.path, content, headers)
            answer = asked.getresponse()
            kept = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
            if answer.getheader("content-type", "").startswith("text/event-stream"):
                if way.no_events:
                    kept["content-type"] = "text/plain"
                self._send(answer.status, kept, _events(answer, way.break_events_after))
            else:
                self._send(answer.status, kept, [answer.read()])
            asked.close()

        do_GET = do_POST = do_PUT = do_DELETE = _pass_on  # noqa: N815 — the names of the library

        def _send(self, status: int, headers: dict[str, str], pieces: Iterator[bytes] | list[bytes]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                for piece in pieces:
                    self.wfile.write(piece)
                    self.wfile.flush()

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        found.append(Between(f"http://127.0.0.1:{server.server_address[1]}", target))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield found[0]
        finally:
            server.shutdown()
            thread.join()


_HOP = {"transfer-encoding", "connection", "date", "server"}


def _events(answer: http.client.HTTPResponse, most: int | None) -> Iterator[bytes]:
    """A stream line by line; broken off in the middle of the event after ``most``."""
    passed = 0
    for line in answer:
        if most is not None and passed == most and line.startswith(b"data: "):
            yield line[: len(line) // 2]
            return
        yield line
        passed += line == b"\n"
