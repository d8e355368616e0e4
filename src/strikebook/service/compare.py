"""Two to ten results beside each other, and where each first went another way than the first of them.

Light: the server imports it. Days are opened in workers, some at a time, each once for its statistics and its marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast

from strikebook.errors import UsageError
from strikebook.service.day_executor import DayExecutor
from strikebook.service.stored_days import ask_of_days
from strikebook.storage.backtest_storage import BacktestStorage
from strikebook.storage.layout import RunKey

if TYPE_CHECKING:
    from strikebook.service.compared_days import Planned  # a worker's; the server needs its name alone

Document = dict[str, Any]
FEWEST: Final = 2
MOST: Final = 10
MOST_DAYS: Final = 30_000
"""Of all results together: ten of ten years and more; a minute's work of two processes."""
MOST_AT_A_TIME: Final = 4
"""On a server: each has two parts out at most, of a tenth of a second; what others ask comes in turn with them."""
_DAYS_A_PART: Final = 20
_HERE: Final = "strikebook.service"


def compare(executor: DayExecutor, storage: BacktestStorage, keys: Sequence[RunKey]) -> Document:
    """The results of these keys beside each other; the first is the one that the others are compared with.

    Raises UsageError for too few, too many or the same twice, NotFoundError where one is not there, StorageError where
    a day that one lists is missing or damaged or another version made it, BusyError where another run takes the place
    of one meanwhile.
    """
    refuse_keys(keys)
    planned = [
        cast("Planned", executor.ask(f"{_HERE}.compared_days:planned_run", storage, key).result()) for key in keys
    ]
    days = sum(len(each.run.days) for each in planned)
    if days > MOST_DAYS:
        raise UsageError(f"{days} days in all", where="result", right=f"results of at most {MOST_DAYS} days together")
    folded: list[tuple[Planned, Document, list[bytes]]] = []
    for each in planned:
        parts = cast(
            "list[tuple[bytes, bytes]]",
            list(
                ask_of_days(
                    executor,
                    f"{_HERE}.compared_days:fold_compared",
                    storage,
                    each.run.key,
                    each.run.days,
                    days_a_part=_DAYS_A_PART,
                )
            ),
        )
        of_statistics = [part[0] for part in parts]
        asked = executor.ask(f"{_HERE}.statistics:statistics_of_parts", storage, each.run, of_statistics, None)
        folded.append((each, cast("Document", asked.result()), [part[1] for part in parts]))
    asked = executor.ask(f"{_HERE}.side_by_side:side_by_side", folded)
    document, firsts = cast("tuple[Document, list[tuple[date, str] | None]]", asked.result())
    return document | {
        "divergences": [
            {"result": str(other.run.key), "divergence": None}
            if first is None
            else executor.ask(
                f"{_HERE}.divergence:first_divergence", storage, planned[0].run, other.run, *first
            ).result()
            for other, first in zip(planned[1:], firsts, strict=True)
        ]
    }


def refuse_keys(keys: Sequence[RunKey]) -> None:
    """Raise UsageError for too few results, too many, or one that is there twice."""
    if not FEWEST <= len(keys) <= MOST:
        raise UsageError(
            f"{len(keys)} results",
            where="result",
            right=f"{FEWEST} to {MOST} results to compare, the first being the base",
        )
    for at, key in enumerate(keys):
        if key in keys[:at]:
            raise UsageError(f"{key} is there twice", where="result", right="each result once")
