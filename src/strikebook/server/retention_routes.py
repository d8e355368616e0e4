"""What is kept, for how long, of how many bytes: usage, pins, and what an administrator allows a user."""

from __future__ import annotations

import asyncio

import orjson
from fastapi import APIRouter
from starlette.requests import Request

from strikebook.server.backtest_routes import StrategyId, UserId, refuse_odd_json
from strikebook.server.guard import caller_of
from strikebook.server.hot_reads import PREFIX
from strikebook.server.permission import permitted_key, refuse_other_user
from strikebook.server.problems import ProblemError
from strikebook.server.query_names import api_router
from strikebook.server.reply import Reply, json_reply
from strikebook.server.routing import answers
from strikebook.server.wire.retention import AllLimits, LimitsBody, Lives, LivesBody, Pinned, Usage, UserLimits
from strikebook.service.retained import Retained
from strikebook.storage.keeping import checked_hours, checked_limits


def retention_router(retained: Retained) -> APIRouter:
    """The routes over what is kept."""
    router = api_router(PREFIX)
    _add_pins(router, retained)
    _add_limits(router, retained)
    return router


def _add_pins(router: APIRouter, retained: Retained) -> None:
    @router.get("/usage/{user_id}", response_model=None, responses=answers(Usage))
    async def usage(request: Request, user_id: UserId) -> Reply:
        """The bytes that a user's results take, the quota, and what expires when."""
        refuse_other_user(request.scope, user_id)
        return json_reply(orjson.dumps(await asyncio.to_thread(retained.usage, user_id)))

    @router.put("/pin/{user_id}/{strategy_id}", response_model=None, responses=answers(Pinned, 404, 409))
    async def pin(request: Request, user_id: UserId, strategy_id: StrategyId) -> Reply:
        """Keep results: they expire no more, and no run replaces them, until they are unpinned or cleared."""
        key = permitted_key(request.scope, user_id, strategy_id)
        return json_reply(orjson.dumps(await asyncio.to_thread(retained.pin, key, pinned=True)))

    @router.delete("/pin/{user_id}/{strategy_id}", response_model=None, responses=answers(Pinned, 404, 409))
    async def unpin(request: Request, user_id: UserId, strategy_id: StrategyId) -> Reply:
        """Let results expire again: at the time they would have without the pin, which may have passed."""
        key = permitted_key(request.scope, user_id, strategy_id)
        return json_reply(orjson.dumps(await asyncio.to_thread(retained.pin, key, pinned=False)))

    @router.put("/ttl/{user_id}/{strategy_id}", response_model=None, responses=answers(Lives, 404, 409, 413))
    async def live(request: Request, user_id: UserId, strategy_id: StrategyId, body: LivesBody) -> Reply:
        """Say how many hours results live from when their run was created; nothing else about them changes."""
        key = permitted_key(request.scope, user_id, strategy_id)
        refuse_odd_json(await request.body())
        hours = None if body.ttl_hours is None else checked_hours(body.ttl_hours)
        return json_reply(orjson.dumps(await asyncio.to_thread(retained.live, key, hours)))


def _add_limits(router: APIRouter, retained: Retained) -> None:
    @router.get("/limits", response_model=None, responses=answers(AllLimits))
    async def all_limits(request: Request) -> Reply:
        """The users of whom an administrator says something."""
        _refuse_others(request)
        return json_reply(orjson.dumps({"limits": await asyncio.to_thread(retained.all_limits)}))

    @router.get("/limits/{user_id}", response_model=None, responses=answers(UserLimits))
    async def limits(request: Request, user_id: UserId) -> Reply:
        """What an administrator says of a user, and what follows from it and the server's settings."""
        refuse_other_user(request.scope, user_id)
        return json_reply(orjson.dumps(await asyncio.to_thread(retained.limits, user_id)))

    @router.put("/limits/{user_id}", response_model=None, responses=answers(UserLimits, 413))
    async def set_limits(request: Request, user_id: UserId, body: LimitsBody) -> Reply:
        """Say how long a user's results live and what they may take, in place of what was said before."""
        _refuse_others(request)
        refuse_odd_json(await request.body())
        said = checked_limits(body.model_dump())
        return json_reply(orjson.dumps(await asyncio.to_thread(retained.change_limits, user_id, lambda _: said)))

    @router.delete("/limits/{user_id}", response_model=None, responses=answers(UserLimits))
    async def remove_limits(request: Request, user_id: UserId) -> Reply:
        """Say nothing of a user any more: what the server says holds."""
        _refuse_others(request)
        said = checked_limits({})
        return json_reply(orjson.dumps(await asyncio.to_thread(retained.change_limits, user_id, lambda _: said)))


def _refuse_others(request: Request) -> None:
    if not caller_of(request.scope).admin:
        raise ProblemError(403, "limits are the administrator's", "Authorization", "an admin's key")
