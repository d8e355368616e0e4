"""The calls about what is kept: bytes and quotas, how long results live, what expires when, the cleanup."""

from __future__ import annotations

from typing import cast

from strikebook.client.asking import Asking
from strikebook.client.endpoint import endpoint
from strikebook.client.exchange import BACKTEST, JSON_HEADERS, Request, identified, json_bytes, post
from strikebook.client.rows import Rows
from strikebook.client.shapes.jobs import CleanupDone, CleanupStatus
from strikebook.client.shapes.retention import DamagedLimits, KeptResult, Usage, UserLimits
from strikebook.client.steps import Steps
from strikebook.client.tables import KEPT_COLUMNS


class KeepingCalls(Asking):
    """What can be asked about what is kept."""

    @endpoint
    def usage(self, user_id: str) -> Steps[Usage]:
        """The bytes that a user's results take, the quota, and each result, the first to expire first."""
        return self._ask(_path("usage", user_id))

    @endpoint
    def kept(self, user_id: str) -> Steps[Rows[KeptResult]]:
        """The results of ``usage`` as rows: what each takes, when it expires, who says so."""
        usage = cast("Usage", (yield from self._ask(_path("usage", user_id))))
        return Rows(usage["results"], KEPT_COLUMNS)

    @endpoint
    def limits(self, user_id: str) -> Steps[UserLimits]:
        """What an administrator says of a user, and what follows from it and the server's settings."""
        return self._ask(_path("limits", user_id))

    @endpoint
    def all_limits(self) -> Steps[list[UserLimits | DamagedLimits]]:
        """The users of whom an administrator says something; the administrator's. A damaged one has ``problem``."""
        document = yield from self._ask(f"{BACKTEST}/limits")
        return cast("list[UserLimits | DamagedLimits]", document["limits"])

    @endpoint
    def set_limits(
        self,
        user_id: str,
        *,
        ttl_hours: float | None = None,
        longest_ttl_hours: float | None = None,
        quota_mb: float | None = None,
    ) -> Steps[UserLimits]:
        """Say how long a user's results live and what they may take, in place of what was said; the administrator's.

        What is None is as the server's settings have it.
        """
        said = {"ttl_hours": ttl_hours, "longest_ttl_hours": longest_ttl_hours, "quota_mb": quota_mb}
        body = json_bytes({name: value for name, value in said.items() if value is not None})
        return self._do(Request("PUT", _path("limits", user_id), headers=JSON_HEADERS, content=body))

    @endpoint
    def remove_limits(self, user_id: str) -> Steps[UserLimits]:
        """Say nothing of a user any more; the administrator's."""
        return self._do(Request("DELETE", _path("limits", user_id)))

    @endpoint
    def cleanup_status(self) -> Steps[CleanupStatus]:
        """How long results live, when the last cleanup was, and what expires next."""
        return self._ask(f"{BACKTEST}/cleanup/status")

    @endpoint
    def cleanup(self, ttl_hours: float | None = None) -> Steps[CleanupDone]:
        """Clear what has expired, or what was created longer ago than that; the administrator's."""
        return self._do(post(f"{BACKTEST}/cleanup/run", query={"ttl_hours": ttl_hours}))


def _path(what: str, user_id: str) -> str:
    return f"{BACKTEST}/{what}/{identified('user_id', user_id)}"
