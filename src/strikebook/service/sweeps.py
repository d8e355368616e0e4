"""What a server does with sweeps: submit, list, read, walk forward, keep a point, delete. Jobs are those of runs."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast

import orjson

from strikebook.errors import BusyError, NotFoundError, StorageError, StrategyError, UsageError
from strikebook.jobs.job import Job, is_job_id
from strikebook.model.options import parse_options
from strikebook.service.at_work import works_on_sweep
from strikebook.service.job_runner import JobRunner, stopping
from strikebook.service.run import RunPlace
from strikebook.service.strategy_shelf import StrategyShelf
from strikebook.service.sweep_plan import StrategyAsked, SweepPlan, plan_sweep
from strikebook.service.sweep_request import Objective, WalkForward, parse_sweep
from strikebook.service.sweep_run import submit_sweep
from strikebook.service.trials import hand_on_trials
from strikebook.settings import Settings
from strikebook.storage.backtest_storage import BacktestStorage, Cleared, Later
from strikebook.storage.codec import decode_metadata
from strikebook.storage.layout import RunKey, check_id

Document = dict[str, Any]
_LONGEST_STOP_S: Final = 30.0
_NOT_LISTED: Final = ("days", "points", "request", "manifest")


class Sweeps:
    """The use cases of sweeps over a server's place and its shelf of strategies."""

    def __init__(
        self,
        place: RunPlace,
        shelf: StrategyShelf,
        settings: Settings,
        runner: JobRunner | None = None,
        later: Later | None = None,
    ) -> None:
        self._place = place
        self._shelf = shelf
        self._settings = settings
        self._runner = runner
        self._later = later

    @property
    def storage(self) -> BacktestStorage:
        """The door to sweeps."""
        return self._place.storage.sweeps()

    def submit(
        self,
        user_id: str,
        strategy_id: str,
        days: tuple[date, date],
        options: Mapping[str, object],
        asked: Mapping[str, Any],
    ) -> tuple[Job, SweepPlan]:
        """Queue a sweep. Raises what is wrong with it; nothing is changed then."""
        if self._runner is None or self._runner.leaving:
            raise stopping()
        plan = self._plan(user_id, strategy_id, days, options, asked)
        job = submit_sweep(plan, self._place)
        self._runner.enqueue(job, plan)
        return job, plan

    def _plan(
        self,
        user_id: str,
        strategy_id: str,
        days: tuple[date, date],
        options: Mapping[str, object],
        asked: Mapping[str, Any],
    ) -> SweepPlan:
        key, (first, last) = RunKey(user_id, strategy_id), days
        document = self._shelf.get(user_id, strategy_id)
        chosen = parse_options({"compression_level": self._settings.compression_level, **options})
        request, longest = parse_sweep(asked), self._settings.longest_range_days
        if first <= last and (last - first).days > longest:
            raise UsageError(f"a sweep from {first} to {last}", where="dates", right=f"at most {longest} days")
        swept = StrategyAsked(user_id, document, "strategy", first, last, chosen)
        plan = plan_sweep(self._place.executor, self._place.market, swept, request)
        if plan.run.key != key:
            raise StrategyError(
                f"the file of {strategy_id} holds the strategy {plan.run.key.strategy_id}",
                where="strategy_id",
                right="a file named for the id of its strategy",
            )
        return plan

    def list(self, user_id: str) -> list[Document]:
        """The sweeps of a user, the newest first, without their days and points; a damaged one has ``problem``."""
        found = []
        for key in reversed(self.storage.runs(check_id(user_id, "user_id"))):
            content = self.storage.metadata(key)
            if content is None:
                continue  # it has been deleted a moment ago
            try:
                document: Document = decode_metadata(content, str(key))
            except StorageError as error:  # one that is damaged hides no other
                document = {"user_id": key.user_id, "sweep_id": key.strategy_id, "problem": error.what}
            found.append({name: value for name, value in document.items() if name not in _NOT_LISTED})
        return found

    def read(self, key: RunKey) -> Document:
        """A sweep with its points: as they were folded when it ended, else of the days that are done by now.

        Raises NotFoundError, or StorageError where it is damaged.
        """
        document = self._document(key)
        document.pop("request", None)
        if "points" not in document:
            asked = self._place.executor.ask("strikebook.service.sweep_table:table_of", self.storage, key)
            document["points"] = orjson.loads(cast("bytes", asked.result()))
        return document

    def walk_forward(self, key: RunKey, windows: WalkForward | None, objective: Objective | None) -> bytes:
        """A sweep's walk-forward, as JSON. Raises NotFoundError, UsageError, StorageError."""
        self._document(key)
        question = "strikebook.service.walk_forward:walk_forward_of"
        return cast("bytes", self._place.executor.ask(question, self.storage, key, windows, objective).result())

    def keep(self, key: RunKey, point: int, strategy_id: str | None, strategy_name: str | None) -> Document:
        """Put the strategy of a point on its user's shelf, where it can be run as any other.

        Raises NotFoundError without such a sweep or point, BusyError where another strategy has that id.
        """
        document = self._document(key)
        kept = cast(
            "tuple[str, str, bytes, Document]",
            self._place.executor.ask(
                "strikebook.service.kept_point:point_strategy", self.storage, key, point, strategy_id, strategy_name
            ).result(),
        )
        new_id, name, content, values = kept
        if self._stands_in_the_way(key.user_id, new_id, content):
            raise BusyError(
                f"there is a strategy {new_id} already", where="strategy_id", right="another strategy_id, or delete it"
            )
        swept = RunKey(key.user_id, str(document["strategy_id"]))
        hand_on_trials(self._place.storage, swept, RunKey(key.user_id, new_id), key.strategy_id, point)
        self._shelf.put(key.user_id, new_id, content)
        return {
            "user_id": key.user_id,
            "sweep_id": key.strategy_id,
            "point": point,
            "values": values,
            "strategy_id": new_id,
            "strategy_name": name,
        }

    def delete(self, key: RunKey) -> Cleared:
        """Remove a sweep; one that goes on, or waits, is cancelled first. Raises NotFoundError where there is none."""
        jobs = self._place.jobs
        job = jobs.get(key.strategy_id) if is_job_id(key.strategy_id) else None
        mine = job is not None and job.kind == "sweep" and job.user_id == key.user_id
        if self.storage.stamp(key, None) is None and not (mine and job is not None and job.active):
            raise _unknown_sweep(key)
        if job is not None and mine and job.active:
            jobs.cancel(job.job_id)
            give_up = time.monotonic() + _LONGEST_STOP_S
            while (known := jobs.get(job.job_id)) is not None and known.active:
                if time.monotonic() > give_up:
                    raise BusyError(f"{job.job_id} is still stopping", where="sweep_id", right="try again in a moment")
                time.sleep(0.01)
        return self.storage.clear(key, lambda _: not self.is_running(key), self._later)

    def is_running(self, key: RunKey) -> bool:
        """Whether a job is at work on a sweep."""
        return works_on_sweep(self._place.jobs, key)

    def _document(self, key: RunKey) -> Document:
        content = self.storage.metadata(key)
        if content is None:
            raise _unknown_sweep(key)
        return decode_metadata(content, str(key))

    def _stands_in_the_way(self, user_id: str, strategy_id: str, content: bytes) -> bool:
        """Whether the shelf has something else of that id: what is kept twice is kept once."""
        try:
            return self._shelf.get(user_id, strategy_id) != content
        except NotFoundError:
            return False


def _unknown_sweep(key: RunKey) -> NotFoundError:
    right = "the job_id that sweep returned; sweeps/{user_id} lists them"
    return NotFoundError(f"no sweep {key.strategy_id}", where="sweep_id", right=right)
