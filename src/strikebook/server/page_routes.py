"""The page: its files are in the package (``make page`` builds them from ``web/``), held in memory, sent as they are.

Every view has its own address, and all of them are the same document: the page's own code looks at the address. Its
files have a hash of their content in their names, so a browser keeps them for good; the document is asked for again
each time. A package without the page still serves the API, and says here how to build the page.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath
from typing import Final

from fastapi import APIRouter
from isal import igzip
from starlette.requests import Request

from strikebook.server.encodings import has_copy, wanted_coding
from strikebook.server.guard import headers_of
from strikebook.server.page_paths import ASSETS, VIEWS
from strikebook.server.problems import ProblemError
from strikebook.server.reply import Headers, Reply

_KINDS: Final = {
    ".css": b"text/css; charset=utf-8",
    ".html": b"text/html; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".svg": b"image/svg+xml",
    ".txt": b"text/plain; charset=utf-8",
    ".woff2": b"font/woff2",
}
_POLICY: Final = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    b"connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
_OF_DOCUMENT: Final = (
    (b"content-security-policy", _POLICY),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_NOT_BUILT: Final = b"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Strikebook</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><h1>The page has not been built</h1>
<p>The API runs: <a href="/docs">its endpoints</a>. For the page, install Node.js 20.19 or newer with npm, then run
<code>make page</code> in the checkout and start the server again.</p></body></html>
"""
_WORTH_PACKING: Final = frozenset({".css", ".html", ".js", ".svg", ".txt"})


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file of the page: its bytes, their gzip form where that is smaller, and its kind."""

    plain: bytes
    packed: bytes | None
    kind: bytes
    etag: bytes


class Page:
    """The files of the page, each read once."""

    def __init__(self) -> None:
        self._files: dict[str, PageFile] = {}

    async def document(self, request: Request, status: int = 200) -> Reply:
        """Any view of the page; with 404 where the address is none."""
        found = await self.file("index.html") or _file("index.html", _NOT_BUILT)
        return _reply(request, found, [(b"cache-control", b"no-cache"), *_OF_DOCUMENT], status)

    async def file(self, name: str) -> PageFile | None:
        """A file by its name; None where the package has no such file."""
        if name not in self._files:
            found = await asyncio.to_thread(_read, name)
            if found is None:
                return None
            self._files[name] = found
        return self._files[name]


def page_router(page: Page) -> APIRouter:
    """The routes of the page and its files."""
    router = APIRouter(include_in_schema=False)

    async def document(request: Request) -> Reply:
        """Any view of the page."""
        return await page.document(request)

    async def asset(request: Request, name: str) -> Reply:
        """A file of the page."""
        found = await page.file(f"assets/{name}") if _is_file_name(name) else None
        if found is None:
            raise ProblemError(404, "there is no such file of the page", "path", "/, which names its files")
        return _reply(request, found, [(b"cache-control", b"public, max-age=31536000, immutable")])

    async def icon(request: Request) -> Reply:
        """The icon of the page."""
        found = await page.file("favicon.svg")
        if found is None:
            raise ProblemError(404, "the page has not been built", "path", "/, which says how")
        return _reply(request, found, [(b"cache-control", b"public, max-age=86400")])

    for view in VIEWS:
        router.add_api_route(view, document, methods=["GET", "HEAD"], response_model=None)
    router.add_api_route(f"{ASSETS}{{name}}", asset, methods=["GET", "HEAD"], response_model=None)
    router.add_api_route("/favicon.svg", icon, methods=["GET", "HEAD"], response_model=None)
    return router


def wants_page(request: Request) -> bool:
    """Whether a person typed an address that is none: not of the API, and asked for as a page."""
    of_api = request.url.path.startswith(("/api/", "/docs/", "/assets/"))
    return not of_api and b"text/html" in headers_of(request.scope).get(b"accept", b"")


def _reply(request: Request, file: PageFile, more: Headers, status: int = 200) -> Reply:
    headers = headers_of(request.scope)
    packed = file.packed if wanted_coding(headers.get(b"accept-encoding")) == "gzip" else None
    etag = file.etag if packed is None else b'"' + file.etag.strip(b'"') + b'-gzip"'
    shared = [(b"etag", etag), (b"vary", b"Accept-Encoding"), *more]
    copies = headers.get(b"if-none-match")
    if status == 200 and copies is not None and has_copy(copies, etag):
        return Reply(304, shared)
    body = file.plain if packed is None else packed
    coding = [] if packed is None else [(b"content-encoding", b"gzip")]
    return Reply(
        status, [(b"content-type", file.kind), (b"content-length", str(len(body)).encode()), *coding, *shared], body
    )


def _read(name: str) -> PageFile | None:
    found: Traversable = resources.files("strikebook.server").joinpath("page", *name.split("/"))
    return _file(name, found.read_bytes()) if found.is_file() else None


def _file(name: str, content: bytes) -> PageFile:
    suffix = PurePosixPath(name).suffix
    packed = bytes(igzip.compress(content, 3, mtime=0)) if suffix in _WORTH_PACKING else None
    digest = hashlib.blake2b(content, digest_size=16).hexdigest()
    smaller = packed if packed is not None and len(packed) < len(content) else None
    return PageFile(content, smaller, _KINDS.get(suffix, b"application/octet-stream"), f'"{digest}"'.encode())


def _is_file_name(name: str) -> bool:
    """Whether a name may be one of the page's: a plain one, of a kind that the page has."""
    return "/" not in name and "\\" not in name and not name.startswith(".") and PurePosixPath(name).suffix in _KINDS
