"""Which names a query may have: those that its endpoint declares, each once unless it takes several values.

A name that nobody reads would be an option that was given and ignored: ``?brokrage=10`` answers as if none was given.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, get_args, get_origin

from fastapi import APIRouter, params
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params, get_validation_alias
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from strikebook.server.problems import ProblemError

_MOST_TOLD: Final = 10
_LONGEST_TOLD: Final = 60

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRoute(APIRoute):
    """A route that refuses a query name which it does not declare. It looks at the query only where there is one."""

    def get_route_handler(self) -> Handler:
        """What answers a request."""
        answer = super().get_route_handler()
        names = declared_names(self.dependant)

        async def answer_strictly(request: Request) -> Response:
            if request.scope["query_string"]:
                refuse_names([name for name, _ in request.query_params.multi_items()], names)
            return await answer(request)

        return answer_strictly


def api_router(prefix: str = "") -> APIRouter:
    """A router for endpoints of the API: each refuses query names that it does not declare."""
    return APIRouter(prefix=prefix, route_class=StrictRoute)


def declared_names(dependant: Dependant) -> dict[str, bool]:
    """The query names of an endpoint, in the order of its document, and whether each may be there several times."""
    queries = [each for each in get_flat_params(dependant) if isinstance(each.field_info, params.Query)]
    return {get_validation_alias(each): _takes_several(each.field_info.annotation) for each in queries}


def refuse_names(given: list[str], names: Mapping[str, bool]) -> None:
    """Raise ProblemError for names that are not declared, and for those that are there twice and may not be."""
    errors = []
    for name in dict.fromkeys(given):
        shown = name if len(name) <= _LONGEST_TOLD else f"{name[:_LONGEST_TOLD]}…"
        if name not in names:
            what, right = f"no query name {shown!r} here", _right(shown, names)
        elif not names[name] and given.count(name) > 1:
            what, right = f"the query name {shown!r} is there more than once", "once"
        else:
            continue
        errors.append({"where": f"query.{shown}", "what": what, "right": right})
        if len(errors) == _MOST_TOLD:
            break
    if errors:
        first = errors[0]
        raise ProblemError(422, first["what"], first["where"], first["right"], {"errors": errors})


def _right(shown: str, names: Mapping[str, bool]) -> str:
    if not names:
        return "nothing: this takes no query"
    nearest = difflib.get_close_matches(shown.lower(), names, n=1)
    known = f"this takes {', '.join(names)}"
    return f"{nearest[0]}; {known}" if nearest else known


def _takes_several(annotation: object) -> bool:
    return any(get_origin(each) is list for each in (annotation, *get_args(annotation)))
