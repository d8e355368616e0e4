"""The application: the guard, and behind it the routes, the OpenAPI document and the page that shows it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

import orjson
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request

from strikebook import __version__
from strikebook.errors import StrikebookError
from strikebook.server.access_log import Access, ServerLog
from strikebook.server.backtest_routes import backtest_router
from strikebook.server.compare_routes import compare_router
from strikebook.server.event_feed import EventFeed
from strikebook.server.event_routes import event_router
from strikebook.server.export_routes import export_router
from strikebook.server.guard import ADMISSION, REQUEST_ID, Guard, caller_of
from strikebook.server.hot_reads import HotReads
from strikebook.server.keys import Keys
from strikebook.server.metrics import CONTENT_TYPE, Metrics
from strikebook.server.openapi import openapi_document
from strikebook.server.page_paths import is_page
from strikebook.server.page_routes import Page, page_router, wants_page
from strikebook.server.problems import ProblemError, invalid, told_problem, unforeseen
from strikebook.server.query_names import api_router
from strikebook.server.remembered_routes import remembered_router
from strikebook.server.reply import Reply, json_reply, problem_reply
from strikebook.server.retention_routes import retention_router
from strikebook.server.routing import answers
from strikebook.server.stored_bytes import StoredBytes
from strikebook.server.strategy_routes import strategy_router
from strikebook.server.sweep_routes import sweep_router
from strikebook.server.webhook_routes import webhook_router
from strikebook.server.wire.jobs import Health, Me
from strikebook.service.backtests import Backtests

_ASSETS: Final = {
    "swagger-ui-bundle.js": b"text/javascript; charset=utf-8",
    "swagger-ui.css": b"text/css; charset=utf-8",
    "favicon.png": b"image/png",
}
_BRANCHES: Final = {f"{part}{kind}" for part in ("", "constrained-") for kind in ("int", "float", "str")}
"""What pydantic puts into the place of an error for the types that a value may have: no member has such a name."""
_UNREADABLE: Final = frozenset({"string_pattern_mismatch", "int_type", "float_type", "string_type", "int_parsing"})
_PAGE: Final = b"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Strikebook API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/docs/favicon.png"><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/begin.js"></script></body></html>
"""
_BEGIN: Final = b"""SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, persistAuthorization: false,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset], layout: "BaseLayout",
});
"""
_DESCRIPTION: Final = """Runs options strategies over past trading days, and keeps for each day every position and the
reason for it. Times are exchange time (Asia/Kolkata) without offset; money is rupees."""


def create_app(backtests: Backtests, keys: Keys, log: ServerLog, feed: EventFeed) -> Guard:
    """The ASGI application over a server's use cases. The caller starts and drains them."""
    stored = StoredBytes(backtests.storage, backtests.settings.cache_mb * 1024 * 1024)
    reads = HotReads(backtests, stored)
    metrics = Metrics(backtests, feed.readers)
    app = create_api(backtests, reads, keys, feed, metrics)
    metrics.count_under(app.openapi()["paths"])

    def note(access: Access) -> None:
        log.access(access)
        metrics.note(access)

    return Guard(app, reads.at_once, backtests.settings, keys, note)


def create_api(backtests: Backtests, reads: HotReads, keys: Keys, feed: EventFeed, metrics: Metrics) -> FastAPI:
    """The routes behind the guard."""
    app = FastAPI(
        title="Strikebook",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.include_router(backtest_router(backtests, reads))
    app.include_router(event_router(backtests, feed))
    app.include_router(compare_router(backtests))
    app.include_router(export_router(backtests))
    app.include_router(sweep_router(backtests))
    app.include_router(strategy_router(backtests))
    app.include_router(webhook_router(backtests))
    app.include_router(retention_router(backtests.retained))
    app.include_router(remembered_router(backtests.remembered))
    page = Page()
    app.include_router(page_router(page))
    app.include_router(_own_router(backtests, metrics, keys))
    _add_docs(app, keys)
    app.add_exception_handler(ProblemError, _say_problem)
    app.add_exception_handler(StrikebookError, _say_ours)
    app.add_exception_handler(RequestValidationError, _say_invalid)

    async def say_http(request: Request, error: Exception) -> Reply:
        if isinstance(error, HTTPException) and error.status_code == 404 and wants_page(request):
            return await page.document(request, 404)
        return await _say_http(request, error)

    app.add_exception_handler(HTTPException, say_http)
    app.add_exception_handler(Exception, _say_unforeseen)
    return app


def _own_router(backtests: Backtests, metrics: Metrics, keys: Keys) -> APIRouter:
    """The routes over the server itself."""
    router = api_router()
    _add_health(router, backtests)
    _add_metrics(router, metrics)
    _add_me(router, keys)
    return router


def _add_health(router: APIRouter, backtests: Backtests) -> None:
    @router.get("/health", response_model=None, responses=answers(Health))
    async def health(request: Request) -> Reply:
        """How the server is; without a key where one is needed, only that it is there."""
        caller = request.scope[ADMISSION].caller
        if caller is None or not caller.admin:
            return json_reply(b'{"status":"ok"}')
        return json_reply(orjson.dumps(await asyncio.to_thread(backtests.health)))


def _add_metrics(router: APIRouter, metrics: Metrics) -> None:
    described = answers("The metrics in Prometheus' text format.", kind=CONTENT_TYPE.decode())

    @router.get("/metrics", response_model=None, responses=described)
    async def metrics_now(request: Request) -> Reply:
        """Counts and states of this server for Prometheus: requests, jobs, days, readers, space, the process."""
        if not caller_of(request.scope).admin:
            raise ProblemError(403, "metrics are the administrator's", "Authorization", "an admin's key")
        text = await asyncio.to_thread(metrics.text)
        headers = [
            (b"content-type", CONTENT_TYPE),
            (b"content-length", b"%d" % len(text)),
            (b"cache-control", b"no-store"),
        ]
        return Reply(200, headers, text)


def _add_me(router: APIRouter, keys: Keys) -> None:
    @router.get("/api/v1/me", response_model=None, responses=answers(Me))
    async def me(request: Request) -> Reply:
        """Who asks: whose key it is, whether that is an administrator's, and whether this server wants keys at all."""
        caller = caller_of(request.scope)
        return json_reply(orjson.dumps({"user_id": caller.user_id, "admin": caller.admin, "keys": keys.configured}))


def _add_docs(app: FastAPI, keys: Keys) -> None:
    documents: dict[bool, bytes] = {}

    @app.api_route("/openapi.json", methods=["GET", "HEAD"], include_in_schema=False)
    async def openapi() -> Reply:
        key_needed = keys.configured
        if key_needed not in documents:
            documents[key_needed] = orjson.dumps(openapi_document(app, key_needed=key_needed))
        return json_reply(documents[key_needed])

    @app.api_route("/docs", methods=["GET", "HEAD"], include_in_schema=False)
    async def docs() -> Reply:
        return _page(_PAGE, b"text/html; charset=utf-8")

    @app.api_route("/docs/{name}", methods=["GET", "HEAD"], include_in_schema=False)
    async def asset(name: str) -> Reply:
        if name == "begin.js":
            return _page(_BEGIN, b"text/javascript; charset=utf-8")
        if name not in _ASSETS:
            raise ProblemError(404, "there is no such page", "path", "/docs")
        file = resources.files("fastapi_offline").joinpath("static", name)
        return _page(await asyncio.to_thread(file.read_bytes), _ASSETS[name])


def _methods_of(app: FastAPI, path: str) -> list[str]:
    """The methods that a path is offered with, by the OpenAPI document; HEAD where GET is a read of stored bytes."""
    if is_page(path) or path == "/openapi.json" or path.startswith("/docs"):
        return ["GET", "HEAD"]
    offered = app.openapi()["paths"]
    if path in offered:  # what has a name of its own is not one of a template
        return sorted(method.upper() for method in offered[path])
    found: set[str] = set()
    for template, operations in offered.items():
        if re.fullmatch(re.sub(r"\\{[^/]+\\}", "[^/]+", re.escape(template)), path):
            found |= {method.upper() for method in operations}
    return sorted(found)


def _page(body: bytes, kind: bytes) -> Reply:
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"private, max-age=3600"),
    ]
    return Reply(200, headers, body)


async def _say_problem(request: Request, error: Exception) -> Reply:
    assert isinstance(error, ProblemError)  # noqa: S101 — registered for it
    return problem_reply(error, request.scope[REQUEST_ID])


async def _say_ours(request: Request, error: Exception) -> Reply:
    assert isinstance(error, StrikebookError)  # noqa: S101 — registered for it
    request_id = request.scope[REQUEST_ID]
    return problem_reply(told_problem(error, request_id, request.scope["path"]), request_id)


async def _say_invalid(request: Request, error: Exception) -> Reply:
    assert isinstance(error, RequestValidationError)  # noqa: S101 — registered for it
    errors: dict[str, str] = {}
    for each in error.errors():
        place = [str(part) for part in each["loc"] if part not in _BRANCHES]
        told = _said(each) if each["type"] in _UNREADABLE else str(each["msg"])
        errors.setdefault(".".join(place), told)
    return problem_reply(invalid(list(errors.items())), request.scope[REQUEST_ID])


def _said(mistake: Mapping[str, Any]) -> str:
    """What was sent that is not of its form: the form itself would be a regular expression."""
    given = mistake.get("input")
    text = given if isinstance(given, str) else str(given)
    return f"{text[:60]!r} is not right here" if len(text) <= 60 else f"{text[:60]!r}… is not right here"


async def _say_unforeseen(request: Request, _error: Exception) -> Reply:
    """Answer for what nobody foresaw; the framework raises it again, and the guard logs it."""
    return problem_reply(unforeseen(), request.scope[REQUEST_ID])


async def _say_http(request: Request, error: Exception) -> Reply:
    assert isinstance(error, HTTPException)  # noqa: S101 — registered for it
    headers = dict(error.headers or {})
    if error.status_code == 405:  # the framework names the methods of the first route alone
        headers["Allow"] = ", ".join(_methods_of(request.app, request.url.path))
    right = {404: "a path that /docs lists", 405: "a method that /docs lists", 413: "a smaller body"}
    problem = ProblemError(
        error.status_code, str(error.detail), "path", right.get(error.status_code, ""), headers=headers
    )
    return problem_reply(problem, request.scope[REQUEST_ID])
