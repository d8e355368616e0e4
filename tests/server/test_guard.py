"""What every request passes: hosts, origins, sizes, the queue's end, and the one shape of all errors."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from pathlib import Path

import httpx
import orjson
import pytest

from strikebook.errors import UsageError
from strikebook.server.admission import host_name, is_loopback
from strikebook.server.serve import serve
from strikebook.settings import Settings
from tests.server.running import (
    API,
    LONG_RUN,
    RUN,
    STRATEGY,
    USER,
    Running,
    ended,
    problem,
    running,
    submitted,
    until,
)

LIMIT = 4096
FOREIGN = ["https://evil.example", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "null", "file://"]
FOREIGN += ["http://evil.example#localhost", "http://localhost@evil.example", "ftp://localhost", "http://[::1", "", "x"]
FOREIGN += [
    "http://localhost:8300.evil.com",
    "http://localhost?evil.com",
    "http://localhost#@evil.com",
    "http://localhost:",
]
OWN_PAGES = [
    "http://localhost:3000",
    "http://127.0.0.1:5173",
    "https://localhost",
    "http://[::1]:8080",
    "HTTP://LOCALHOST",
]
CLEANUP = f"{API}/cleanup/run"
CHANGES = [("POST", f"{API}/run"), ("POST", CLEANUP), ("POST", f"{API}/jobs/bt_20241202_153045_abc123/cancel")]
CHANGES += [("DELETE", f"{API}/clear/{USER}/{STRATEGY}"), ("DELETE", f"/api/v1/strategies/{STRATEGY}?user_id={USER}")]
CHANGES += [("PUT", f"/api/v1/strategies/{STRATEGY}?user_id={USER}"), ("POST", "/api/v1/strategies/validate")]


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with narrow limits, on all addresses, for which another name and another site are allowed."""
    settings = {"largest_body_bytes": LIMIT, "running_jobs": 1, "queue_length": 1, "open_to_network": 1}
    settings |= {"host": "0.0.0.0", "allowed_hosts": "Book.example", "allowed_origins": "https://ui.example"}  # noqa: S104
    with running(tmp_path_factory.mktemp("narrow"), **settings) as server:
        yield server


# Hosts.


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST:1", "127.0.0.1:65535"])
def test_a_local_host_is_served(served: Running, host: str) -> None:
    """A request may be addressed to any name of this machine, with any port."""
    assert served.client.get("/health", headers={"Host": host}).status_code == 200


NO_HOSTS = ["evil.example", "localhost.evil.example", "evil.example:8000", "localhost:8000:1", "localhost/", "a b"]
NO_HOSTS += ["127.0.0.1@evil.example", "192.168.1.1", "0.0.0.0", "[::2]", "[]", ":80", "127.1", "localhost.", "%6c"]  # noqa: S104


@pytest.mark.parametrize("host", NO_HOSTS)
@pytest.mark.parametrize("path", ["/health", "/docs", f"{API}/jobs"])
def test_another_host_is_not(served: Running, path: str, host: str) -> None:
    """A page that points its own name at this machine gets 421, also for what is open to all."""
    problem(served.client.get(path, headers={"Host": host}), 421)


def test_a_request_without_a_host_is_not_served(served: Running) -> None:
    """HTTP/1.1 needs a host; the answer is an error and not the page."""
    line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
    line.putrequest("GET", "/health", skip_host=True)
    line.endheaders()
    answer = line.getresponse()
    answer.read()
    line.close()
    assert answer.status in (400, 421)


def test_hosts_where_others_may_come_in(narrow: Running) -> None:
    """A server on all addresses answers to any address and to the allowed names, not to other names."""
    for host in ("192.168.1.20:8000", "[fd00::1]", "book.example", "BOOK.EXAMPLE:80", "localhost"):
        assert narrow.client.get("/health", headers={"Host": host}).status_code == 200
    problem(narrow.client.get("/health", headers={"Host": "evil.example"}), 421)


@pytest.mark.parametrize(("header", "name"), [(b"A.b:80", "a.b"), (b"[::1]:1", "::1"), (b"", None), (b"a\xff", None)])
def test_the_name_in_a_host_header(header: bytes, name: str | None) -> None:
    """It is in lower case and without the port; what is no name is none."""
    assert host_name(header) == name


# Origins.


@pytest.mark.parametrize("origin", OWN_PAGES)
@pytest.mark.parametrize("path", ["/health", f"{API}/metadata/{USER}/{STRATEGY}", f"{API}/status/none"])
def test_a_page_on_this_machine_may_read(served: Running, path: str, origin: str) -> None:
    """The brief's page runs on another port: its origin is named in the answer, error or not, without credentials."""
    answer = served.client.get(path, headers={"Origin": origin})
    assert answer.headers["access-control-allow-origin"] == origin
    assert "access-control-allow-credentials" not in answer.headers
    assert "Origin" in answer.headers.get_list("vary", split_commas=True)
    assert "ETag" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_page_of_another_site_may_not_read(served: Running, origin: str) -> None:
    """Its origin is not named, so a browser keeps the answer from it."""
    answer = served.client.get(f"{API}/jobs", headers={"Origin": origin})
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("origin", OWN_PAGES)
def test_a_preflight(served: Running, origin: str) -> None:
    """A page on this machine is told which methods and headers it may use; a key is not asked for."""
    headers = {"Origin": origin, "Access-Control-Request-Method": "DELETE"}
    answer = served.client.options(f"{API}/clear/a/b", headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == origin
    assert {"GET", "POST", "PUT", "DELETE"} <= set(answer.headers["access-control-allow-methods"].split(", "))
    assert {"Content-Type", "X-API-Key"} <= set(answer.headers["access-control-allow-headers"].split(", "))
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_preflight_of_another_site(served: Running, origin: str) -> None:
    """It is refused."""
    headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    problem(served.client.options(f"{API}/run", headers=headers), 403)


@pytest.mark.parametrize(("method", "path"), CHANGES)
@pytest.mark.parametrize("sent", [{"Origin": origin} for origin in FOREIGN], ids=lambda sent: sent["Origin"] or "empty")
def test_another_site_may_not_change_anything(served: Running, method: str, path: str, sent: dict[str, str]) -> None:
    """Whatever changes something is 403 for a page of another site, before its body is looked at."""
    found = problem(served.client.request(method, path, headers=sent, content=b"{}"), 403)
    assert found["where"] == "Origin"


@pytest.mark.parametrize("site", ["cross-site", "same-site", "CROSS-SITE", "none, cross-site"])
def test_a_browser_that_says_whose_page_it_was(served: Running, site: str) -> None:
    """Without an origin, a browser's word that the page was of another site is enough to refuse."""
    problem(served.client.post(CLEANUP, headers={"Sec-Fetch-Site": site}), 403)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        *({"Origin": origin, "Sec-Fetch-Site": "same-site"} for origin in OWN_PAGES),
    ],
    ids=str,
)
def test_those_who_may_change_things(served: Running, sent: dict[str, str]) -> None:
    """Programs, the server's own pages and pages of this machine may."""
    assert served.client.post(CLEANUP, headers=sent).status_code == 200


def test_an_allowed_site(narrow: Running) -> None:
    """An origin that the settings name may read and change."""
    sent = {"Origin": "https://ui.example"}
    answer = narrow.client.post(CLEANUP, headers=sent)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, sent["Origin"])
    problem(narrow.client.post(CLEANUP, headers={"Origin": "https://ui.example.evil"}), 403)
    problem(narrow.client.post(CLEANUP, headers={"Origin": "http://ui.example"}), 403)


def test_a_page_of_a_name_that_points_here_has_no_own_origin(served: Running) -> None:
    """That the origin equals the host helps nobody whose host is not served."""
    sent = {"Host": "evil.example", "Origin": "http://evil.example"}
    problem(served.client.post(CLEANUP, headers=sent), 421)


# Addresses.


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "example.org", ""])  # noqa: S104
def test_listening_elsewhere_without_keys_is_refused(tmp_path: Path, host: str) -> None:
    """The server does not start, says how to make keys, and has written nothing."""
    with pytest.raises(UsageError, match="without keys") as refused:
        serve(Settings(host=host, results=tmp_path / "results"), lambda _: None)
    assert "strikebook keys add" in refused.value.right
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("Localhost", True), ("0.0.0.0", False), ("::", False)],  # noqa: S104
)
def test_what_only_this_machine_reaches(host: str, local: bool) -> None:
    """Loopback addresses and localhost; the address that stands for all is not one."""
    assert is_loopback(host) is local


# Limits.


def body_of(size: int) -> bytes:
    """A run's body of that size, which is refused for its options once it has been read."""
    body = orjson.dumps({**RUN, "options": {"fill": "x"}})
    return body + b" " * (size - len(body))


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_body_that_is_too_large(narrow: Running, method: str, path: str) -> None:
    """It is 413 for every method that takes one, whether its size is stated or not."""
    found = problem(narrow.client.request(method, path, content=body_of(LIMIT + 1)), 413)
    assert str(LIMIT) in found["right"]
    parts = (b" " * 100 for _ in range(LIMIT // 100 + 1))
    problem(narrow.client.request(method, path, content=parts), 413)


def test_a_body_of_the_largest_size(narrow: Running) -> None:
    """It is read: what it says is refused, not its size."""
    answer = narrow.client.post(f"{API}/run", content=body_of(LIMIT), headers={"Content-Type": "application/json"})
    assert problem(answer, 422)["where"] == "body.options.fill"


def test_a_queue_that_is_full(narrow: Running) -> None:
    """One job runs and one waits, which its status says; a third is 503 with a time to come back, and is not there."""
    client = narrow.client
    first = submitted(client, {**LONG_RUN, "user_id": "first"})
    until(client, first, ("running",))
    second = submitted(client, {**RUN, "user_id": "second"})
    waiting = client.get(f"{API}/status/{second}").json()
    assert (waiting["status"], waiting["queue_position"], waiting["started_at"]) == ("queued", 1, None)
    answer = client.post(f"{API}/run", json={**RUN, "user_id": "third"})
    assert problem(answer, 503)["right"]
    assert int(answer.headers["retry-after"]) > 0
    assert client.get(f"{API}/jobs", params={"user_id": "third"}).json() == {"jobs": []}
    assert client.post(f"{API}/jobs/{second}/cancel").json()["status"] == "cancelled"
    third = submitted(client, {**RUN, "user_id": "third"})
    client.post(f"{API}/jobs/{first}/cancel")
    assert ended(client, third)["status"] == "completed"


# Errors.


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/api/v1/backtest", 404),
        ("GET", f"{API}/status", 404),
        ("GET", f"{API}/status/", 404),
        ("GET", f"{API}/cleanup/status/", 404),
        ("GET", "/docs/nothing.js", 404),
        ("GET", f"{API}/run", 405),
        ("POST", f"{API}/status/x", 405),
        ("DELETE", f"{API}/day/a/b/01-10-2024", 405),
        ("PATCH", f"{API}/jobs", 405),
        ("TRACE", "/health", 405),
        ("OPTIONS", f"{API}/run", 405),
        ("PROPFIND", "/health", 405),
        ("GET", f"{API}/metadata/a/b", 404),
        ("GET", f"{API}/metadata/.a/b", 422),
        ("GET", f"{API}/day/a/b/yesterday", 422),
        ("GET", f"{API}/day/a/b/32-01-2024", 422),
        ("POST", f"{API}/run", 422),
    ],
)
def test_every_error_is_a_problem(served: Running, method: str, path: str, status: int) -> None:
    """It has the one envelope, says what would be right, and is not kept by anyone."""
    answer = served.client.request(method, path)
    found = problem(answer, status)
    assert found["right"]
    assert found["title"]
    assert answer.headers["cache-control"] == "no-store"
    if status == 405:
        assert method not in answer.headers["allow"]
        assert answer.headers["allow"]


def test_a_request_keeps_the_id_that_it_came_with(served: Running) -> None:
    """A request id that is given is in the answer and the log; one that makes no sense is replaced."""
    answer = served.client.get(f"{API}/status/none", headers={"X-Request-ID": "from-the-page.7"})
    assert problem(answer, 404)["request_id"] == "from-the-page.7"
    assert '"request_id":"from-the-page.7"' in served.log()
    ids = []
    for given in ("a b", "", "x" * 65, 'a"b', "ä"):
        request = httpx.Request("GET", f"{served.url}/health", headers=[(b"x-request-id", given.encode())])
        ids.append(served.client.send(request).headers["x-request-id"])
    assert len(set(ids)) == 5
    assert all(len(each) == 16 for each in ids)


def test_the_log_has_a_line_for_every_request(served: Running) -> None:
    """Each line is one JSON object with its method, path, status, time and size, whatever is in the path."""
    served.client.get("/a%1b[31m%0d%0aforged")
    lines = [orjson.loads(line) for line in served.log().splitlines()]
    (found,) = [line for line in lines if "forged" in str(line.get("path"))]
    assert (found["event"], found["method"], found["status"]) == ("request", "GET", 404)
    assert found["ms"] > 0
    assert found["bytes"] > 0


def test_a_queued_job_is_logged_with_its_request(served: Running) -> None:
    """The job, its user and the request that submitted it stand in one line."""
    job_id = submitted(served.client, {**RUN, "user_id": "logged"}, headers={"X-Request-ID": "asks-for-a-job"})
    ended(served.client, job_id)
    (line,) = [
        line
        for line in map(orjson.loads, served.log().splitlines())
        if line["event"] == "job queued" and line["job_id"] == job_id
    ]
    assert (line["user_id"], line["request_id"]) == ("logged", "asks-for-a-job")


def test_a_broken_file_does_not_tell_where_it_lies(served: Running) -> None:
    """An error of the disk names no path of the server."""
    folder = served.results / "nopath" / STRATEGY
    folder.mkdir(parents=True)
    (folder / "metadata.json").write_text("no JSON")
    for path in (f"{API}/day/nopath/{STRATEGY}/01-10-2024", f"{API}/results/nopath", f"{API}/cleanup/status"):
        text = served.client.get(path).text
        assert str(served.folder) not in text
        assert "Traceback" not in text
    (folder / "metadata.json").unlink()
    folder.rmdir()


def test_a_client_that_goes_away_breaks_nothing(served: Running) -> None:
    """One that sends half a body and leaves is forgotten; the next is served."""
    for _ in range(5):
        line = http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)
        line.putrequest("POST", f"{API}/run")
        line.putheader("Content-Length", "1000")
        line.endheaders()
        line.send(b'{"user_id"')
        line.close()
    assert served.client.get("/health").status_code == 200
    assert "request broke" not in served.log()


@pytest.mark.parametrize(
    ("path", "allowed"), [("/docs", "GET, HEAD"), ("/", "GET, HEAD"), ("/assets/x.js", "GET, HEAD")]
)
def test_pages_name_their_methods(served: Running, path: str, allowed: str) -> None:
    """A page and its files can be read, and nothing else."""
    answer = served.client.post(path)
    problem(answer, 405)
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize(
    ("body", "where", "right"),
    [
        ({"start_date": "2024-02-30"}, "body.start_date", "DD-MM-YYYY or YYYY-MM-DD"),
        ({"options": {"slippage": "1 rupee"}}, "body.options.slippage", '"0.5 points", "2 ticks" or "0.1 percent"'),
        ({"options": {"scale": "zero"}}, "body.options.scale", "a number above 0, at most 10000"),
        (
            {"options": {"brokerage": "free"}},
            "body.options.brokerage",
            '"20" (rupees an order), "10 per lot", "0.05 percent" or "0.05 percent max 20"',
        ),
        ({"options": {"terms": "then"}}, "body.options.terms", "as_was or today"),
        ({"user_id": "../x"}, "body.user_id", "1 to 128 letters, digits and . _ - @, not starting with a dot"),
    ],
)
def test_a_mistake_is_told_in_words(served: Running, body: dict[str, object], where: str, right: str) -> None:
    """What was sent and what would be right; never the pattern that a text does not fit."""
    found = problem(served.client.post(f"{API}/run", json={**RUN, **body}), 422)
    assert (found["where"], found["right"]) == (where, right)
    assert "pattern" not in str(found)
    assert "^" not in str(found)
    assert len(found["detail"]) < 100
    nothing = problem(served.client.get(f"{API}/statistics/me/mine", params={"capital": "0"}), 422)
    assert "rupees above 0" in nothing["right"]


def test_a_larger_strategy_than_anyone_draws_is_refused_shortly(served: Running) -> None:
    """A document of many thousand nodes is not read, and the answer is no larger than a page."""
    nodes = [{"id": f"n{number}", "type": "x"} for number in range(20_000)]
    answer = served.client.post("/api/v1/strategies/validate", json={"strategy_id": "x", "nodes": nodes, "edges": []})
    assert answer.json()["findings"][0]["what"] == "more than 1000 nodes"
    few = {"strategy_id": "x", "nodes": nodes[:900], "edges": []}
    found = served.client.post("/api/v1/strategies/validate", json=few).json()
    assert len(found["findings"]) == 200
    assert found["findings_total"] > 900
    refused = served.client.put("/api/v1/strategies/x?user_id=me", json=few)
    assert len(problem(refused, 422)["detail"]) < 2_000
