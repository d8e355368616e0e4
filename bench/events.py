"""Many readers of one run's events at once, and how long others wait for a status meanwhile."""

from __future__ import annotations

import asyncio
import shutil
import statistics
import time
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
        streams, waits = asyncio.run(_all(httpx.URL(url), job))
        whole = client.get(f"{API}/status/{job}/events").content
    shutil.rmtree(root)
    right = sum(stream == whole for stream in streams)
    events = whole.count(b"\nevent: ")
    p99 = statistics.quantiles(waits, n=100)[98]
    return [
        (f"{READERS} readers of a run's events: those who read all {events}, each once", f"{right}", f"{READERS}"),
        (f"  status meanwhile, p99 of {len(waits)}", f"{p99 * 1e3:.1f} ms", "≤ 20 ms"),
    ]


async def _all(url: httpx.URL, job: str) -> tuple[list[bytes], list[float]]:
    """What each reader read, and how long each status took, until all have read."""
    reading = asyncio.gather(*[_read(url, job) for _ in range(READERS)])
    waits = await _ask(url, job, reading)
    return await reading, waits


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


async def _ask(url: httpx.URL, job: str, reading: asyncio.Future[list[bytes]]) -> list[float]:
    """Ask for the status a hundred times a second, over one connection."""
    reader, writer = await asyncio.open_connection(url.host, url.port)
    request = f"GET {API}/status/{job} HTTP/1.1\r\nHost: {url.host}\r\n\r\n".encode()
    waits = []
    while not reading.done():
        begun = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        size = next(line for line in head.splitlines() if line.startswith(b"content-length"))
        await reader.readexactly(int(size.partition(b":")[2]))
        waits.append(time.perf_counter() - begun)
        await asyncio.sleep(ASK_EVERY_S)
    writer.close()
    return waits
