"""The brief's endpoints, under ``/api/v1/backtest``, and what stands beside them there."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Final, Literal, cast

import orjson
from fastapi import APIRouter, Path, Query
from starlette.requests import Request

from strikebook.errors import BusyError
from strikebook.jobs.job import Job
from strikebook.server.encodings import has_copy
from strikebook.server.guard import REQUEST_ID, admission_of, caller_of, headers_of
from strikebook.server.hot_reads import PREFIX, HotReads, asked_day, missing_day, missing_run
from strikebook.server.permission import own_user, permitted_key, refuse_other_user, refuse_others_job
from strikebook.server.problems import ProblemError, invalid, problem_of
from strikebook.server.query_names import api_router
from strikebook.server.reply import Reply, json_reply
from strikebook.server.routing import Described, answers
from strikebook.server.stored_bytes import StoredBytes
from strikebook.server.wire.days import Chart, Day
from strikebook.server.wire.jobs import CleanupDone, CleanupStatus, ClearedAnswer, Jobs, Queued, Status
from strikebook.server.wire.patterns import (
    BROKERAGE_PATTERN,
    DATE_PATTERN,
    ID_PATTERN,
    JOB_PATTERN,
    SYMBOL_PATTERN,
    TIMEFRAME_PATTERN,
)
from strikebook.server.wire.reasons import Why
from strikebook.server.wire.runs import Metadata, Repriced, Results, RunBody, RunStatistics, Verified
from strikebook.server.wire.strategies import Findings
from strikebook.service.backtests import Backtests
from strikebook.storage.layout import RunKey, day_file_name

LOG = logging.getLogger("strikebook.server")
_MEGABYTE = 1024 * 1024
_LONGEST_ID = 128
_ID_FORM: Final[dict[str, Any]] = {"pattern": ID_PATTERN, "maxLength": _LONGEST_ID}

UserId = Annotated[str, Path(pattern=ID_PATTERN, max_length=_LONGEST_ID, examples=["user_123"])]
StrategyId = Annotated[
    str, Path(pattern=ID_PATTERN, max_length=_LONGEST_ID, examples=["5708424d-5962-4629-978c-05b3a174e104"])
]
JobId = Annotated[str, Path(pattern=JOB_PATTERN, examples=["bt_20241202_153045_abc123"])]
DateText = Annotated[str, Path(pattern=DATE_PATTERN, description="DD-MM-YYYY, or YYYY-MM-DD.", examples=["01-10-2024"])]
ToldUserId = Annotated[str, Path(json_schema_extra=_ID_FORM, examples=["user_123"])]
"""The form of what the hot reads look at themselves, told in the document and not checked a second time."""
ToldStrategyId = Annotated[str, Path(json_schema_extra=_ID_FORM, examples=["5708424d-5962-4629-978c-05b3a174e104"])]
ToldJobId = Annotated[str, Path(json_schema_extra={"pattern": JOB_PATTERN}, examples=["bt_20241202_153045_abc123"])]
ToldDate = Annotated[
    str,
    Path(
        json_schema_extra={"pattern": DATE_PATTERN}, description="DD-MM-YYYY, or YYYY-MM-DD.", examples=["01-10-2024"]
    ),
]
OfUser = Annotated[str | None, Query(alias="user_id", pattern=ID_PATTERN, description="Whose.")]


def backtest_router(backtests: Backtests, reads: HotReads) -> APIRouter:
    """The routes over a server's use cases."""
    router = api_router(PREFIX)
    _add_hot_routes(router, reads)
    _add_job_routes(router, backtests)
    _add_result_routes(router, backtests)
    _add_day_routes(router, backtests, reads.stored)
    _add_money_routes(router, backtests)
    _add_cleanup_routes(router, backtests)
    return router


def _add_hot_routes(router: APIRouter, reads: HotReads) -> None:
    async def status(request: Request, job_id: ToldJobId) -> Reply:
        """A job: its state, its progress, when it will be done."""
        return await reads.status(request.scope, job_id)

    async def metadata(request: Request, user_id: ToldUserId, strategy_id: ToldStrategyId) -> Reply:
        """A run: its totals and all its days."""
        return await reads.metadata(request.scope, user_id, strategy_id)

    async def day(request: Request, user_id: ToldUserId, strategy_id: ToldStrategyId, date: ToldDate) -> Reply:
        """A day: its positions and their reasons, as they are stored."""
        return await reads.day(request.scope, user_id, strategy_id, date)

    unchanged: Described = {304: {"description": "The client's copy is still good."}}
    endpoints: tuple[tuple[str, Callable[..., Awaitable[Reply]], Described], ...] = (
        ("/status/{job_id}", status, answers(Status, 404)),
        ("/metadata/{user_id}/{strategy_id}", metadata, answers(Metadata, 404, 406) | unchanged),
        ("/day/{user_id}/{strategy_id}/{date}", day, answers(Day, 404, 406) | unchanged),
    )
    for path, endpoint, described in endpoints:
        for method in ("GET", "HEAD"):
            router.add_api_route(
                path,
                endpoint,
                methods=[method],
                response_model=None,
                responses=described,
                operation_id=endpoint.__name__ if method == "GET" else f"head_{endpoint.__name__}",
                include_in_schema=method == "GET",
            )


def _add_job_routes(router: APIRouter, backtests: Backtests) -> None:
    @router.post("/run", response_model=None, responses=answers(Queued, 404, 409, 413, 503))
    async def run(request: Request, body: RunBody) -> Reply:
        """Queue a backtest. It replaces the results of this user and strategy once it leaves the queue."""
        refuse_other_user(request.scope, body.user_id)
        refuse_odd_json(await request.body())
        try:
            job = await asyncio.to_thread(_submit, backtests, body)
        except BusyError as error:
            active = await asyncio.to_thread(backtests.active_job, body.user_id)
            cancel = None if active is None else f"{PREFIX}/jobs/{active['job_id']}/cancel"
            raise problem_of(error, {"job": active, "cancel": cancel}) from None
        noted = {"job_id": job.job_id, "user_id": job.user_id, "request_id": request.scope[REQUEST_ID]}
        LOG.info("job queued", extra=noted)
        answer = {"job_id": job.job_id, "status": "queued", "message": "Backtest queued successfully"}
        return json_reply(orjson.dumps(answer))

    @router.get("/jobs", response_model=None, responses=answers(Jobs))
    async def jobs(request: Request, user_id: OfUser = None) -> Reply:
        """The jobs of a user, or of all, the newest first."""
        found = await asyncio.to_thread(backtests.jobs, own_user(request.scope, user_id))
        return json_reply(orjson.dumps({"jobs": found}))

    @router.post("/jobs/{job_id}/cancel", response_model=None, responses=answers(Status, 404))
    async def cancel(request: Request, job_id: JobId) -> Reply:
        """Cancel a job: one that waits at once, one that runs after the days it is at; finished days are kept."""
        refuse_others_job(admission_of(request.scope), await asyncio.to_thread(backtests.status, job_id))
        return json_reply(orjson.dumps(await asyncio.to_thread(backtests.cancel, job_id)))

    @router.post("/jobs/{job_id}/resume", response_model=None, responses=answers(Status, 404, 409, 503))
    async def resume(request: Request, job_id: JobId) -> Reply:
        """Go on with a job that was cancelled or has failed, from its first missing day; finished days stay."""
        refuse_others_job(admission_of(request.scope), await asyncio.to_thread(backtests.status, job_id))
        return json_reply(orjson.dumps(await asyncio.to_thread(backtests.resume, job_id)))


def _add_result_routes(router: APIRouter, backtests: Backtests) -> None:
    @router.get("/results/{user_id}", response_model=None, responses=answers(Results))
    async def results(request: Request, user_id: UserId) -> Reply:
        """The runs of a user whose results are there: their metadata without the days."""
        refuse_other_user(request.scope, user_id)
        return json_reply(orjson.dumps({"results": await asyncio.to_thread(backtests.results, user_id)}))

    @router.get("/results/{user_id}/{strategy_id}/graph", response_model=None, responses=answers(Findings, 404))
    async def graph_of_run(request: Request, user_id: UserId, strategy_id: StrategyId) -> Reply:
        """The strategy of a run as it was run: its graph in sentences, with what the check finds."""
        key = permitted_key(request.scope, user_id, strategy_id)
        content = await asyncio.to_thread(backtests.storage.strategy, key)
        if content is None:
            raise await asyncio.to_thread(missing_run, backtests, key)
        return json_reply(orjson.dumps(await asyncio.to_thread(backtests.check_strategy, content)))

    @router.delete(
        "/clear/{user_id}/{strategy_id}",
        response_model=None,
        responses=answers(ClearedAnswer, 409),
    )
    async def clear(request: Request, user_id: UserId, strategy_id: StrategyId) -> Reply:
        """Remove the results of a strategy; a job that is at work on them is cancelled first."""
        key = permitted_key(request.scope, user_id, strategy_id)
        cleared = await asyncio.to_thread(backtests.clear, key)
        answer = {
            "message": f"Cleared all backtest data for strategy {strategy_id}",
            "deleted_files": cleared.day_files,
            "freed_space_mb": round(cleared.freed_bytes / _MEGABYTE, 2),
        }
        return json_reply(orjson.dumps(answer))


def _add_day_routes(router: APIRouter, backtests: Backtests, stored: StoredBytes) -> None:
    of_day = "/day/{user_id}/{strategy_id}/{date}"

    @router.get(
        f"{of_day}/download",
        response_model=None,
        responses=answers("The file.", 404, kind="application/gzip")
        | {304: {"description": "The client's copy is still good."}},
    )
    async def download(request: Request, user_id: UserId, strategy_id: StrategyId, date: DateText) -> Reply:
        """A day's file, ``01-10-2024.json.gz``, as it is stored."""
        key = permitted_key(request.scope, user_id, strategy_id)
        wanted = asked_day(date)
        found = await stored.find(key, wanted, "gzip")
        if found is None:
            raise await asyncio.to_thread(missing_day, backtests, key, wanted)
        copies = headers_of(request.scope).get(b"if-none-match")
        if copies is not None and has_copy(copies, found.etag):
            return Reply(304, [(b"etag", found.etag), (b"cache-control", b"private, no-cache")])
        headers = [
            (b"content-type", b"application/gzip"),
            (b"content-length", str(len(found.body)).encode()),
            (b"content-disposition", f'attachment; filename="{day_file_name(wanted)}"'.encode()),
            (b"cache-control", b"private, no-cache"),
            (b"etag", found.etag),
        ]
        return Reply(200, headers, found.body)

    @router.get(f"{of_day}/chart", response_model=None, responses=answers(Chart, 404, 409))
    async def chart(
        request: Request,
        user_id: UserId,
        strategy_id: StrategyId,
        date: DateText,
        timeframe: Annotated[str | None, Query(pattern=TIMEFRAME_PATTERN, examples=["5m"])] = None,
        symbol: Annotated[str | None, Query(pattern=SYMBOL_PATTERN, examples=["NIFTY"])] = None,
    ) -> Reply:
        """Candles, indicators and prices of a day, from the engine's own functions."""
        key = permitted_key(request.scope, user_id, strategy_id)
        day = await _stored_day(backtests, key, date)
        return json_reply(await asyncio.to_thread(backtests.chart, key, day, timeframe, symbol))

    @router.get(f"{of_day}/why", response_model=None, responses=answers(Why, 404))
    async def why(
        request: Request,
        user_id: UserId,
        strategy_id: StrategyId,
        date: DateText,
        node: Annotated[str, Query(min_length=1, max_length=200, examples=["bullish-signal"])],
    ) -> Reply:
        """What a node did on a day, and why it did no more."""
        key = permitted_key(request.scope, user_id, strategy_id)
        day = await _stored_day(backtests, key, date)
        return json_reply(orjson.dumps(await asyncio.to_thread(backtests.why, key, day, node)))


def _add_money_routes(router: APIRouter, backtests: Backtests) -> None:
    @router.get("/statistics/{user_id}/{strategy_id}", response_model=None, responses=answers(RunStatistics, 404, 409))
    async def statistics(
        request: Request,
        user_id: UserId,
        strategy_id: StrategyId,
        capital: Annotated[
            str | None,
            Query(
                pattern=r"^[1-9][0-9]{0,11}(\.[0-9]{1,2})?$",
                description="Rupees, for what is a share of it.",
                examples=["150000"],
            ),
        ] = None,
    ) -> Reply:
        """A run's statistics on net profit, each with its definition, and its round trips by their properties."""
        key = permitted_key(request.scope, user_id, strategy_id)
        return json_reply(orjson.dumps(await asyncio.to_thread(backtests.statistics, key, capital)))

    @router.get("/reprice/{user_id}/{strategy_id}", response_model=None, responses=answers(Repriced, 404, 409))
    async def reprice(
        request: Request,
        user_id: UserId,
        strategy_id: StrategyId,
        brokerage: Annotated[
            str | None,
            Query(
                pattern=BROKERAGE_PATTERN, description="As the option of a run; else the run's own.", examples=["20"]
            ),
        ] = None,
        terms: Annotated[
            Literal["as_was", "today"] | None, Query(description="As the option of a run; else the run's own.")
        ] = None,
    ) -> Reply:
        """A stored run charged again under other terms, without running it again; nothing that is stored changes."""
        key = permitted_key(request.scope, user_id, strategy_id)
        return json_reply(orjson.dumps(await asyncio.to_thread(backtests.reprice, key, brokerage, terms)))

    @router.get("/verify/{user_id}/{strategy_id}", response_model=None, responses=answers(Verified, 404, 409))
    async def verify(request: Request, user_id: UserId, strategy_id: StrategyId) -> Reply:
        """A stored run made again and compared byte by byte with its files; takes as long as a run, changes nothing."""
        key = permitted_key(request.scope, user_id, strategy_id)
        return json_reply(orjson.dumps(await asyncio.to_thread(backtests.verify, key)))


def _add_cleanup_routes(router: APIRouter, backtests: Backtests) -> None:
    @router.get("/cleanup/status", response_model=None, responses=answers(CleanupStatus))
    async def cleanup_status(request: Request) -> Reply:
        """How long results live, when the last cleanup was, and what expires next."""
        document = await asyncio.to_thread(backtests.cleanup_status)
        expiry = cast("Mapping[str, str] | None", document["next_expiry"])
        if expiry is not None and not caller_of(request.scope).may_act_for(expiry["user_id"]):
            document["next_expiry"] = None
        pinned = cast("list[dict[str, str]]", document["pinned"])
        document["pinned"] = [each for each in pinned if caller_of(request.scope).may_act_for(each["user_id"])]
        if not caller_of(request.scope).admin:
            document["failed"] = []
        return json_reply(orjson.dumps(document))

    @router.post("/cleanup/run", response_model=None, responses=answers(CleanupDone))
    async def cleanup_run(
        request: Request,
        ttl_hours: Annotated[
            float | None,
            Query(
                ge=0,
                le=87_600,
                allow_inf_nan=False,
                description="Clear what is older; without it what has expired.",
                examples=[12],
            ),
        ] = None,
    ) -> Reply:
        """Clear what has expired, or what was created longer ago than ``ttl_hours``."""
        if not caller_of(request.scope).admin:
            raise ProblemError(403, "cleaning up is the administrator's", "Authorization", "an admin's key")
        return json_reply(orjson.dumps(await asyncio.to_thread(backtests.cleanup, ttl_hours)))


async def _stored_day(backtests: Backtests, key: RunKey, date: str) -> dt.date:
    """The day that is asked for. Raises ProblemError where it is not there."""
    day = asked_day(date)
    if await asyncio.to_thread(backtests.storage.stamp, key, day) is None:
        raise await asyncio.to_thread(missing_day, backtests, key, day)
    return day


def refuse_odd_json(content: bytes) -> None:
    """One of two members of the same name would be ignored; and text that is not UTF-8 is not JSON."""

    def once(members: list[tuple[str, object]]) -> None:
        names = [name for name, _ in members]
        if len(set(names)) < len(names):
            repeated = next(name for name in names if names.count(name) > 1)
            raise invalid([("body", f"the member {repeated[:60]!r} is there twice")])

    try:
        json.loads(content.decode(), object_pairs_hook=once)
    except ValueError:
        raise invalid([("body", "the body is not JSON in UTF-8")]) from None


def _submit(backtests: Backtests, body: RunBody) -> Job:
    """Submit a run. A strategy that is not there is said before anything about the dates."""
    backtests.shelf.get(body.user_id, body.strategy_id)
    first, last = asked_day(body.start_date, "start_date"), asked_day(body.end_date, "end_date")
    return backtests.submit(
        body.user_id, body.strategy_id, first, last, {} if body.options is None else body.options.given()
    )
