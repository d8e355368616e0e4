"""A job followed: its events as they come, also after a break; and its end, with or without events.

1. The events are read after the number of the last one that came. The server ends the stream with the job, or because
   it stops; so the stream is asked for again until the server says that no more will come (204).
2. A stream that breaks is asked for again after the last event that came. Who hears nothing for too long, or reaches
   nobody for too long, gives up.
3. Where something on the way lets no events through, ``ended`` asks for the status instead, now and then.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Any, Final, cast

import orjson

from strikebook.client.exchange import BACKTEST, Request, get
from strikebook.client.progress import OnProgress, shown
from strikebook.client.refusals import (
    AnswerError,
    FullError,
    InvalidError,
    NotCompletedError,
    UnreachableError,
)
from strikebook.client.shapes.jobs import Status
from strikebook.client.steps import Hear, Heard, Listen, Pause, Steps, Tell, asked, overheard

_SILENCE_S: Final = 40.0
"""A server says that it is still there every fifteen seconds."""
_COME_BACK_S: Final = 1.0
PATIENCE_S: Final = 60.0
"""For how long nobody may be reached before a reader gives up; a silence counts for as long as it was."""
_GOING: Final = ("queued", "running")


def job_path(job_id: str) -> str:
    """Where a job's status is."""
    return f"{BACKTEST}/status/{job_id}"


def events(job_id: str, after: int, patience_s: float) -> Steps[None]:
    """Tell each event of a job after that number, until no more will come."""
    left_s = patience_s
    while True:
        pause_s, came = _COME_BACK_S, False
        try:
            reply = yield Listen(_stream(job_id, after), _SILENCE_S)
            if reply.status == 204:
                return
            reply.raise_refusal()
            if reply.content or not reply.headers.get("content-type", "").startswith("text/event-stream"):
                raise reply.odd("no stream of events")
            while (heard := (yield Hear())) is not None:
                if heard.id.isdigit() and int(heard.id) > after:
                    after, left_s, came = int(heard.id), patience_s, True
                    yield Tell(_document(heard))
                if heard.retry_ms is not None:
                    pause_s = min(heard.retry_ms / 1000, 10.0)
        except (UnreachableError, FullError) as error:
            silent = isinstance(error, UnreachableError) and error.silent
            left_s -= _SILENCE_S if silent else pause_s
            if left_s < 0:
                raise
        else:
            left_s -= 0 if came else pause_s
            if left_s < 0:
                raise AnswerError("streams end without an event", where=job_id, right="ask for the status")
        if not came:
            yield Pause(pause_s)


def _stream(job_id: str, after: int) -> Request:
    headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
    return Request(
        "GET", f"{job_path(job_id)}/events", headers=headers | ({"Last-Event-ID": str(after)} if after else {})
    )


def _document(heard: Heard) -> Any:  # noqa: ANN401 — JSON
    try:
        return orjson.loads(heard.data)
    except orjson.JSONDecodeError:
        raise AnswerError(f"an event that is no JSON: {heard.data[:200]!r}", where=f"event {heard.id}") from None


@dataclass(frozen=True)
class Waiting:
    """How to wait for a job's end: see ``Job.wait``."""

    progress: bool | OnProgress
    timeout_s: float | None
    check: bool
    every_s: float
    patience_s: float


def ended(job_id: str, waiting: Waiting) -> Steps[Status]:
    """Wait until a job has ended; its last status."""
    with shown(waiting.progress, job_id) as on_progress:
        if waiting.timeout_s is None:
            yield from _listened(job_id, on_progress, waiting.patience_s)
        status = yield from _looked_at(job_id, on_progress, waiting)
    if waiting.check and status["status"] != "completed":
        what = f"{job_id} is {status['status']}: {status['error'] or 'no reason is given'}"
        raise NotCompletedError(what, right="resume() goes on with it; wait(check=False) says nothing", job=status)
    return status


def _looked_at(job_id: str, on_progress: OnProgress, waiting: Waiting) -> Steps[Status]:
    """Ask for the status until the job has ended. Raises NotCompletedError where that takes too long."""
    give_up = math.inf if waiting.timeout_s is None else time.monotonic() + waiting.timeout_s
    left_s = waiting.patience_s
    while True:
        try:
            status = cast("Status", (yield from asked(get(job_path(job_id)), 0)))
        except (UnreachableError, FullError) as error:
            pause_s = max(waiting.every_s, _COME_BACK_S, getattr(error, "retry_after_s", None) or 0.0)
            left_s -= pause_s
            if left_s < 0 or time.monotonic() >= give_up:
                raise
            yield Pause(pause_s)
            continue
        left_s = waiting.patience_s
        on_progress(status)
        if status["status"] not in _GOING:
            return status
        if time.monotonic() >= give_up:
            what = f"{job_id} is {status['status']} after {waiting.timeout_s:g} seconds"
            raise NotCompletedError(what, right="it goes on; wait again, or cancel it", job=status)
        yield Pause(min(waiting.every_s, max(give_up - time.monotonic(), 0.0)))


def _listened(job_id: str, on_progress: OnProgress, patience_s: float) -> Steps[None]:
    """Take a job's events in until they end, or do not come through."""
    try:
        yield from overheard(events(job_id, 0, patience_s), on_progress)
    except (AnswerError, FullError, InvalidError):
        return
    except UnreachableError as error:
        if not error.sent:
            raise
