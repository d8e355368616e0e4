"""A day leaves nothing in circles: a worker looks for such garbage as good as never (``day_task.settle_memory``)."""

from __future__ import annotations

import gc

import pytest

from strikebook.engine.day import run_day
from strikebook.engine.plan import make_plan
from strikebook.money.day_charges import charges_of_day
from strikebook.storage.day_document import DayDocuments
from strikebook.strategy.parse import require_strategy
from tests.oracle.generator import random_case
from tests.raw_day import market_day


@pytest.mark.parametrize("seed", range(12))
def test_what_a_day_used_is_given_back_without_a_search(seed):
    """A random strategy on a random day, its document included: a search afterwards finds nothing."""
    document, raw, options = random_case(seed)
    plan, day = make_plan(require_strategy(document)), market_day(raw)
    documents = DayDocuments(plan.strategy, options)

    def run() -> None:
        result = run_day(plan, day, options)
        documents.document(result, charges_of_day(result, options))

    run()
    gc.collect()
    gc.disable()
    try:
        run()
        assert gc.collect() == 0
    finally:
        gc.enable()
