"""The export endpoint through a real server: its files, their names, who may have them, and what is left behind."""

from __future__ import annotations

import csv
import io
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pyarrow.parquet as pq
import pytest

from strikebook.errors import BusyError, NoSpaceError, QueueFullError
from strikebook.server.keys import FILE_NAME, Keys
from strikebook.service.export import exports as exports_module
from strikebook.service.export.exports import Exports
from strikebook.service.export.wanted import wanted_of
from strikebook.storage.folder_storage import FolderStorage
from strikebook.storage.layout import RunKey
from tests.server.running import (
    API,
    LONG_RUN,
    LONGEST_WAIT_S,
    RUN,
    STRATEGY,
    USER,
    Running,
    ended,
    problem,
    running,
    submitted,
)

EXPORT = f"{API}/export/{USER}/{STRATEGY}"
KEY = RunKey(USER, STRATEGY)
NAME = "two-sided-rsi-with-re-entries_2024-10-01_2024-10-04"
KINDS = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
    "html": "text/html; charset=utf-8",
}


def export(server: Running, **query: str) -> httpx.Response:
    """Ask for an export that there is."""
    answer = server.client.get(EXPORT, params=query)
    assert answer.status_code == 200, answer.text
    return answer


def pnl_paise(kind: str, content: bytes) -> int:
    """The gross profit of all trades in a file."""
    if kind == "csv":
        found: list[Any] = [row["pnl"] for row in csv.DictReader(io.StringIO(content.decode(), newline=""))]
    elif kind == "parquet":
        found = pq.read_table(io.BytesIO(content))["pnl"].to_pylist()
    else:
        head, *rows = openpyxl.load_workbook(io.BytesIO(content))["trades"].iter_rows(values_only=True)
        found = [row[head.index("pnl")] for row in rows]
    return sum(round(float(each) * 100) for each in found)


def no_export_is_left(folder: Path) -> bool:
    """Whether no file of an export is on the disk."""
    return not list((folder / ".exports").iterdir())


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_has_its_type_its_name_and_its_length(served: Running, kind: str) -> None:
    """It is to be saved, by nobody else to be kept, and nothing of it stays on the server."""
    answer = export(served, format=kind)
    assert answer.headers["content-type"] == KINDS[kind]
    suffix = "_trades" if kind in ("csv", "parquet") else ""
    assert answer.headers["content-disposition"] == f'attachment; filename="{NAME}{suffix}.{kind}"'
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["content-length"]) == len(answer.content)
    overall = served.client.get(f"{API}/metadata/{USER}/{STRATEGY}").json()["overall_summary"]
    assert int(answer.headers["x-trade-count"]) == overall["total_trades"]
    assert no_export_is_left(served.results)
    policy = answer.headers.get("content-security-policy", "")
    assert policy.startswith("sandbox; default-src 'none'") == (kind == "html")
    if kind != "html":
        assert pnl_paise(kind, answer.content) == round(overall["total_pnl"] * 100)


def test_filters_and_days_go_through(served: Running) -> None:
    """Of the trades of one day that lost, the file and its name."""
    answer = export(served, result="losers", **{"from": "03-10-2024", "to": "2024-10-03"})
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    day = served.client.get(f"{API}/day/{USER}/{STRATEGY}/03-10-2024").json()
    losers = [life["trade_id"] for life in day["positions"] if life["pnl"] < 0]
    assert losers
    assert sorted(row["trade_id"] for row in rows) == sorted(losers)
    assert "two-sided-rsi-with-re-entries_2024-10-03_trades_filtered.csv" in answer.headers["content-disposition"]
    days = export(served, table="days", leg="nobody").text.splitlines()
    assert len(days) == 1 + 3
    assert export(served, leg="nobody").headers["x-trade-count"] == "0"


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("format=pdf", 422, ""),
        ("format=xlsx&table=days", 422, "a table of xlsx"),
        ("from=2024-10-04&to=2024-10-01", 422, "from 2024-10-04 to 2024-10-01"),
        ("from=31-02-2024", 422, ""),
        ("result=best", 422, ""),
        ("leg=", 422, ""),
        (f"leg={'x' * 201}", 422, ""),
        ("from=02-10-2024&to=02-10-2024", 404, "No data found for date 02-10-2024"),
        ("from=2025-01-01", 404, "no day of this run"),
    ],
)
def test_what_cannot_be_is_refused(served: Running, query: str, status: int, said: str) -> None:
    """As a problem that says what would be right."""
    found = problem(served.client.get(f"{EXPORT}?{query}"), status)
    assert said in found["detail"]
    assert found["right"]


def test_a_run_that_is_none_has_no_export(served: Running) -> None:
    """Nor does an id that is none lead anywhere."""
    problem(served.client.get(f"{API}/export/{USER}/nothing"), 404)
    problem(served.client.get(f"{API}/export/..%2f..%2fetc/passwd"), 404)
    assert problem(served.client.get(f"{API}/export/.keys.json/x"), 422)["where"] == "path.user_id"


@pytest.fixture
def long_run(tmp_path: Path) -> Iterator[Running]:
    """A server with a run of some hundred days, which was cancelled."""
    with running(tmp_path) as server:
        job_id = submitted(server.client, LONG_RUN)
        while server.client.get(f"{API}/status/{job_id}").json()["progress"]["completed_days"] < 150:
            time.sleep(0.05)
        server.client.post(f"{API}/jobs/{job_id}/cancel")
        assert ended(server.client, job_id)["status"] == "cancelled"
        yield server


def test_a_client_that_goes_leaves_nothing_and_keeps_nobody_waiting(long_run: Running) -> None:
    """While a workbook is made others are answered; when its client goes it is given up, and so it is in mid-file."""
    worst = 0.0
    with pytest.raises(httpx.ReadTimeout):
        long_run.client.get(EXPORT, params={"format": "xlsx"}, timeout=0.4)
    for _ in range(50):
        begun = time.perf_counter()
        assert long_run.client.get("/health").status_code == 200
        worst = max(worst, time.perf_counter() - begun)
    assert worst < 0.5
    give_up = time.monotonic() + LONGEST_WAIT_S
    while not no_export_is_left(long_run.results):
        assert time.monotonic() < give_up
        time.sleep(0.05)
    with long_run.client.stream("GET", EXPORT, params={"format": "html"}) as answer:
        next(answer.iter_raw(1024))
    whole = long_run.client.get(EXPORT)
    assert "_trades_partial.csv" in whole.headers["content-disposition"]
    metadata = long_run.client.get(f"{API}/metadata/{USER}/{STRATEGY}").json()
    assert pnl_paise("csv", whole.content) == round(metadata["overall_summary"]["total_pnl"] * 100)
    assert set(csv_column(whole.text, "run_status")) == {"cancelled"}
    assert no_export_is_left(long_run.results)


def csv_column(text: str, name: str) -> list[str]:
    return [row[name] for row in csv.DictReader(io.StringIO(text, newline=""))]


def test_a_server_sweeps_what_a_killed_one_left(tmp_path: Path) -> None:
    """At its start; and it exports a run that goes on, of the days so far."""
    left = tmp_path / "results" / ".exports" / "tmpabc"
    left.mkdir(parents=True)
    (left / "export").write_bytes(b"half")
    with running(tmp_path) as server:
        assert not left.exists()
        job_id = submitted(server.client, LONG_RUN)
        while server.client.get(f"{API}/status/{job_id}").json()["progress"]["completed_days"] < 5:
            time.sleep(0.02)
        answer = export(server, table="days", to="2019-01-31")
        assert set(csv_column(answer.text, "run_status")) == {"running"}
        server.client.post(f"{API}/jobs/{job_id}/cancel")
        ended(server.client, job_id)


def test_another_users_run_is_not_exported(tmp_path: Path) -> None:
    """With keys: one's own, and an administrator any."""
    store = Keys(tmp_path / "results" / FILE_NAME)
    now = datetime(2024, 12, 2, 15, 30, 45)  # noqa: DTZ001 — exchange time
    keys = {name: store.add(name, now) for name in (USER, "bob")} | {"admin": store.add(None, now)}
    with running(tmp_path) as server:
        ended(server.client, submitted(server.client, RUN, **head(keys[USER])), **head(keys[USER]))
        assert server.client.get(EXPORT, **head(keys[USER])).status_code == 200
        assert server.client.get(EXPORT, **head(keys["admin"])).status_code == 200
        problem(server.client.get(EXPORT, **head(keys["bob"])), 403)
        problem(server.client.get(EXPORT), 401)


def head(key: str) -> dict[str, Any]:
    return {"headers": {"X-API-Key": key}}


# The limits, without a server around them.


def test_so_many_are_asked_for_and_no_more(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """One user's fourth is refused while three are there, and the ninth of all; what was refused leaves room."""
    monkeypatch.setattr(exports_module, "AT_ONCE", 0)  # nobody's turn comes: all of them wait
    waiting = Exports(FolderStorage(served.results), served.results, 0)
    gone, refused = threading.Event(), []

    def ask(user: str) -> None:
        try:
            waiting.make(RunKey(user, STRATEGY), wanted_of("csv"), gone)
        except BusyError as error:
            refused.append(error.what)

    threads = [threading.Thread(target=ask, args=(user,)) for user in ("a", "a", "a", "b", "b", "c")]
    for thread in threads:
        thread.start()
    while waiting._present.total() < len(threads):
        time.sleep(0.01)
    with pytest.raises(QueueFullError, match="6 exports are asked for already"):
        waiting.make(KEY, wanted_of("csv"), gone)
    monkeypatch.setattr(exports_module, "MOST_WAITING", 20)
    with pytest.raises(QueueFullError, match="3 exports of this user"):
        waiting.make(RunKey("a", STRATEGY), wanted_of("csv"), gone)
    gone.set()
    for thread in threads:
        thread.join()
    assert refused == ["the export was given up"] * len(threads)
    assert not waiting._present


def test_files_that_nobody_reads_are_counted(served: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until they are closed: slow clients do not fill the disk. A process is used again, and ends with the rest."""
    monkeypatch.setattr(exports_module, "MOST_OPEN", 1)
    ours = Exports(FolderStorage(served.results), served.results, 0)
    made = ours.make(KEY, wanted_of("csv"), threading.Event())
    assert (made.file.read(4), made.size > 1000) == (b"date", True)
    with pytest.raises(QueueFullError, match="1 exports are being sent"):
        ours.make(KEY, wanted_of("csv"), threading.Event())
    made.close()
    made.close()
    ours.make(KEY, wanted_of("csv"), threading.Event()).close()
    ours.close()
    with pytest.raises(BusyError, match="given up"):
        ours.make(KEY, wanted_of("csv"), threading.Event())


def test_a_disk_that_is_full_is_said(served: Running) -> None:
    """Before anything is written."""
    full = Exports(FolderStorage(served.results), served.results, 2**62)
    with pytest.raises(NoSpaceError, match="too little free space"):
        full.make(KEY, wanted_of("csv"), threading.Event())
