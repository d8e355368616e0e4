"""A stored run made again and compared, byte by byte, with what is stored; nothing that is stored changes.

Light: the server imports it. The days are run in workers (``day_task.compare_days``), some at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast, get_args

from strikebook.errors import NotFoundError
from strikebook.model.options import parse_options
from strikebook.service.day_executor import DayExecutor
from strikebook.service.day_work import Compared, DayVerdict, DayWork
from strikebook.service.manifest import changed_tables
from strikebook.service.stored_days import StoredRun, ask_of_days, refuse_replaced
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.layout import RunKey, day_text

if TYPE_CHECKING:
    from strikebook.market.source import MarketSource  # loads numpy; a worker has it, the server need not

Document = dict[str, Any]
DAYS_A_PART = 5
"""A tenth of a second's work: what others ask comes next."""
VERDICTS: tuple[DayVerdict, ...] = get_args(DayVerdict)


def verify(
    executor: DayExecutor,
    storage: BacktestStorage,
    market: MarketSource,
    key: RunKey,
    on_days: Callable[[int, int], None] = lambda _done, _total: None,
) -> Document:
    """Run every stored day of a run again and compare its file with the stored one.

    ``on_days`` is told how many days are compared, of how many. Raises NotFoundError where there is no such run,
    StorageError for one of another version, BusyError where another run takes its place meanwhile.
    """
    run = cast("StoredRun", executor.ask("strikebook.service.stored_days:stored_run", storage, key).result())
    document = storage.strategy(key)
    if document is None:
        raise NotFoundError("the strategy of this run is gone", where=str(key), right="run it again")
    work = DayWork(key, document, market, storage, parse_options(run.heading["options"]))
    known = dict(zip(run.days, run.fingerprints, strict=True))
    found: list[Compared] = []
    on_days(0, len(run.days))
    for part in ask_of_days(
        executor,
        "strikebook.service.day_task:compare_days",
        storage,
        key,
        run.days,
        work,
        known,
        days_a_part=DAYS_A_PART,
    ):
        found += cast("list[Compared]", part)
        on_days(len(found), len(run.days))
    refuse_replaced(storage, run)
    label = executor.ask("strikebook.service.planning:market_label", market).result()
    return _document(run, found, str(label))


def _document(run: StoredRun, found: list[Compared], market: str) -> Document:
    counts = Counter(verdict for _, verdict, _ in found)
    heading = run.heading
    return {
        "user_id": run.key.user_id,
        "strategy_id": run.key.strategy_id,
        "strategy_name": heading["strategy_name"],
        "job_id": heading["job_id"],
        "synthetic": heading["synthetic"],
        "verified": bool(found) and counts["same"] == len(found),
        "days_compared": len(found),
        "counts": {verdict: counts[verdict] for verdict in VERDICTS},
        "market": market,
        "manifest": heading["manifest"],
        "tables_changed": changed_tables(heading["manifest"]),
        "differing": [
            {"date": day_text(day), "verdict": verdict, "reason": reason}
            for day, verdict, reason in found
            if verdict != "same"
        ],
    }
