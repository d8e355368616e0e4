"""What every part of a client has: questions and requests, each tried as often as the client says."""

from __future__ import annotations

from typing import Any

from strikebook.client.exchange import Query, Request, get
from strikebook.client.steps import Steps, asked


class Asking:
    """Something that a server is asked about."""

    def __init__(self, retries: int) -> None:
        self._retries = retries

    def _ask(self, path: str, query: Query | None = None, *, slow: bool = False) -> Steps[Any]:
        return asked(get(path, query, slow=slow), self._retries)

    def _do(self, request: Request) -> Steps[Any]:
        return asked(request, self._retries)
