"""Every call to a server, defined once: ``Client`` and ``AsyncClient`` have them all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import Any, Generic, TypeVar, cast

from strikebook.client.endpoint import endpoint
from strikebook.client.exchange import API, BACKTEST, JSON_HEADERS, Request, day_text, identified, json_bytes, post
from strikebook.client.keeping import KeepingCalls
from strikebook.client.remembered import RememberedCalls
from strikebook.client.results import ResultCalls, clear_request, metadata_request
from strikebook.client.shapes.comparison import Compared
from strikebook.client.shapes.jobs import ClearedAnswer, Health, Me, Status
from strikebook.client.shapes.runs import DamagedRun, Metadata, Options, Run
from strikebook.client.shapes.strategies import Deleted, Findings, ListedStrategy, Market
from strikebook.client.steps import Steps
from strikebook.client.sweeps import SweepingCalls, SweepT
from strikebook.client.webhooks import WebhookCalls

JobT = TypeVar("JobT")
ResultT = TypeVar("ResultT")
StrategyGiven = Mapping[str, Any] | str | bytes
"""A strategy's document: a dictionary, or its JSON."""


ResultGiven = ResultCalls | tuple[str, str]
"""A result, or whose it is and of which strategy."""


class Calls(RememberedCalls, KeepingCalls, WebhookCalls, SweepingCalls[SweepT], ABC, Generic[JobT, ResultT, SweepT]):
    """The calls of a client; what they come to is told by the shapes of ``strikebook.client.shapes``."""

    @abstractmethod
    def job(self, job_id: str) -> JobT:
        """A job by its id; nothing is asked yet."""

    @abstractmethod
    def _made_result(self, metadata: Metadata) -> ResultT:
        """A result of what the server says of it."""

    @endpoint
    def health(self) -> Steps[Health]:
        """How the server is; where keys are needed, all but ``status`` is the administrator's."""
        return self._ask("/health")

    @endpoint
    def me(self) -> Steps[Me]:
        """Who asks."""
        return self._ask(f"{API}/me")

    @endpoint
    def market(self) -> Steps[Market]:
        """What data there is, per underlying and day."""
        return self._ask(f"{API}/market")

    @endpoint
    def strategies(self, user_id: str | None = None) -> Steps[list[ListedStrategy]]:
        """The shared strategies, and a user's own."""
        document = yield from self._ask(f"{API}/strategies", {"user_id": user_id})
        return cast("list[ListedStrategy]", document["strategies"])

    @endpoint
    def strategy(self, strategy_id: str, user_id: str | None = None) -> Steps[dict[str, Any]]:
        """A strategy's document: the user's own, else the shared one."""
        return self._ask(_strategy_path(strategy_id), {"user_id": user_id})

    @endpoint
    def strategy_graph(self, strategy_id: str, user_id: str | None = None) -> Steps[Findings]:
        """A strategy as it is drawn, each node in sentences, with all that the check finds."""
        return self._ask(f"{_strategy_path(strategy_id)}/graph", {"user_id": user_id})

    @endpoint
    def put_strategy(self, strategy_id: str, document: StrategyGiven, user_id: str | None = None) -> Steps[Findings]:
        """Store a user's own strategy; one that cannot run is refused with all that is wrong (InvalidError)."""
        query = () if user_id is None else (("user_id", user_id),)
        request = Request("PUT", _strategy_path(strategy_id), query, JSON_HEADERS, json_bytes(document))
        return self._do(request)

    @endpoint
    def delete_strategy(self, strategy_id: str, user_id: str | None = None) -> Steps[Deleted]:
        """Delete a user's own strategy; its results stay."""
        query = () if user_id is None else (("user_id", user_id),)
        return self._do(Request("DELETE", _strategy_path(strategy_id), query))

    @endpoint
    def validate_strategy(self, document: StrategyGiven) -> Steps[Findings]:
        """All that is wrong with a strategy, each with its place in the document; nothing is stored."""
        return self._do(post(f"{API}/strategies/validate", json_bytes(document)))

    @endpoint
    def run(
        self,
        user_id: str,
        strategy_id: str,
        start_date: date | str,
        end_date: date | str,
        *,
        options: Options | None = None,
    ) -> Steps[JobT]:
        """Queue a backtest, both days included. Raises BusyError, with the user's job that is going."""
        body: dict[str, object] = {"user_id": user_id, "strategy_id": strategy_id}
        body |= {"start_date": day_text(start_date), "end_date": day_text(end_date)}
        if options is not None:
            body["options"] = options
        queued = yield from self._do(post(f"{BACKTEST}/run", body))
        return self.job(queued["job_id"])

    @endpoint
    def jobs(self, user_id: str | None = None) -> Steps[list[Status]]:
        """The jobs of a user, the newest first; of all users without one, and with a user's key of that user."""
        document = yield from self._ask(f"{BACKTEST}/jobs", {"user_id": user_id})
        return cast("list[Status]", document["jobs"])

    @endpoint
    def results(self, user_id: str) -> Steps[list[Run | DamagedRun]]:
        """The runs of a user whose results are there: metadata without the days; a damaged one has ``problem``."""
        document = yield from self._ask(f"{BACKTEST}/results/{identified('user_id', user_id)}")
        return cast("list[Run | DamagedRun]", document["results"])

    @endpoint
    def result(self, user_id: str, strategy_id: str) -> Steps[ResultT]:
        """A result, with its metadata as it is now."""
        return self._found_result(user_id, strategy_id)

    @endpoint
    def compare(self, *results: ResultGiven) -> Steps[Compared]:
        """Two to ten results side by side, and where each first went another way than the first of them."""
        return self._ask(f"{BACKTEST}/compare", {"result": [_told(each) for each in results]}, slow=True)

    @endpoint
    def clear(self, user_id: str, strategy_id: str) -> Steps[ClearedAnswer]:
        """Remove the results of a strategy; a job that is at work on them is cancelled first."""
        return self._do(clear_request(user_id, strategy_id))

    def _found_result(self, user_id: str, strategy_id: str) -> Steps[ResultT]:
        metadata = yield from self._do(metadata_request(user_id, strategy_id))
        return self._made_result(cast("Metadata", metadata))


def _told(result: ResultGiven) -> str:
    user_id, strategy_id = result if isinstance(result, tuple) else (result.user_id, result.strategy_id)
    return f"{user_id}/{strategy_id}"


def _strategy_path(strategy_id: str) -> str:
    return f"{API}/strategies/{identified('strategy_id', strategy_id)}"
