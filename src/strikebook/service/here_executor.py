"""The member of DayExecutor that works in this process: for one worker, for results in memory, and for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import date
from typing import cast

from strikebook.service.day_executor import Went
from strikebook.service.day_work import Work
from strikebook.service.worker import answer


class HereExecutor:
    """Runs days one after the other in the thread that asks."""

    def run(self, work: Work[Went], days: Sequence[date], stop: Callable[[], bool]) -> Iterator[Went]:
        """Run days in order and yield each. Raises StorageError when one could not be stored."""
        from strikebook.service.day_task import runner_of  # noqa: PLC0415 — the engine, only where days are run

        runner = runner_of(work)
        for day in days:
            if stop():
                return
            yield cast("Went", runner.run(day))

    def ask(self, question: str, *arguments: object) -> Future[object]:
        """Call ``question`` (``module:name``) at once; what it raises is the future's."""
        future: Future[object] = Future()
        try:
            future.set_result(answer(question, arguments))
        except Exception as error:  # noqa: BLE001 — handed on, as a worker process would
            future.set_exception(error)
        return future

    def close(self) -> None:
        """Nothing is held."""
