"""What an interrupted run has already done: the days that it need not run again.

A day is kept only if the stored results are this job's, made from the same strategy, options and version, the day's
data is known by the same fingerprint as then, and its file is whole. A day that was stored but not yet listed in the
metadata is run again, to the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, cast

from strikebook import __version__
from strikebook.errors import StorageError
from strikebook.model.options import RunOptions
from strikebook.money.charges import Charges
from strikebook.money.statistics import DayCourse, RoundTrip
from strikebook.service.day_executor import DayExecutor
from strikebook.service.day_work import DayOutcome, DayStatus
from strikebook.service.run_plan import RunPlan
from strikebook.service.stored_days import ask_of_data, ask_of_days
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.codec import decode_day, decode_metadata
from strikebook.storage.layout import RunKey, parse_day
from strikebook.storage.round_trips import day_course, round_trips
from strikebook.storage.summary import Totals

if TYPE_CHECKING:
    from strikebook.market.source import MarketSource  # loads numpy; a worker has it, the server need not

Document = dict[str, object]
_ENDED_WELL = ("traded", "no_trades")


@dataclass(frozen=True, slots=True)
class WholeDay:
    """A day's file that is whole: its size, its closed positions, in order of closing, and the day's course."""

    file_bytes: int
    trips: tuple[RoundTrip, ...]
    course: DayCourse


@dataclass(frozen=True, slots=True)
class Kept:
    """A run that was begun before: when, the days that are done, and what it knew of earlier trials."""

    created_at: datetime
    outcomes: tuple[DayOutcome, ...]
    trials: tuple[float | None, ...]
    trials_of_sweeps: int = 0


def kept_days(
    job_id: str, plan: RunPlan, market: MarketSource, storage: BacktestStorage, executor: DayExecutor
) -> Kept | None:
    """What is left of this job's earlier work; None where it has not been begun."""
    content = storage.metadata(plan.key)
    if content is None:
        return None
    try:
        metadata = decode_metadata(content)
    except StorageError:
        return None  # damaged: the run begins anew, and replaces it
    if metadata.get("job_id") != job_id:
        return None
    created_at = datetime.fromisoformat(str(metadata["created_at"]))
    trials = tuple(cast("list[float | None]", metadata.get("trials", [])))
    of_sweeps = cast("int", metadata.get("trials_of_sweeps", 0))
    stated = {"strategy_hash": plan.strategy_hash, "engine_version": __version__}
    if any(metadata.get(name) != value for name, value in stated.items()) or _other_options(metadata, plan):
        return Kept(created_at, (), trials, of_sweeps)
    done = _done(metadata)
    wanted = tuple(day for day in plan.days_to_run if day in done)
    now = ask_of_data(executor, "strikebook.service.day_data:fingerprints", market, plan.document, wanted)
    same = [day for day in wanted if done[day]["fingerprint"] == now.get(day)]
    asked = ask_of_days(
        executor, "strikebook.service.kept_days:whole_days", storage, plan.key, same, plan.strategy_hash
    )
    whole = {day: each for part in asked for day, each in cast("dict[date, WholeDay]", part).items()}
    outcomes = tuple(_outcome(day, done[day], each) for day, each in whole.items())
    return Kept(created_at, outcomes, trials, of_sweeps)


def whole_days(storage: BacktestStorage, key: RunKey, days: Sequence[date], strategy_hash: str) -> dict[date, WholeDay]:
    """Those of some days whose file is whole, and of that strategy, in order."""
    found = {day: _whole(storage.day(key, day), day, strategy_hash) for day in days}
    return {day: whole for day, whole in found.items() if whole is not None}


def _other_options(metadata: Document, plan: RunPlan) -> bool:
    """Whether the run was begun with other options; one that it does not state had no other value then."""
    stated = metadata.get("options")
    return not isinstance(stated, dict) or {**RunOptions().as_document(), **stated} != plan.options.as_document()


def _done(metadata: Document) -> dict[date, Document]:
    summaries = metadata.get("daily_summaries")
    listed = summaries if isinstance(summaries, list) else []
    return {parse_day(str(each["date"])): each for each in listed if each["status"] in _ENDED_WELL}


def _whole(content: bytes | None, day: date, strategy_hash: str) -> WholeDay | None:
    """What a day's file says; None where it is missing, damaged, of another strategy or of another shape."""
    if content is None:
        return None
    try:
        document = decode_day(content)
        if document["strategy_hash"] != strategy_hash:
            return None
        return WholeDay(len(content), round_trips(day, document), day_course(document))
    except (StorageError, KeyError, TypeError, ValueError):
        return None  # it is run again


def _outcome(day: date, summary: Document, whole: WholeDay) -> DayOutcome:
    def number(name: str) -> int:
        return int(cast("int", summary[name]))

    lines = cast("dict[str, float]", summary["charge_lines"])
    totals = Totals(
        positions=number("positions"),
        closed=number("closed_positions"),
        winning=number("winning_trades"),
        losing=number("losing_trades"),
        pnl_paise=round(cast("float", summary["pnl"]) * 100),
        trades=number("trades"),
        rejections=number("rejected_orders"),
        charges=Charges.of_lines({name: round(amount * 100) for name, amount in lines.items()}),
    )
    return DayOutcome(
        day,
        cast("DayStatus", summary["status"]),
        str(summary["reason"]),
        totals,
        whole.file_bytes,
        str(summary["fingerprint"]),
        bool(summary["replayed_bars"]),
        bool(summary["short_history"]),
        bool(summary["synthetic"]),
        tuple(map(str, cast("list[str]", summary["warnings"]))),
        whole.trips,
        whole.course,
    )
