"""The calls about what outlives results: a user's notes on them, and the history of a strategy's runs.

They are asked of a client, by user and strategy, since results may be gone; a Result has the same for its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from strikebook.client.asking import Asking
from strikebook.client.endpoint import endpoint
from strikebook.client.exchange import BACKTEST, JSON_HEADERS, Request, get, identified, json_bytes
from strikebook.client.rows import Rows
from strikebook.client.shapes.remembered import Histories, HistoryDeleted, NotesTold, PastRun, RunHistory
from strikebook.client.steps import Steps, asked
from strikebook.client.tables import PAST_RUN_COLUMNS


class RememberedCalls(Asking):
    """What can be asked about notes and histories."""

    @endpoint
    def notes(self, user_id: str, strategy_id: str) -> Steps[NotesTold]:
        """What a user says of a strategy's results: a name, a note, tags."""
        return self._do(notes_request(user_id, strategy_id))

    @endpoint
    def set_notes(
        self,
        user_id: str,
        strategy_id: str,
        *,
        name: str | None = None,
        note: str | None = None,
        tags: Sequence[str] = (),
    ) -> Steps[NotesTold]:
        """Say something of a strategy's results, in place of what was said: what is left out is said no more."""
        return self._do(set_notes_request(user_id, strategy_id, name, note, tags))

    @endpoint
    def delete_notes(self, user_id: str, strategy_id: str) -> Steps[NotesTold]:
        """Say nothing any more."""
        return self._do(Request("DELETE", _path("notes", user_id, strategy_id)))

    @endpoint
    def history(self, user_id: str, strategy_id: str, limit: int | None = None) -> Steps[RunHistory]:
        """The newest runs of a strategy that have ended, also those whose results are gone; and all their trials."""
        return self._do(history_request(user_id, strategy_id, limit))

    @endpoint
    def past_runs(self, user_id: str, strategy_id: str, limit: int | None = None) -> Steps[Rows[PastRun]]:
        """The runs of ``history`` as rows, the newest first."""
        return past_runs(history_request(user_id, strategy_id, limit), self._retries)

    @endpoint
    def histories(self, user_id: str) -> Steps[Histories]:
        """Every strategy of a user of which a run has ended, its results there or gone; the newest first."""
        return self._do(get(f"{BACKTEST}/history/{identified('user_id', user_id)}"))

    @endpoint
    def delete_history(self, user_id: str, strategy_id: str) -> Steps[HistoryDeleted]:
        """Delete the history of a strategy, and with it what is known of its trials. Results and notes stay."""
        return self._do(Request("DELETE", _path("history", user_id, strategy_id)))


def notes_request(user_id: str, strategy_id: str) -> Request:
    """The request for notes."""
    return get(_path("notes", user_id, strategy_id))


def set_notes_request(
    user_id: str, strategy_id: str, name: str | None, note: str | None, tags: Sequence[str]
) -> Request:
    """The request that replaces notes."""
    body = json_bytes({"name": name, "note": note, "tags": list(tags)})
    return Request("PUT", _path("notes", user_id, strategy_id), headers=JSON_HEADERS, content=body)


def history_request(user_id: str, strategy_id: str, limit: int | None) -> Request:
    """The request for a history."""
    return get(_path("history", user_id, strategy_id), {"limit": limit})


def past_runs(request: Request, retries: int) -> Steps[Rows[PastRun]]:
    """The runs of a history as rows."""
    history = yield from asked(request, retries)
    return Rows(history["runs"], PAST_RUN_COLUMNS)


def _path(what: str, user_id: str, strategy_id: str) -> str:
    return f"{BACKTEST}/{what}/{identified('user_id', user_id)}/{identified('strategy_id', strategy_id)}"
