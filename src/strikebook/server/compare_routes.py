"""``/api/v1/backtest/compare``: results beside each other."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Query
from pydantic import StringConstraints
from starlette.requests import Request

from strikebook.server.hot_reads import PREFIX
from strikebook.server.permission import permitted_key
from strikebook.server.problems import ProblemError
from strikebook.server.query_names import api_router
from strikebook.server.reply import Reply, Scope, json_reply
from strikebook.server.routing import answers
from strikebook.server.wire.comparison import Compared
from strikebook.server.wire.examples import STRATEGY_ID
from strikebook.server.wire.patterns import ID_PATTERN
from strikebook.service.backtests import Backtests
from strikebook.service.compare import FEWEST, MOST, refuse_keys
from strikebook.storage.layout import RunKey

_ID: Final = ID_PATTERN.removeprefix("^").removesuffix("$")
RESULT_PATTERN: Final = f"^{_ID}/{_ID}$"

Results = Annotated[
    list[Annotated[str, StringConstraints(pattern=RESULT_PATTERN)]],
    Query(
        description="`user/strategy`, two to ten of them, each once; the first is the base.",
        examples=[[f"user_123/{STRATEGY_ID}", "user_123/my-strategy"]],
        json_schema_extra={"minItems": FEWEST, "maxItems": MOST, "uniqueItems": True},
    ),
]


def compare_router(backtests: Backtests) -> APIRouter:
    """The route over a server's use cases."""
    router = api_router(PREFIX)

    @router.get("/compare", response_model=None, responses=answers(Compared, 404, 409))
    async def compare(request: Request, result: Results) -> Reply:
        """Results beside each other: settings, statistics, equity, days that differ, where each first diverges."""
        keys = [_permitted(request.scope, each) for each in result]
        refuse_keys(keys)
        return json_reply(await asyncio.to_thread(lambda: orjson.dumps(backtests.compare(keys))))

    return router


def _permitted(scope: Scope, result: str) -> RunKey:
    """The key of a result that the caller may see. Raises ProblemError that names it where not."""
    user_id, _, strategy_id = result.partition("/")
    try:
        return permitted_key(scope, user_id, strategy_id)
    except ProblemError as error:
        raise ProblemError(error.status, f"{result}: {error.detail}", "result", error.right, error.extra) from None
