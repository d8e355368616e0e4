"""A stored run charged again: what a run under those terms says, from the day files alone."""

from dataclasses import replace
from datetime import date
from typing import Any

import orjson
import pytest

from strikebook.backtest_runner import run_backtest
from strikebook.errors import NotFoundError, StorageError, UsageError
from strikebook.model.options import parse_options
from strikebook.service.here_executor import HereExecutor
from strikebook.service.reprice import reprice as repriced
from strikebook.storage.codec import decode_day, encode_day
from strikebook.storage.layout import RunKey
from strikebook.storage.memory_storage import MemoryStorage
from tests.service.made_run import STRATEGY_ID, noon, small_request

Document = dict[str, Any]
PLANS = ("0", "20", "10 per lot", "0.05 percent max 20")


def reprice(*arguments: Any) -> Document:
    """Charge a run again in this process."""
    return repriced(HereExecutor(), *arguments)


def run_with(**options: str) -> tuple[MemoryStorage, RunKey, Document]:
    """Run the small days under some options."""
    storage = MemoryStorage()
    request = replace(small_request(storage), options=parse_options(dict(options)))
    return storage, RunKey(request.user_id, STRATEGY_ID), run_backtest(request, lambda _: None, lambda: False, noon)


@pytest.mark.parametrize("brokerage", PLANS)
@pytest.mark.parametrize("terms", ["as_was", "today"])
def test_a_run_charged_again_says_what_a_run_under_those_terms_says(brokerage: str, terms: str) -> None:
    """Total, months and days, line by line; and what the run itself was charged stands beside."""
    storage, key, before = run_with()
    found = reprice(storage, key, brokerage, terms)
    _, _, wanted = run_with(brokerage=brokerage, terms=terms)
    names = ("charges", "net_pnl", "charge_lines")
    assert {name: found[name] for name in names} == {name: wanted["overall_summary"][name] for name in names}
    assert (found["brokerage"], found["terms"]) == (wanted["options"]["brokerage"], terms)
    for part, summaries, named in (("months", "monthly_summaries", "month"), ("days", "daily_summaries", "date")):
        listed = {each[named]: each for each in wanted[summaries]}
        assert found[part]
        for each in found[part]:
            assert each == {name: listed[each[named]][name] for name in (named, "pnl", *names)}
    assert found["as_run"]["net_pnl"] == before["overall_summary"]["net_pnl"]


def test_what_is_not_given_stays_as_the_run_had_it_and_nothing_stored_changes() -> None:
    """Charging it again under its own terms gives its own charges, and the files are the same bytes."""
    storage, key, before = run_with(brokerage="7.5", terms="today")
    files = storage.metadata(key), [storage.day(key, day) for day in storage.days(key)]
    found = reprice(storage, key, None, None)
    assert (found["brokerage"], found["terms"]) == ("7.5 per order", "today")
    assert found["net_pnl"] == before["overall_summary"]["net_pnl"]
    assert (storage.metadata(key), [storage.day(key, day) for day in storage.days(key)]) == files


def test_parts_of_a_stored_position_share_their_entry_s_brokerage() -> None:
    """A position of two lots that was closed one by one pays three orders, not four."""
    storage, key, metadata = run_with(scale="2")
    day = storage.days(key)[0]
    document: Document = decode_day(storage.day(key, day) or b"")
    (row,) = document["trades"]
    assert row["lots"] == 2
    half = {**row, "lots": 1, "quantity": row["lot_size"], "pnl": row["pnl"] / 2}
    parted = {**document, "trades": [{**half, "trade_id": f"{row['trade_id']}-x1", "part": 1}, half]}
    storage.put_day(key, day, encode_day(parted))
    found = {each["date"]: each for each in reprice(storage, key, None, None)["days"]}[document["date"]]
    assert found["charge_lines"]["brokerage"] == pytest.approx(60, abs=0.02)
    assert found["pnl"] == metadata["daily_summaries"][0]["pnl"]


def test_a_day_that_is_gone_is_named_rather_than_left_out() -> None:
    """A total without one of its days would be wrong."""
    storage, key, metadata = run_with()
    listed = {**metadata, "daily_summaries": [{**metadata["daily_summaries"][0], "date": "02-01-2020"}]}
    storage.begin(key, b"{}", orjson.dumps(listed))
    with pytest.raises(StorageError, match=r"02-01-2020.*a day of this run is gone.*run it again"):
        reprice(storage, key, None, None)
    assert date(2020, 1, 2) not in storage.days(key)


def test_a_run_of_another_version_is_refused_by_name() -> None:
    """Its files may be of another shape: nothing is worked out of them."""
    storage, key, metadata = run_with()
    storage.begin(key, b"{}", orjson.dumps({**metadata, "engine_version": "0.1.0"}))
    with pytest.raises(StorageError, match=r"made by version 0\.1\.0; this is .*run it again"):
        reprice(storage, key, None, None)


def test_what_makes_no_sense_is_refused() -> None:
    """An unknown run, a plan that is none, terms that are none."""
    storage, key, _ = run_with()
    with pytest.raises(NotFoundError):
        reprice(storage, RunKey("nobody", "nothing"), None, None)
    with pytest.raises(UsageError, match="brokerage"):
        reprice(storage, key, "free", None)
    with pytest.raises(UsageError, match="terms"):
        reprice(storage, key, None, "tomorrow")
