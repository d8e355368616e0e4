"""``/api/v1/backtest/sweep``: a strategy with many values of its parameters, as one job."""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query
from starlette.requests import Request

from strikebook.errors import BusyError, UsageError
from strikebook.jobs.job import Job
from strikebook.server.backtest_routes import UserId, refuse_odd_json
from strikebook.server.guard import REQUEST_ID
from strikebook.server.hot_reads import PREFIX, asked_day
from strikebook.server.permission import permitted_key, refuse_other_user
from strikebook.server.problems import problem_of
from strikebook.server.query_names import api_router
from strikebook.server.reply import Reply, json_reply
from strikebook.server.routing import answers
from strikebook.server.wire.patterns import JOB_PATTERN
from strikebook.server.wire.sweeps import (
    KeepBody,
    Kept,
    SweepAnswer,
    SweepBody,
    SweepDeleted,
    SweepList,
    SweepQueued,
    WalkedForward,
)
from strikebook.service.backtests import Backtests
from strikebook.service.sweep_plan import SweepPlan
from strikebook.service.sweep_request import MOST_WINDOW_DAYS, Objective, WalkForward, windows_of

LOG = logging.getLogger("strikebook.server")
_MEGABYTE = 1024 * 1024

SweepId = Annotated[str, Path(pattern=JOB_PATTERN, description="Its job's id.", examples=["bt_20241202_153045_abc123"])]
_Days = Annotated[int | None, Query(ge=1, le=MOST_WINDOW_DAYS, examples=[10])]


def sweep_router(backtests: Backtests) -> APIRouter:
    """The routes over a server's sweeps."""
    router = api_router(PREFIX)
    _add_submission(router, backtests)
    _add_reads(router, backtests)
    _add_changes(router, backtests)
    return router


def _add_submission(router: APIRouter, backtests: Backtests) -> None:
    @router.post("/sweep", response_model=None, responses=answers(SweepQueued, 404, 409, 413, 503))
    async def sweep(request: Request, body: SweepBody) -> Reply:
        """Queue a sweep: a strategy over a range of days once for every point, as one job of its user."""
        refuse_other_user(request.scope, body.user_id)
        refuse_odd_json(await request.body())
        try:
            job, plan = await asyncio.to_thread(_submit, backtests, body)
        except BusyError as error:
            active = await asyncio.to_thread(backtests.active_job, body.user_id)
            cancel = None if active is None else f"{PREFIX}/jobs/{active['job_id']}/cancel"
            raise problem_of(error, {"job": active, "cancel": cancel}) from None
        noted = {"job_id": job.job_id, "user_id": job.user_id, "request_id": request.scope[REQUEST_ID]}
        LOG.info("sweep queued", extra=noted)
        answer = {
            "job_id": job.job_id,
            "sweep_id": job.job_id,
            "status": "queued",
            "message": "Sweep queued successfully",
            "points_total": len(plan.points),
            "points_same": plan.same,
            "total_days": len(plan.run.days),
        }
        return json_reply(orjson.dumps(answer))


def _add_reads(router: APIRouter, backtests: Backtests) -> None:
    @router.get("/sweeps/{user_id}", response_model=None, responses=answers(SweepList))
    async def sweeps(request: Request, user_id: UserId) -> Reply:
        """The sweeps of a user, the newest first, without their days and points."""
        refuse_other_user(request.scope, user_id)
        return json_reply(orjson.dumps({"sweeps": await asyncio.to_thread(backtests.sweeps.list, user_id)}))

    @router.get("/sweep/{user_id}/{sweep_id}", response_model=None, responses=answers(SweepAnswer, 404))
    async def read_sweep(request: Request, user_id: UserId, sweep_id: SweepId) -> Reply:
        """A sweep: its days, and for each point what it came to on those that are done."""
        key = permitted_key(request.scope, user_id, sweep_id)

        def told() -> bytes:
            return orjson.dumps(backtests.sweeps.read(key))

        return json_reply(await asyncio.to_thread(told))

    @router.get("/sweep/{user_id}/{sweep_id}/walk-forward", response_model=None, responses=answers(WalkedForward, 404))
    async def walk_forward(
        request: Request,
        user_id: UserId,
        sweep_id: SweepId,
        train_days: _Days = None,
        test_days: _Days = None,
        anchored: Annotated[bool, Query(description="Train on all days so far.")] = False,  # noqa: FBT002 — a query's flag
        objective: Annotated[Objective | None, Query(description="As of a sweep; else the sweep's own.")] = None,
    ) -> Reply:
        """The best point of some days on the days after them, again and again: a fold of the sweep's table."""
        key = permitted_key(request.scope, user_id, sweep_id)
        windows = _windows(train_days, test_days, anchored=anchored)
        return json_reply(await asyncio.to_thread(backtests.sweeps.walk_forward, key, windows, objective))


def _add_changes(router: APIRouter, backtests: Backtests) -> None:
    @router.post("/sweep/{user_id}/{sweep_id}/keep", response_model=None, responses=answers(Kept, 404, 409, 413))
    async def keep_point(request: Request, user_id: UserId, sweep_id: SweepId, body: KeepBody) -> Reply:
        """Put the strategy of a point on its user's shelf: it can be run and looked into as any other."""
        key = permitted_key(request.scope, user_id, sweep_id)
        refuse_odd_json(await request.body())
        kept = await asyncio.to_thread(backtests.sweeps.keep, key, body.point, body.strategy_id, body.strategy_name)
        return json_reply(orjson.dumps(kept))

    @router.delete("/sweep/{user_id}/{sweep_id}", response_model=None, responses=answers(SweepDeleted, 404, 409))
    async def delete_sweep(request: Request, user_id: UserId, sweep_id: SweepId) -> Reply:
        """Remove a sweep; its job is cancelled first. That its points were tried is remembered."""
        key = permitted_key(request.scope, user_id, sweep_id)
        cleared = await asyncio.to_thread(backtests.sweeps.delete, key)
        answer = {
            "message": f"Deleted the sweep {sweep_id}",
            "deleted_files": cleared.day_files,
            "freed_space_mb": round(cleared.freed_bytes / _MEGABYTE, 2),
        }
        return json_reply(orjson.dumps(answer))


def _submit(backtests: Backtests, body: SweepBody) -> tuple[Job, SweepPlan]:
    """Submit a sweep. A strategy that is not there is said before anything about the dates."""
    backtests.shelf.get(body.user_id, body.strategy_id)
    first, last = asked_day(body.start_date, "start_date"), asked_day(body.end_date, "end_date")
    asked: dict[str, Any] = body.model_dump(include={"parameters", "sample", "objective", "walk_forward"})
    options = {} if body.options is None else body.options.given()
    return backtests.sweeps.submit(body.user_id, body.strategy_id, (first, last), options, asked)


def _windows(train_days: int | None, test_days: int | None, *, anchored: bool) -> WalkForward | None:
    if train_days is None and test_days is None and not anchored:
        return None
    if train_days is None or test_days is None:
        raise UsageError("half a window", where="train_days", right="train_days and test_days")
    return windows_of(train_days, test_days, anchored=anchored)
