"""What is compared of each stored day, and the days of several results beside each other.

A day of a run comes down to its profit and its marks: of what was traded and when, at which prices, in which
quantities, at what charges, and for which reasons. Two days are the same in what their marks are the same in. Only
workers load this: opening the days of ten results is seconds of work.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

import orjson

from strikebook.errors import StorageError
from strikebook.service.results import read_run
from strikebook.service.statistics import fold_ledgers
from strikebook.service.stored_days import StoredRun, as_documented, run_of
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_day
from strikebook.storage.layout import RunKey, day_file_name, parse_day

Document = dict[str, Any]
Difference = Literal["failed", "absent", "trades", "prices", "terms", "reasons"]
"""How a day differs: it failed in one, it is only there in one; else see ``differences``."""

_CONTRACT: Final = ("vpi", "position_num", "symbol", "side", "status", "entry_time", "exit_time")
_ROW: Final = ("vpi", "position_num", "part", "exit_time")
_PRICES: Final = ("entry_price", "exit_price")
_QUANTITIES: Final = ("quantity", "lots", "lot_size")
_DECIDED: Final = ("position_id", "exit_node_id", "exit_reason", "entry_trigger")
_COMPARED: Final = ("lhs_value", "rhs_value", "operator", "result", "lhs_previous", "rhs_previous", "missing")
_FAILED: Final = ("time", "sent_time", "node_id", "vpi", "order", "symbol", "reason", "detail")


@dataclass(frozen=True, slots=True)
class DayMarks:
    """A stored day: its profit before and after charges, in paise, and the marks of what it is compared by."""

    day: date
    pnl: int
    net: int
    trades: bytes
    prices: bytes
    quantities: bytes
    charges: bytes
    reasons: bytes


@dataclass(frozen=True, slots=True)
class Planned:
    """A run, and the status of each day of its plan."""

    run: StoredRun
    statuses: dict[date, str]


@dataclass(frozen=True, slots=True)
class Folded:
    """A run whose days have been opened: its statistics' document, and the marks of each of its days."""

    planned: Planned
    statistics: Document
    marks: dict[date, DayMarks]


def planned_run(storage: BacktestStorage, key: RunKey) -> Planned:
    """A run with the statuses of its days. Raises NotFoundError, and StorageError for one of another version."""
    with _named(key), as_documented(str(key)):
        document: Document = read_run(storage, key)
        run = run_of(key, document)
        statuses = {parse_day(day["date"]): str(day["status"]) for day in document["daily_summaries"]}
    return Planned(run, statuses)


def fold_compared(storage: BacktestStorage, key: RunKey, days: Sequence[date]) -> tuple[bytes, bytes]:
    """What statistics need of some stored days, and their marks; each day is opened once.

    Raises StorageError where one is missing or damaged.
    """
    marks: list[DayMarks] = []
    with _named(key), as_documented(str(key)):
        folded = fold_ledgers(_marked(_opened(storage, key, days), marks))
    return folded, pickle.dumps(marks, pickle.HIGHEST_PROTOCOL)


def opened_day(storage: BacktestStorage, key: RunKey, day: date) -> Document:
    """A stored day's document. Raises StorageError where it is missing or damaged."""
    where = f"{storage.place}: {key}/{day_file_name(day)}"
    content = storage.day(key, day)
    if content is None:
        raise StorageError("a day of this run is gone", where=where, right="run it again")
    return decode_day(content, where)


@contextmanager
def _named(key: RunKey) -> Iterator[None]:
    """Say of which of the results it is that something is wrong."""
    try:
        yield
    except StorageError as error:
        raise StorageError(f"{key}: {error.what}", where=error.where, right=error.right) from error


def unpacked_marks(parts: Iterable[bytes]) -> dict[date, DayMarks]:
    """The marks of days that were opened in parts."""
    found: dict[date, DayMarks] = {}
    for part in parts:
        found |= {each.day: each for each in pickle.loads(part)}  # noqa: S301 — made by ``fold_compared``
    return found


def differences(base: DayMarks, other: DayMarks) -> list[Difference]:
    """In what a day of two results differs.

    ``trades``: what was traded, or when, and nothing else is compared then; ``prices``: the fills; ``terms``:
    quantities, or the charges of the same fills; ``reasons``: what fired, what was refused, or the values that were
    compared.
    """
    if base.trades != other.trades:
        return ["trades"]
    found: list[Difference] = []
    prices = base.prices != other.prices
    if prices:
        found.append("prices")
    if base.quantities != other.quantities or (not prices and base.charges != other.charges):
        found.append("terms")
    if base.reasons != other.reasons:
        found.append("reasons")
    return found


def day_differences(base: Folded, other: Folded, day: date) -> list[Difference]:
    """In what a day differs that may be in one of them alone, or may have failed in one."""
    one, two = base.marks.get(day), other.marks.get(day)
    if one is not None and two is not None:
        return differences(one, two)
    if one is None and two is None and (status_of(base, day) == "failed") == (status_of(other, day) == "failed"):
        return []
    return ["failed"] if "failed" in (status_of(base, day), status_of(other, day)) else ["absent"]


def status_of(folded: Folded, day: date) -> str:
    """A day's status in a run's plan; ``absent`` where it is no day of it."""
    return folded.planned.statuses.get(day, "absent")


def _opened(storage: BacktestStorage, key: RunKey, days: Sequence[date]) -> Iterator[tuple[date, Document]]:
    for day in days:
        yield day, opened_day(storage, key, day)


def _marked(days: Iterable[tuple[date, Document]], marks: list[DayMarks]) -> Iterator[tuple[date, Document]]:
    for day, document in days:
        marks.append(day_marks(day, document))
        yield day, document


def day_marks(day: date, document: Mapping[str, Any]) -> DayMarks:
    """The marks of a day's document."""
    lives, rows, summary = document["positions"], document["trades"], document["summary"]
    return DayMarks(
        day,
        round(summary["total_pnl"] * 100),
        round(summary["net_pnl"] * 100),
        _mark([_of(lives, _CONTRACT), _of(rows, _ROW)]),
        _mark([_of(lives, _PRICES), _of(rows, _PRICES)]),
        _mark([_of(lives, _QUANTITIES), _of(rows, _QUANTITIES)]),
        _mark([_of(lives, ("charge_lines",)), _of(rows, ("charge_lines",))]),
        _mark(
            [
                [event_reasons(event) for event in document["events"]],
                _of(lives, _DECIDED),
                _of(document["rejections"], _FAILED),
                _of(document["cancellations"], _FAILED),
            ]
        ),
    )


def event_reasons(event: Mapping[str, Any]) -> list[object]:
    """What is compared of an event: when, which node, what it did, and the values of its conditions."""
    conditions = event["diagnostic_data"]["conditions_evaluated"]
    return [event["time"], event["node_id"], event["note"], _of(conditions, _COMPARED)]


def _of(records: Iterable[Mapping[str, Any]], names: Sequence[str]) -> list[list[object]]:
    return [[record.get(name) for name in names] for record in records]


def _mark(values: object) -> bytes:
    return hashlib.blake2b(orjson.dumps(values), digest_size=16).digest()
