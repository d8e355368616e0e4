"""Errors as the API tells them: ``application/problem+json``, the same members for every error.

``type``, ``title``, ``status``, ``detail`` (what, in the brief's words), ``where``, ``right`` (what would be right),
``request_id``; some have more: ``job`` and ``cancel`` (409), ``nearest_dates`` (404 of a day), ``errors`` (422).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

import orjson

from strikebook.atomic_file import is_full
from strikebook.errors import (
    BusyError,
    MarketDataError,
    NoDataError,
    NoSpaceError,
    NotFoundError,
    QueueFullError,
    StorageError,
    StrategyError,
    StrikebookError,
    UsageError,
)

LOG = logging.getLogger("strikebook.server")
CONTENT_TYPE: Final = b"application/problem+json"
_STATUSES: Final[tuple[tuple[type[StrikebookError], int], ...]] = (
    (UsageError, 422),
    (StrategyError, 422),
    (NotFoundError, 404),
    (NoDataError, 422),
    (MarketDataError, 409),
    (BusyError, 409),
    (QueueFullError, 503),
)
"""The first that fits; a full disk is 507, anything else on purpose is 500."""

_OURS: Final = (500, 507)
"""Problems of the server, not of the request."""

_ID_RIGHT: Final = "1 to 128 letters, digits and . _ - @, not starting with a dot"
_DATE_RIGHT: Final = "DD-MM-YYYY or YYYY-MM-DD"
_SECONDS_RIGHT: Final = "whole seconds from 0 to 86400"
_RIGHT: Final = {
    "user_id": _ID_RIGHT,
    "strategy_id": _ID_RIGHT,
    "job_id": "bt_YYYYMMDD_HHMMSS_xxxxxx, as run returned it",
    "date": _DATE_RIGHT,
    "start_date": _DATE_RIGHT,
    "end_date": _DATE_RIGHT,
    "ttl_hours": "hours from 0 to 87600",
    "scale": "a number above 0, at most 10000",
    "max_price_age_s": _SECONDS_RIGHT,
    "wait_for_trade_s": _SECONDS_RIGHT,
    "fill": "last or next",
    "stale_slippage": '"0.5 points", "2 ticks" or "0.1 percent"',
    "compression_level": "a whole number from 0 to 9",
    "limit_fill": "touch or through",
    "slippage": '"0.5 points", "2 ticks" or "0.1 percent"',
    "brokerage": '"20" (rupees an order), "10 per lot", "0.05 percent" or "0.05 percent max 20"',
    "terms": "as_was or today",
    "capital": "rupees above 0, such as 150000",
    "timeframe": "whole minutes or hours under a day, or 1d: 5m",
    "symbol": "what the strategy reads, or an option of that day: NIFTY, NIFTY:2024-10-17:OPT:25050:CE",
    "node": "the id of a node of the strategy, 1 to 200 characters",
    "body": "a JSON document, in UTF-8",
}


class ProblemError(Exception):
    """An error on its way to a client. ``extra`` members stand beside the fixed ones."""

    def __init__(
        self,
        status: int,
        detail: str,
        where: str = "",
        right: str = "",
        extra: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.where = where
        self.right = right
        self.extra = extra or {}
        self.headers = headers or {}

    def body(self, request_id: str) -> bytes:
        """The document of the problem."""
        title = HTTPStatus(self.status).phrase
        return orjson.dumps(
            {
                "type": "about:blank",
                "title": title,
                "status": self.status,
                "detail": self.detail,
                "where": self.where,
                "right": self.right,
                "request_id": request_id,
                **self.extra,
            }
        )


def problem_of(error: StrikebookError, extra: Mapping[str, object] | None = None) -> ProblemError:
    """The problem of one of our errors."""
    status = next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
    headers = {"Retry-After": "5"} if status == 503 else {}
    if isinstance(error, StorageError):  # where it is kept is the server's affair
        status = 507 if is_full(error) or isinstance(error, NoSpaceError) else 500
        return ProblemError(status, error.what, "results", error.right, extra or {}, headers)
    where = "/".join(error.where.split("/")[-2:]) if isinstance(error, MarketDataError) else error.where
    return ProblemError(status, error.what, where, error.right, extra or {}, headers)


def told_problem(error: StrikebookError, request_id: str, path: str) -> ProblemError:
    """The problem of an error that ends a request. One of the server's own, such as a disk that fails or results that
    somebody edited, is logged with its reasons: whoever runs the server finds there what the answer leaves out.
    """
    problem = problem_of(error)
    if problem.status in _OURS:
        LOG.error("request failed", exc_info=error, extra={"request_id": request_id, "path": path})
    return problem


def invalid(errors: Sequence[tuple[str, str]]) -> ProblemError:
    """A request that does not have its documented shape: (where, what) of each mistake."""
    found = [
        {"where": where, "what": what, "right": _right(where, what)}
        for where, what in errors or [("body", "the request cannot be read")]
    ]
    return ProblemError(422, found[0]["what"], found[0]["where"], found[0]["right"], {"errors": found})


def _right(where: str, what: str) -> str:
    """What would be right at a place, by its last name."""
    if what.startswith("Extra inputs"):
        return "leave it out: /docs shows the members there are"
    return _RIGHT.get(where.rpartition(".")[2], "the shape that /docs shows")


def unforeseen() -> ProblemError:
    """The problem of an error that nobody foresaw: nothing of ours is told."""
    return ProblemError(500, "the server made a mistake", right="report the request_id: the log has it")
