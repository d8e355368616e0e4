"""What outlives results: a user's notes on them, and the history of a strategy's runs."""

from __future__ import annotations

import asyncio
from typing import Annotated

import orjson
from fastapi import APIRouter, Query
from starlette.requests import Request

from strikebook.server.backtest_routes import StrategyId, UserId, refuse_odd_json
from strikebook.server.hot_reads import PREFIX
from strikebook.server.permission import permitted_key, refuse_other_user
from strikebook.server.query_names import api_router
from strikebook.server.reply import Reply, json_reply
from strikebook.server.routing import answers
from strikebook.server.wire.remembered import Histories, HistoryDeleted, NotesBody, NotesTold, RunHistory
from strikebook.service.remembered import Remembered
from strikebook.storage.notes import Notes, checked_notes
from strikebook.storage.run_history import MOST_RUNS

_NOTES = "/notes/{user_id}/{strategy_id}"
_HISTORY = "/history/{user_id}/{strategy_id}"
Most = Annotated[int, Query(ge=1, le=MOST_RUNS, description="The newest so many.")]


def remembered_router(remembered: Remembered) -> APIRouter:
    """The routes over what outlives results."""
    router = api_router(PREFIX)
    _add_notes(router, remembered)
    _add_history(router, remembered)
    return router


def _add_notes(router: APIRouter, remembered: Remembered) -> None:
    @router.get(_NOTES, response_model=None, responses=answers(NotesTold))
    async def notes(request: Request, user_id: UserId, strategy_id: StrategyId) -> Reply:
        """What a user says of a strategy's results: a name, a note, tags."""
        key = permitted_key(request.scope, user_id, strategy_id)
        return json_reply(orjson.dumps(await asyncio.to_thread(remembered.notes, key)))

    @router.put(_NOTES, response_model=None, responses=answers(NotesTold, 404, 413))
    async def set_notes(request: Request, user_id: UserId, strategy_id: StrategyId, body: NotesBody) -> Reply:
        """Say something of a strategy's results, in place of what was said; it outlives them."""
        key = permitted_key(request.scope, user_id, strategy_id)
        refuse_odd_json(await request.body())
        said = checked_notes(body.model_dump())
        return json_reply(orjson.dumps(await asyncio.to_thread(remembered.change_notes, key, lambda _: said)))

    @router.delete(_NOTES, response_model=None, responses=answers(NotesTold))
    async def delete_notes(request: Request, user_id: UserId, strategy_id: StrategyId) -> Reply:
        """Say nothing any more."""
        key = permitted_key(request.scope, user_id, strategy_id)
        return json_reply(orjson.dumps(await asyncio.to_thread(remembered.change_notes, key, lambda _: Notes())))


def _add_history(router: APIRouter, remembered: Remembered) -> None:
    @router.get("/history/{user_id}", response_model=None, responses=answers(Histories))
    async def histories(request: Request, user_id: UserId) -> Reply:
        """Every strategy of a user of which a run has ended, also those whose results are gone."""
        refuse_other_user(request.scope, user_id)
        return json_reply(await asyncio.to_thread(lambda: orjson.dumps(remembered.histories(user_id))))

    @router.get(_HISTORY, response_model=None, responses=answers(RunHistory))
    async def history(request: Request, user_id: UserId, strategy_id: StrategyId, limit: Most = MOST_RUNS) -> Reply:
        """The runs of a strategy that have ended, also those whose results are gone; the newest first."""
        key = permitted_key(request.scope, user_id, strategy_id)
        return json_reply(await asyncio.to_thread(lambda: orjson.dumps(remembered.history(key, limit))))

    @router.delete(_HISTORY, response_model=None, responses=answers(HistoryDeleted))
    async def delete_history(request: Request, user_id: UserId, strategy_id: StrategyId) -> Reply:
        """Delete the history of a strategy, and with it what is known of its trials. Results and notes stay."""
        key = permitted_key(request.scope, user_id, strategy_id)
        return json_reply(orjson.dumps(await asyncio.to_thread(remembered.forget_history, key)))
