"""The page in a browser that has never seen it: the calendar of 230 days, a day of 100 positions, the size of its code.

Needs the built page and Chromium (``CHROMIUM``, or /usr/bin/chromium); says so where they are not there.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import time
from datetime import date
from pathlib import Path

import httpx

from bench.server import API, hundred_positions, strikebook
from strikebook.market.catalogue import Catalogue
from strikebook.service.strategy_file import load_strategy
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey, day_text

Row = tuple[str, str, str]
ROOT = Path(__file__).parent.parent
BUILT = ROOT / "src" / "strikebook" / "server" / "page"
USER = "bench"


def measure_page(document: bytes, market: Path, bars: Path) -> list[Row]:
    """Every bar of the page in one run."""
    chromium = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    if not (BUILT / "index.html").exists():
        return [("the page", "not measured: build it with `make page`", "")]
    rows = [_size()]
    if not Path(chromium).exists():
        return [*rows, ("the page in a browser", "not measured: install chromium", "")]
    root = bars / "page"
    shutil.rmtree(root, ignore_errors=True)
    key = RunKey(USER, load_strategy(document).id)
    (root / "strategies").mkdir(parents=True)
    (root / "strategies" / f"{key.strategy_id}.json").write_bytes(document)
    with strikebook(root, market) as (url, _process):
        days = _run(url, key, market)
        storage = FolderStorage(root / "results")
        full = storage.days(key)[0]
        storage.put_day(key, full, hundred_positions(storage, key, full))
        address = f"/r/{key}"
        asked = {"url": url, "result": address, "day": f"{address}/{day_text(full)}", "days": days, "positions": 100}
        seen = _measured(asked, chromium)
    shutil.rmtree(root)
    return [
        *rows,
        (f"cold load to a calendar of {days} days, median of 7", f"{seen['calendar']:.0f} ms", "≤ 1000 ms"),
        ("  a day of 100 positions to table and chart, first time", f"{seen['first']:.0f} ms", "≤ 300 ms"),
        ("  and once more", f"{seen['again']:.0f} ms", "≤ 300 ms"),
    ]


def _size() -> Row:
    scripts = [path.read_bytes() for path in sorted((BUILT / "assets").glob("*.js"))]
    packed = sum(len(gzip.compress(each, 9)) for each in scripts)
    return ("the page's own JavaScript, gzip", f"{packed / 1e3:.0f} kB", "≤ 350 kB")


def _run(url: str, key: RunKey, market: Path) -> int:
    """Run every day of the market; how many there are."""
    days = Catalogue(market).days("NIFTY", date(2000, 1, 1), date(2100, 1, 1))
    body = {"user_id": key.user_id, "strategy_id": key.strategy_id}
    body |= {"start_date": days[0].isoformat(), "end_date": days[-1].isoformat()}
    with httpx.Client(base_url=url, timeout=60) as client:
        job = client.post(f"{API}/run", json=body).raise_for_status().json()["job_id"]
        while (status := client.get(f"{API}/status/{job}").json()["status"]) in ("queued", "running"):
            time.sleep(0.05)
    assert status == "completed", status
    return len(days)


def _measured(asked: dict[str, object], chromium: str) -> dict[str, float]:
    environment = {**os.environ, "STRIKEBOOK_BARS": json.dumps(asked), "CHROMIUM": chromium}
    command = ["npx", "playwright", "test", "--project=bars"]
    done = subprocess.run(
        command, cwd=ROOT / "web", env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    found = re.search(r"^BARS (\{.*\})$", done.stdout, re.M)
    assert found, done.stdout + done.stderr
    return {name: float(value) for name, value in json.loads(found[1]).items()}
