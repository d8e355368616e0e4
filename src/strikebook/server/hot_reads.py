"""The three reads that are asked for most: a job's status, a run's metadata, a day.

``HotPaths`` answers them without the framework, which would take longer than they do. They are routes like any other
(the framework has them too: for the OpenAPI document, and for what is asked with other methods).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from functools import lru_cache
from typing import Any, Final, NoReturn, TypeAlias

import orjson

from strikebook.errors import NotFoundError, UsageError
from strikebook.server.encodings import has_copy
from strikebook.server.guard import admission_of
from strikebook.server.permission import permitted_key, refuse_others_job
from strikebook.server.problems import ProblemError, problem_of
from strikebook.server.reply import Receive, Reply, Scope, Send, json_reply
from strikebook.server.stored_bytes import Coded, StoredBytes
from strikebook.service.backtests import Backtests
from strikebook.service.results import nearest_days
from strikebook.storage.layout import RunKey, day_text, parse_day

PREFIX: Final = "/api/v1/backtest"
_LONGEST_PATH: Final = 400
"""Two ids of the longest kind and what stands around them; what is longer is no hot read."""
_Endpoint: TypeAlias = Callable[..., Awaitable[Reply]]


class HotReads:
    """The endpoints, by a request's scope and the parts of its path as they are."""

    def __init__(self, backtests: Backtests, stored: StoredBytes) -> None:
        self._backtests = backtests
        self.stored = stored

    async def status(self, scope: Scope, job_id: str) -> Reply:
        """A job: its state, its progress, when it will be done."""
        document = self._backtests.known_status(job_id)
        if document is None:
            document = await asyncio.to_thread(self._backtests.status, job_id)
        refuse_others_job(scope, document)
        return json_reply(orjson.dumps(document))

    async def metadata(self, scope: Scope, user_id: str, strategy_id: str) -> Reply:
        """A run: its totals and all its days."""
        key = permitted_key(scope, user_id, strategy_id)
        admission = admission_of(scope)
        coding = admission.coding or _refuse_coding()
        found = self.stored.at_hand(key, None, coding) or await self.stored.find(key, None, coding)
        if found is None:
            raise await asyncio.to_thread(missing_run, self._backtests, key)
        return _sent(admission.copies, found)

    async def day(self, scope: Scope, user_id: str, strategy_id: str, date_text: str) -> Reply:
        """A day: its positions and their reasons, as they are stored."""
        key = permitted_key(scope, user_id, strategy_id)
        admission = admission_of(scope)
        coding, day = admission.coding or _refuse_coding(), asked_day(date_text)
        found = self.stored.at_hand(key, day, coding) or await self.stored.find(key, day, coding)
        if found is None:
            raise await asyncio.to_thread(missing_day, self._backtests, key, day)
        return _sent(admission.copies, found)


class HotPaths:
    """An ASGI application: ``GET`` and ``HEAD`` of the hot reads' paths are answered, all else is handed to ``app``."""

    def __init__(self, app: Any, reads: HotReads) -> None:  # noqa: ANN401 — ASGI's own
        self._app = app
        self._endpoints: dict[tuple[str, int], _Endpoint] = {
            ("status", 1): reads.status,
            ("metadata", 2): reads.metadata,
            ("day", 3): reads.day,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        path = scope["path"]
        name, parts = _parts(path) if len(path) <= _LONGEST_PATH else ("", ())
        endpoint = self._endpoints.get((name, len(parts)))
        if endpoint is None or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        reply = await endpoint(scope, *parts)
        await reply(scope, receive, send)


@lru_cache(maxsize=4096)
def _parts(path: str) -> tuple[str, tuple[str, ...]]:
    """The name of an endpoint and what follows it, for a path under ``PREFIX``; nothing for any other."""
    if not path.startswith(f"{PREFIX}/"):
        return "", ()
    name, *parts = path[len(PREFIX) + 1 :].split("/")
    return name, tuple(parts)


@lru_cache(maxsize=4096)
def asked_day(text: str, where: str = "date") -> date:
    """The day that a text stands for. Raises ProblemError for what is none."""
    try:
        return parse_day(text)
    except UsageError as error:
        raise ProblemError(422, error.what, where, error.right) from None


def missing_day(backtests: Backtests, key: RunKey, day: date) -> ProblemError:
    """The problem of a day that is not there: why, and the days that are nearest."""
    error = backtests.missing_day(key, day)
    near = [day_text(other) for other in nearest_days(backtests.storage, key, day)]
    return problem_of(error, {"nearest_dates": near})


def missing_run(backtests: Backtests, key: RunKey) -> ProblemError:
    """The problem of a run that is not there: it names those of its user that are."""
    runs = ", ".join(run.strategy_id for run in backtests.storage.runs(key.user_id))
    right = f"{key.user_id} has results of {runs}" if runs else "run it first: POST /api/v1/backtest/run"
    return problem_of(NotFoundError(f"no results of {key}", where=str(key), right=right))


def _refuse_coding() -> NoReturn:
    raise ProblemError(406, "neither gzip nor identity is accepted", "Accept-Encoding", "gzip, or identity")


def _sent(copies: bytes | None, found: Coded) -> Reply:
    if copies is not None and has_copy(copies, found.etag):
        return Reply(304, found.unchanged)
    return Reply(200, found.headers, found.body)
