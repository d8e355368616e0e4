"""Every error Strikebook raises on purpose.

StrikebookError                 what was wrong, where, and what would be right
├── UsageError                  an argument or an option makes no sense
├── StrategyError               a strategy document that cannot run; carries all its findings
├── MarketDataError             market data that is missing, damaged or inconsistent
│   ├── NoDataError             there is no data for that day or instrument
│   └── SessionMismatchError    more than 1 % of a day's rows lie outside its session
├── StorageError                results or market data that cannot be written, results that cannot be read
│   └── NoSpaceError            a run would leave less free space than it must
├── NotFoundError               a job, a result, a strategy or a day that is not there
├── QueueFullError              as many jobs wait as may wait
├── BusyError                   a run of this user, or an import into this folder, is going already
└── DayFailedError              a node broke while a day was run; the day fails, the run goes on
"""

from __future__ import annotations


class StrikebookError(Exception):
    """What was wrong, where (a path, a file, an option), and what would be right."""

    def __init__(self, what: str, *, where: str = "", right: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.right = right

    def __str__(self) -> str:
        """Return the three parts as one sentence a person can act on."""
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.right})" if self.right else text

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a worker process."""
        return (_rebuild, (type(self), self.what, self.where, self.right))


def _rebuild(kind: type[StrikebookError], what: str, where: str, right: str) -> StrikebookError:
    return kind(what, where=where, right=right)


class UsageError(StrikebookError):
    """An argument or an option makes no sense."""


class StrategyError(StrikebookError):
    """A strategy document that cannot run."""


class MarketDataError(StrikebookError):
    """Market data that is missing, damaged or inconsistent."""

    @property
    def told(self) -> str:
        """The error for who may not know where the data lies: of a file its name and its folder's."""
        place = "/".join(self.where.split("/")[-2:])
        return str(
            MarketDataError(
                self.what.replace(self.where, place) if self.where else self.what, where=place, right=self.right
            )
        )


class NoDataError(MarketDataError):
    """There is no data for that day or instrument."""


class SessionMismatchError(MarketDataError):
    """More than 1 % of a day's rows lie outside its session."""


class StorageError(StrikebookError):
    """Results or market data that cannot be written, results that cannot be read."""


class NotFoundError(StrikebookError):
    """A job, a result, a strategy or a day that is not there."""


class QueueFullError(StrikebookError):
    """As many jobs wait as may wait."""


class NoSpaceError(StorageError):
    """A run would leave less free space than it must."""


class BusyError(StrikebookError):
    """Another run, or an import into this folder, stands in the way: it is going already, or has taken its place."""


class DayFailedError(StrikebookError):
    """A node broke while a day was run; the day fails, the run goes on."""
