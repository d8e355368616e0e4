"""The brief's endpoints, under ``/api/v1/backtest``, and what stands beside them there."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from collections.abc import Mapping
from typing import Annotated, cast

import orjson
from fastapi import APIRouter, Path, Query
from starlette.requests import Request

from strikebook.errors import BusyError, NotFoundError, UsageError
from strikebook.jobs.job import Job
from strikebook.server.encodings import has_copy, wanted_coding
from strikebook.server.guard import REQUEST_ID, caller_of
from strikebook.server.hot_paths import Endpoint
from strikebook.server.problems import ProblemError, invalid, problem_of
from strikebook.server.reply import Reply, json_reply
from strikebook.server.routing import answers
from strikebook.server.stored_bytes import Coded, StoredBytes
from strikebook.server.wire import (
    DATE_PATTERN,
    ID_PATTERN,
    JOB_PATTERN,
    SYMBOL_PATTERN,
    TIMEFRAME_PATTERN,
    Chart,
    CleanupDone,
    CleanupStatus,
    ClearedAnswer,
    Day,
    Jobs,
    Metadata,
    Queued,
    Results,
    RunBody,
    Status,
    Why,
)
from strikebook.service.backtests import Backtests, unknown_job
from strikebook.service.results import nearest_days
from strikebook.storage.layout import RunKey, day_file_name, day_text, is_id, parse_day

PREFIX = "/api/v1/backtest"
LOG = logging.getLogger("strikebook.server")
_MEGABYTE = 1024 * 1024
_LONGEST_ID = 128

UserId = Annotated[str, Path(pattern=ID_PATTERN, max_length=_LONGEST_ID, examples=["user_123"])]
StrategyId = Annotated[
    str, Path(pattern=ID_PATTERN, max_length=_LONGEST_ID, examples=["5708424d-5962-4629-978c-05b3a174e104"])
]
JobId = Annotated[str, Path(pattern=JOB_PATTERN, examples=["bt_20241202_153045_abc123"])]
DateText = Annotated[str, Path(pattern=DATE_PATTERN, description="DD-MM-YYYY, or YYYY-MM-DD.", examples=["01-10-2024"])]
OfUser = Annotated[str | None, Query(alias="user_id", pattern=ID_PATTERN, description="Whose.")]


def backtest_router(backtests: Backtests, hot: Mapping[str, tuple[int, Endpoint]], stored: StoredBytes) -> APIRouter:
    """The routes over a server's use cases; ``hot`` are those of ``hot_endpoints``."""
    router = APIRouter(prefix=PREFIX)
    for name, path, model, statuses in (
        ("status", "/{job_id}", Status, (404,)),
        ("metadata", "/{user_id}/{strategy_id}", Metadata, (404, 406)),
        ("day", "/{user_id}/{strategy_id}/{date}", Day, (404, 406)),
    ):
        described = answers(model, *statuses)
        if name != "status":
            described[304] = {"description": "The client's copy is still good."}
        for method in ("GET", "HEAD"):
            router.add_api_route(
                f"/{name}{path}",
                hot[name][1],
                methods=[method],
                response_model=None,
                responses=described,
                operation_id=name if method == "GET" else f"head_{name}",
                include_in_schema=method == "GET",
            )
    _add_job_routes(router, backtests)
    _add_result_routes(router, backtests)
    _add_day_routes(router, backtests, stored)
    _add_cleanup_routes(router, backtests)
    return router


def hot_endpoints(backtests: Backtests, stored: StoredBytes) -> dict[str, tuple[int, Endpoint]]:
    """What is asked for most often: name -> (the number of its path's parts, its endpoint)."""

    async def status(request: Request, job_id: JobId) -> Reply:
        """A job: its state, its progress, when it will be done."""
        document = backtests.known_status(job_id)
        if document is None:
            document = await asyncio.to_thread(backtests.status, job_id)
        _refuse_others_job(request, document)
        return json_reply(orjson.dumps(document))

    async def metadata(request: Request, user_id: UserId, strategy_id: StrategyId) -> Reply:
        """A run: its totals and all its days."""
        key = checked_key(request, user_id, strategy_id)
        coding = wanted_coding(_header(request, b"accept-encoding"))
        found = None if coding is None else await stored.metadata(key, coding)
        if found is None:
            if coding is None:
                raise _no_coding()
            raise await asyncio.to_thread(missing_run, backtests, key)
        return _sent(request, found)

    async def day(request: Request, user_id: UserId, strategy_id: StrategyId, date: DateText) -> Reply:
        """A day: its positions and their reasons, as they are stored."""
        key = checked_key(request, user_id, strategy_id)
        coding = wanted_coding(_header(request, b"accept-encoding"))
        found = None if coding is None else await stored.day(key, _day(date), coding)
        if found is None:
            if coding is None:
                raise _no_coding()
            raise await asyncio.to_thread(missing_day, backtests, key, date)
        return _sent(request, found)

    return {"status": (1, status), "metadata": (2, metadata), "day": (3, day)}


def _add_job_routes(router: APIRouter, backtests: Backtests) -> None:
    @router.post("/run", response_model=None, responses=answers(Queued, 404, 409, 413, 503))
    async def run(request: Request, body: RunBody) -> Reply:
        """Queue a backtest. It replaces the results of this user and strategy once it leaves the queue."""
        _refuse_other_user(request, body.user_id)
        _refuse_odd_json(await request.body())
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
        found = await asyncio.to_thread(backtests.jobs, own_user(request, user_id))
        return json_reply(orjson.dumps({"jobs": found}))

    @router.post("/jobs/{job_id}/cancel", response_model=None, responses=answers(Status, 404))
    async def cancel(request: Request, job_id: JobId) -> Reply:
        """Cancel a job: one that waits at once, one that runs after the days it is at; finished days are kept."""
        _refuse_others_job(request, await asyncio.to_thread(backtests.status, job_id))
        return json_reply(orjson.dumps(await asyncio.to_thread(backtests.cancel, job_id)))


def _add_result_routes(router: APIRouter, backtests: Backtests) -> None:
    @router.get("/results/{user_id}", response_model=None, responses=answers(Results))
    async def results(request: Request, user_id: UserId) -> Reply:
        """The runs of a user whose results are there: their metadata without the days."""
        _refuse_other_user(request, user_id)
        return json_reply(orjson.dumps({"results": await asyncio.to_thread(backtests.results, user_id)}))

    @router.delete(
        "/clear/{user_id}/{strategy_id}",
        response_model=None,
        responses=answers(ClearedAnswer, 409),
    )
    async def clear(request: Request, user_id: UserId, strategy_id: StrategyId) -> Reply:
        """Remove the results of a strategy; a job that is at work on them is cancelled first."""
        key = checked_key(request, user_id, strategy_id)
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
        responses=answers("The file.", 404, kind="application/gzip"),
    )
    async def download(request: Request, user_id: UserId, strategy_id: StrategyId, date: DateText) -> Reply:
        """A day's file, ``01-10-2024.json.gz``, as it is stored."""
        key = checked_key(request, user_id, strategy_id)
        wanted = _day(date)
        found = await stored.day(key, wanted, "gzip")
        if found is None:
            raise await asyncio.to_thread(missing_day, backtests, key, date)
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
        key = checked_key(request, user_id, strategy_id)
        await asyncio.to_thread(refuse_missing_day, backtests, key, date)
        return json_reply(await asyncio.to_thread(backtests.chart, key, _day(date), timeframe, symbol))

    @router.get(f"{of_day}/why", response_model=None, responses=answers(Why, 404))
    async def why(
        request: Request,
        user_id: UserId,
        strategy_id: StrategyId,
        date: DateText,
        node: Annotated[str, Query(min_length=1, max_length=200, examples=["bullish-signal"])],
    ) -> Reply:
        """What a node did on a day, and why it did no more."""
        key = checked_key(request, user_id, strategy_id)
        await asyncio.to_thread(refuse_missing_day, backtests, key, date)
        return json_reply(orjson.dumps(await asyncio.to_thread(backtests.why, key, _day(date), node)))


def _add_cleanup_routes(router: APIRouter, backtests: Backtests) -> None:
    @router.get("/cleanup/status", response_model=None, responses=answers(CleanupStatus))
    async def cleanup_status(request: Request) -> Reply:
        """How long results live, when the last cleanup was, and what expires next."""
        document = await asyncio.to_thread(backtests.cleanup_status)
        expiry = cast("Mapping[str, str] | None", document["next_expiry"])
        if expiry is not None and not caller_of(request.scope).may_act_for(expiry["user_id"]):
            document["next_expiry"] = None
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


def checked_key(request: Request, user_id: str, strategy_id: str) -> RunKey:
    """The key of a run that the caller may see. Raises ProblemError for ids that are none, and for another user's."""
    wrong = [
        (name, f"{text[:60]!r} cannot be an id")
        for name, text in (("user_id", user_id), ("strategy_id", strategy_id))
        if not is_id(text)
    ]
    if wrong:
        raise invalid(wrong)
    _refuse_other_user(request, user_id)
    return RunKey(user_id, strategy_id)


def own_user(request: Request, user_id: str | None) -> str | None:
    """Whose things are asked for: the one that is named, else the caller's own, None for all of an admin's."""
    caller = caller_of(request.scope)
    if user_id is None:
        return caller.user_id
    _refuse_other_user(request, user_id)
    return user_id


def refuse_missing_day(backtests: Backtests, key: RunKey, date_text: str) -> None:
    """Raise a problem where a day is not there."""
    if backtests.storage.stamp(key, parse_day(date_text)) is None:
        raise missing_day(backtests, key, date_text)


def missing_day(backtests: Backtests, key: RunKey, date_text: str) -> ProblemError:
    """The problem of a day that is not there: why, and the days that are nearest."""
    day = parse_day(date_text)
    error = backtests.missing_day(key, day)
    near = [day_text(other) for other in nearest_days(backtests.storage, key, day)]
    return problem_of(error, {"nearest_dates": near})


def missing_run(backtests: Backtests, key: RunKey) -> ProblemError:
    """The problem of a run that is not there: it names those of its user that are."""
    runs = ", ".join(run.strategy_id for run in backtests.storage.runs(key.user_id))
    right = f"{key.user_id} has results of {runs}" if runs else "run it first: POST /api/v1/backtest/run"
    return problem_of(NotFoundError(f"no results of {key}", where=str(key), right=right))


def _refuse_odd_json(content: bytes) -> None:
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
    first, last = _day(body.start_date, "start_date"), _day(body.end_date, "end_date")
    return backtests.submit(
        body.user_id, body.strategy_id, first, last, {} if body.options is None else body.options.given()
    )


def _refuse_other_user(request: Request, user_id: str) -> None:
    if not caller_of(request.scope).may_act_for(user_id):
        raise ProblemError(403, "this key is another user's", "user_id", "the user whose key it is")


def _refuse_others_job(request: Request, document: Mapping[str, object]) -> None:
    """Another user's job is as if it were not there: ids of jobs say nothing about users."""
    if not caller_of(request.scope).may_act_for(str(document["user_id"])):
        raise problem_of(unknown_job(str(document["job_id"])))


def _day(text: str, where: str = "date") -> dt.date:
    try:
        return parse_day(text)
    except UsageError as error:
        raise ProblemError(422, error.what, where, error.right) from None


def _header(request: Request, name: bytes) -> bytes | None:
    for key, value in request.scope["headers"]:
        if key == name:
            return cast("bytes", value)
    return None


def _sent(request: Request, found: Coded) -> Reply:
    copies = _header(request, b"if-none-match")
    if copies is not None and has_copy(copies, found.etag):
        return Reply(304, found.unchanged)
    return Reply(200, found.headers, found.body)


def _no_coding() -> ProblemError:
    return ProblemError(406, "neither gzip nor identity is accepted", "Accept-Encoding", "gzip, or identity")
