"""The server under load, keys and logs on: wrk at 8 connections, beside bare uvicorn and nginx sending the same bytes.

Needs ``wrk`` and ``nginx`` (Debian's packages of those names); says so where they are not there.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import httpx

from strikebook.market.catalogue import Catalogue
from strikebook.service.strategy_file import load_strategy
from strikebook.storage.codec import decode_day, encode_day
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey, day_text

Row = tuple[str, str, str]
SECONDS = 3
CONNECTIONS = 8
ROUNDS = 3
API = "/api/v1/backtest"
PROGRAM = str(Path(sys.executable).with_name("strikebook"))


def measure_server(document: bytes, market: Path, bars: Path) -> list[Row]:
    """Every bar of the server in one run."""
    missing = [name for name in ("wrk", "nginx") if shutil.which(name) is None]
    if missing:
        return [("the server under load", f"not measured: install {' and '.join(missing)}", "")]
    root = bars / "server"
    shutil.rmtree(root, ignore_errors=True)
    strategy_id = load_strategy(document).id
    (root / "strategies").mkdir(parents=True)
    (root / "strategies" / f"{strategy_id}.json").write_bytes(document)
    key = _key(root)
    with strikebook(root, market) as (url, process):
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
            rows = _runs(client, strategy_id, market)
            rows += _reads(client, url, headers, root, strategy_id)
            rows.append(("  memory of the server, proportional set size", f"{_pss(process.pid):.0f} MB", "≤ 150 MB"))
            rows += _clears(client, root, strategy_id)
    shutil.rmtree(root)
    return rows


def _runs(client: httpx.Client, strategy_id: str, market: Path) -> list[Row]:
    """POST to completed, and how long the POST itself takes."""
    days = Catalogue(market).days("NIFTY", date(2000, 1, 1), date(2100, 1, 1))
    body = {"strategy_id": strategy_id, "start_date": days[0].isoformat(), "end_date": days[-1].isoformat()}
    posts, whole = [], []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        job = client.post(f"{API}/run", json={"user_id": "bench", **body}).raise_for_status().json()["job_id"]
        while (status := client.get(f"{API}/status/{job}").json()["status"]) in ("queued", "running"):
            time.sleep(0.02)
        whole.append(time.perf_counter() - begun)
        assert status == "completed", status
    for number in range(20):
        begun = time.perf_counter()
        answer = client.post(f"{API}/run", json={"user_id": f"user{number}", **body, "end_date": body["start_date"]})
        posts.append(time.perf_counter() - begun)
        job = answer.raise_for_status().json()["job_id"]
        while client.get(f"{API}/status/{job}").json()["status"] in ("queued", "running"):
            time.sleep(0.005)
    return [
        (
            f"{len(days)} days from POST to completed, two workers (median of {ROUNDS})",
            f"{statistics.median(whole):.2f} s",
            "≤ 4 s",
        ),
        ("  POST run, median of 20", f"{statistics.median(posts) * 1e3:.1f} ms", "≤ 10 ms"),
    ]


def _reads(client: httpx.Client, url: str, headers: dict[str, str], root: Path, strategy_id: str) -> list[Row]:
    """Status, metadata and a day file of 100 positions, against the same bytes from bare uvicorn and from nginx."""
    storage, key = FolderStorage(root / "results"), RunKey("bench", strategy_id)
    day = storage.days(key)[0]
    full = hundred_positions(storage, key, day)
    storage.put_day(key, day, full)
    jobs = client.get(f"{API}/jobs", params={"user_id": "bench"}).json()
    job = (jobs["jobs"] if isinstance(jobs, dict) else jobs)[0]["job_id"]
    paths = {
        "status": f"{API}/status/{job}",
        "metadata": f"{API}/metadata/{key}",
        "day": f"{API}/day/{key}/{day_text(day)}",
    }
    file = root / "day.json.gz"
    file.write_bytes(full)
    rates: dict[str, list[float]] = {name: [] for name in (*paths, "uvicorn", "nginx")}
    middles: dict[str, list[float]] = {name: [] for name in rates}
    with _bare_uvicorn(file) as bare, _nginx(root, full) as static:
        targets = {name: url + path for name, path in paths.items()} | {"uvicorn": bare, "nginx": static}
        for _ in range(ROUNDS):
            for name, target in targets.items():
                rate, middle = _wrk(target, {**headers, "Accept-Encoding": "gzip"})
                rates[name].append(rate)
                middles[name].append(middle)
    typical = {name: statistics.median(values) for name, values in rates.items()}
    share = statistics.median(a / b for a, b in zip(rates["day"], rates["uvicorn"], strict=True))
    to_nginx = statistics.median(a / b for a, b in zip(rates["day"], rates["nginx"], strict=True))
    rows: list[Row] = [
        (
            f"  {name}, p50 at {CONNECTIONS} connections ({typical[name]:.0f} requests a second)",
            f"{statistics.median(middles[name]):.2f} ms",
            "≤ 2 ms",
        )
        for name in paths
    ]
    return [
        *rows,
        (f"  day file of 100 positions ({len(full) / 1e3:.0f} kB) against bare uvicorn", f"{share:.0%}", "≥ 60 %"),
        ("  against nginx with gzip_static", f"{to_nginx:.0%}", ""),
    ]


def _clears(client: httpx.Client, root: Path, strategy_id: str) -> list[Row]:
    times = []
    storage, key = FolderStorage(root / "results"), RunKey("bench", strategy_id)
    files = {day: storage.day(key, day) for day in storage.days(key)}
    metadata = storage.metadata(key) or b""
    for _ in range(5):
        begun = time.perf_counter()
        cleared = client.delete(f"{API}/clear/{key}").raise_for_status().json()
        times.append(time.perf_counter() - begun)
        assert cleared["deleted_files"] == len(files)
        storage.begin(key, b"{}", metadata)
        for day, content in files.items():
            storage.put_day(key, day, content or b"")
    return [(f"  clear of {len(files)} days, median of 5", f"{statistics.median(times) * 1e3:.1f} ms", "≤ 20 ms")]


def hundred_positions(storage: FolderStorage, key: RunKey, day: date) -> bytes:
    """A day file with 100 positions: those of real days, one after another."""
    document = decode_day(storage.day(key, day) or b"")
    positions: list[object] = []
    for other in storage.days(key):
        more = decode_day(storage.day(key, other) or b"")["positions"]
        positions += more if isinstance(more, list) else []
        if len(positions) >= 100:
            break
    return encode_day({**document, "positions": positions[:100]})


def _wrk(url: str, headers: dict[str, str]) -> tuple[float, float]:
    """Requests a second, and the median in milliseconds."""
    named = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", *named, url]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in out, out
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    middle = re.search(r"50%\s+([\d.]+)(us|ms|s)", out)
    assert rate is not None, out
    assert middle is not None, out
    return float(rate[1]), float(middle[1]) * {"us": 1e-3, "ms": 1, "s": 1e3}[middle[2]]


def _key(root: Path) -> str:
    """An admin's key: the server runs with keys on."""
    command = [PROGRAM, "keys", "add", "--admin", "--results", str(root / "results")]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"sbk_\S+", out)
    assert found, out
    return found[0]


@contextlib.contextmanager
def strikebook(root: Path, market: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = _free_port()
    environment = {
        **os.environ,
        "STRIKEBOOK_PORT": str(port),
        "STRIKEBOOK_MARKET": str(market),
        "STRIKEBOOK_RESULTS": str(root / "results"),
        "STRIKEBOOK_STRATEGIES": str(root / "strategies"),
        "STRIKEBOOK_WORKERS": "2",
        "STRIKEBOOK_LOG": str(root / "server.jsonl"),
    }
    command = [PROGRAM, "serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            yield _ready(f"http://127.0.0.1:{port}", "/health"), process
        finally:
            process.terminate()


@contextlib.contextmanager
def _bare_uvicorn(file: Path) -> Iterator[str]:
    port = _free_port()
    command = [sys.executable, "-m", "bench.plain_server", str(file), str(port)]
    with subprocess.Popen(command) as process:
        try:
            yield _ready(f"http://127.0.0.1:{port}", "/")
        finally:
            process.terminate()


@contextlib.contextmanager
def _nginx(root: Path, content: bytes) -> Iterator[str]:
    port = _free_port()
    place = root / "nginx"
    place.mkdir()
    (place / "day.json.gz").write_bytes(content)
    (place / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {place}/pid; error_log {place}/error.log;\n"
        "events {}\n"
        f"http {{ access_log {place}/access.log; types {{ application/json json; }}\n"
        f"  client_body_temp_path {place}/a; proxy_temp_path {place}/b; fastcgi_temp_path {place}/c;\n"
        f"  uwsgi_temp_path {place}/d; scgi_temp_path {place}/e;\n"
        f"  server {{ listen 127.0.0.1:{port}; root {place}; gzip_static on; }} }}\n",
        "utf-8",
    )
    place.chmod(0o755)
    command = ["nginx", "-p", str(place), "-c", str(place / "nginx.conf"), "-g", "user root;"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield _ready(f"http://127.0.0.1:{port}", "/day.json") + "/day.json"
        finally:
            process.terminate()


def _ready(url: str, path: str) -> str:
    for _ in range(300):
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url + path, headers={"Accept-Encoding": "gzip"}).status_code < 500:
                return url
        time.sleep(0.1)
    raise TimeoutError(f"{url}{path} does not answer")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _pss(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    return int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1]) / 1e3
