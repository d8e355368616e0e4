"""The stored days of a run: for what is worked out of all of them.

They are opened in workers, some at a time (``ask_of_days``): ten years take seconds, and two questions of other users
need not wait for them. What a part comes to goes back as bytes, which only the question about all of them opens.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast

from strikebook import __version__
from strikebook.errors import BusyError, StorageError, UsageError
from strikebook.service.day_executor import DayExecutor
from strikebook.service.results import read_run
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_ledger
from strikebook.storage.layout import RunKey, day_file_name, parse_day

if TYPE_CHECKING:
    from strikebook.market.source import MarketSource  # loads numpy; a worker has it, the server need not

Document = dict[str, Any]
DAYS_A_PART: Final = 60
"""An eighth of a second's work where a day has fifteen trades, and a second at the worst."""
_DAYS_OF_DATA: Final = 20
_PARTS_OUT: Final = 2
"""As many as there are processes for questions: what others ask comes next."""
_LISTS = ("daily_summaries", "monthly_summaries")
_SHAPE: Final[dict[str, type]] = {
    "job_id": str, "created_at": str, "daily_summaries": list, "warnings": list, "overall_summary": dict,
    "options": dict, "market": dict, "manifest": dict,
}  # fmt: skip
"""What every run's metadata has, and what is opened of it."""
_OF_A_DAY: Final = {"date", "has_data", "status"}


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run: its metadata without the lists of days and months, and the days that it lists with a file, in order.

    ``fingerprints``: what the data of each of these days was known by, in the same order.
    """

    key: RunKey
    heading: Document
    days: tuple[date, ...]
    fingerprints: tuple[str, ...]


def stored_run(storage: BacktestStorage, key: RunKey) -> StoredRun:
    """A run whose days can be worked with.

    Raises NotFoundError without such a run, StorageError for one of another version: its files are of another shape.
    """
    return run_of(key, read_run(storage, key))


def run_of(key: RunKey, run: Document) -> StoredRun:
    """The run whose metadata that is. Raises StorageError for one of another version."""
    _refuse_unusable(key, run)
    heading = {name: value for name, value in run.items() if name not in _LISTS}
    listed = [day for day in run["daily_summaries"] if day["has_data"]]
    days = tuple(parse_day(day["date"]) for day in listed)
    return StoredRun(key, heading, days, tuple(day["fingerprint"] for day in listed))


def usable_run(storage: BacktestStorage, key: RunKey) -> Document:
    """A run's metadata, where its days can be worked with; raises as ``stored_run``."""
    run: Document = read_run(storage, key)
    _refuse_unusable(key, run)
    return run


def _refuse_unusable(key: RunKey, run: Document) -> None:
    """Raise StorageError for metadata of another version, or of a shape that none has: somebody's edit."""
    version = run.get("engine_version")
    if version != __version__:
        raise StorageError(
            f"these results were made by version {version}; this is {__version__}",
            where=str(key),
            right="run it again",
        )
    wrong = next((name for name, kind in _SHAPE.items() if not isinstance(run.get(name), kind)), None)
    if wrong is None and not all(_is_day(day) for day in run["daily_summaries"]):
        wrong = "daily_summaries"
    if wrong is not None:
        raise StorageError(f"metadata.json has no {wrong} as a run has it", where=str(key), right="run it again")


def _is_day(day: object) -> bool:
    if not isinstance(day, dict) or not day.keys() >= _OF_A_DAY or not isinstance(day["date"], str):
        return False
    try:
        parse_day(day["date"])
    except UsageError:
        return False
    return not day["has_data"] or isinstance(day.get("fingerprint"), str)


def stored_ledgers(storage: BacktestStorage, key: RunKey, days: Sequence[date]) -> Iterator[tuple[date, Document]]:
    """Each of these days: its summary, positions and trades.

    Raises StorageError where one is missing or damaged: a total without it would be wrong.
    """
    for day in days:
        content = storage.day(key, day)
        where = f"{storage.place}: {key}/{day_file_name(day)}"
        if content is None:
            raise StorageError("a day of this run is gone", where=where, right="run it again")
        yield day, decode_ledger(content, where)


@contextmanager
def as_documented(where: str) -> Iterator[None]:
    """Raise StorageError for a document that is JSON and not of the documented shape: somebody else's, or edited."""
    try:
        yield
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise StorageError(
            f"what is stored is not a result of this version: {type(error).__name__}: {error}",
            where=where,
            right="docs/format-results.md has the shape; run it again",
        ) from error


def refuse_replaced(storage: BacktestStorage, run: StoredRun) -> None:
    """Raise BusyError where another run has taken the place of this one since: its days may be among those read."""
    if read_run(storage, run.key)["job_id"] != run.heading["job_id"]:
        raise BusyError("another run took its place meanwhile", where=str(run.key), right="ask again")


def ask_of_data(
    executor: DayExecutor, question: str, market: MarketSource, asked: object, days: Sequence[date]
) -> dict[date, str]:
    """What the data of some days is known by now: ``question`` of ``day_data``, some days at a time, since data without
    a history of candles is read for each of them.
    """
    known: dict[date, str] = {}
    for at in range(0, len(days), _DAYS_OF_DATA):
        part = executor.ask(question, market, asked, tuple(days[at : at + _DAYS_OF_DATA])).result()
        known |= cast("dict[date, str]", part)
    return known


def ask_of_days(
    executor: DayExecutor,
    question: str,
    storage: BacktestStorage,
    key: RunKey,
    days: Sequence[date],
    *arguments: object,
    days_a_part: int | None = None,
) -> Iterator[object]:
    """Ask a question about ``days_a_part`` days (``DAYS_A_PART``) after the others; yield the answers in order.

    It is asked as ``question(storage, key, days, *arguments)``; what it raises is raised here.
    """
    out: deque[Future[object]] = deque()
    size = DAYS_A_PART if days_a_part is None else days_a_part
    for at in range(0, len(days), size):
        if len(out) == _PARTS_OUT:
            yield out.popleft().result()
        out.append(executor.ask(question, storage, key, tuple(days[at : at + size]), *arguments))
    while out:
        yield out.popleft().result()
