"""``/api/v1/strategies`` and ``/api/v1/market``: what can be run, and on what data."""

from __future__ import annotations

import asyncio

import orjson
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request

from strikebook.server.backtest_routes import OfUser, StrategyId
from strikebook.server.guard import caller_of
from strikebook.server.permission import own_user
from strikebook.server.problems import ProblemError, invalid
from strikebook.server.query_names import api_router
from strikebook.server.reply import Reply, json_reply
from strikebook.server.routing import answers
from strikebook.server.wire.examples import STRATEGY_ID
from strikebook.server.wire.strategies import Deleted, Findings, Market, Strategies
from strikebook.service.backtests import Backtests

_BODY = {
    "requestBody": {
        "required": True,
        "description": "The strategy, as the builder exports it.",
        "content": {
            "application/json": {
                "schema": {"description": "An object; also wrapped in another, or as JSON text, as databases hold it."},
                "example": {"strategy_id": STRATEGY_ID, "strategy_name": "My Strategy", "nodes": [], "edges": []},
            }
        },
    }
}


def strategy_router(backtests: Backtests) -> APIRouter:
    """The routes over a shelf of strategies and a market."""
    router = api_router("/api/v1")

    @router.get("/strategies", response_model=None, responses=answers(Strategies))
    async def list_strategies(request: Request, user_id: OfUser = None) -> Reply:
        """The shared strategies, and a user's own."""
        found = await asyncio.to_thread(backtests.shelf.list, own_user(request.scope, user_id))
        return json_reply(orjson.dumps({"strategies": found}))

    @router.post(
        "/strategies/validate",
        response_model=None,
        responses=answers(Findings, 413, 415),
        openapi_extra=_BODY,
    )
    async def validate_strategy(request: Request) -> Reply:
        """All that is wrong with a strategy, each with its place in the document; nothing is stored."""
        content = await _document(request)
        return json_reply(orjson.dumps(await asyncio.to_thread(backtests.check_strategy, content)))

    async def no_strategy() -> Reply:
        """No strategy has the name of the check."""
        raise HTTPException(405)

    router.add_api_route(
        "/strategies/validate",
        no_strategy,
        methods=["GET", "HEAD", "PUT", "DELETE"],
        include_in_schema=False,
        route_class_override=APIRoute,  # whatever the query is
    )

    @router.get(
        "/strategies/{strategy_id}",
        response_model=None,
        responses=answers("The strategy's document.", 404),
    )
    async def read_strategy(request: Request, strategy_id: StrategyId, user_id: OfUser = None) -> Reply:
        """A strategy's document: the user's own, else the shared one."""
        content = await asyncio.to_thread(backtests.shelf.get, own_user(request.scope, user_id), strategy_id)
        return json_reply(content)

    @router.get("/strategies/{strategy_id}/graph", response_model=None, responses=answers(Findings, 404))
    async def graph(request: Request, strategy_id: StrategyId, user_id: OfUser = None) -> Reply:
        """A strategy as it is drawn, each node in sentences, with all that the check finds."""
        content = await asyncio.to_thread(backtests.shelf.get, own_user(request.scope, user_id), strategy_id)
        return json_reply(orjson.dumps(await asyncio.to_thread(backtests.check_strategy, content)))

    @router.get("/market", response_model=None, responses=answers(Market))
    async def market(request: Request) -> Reply:
        """What data there is, per underlying and day."""
        caller_of(request.scope)
        return json_reply(orjson.dumps(await asyncio.to_thread(backtests.market)))

    _add_changes(router, backtests)
    return router


def _add_changes(router: APIRouter, backtests: Backtests) -> None:
    @router.put(
        "/strategies/{strategy_id}",
        response_model=None,
        responses=answers(Findings, 413, 415),
        openapi_extra=_BODY,
    )
    async def store_strategy(request: Request, strategy_id: StrategyId, user_id: OfUser = None) -> Reply:
        """Store a user's own strategy; one that cannot run is refused with its findings."""
        owner = _owner(request, user_id)
        content = await _document(request)
        found = await asyncio.to_thread(backtests.save_strategy, owner, strategy_id, content)
        return json_reply(orjson.dumps(found))

    @router.delete("/strategies/{strategy_id}", response_model=None, responses=answers(Deleted, 404))
    async def delete_strategy(request: Request, strategy_id: StrategyId, user_id: OfUser = None) -> Reply:
        """Delete a user's own strategy; its results stay."""
        await asyncio.to_thread(backtests.shelf.delete, _owner(request, user_id), strategy_id)
        return json_reply(orjson.dumps({"message": f"Deleted the strategy {strategy_id}"}))


def _owner(request: Request, user_id: str | None) -> str:
    """Whose strategy is written. Shared ones are read-only."""
    owner = own_user(request.scope, user_id)
    if owner is None:
        raise ProblemError(403, "shared strategies are read-only", "user_id", "the user whose own strategy it is")
    return owner


async def _document(request: Request) -> bytes:
    """The body, which is to be JSON; what that says is looked at in a worker."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise ProblemError(415, f"a body of {kind[:60]!r}", "Content-Type", "application/json")
    content = await request.body()
    if not content:
        raise invalid([("body", "there is no document")])
    try:
        await asyncio.to_thread(orjson.loads, content)
    except orjson.JSONDecodeError as error:
        what = error.msg.partition(": line")[0]
        raise invalid([("body", f"not JSON: {what} at line {error.lineno}, column {error.colno}")]) from None
    return content
