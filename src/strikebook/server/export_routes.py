"""The endpoint that gives a stored run as a file for other programs: CSV, Excel, Parquet, or an HTML report."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from strikebook.server.backtest_routes import StrategyId, UserId
from strikebook.server.hot_reads import PREFIX
from strikebook.server.permission import permitted_key
from strikebook.server.query_names import api_router
from strikebook.server.reply import Receive, Scope, Send
from strikebook.server.routing import Described, answers
from strikebook.server.wire.patterns import DATE_PATTERN
from strikebook.service.backtests import Backtests
from strikebook.service.export.exports import MadeExport
from strikebook.service.export.wanted import CONTENT_TYPES, LONGEST_TEXT, Wanted, wanted_of
from strikebook.storage.layout import parse_day

_PIECE: Final = 256 * 1024
_LOOK_EVERY_S: Final = 0.2
_REPORT_POLICY: Final = b"sandbox; default-src 'none'; style-src 'unsafe-inline'"


def _text(description: str, example: str) -> Any:  # noqa: ANN401 — what FastAPI calls a query parameter
    return Query(min_length=1, max_length=LONGEST_TEXT, description=description, examples=[example])


def export_router(backtests: Backtests) -> APIRouter:
    """The route over a server's exports."""
    router = api_router(PREFIX)

    @router.get("/export/{user_id}/{strategy_id}", response_model=None, responses=_described())
    async def export(  # noqa: PLR0913, PLR0917 — a parameter each, as the document shows them
        request: Request,
        user_id: UserId,
        strategy_id: StrategyId,
        kind: Annotated[Literal["csv", "xlsx", "parquet", "html"], Query(alias="format")] = "csv",
        table: Annotated[
            Literal["trades", "days"] | None, Query(description="Of csv and parquet; trades without it.")
        ] = None,
        first: Annotated[str | None, Query(alias="from", pattern=DATE_PATTERN, description="The first day.")] = None,
        last: Annotated[str | None, Query(alias="to", pattern=DATE_PATTERN, description="The last day.")] = None,
        leg: Annotated[str | None, _text("Only trades of this leg.", "bullish-entry-pos1")] = None,
        symbol: Annotated[str | None, _text("Only of this contract.", "NIFTY:2024-10-03:OPT:26250:CE")] = None,
        exit_reason: Annotated[str | None, _text("Only closed for this reason.", "exit_condition_met")] = None,
        exit_node: Annotated[str | None, _text("Only closed by this node.", "bullish-exit")] = None,
        result: Annotated[
            Literal["winners", "losers", "flat"] | None, Query(description="Of the position, before charges.")
        ] = None,
        side: Annotated[Literal["BUY", "SELL"] | None, Query(description="Bought or sold to open.")] = None,
    ) -> Response:
        """A run, a range of its days or one day as a file: trades and days, or a report that needs nothing else."""
        key = permitted_key(request.scope, user_id, strategy_id)
        filters = {"leg": leg, "symbol": symbol, "exit_reason": exit_reason, "exit_node": exit_node}
        wanted = wanted_of(kind, table, _day(first), _day(last), {**filters, "result": result, "side": side})
        made = await _unless_gone(request, lambda gone: backtests.exports.make(key, wanted, gone))
        return FileReply(wanted, made)

    return router


def _day(text: str | None) -> date | None:
    return None if text is None else parse_day(text)


def _described() -> Described:
    described = answers("The file.", 404, 409, 503)
    described[200]["content"] = {kind.partition(";")[0]: {} for kind in CONTENT_TYPES.values()}
    return described


async def _unless_gone(request: Request, make: Callable[[threading.Event], MadeExport]) -> MadeExport:
    """What ``make`` makes in a thread; it is told when the client has gone."""
    gone = threading.Event()
    made = asyncio.ensure_future(asyncio.to_thread(make, gone))
    try:
        while not (await asyncio.wait([made], timeout=_LOOK_EVERY_S))[0]:
            if await request.is_disconnected():
                gone.set()
        return made.result()
    except asyncio.CancelledError:
        gone.set()
        made.add_done_callback(_close)
        raise


def _close(made: asyncio.Future[MadeExport]) -> None:
    if not made.cancelled() and made.exception() is None:
        made.result().close()


class FileReply(Response):
    """A file, sent in pieces that a thread reads; nobody waits for the disk, and no more than a piece is held."""

    def __init__(self, wanted: Wanted, made: MadeExport) -> None:
        self.status_code = 200
        self.background = None
        self.body = b""
        self._made = made
        self.raw_headers = [
            (b"content-type", CONTENT_TYPES[wanted.format].encode()),
            (b"content-length", str(made.size).encode()),
            (b"content-disposition", f'attachment; filename="{made.written.name}"'.encode("ascii")),
            (b"cache-control", b"no-store"),
            (b"x-trade-count", str(made.written.trades).encode()),
        ]
        if wanted.format == "html":
            self.raw_headers.append((b"content-security-policy", _REPORT_POLICY))

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, while the client is there."""
        left = asyncio.ensure_future(_left(receive))
        try:
            with closing(self._made):
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                while piece := await asyncio.to_thread(self._made.file.read, _PIECE):
                    if left.done():
                        return
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        finally:
            left.cancel()


async def _left(receive: Callable[[], Awaitable[Any]]) -> None:
    """Come back when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
