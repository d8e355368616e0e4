"""``docs/format-results.md`` names every field that a run stores."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from strikebook.backtest_runner import run_backtest
from strikebook.model.day_result import Cancellation
from strikebook.model.options import RunOptions
from strikebook.money.day_charges import charges_of_day
from strikebook.storage.day_document import DayDocuments
from strikebook.storage.memory_storage import MemoryStorage
from tests.service.made_run import noon, small_request
from tests.storage.made_day import CONTRACT, make_result, make_strategy

PAGE = Path(__file__).parents[2] / "docs" / "format-results.md"
NAMED_BY_DATA = {"candle_data", "timeframes", "indicators", "last_prices", "figures", "reasons"}
"""Their keys are symbols, timeframes, display names and those of statistics.md."""


def fields(document: object, parent: str = "") -> Iterator[str]:
    """Every key of a document that is a field's name."""
    if isinstance(document, dict):
        for key, value in document.items():
            if parent not in NAMED_BY_DATA:
                yield key
            if key != "node_variables":
                yield from fields(value, key if parent not in NAMED_BY_DATA else "")
    elif isinstance(document, list | tuple):
        for item in document:
            yield from fields(item, parent)


def test_every_field_is_on_the_page() -> None:
    """Each key of a day file and of metadata.json stands in the page as code."""
    result = make_result(3)
    parted = replace(
        result,
        lives=(result.lives[0]._replace(closed=False, trades=()), *result.lives[1:]),
        trades=result.trades[1:],
        cancellations=(Cancellation(9, 8, "entry-3", "entry-3-pos1", "entry", CONTRACT),),
    )
    day = DayDocuments(make_strategy(), RunOptions()).document(parted, charges_of_day(parted, RunOptions()))
    metadata = run_backtest(small_request(MemoryStorage()), lambda _: None, lambda: False, noon)
    named = set(re.findall(r"[A-Za-z_]+", " ".join(re.findall(r"`([^`]+)`", PAGE.read_text("utf-8")))))
    stored = set(fields(day)) | set(fields(metadata))
    assert len(stored) > 130
    assert stored - named == set()
