"""The three reads that are asked for most: a job's status, a run's metadata, a day.

Where their bytes are in memory they are answered at once (``at_once``), without the framework, which would take longer
than they do. They are routes like any other too: for the OpenAPI document, and for all that is not at hand.
"""

from __future__ import annotations

import asyncio
import re
from datetime import date
from functools import lru_cache
from typing import Final, NoReturn

import orjson

from strikebook.errors import NotFoundError, UsageError
from strikebook.server.admission import Admission
from strikebook.server.encodings import has_copy
from strikebook.server.guard import admission_of
from strikebook.server.permission import own_key, permitted_key, refuse_others_job
from strikebook.server.problems import ProblemError, problem_of
from strikebook.server.reply import AtHand, Headers, Reply, Scope, head_of, json_headers, json_reply
from strikebook.server.stored_bytes import Coded, StoredBytes
from strikebook.service.backtests import Backtests
from strikebook.service.results import nearest_days
from strikebook.storage.layout import RunKey, day_file_name, day_text, parse_day

PREFIX: Final = "/api/v1/backtest"
_START: Final = f"{PREFIX}/".encode()
_LONGEST_TARGET: Final = 400
"""Two ids of the longest kind and what stands around them; what is longer is no hot read."""
_PLAIN: Final = re.compile(rb"[A-Za-z0-9._/\-]+")


class HotReads:
    """The endpoints, by a request's scope and the parts of its path as they are."""

    def __init__(self, backtests: Backtests, stored: StoredBytes) -> None:
        self._backtests = backtests
        self.stored = stored
        self._accel_prefix = backtests.settings.accel_prefix

    def at_once(self, target: bytes, admission: Admission) -> AtHand | None:
        """Answer a ``GET`` of a target as it was sent, without waiting; None where that is no hot read, or not at hand.

        Raises ProblemError as the endpoints do.
        """
        name, parts = _parts(target) if len(target) <= _LONGEST_TARGET else ("", ())
        if name == "day" and len(parts) == 3:
            return self._document_at_hand(admission, *parts)
        if name == "metadata" and len(parts) == 2:
            return self._document_at_hand(admission, *parts, None)
        if name == "status" and len(parts) == 1:
            return self._status_at_hand(admission, *parts)
        return None

    def _document_at_hand(
        self, admission: Admission, user_id: str, strategy_id: str, date_text: str | None
    ) -> AtHand | None:
        key = own_key(admission, user_id, strategy_id)
        day = None if date_text is None else asked_day(date_text)
        coding = admission.coding or _refuse_coding()
        if day is not None and coding == "gzip" and self._accel_prefix:
            there = self._backtests.storage.stamp(key, day) is not None
            return AtHand(200, head_of(200, self._elsewhere(key, day)), b"") if there else None
        found = self.stored.at_hand(key, day, coding)
        if found is None:
            return None
        if admission.copies is not None and has_copy(admission.copies, found.etag):
            return AtHand(304, found.unchanged_head, b"")
        return AtHand(200, found.head, found.body)

    def _elsewhere(self, key: RunKey, day: date) -> Headers:
        """What tells the nginx in front which file to send."""
        place = f"{self._accel_prefix}/{key.user_id}/{key.strategy_id}/{day_file_name(day)}"
        return [
            (b"content-type", b"application/json"),
            (b"content-length", b"0"),
            (b"cache-control", b"private, no-cache"),
            (b"x-accel-redirect", place.encode("ascii")),
        ]

    def _status_at_hand(self, admission: Admission, job_id: str) -> AtHand | None:
        document = self._backtests.known_status(job_id)
        if document is None:
            return None
        refuse_others_job(admission, document)
        body = orjson.dumps(document)
        return AtHand(200, head_of(200, json_headers(body)), body)

    async def status(self, scope: Scope, job_id: str) -> Reply:
        """A job: its state, its progress, when it will be done."""
        document = self._backtests.known_status(job_id)
        if document is None:
            document = await asyncio.to_thread(self._backtests.status, job_id)
        refuse_others_job(admission_of(scope), document)
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
        if coding == "gzip" and self._accel_prefix:
            if await asyncio.to_thread(self._backtests.storage.stamp, key, day) is None:
                raise await asyncio.to_thread(missing_day, self._backtests, key, day)
            return Reply(200, self._elsewhere(key, day))
        found = self.stored.at_hand(key, day, coding) or await self.stored.find(key, day, coding)
        if found is None:
            raise await asyncio.to_thread(missing_day, self._backtests, key, day)
        return _sent(admission.copies, found)


@lru_cache(maxsize=1024)
def _parts(target: bytes) -> tuple[str, tuple[str, ...]]:
    """The name of an endpoint and what follows it, for a plain path under ``PREFIX``; nothing for any other target."""
    if not target.startswith(_START) or not _PLAIN.fullmatch(target):
        return "", ()
    name, *parts = target.decode("ascii")[len(PREFIX) + 1 :].split("/")
    return name, tuple(parts)


@lru_cache(maxsize=1024)
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
