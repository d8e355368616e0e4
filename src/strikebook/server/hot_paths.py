"""The three reads that are asked for most, answered without the framework, which would take longer than they do.

They are routes like any other (the framework has them too: for the OpenAPI document, and for every other method); their
endpoints take the request and the path's parts as they are, so they can be called directly.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

from starlette.requests import Request

from strikebook.server.reply import Receive, Reply, Scope, Send

PREFIX: Final = "/api/v1/backtest/"
Endpoint: TypeAlias = Callable[..., Awaitable[Reply]]


class HotPaths:
    """An ASGI application: ``GET`` and ``HEAD`` of ``{PREFIX}{name}/…`` go to an endpoint, all else to ``app``.

    ``endpoints``: name -> (how many parts its path has after the name, the endpoint).
    """

    def __init__(self, app: Any, endpoints: Mapping[str, tuple[int, Endpoint]]) -> None:  # noqa: ANN401 — ASGI's own
        self._app = app
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        path = scope["path"]
        if path.startswith(PREFIX) and scope["method"] in ("GET", "HEAD"):
            name, *parts = path[len(PREFIX) :].split("/")
            count, endpoint = self._endpoints.get(name, (0, None))
            if endpoint is not None and count == len(parts):
                reply = await endpoint(Request(scope), *parts)
                await reply(scope, receive, send)
                return
        await self._app(scope, receive, send)
