"""The door to whoever does the work. Its members: worker processes, and this process; one suite holds for both.

Promises of every member:

* A day is run once; one whose worker died is run once more, alone, and is that day's failure if it dies again.
* Runs that go on at the same time get the workers in turn, a day each.
* After ``stop`` says so, days that are being run are finished and reported, and no other is begun.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from datetime import date
from typing import Protocol, TypeVar

from strikebook.service.day_work import Outcome, Work

Went = TypeVar("Went", bound=Outcome)


class DayExecutor(Protocol):
    """Runs days, and answers questions that need the engine, the market or the strategy language."""

    def run(self, work: Work[Went], days: Sequence[date], stop: Callable[[], bool]) -> Iterator[Went]:
        """Run days, storing each, and yield them as they are finished, in any order.

        Raises StorageError when a day could not be stored, after the days that were out have come back.
        """

    def ask(self, question: str, *arguments: object) -> Future[object]:
        """Call ``question``, a function as ``module:name``, beside the days; what it raises is the future's."""

    def close(self) -> None:
        """End the workers; days that are being run are finished first."""
