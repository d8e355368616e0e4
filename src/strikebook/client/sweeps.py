"""Sweeps: a strategy with many values of its parameters as one job, the table of its points, walk-forward."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Generic, TypeVar, cast

from strikebook.client.asking import Asking
from strikebook.client.endpoint import endpoint
from strikebook.client.exchange import BACKTEST, Query, Request, day_text, get, identified, post
from strikebook.client.jobs import FollowedCalls
from strikebook.client.rows import Rows
from strikebook.client.shapes.runs import Options
from strikebook.client.shapes.sweeps import (
    DamagedSweep,
    Kept,
    Objective,
    ParameterBody,
    Point,
    SampleBody,
    SweepAnswer,
    SweepDeleted,
    SweepHeading,
    WalkedForward,
    WindowFound,
    WindowsBody,
)
from strikebook.client.steps import Steps
from strikebook.client.tables import point_columns, window_columns

SweepT = TypeVar("SweepT")
_SWEEP: Final = f"{BACKTEST}/sweep"


class SweepCalls(FollowedCalls):
    """What can be asked of a sweep. It is a job, and followed as one; ``sweep_id`` is its job's id."""

    def __init__(self, user_id: str, sweep_id: str, retries: int) -> None:
        super().__init__(sweep_id, retries)
        self.user_id = user_id
        self.sweep_id = sweep_id

    @endpoint
    def read(self) -> Steps[SweepAnswer]:
        """The sweep: its days, and for each point what it came to on those that are done.

        Raises NotFoundError until it has begun: one that waits for its turn has a status alone.
        """
        return self._ask(self._place)

    @endpoint
    def table(self) -> Steps[Rows[Point]]:
        """The points of ``read`` as rows; a frame has a column for each parameter."""
        sweep = cast("SweepAnswer", (yield from self._ask(self._place)))
        return Rows(sweep["points"], point_columns(sweep["parameters"]))

    @endpoint
    def walk_forward(
        self,
        train_days: int | None = None,
        test_days: int | None = None,
        *,
        anchored: bool = False,
        objective: Objective | None = None,
    ) -> Steps[WalkedForward]:
        """The best point of some days on the days after them, again and again; without days the sweep's own windows."""
        return self._do(self._windows_request(train_days, test_days, objective, anchored=anchored))

    @endpoint
    def windows(
        self,
        train_days: int | None = None,
        test_days: int | None = None,
        *,
        anchored: bool = False,
        objective: Objective | None = None,
    ) -> Steps[Rows[WindowFound]]:
        """The windows of ``walk_forward`` as rows: their days, the point that was chosen, what it came to on both."""
        request = self._windows_request(train_days, test_days, objective, anchored=anchored)
        found = cast("WalkedForward", (yield from self._do(request)))
        return Rows(found["windows"], window_columns(each["values"] for each in found["windows"]))

    @endpoint
    def keep(self, point: int, *, strategy_id: str | None = None, strategy_name: str | None = None) -> Steps[Kept]:
        """Put the strategy of a point on its user's shelf: it can be run as any other."""
        body: dict[str, object] = {"point": point}
        body |= {} if strategy_id is None else {"strategy_id": strategy_id}
        body |= {} if strategy_name is None else {"strategy_name": strategy_name}
        return self._do(post(f"{self._place}/keep", body))

    @endpoint
    def delete(self) -> Steps[SweepDeleted]:
        """Remove the sweep; its job is cancelled first. That its points were tried is remembered."""
        return self._do(Request("DELETE", self._place, slow=True))

    @property
    def _place(self) -> str:
        return f"{_SWEEP}/{identified('user_id', self.user_id)}/{identified('sweep_id', self.sweep_id)}"

    def _windows_request(
        self, train_days: int | None, test_days: int | None, objective: Objective | None, *, anchored: bool
    ) -> Request:
        query: Query = {"train_days": train_days, "test_days": test_days, "objective": objective}
        return get(f"{self._place}/walk-forward", {**query, "anchored": "true" if anchored else None}, slow=True)


class SweepingCalls(Asking, ABC, Generic[SweepT]):
    """What can be asked of a client about sweeps."""

    @abstractmethod
    def sweep(self, user_id: str, sweep_id: str) -> SweepT:
        """A sweep by its id; nothing is asked yet."""

    @endpoint
    def sweeps(self, user_id: str) -> Steps[list[SweepHeading | DamagedSweep]]:
        """The sweeps of a user, the newest first, without days and points; a damaged one has ``problem``."""
        document = yield from self._ask(f"{BACKTEST}/sweeps/{identified('user_id', user_id)}")
        return cast("list[SweepHeading | DamagedSweep]", document["sweeps"])

    @endpoint
    def run_sweep(  # noqa: PLR0913 — what a sweep is asked, most of which may be left out
        self,
        user_id: str,
        strategy_id: str,
        start_date: date | str,
        end_date: date | str,
        parameters: Sequence[ParameterBody],
        *,
        options: Options | None = None,
        sample: SampleBody | None = None,
        objective: Objective | None = None,
        walk_forward: WindowsBody | None = None,
    ) -> Steps[SweepT]:
        """Queue a sweep: a strategy over a range of days once for every point. Raises BusyError as ``run`` does."""
        body: dict[str, object] = {"user_id": user_id, "strategy_id": strategy_id, "parameters": list(parameters)}
        body |= {"start_date": day_text(start_date), "end_date": day_text(end_date)}
        chosen: Mapping[str, object] = {
            "options": options,
            "sample": sample,
            "objective": objective,
            "walk_forward": walk_forward,
        }
        body |= {name: value for name, value in chosen.items() if value is not None}
        queued = yield from self._do(post(_SWEEP, body))
        return self.sweep(user_id, queued["sweep_id"])
