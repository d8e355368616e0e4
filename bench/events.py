"""Many readers of one run's events at once, and how long others wait for a status meanwhile.

The readers have a process of their own (``python -m bench.events URL JOB``): who asks for the status must not wait for
them to read, only for the server.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path

import httpx

from bench.server import API, Row, strikebook
from strikebook.market.catalogue import Catalogue
from strikebook.service.strategy_file import load_strategy

READERS = 200
ASK_EVERY_S = 0.01


def measure_events(document: bytes, market: Path, bars: Path) -> list[Row]:
    """Two hundred readers on a run of all days of the market."""
    root = bars / "events"
    shutil.rmtree(root, ignore_errors=True)
    strategy_id = load_strategy(document).id
    (root / "strategies").mkdir(parents=True)
    (root / "strategies" / f"{strategy_id}.json").write_bytes(document)
    days = Catalogue(market).days("NIFTY", date(2000, 1, 1), date(2100, 1, 1))
    body = {"user_id": "bench", "strategy_id": strategy_id}
    body |= {"start_date": days[0].isoformat(), "end_date": days[-1].isoformat()}
    with strikebook(root, market) as (url, _), httpx.Client(base_url=url, timeout=60) as client:
        job = client.post(f"{API}/run", json=body).raise_for_status().json()["job_id"]
        with subprocess.Popen([sys.executable, "-m", "bench.events", url, job], stdout=subprocess.PIPE) as readers:
            waits = _ask(httpx.URL(url), job, readers)
            streams = Counter((readers.stdout or io.BytesIO()).read().split())
        whole = client.get(f"{API}/status/{job}/events").content
    shutil.rmtree(root)
    right = streams[_digest(whole)]
    events = whole.count(b"\nevent: ")
    p99 = statistics.quantiles(waits, n=100)[98]
    return [
        (f"{READERS} readers of a run's events: those who read all {events}, each once", f"{right}", f"{READERS}"),
        (f"  status meanwhile, p99 of {len(waits)}", f"{p99 * 1e3:.1f} ms", "≤ 20 ms"),
    ]


def _ask(url: httpx.URL, job: str, readers: subprocess.Popen[bytes]) -> list[float]:
    """Ask for the status a hundred times a second, over one connection, until the readers have read all."""
    request = f"GET {API}/status/{job} HTTP/1.1\r\nHost: {url.host}\r\n\r\n".encode()
    waits = []
    with socket.create_connection((url.host, url.port or 80)) as connection:
        while readers.poll() is None:
            begun = time.perf_counter()
            connection.sendall(request)
            answer = connection.recv(65536)
            waits.append(time.perf_counter() - begun)
            assert answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"}"), answer  # noqa: PT018
            time.sleep(ASK_EVERY_S)
    return waits


async def _read_all(url: httpx.URL, job: str) -> list[bytes]:
    """What each reader read, as a digest."""
    return [_digest(stream) for stream in await asyncio.gather(*[_read(url, job) for _ in range(READERS)])]


def _digest(stream: bytes) -> bytes:
    return hashlib.sha256(stream).hexdigest().encode()


async def _read(url: httpx.URL, job: str) -> bytes:
    """The whole stream of a job's events."""
    reader, writer = await asyncio.open_connection(url.host, url.port)
    path = f"{API}/status/{job}/events"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {url.host}\r\nConnection: close\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    writer.close()
    return b"".join(parts)


if __name__ == "__main__":
    sys.stdout.buffer.write(b"\n".join(asyncio.run(_read_all(httpx.URL(sys.argv[1]), sys.argv[2]))))
