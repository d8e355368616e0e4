"""Hostile requests: nothing outside the roots is read, written or removed, nothing inside changes, nothing breaks."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import http.client
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pytest

from tests.server.hostile_table import TABLE, Hostile
from tests.server.running import DAY, RUN, STRATEGY, USER, Running, ended, running, submitted

SECRET = "only-outside-the-roots"  # noqa: S105
GROUPS = {
    method: list(found)
    for method, found in groupby(sorted(TABLE, key=lambda each: each.sent[:3]), key=lambda each: each.sent[:3])
}


@dataclass
class Fortress:
    """A server whose roots have links to a folder outside, which nobody may read, write or empty."""

    server: Running

    @property
    def sentinel(self) -> Path:
        return self.server.folder / "sentinel"

    def tree(self) -> dict[str, str]:
        """Every path below the server's folder but its log and its locks, with what it is and holds."""
        found = {}
        for folder, folders, files in os.walk(self.server.folder):
            folders[:] = [name for name in folders if name != ".locks"]
            for name in [*folders, *files]:
                path = Path(folder) / name
                if name != "server.jsonl":
                    found[str(path.relative_to(self.server.folder))] = _what(path)
        return found


def _what(path: Path) -> str:
    if path.is_symlink():
        return f"a link to {path.readlink()}"
    if path.is_dir():
        return "a folder"
    return f"{path.stat().st_mtime_ns} {path.stat().st_mode} {hashlib.sha256(path.read_bytes()).hexdigest()}"


@pytest.fixture(scope="module")
def fortress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    with running(tmp_path_factory.mktemp("fortress")) as server:
        ended(server.client, submitted(server.client, RUN))
        made = Fortress(server)
        _lay_out(made)
        yield made


def _lay_out(fortress: Fortress) -> None:
    """Put a whole run and a strategy outside, a strategy of the user's inside, and links to what is outside."""
    outside, own = fortress.sentinel, fortress.server.results / USER
    run = outside / STRATEGY
    run.mkdir(parents=True)
    (run / "metadata.json").write_text(f'{{"strategy_name": "{SECRET}", "created_at": "2020-01-01T00:00:00"}}')
    (run / "strategy.json").write_text(f'{{"strategy_name": "{SECRET}"}}')
    (run / f"{DAY}.json.gz").write_bytes(gzip.compress(f'{{"date": "{SECRET}"}}'.encode()))
    strategy = (fortress.server.strategies / f"{STRATEGY}.json").read_text().replace("Two-sided RSI", SECRET)
    (outside / "secret.json").write_text(strategy)
    (own / STRATEGY / "05-10-2024.json.gz").symlink_to(run / f"{DAY}.json.gz")
    (own / "linked").symlink_to(run)
    (own / "linkedfile").mkdir()
    (own / "linkedfile" / "metadata.json").symlink_to(run / "metadata.json")
    (fortress.server.results / "linkuser").symlink_to(outside)
    (fortress.server.strategies / "linkuser").symlink_to(outside)
    (fortress.server.strategies / "linked.json").symlink_to(outside / "secret.json")
    (fortress.server.strategies / USER).mkdir()
    (fortress.server.strategies / USER / "mine.json").write_text(strategy.replace(SECRET, "mine"))


def answered(server: Running, request: Hostile) -> tuple[int | None, bytes]:
    """The status and all bytes that come back; no status where nothing does.

    The sending side stays open: a client that has hung up gets no answer from a server that is still at work.
    """
    received = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=0.5 if None in request.right else 30) as line:
        with contextlib.suppress(ConnectionResetError, BrokenPipeError):
            line.sendall(request.sent)
        with contextlib.suppress(ConnectionResetError, TimeoutError):
            while part := line.recv(65_536):
                received += part
    return (int(received.split(b" ", 2)[1]) if received else None), received


def test_the_table_is_long_and_has_no_request_twice() -> None:
    """There are many more than sixty, each another."""
    assert len({request.sent for request in TABLE}) == len(TABLE) > 600


@pytest.mark.parametrize("method", GROUPS, ids=lambda method: method.hex() if method < b"A" else method.decode())
def test_hostile_requests(fortress: Fortress, method: bytes) -> None:
    """Each gets the answer that is right for it, never an error of the server; nothing is told, and nothing changes."""
    before = fortress.tree()
    wrong = []
    for request in GROUPS[method]:
        status, received = answered(fortress.server, request)
        told = SECRET.encode() in received or b"root:" in received or str(fortress.server.folder).encode() in received
        if status not in request.right or told or b"Traceback" in received:
            wrong.append((request.name, status, received[-200:]))
    assert not wrong, "\n".join(map(str, wrong))
    after = fortress.tree()
    assert {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)} == set()


def test_the_server_is_well_afterwards(fortress: Fortress) -> None:
    """Nothing broke on the way, no job was made, and what may be read still is."""
    assert "request broke" not in fortress.server.log()
    jobs = fortress.server.client.get("/api/v1/backtest/jobs").json()["jobs"]
    assert [job["user_id"] for job in jobs] == [USER]
    assert fortress.server.client.get(f"/api/v1/backtest/day/{USER}/{STRATEGY}/{DAY}").status_code == 200


def test_clearing_beside_links_removes_the_links_alone(fortress: Fortress) -> None:
    """Whatever is cleared or cleaned up, the files outside stay as they are."""
    before = {name: what for name, what in fortress.tree().items() if name.startswith("sentinel")}
    client = fortress.server.client
    for path in (f"{USER}/{STRATEGY}", f"{USER}/linked", f"{USER}/linkedfile", f"linkuser/{STRATEGY}"):
        assert client.delete(f"/api/v1/backtest/clear/{path}").status_code < 500
    assert client.post("/api/v1/backtest/cleanup/run?ttl_hours=0").status_code == 200
    assert {name: what for name, what in fortress.tree().items() if name.startswith("sentinel")} == before


def test_a_slow_request_keeps_nobody_waiting(fortress: Fortress) -> None:
    """While fifty connections send a head byte by byte, others are answered at once."""
    lines = [socket.create_connection(("127.0.0.1", fortress.server.port), timeout=10) for _ in range(50)]
    for line in lines:
        line.sendall(b"POST /api/v1/backtest/run HTTP/1.1\r\nHost: localhost\r\nContent-Le")
    assert fortress.server.client.get("/health", timeout=2).status_code == 200
    for line in lines:
        line.close()


def test_a_second_request_hidden_in_a_body_is_not_done(fortress: Fortress) -> None:
    """What follows a stated length is another request at most, never a part of the first that is taken for one."""
    inner = b"DELETE /api/v1/strategies/mine?user_id=user_123 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    line = http.client.HTTPConnection("127.0.0.1", fortress.server.port, timeout=10)
    line.request("POST", "/api/v1/backtest/run", inner, {"Content-Type": "application/json"})
    assert line.getresponse().status == 422
    line.close()
    assert (fortress.server.strategies / USER / "mine.json").exists()
