"""The page as the server hands it out: its document, its files, and what it says where it was not built."""

from __future__ import annotations

import asyncio
import gzip
import re
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request

from strikebook.server import page_routes
from strikebook.server.admission import Admission
from strikebook.server.guard import ADMISSION
from strikebook.server.keys import FILE_NAME, OPEN, Keys
from strikebook.server.page_paths import is_page
from strikebook.server.page_routes import Page
from tests.server.running import API, STRATEGY, USER, Running, problem, running

BUILT = Path(page_routes.__file__).parent / "page" / "index.html"
VIEWS = [
    "/",
    "/run",
    "/strategies",
    "/webhooks",
    "/limits?user=ann",
    f"/strategies/{STRATEGY}",
    f"/r/{USER}/{STRATEGY}/01-10-2024/why/a%2Fb",
]


@pytest.mark.parametrize("path", VIEWS)
def test_every_view_is_the_same_document(served: Running, path: str) -> None:
    """A browser gets it with a policy that lets nothing in from elsewhere, and asks again each time."""
    answer = served.client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"unsafe|\*|http|data:(?! )", policy.replace("img-src 'self' data:", ""))
    assert "//" not in answer.text
    again = served.client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_files_of_the_page_are_kept_for_good(served: Running) -> None:
    """What the document names is there, packed for who takes gzip, under names that change with the content."""
    if not BUILT.exists():
        assert "make page" in served.client.get("/").text
        return
    names = re.findall(r'(?:src|href)="(/assets/[^"]+)"', served.client.get("/").text)
    assert names
    for name in names:
        packed = served.client.get(name, headers={"Accept-Encoding": "gzip"})
        plain = served.client.get(name, headers={"Accept-Encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == plain.content
        assert int(packed.headers["content-length"]) < int(plain.headers["content-length"])
        assert packed.headers["etag"] != plain.headers["etag"]
        assert "immutable" in packed.headers["cache-control"]
        assert packed.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["none.js", "..%2f..%2fkeys.py", "..%2findex.html", "%2e%2e", ".hidden.js", "a%00.js"])
def test_only_the_files_of_the_page_are_files(served: Running, name: str) -> None:
    """Nothing else in the package, or above it, is handed out."""
    problem(served.client.get(f"/assets/{name}"), 404)


def test_an_address_that_is_none_is_a_page_for_a_person_and_a_problem_for_a_program(served: Running) -> None:
    """Both are 404; what is under the API is always a problem."""
    person = served.client.get("/nothing", headers={"Accept": "text/html,*/*"})
    assert (person.status_code, person.headers["content-type"]) == (404, "text/html; charset=utf-8")
    problem(served.client.get("/nothing"), 404)
    problem(served.client.get(f"{API}/nothing", headers={"Accept": "text/html"}), 404)


def test_the_page_needs_no_key_and_shows_nothing_without_one(tmp_path: Path) -> None:
    """Where there are keys, the page can be loaded to ask for one; everything it shows needs it."""
    Keys(tmp_path / "results" / FILE_NAME).add(USER, datetime.fromisoformat("2024-12-02T15:30:45"))
    with running(tmp_path) as server:
        for path in VIEWS:
            assert server.client.get(path).status_code == 200
        for path in ("/api/v1/me", f"{API}/jobs", "/api/v1/strategies", "/docs", "/other"):
            problem(server.client.get(path), 401)


@pytest.mark.parametrize("path", ["/", "/run", "/r/a/b", "/assets/x.js", "/favicon.svg", "//api/v1/me"])
def test_which_paths_are_the_pages(path: str) -> None:
    """By their first part; a path with an empty one is the root's, which the API has nothing under."""
    assert is_page(path)


@pytest.mark.parametrize("path", ["/api/v1/me", "/docs", "/health", "/running", "/openapi.json", "", "r/a"])
def test_which_paths_are_not(path: str) -> None:
    """What only begins alike is none of them."""
    assert not is_page(path)


def test_a_page_that_was_not_built_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    """The API runs without the page; each view then says what to do, and no file of it is there."""
    monkeypatch.setattr(page_routes, "_read", lambda _: None)
    page = Page()
    admission = Admission({}, None, None, OPEN)
    request = Request({"type": "http", "method": "GET", "path": "/", "headers": [], ADMISSION: admission})
    reply = asyncio.run(page.document(request))
    assert reply.status_code == 200
    assert b"make page" in bytes(reply.body)
    assert b"/docs" in bytes(reply.body)
    assert asyncio.run(page.file("favicon.svg")) is None


def test_what_gzip_does_not_make_smaller_is_sent_as_it_is() -> None:
    """A file that is packed already has one form."""
    once = gzip.compress(b"x" * 1000)
    assert page_routes._file("a.woff2", once).packed is None
    assert page_routes._file("a.js", b"x" * 1000).packed is not None
    assert page_routes._file("a.js", b"").packed is None


def test_double_slashes_reach_nothing(served: Running) -> None:
    """``//api`` is no way around a key: the API has no such path."""
    assert served.client.send(httpx.Request("GET", f"{served.url}//api/v1/me")).status_code == 404
