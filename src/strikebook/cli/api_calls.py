"""Calls to a server's API: its document, or the problem in the server's own words; a job followed to its end."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any, Final

import httpx
import httpx_sse

API: Final = "/api/v1/backtest"
_LONGEST_SILENCE_S: Final = 40.0
"""A server says that it is still there every fifteen seconds."""


class RefusedError(Exception):
    """An answer that was not asked for: what was called, the status, and what the server says about it."""


def document_of(answer: httpx.Response, expected: int = httpx.codes.OK) -> Any:  # noqa: ANN401 — JSON
    """The JSON of an answer. Raises RefusedError for another status than expected, or for what is no JSON."""
    asked = f"{answer.request.method} {answer.request.url.path}: {answer.status_code}"
    try:
        document = answer.json()
    except ValueError:
        raise RefusedError(f"{asked}, and no JSON: is this a Strikebook server? {answer.text[:200]!r}") from None
    if answer.status_code != expected:
        raise RefusedError(f"{asked}, {problem_text(document)}")
    return document


def problem_text(document: object) -> str:
    """A problem's ``where``, ``detail`` and ``right`` as one sentence."""
    if not isinstance(document, dict):
        return str(document)[:200]
    where, detail, right = (str(document.get(name) or "") for name in ("where", "detail", "right"))
    text = f"{where}: {detail}" if where else detail or "without a word"
    return f"{text} ({right})" if right else text


def follow_job(client: httpx.Client, job_id: str, on_progress: Callable[[Any], None], every_s: float) -> Any:  # noqa: ANN401 — JSON
    """Follow a job by its events until it has ended; its last status. Where there are none, the status is asked for.

    ``on_progress`` gets documents that have a status's ``status`` and ``progress``. Raises RefusedError when an answer
    is not a status.
    """
    with contextlib.suppress(httpx_sse.SSEError, httpx.RemoteProtocolError, httpx.ReadTimeout, ValueError):
        _follow_events(client, job_id, on_progress)  # what is between us and the server may not let them through
    while True:
        status = document_of(client.get(f"{API}/status/{job_id}"))
        if status["status"] not in ("queued", "running"):
            return status
        on_progress(status)
        time.sleep(every_s)


def _follow_events(client: httpx.Client, job_id: str, on_progress: Callable[[Any], None]) -> None:
    """Take a job's events in until they end."""
    waiting = httpx.Timeout(client.timeout.connect, read=_LONGEST_SILENCE_S)
    with httpx_sse.connect_sse(client, "GET", f"{API}/status/{job_id}/events", timeout=waiting) as source:
        for event in source.iter_sse():
            on_progress(event.json())
