"""Requests and replies as values: what is to be sent, what came back, and what that means. Nothing here is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import quote

import orjson

from strikebook.client.refusals import AnswerError, refusal
from strikebook.errors import UsageError

API: Final = "/api/v1"
BACKTEST: Final = f"{API}/backtest"
EVENT_STREAM: Final = "text/event-stream"
JSON_HEADERS: Final = {"Content-Type": "application/json"}
_ID: Final = re.compile(r"[A-Za-z0-9_@\-][A-Za-z0-9._@\-]{0,127}")
Query = Mapping[str, object]


@dataclass(frozen=True)
class Request:
    """What is to be sent. ``slow``: the server works on its answer for as long as a run may take."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    slow: bool = False

    @property
    def safe(self) -> bool:
        """Whether it changes nothing, so that it may be sent again."""
        return self.method == "GET"


@dataclass(frozen=True)
class Reply:
    """What came back; the names of ``headers`` are in small letters. ``content`` is empty where a file took it."""

    asked: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def told(self) -> bool:
        """Whether it is an answer, and no refusal."""
        return 200 <= self.status < 300

    def document(self) -> Any:  # noqa: ANN401 — JSON
        """Its JSON. Raises RefusedError where the server refused, AnswerError where it is no JSON."""
        self.raise_refusal()
        try:
            return orjson.loads(self.content)
        except orjson.JSONDecodeError:
            raise self.odd("no JSON") from None

    def raise_refusal(self) -> None:
        """Raise RefusedError where the server refused, AnswerError where something else did."""
        if self.told:
            return
        try:
            problem = orjson.loads(self.content)
        except orjson.JSONDecodeError:
            raise self.odd("no JSON") from None
        if not isinstance(problem, dict) or "detail" not in problem:
            raise self.odd("no problem document")
        raise refusal(self.asked, self.status, problem, self.headers.get("retry-after"))

    def odd(self, what: str) -> AnswerError:
        """The error for an answer that no Strikebook server gives."""
        shown = self.content[:200].decode("utf-8", "replace")
        return AnswerError(f"{self.status}, {what}: {shown!r}", where=self.asked, right="is this a Strikebook server?")


def get(path: str, query: Query | None = None, *, slow: bool = False) -> Request:
    """A question; members of the query that are None are left out, a list is there once for each of its items."""
    return Request("GET", path, pairs(query or {}), slow=slow)


def post(path: str, body: object = None, query: Query | None = None) -> Request:
    """A request that does something, with a body of JSON."""
    headers = {} if body is None else JSON_HEADERS
    return Request("POST", path, pairs(query or {}), headers, None if body is None else json_bytes(body))


def pairs(query: Query) -> tuple[tuple[str, str], ...]:
    """A query's members as texts."""
    found: list[tuple[str, str]] = []
    for name, value in query.items():
        several = value if isinstance(value, list | tuple) else (value,)
        found += [
            (name, day_text(each) if isinstance(each, date) else str(each)) for each in several if each is not None
        ]
    return tuple(found)


def json_bytes(document: object) -> bytes:
    """A document as JSON; text and bytes are taken as they are. Raises UsageError for what JSON cannot hold."""
    if isinstance(document, bytes):
        return document
    if isinstance(document, str):
        return document.encode()
    try:
        return json.dumps(document, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        raise UsageError(f"cannot be sent as JSON: {error}", where="document", right="plain dicts and lists") from None


def identified(what: str, name: str) -> str:
    """An id as a part of a path. Raises UsageError for a text that is none."""
    if not _ID.fullmatch(name):
        right = "1 to 128 letters, digits and . _ - @, not starting with a dot"
        raise UsageError(f"{name[:140]!r} is no id", where=what, right=right)
    return quote(name, safe="@")


def day_text(day: date | str) -> str:
    """A day as the API takes it: a date as YYYY-MM-DD, a text as it is (DD-MM-YYYY too)."""
    if isinstance(day, datetime):
        return day.date().isoformat()
    return day.isoformat() if isinstance(day, date) else day


def day_part(day: date | str) -> str:
    """A day as a part of a path."""
    text = day_text(day)
    if not re.fullmatch(r"[0-9]{1,4}-[0-9]{2}-[0-9]{2,4}", text):
        raise UsageError(f"{text[:40]!r} is no day", where="date", right="a date, DD-MM-YYYY or YYYY-MM-DD")
    return text
