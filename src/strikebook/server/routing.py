"""What every operation of the OpenAPI document says of its answers and its errors."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from pydantic import BaseModel

from strikebook.server.problems import CONTENT_TYPE

Described: TypeAlias = dict[int | str, dict[str, Any]]

_WHAT: Final = {
    400: "The request is malformed.",
    401: "A key is needed.",
    403: "The caller may not do this.",
    404: "It is not there.",
    405: "This method is not offered.",
    406: "None of the codings that the client takes is offered.",
    409: "Something stands in the way: a job is running, or the data has changed.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    429: "The user sends more requests than a minute has room for.",
    421: "This host is not served here.",
    422: "The request makes no sense; nothing was changed.",
    500: "The server made a mistake, or a stored file is damaged.",
    503: "As many jobs wait as may wait.",
    507: "There is no room for it.",
}
_ALWAYS: Final = (400, 401, 403, 421, 422, 429, 500, 507)


def answers(answer: type[BaseModel] | str, *statuses: int, kind: str = "application/json") -> Described:
    """The ``responses`` of an operation: what it answers (a shape, or a sentence), and its errors, each a problem."""
    described: Described = {200: {"description": answer, "content": {kind: {}}}}
    if not isinstance(answer, str):
        described = {200: {"model": answer}}
    content = {CONTENT_TYPE.decode(): {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status in sorted({*_ALWAYS, *statuses}):
        described[status] = {"description": _WHAT[status], "content": content}
    return described
