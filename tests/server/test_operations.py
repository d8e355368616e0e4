"""What an operator has: metrics, a limit of requests, an nginx in front."""

from __future__ import annotations

import contextlib
import gzip
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from strikebook.server.keys import FILE_NAME, Caller, Keys
from strikebook.server.problems import ProblemError
from strikebook.server.rates import RateLimit
from tests.server.running import API, DAY, RUN, STRATEGY, USER, Running, ended, problem, running, submitted

OPS = Path(__file__).parents[2] / "ops"
NOW = datetime(2024, 12, 2, 15, 30, 45)  # noqa: DTZ001 — exchange time
DAY_PATH = f"{API}/day/{USER}/{STRATEGY}/{DAY}"


# Metrics.


def metrics(client: httpx.Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every sample, by its name and its labels."""
    answer = client.get("/metrics").raise_for_status()
    families = text_string_to_metric_families(answer.text)
    return {(each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples}


def labels(**values: str) -> frozenset[tuple[str, str]]:
    return frozenset(values.items())


def test_requests_jobs_and_days_are_counted(tmp_path: Path) -> None:
    """Each request under its endpoint, whichever way it is answered; names that are nobody's under one name."""
    with running(tmp_path) as server:
        ended(server.client, submitted(server.client, RUN))
        for _ in range(5):
            server.client.get(DAY_PATH)
        for path in ("/nothing", "/wp-login.php", f"{API}/nothing", "/api/v1/nothing"):
            server.client.get(path)
        server.client.patch("/health")
        found = metrics(server.client)
        assert found["strikebook_requests_total", labels(method="GET", endpoint="day", status="200")] == 5
        assert found["strikebook_requests_total", labels(method="GET", endpoint="other", status="404")] == 4
        assert found["strikebook_requests_total", labels(method="other", endpoint="health", status="405")] == 1
        assert found["strikebook_request_seconds_count", labels(endpoint="day")] == 5
        assert found["strikebook_request_seconds_bucket", labels(endpoint="day", le="+Inf")] == 5
        day_bytes = len((server.results / USER / STRATEGY / f"{DAY}.json.gz").read_bytes())
        assert found["strikebook_sent_bytes_total", labels(endpoint="day")] == 5 * day_bytes
        assert found["strikebook_jobs", labels(state="completed")] == 1
        assert found["strikebook_days_total", labels(status="traded")] == 3
        assert found["strikebook_results", labels()] == 1
        assert found["strikebook_free_bytes", labels()] > 0
        assert found["process_resident_memory_bytes", labels()] > 1e6
        endpoints = {dict(each)["endpoint"] for name, each in found if name == "strikebook_requests_total"}
        assert endpoints == {"run", "status", "day", "health", "other"}


def test_metrics_are_the_administrators(tmp_path: Path) -> None:
    """A user's key does not open them."""
    keys = Keys(tmp_path / "results" / FILE_NAME)
    (tmp_path / "results").mkdir()
    admin, user = keys.add(None, NOW), keys.add(USER, NOW)
    with running(tmp_path) as server:
        problem(server.client.get("/metrics"), 401)
        problem(server.client.get("/metrics", headers={"X-API-Key": user}), 403)
        assert server.client.get("/metrics", headers={"X-API-Key": admin}).status_code == 200


# A limit of requests.


def test_a_bucket_is_filled_steadily() -> None:
    """A minute's worth at once, then one each time there is one again; users do not share."""
    clock = [0.0]
    limit = RateLimit(6, lambda: clock[0])
    ann, bob, admin = Caller("ann", admin=False, key_id="1"), Caller("bob", admin=False), Caller(None, admin=True)
    assert [limit.allows(ann) for _ in range(7)] == [True] * 6 + [False]
    assert limit.allows(bob)
    assert limit.allows(admin)
    with pytest.raises(ProblemError) as refused:
        limit.refuse_too_many(ann)
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "10"})
    clock[0] = 10.0
    assert [limit.allows(ann) for _ in range(2)] == [True, False]
    clock[0] = 3600.0
    assert [limit.allows(ann) for _ in range(7)] == [True] * 6 + [False]
    assert all(RateLimit(0).allows(ann) for _ in range(1000))


def test_too_many_requests_are_refused_until_there_is_room(tmp_path: Path) -> None:
    """Also those that are answered at once; the page's own files and health are always there."""
    with running(tmp_path, requests_per_minute=60) as server:
        ended(server.client, submitted(server.client, RUN))
        while (answer := server.client.get(DAY_PATH)).status_code == 200:
            pass
        refused = problem(answer, 429)
        assert "60 requests a minute" in refused["detail"]
        assert int(answer.headers["retry-after"]) >= 1
        assert server.client.get("/health").status_code == 200
        assert server.client.get("/").status_code == 200
        time.sleep(int(answer.headers["retry-after"]))
        assert server.client.get(DAY_PATH).status_code == 200


# nginx in front.


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, httpx.Client]]:
    """A server behind an nginx with the configuration that is shipped, but for its ports and folders."""
    if shutil.which("nginx") is None:
        pytest.skip("there is no nginx here: apt-get install nginx-light")
    folder = tmp_path_factory.mktemp("behind")
    with running(folder, accel_prefix="/_results", allowed_hosts="book.example.org") as server:
        ended(server.client, submitted(server.client, RUN))
        with _nginx(folder, server.port) as port:
            headers = {"Host": "book.example.org"}
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False) as client:
                yield server, client


@contextlib.contextmanager
def _nginx(folder: Path, upstream: int) -> Iterator[int]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    site = (OPS / "nginx.conf").read_text("utf-8")
    for shipped, here in (
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{upstream};"),
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("/var/lib/strikebook/backtest_data/", f"{folder}/results/"),
    ):
        assert site.count(shipped) == 1
        site = site.replace(shipped, here)
    place = folder / "nginx"
    place.mkdir()
    parts = "".join(
        f"{name}_temp_path {place}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (place / "nginx.conf").write_text(
        f"daemon off; pid {place}/pid; error_log {place}/error.log;\nevents {{}}\n"
        f"http {{ access_log off; {parts} {site} }}\n",
        "utf-8",
    )
    command = ["nginx", "-p", str(place), "-c", str(place / "nginx.conf"), "-g", "user root;"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port)
            yield port
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    give_up = time.monotonic() + 20
    while time.monotonic() < give_up:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("nginx does not answer")


def test_nginx_sends_a_day_as_it_is_stored(behind: tuple[Running, httpx.Client]) -> None:
    """The file's own bytes, sent by nginx; the server says only which, and its log has the request without a byte."""
    server, client = behind
    request = client.build_request("GET", DAY_PATH, headers={"Accept-Encoding": "gzip"})
    answer = client.send(request, stream=True)
    raw = b"".join(answer.iter_raw())
    stored = (server.results / USER / STRATEGY / f"{DAY}.json.gz").read_bytes()
    assert raw == stored
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "x-accel-redirect" not in answer.headers
    asked = server.client.get(DAY_PATH, headers={"Accept-Encoding": "gzip"})
    assert asked.headers["x-accel-redirect"] == f"/_results/{USER}/{STRATEGY}/{DAY}.json.gz"
    again = client.get(DAY_PATH, headers={"Accept-Encoding": "gzip", "If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = client.head(DAY_PATH, headers={"Accept-Encoding": "gzip"})
    assert (head.status_code, int(head.headers["content-length"])) == (200, len(stored))
    assert re.search(r'"path":"/api/v1/backtest/day[^}]*"bytes":0', server.log())


def test_behind_nginx_all_else_is_as_it_was(behind: tuple[Running, httpx.Client]) -> None:
    """Plain bytes for who takes no gzip, metadata, problems, events; and nobody reaches the files by their path."""
    server, client = behind
    stored = gzip.decompress((server.results / USER / STRATEGY / f"{DAY}.json.gz").read_bytes())
    assert client.get(DAY_PATH, headers={"Accept-Encoding": "identity"}).content == stored
    assert client.get(f"{API}/metadata/{USER}/{STRATEGY}").json()["status"] == "completed"
    problem(client.get(f"{API}/day/{USER}/{STRATEGY}/02-10-2024"), 404)
    problem(client.get(f"{API}/day/{USER}/..%2f..%2fx/{DAY}"), 404)
    assert client.get(f"/_results/{USER}/{STRATEGY}/{DAY}.json.gz").status_code == 404
    job = client.get(f"{API}/jobs").json()["jobs"][0]["job_id"]
    assert client.get(f"{API}/status/{job}/events").text.count("\ndata: ") == 6
    assert client.get("/metrics").status_code == 200
    assert client.get("/health", headers={"Host": "evil.example"}).status_code == 421


def test_the_unit_of_systemd_names_what_there_is() -> None:
    """Its command is one of ours, and each setting in it is a setting."""
    unit = (OPS / "strikebook.service").read_text("utf-8")
    from strikebook.settings import Settings

    names = {name.lower() for name in re.findall(r"^Environment=STRIKEBOOK_([A-Z_]+)=", unit, re.M)}
    assert names == {"market", "results", "strategies", "log"}
    assert names <= Settings.model_fields.keys()
    assert re.search(r"^ExecStart=\S+/strikebook serve$", unit, re.M)
