"""A job followed: its events as they come, also after a break; and its end, with or without events.

1. The events are read after the number of the last one that came. The server ends the stream with the job, or because it
   stops; so the stream is asked for again until the server says that no more will come (204).
2. A stream that breaks is asked for again after the last event that came. Who hears nothing for too long, or reaches
   nobody for too long, gives up.
3. Where something on the way lets no events through, ``ended`` asks for the status instead, now and then.
"""

from __future__ import annotations

import time
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
_TRIES: Final = 60
"""So many times in a row nobody is reached before a reader gives up; a silence counts for as long as it was."""
_GOING: Final = ("queued", "running")


def job_path(job_id: str) -> str:
    """Where a job's status is."""
    return f"{BACKTEST}/status/{job_id}"


def events(job_id: str, after: int) -> Steps[None]:
    """Tell each event of a job after that number, until no more will come."""
    left = _TRIES
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
                    after, left, came = int(heard.id), _TRIES, True
                    yield Tell(_document(heard))
                if heard.retry_ms is not None:
                    pause_s = min(heard.retry_ms / 1000, 10.0)
            left -= 1
        except (UnreachableError, FullError) as error:
            silent = isinstance(error, UnreachableError) and error.silent
            left -= int(_SILENCE_S) if silent else 1
            if left <= 0:
                raise
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


def ended(  # noqa: PLR0913 — one for each way to wait
    job_id: str,
    retries: int,
    *,
    progress: bool | OnProgress,
    timeout_s: float | None,
    check: bool,
    every_s: float,
) -> Steps[Status]:
    """Wait until a job has ended; its last status. See ``Job.wait``."""
    give_up = None if timeout_s is None else time.monotonic() + timeout_s
    with shown(progress, job_id) as on_progress:
        if give_up is None:
            yield from _listened(job_id, on_progress)
        while True:
            status = cast("Status", (yield from asked(get(job_path(job_id)), retries)))
            on_progress(status)
            if status["status"] not in _GOING:
                break
            left_s = None if give_up is None else give_up - time.monotonic()
            if left_s is not None and left_s <= 0:
                what = f"{job_id} is {status['status']} after {timeout_s:g} seconds"
                raise NotCompletedError(what, right="it goes on; wait again, or cancel it", job=status)
            yield Pause(every_s if left_s is None else min(every_s, left_s))
    if check and status["status"] != "completed":
        what = f"{job_id} is {status['status']}: {status['error'] or 'no reason is given'}"
        raise NotCompletedError(what, right="resume() goes on with it; wait(check=False) says nothing", job=status)
    return status


def _listened(job_id: str, on_progress: OnProgress) -> Steps[None]:
    """Take a job's events in until they end, or do not come through."""
    try:
        yield from overheard(events(job_id, 0), on_progress)
    except (AnswerError, FullError, InvalidError):
        return
    except UnreachableError as error:
        if not error.sent:
            raise
